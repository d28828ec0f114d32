//! A generator that lacks something says so, and blames nobody else.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reports::load::{Bottleneck, LoadVerdict};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::campaign;
use crate::server::{self, Stall};

const PLAN: &str = r#"
name = "essai"
drain = "5s"
[arrivals]
form = "constant"
calls_per_second = 200
duration = "2s"
spacing = "even"
[journeys]
poll = 1
[generator]
workers = 200
connections = 200
latest = "5s"
[[objective]]
error_rate = "1%"
"#;

/// How many descriptors this process, which runs this test alone, may have.
const FEW: u64 = 60;

#[test]
fn calls_without_a_descriptor_are_the_generators() {
    let stall = Arc::new(Mutex::new(None));
    let target = server::target(server::serve(stall.clone(), 3_600));
    let run = campaign::run(campaign::plan(PLAN), &target, |origin| {
        // Everything due in the first second waits with a connection of its own.
        let (from, to) = (origin + Duration::from_millis(200), origin + Duration::from_secs(1));
        *stall.lock() = Some(Stall { from, to, over: "/notifications" });
        let few = Rlimit { current: Some(FEW), ..getrlimit(Resource::Nofile) };
        setrlimit(Resource::Nofile, few).unwrap();
    });
    let lacked = |reason: &Bottleneck| matches!(reason, Bottleneck::NoDescriptor { .. });
    assert!(run.generator.bottlenecks.iter().any(lacked), "{:?}", run.generator.bottlenecks);
    assert_eq!(run.verdict, LoadVerdict::Invalid, "{:?}", run.errors);
    assert_eq!(run.run.unreachable, None);

    load::generator::raise_descriptor_limit();
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    assert_eq!(current, maximum);
}
