//! A report that is signed, and verified by whoever has the signer's public key.

use std::path::Path;

use crate::support::{directory, run, text};

fn signed_session(at: &Path, key: &Path) {
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/client/exchanges.jsonl");
    let command = ["certify", "client", "--judge", text(&record), "--report", text(at)];
    run(&[&command[..], &["--sign", text(key)]].concat()).ends(0);
}

#[test]
fn a_signed_report_is_verified_with_its_signers_key_alone() {
    let place = directory();
    let at = |name: &str| place.path().join(name);
    for name in ["key", "another"] {
        run(&["key", "new", text(&at(name))]).ends(0);
    }
    run(&["key", "new", text(&at("key"))]).ends(2).says(&["is there already"]);
    signed_session(&at("report"), &at("key"));
    let verify = |key: Option<&str>| {
        let key = key.map(at);
        let key = key.as_deref().map_or(vec![], |key| vec!["--key", text(key)]);
        run(&[vec!["report", "verify", text(&at("report")), "--lang", "en"], key].concat())
    };
    let found = verify(Some("key.pub")).ends(0);
    assert!(found.stdout.contains("Signed by the key given"), "{}", found.stdout);
    assert!(
        verify(None).ends(3).stdout.contains("A key that comes with the report proves nothing")
    );
    assert!(verify(Some("another.pub")).ends(1).stdout.contains("manifest.dsse.json"));
    verify(Some("key")).ends(2).says(&["no public key"]);
    // What was rendered is held to what the record says.
    let page = at("report").join("report.html");
    let text_of_page = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, text_of_page.replacen("Conforme", "Parfaite", 1)).unwrap();
    assert!(verify(Some("key.pub")).ends(1).stdout.contains("report.html"));
    std::fs::write(&page, text_of_page).unwrap();
    verify(Some("key.pub")).ends(0);
    std::fs::remove_file(at("report").join("manifest.dsse.json")).unwrap();
    assert!(verify(Some("key.pub")).ends(3).stdout.contains("Not signed"));
}

#[test]
fn a_key_that_is_none_is_said_before_anything_runs() {
    let place = directory();
    let report = place.path().join("report");
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/client/exchanges.jsonl");
    for command in [
        vec!["certify", "hub"],
        vec!["certify", "client", "--judge", text(&record)],
        vec!["load", "merge", "a", "b"],
    ] {
        let more = ["--report", text(&report), "--sign", text(&record)];
        run(&[&command[..], &more].concat()).ends(2).says(&["etalon key new"]);
    }
    assert!(!report.exists());
}
