//! Sequences drawn at random: they find what is broken without being told where, give a short
//! sequence that shows it, and that sequence can be played again. A few faults here;
//! `.ci/explore-faults` plays thirty.

use std::path::Path;

use serde_json::Value;

use crate::support::{directory, run, text};

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Explores a bundled hub with a fault: the rule that the disagreement names, and how many actions
/// show it.
fn found(fault: &str) -> (String, usize) {
    let directory = directory();
    let explored = run(&[
        "certify",
        "hub",
        "--explore",
        "60s",
        "--fault",
        fault,
        "--report",
        text(directory.path()),
    ])
    .ends(1);
    assert!(explored.stdout.contains("Mais on observe"), "{}", explored.stdout);
    let sequence = json(&directory.path().join("sequence.json"));
    let rule = sequence["disagreement"]["rule"].as_str().unwrap().to_owned();
    (rule, sequence["actions"].as_array().unwrap().len())
}

#[test]
fn a_hub_that_notifies_twice_is_found_out_and_one_deposit_shows_it() {
    assert_eq!(found("FOL-19"), ("FOL-19".to_owned(), 1));
}

#[test]
fn a_hub_that_shows_an_osl_the_comments_of_an_si_is_found_out_in_few_moves() {
    let (rule, moves) = found("EVT-15");
    assert_eq!(rule, "EVT-15");
    assert!(moves <= 3, "{moves} moves");
}

#[test]
fn a_hub_that_loses_events_when_another_is_deleted_is_found_out() {
    let (_, moves) = found("WIRE-03.sequence");
    assert!(moves <= 6, "{moves} moves");
}

#[test]
fn a_sequence_can_be_played_again_and_no_longer_disagrees_with_a_whole_hub() {
    let directory = directory();
    let report = directory.path().join("report");
    let path = text(&report);
    run(&["certify", "hub", "--explore", "60s", "--fault", "CAS-07", "--report", path]).ends(1);
    let kept = directory.path().join("kept.json");
    std::fs::rename(report.join("sequence.json"), &kept).unwrap();
    let kept = text(&kept);
    run(&["certify", "hub", "--replay", kept, "--fault", "CAS-07", "--report", path]).ends(1);
    let whole = run(&["certify", "hub", "--replay", kept, "--report", path]).ends(0);
    assert!(whole.stdout.contains("Aucun désaccord"), "{}", whole.stdout);
}

#[test]
fn a_whole_hub_shows_nothing_and_is_left_clean() {
    let directory = directory();
    run(&["certify", "hub", "--explore", "8s", "--seed", "11", "--report", text(directory.path())])
        .ends(0);
    let summary = json(&directory.path().join("exploration.json"));
    assert!(summary["sequences"].as_u64().unwrap() > 0);
    assert_eq!(summary["disagreement"], Value::Null);
}

#[test]
fn a_file_that_is_no_sequence_is_said() {
    let directory = directory();
    let path = directory.path().join("x.json");
    std::fs::write(&path, "[]").unwrap();
    run(&["certify", "hub", "--replay", text(&path), "--report", text(directory.path())])
        .ends(2)
        .says(&["no sequence"]);
}
