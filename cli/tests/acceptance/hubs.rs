//! Hubs that are served otherwise, or already lived in: the same verdict, and nobody else's things
//! touched.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::{Api, PROCESS, content, folder};
use crate::support::{ServedHub, certify, directory, report, run};

const FOREIGN: usize = 1_000;

#[test]
fn a_hub_under_https() {
    let authority = directory();
    let options = ["--clock", "steerable", "--tls", authority.path().to_str().unwrap()];
    let hub = ServedHub::start(&options);
    conforms(&hub);
}

#[test]
fn a_hub_under_a_base_path() {
    let hub = ServedHub::start(&["--clock", "steerable", "--base-path", "/hub"]);
    let target = std::fs::read_to_string(hub.target()).unwrap();
    assert!(target.contains("/hub/teledossiers/v1"), "{target}");
    conforms(&hub);
    costs_what_was_announced(&hub);
}

/// A run stays what other people's hubs can bear: 900 télédossiers, and 20 minutes at 50 calls a
/// second.
fn costs_what_was_announced(hub: &ServedHub) {
    let directory = hub.target().with_file_name("report");
    let exchanges = std::fs::read_to_string(directory.join("exchanges.jsonl")).unwrap();
    let calls = exchanges.lines().count() as u64;
    let folders = report(&directory)["cleanup"]["created"].as_u64().unwrap();
    assert!(folders < 900 && calls < 50 * 60 * 20, "{folders} télédossiers, {calls} calls");
    let target = hub.target();
    let list = run(&["certify", "hub", "--target", target.to_str().unwrap(), "--list"]).ends(0);
    let said = list.stdout.lines().find_map(|line| line.strip_prefix("environ ")).unwrap();
    let said: Vec<u64> = said.split(' ').filter_map(|word| word.parse().ok()).collect();
    for (said, seen) in said.iter().zip([calls, folders]) {
        assert!(said.abs_diff(seen) * 4 < seen, "announced {said}, seen {seen}: see cost.toml");
    }
    assert_eq!(said.len(), 2);
}

fn conforms(hub: &ServedHub) {
    let directory = hub.target().with_file_name("report");
    certify(&hub.target(), &directory, &[]).ends(0);
    assert_eq!(report(&directory)["verdict"], "conforms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_other_people_use() {
    let hub = ServedHub::start(&["--clock", "steerable"]);
    let si = Api::of(&hub.target(), "si-a-etatcivil").await;
    fill(&Api::of(&hub.target(), "osl-dila").await, &si).await;
    let before = ids(&si.queue().await);
    assert!(before.len() > FOREIGN, "{}", before.len());
    let hub = tokio::task::spawn_blocking(move || {
        conforms(&hub);
        hub
    });
    let hub = hub.await.unwrap();
    // The run moved the clock: tokens are a day older.
    let si = Api::of(&hub.target(), "si-a-etatcivil").await;
    let after = ids(&si.queue().await);
    let lost: Vec<_> = before.difference(&after).collect();
    assert!(lost.is_empty(), "{} foreign notifications are gone", lost.len());
    let left: Vec<_> = after.difference(&before).collect();
    assert!(left.is_empty(), "the run left {} notifications behind", left.len());
}

/// One télédossier of somebody else, and a thousand events on it that an SI is notified of.
async fn fill(osl: &Api, si: &Api) {
    let number = "DILA-AEC-ETRANGER000001";
    let bytes = content(number);
    let created =
        osl.call("POST", "/folders", &folder(number, si.organization(), &bytes)).await.json(201);
    let (id, case) = (text(&created["id"]), text(&created["cases"][0]["id"]));
    let file = format!("/folders/{id}/attachments/{}", text(&created["attachments"][0]["id"]));
    let uploaded = osl.try_call("PUT", &file, bytes).await.unwrap();
    assert_eq!(uploaded.status, 204);
    osl.call("PATCH", &format!("/folders/{id}"), &json!({ "globalStatus": "HUBEE_COMPLETED" }))
        .await
        .json(204);
    let message =
        json!({ "actionType": "SENDING_MESSAGE", "message": "un rappel", "notification": true });
    for _ in 0..FOREIGN {
        osl.call("POST", &format!("/cases/{case}/events"), &message).await.json(201);
    }
}

fn ids(queue: &[Value]) -> BTreeSet<String> {
    let ours = queue.iter().filter(|notification| notification["processCode"] == PROCESS);
    ours.map(|notification| text(&notification["id"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn two_runs_at_once() {
    // Two guests of a hub that other people use: nobody moves its clock or changes its référentiel.
    let hub = ServedHub::start(&[]);
    let target = hub.target_with("shared.toml", |target| {
        target["may"]["change_referential"] = false.into();
        target.remove("sandbox");
    });
    let directories = ["first", "second"].map(|name| hub.target().with_file_name(name));
    std::thread::scope(|scope| {
        for directory in &directories {
            // Undecided: what needs the référentiel to change is not applicable. Nothing fails, and
            // nothing else is missing.
            scope.spawn(|| certify(&target, directory, &[]).ends(3));
        }
    });
    let reports = directories.map(|directory| report(&directory));
    for report in &reports {
        let counts = &report["counts"];
        assert_eq!(
            (&counts["failed"], &counts["inconclusive"]),
            (&json!(0), &json!(0)),
            "{counts}"
        );
        assert_eq!(report["cleanup"]["left"], json!([]));
        let broken = report["scenarios"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|scenario| scenario["outcome"] == "broken");
        assert_eq!(broken.count(), 0);
    }
    assert_ne!(reports[0]["run"]["id"], reports[1]["run"]["id"]);
}
