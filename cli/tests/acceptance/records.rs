//! Runs recorded by étalon 0.1.0 (see `reports/tests/records.rs`, which renders and compares
//! them): sessions are judged again as they were, shards merge as they did, and what is written
//! of them now has the form of now.

use std::path::{Path, PathBuf};

use contract::exchange::hexadecimal;
use reports::chain;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{directory, run, text};

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records").join(name)
}

fn report(directory: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(directory.join("report.json")).unwrap()).unwrap()
}

/// Each rule with its outcome.
fn outcomes(report: &Value) -> Vec<(&Value, &Value)> {
    report["rules"].as_array().unwrap().iter().map(|rule| (&rule["id"], &rule["outcome"])).collect()
}

fn manifest(directory: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(directory.join("manifest.json")).unwrap()).unwrap()
}

fn rendered(directory: &Path) -> String {
    run(&["report", "render", text(directory), "--format", "json"]).ends(0).stdout
}

#[test]
fn a_recorded_session_is_still_judged_the_same() {
    for (name, code) in [("client", 0), ("client-broken", 1)] {
        let again = directory();
        let record = recorded(name).join("exchanges.jsonl");
        run(&["certify", "client", "--judge", text(&record), "--report", text(again.path())])
            .ends(code);
        let (now, then) = (report(again.path()), report(&recorded(name)));
        for part in ["verdict", "summary", "counts", "sheet"] {
            assert_eq!(now[part], then[part], "{name}: {part}");
        }
        // The catalogue may word a rule otherwise by now.
        assert_eq!(outcomes(&now), outcomes(&then), "{name}");

        // Recorded again, its lines are chained, and the manifest has the digest of every file.
        let listed = manifest(again.path());
        let account = &listed["predicate"]["etalon"];
        for file in listed["subject"].as_array().unwrap() {
            let name = file["name"].as_str().unwrap();
            let bytes = std::fs::read(again.path().join(name)).unwrap();
            assert_eq!(file["digest"]["sha256"], hexadecimal(&Sha256::digest(&bytes)), "{file}");
            let lines = chain::follow(bytes.as_slice()).ok().flatten();
            assert_eq!(account["files"][name]["lines"].as_u64(), lines, "{file}");
        }
        let names = listed["subject"].as_array().unwrap().iter();
        assert_eq!(
            names.map(|file| file["name"].as_str()).collect::<Option<Vec<_>>>().unwrap(),
            [
                "events.jsonl",
                "exchanges.jsonl",
                "junit.xml",
                "report.html",
                "report.json",
                "sheet.html",
                "summary.md"
            ]
        );
        assert_eq!(account["counts"], now["counts"]);
    }
}

#[test]
fn a_recorded_campaign_still_renders_and_its_shards_still_merge() {
    let whole = recorded("load");
    let said = report(&whole);
    let now: Value = serde_json::from_str(&rendered(&whole)).unwrap();
    for part in ["verdict", "summary", "objectives", "achieved", "audit", "operations"] {
        assert_eq!(now[part], said[part], "{part}");
    }
    run(&["load", "compare", text(&whole), text(&whole)]).ends(0);

    let merged = directory();
    let shards = [recorded("shard-0"), recorded("shard-1")];
    let [first, second] = shards.each_ref().map(|shard| text(shard));
    run(&["load", "merge", first, second, "--report", text(merged.path())]).ends(0);
    let (merged, listed) = (report(merged.path()), manifest(merged.path()));
    assert_eq!(merged["verdict"], "within_objectives");
    for figure in ["deposited", "delivered", "files_compared"] {
        let parts = shards.each_ref().map(|shard| report(shard)["audit"][figure].as_u64().unwrap());
        assert_eq!(merged["audit"][figure], parts.iter().sum::<u64>(), "{figure}");
    }
    let account = &listed["predicate"]["etalon"];
    assert_eq!(account["counts"]["deposited"], merged["audit"]["deposited"]);
    assert_eq!(account["files"]["audit.jsonl"]["lines"], 6);
}
