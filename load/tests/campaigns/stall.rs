//! A server that stalls for one second in ten, at a constant 1,000 calls a second. Each call due
//! during the stall waits for what is left of it: a tenth of the calls, evenly from 0 to 1 s. So
//! the 95th percentile of the response time is 500 ms and the 99th is 900 ms, whatever the
//! generator does; the service time of the few that a worker was free for hides it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reports::load::{Latencies, LoadRun};

use crate::campaign;
use crate::server::{self, Stall};

const PLAN: &str = r#"
name = "essai"
[arrivals]
form = "constant"
calls_per_second = 1000
duration = "10s"
spacing = "even"
[journeys]
poll = 1
[generator]
workers = 64
users = 2
"#;

fn run(stalled: bool) -> LoadRun {
    let stall = Arc::new(Mutex::new(None));
    let target = server::target(server::serve(stall.clone(), 3600));
    campaign::run(campaign::plan(PLAN), &target, |origin| {
        let from = origin + Duration::from_secs(4);
        *stall.lock() =
            stalled.then(|| Stall { from, to: from + Duration::from_secs(1), over: "" });
    })
}

/// Both clocks of the polls.
fn clocks(run: &LoadRun) -> (&Latencies, &Latencies) {
    let polls = run.operations.iter().find(|timed| timed.name == "listNotifications").unwrap();
    (polls.response_time.as_ref().unwrap(), polls.service_time.as_ref().unwrap())
}

fn milliseconds(us: u64) -> f64 {
    us as f64 / 1000.0
}

#[test]
fn a_stall_is_told_by_the_response_time_and_the_two_clocks_agree_without_one() {
    let stalled = run(true);
    let (response, service) = clocks(&stalled);
    assert!((9_990..=10_010).contains(&response.count), "{} sent", response.count);
    let (p95, p99) = (milliseconds(response.latency_us_p95), milliseconds(response.latency_us_p99));
    assert!((450.0..=550.0).contains(&p95), "response p95: {p95} ms");
    assert!((870.0..=930.0).contains(&p99), "response p99: {p99} ms");
    let service_p99 = milliseconds(service.latency_us_p99);
    assert!(service_p99 < 50.0, "service p99: {service_p99} ms");

    let smooth = run(false);
    let (response, service) = clocks(&smooth);
    assert!((9_990..=10_010).contains(&response.count), "{} sent", response.count);
    for (response, service) in [
        (response.latency_us_p50, service.latency_us_p50),
        (response.latency_us_p95, service.latency_us_p95),
    ] {
        let apart = milliseconds(response) - milliseconds(service);
        assert!((0.0..5.0).contains(&apart), "{apart} ms between the two clocks");
    }
}
