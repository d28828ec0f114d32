//! Runs recorded by étalon 0.1.0, before lines were chained and bodies said whether they are
//! whole: they are read as they were, and say what they said. `tests/records` holds what each run
//! left; its `report.json` is the one written then.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{directory, run, text};

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records").join(name)
}

fn report(directory: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(directory.join("report.json")).unwrap()).unwrap()
}

fn rendered(directory: &Path, format: &str) -> String {
    run(&["report", "render", text(directory), "--format", format]).ends(0).stdout
}

#[test]
fn a_recorded_run_still_renders_to_the_report_it_left() {
    for name in ["hub", "hub-broken", "client", "client-broken"] {
        let directory = recorded(name);
        let then = report(&directory);
        let now: Value = serde_json::from_str(&rendered(&directory, "json")).unwrap();
        for (part, said) in then.as_object().unwrap() {
            assert_eq!(now[part], *said, "{name}: {part}");
        }
        let verdict = then["summary"].as_str().unwrap();
        for format in ["html", "junit", "markdown"] {
            assert!(rendered(&directory, format).contains(verdict), "{name} as {format}");
        }
    }
}

#[test]
fn recorded_runs_still_differ_where_they_did() {
    let (whole, broken) = (recorded("hub"), recorded("hub-broken"));
    let changes = run(&["certify", "diff", text(&whole), text(&broken)]).ends(1).stdout;
    assert!(changes.contains("FOL-01   passed           → failed"), "{changes}");
    assert!(changes.contains("1 règles diffèrent"), "{changes}");
    run(&["certify", "diff", text(&whole), text(&whole)]).ends(0);
}

#[test]
fn a_recorded_session_is_still_judged_the_same() {
    for (name, code) in [("client", 0), ("client-broken", 1)] {
        let again = directory();
        let record = recorded(name).join("exchanges.jsonl");
        run(&["certify", "client", "--judge", text(&record), "--report", text(again.path())])
            .ends(code);
        assert_eq!(report(again.path()), report(&recorded(name)), "{name}");
    }
}

#[test]
fn a_recorded_campaign_still_renders_and_its_shards_still_merge() {
    let whole = recorded("load");
    let said = report(&whole);
    let now: Value = serde_json::from_str(&rendered(&whole, "json")).unwrap();
    for part in ["verdict", "summary", "objectives", "achieved", "audit", "operations"] {
        assert_eq!(now[part], said[part], "{part}");
    }
    run(&["load", "compare", text(&whole), text(&whole)]).ends(0);

    let merged = directory();
    let shards = [recorded("shard-0"), recorded("shard-1")];
    let [first, second] = shards.each_ref().map(|shard| text(shard));
    run(&["load", "merge", first, second, "--report", text(merged.path())]).ends(0);
    let merged = report(merged.path());
    assert_eq!(merged["verdict"], "within_objectives");
    for figure in ["deposited", "delivered", "files_compared"] {
        let parts = shards.each_ref().map(|shard| report(shard)["audit"][figure].as_u64().unwrap());
        assert_eq!(merged["audit"][figure], parts.iter().sum::<u64>(), "{figure}");
    }
}
