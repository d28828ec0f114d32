//! The commands that judge nothing: help, lists, the doctor, the catalogue, reports rendered again.

use crate::support::{
    Outcome, ServedHub, certify, directory, etalon, read_json, report, run, text,
};

#[test]
fn every_command_has_its_help() {
    let commands: [&[&str]; 15] = [
        &[],
        &["hub"],
        &["hub", "serve"],
        &["hub", "faults"],
        &["certify"],
        &["certify", "hub"],
        &["certify", "diff"],
        &["load"],
        &["load", "run"],
        &["play"],
        &["play", "deposit"],
        &["doctor"],
        &["report"],
        &["report", "render"],
        &["rules"],
    ];
    for command in commands {
        let help = run(&[command, &["--help"]].concat()).ends(0);
        assert!(help.stdout.contains("Usage: etalon"), "{command:?}: {}", help.stdout);
    }
    run(&["--version"]).ends(0);
    run(&[]).ends(2).says(&["Usage"]);
    run(&["certify", "nothing"]).ends(2);
}

#[test]
fn a_list_calls_nothing_and_says_what_would_run() {
    let hub = ServedHub::start(&[]);
    let target = hub.target_with("listed.toml", |target| {
        // Whoever lists calls nobody: the address may well be wrong.
        for url in ["teledossiers_url", "referential_url", "token_url"] {
            target["hub"][url] = "http://127.0.0.2:9/".into();
        }
    });
    let elsewhere = directory();
    let listed = certify(&target, &elsewhere.path().join("report"), &["--list"]).ends(0);
    assert!(listed.stdout.contains("NOT-01"), "{}", listed.stdout);
    assert!(listed.stdout.contains("EICAR"), "what it would send is said");
    let unplayed =
        listed.stdout.lines().find(|line| line.starts_with("non joué") && line.contains("AUTH-10"));
    assert!(
        unplayed.is_some_and(|line| line.contains("--tls")),
        "why the rest would not run is said"
    );
}

#[test]
fn a_doctor_finds_a_hub_in_good_health() {
    let hub = ServedHub::start(&[]);
    let found = run(&["doctor", "--target", text(&hub.target())]).ends(0);
    for credential in ["osl-dila", "si-a-etatcivil", "admin", "datapass"] {
        assert!(found.stdout.contains(credential), "{}", found.stdout);
    }
    assert!(!found.stdout.contains("secret-public"), "{}", found.stdout);
    assert!(!found.stdout.contains("n'admet pas"), "{}", found.stdout);
}

#[test]
fn a_doctor_names_what_a_démarche_does_not_allow() {
    let directory = directory();
    let fewer = directory.path().join("fewer.toml");
    let whole = std::fs::read_to_string("../reference-hub/referential.toml").unwrap();
    let without = whole.replace("\"ActeEtatCivil-XML\"", "\"Autre\"");
    assert_ne!(whole, without);
    std::fs::write(&fewer, without).unwrap();
    let hub = ServedHub::start(&["--referential", text(&fewer)]);
    let found = run(&["doctor", "--target", text(&hub.target())]).ends(0);
    let lacking =
        "EtatCivil n'admet pas ce que la suite y dépose\u{a0}: type de pièce ActeEtatCivil-XML";
    assert!(found.stdout.contains(lacking), "{}", found.stdout);
}

#[test]
fn a_recorded_run_renders_in_every_format() {
    let hub = ServedHub::start(&[]);
    let directory = directory();
    certify(&hub.target(), directory.path(), &["--family", "NUM"]).ends(0);
    let partial = report(directory.path());
    assert_eq!(partial["run"]["partial"], true);
    let render = |format: &str| {
        run(&["report", "render", text(directory.path()), "--format", format]).ends(0).stdout
    };
    assert!(render("html").starts_with("<!DOCTYPE html>"));
    assert!(render("junit").contains("<testsuites"));
    assert!(render("markdown").starts_with("# "));
    let again: serde_json::Value = serde_json::from_str(&render("json")).unwrap();
    assert_eq!(again, partial, "what is rendered later is what was written then");
    for file in [
        "report.html",
        "junit.xml",
        "summary.md",
        "events.jsonl",
        "exchanges.jsonl",
        "manifest.json",
    ] {
        assert!(directory.path().join(file).exists(), "{file}");
    }
    let har: serde_json::Value = serde_json::from_str(&render("har")).unwrap();
    let exchanges = std::fs::read_to_string(directory.path().join("exchanges.jsonl")).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), exchanges.lines().count());
    run(&["report", "render", text(directory.path()), "--format", "pdf"]).ends(2).says(&["pdf"]);
    run(&["report", "render", "/nowhere", "--format", "json"]).ends(2).says(&["/nowhere"]);
}

#[test]
fn a_machine_without_certificates_reaches_a_hub_over_http() {
    let hub = ServedHub::start(&[]);
    let mut command = etalon();
    command.args(["doctor", "--target", text(&hub.target())]);
    command.env("SSL_CERT_FILE", "/nowhere").env("SSL_CERT_DIR", "/nowhere");
    Outcome::from(command.output().unwrap()).ends(0);
}

#[test]
fn a_pipeline_is_told_in_its_own_form() {
    let directory = directory();
    let certify = |system: &str| {
        let broken = ["certify", "hub", "--rule", "NUM-03", "--fault", "NUM-03"];
        let report = ["--report", text(directory.path()), "--annotations", system];
        run(&[&broken[..], &report].concat()).ends(1).stdout
    };
    let findings = directory.path().join("code-quality.json");
    certify("gitlab");
    assert_eq!(read_json(&findings)[0]["check_name"], "NUM-03");

    let told = certify("github");
    assert!(!findings.exists(), "what an earlier run found lies there still");
    let lines: Vec<_> = told.lines().collect();
    let word = lines[0].strip_prefix("::stop-commands::").unwrap();
    let [.., opens, verdict, finding, stops, opens_again] = lines.as_slice() else {
        panic!("{told}");
    };
    assert!(verdict.starts_with("::error title=étalon::Non conforme"), "{told}");
    assert!(finding.starts_with("::error file=features/hub/"), "{told}");
    assert_eq!((*opens, *opens_again), (format!("::{word}::").as_str(), *opens));
    assert_eq!(*stops, lines[0]);
    assert!(!certify("none").contains("::"));
}

#[test]
fn two_runs_are_compared_rule_by_rule() {
    let directory = directory();
    let (whole, broken) = (directory.path().join("whole"), directory.path().join("broken"));
    run(&["certify", "hub", "--family", "NUM", "--report", text(&whole)]).ends(0);
    run(&["certify", "hub", "--family", "NUM", "--fault", "NUM-03", "--report", text(&broken)])
        .ends(1);
    let worse = run(&["certify", "diff", text(&whole), text(&broken)]).ends(1);
    assert!(worse.stdout.contains("NUM-03"), "{}", worse.stdout);
    run(&["certify", "diff", text(&broken), text(&whole)]).ends(0);
    run(&["certify", "diff", text(&broken), text(&whole), "--fail-on", "any"]).ends(1);

    // What a part leaves out may have failed as well as not.
    let part = directory.path().join("part");
    run(&["certify", "hub", "--rule", "NUM-01", "--report", text(&part)]).ends(0);
    let gone = run(&["certify", "diff", text(&whole), text(&part), "--format", "markdown"]).ends(3);
    assert!(gone.stdout.contains("### Disparues"), "{}", gone.stdout);
    run(&["certify", "diff", text(&whole), text(&part), "--fail-on", "none"]).ends(0);
}

#[test]
fn the_catalogue_names_every_rule_and_the_faults_their_rules() {
    let rules = run(&["rules"]).ends(0).stdout;
    let faults = run(&["hub", "faults"]).ends(0).stdout;
    for id in ["AUTH-01", "ACC-28", "WIRE-03", "DEL-04", "CLI-30"] {
        assert!(rules.contains(id), "{id}");
    }
    let ids: Vec<_> = faults
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(ids.len() >= 150, "{} faults", ids.len());
    for id in ids {
        assert!(rules.contains(id), "`etalon rules` does not show the fault {id}");
    }
}

#[test]
fn output_that_nobody_reads_is_no_bug() {
    let closed = etalon()
        .args(["rules"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn();
    let mut closed = closed.unwrap();
    drop(closed.stdout.take());
    let ended = closed.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(141), &b""[..]));
}
