//! A campaign that is stopped leaves its report; asked twice, it ends at once. Both by the
//! documented codes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Outcome, directory, etalon, text};

const PLAN: &str = r#"
name = "interrompu"
systems = 20
[arrivals]
form = "constant"
calls_per_second = 20
duration = "90s"
[[objective]]
error_rate = "50%"
"#;

/// Starts a campaign and lets it go on for a while.
fn start(directory: &Path) -> Child {
    let plan = directory.join("plan.toml");
    std::fs::write(&plan, PLAN).unwrap();
    let mut command = etalon();
    command.args(["load", "run", text(&plan), "--report"]);
    command.arg(directory.join("report"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let log = directory.join("report/histograms.hlog");
    let started = Instant::now();
    while !log.exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_secs(2));
    child
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(sent.success(), "the campaign ended by itself");
}

#[test]
fn a_campaign_that_is_stopped_leaves_its_report() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let directory = directory();
        let child = start(directory.path());
        signal(&child, name);
        let stopped = Outcome::from(child.wait_with_output().unwrap()).ends(code);
        let last = stopped.stdout.lines().last().unwrap();
        assert!(last.starts_with("? Campagne invalide"), "{}", stopped.stdout);
        let report = std::fs::read(directory.path().join("report/report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["run"]["interrupted"], true);
    }
}

#[test]
fn a_campaign_that_is_stopped_twice_ends_within_three_seconds() {
    let directory = directory();
    let child = start(directory.path());
    let asked = Instant::now();
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(50));
    signal(&child, "-INT");
    let stopped = Outcome::from(child.wait_with_output().unwrap()).ends(130);
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
    assert!(!stopped.stdout.contains("✓"), "{}", stopped.stdout);
}
