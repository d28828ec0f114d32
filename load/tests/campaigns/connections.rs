//! Connections: bounded, kept, made again when a kept one dies, through a proxy, under TLS; and who
//! was the limit when more was asked than was had.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use reference_hub::config::{Config, Tls};
use reports::load::{Bottleneck, LoadRun, LoadVerdict};

use crate::{audit, campaign, server};

fn plan(rate: u32, connections: u32) -> load::Plan {
    campaign::plan(&format!(
        "name = \"essai\"\n[arrivals]\nform = \"constant\"\nspacing = \"even\"\n\
         calls_per_second = {rate}\nduration = \"2s\"\n[journeys]\npoll = 1\n\
         [generator]\nconnections = {connections}\n"
    ))
}

/// Calls over four connections, each answered after that many milliseconds.
fn over_four_connections(rate: u32, delay_ms: u64, together: bool) -> LoadRun {
    let address = server::slow(Duration::from_millis(delay_ms), together);
    campaign::run(plan(rate, 4), &server::target(address), |_| ())
}

#[test]
fn a_hub_that_answers_one_call_after_the_other_is_the_limit() {
    let run = over_four_connections(400, 5, false);
    let limit = run.generator.hub_limit.expect("the hub is the limit");
    assert!(limit.waited_share > 0.9, "{limit:?}");
    assert!(run.generator.bottlenecks.is_empty(), "{:?}", run.generator.bottlenecks);
    assert_eq!(run.verdict, LoadVerdict::WithinObjectives, "{:?}", run.errors);
    // Both ends of each are in this process, and so is what a runtime opens.
    assert!(run.generator.peak_connections < 20, "{}", run.generator.peak_connections);
    let waits = run.generator.kept_connections.and_then(|kept| kept.waits).unwrap();
    let response = run.all_calls.response_time.unwrap();
    let service = run.all_calls.service_time.unwrap();
    assert!(response.latency_us_p50 > 300_000, "the wait counts: {response:?}");
    assert!(service.latency_us_p99 < 500_000, "{service:?}");
    assert!(response.latency_us_max >= waits.latency_us_max, "{response:?} {waits:?}");
}

#[test]
fn workers_that_wait_for_a_hub_are_no_lack_of_the_generator() {
    let address = server::slow(Duration::from_millis(5), false);
    let few = campaign::plan(
        "name = \"essai\"\n[arrivals]\nform = \"constant\"\nspacing = \"even\"\n\
         calls_per_second = 400\nduration = \"2s\"\n[journeys]\npoll = 1\n\
         [generator]\nconnections = 4\nworkers = 20\n",
    );
    let run = campaign::run(few, &server::target(address), |_| ());
    assert!(run.generator.hub_limit.is_some(), "{:?}", run.generator.bottlenecks);
    assert!(run.generator.bottlenecks.is_empty(), "{:?}", run.generator.bottlenecks);
}

#[test]
fn too_few_connections_to_a_hub_that_answers_as_quickly_as_ever_are_the_generators() {
    let run = over_four_connections(100, 100, true);
    let too_few = |reason: &Bottleneck| matches!(reason, Bottleneck::ConnectionsBusy { .. });
    assert!(run.generator.bottlenecks.iter().any(too_few), "{:?}", run.generator.bottlenecks);
    assert_eq!(run.verdict, LoadVerdict::Invalid);
    assert_eq!(run.generator.hub_limit, None);
}

#[test]
fn a_generator_that_is_kept_from_running_is_the_limit_and_not_the_hub() {
    let target = server::target(server::slow(Duration::from_millis(1), true));
    let run = campaign::run_throttled(plan(400, 16), &target);
    let late = |reason: &Bottleneck| matches!(reason, Bottleneck::LateStarts { .. });
    assert!(run.generator.bottlenecks.iter().any(late), "{:?}", run.generator.bottlenecks);
    assert_eq!(run.generator.hub_limit, None);
}

/// A server that closes each connection at a request that it has read, without a word: the first
/// one, or the fourth.
fn closing_at(request: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer_until(request, &stream));
        }
    });
    address
}

fn answer_until(last: usize, stream: &TcpStream) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    for rank in 1.. {
        let Some(first) = lines.next() else { return };
        let is_token = first.contains("/token");
        let length = lines.by_ref().take_while(|line| !line.is_empty()).find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
        });
        if is_token {
            // Its body has no line end: the connection ends with it.
            let body = r#"{"access_token":"t","expires_in":3600}"#;
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length";
            let _ = write!(&mut &*stream, "{head}: {}\r\n\r\n{body}", body.len());
            return;
        }
        assert_eq!(length, None);
        if rank == last {
            return;
        }
        let _ = (&mut &*stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]");
    }
}

#[test]
fn a_call_whose_kept_connection_died_is_made_again_and_no_other() {
    let run = campaign::run(plan(50, 4), &server::target(closing_at(4)), |_| ());
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    let kept = run.generator.kept_connections.unwrap();
    assert!(kept.made_again > 5, "{kept:?}");
    assert!(kept.connecting.is_some_and(|times| times.count > 5));

    let run = campaign::run(plan(50, 4), &server::target(closing_at(1)), |_| ());
    assert_eq!(run.errors["reset"], run.all_calls.count, "{:?}", run.errors);
    assert_eq!(run.generator.kept_connections.unwrap().made_again, 0);
}

#[test]
fn a_proxy_is_told_the_host_and_who_asks() {
    let proxy = server::proxy("hub.invalid", "Basic dTpw");
    let text = server::target_text(proxy, 1)
        .replace(&format!("http://{proxy}"), "http://hub.invalid")
        .replacen(
            "[[credential]]",
            &format!("[http]\nproxy = \"http://u:p@{proxy}\"\n[[credential]]"),
            1,
        );
    let run = campaign::run(plan(50, 4), &server::parsed(&text), |_| ());
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    assert!(run.all_calls.count > 50);
}

#[test]
fn tls_is_told_apart_from_the_answers() {
    let tls = Some(Tls { authority_directory: None });
    let run = audit::on_a_hub(Config { tls, ..Config::default() });
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    let kept = run.generator.kept_connections.unwrap();
    assert_eq!((kept.http.as_deref(), kept.calls_of_each), (Some("1.1"), Some(1)));
    assert!(kept.tls.is_some_and(|times| times.latency_us_min > 0), "a handshake takes a while");
    assert!(run.audit.is_some_and(|audit| audit.deposited > 5 && !audit.is_broken()));
}
