//! The gateway before the hub: the form of its token requests, quotas by application, and what it
//! tells of them.

use reference_hub::Config;
use reference_hub::config::Gateway;
use serde_json::json;

use crate::support::{Answer, Bench};

async fn with_quotas(quotas: &[&str]) -> Bench {
    let quotas = quotas.iter().map(|quota| quota.parse().unwrap()).collect();
    Bench::start(Config { quotas, ..Config::default() }).await
}

fn told(answer: &Answer, name: &str) -> Option<u64> {
    answer.headers.get(name)?.to_str().ok()?.parse().ok()
}

async fn look(bench: &Bench, token: &str) -> Answer {
    bench.teledossiers("GET", "/notifications").token(token).send().await
}

#[tokio::test]
async fn beyond_a_quota_an_application_waits_and_the_others_do_not() {
    let bench = with_quotas(&["3/s"]).await;
    let (si, osl) = (bench.token("SI").await, bench.token("OSL").await);
    let mut last = look(&bench, &si).await;
    assert_eq!((last.status, told(&last, "ratelimit-limit")), (200, Some(3)));
    assert_eq!(told(&last, "ratelimit-remaining"), Some(2));
    for _ in 0..20 {
        last = look(&bench, &si).await;
        if last.status == 429 {
            break;
        }
    }
    assert_eq!((last.status, last.message()), (429, "Quota exceeded".to_owned()));
    let wait = told(&last, "retry-after").unwrap();
    assert_eq!((wait, told(&last, "ratelimit-reset")), (1, Some(1)));
    assert_eq!(told(&last, "ratelimit-remaining"), Some(0));
    assert_eq!(look(&bench, &osl).await.status, 200);
    tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
    assert_eq!(look(&bench, &si).await.status, 200);
}

#[tokio::test]
async fn a_quota_of_one_operation_leaves_the_others_and_a_refused_write_is_not_done() {
    let bench = with_quotas(&["listNotifications=1/min", "createFolder=1/min"]).await;
    let (si, osl) = (bench.token("SI").await, bench.token("OSL").await);
    assert_eq!(look(&bench, &si).await.status, 200);
    assert_eq!(look(&bench, &si).await.status, 429);
    let other = bench.referential("GET", "/processes").token(&si).send().await;
    assert_ne!(other.status, 429);
    assert_eq!(told(&other, "ratelimit-limit"), None);
    let create = async || {
        bench.teledossiers("POST", "/folders").token(&osl).json(&json!({})).send().await.status
    };
    assert_eq!((create().await, create().await), (400, 429));
}

#[tokio::test]
async fn bytes_are_counted_in_both_directions() {
    let bench = with_quotas(&["300B/min"]).await;
    let osl = bench.token("OSL").await;
    let body = json!({ "processCode": "x".repeat(400) });
    let send = || bench.teledossiers("POST", "/folders").token(&osl).json(&body).send();
    assert_eq!(send().await.status, 400);
    assert_eq!(send().await.status, 429);
}

#[tokio::test]
async fn piste_wants_the_pair_in_the_body_and_keeps_statistics() {
    let bench = Bench::start(Config { gateway: Gateway::Piste, ..Config::default() }).await;
    let credential = bench.credential("SI");
    let text = |name: &str| credential[name].as_str().unwrap().to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let ask = |form: String| {
        let url = bench.hub.urls().token;
        bench
            .call("POST", &url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
    };
    let form = "grant_type=client_credentials&scope=openid";
    assert_eq!(ask(form.to_owned()).await.status, 401);
    let given = ask(format!("{form}&client_id={id}&client_secret={secret}")).await;
    assert_eq!(given.status, 200, "{}", given.text());
    assert_eq!(text("token_scope"), "openid");
    let token = given.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(look(&bench, &token).await.status, 200);
    let url = bench.hub.urls().mails.unwrap().replace("mails", "statistics");
    assert_eq!(
        bench.control("GET", &url).send().await.json(),
        json!([
            { "application": "", "operation": "token", "status": 401, "calls": 1 },
            { "application": id, "operation": "listNotifications", "status": 200, "calls": 1 },
            { "application": id, "operation": "token", "status": 200, "calls": 1 },
        ])
    );
}
