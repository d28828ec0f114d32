//! Hubs that turn bad in the middle of a run: it ends within its bound, with the exit that says
//! what happened, and blames no rule for what is no rule's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::forwarder::Forwarder;
use crate::support::{Outcome, ServedHub, certify, report};

/// How many answers are the hub's own before it turns bad.
const HONEST: usize = 60;

/// Certifies a hub through somebody who bends what follows the first answers.
fn through(bend: fn(&str, String) -> String, families: &[&str]) -> (Outcome, Duration, ServedHub) {
    let hub = ServedHub::start(&[]);
    let text = std::fs::read_to_string(hub.target()).unwrap();
    let server = text.split_once("teledossiers_url = \"http://").unwrap().1;
    let server = server.split('/').next().unwrap().to_owned();
    let answered = AtomicUsize::new(0);
    let forwarder = Forwarder::bending(server.clone(), move |request, answer, _| {
        let is_honest = answered.fetch_add(1, Ordering::Relaxed) < HONEST;
        if is_honest { answer } else { bend(request, answer) }
    });
    let text = text.replace(&server, &forwarder.address);
    let text = text.replace("[limits]\n", "[limits]\nrequest_timeout = \"1s\"\n");
    assert!(text.contains("request_timeout = \"1s\""), "{text}");
    let target = hub.target().with_file_name("bent.toml");
    std::fs::write(&target, text).unwrap();
    let started = Instant::now();
    let outcome = certify(&target, &hub.target().with_file_name("report"), families);
    (outcome, started.elapsed(), hub)
}

#[test]
fn one_that_announces_more_than_it_sends() {
    let lying = |_: &str, answer: String| {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let is_length = |line: &&str| !line.to_ascii_lowercase().starts_with("content-length");
        let head: Vec<_> = head.lines().filter(is_length).collect();
        format!("{}\r\ncontent-length: {}\r\n\r\n{body}", head.join("\r\n"), body.len() + 7)
    };
    let (outcome, took, hub) = through(lying, &["--family", "FOL"]);
    outcome.ends(4);
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert_ne!(report(&hub.target().with_file_name("report"))["verdict"], "does_not_conform");
}

#[test]
fn one_that_answers_too_late_to_everything() {
    let late = |_: &str, answer: String| {
        std::thread::sleep(Duration::from_secs(3));
        answer
    };
    let (outcome, took, _hub) = through(late, &["--family", "FOL"]);
    outcome.ends(4);
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn one_that_gives_a_hundred_thousand_notifications_of_others() {
    let flooding = |request: &str, answer: String| {
        if !request.contains("/notifications") || !answer.starts_with("HTTP/1.1 200") {
            return answer;
        }
        let one = "{\"id\":\"0d0e8dd5-7ba3-4d86-8f7e-9c5b5c2c2f10\",\
            \"caseId\":\"b2f0a5de-5c5b-4f0e-9f55-2f4d1f0f5d11\",\"eventId\":null,\
            \"processCode\":\"CERTDC\",\"dateTime\":\"2026-01-01T00:00:00.000Z\"}";
        let body = format!("[{}]", vec![one; 100_000].join(","));
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let (outcome, took, _hub) = through(flooding, &["--rule", "NOT-03", "NOT-05", "FOL-18"]);
    // Its batches are larger than what was asked for, or nothing of ours is ever reached.
    assert!([1, 3].contains(&outcome.code), "{}\n{}", outcome.stdout, outcome.stderr);
    assert!(took < Duration::from_secs(120), "{took:?}");
}
