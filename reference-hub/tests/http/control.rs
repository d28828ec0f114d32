//! The controls: clock and mails (interfaces, "steer_clock" and "read_mail"), and whose they are.

use std::net::{Ipv4Addr, SocketAddr};

use reference_hub::Config;
use reference_hub::referential::Secret;
use serde_json::json;

use crate::support::Bench;

#[tokio::test]
async fn the_clock_is_moved_under_a_lease_and_dates_the_answers() {
    let bench = Bench::start(Config { steerable_clock: true, ..Config::default() }).await;
    let clock = bench.hub.urls().clock.unwrap();
    let post =
        async |body: serde_json::Value| bench.control("POST", &clock).json(&body).send().await;
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
    let mails = bench.hub.urls().mails.unwrap();
    let url = mails.replace("mails", "clock");
    assert_eq!(bench.control("GET", &url).send().await.status, 404);
    assert_eq!(bench.call("GET", &mails).send().await.json(), json!([]));
}

#[tokio::test]
async fn only_who_started_the_hub_moves_its_clock() {
    let bench = Bench::start(Config { steerable_clock: true, ..Config::default() }).await;
    let (clock, mails) = (bench.hub.urls().clock.unwrap(), bench.hub.urls().mails.unwrap());
    let order = json!({ "advance_seconds": 60 });
    // What a page of the web may send without asking anybody.
    let from_a_page = bench.call("POST", &clock).header("content-type", "text/plain");
    assert_eq!(from_a_page.body(order.to_string()).send().await.status, 401);
    let token = bench.token("ADMIN").await;
    for other in ["wrong", &token] {
        let call = bench.call("POST", &clock).token(other).json(&order);
        assert_eq!(call.send().await.status, 401);
        assert_eq!(bench.call("GET", &mails).token(other).send().await.status, 401);
    }
    assert_eq!(bench.control("POST", &clock).json(&order).send().await.status, 200);
    // A page may have its own name lead to this address.
    for (host, status) in [("attacker.example", 401), ("localhost:80", 200), ("[::1]", 200)] {
        let answer = bench.call("GET", &mails).header("host", host).send().await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn from_elsewhere_nothing_is_controlled_without_the_secret() {
    let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let open = Config { listen, steerable_clock: true, ..Config::default() };
    let bench = Bench::start(open.clone()).await;
    assert_eq!((bench.hub.urls().clock, bench.hub.urls().mails), (None, None));
    assert!(!bench.hub.target_file().contains("_etalon"));
    for path in ["clock", "mails"] {
        let url = format!("http://{}/_etalon/{path}", bench.hub.address());
        assert_eq!(bench.call("GET", &url).send().await.status, 404, "{path}");
    }
    let secret = Some(Secret::from("ours".to_owned()));
    let bench = Bench::start(Config { control_secret: secret, ..open }).await;
    let mails = bench.hub.urls().mails.unwrap();
    assert_eq!(bench.call("GET", &mails).send().await.status, 401);
    assert_eq!(bench.call("GET", &mails).token("ours").send().await.status, 200);
    let clock = bench.hub.urls().clock.unwrap();
    let order = json!({ "advance_seconds": 60 });
    assert_eq!(bench.control("POST", &clock).json(&order).send().await.status, 200);
}

#[tokio::test]
async fn a_hub_started_again_is_still_its_starter_s() {
    let data = tempfile::tempdir().unwrap();
    let config =
        Config { data: Some(data.path().to_owned()), steerable_clock: true, ..Config::default() };
    let bench = Bench::start(config.clone()).await;
    let target = bench.hub.target_file();
    bench.hub.stop().await;
    let again = Bench::start(config).await;
    let secret = |target: &str| {
        let target: toml::Table = target.parse().unwrap();
        target["may"]["control_secret"].as_str().unwrap().to_owned()
    };
    assert_eq!(secret(&again.hub.target_file()), secret(&target));
}
