//! `etalon load run`: what it leaves, and what its exit says.

use std::path::Path;

use crate::support::{Outcome, directory, run, text};

const PLAN: &str = r#"
name = "essai"
systems = 40
drain = "2s"
[arrivals]
form = "constant"
calls_per_second = 60
duration = "4s"
[journeys]
poll = 10
deposit = 3
[deposit]
cases = [1, 1]
[[objective]]
error_rate = "50%"
"#;

fn campaign(directory: &Path, plan: &str, options: &[&str]) -> Outcome {
    let path = directory.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let report = directory.join("report");
    let arguments = [&["load", "run", text(&path)][..], &["--report", text(&report)][..], options];
    run(&arguments.concat())
}

#[test]
fn a_campaign_leaves_its_reports_and_its_exit_is_its_verdict() {
    let directory = directory();
    campaign(directory.path(), PLAN, &[]).ends(0);
    for file in [
        "report.html",
        "report.json",
        "junit.xml",
        "summary.md",
        "intervals.csv",
        "histograms.hlog",
        "audit.jsonl",
    ] {
        let left = directory.path().join("report").join(file);
        assert!(left.metadata().is_ok_and(|metadata| metadata.len() > 0), "{file}");
    }
}

#[test]
fn a_lost_teledossier_fails_a_campaign_whatever_its_latency() {
    let directory = directory();
    campaign(directory.path(), PLAN, &["--fault", "FOL-18"]).ends(1);
}

#[test]
fn a_plan_that_cannot_be_run_says_which_key() {
    let directory = directory();
    let plan = PLAN.replace("calls_per_second = 60", "calls_per_second = 0");
    campaign(directory.path(), &plan, &[]).ends(2).says(&["arrivals.calls_per_second"]);
}
