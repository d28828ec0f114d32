//! Tokens on the wire (rules AUTH).

use std::time::Duration;

use reference_hub::Config;
use reference_hub::config::Gateway;

use crate::support::Bench;

const FORM: &str = "grant_type=client_credentials&scope=SI";

#[tokio::test]
async fn client_credentials_give_a_token_that_is_not_to_be_cached() {
    let bench = Bench::start(Config::default()).await;
    let (client_id, secret) = bench.secrets("SI");
    // Sent without a Content-Type, as clients in service do.
    let answer = bench.ask_token(&client_id, &secret, FORM).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.json();
    assert_eq!(
        (body["token_type"].as_str(), body["expires_in"].as_u64()),
        (Some("Bearer"), Some(86_400))
    );
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(bench.teledossiers("GET", "/notifications").token(token).send().await.status, 200);
}

#[tokio::test]
async fn refusals_of_the_token_endpoint_follow_the_rfc() {
    let bench = Bench::start(Config::default()).await;
    let (client_id, secret) = bench.secrets("SI");
    let cases = [
        (client_id.as_str(), "wrong", FORM, 401, "invalid_client"),
        ("nobody", secret.as_str(), FORM, 401, "invalid_client"),
        (&client_id, &secret, "grant_type=client_credentials&scope=ADMIN", 400, "invalid_scope"),
        (&client_id, &secret, "grant_type=client_credentials&scope=KING", 400, "invalid_scope"),
        (&client_id, &secret, "grant_type=password&scope=SI", 400, "unsupported_grant_type"),
        (&client_id, &secret, "scope=SI", 400, "invalid_request"),
    ];
    for (client_id, secret, form, status, error) in cases {
        let answer = bench.ask_token(client_id, secret, form).await;
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (status, Some(error)),
            "{form}"
        );
    }
}

#[tokio::test]
async fn a_call_without_a_good_token_is_401_even_where_nothing_is() {
    let bench = Bench::start(Config::default()).await;
    for path in ["/notifications", "/nowhere", "/folders/no-uuid"] {
        let answer = bench.teledossiers("GET", path).send().await;
        assert_eq!((answer.status, answer.message().as_str()), (401, "Missing Credentials"));
        let answer = bench.teledossiers("GET", path).token("unknown").send().await;
        assert_eq!((answer.status, answer.message().as_str()), (401, "Invalid Credentials"));
    }
    let gateway = Bench::start(Config { gateway: Gateway::Wso2, ..Config::default() }).await;
    let answer = gateway.teledossiers("GET", "/notifications").send().await;
    assert_eq!((answer.status, answer.json()["fault"]["code"].as_u64()), (401, Some(900_902)));
}

#[tokio::test]
async fn a_token_ends_with_its_life_by_the_hub_s_clock() {
    let config =
        Config { steerable_clock: true, token_ttl: Duration::from_secs(3600), ..Config::default() };
    let bench = Bench::start(config).await;
    let token = bench.token("SI").await;
    let status =
        async || bench.teledossiers("GET", "/notifications").token(&token).send().await.status;
    let advance = async |seconds: u64| {
        let body = serde_json::json!({ "advance_seconds": seconds });
        assert_eq!(
            bench.control("POST", &bench.hub.urls().clock.unwrap()).json(&body).send().await.status,
            200
        );
    };
    advance(3590).await;
    assert_eq!(status().await, 200);
    advance(20).await;
    assert_eq!(status().await, 401);
}
