//! Clients certified: our reference client passes, each of its faults is named by its rule and by
//! no other, and those who do nothing are told apart.

use std::path::Path;

use serde_json::Value;

use crate::support::{Outcome, certifying_a_client, client_command, directory, run, text};

fn certify(report: &Path, actor: &str, fault: &str, more: &[&str]) -> Outcome {
    let arguments = certifying_a_client(actor, fault);
    let arguments = arguments.iter().map(String::as_str).chain(["--report", text(report)]);
    run(&[&arguments.collect::<Vec<_>>(), more].concat())
}

/// On how many pages a browser prints a file; `Some(1)` too where there is none, except in CI,
/// which installs one.
fn printed_pages(page: &Path) -> Option<usize> {
    let directory = directory();
    let paper = directory.path().join("page.pdf");
    let printed = std::process::Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-dev-shm-usage"])
        .arg("--disable-component-update")
        .arg(format!("--user-data-dir={}", text(directory.path())))
        .arg(format!("--print-to-pdf={}", text(&paper)))
        .arg(format!("file://{}", text(page)))
        .output();
    if printed.is_err() {
        assert!(std::env::var_os("CI").is_none(), "no Chromium here: .ci/install installs it");
        return Some(1);
    }
    let paper = std::fs::read(paper).ok()?;
    let kinds = paper.windows(b"/Type /Page".len() + 1);
    Some(kinds.filter(|kind| kind.starts_with(b"/Type /Page") && !kind.ends_with(b"s")).count())
}

fn report(directory: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(directory.join("report.json")).unwrap()).unwrap()
}

/// The rules with an outcome.
fn rules(report: &Value, outcome: &str) -> Vec<String> {
    let rules = report["rules"].as_array().unwrap().iter();
    let with = rules.filter(|rule| rule["outcome"] == outcome);
    with.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
}

fn assert_accounted(report: &Value) {
    let counts = report["counts"].as_object().unwrap();
    let sum: u64 = counts
        .iter()
        .filter(|(name, _)| *name != "expected")
        .map(|(_, count)| count.as_u64().unwrap())
        .sum();
    assert_eq!(sum, counts["expected"].as_u64().unwrap());
}

#[test]
fn the_reference_client_passes_as_an_si_with_every_fault_of_the_bench() {
    let directory = directory();
    certify(directory.path(), "SI", "", &[]).ends(0);
    let judged = report(directory.path());
    assert_eq!(rules(&judged, "failed"), Vec::<String>::new());
    assert_eq!(rules(&judged, "recorded"), ["CLI-02", "CLI-04", "CLI-14"]);
    assert_accounted(&judged);
    assert_eq!(judged["counts"]["passed"], 11);
    assert_eq!(judged["sheet"]["lines"][0]["result"], "conforms");
    assert!(directory.path().join("sheet.html").exists());
    assert_eq!(printed_pages(&directory.path().join("sheet.html")), Some(1));

    // Judged again from its record, the session gets the same verdict, check by check.
    let second = super::support::directory();
    let record = directory.path().join("exchanges.jsonl");
    run(&["certify", "client", "--judge", text(&record), "--report", text(second.path())]).ends(0);
    let again = report(second.path());
    for part in ["verdict", "counts", "rules", "scenarios", "sheet"] {
        assert_eq!(again[part], judged[part], "{part}");
    }
    assert!(told(directory.path(), "exchanges.jsonl") == told(second.path(), "exchanges.jsonl"));
    assert_eq!(told(directory.path(), "events.jsonl"), told(second.path(), "events.jsonl"));
}

/// The lines of a record, without where the run comes from and the chain that this changes.
fn told(directory: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(directory.join(name)).unwrap();
    let read = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let fields = line.as_object_mut().unwrap();
        for own in ["provenance", "rank", "previous"] {
            fields.remove(own);
        }
        line
    };
    text.lines().map(read).collect()
}

#[test]
fn the_reference_client_passes_on_the_other_démarches() {
    let directory = directory();
    let processes = [
        "--process",
        "EtatCivil",
        "SNATED",
        "RSABEI-RSABAI",
        "--feature",
        "si-reception.feature",
        "si-evenements.feature",
    ];
    certify(directory.path(), "SI", "", &processes).ends(0);
    let judged = report(directory.path());
    let lines = judged["sheet"]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["result"] == "conforms"), "{lines:?}");
}

#[test]
fn the_reference_client_passes_as_an_osl_and_as_datapass() {
    for (actor, passed, more) in
        [("OSL", 7, &[][..]), ("DATAPASS", 1, &[]), ("DATAPASS", 1, &["--scope", "ADMIN"])]
    {
        let directory = directory();
        certify(directory.path(), actor, "", more).ends(0);
        let judged = report(directory.path());
        assert_eq!(judged["counts"]["passed"], passed, "{actor}");
        assert_accounted(&judged);
    }
}

/// A fault of the reference client, the rule it breaks, and the feature that shows it.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("SI", "wrong-scope", "CLI-01", "si-reception.feature"),
    ("SI", "die-on-401", "CLI-03", "si-jeton.feature"),
    ("SI", "first-batch-only", "CLI-05", "si-reception.feature"),
    ("SI", "delete-first", "CLI-06", "si-reception.feature"),
    ("SI", "never-delete", "CLI-06", "si-reception.feature"),
    ("SI", "skip-attachment", "CLI-07", "si-reception.feature"),
    ("SI", "no-intermediate", "CLI-08", "si-reception.feature"),
    ("SI", "skip-received", "CLI-09", "si-evenements.feature"),
    ("SI", "wrong-size", "CLI-10", "si-evenements.feature"),
    ("SI", "unknown-action", "CLI-11", "si-reception.feature"),
    ("SI", "give-up-on-infected", "CLI-12", "si-reception.feature"),
    ("SI", "no-digest", "CLI-13", "si-pannes.feature"),
    ("SI", "blind-retry", "CLI-13", "si-pannes.feature"),
    ("SI", "hammer", "CLI-13", "si-pannes.feature"),
    ("SI", "delete-on-error", "CLI-13", "si-pannes.feature"),
    ("OSL", "same-number", "CLI-20", "osl-depot.feature"),
    ("OSL", "wrong-case-number", "CLI-20", "osl-depot.feature"),
    ("OSL", "wrong-recipient", "CLI-21", "osl-depot.feature"),
    ("OSL", "die-on-401", "CLI-27", "osl-pannes.feature"),
    ("OSL", "wrong-size", "CLI-22", "osl-depot.feature"),
    ("OSL", "silent-rejection", "CLI-23", "osl-depot.feature"),
    ("OSL", "complete-twice", "CLI-24", "osl-depot.feature"),
    ("OSL", "never-close", "CLI-25", "osl-depot.feature"),
    ("DATAPASS", "enrol-twice", "CLI-30", "datapass-enrolement.feature"),
];

fn each_breaks_its_rule(actor: &str) {
    let mut wrong = Vec::new();
    for (_, fault, rule, feature) in FAULTS.iter().filter(|(of, ..)| *of == actor) {
        let directory = directory();
        let outcome = certify(directory.path(), actor, fault, &["--feature", feature]);
        let judged = report(directory.path());
        let failed = rules(&judged, "failed");
        if outcome.code != 1 || failed != [*rule] {
            wrong.push(format!("{fault}: exit {}, failed {failed:?}, not {rule}", outcome.code));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn each_fault_of_an_si_breaks_its_rule_and_no_other() {
    each_breaks_its_rule("SI");
}

#[test]
fn each_fault_of_an_osl_breaks_its_rule_and_no_other() {
    each_breaks_its_rule("OSL");
}

#[test]
fn each_fault_of_an_enrolment_breaks_its_rule_and_no_other() {
    each_breaks_its_rule("DATAPASS");
}

#[test]
fn habits_are_recorded_and_fail_nobody() {
    for (actor, fault, rule, observed) in [
        ("SI", "token-each-call", "CLI-02", "presque chaque appel"),
        ("SI", "no-headers", "CLI-04", "editorName sur 0 appels"),
        ("SI", "download-infected", "CLI-07", "qui n'est pas RECEIVED est demandée"),
        ("OSL", "never-reopen", "CLI-26", "reste clos"),
    ] {
        let directory = directory();
        let feature = if actor == "SI" { "si-reception.feature" } else { "osl-depot.feature" };
        certify(directory.path(), actor, fault, &["--feature", feature]).ends(0);
        let judged = report(directory.path());
        let rules = judged["rules"].as_array().unwrap();
        let found = rules.iter().find(|one| one["id"] == rule).unwrap();
        assert!(found["findings"].to_string().contains(observed), "{found}");
    }
}

#[test]
fn what_a_client_openly_never_does_is_excused_and_what_it_does_is_judged() {
    for (actor, fault, feature, rule, code) in [
        ("OSL", "never-reopen", "osl-depot.feature", "CLI-26", 0),
        ("OSL", "never-close", "osl-depot.feature", "CLI-25", 0),
        ("SI", "skip-received", "si-evenements.feature", "CLI-09", 0),
        ("SI", "never-delete", "si-pannes.feature", "CLI-06", 3),
        ("SI", "delete-first", "si-reception.feature", "CLI-06", 1),
    ] {
        let directory = directory();
        let declared = format!("{rule}=it never does");
        let more = ["--feature", feature, "--not-offered", &declared];
        certify(directory.path(), actor, fault, &more).ends(code);
        let judged = report(directory.path());
        let excused = rules(&judged, "not_applicable") == [rule];
        assert_eq!(excused, code == 0, "{fault}: {:?}", judged["summary"]);
    }
}

#[test]
fn those_who_do_nothing_are_told_apart() {
    for (fault, said) in [
        ("dead", "mort avec le code 9 avant son premier appel"),
        ("idle", "ignore les URL qui lui"),
    ] {
        let directory = directory();
        certify(directory.path(), "SI", fault, &[]).ends(3).says(&[said]);
        let judged = report(directory.path());
        assert_eq!(judged["counts"]["not_run"], judged["counts"]["expected"], "{fault}");
    }
    let directory = directory();
    certify(directory.path(), "SI", "crash", &["--feature", "si-reception.feature"])
        .ends(1)
        .says(&["en cours de route", "code 3"]);
}

#[test]
fn a_client_left_running_that_does_its_round_every_second_passes_in_its_time() {
    let directory = directory();
    let started = std::time::Instant::now();
    run(&[
        "certify",
        "client",
        "--actor",
        "SI",
        "--feature",
        "si-reception.feature",
        "--report",
        text(directory.path()),
        "--service",
        &format!("{} --service", client_command("")),
    ])
    .ends(0);
    // Far from the patience and the limit of a single turn: none of the four is waited for to its
    // end.
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
}

#[test]
fn a_feature_that_selects_nothing_is_a_mistake_of_the_command_line() {
    let directory = directory();
    certify(directory.path(), "SI", "", &["--feature", "osl-depot.feature"])
        .ends(2)
        .says(&["--feature osl-depot.feature"]);
}

#[test]
fn a_command_that_does_not_exist_is_no_client() {
    let directory = directory();
    run(&[
        "certify",
        "client",
        "--actor",
        "SI",
        "--report",
        text(directory.path()),
        "--command",
        "no-such-client-at-all",
    ])
    .ends(3)
    .says(&["code 127"]);
}

#[test]
fn no_secret_of_the_session_reaches_the_report() {
    let directory = directory();
    certify(directory.path(), "SI", "", &["--feature", "si-reception.feature"]).ends(0);
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for secret in ["secret-public-", "Camille", "Bearer ey"] {
            assert!(!text.contains(secret), "{} shows {secret}", path.display());
        }
    }
}

#[test]
fn what_the_client_needs_is_written_for_a_shell_and_as_toml() {
    let directory = directory();
    let file = directory.path().join("client.env");
    certify(directory.path(), "SI", "idle", &["--write-client-env", text(&file), "--tls"]).ends(3);
    let shell = std::fs::read_to_string(&file).unwrap();
    assert!(shell.contains("export HUBEE_TOKEN_URL='https://127.0.0.1:"), "{shell}");
    let toml = std::fs::read_to_string(directory.path().join("client.env.toml")).unwrap();
    assert!(toml.contains("HUBEE_CLIENT_SECRET") && toml.contains("HUBEE_CA_FILE"), "{toml}");
}
