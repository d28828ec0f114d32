//! Rules broken on purpose where they live on the wire: each shows with its option, and only with
//! it.

use std::time::Duration;

use reference_hub::Config;

use crate::support::Bench;

async fn with(fault: &str) -> Bench {
    Bench::start(Config { faults: vec![fault.to_owned()], ..Config::default() }).await
}

#[tokio::test]
async fn tokens_can_be_handed_out_and_checked_wrongly() {
    let form = "grant_type=client_credentials&scope=SI";
    let bench = with("AUTH-01").await;
    let (client_id, secret) = bench.secrets("SI");
    assert_eq!(bench.ask_token(&client_id, &secret, form).await.json()["expires_in"], 0);
    assert_eq!(with("AUTH-02").await.ask_token(&client_id, "wrong", form).await.status, 200);
    let admin = "grant_type=client_credentials&scope=ADMIN";
    assert_eq!(with("AUTH-08").await.ask_token(&client_id, &secret, admin).await.status, 200);
    let cached = with("AUTH-09").await.ask_token(&client_id, &secret, form).await;
    assert!(!cached.headers.contains_key("cache-control"));
    let bench = with("AUTH-03").await;
    assert_eq!(bench.teledossiers("GET", "/notifications").send().await.status, 403);
    let bench = with("AUTH-04").await;
    assert_eq!(
        bench.teledossiers("GET", "/notifications").token("unknown").send().await.status,
        403
    );
    let bench = with("AUTH-11").await;
    assert_eq!(bench.referential("GET", "/processes").send().await.status, 403);
    assert_eq!(bench.referential("GET", "/organizations").send().await.status, 401);
}

#[tokio::test]
async fn an_expired_token_can_be_let_in() {
    let config =
        Config { faults: vec!["AUTH-05".into()], token_ttl: Duration::ZERO, ..Config::default() };
    let bench = Bench::start(config).await;
    let token = bench.token("SI").await;
    assert_eq!(bench.teledossiers("GET", "/notifications").token(&token).send().await.status, 200);
}

#[tokio::test]
async fn a_gate_can_be_left_open_and_an_error_say_nothing() {
    let bench = with("ACC-27").await;
    let si = bench.token("SI").await;
    assert_eq!(bench.referential("GET", "/processes").token(&si).send().await.status, 200);
    assert_eq!(bench.referential("GET", "/organizations").token(&si).send().await.status, 403);
    let bench = with("ERR-01").await;
    let answer = bench.teledossiers("GET", "/notifications").send().await;
    assert_eq!((answer.status, answer.json()), (401, serde_json::json!({ "errors": [] })));
    let bench = with("NOT-03").await;
    let si = bench.token("SI").await;
    assert_eq!(
        bench.teledossiers("GET", "/notifications?maxResult=abc").token(&si).send().await.status,
        200
    );
}

#[tokio::test]
async fn a_fault_nobody_knows_stops_the_start() {
    let config = Config { faults: vec!["NOPE-01".into()], ..Config::default() };
    let refused = reference_hub::start(config).await.err().expect("it does not start");
    assert!(refused.to_string().contains("hub faults"), "{refused}");
}
