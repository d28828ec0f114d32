//! The bench: what a client meets when the hub misbehaves on purpose, and that nobody else does.

use contract::misbehaviour::{Act, Misbehaviour, Target};
use reference_hub::bench::OWN_CALL;
use reference_hub::{Config, RunningHub, start};

const SECRET: &str = "the-benchs-own-secret";

async fn bench() -> RunningHub {
    let config = Config { bench: Some(SECRET.to_owned()), ..Config::default() };
    start(config).await.unwrap()
}

fn on_processes(act: Act) -> Vec<Misbehaviour> {
    vec![Misbehaviour { on: Target::Everything, skip: 0, times: 1, act }]
}

/// The status of a call without a token (401 when nothing is in the way), or `None` without a whole
/// answer.
async fn status(hub: &RunningHub, own: bool) -> Option<u16> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client =
        reqwest::Client::builder().no_proxy().retry(reqwest::retry::never()).build().unwrap();
    let mut request = client.get(format!("{}/processes", hub.urls().referential));
    if own {
        request = request.header(OWN_CALL, SECRET);
    }
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    answer.bytes().await.ok().map(|_| status)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misbehaviour_falls_on_one_call_of_the_client_and_never_on_the_benchs_own() {
    let hub = bench().await;
    hub.misbehave(on_processes(Act::Refuse { status: 503, retry_after_seconds: Some(1) }));
    assert_eq!(status(&hub, true).await, Some(401), "the bench's own call is served");
    assert_eq!(status(&hub, false).await, Some(503));
    assert_eq!(status(&hub, false).await, Some(401), "once is once");
    let done = hub.misbehaved(0);
    assert_eq!(done.len(), 1);
    let seen = hub.exchanges();
    assert_eq!(seen.len(), 2, "the bench's own call is no evidence");
    assert_eq!(seen[0].id, done[0].exchange);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_closed_without_an_answer_and_the_hub_goes_on() {
    let hub = bench().await;
    for act in [Act::CloseBefore, Act::CloseAfter] {
        hub.misbehave(on_processes(act));
        assert_eq!(status(&hub, false).await, None);
        assert_eq!(status(&hub, false).await, Some(401));
    }
    let done = hub.misbehaved(0);
    assert_eq!((done[0].effect, done[1].effect), (None, Some(401)));
    assert_eq!(hub.panics(), 0);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_no_bench_cannot_be_made_to_misbehave() {
    let hub = start(Config { journal: true, ..Config::default() }).await.unwrap();
    hub.misbehave(on_processes(Act::CloseBefore));
    assert_eq!(status(&hub, false).await, Some(401));
    assert!(hub.misbehaved(0).is_empty());
    hub.stop().await;
}
