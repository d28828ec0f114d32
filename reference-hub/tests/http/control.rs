//! The controls: clock and mails (interfaces, "steer_clock" and "read_mail").

use reference_hub::Config;
use serde_json::json;

use crate::support::Bench;

#[tokio::test]
async fn the_clock_is_moved_under_a_lease_and_dates_the_answers() {
    let bench = Bench::start(Config { steerable_clock: true, ..Config::default() }).await;
    let clock = bench.hub.urls().clock.unwrap();
    let post = async |body: serde_json::Value| bench.call("POST", &clock).json(&body).send().await;
    assert_eq!(post(json!({ "acquire": "run-1" })).await.status, 200);
    assert_eq!(post(json!({ "acquire": "run-2" })).await.status, 409);
    let before = bench.call("GET", &clock).send().await;
    assert_eq!(post(json!({ "advance_seconds": 86_400 })).await.status, 200);
    let after = bench.call("GET", &clock).send().await;
    assert_ne!(before.headers["date"], after.headers["date"]);
    assert!(after.json()["now"].as_str() > before.json()["now"].as_str());
    assert_eq!(post(json!({ "release": "run-1" })).await.status, 200);
    assert_eq!(post(json!({ "acquire": "run-2" })).await.status, 200);
    for refused in [
        json!({ "advance_seconds": -1 }),
        json!({ "advance_seconds": "1" }),
        json!({ "unknown": 1 }),
    ] {
        assert_eq!(post(refused.clone()).await.status, 400, "{refused}");
    }
}

#[tokio::test]
async fn without_the_option_there_is_no_clock_to_move() {
    let bench = Bench::start(Config::default()).await;
    assert_eq!(bench.hub.urls().clock, None);
    let url = bench.hub.urls().mails.replace("mails", "clock");
    assert_eq!(bench.call("GET", &url).send().await.status, 404);
    assert_eq!(bench.call("GET", &bench.hub.urls().mails).send().await.json(), json!([]));
}
