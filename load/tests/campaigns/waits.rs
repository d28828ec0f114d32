//! Waits that a hub causes without answering any call slowly, or when nothing is due any more: they
//! count.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reports::load::{LoadRun, Outcome};

use crate::campaign;
use crate::server::{self, Stall};

const PLAN: &str = r#"
name = "essai"
[arrivals]
form = "constant"
calls_per_second = 100
duration = "4s"
spacing = "even"
[journeys]
poll = 1
[[objective]]
subject = "listNotifications"
response = "300ms"
percentile = 99
window = "1s"
"#;

/// A campaign on a server that stalls between two instants of it.
fn stalled(over: &'static str, from_ms: u64, to_ms: u64, token_life_s: u64) -> LoadRun {
    let stall = Arc::new(Mutex::new(None));
    let target = server::target(server::serve(stall.clone(), token_life_s));
    campaign::run(campaign::plan(PLAN), &target, |origin| {
        *stall.lock() = Some(Stall {
            from: origin + Duration::from_millis(from_ms),
            to: origin + Duration::from_millis(to_ms),
            over,
        });
    })
}

#[test]
fn who_waits_for_a_token_that_another_asked_for_has_waited() {
    // Renewed every 0.8 s: one renewal at least comes during the stall, half a second before its
    // end.
    let run = stalled("/token", 1_000, 2_500, 1);
    let polls = |run: &LoadRun| {
        let mut polls = run.operations.iter();
        let polls = polls.find(|timed| timed.name == "listNotifications").unwrap();
        (polls.response_time.clone().unwrap(), polls.service_time.clone().unwrap())
    };
    let (response, service) = polls(&run);
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    assert!(response.latency_us_p95 > 200_000, "{response:?}");
    assert!(service.latency_us_p95 < 200_000, "{service:?}");
}

#[test]
fn what_hangs_until_the_plan_is_over_breaks_the_objective_of_a_window() {
    let run = stalled("", 3_900, 5_500, 3_600);
    assert_eq!(run.objectives[0].outcome, Outcome::Broken, "{:?}", run.objectives);
    assert!(run.objectives[0].worst_second >= Some(4), "{:?}", run.objectives);
}

#[test]
fn without_a_stall_the_objective_is_kept() {
    let run = stalled("", 0, 0, 3_600);
    assert_eq!(run.objectives[0].outcome, Outcome::Kept, "{:?}", run.objectives);
}
