//! A campaign that several processes share, as the pods of an Indexed Job do, is once merged the
//! campaign that one process runs; and campaigns are compared. Nothing here depends on how fast the
//! machine is.

use std::path::{Path, PathBuf};
use std::process::Child;

use serde_json::Value;

use crate::support::{directory, etalon, run, text};

const PLAN: &str = r#"
name = "partage"
seed = 7
systems = 200
warm_up = "1s"
drain = "20s"

[arrivals]
form = "constant"
calls_per_second = 40
duration = "12s"

[deposit]
sizes = [{ up_to = "10KB", weight = 1 }]

[[objective]]
error_rate = "50%"
"#;

fn report(directory: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(directory.join("report.json")).unwrap()).unwrap()
}

/// Starts a campaign in a process of its own; its rank comes from the environment, as Kubernetes
/// gives it.
fn start(plan: &Path, directory: &Path, shard: Option<(&str, &str)>) -> Child {
    let mut command = etalon();
    command.args(["load", "run", text(plan), "--report", text(directory)]);
    if let Some((index, count)) = shard {
        command.env("JOB_COMPLETION_INDEX", index).args(["--shards", count]);
    }
    command.spawn().unwrap()
}

fn ended(mut child: Child) {
    // 3: a busy machine makes a late generator, which says nothing of what is merged.
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 1 | 3)), "{code:?}");
}

/// Numbers of an array of objects, by the name of each.
fn counts(report: &Value, part: &str) -> Vec<(String, u64)> {
    let count = |timed: &Value| {
        (timed["name"].as_str().unwrap().to_owned(), timed["count"].as_u64().unwrap())
    };
    let mut counts: Vec<_> = report[part].as_array().unwrap().iter().map(count).collect();
    counts.sort();
    counts
}

#[test]
fn shards_merge_to_what_one_process_measures() {
    let directory = directory();
    let at = |name: &str| -> PathBuf { directory.path().join(name) };
    let plan = at("plan.toml");
    std::fs::write(&plan, PLAN).unwrap();
    let shards =
        [start(&plan, &at("0"), Some(("0", "2"))), start(&plan, &at("1"), Some(("1", "2")))];
    shards.into_iter().for_each(ended);
    ended(start(&plan, &at("whole"), None));

    let merged =
        run(&["load", "merge", text(&at("0")), text(&at("1")), "--report", text(&at("merged"))]);
    assert!(matches!(merged.code, 0 | 1 | 3), "{}", merged.stderr);
    let (parts, merged, whole) =
        ([report(&at("0")), report(&at("1"))], report(&at("merged")), report(&at("whole")));

    // The schedule is the same, cut or not.
    let journeys = |report: &Value| report["achieved"]["due_journeys"].as_u64().unwrap();
    assert_eq!(journeys(&merged), journeys(&whole));
    // All of it was started, early or late.
    let started = |report: &Value| report["generator"]["late_starts"]["count"].clone();
    assert_eq!(started(&merged), journeys(&whole));
    assert_eq!(started(&whole), journeys(&whole));
    assert_eq!(merged["audit"]["deposited"], whole["audit"]["deposited"]);
    assert_eq!(merged["audit"]["delivered"], whole["audit"]["delivered"]);
    assert_eq!(merged["audit"]["lost"]["count"], 0);
    // No call is lost on the way, and every time is in a histogram.
    for (name, count) in counts(&merged, "operations") {
        let of = |report| {
            counts(report, "operations")
                .into_iter()
                .find(|(other, _)| *other == name)
                .map_or(0, |(_, n)| n)
        };
        assert_eq!(count, of(&parts[0]) + of(&parts[1]), "{name}");
    }
    for timed in merged["operations"].as_array().unwrap() {
        assert_eq!(timed["response_time"]["count"], timed["count"], "{}", timed["name"]);
    }
    assert!(at("merged").join("percentiles/response.all.hgrm").exists());
    assert!(at("whole").join("percentiles/response.all.hgrm").exists());

    let page =
        run(&["report", "render", text(&at("merged")), "--format", "html", "--lang", "en"]).ends(0);
    assert!(page.stdout.contains("Report of a load campaign"));
    refusals(&at("0"), &at("1"), &at("refused"), &at("whole"));
    damages(&at("0"), &at("1"), &at("refused"));
    comparisons(&at("whole"), &at("merged"));
}

/// What are not the shards of one campaign are not merged.
fn refusals(first: &Path, second: &Path, into: &Path, whole: &Path) {
    let merge = |runs: &[&Path]| {
        let runs = runs.iter().map(|run| text(run));
        let arguments: Vec<&str> =
            ["load", "merge"].into_iter().chain(runs).chain(["--report", text(into)]).collect();
        run(&arguments).ends(2)
    };
    merge(&[first]).says(&["shard 1/2 is missing"]);
    merge(&[first, second, first]).says(&["shard 0/2 is there twice"]);
    merge(&[whole]).says(&["is a whole campaign"]);
    run(&["load", "merge", text(first), text(second), "--report", text(first)])
        .ends(2)
        .says(&["no shard is overwritten"]);
}

/// A shard that is not as its generator left it is not merged: a whole that lacks calls or cases
/// may well keep its objectives.
fn damages(first: &Path, second: &Path, into: &Path) {
    let merge =
        || run(&["load", "merge", text(first), text(second), "--report", text(into)]).ends(2);
    let said = [("histograms.hlog", "was changed"), ("audit.jsonl", "was changed")];
    for (name, told) in said.into_iter().chain([("report.json", "was changed")]) {
        let bytes = std::fs::read(first.join(name)).unwrap();
        std::fs::write(first.join(name), "").unwrap();
        merge().says(&[name, told]);
        std::fs::remove_file(first.join(name)).unwrap();
        merge().says(&[name, "is missing"]);
        std::fs::write(first.join(name), bytes).unwrap();
    }
    let manifest = std::fs::read(first.join("manifest.json")).unwrap();
    std::fs::remove_file(first.join("manifest.json")).unwrap();
    merge().says(&["has lost its manifest.json"]);
    std::fs::write(first.join("manifest.json"), manifest).unwrap();
}

/// A campaign differs in nothing from itself, and a criterion that is none says how to write one.
fn comparisons(whole: &Path, merged: &Path) {
    let itself = run(&["load", "compare", text(whole), text(whole)]).ends(0);
    assert!(
        itself.stdout.contains("listNotifications") && !itself.stdout.contains("worse"),
        "{}",
        itself.stdout
    );
    run(&["load", "compare", text(whole), text(merged), "--fail-if", "p99"])
        .ends(2)
        .says(&["p99>+10%"]);
    run(&["load", "compare", text(whole), "/nowhere/at-all"]).ends(2).says(&["load run"]);
}
