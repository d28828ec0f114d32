//! Quotas of a gateway: what is refused beyond them is no error, within them it is; and its count
//! of the calls is the campaign's.

use std::time::{Duration, Instant};

use contract::quota::Quota;
use reference_hub::config::{Config, Gateway};

use crate::{audit, campaign, server};

const POLLS: &str = r#"
name = "essai"
[arrivals]
form = "constant"
calls_per_second = 20
duration = "2s"
[journeys]
poll = 1
[calls]
honour_retry_after = false
"#;

#[test]
fn a_refusal_within_the_quota_is_an_error_and_beyond_it_is_not() {
    let target = server::target(server::always(429, &[], ""));
    let run = |quota: &str| {
        let plan = format!("{POLLS}[quotas]\neach = [\"{quota}\"]\n");
        campaign::run(campaign::plan(&plan), &target, |_| ())
    };
    let within = run("1000/s");
    assert!(within.errors["quota"] > 10, "{:?}", within.errors);
    assert!(within.refused_by_quota.is_empty(), "{:?}", within.refused_by_quota);
    let beyond = run("2/min");
    // The first two, unless others were under way when they were refused.
    assert!(beyond.errors.get("quota").is_none_or(|errors| *errors <= 2), "{:?}", beyond.errors);
    let refused: u64 = beyond.refused_by_quota.values().sum();
    assert!(refused > 10, "{:?}", beyond.refused_by_quota);
}

#[test]
fn long_waits_leave_workers_for_what_is_due_and_end_with_the_campaign() {
    let started = Instant::now();
    let target = server::target(server::always(429, &[("retry-after", "3")], ""));
    let plan =
        POLLS.replace("honour_retry_after = false", "").replace("name", "drain = \"4s\"\nname")
            + "[quotas]\neach = [\"2/min\"]\n[generator]\nworkers = 4\n";
    let run = campaign::run(campaign::plan(&plan), &target, |_| ());
    assert!(run.generator.bottlenecks.is_empty(), "{:?}", run.generator.bottlenecks);
    let refused: u64 = run.refused_by_quota.values().sum();
    assert!(refused > 30, "{:?}", run.refused_by_quota);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn what_a_quota_keeps_waiting_is_not_in_the_response_time() {
    let plan = POLLS.replace("honour_retry_after = false", "").replace("name", "systems = 2\nname")
        + "[quotas]\neach = [\"5/s\"]\n";
    let quotas = vec!["5/s".parse().unwrap()];
    let run =
        audit::following(&plan, Config { gateway: Gateway::Piste, quotas, ..Config::default() });
    assert!(run.refused_by_quota.values().sum::<u64>() > 2, "{:?}", run.refused_by_quota);
    let response = run.all_calls.response_time.unwrap();
    assert!(response.latency_us_max < 500_000, "{response:?}");
}

#[test]
fn the_gateway_and_the_campaign_count_the_same_calls() {
    let quota: Quota = "1000/s".parse().unwrap();
    let config = Config { gateway: Gateway::Piste, quotas: vec![quota], ..Config::default() };
    let run = audit::on_a_hub(config);
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    let told = run.reconciliation.expect("the statistics can be read");
    assert_eq!(told.differences, []);
    assert_eq!((told.ours, told.without_answer), (told.theirs, 0));
    assert!(told.ours >= run.all_calls.count && told.ours > 100, "{told:?}");
}
