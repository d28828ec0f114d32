//! A run that is stopped in the middle writes its report, and leaves the référentiel as it found
//! it.

use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::api::Api;
use crate::support::{Outcome, ServedHub, directory, etalon, report, run, text};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_changed_is_put_back_when_it_is_stopped() {
    let hub = ServedHub::start(&["--clock", "steerable"]);
    let before = snapshot(&hub).await;
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let directory = hub.target().with_file_name(format!("report{signal}"));
        let child = start(&hub, &directory);
        wait_for_a_change(&directory);
        let stopped = stop(child, signal);
        stopped.ends(code);
        let report = report(&directory);
        assert_eq!(report["run"]["interrupted"], true);
        assert_ne!(report["verdict"], "conforms");
        assert!(directory.join("report.html").exists());
        let after = snapshot(&hub).await;
        assert_eq!(before, after, "the référentiel is as it was");
    }
}

fn start(hub: &ServedHub, directory: &Path) -> Child {
    let mut command = etalon();
    command.args(["certify", "hub", "--target", text(&hub.target()), "--report", text(directory)]);
    command.args(["--family", "PROC", "SUB", "FOL"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the run has changed the sandbox démarche, which it then has to put back.
fn wait_for_a_change(directory: &Path) {
    let started = Instant::now();
    let changes =
        |line: &str| line.contains("\"method\":\"PUT\"") && line.contains("/processes/ETALON\"");
    loop {
        let seen = std::fs::read_to_string(directory.join("exchanges.jsonl")).unwrap_or_default();
        if seen.lines().any(changes) {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "the run never changed the référentiel"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn stop(child: Child, signal: &str) -> Outcome {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success(), "the run ended before it could be stopped");
    child.wait_with_output().unwrap().into()
}

/// What [sandbox] names, as an administrator reads it; the dates of update alone may differ.
async fn snapshot(hub: &ServedHub) -> Vec<Value> {
    let admin = Api::of(&hub.target(), "admin").await;
    let mut found = vec![
        admin.get_referential("/processes/ETALON").await,
        admin.get_referential("/organizations/SI-21380544300016-38544").await,
        admin
            .get_referential(
                "/subscriptions?processCode=ETALON&companyRegister=21380544300016&maxResult=5000",
            )
            .await,
    ];
    found.iter_mut().for_each(forget_update_dates);
    found
}

fn forget_update_dates(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("updateDateTime");
            fields.values_mut().for_each(forget_update_dates);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_update_dates),
        _ => {}
    }
}

/// Certifies the bundled hub in a group of its own, as a shell would start it.
fn start_bundled(directory: &Path) -> Child {
    let mut command = etalon();
    command.args(["certify", "hub", "--report", text(directory)]);
    command.args(["--family", "FOL", "EVT"]).process_group(0);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while address_of_hub(directory).is_none() {
        assert!(started.elapsed() < Duration::from_secs(120), "the run never called its hub");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// Where the bundled hub answers, once it was called.
fn address_of_hub(directory: &Path) -> Option<String> {
    let seen = std::fs::read_to_string(directory.join("exchanges.jsonl")).ok()?;
    let (_, url) = seen.split_once("https://")?;
    Some(url.split_once('/')?.0.to_owned())
}

fn wait_until_gone(address: &str) {
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(30), "the bundled hub outlives its run");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn ctrl_c_on_a_terminal_reaches_the_run_and_not_its_hub() {
    let directory = directory();
    let child = start_bundled(directory.path());
    let address = address_of_hub(directory.path()).unwrap();
    let group = format!("-{}", child.id());
    let sent = Command::new("kill").args(["-INT", "--", &group]).status();
    assert!(sent.unwrap().success());
    Outcome::from(child.wait_with_output().unwrap()).ends(130);
    let report = report(directory.path());
    assert_eq!(report["run"]["interrupted"], true);
    assert_eq!(
        report["cleanup"]["left"],
        serde_json::json!([]),
        "the hub was still there to be cleaned"
    );
    wait_until_gone(&address);
}

#[test]
fn a_run_that_is_killed_leaves_no_hub_behind() {
    let directory = directory();
    let mut child = start_bundled(directory.path());
    let address = address_of_hub(directory.path()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until_gone(&address);
    let rendered = ["report", "render", text(directory.path()), "--format", "json"];
    let rendered: Value = serde_json::from_str(&run(&rendered).ends(0).stdout).unwrap();
    assert_eq!(rendered["run"]["finished_at"], Value::Null);
    assert_ne!(rendered["verdict"], "conforms", "a killed run proves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_is_taken_away_by_its_record() {
    let hub = ServedHub::start(&["--clock", "steerable"]);
    let directory = hub.target().with_file_name("report");
    let mut child = start(&hub, &directory);
    wait_for_a_change(&directory);
    child.kill().unwrap();
    child.wait().unwrap();
    let clean = |directory: &Path| {
        run(&["certify", "hub", "--target", text(&hub.target()), "--clean", text(directory)])
    };
    let cleaned = clean(&directory);
    let said = cleaned.stdout.clone();
    let counts: Vec<u64> = said.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    assert!(counts.len() == 2 && counts[0] > 0, "{said}");
    assert_eq!(counts[0], counts[1], "{said}\n{}", cleaned.stderr);
    // Whether the démarche of [sandbox] was still changed depends on the moment.
    let is_changed = said.contains("[sandbox]");
    cleaned.ends(if is_changed { 3 } else { 0 });
    for si in ["si-a-etatcivil", "si-a-caf-contact"] {
        assert_eq!(Api::of(&hub.target(), si).await.queue().await, Vec::<Value>::new());
    }
    assert!(clean(&directory).stdout.starts_with("0 télédossiers"), "all of it was taken away");
    let elsewhere = ServedHub::start(&[]);
    let target = elsewhere.target();
    run(&["certify", "hub", "--target", text(&target), "--clean", text(&directory)])
        .ends(2)
        .says(&["that run was on"]);
}

#[test]
fn a_run_that_is_asked_twice_to_stop_still_writes_its_report() {
    let hub = ServedHub::start(&["--clock", "steerable"]);
    let directory = hub.target().with_file_name("report");
    let child = start(&hub, &directory);
    wait_for_a_change(&directory);
    let asked = Instant::now();
    let signal = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal().success());
    std::thread::sleep(Duration::from_millis(150));
    signal();
    Outcome::from(child.wait_with_output().unwrap()).ends(130);
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(report(&directory)["run"]["interrupted"], true);
}
