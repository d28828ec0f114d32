//! What goes wrong before or beside a verdict: a message that says what to do, and the documented
//! exit code.

use std::time::{Duration, Instant};

use crate::support::{ServedHub, certify, directory, outcome_of, read_target, report, run, text};

#[test]
fn a_hub_that_is_stopped() {
    let hub = ServedHub::start(&[]);
    let elsewhere = directory();
    let target = elsewhere.path().join("hub.toml");
    std::fs::copy(hub.target(), &target).unwrap();
    hub.kill();
    certify(&target, &elsewhere.path().join("report"), &["--family", "NOT"])
        .ends(4)
        .says(&["does not answer", "[hub]"]);
    run(&["doctor", "--target", text(&target)]).ends(4);
}

/// It is no non-conformity, whatever was under way; and nobody waits for every scenario to try.
#[test]
fn a_hub_that_dies_in_mid_run() {
    let hub = ServedHub::start(&[]);
    let elsewhere = directory();
    let target = elsewhere.path().join("hub.toml");
    std::fs::copy(hub.target(), &target).unwrap();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(4));
        hub.kill();
    });
    let started = Instant::now();
    let report = elsewhere.path().join("report");
    let said = certify(&target, &report, &[]).ends(4);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    killer.join().unwrap();
    let summary = std::fs::read_to_string(report.join("summary.md")).unwrap();
    // A page says it first, a terminal last.
    for line in [said.stdout.lines().last().unwrap(), summary.lines().next().unwrap()] {
        assert!(line.contains("le hub ne répond plus"), "{line}");
    }
}

#[test]
fn a_path_where_this_api_is_not() {
    let hub = ServedHub::start(&[]);
    for name in ["teledossiers_url", "referential_url"] {
        let target = hub.target_with("elsewhere.toml", |target| {
            let url = target["hub"][name].as_str().unwrap().trim_end_matches('/').to_owned();
            target["hub"][name] = format!("{url}/v9").into();
        });
        let report = target.with_extension("report");
        certify(&target, &report, &["--family", "NOT"]).ends(2).says(&[
            name,
            "does not answer as this API",
            "404",
        ]);
        assert!(!report.join("report.html").exists());
        run(&["doctor", "--target", text(&target)]).ends(2).says(&[name, "/v9"]);
    }
}

#[test]
fn a_target_file_with_a_typo() {
    let hub = ServedHub::start(&[]);
    let right = std::fs::read_to_string(hub.target()).unwrap();
    let wrong = right.replacen("token_url", "tokn_url", 1);
    let line = wrong.lines().position(|line| line.starts_with("tokn_url")).unwrap() + 1;
    let path = hub.target().with_file_name("typo.toml");
    std::fs::write(&path, wrong).unwrap();
    certify(&path, &path.with_extension("report"), &[])
        .ends(2)
        .says(&["tokn_url", &format!("line {line}")]);
}

#[test]
fn a_target_file_that_is_not_there() {
    run(&["certify", "hub", "--target", "/nowhere/hub.toml"])
        .ends(2)
        .says(&["/nowhere/hub.toml", "--write-target"]);
}

#[test]
fn a_wrong_secret() {
    let hub = ServedHub::start(&[]);
    let target = hub.target_with("wrong.toml", |target| {
        let credentials = target["credential"].as_array_mut().unwrap();
        let osl = credentials
            .iter_mut()
            .find(|credential| credential["name"].as_str() == Some("osl-dila"));
        osl.unwrap()["client_secret"] = "not-the-secret".into();
    });
    let said = certify(&target, &target.with_extension("report"), &["--family", "NOT"])
        .ends(2)
        .says(&["osl-dila", "client_secret"]);
    assert!(
        !said.stderr.contains("not-the-secret"),
        "a message shows no secret, not even a wrong one"
    );
    let doctor = run(&["doctor", "--target", text(&target)]).ends(2);
    assert!(doctor.stdout.contains("osl-dila"), "{}", doctor.stdout);
}

#[test]
fn an_unknown_rule() {
    run(&["certify", "hub", "--rule", "NOT-99"]).ends(2).says(&["NOT-99", "NOT-09"]);
}

#[test]
fn an_unknown_family_fault_or_feature() {
    run(&["certify", "hub", "--family", "NOPE"]).ends(2).says(&["NOPE", "AUTH"]);
    let elsewhere = directory();
    let report = elsewhere.path().join("report");
    run(&["certify", "hub", "--fault", "NOT-99", "--report", text(&report)])
        .ends(2)
        .says(&["NOT-99", "etalon hub faults"]);
    run(&["certify", "hub", "--feature", "nowhere.feature", "--report", text(&report)])
        .ends(2)
        .says(&["no rule and no scenario"]);
}

#[test]
fn nothing_is_green_with_half_of_the_actors() {
    let hub = ServedHub::start(&[]);
    let target = hub.target_with("osl-only.toml", |target| {
        let credentials = target["credential"].as_array_mut().unwrap();
        credentials.retain(|credential| credential["scope"].as_str() == Some("OSL"));
        assert!(!credentials.is_empty());
        target.remove("sandbox");
        target["may"]["change_referential"] = false.into();
    });
    let directory = target.with_extension("report");
    certify(&target, &directory, &[]).ends(3);
    let report = report(&directory);
    assert_eq!(report["verdict"], "undecided");
    assert_eq!(outcome_of(&report, "NOT-01"), "not_applicable", "no SI to read a queue");
    assert_eq!(outcome_of(&report, "AUTH-01"), "passed", "what an OSL alone shows is still judged");
    assert_eq!(report["counts"]["failed"], 0);
}

#[test]
fn a_report_directory_that_cannot_be_made() {
    let hub = ServedHub::start(&[]);
    let file = hub.target().with_file_name("a-file");
    std::fs::write(&file, "").unwrap();
    certify(&hub.target(), &file.join("report"), &["--family", "NOT"]).ends(2).says(&["a-file"]);
}

#[test]
fn an_address_that_is_taken() {
    let hub = ServedHub::start(&[]);
    let target = read_target(&hub.target());
    let url = target["hub"]["token_url"].as_str().unwrap().to_owned();
    let address = url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    run(&["hub", "serve", "--listen", &address]).ends(2).says(&[&address]);
}
