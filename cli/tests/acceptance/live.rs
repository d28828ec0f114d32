//! `--live`: a page that follows a run changes nothing of it, and is served to this machine alone
//! unless more is asked for.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{certifying_a_client, directory, etalon, run, text};

/// What is read of an answer that ends when the connection does.
fn answered(address: &str, path: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{cookie}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// Opens the page behind a link, and follows it to its end: all that it was shown.
fn follow(link: &str) -> String {
    let rest = link.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_at(rest.find('/').unwrap());
    let opened = answered(address, path, "");
    let cookie = opened.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = format!("cookie: {}\r\n", cookie.split(';').next().unwrap());
    answered(address, "/events", &cookie)
}

/// Runs with a page that is followed to the end: the exit code, and what the page was shown.
fn run_live(arguments: &[&str]) -> (i32, String) {
    let mut child = etalon()
        .args(arguments)
        .arg("--live")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let link = said.find_map(|line| {
        let from = line.find("http://127.0.0.1:").filter(|_| line.contains("/open/"))?;
        Some(line[from..].split(' ').next().unwrap().to_owned())
    });
    let reader = std::thread::spawn(move || follow(&link.expect("a link")));
    said.for_each(drop);
    (child.wait().unwrap().code().unwrap(), reader.join().unwrap())
}

/// What a run amounts to, its times and ids aside.
fn amounts_to(report: &Path) -> Value {
    let file = |name: &str| std::fs::read_to_string(report.join(name)).unwrap();
    let run: Value = serde_json::from_str(&file("report.json")).unwrap();
    let outcomes = |list: &str, name: &str| -> Vec<Value> {
        let all = run[list].as_array().unwrap().iter();
        all.map(|one| json!([one[name], one["outcome"]])).collect()
    };
    let mut events = BTreeSet::new();
    for line in file("events.jsonl").lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        // How often a hub is asked is chance, where it is waited for; what is found is not.
        if event["event"] == "check_made" || event["event"] == "scenario_finished" {
            let of = json!([event["id"], event["scenario"], event["rule"], event["outcome"]]);
            events.insert(of.to_string());
        }
    }
    json!({
        "verdict": run["verdict"], "rules": outcomes("rules", "id"),
        "scenarios": outcomes("scenarios", "name"), "events": events,
    })
}

#[test]
fn a_certification_is_the_same_with_and_without_a_page() {
    let directory = directory();
    let [with, without] = ["with", "without"].map(|name| directory.path().join(name));
    let arguments = ["certify", "hub", "--family", "NOT", "--fault", "NOT-06", "--report"];
    run(&[&arguments[..], &[text(&without)]].concat()).ends(1);
    let (code, shown) = run_live(&[&arguments[..], &[text(&with)]].concat());
    assert_eq!(code, 1);
    assert_eq!(amounts_to(&with), amounts_to(&without));
    assert!(shown.contains("NOT-06") && shown.contains("Constaté"), "the failure is shown");
    assert!(shown.contains("Non conforme") && shown.contains("\"ended\":true"), "and the verdict");
}

#[test]
fn a_client_is_judged_the_same_with_and_without_a_page() {
    let directory = directory();
    let [with, without] = ["with", "without"].map(|name| directory.path().join(name));
    let arguments = certifying_a_client("SI", "delete-first");
    let arguments = arguments.iter().map(String::as_str);
    let arguments: Vec<_> =
        arguments.chain(["--feature", "si-reception.feature", "--report"]).collect();
    let code = run(&[&arguments[..], &[text(&without)]].concat()).ends(1).code;
    let (code_with, shown) = run_live(&[&arguments[..], &[text(&with)]].concat());
    assert_eq!(code_with, code);
    assert_eq!(amounts_to(&with), amounts_to(&without));
    assert!(
        shown.contains("/notifications") && shown.contains("HUBEE_CLIENT_SECRET"),
        "{shown:.2000}"
    );
}

#[test]
fn a_page_is_served_at_an_address_in_full_or_not_at_all() {
    for address in ["example.org:80", "localhost:80", ":80", "0.0.0.0", "99999"] {
        run(&["certify", "hub", "--live", address]).ends(2).says(&["IP:PORT"]);
    }
    run(&["certify", "hub", "--list", "--live"]).ends(2);
}
