//! Campaigns that end before their end: stopped while they wait, or without any chance. What they
//! met is in the report.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use load::systems::Shard;
use load::{Campaign, CampaignError};
use reports::load::{LoadRun, LoadVerdict, load_verdict_sentence};

use crate::{campaign, server};

const POLLS: &str = r#"
name = "essai"
[arrivals]
form = "constant"
calls_per_second = 20
duration = "60s"
[journeys]
poll = 1
"#;

/// What a campaign of a minute comes to, and how long it took.
fn a_minute_on(address: std::net::SocketAddr) -> (LoadRun, Duration) {
    let started = Instant::now();
    let run = campaign::run(campaign::plan(POLLS), &server::target(address), |_| ());
    (run, started.elapsed())
}

#[test]
fn what_fails_alike_from_the_first_on_ends_the_campaign_and_is_its_headline() {
    let address = server::always(200, &[], r#"[{"id":"not one","caseId":null}]"#);
    let (run, took) = a_minute_on(address);
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(run.verdict, LoadVerdict::Invalid);
    let sentence = load_verdict_sentence(&run, reports::Lang::En);
    assert!(sentence.starts_with("Total failure"), "{sentence}");
    assert!(sentence.contains("(listNotifications: unexpected content)"), "{sentence}");
    let [sample] = &run.samples[..] else { panic!("{:?}", run.samples) };
    assert_eq!((sample.operation.as_str(), sample.kind.as_str()), ("listNotifications", "content"));
    assert!(sample.reason.as_ref().unwrap().contains("UUID"), "{sample:?}");
    assert_eq!(sample.exchange.status(), Some(200));
    let written = serde_json::to_string(&run.samples).unwrap();
    assert!(!written.contains("Bearer t\""), "{written}");
}

#[test]
fn a_failure_is_shown_by_one_exchange_without_its_secrets() {
    let told = r#"{"message":"this-is-the-secret is refused"}"#;
    let address = server::always(403, &[("x-told", "this-is-the-secret")], told);
    let text = server::target_text(address, 1)
        .replace("client_secret = \"essai\"", "client_secret = \"this-is-the-secret\"");
    let run = campaign::run(campaign::plan(POLLS), &server::parsed(&text), |_| ());
    let [sample] = &run.samples[..] else { panic!("{:?}", run.samples) };
    assert_eq!(sample.kind, "status_403");
    assert_eq!(sample.exchange.path, "/notifications");
    let written = serde_json::to_string(&sample).unwrap();
    assert!(written.contains("is refused"), "{written}");
    assert!(!written.contains("this-is-the-secret"), "{written}");
    assert_eq!(sample.exchange.request_header("authorization"), Some("Bearer [masqué]"));
}

#[test]
fn a_wait_for_a_quota_ends_with_the_campaign() {
    let address = server::always(429, &[("retry-after", "60")], "");
    let (directory, stop) = (tempfile::tempdir().unwrap(), Arc::<AtomicBool>::default());
    let (plan, target) = (campaign::plan(POLLS), server::target(address));
    let mut started = None;
    let stopping = stop.clone();
    let run = campaign::run_until(directory.path(), plan, &target, Shard::WHOLE, stop, |origin| {
        started = Some(origin);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(2));
            stopping.store(true, Ordering::Relaxed);
        });
    });
    let took = started.unwrap().elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(run.run.interrupted && run.errors.contains_key("quota"), "{:?}", run.errors);
}

const DEPOSITS: &str = r#"
name = "essai"
[arrivals]
form = "constant"
calls_per_second = 20
duration = "60s"
[journeys]
deposit = 1
"#;

/// What is learned of a server, to which deposits are to be made.
fn learned(address: std::net::SocketAddr, stop: Arc<AtomicBool>) -> CampaignError {
    let text = server::target_text(address, 1)
        + r#"
        [[credential]]
        scope = "OSL"
        client_id = "osl"
        client_secret = "secret"
        organization = { type = "OSL", companyRegister = "00000000000001", branchCode = "1" }
        processes = ["EtatCivil"]
        "#;
    let target = server::parsed(&text);
    let (plan, whole) = (campaign::plan(DEPOSITS), Shard::WHOLE);
    let mut campaign =
        Campaign::new(plan, &target, whole, "ESSAI001".to_owned(), None, stop).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(campaign.learn(&target)).unwrap_err()
}

#[test]
fn what_takes_no_deposit_is_said_before_the_first_start() {
    let address = server::always(400, &[], r#"{"errors":[{"code":400,"message":"not here"}]}"#);
    let error = learned(address, Arc::default()).to_string();
    assert!(error.contains("EtatCivil, osl-2 : no deposit is taken"), "{error}");
    assert!(error.contains("POST /folders : 400 « not here »"), "{error}");
}

#[test]
fn preparing_ends_when_it_is_stopped() {
    let address = server::always(429, &[("retry-after", "60")], "");
    let (stop, started) = (Arc::<AtomicBool>::default(), Instant::now());
    let stopping = stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        stopping.store(true, Ordering::Relaxed);
    });
    assert!(matches!(learned(address, stop), CampaignError::Stopped));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}
