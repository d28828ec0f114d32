//! HTTP/2: many calls at once over a connection, as many as the hub allows; what a hub leaves alone
//! is made again, and a hub without it is named.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Version};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use parking_lot::Mutex;
use reference_hub::config::{Config, Tls};
use reports::load::{Connections, Latencies, LoadRun};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::{audit, campaign, server};

fn plan(rate: u32, connections: u32) -> load::Plan {
    campaign::plan(&format!(
        "name = \"essai\"\n[arrivals]\nform = \"constant\"\nspacing = \"even\"\n\
         calls_per_second = {rate}\nduration = \"2s\"\n[journeys]\npoll = 1\n\
         [generator]\nhttp = \"2\"\nconnections = {connections}\n"
    ))
}

fn kept(run: &LoadRun) -> Connections {
    run.generator.kept_connections.clone().unwrap()
}

fn quickest_us(times: Option<&Latencies>) -> u64 {
    times.map_or(0, |times| times.latency_us_min)
}

/// What a server saw.
#[derive(Default)]
struct Seen {
    connections: usize,
    now: usize,
    /// The most calls at once.
    most: usize,
    /// What was wrong with calls.
    wrong: Vec<String>,
}

/// A server of HTTP/2 in clear that answers each call after that long: so many of them together,
/// and so many at once over a connection.
fn serving(delay_ms: u64, together: usize, streams: u32) -> (SocketAddr, Arc<Mutex<Seen>>) {
    let (seen, turns) = (Arc::new(Mutex::new(Seen::default())), Arc::new(Semaphore::new(together)));
    let shown = seen.clone();
    let address = server::accepting(move |stream| {
        let (seen, turns) = (seen.clone(), turns.clone());
        seen.lock().connections += 1;
        let authority = stream.local_addr().unwrap().to_string();
        let service = service_fn(move |request: Request<Incoming>| {
            let (seen, turns) = (seen.clone(), turns.clone());
            let wrong = wrong_with(&request, &authority);
            async move {
                {
                    let mut seen = seen.lock();
                    seen.now += 1;
                    seen.most = seen.most.max(seen.now);
                    seen.wrong.extend(wrong);
                }
                let turn = turns.acquire().await.unwrap();
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                drop(turn);
                seen.lock().now -= 1;
                server::answer(request, None, 3_600).await
            }
        });
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_concurrent_streams(streams);
        let served = builder.serve_connection(TokioIo::new(stream), service);
        async move { drop(served.await) }
    });
    (address, shown)
}

fn wrong_with(request: &Request<Incoming>, authority: &str) -> Option<String> {
    let is_named = request.uri().authority().is_some_and(|named| named.as_str() == authority);
    let names = ["host", "connection", "transfer-encoding"];
    let is_of_one = names.iter().any(|name| request.headers().contains_key(*name));
    (request.version() != Version::HTTP_2 || !is_named || is_of_one).then(|| format!("{request:?}"))
}

#[test]
fn many_calls_go_over_a_connection_at_once() {
    let (address, seen) = serving(50, 1_000, 128);
    let run = campaign::run(plan(400, 2), &server::target(address), |_| ());
    let seen = seen.lock();
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    assert_eq!(seen.wrong, Vec::<String>::new());
    assert_eq!(seen.connections, 2);
    assert!(seen.most > 10, "{}", seen.most);
    let kept = kept(&run);
    assert_eq!((kept.http.as_deref(), kept.calls_of_each), (Some("2"), Some(100)));
    assert!(kept.connecting.is_some_and(|times| times.count <= 2));
    assert!(quickest_us(run.all_calls.service_time.as_ref()) >= 50_000);
    assert!(quickest_us(run.all_calls.time_to_first_byte.as_ref()) >= 50_000);
}

#[test]
fn calls_wait_that_are_more_than_the_hub_allows_at_once() {
    let (address, seen) = serving(5, 1, 4);
    let run = campaign::run(plan(400, 1), &server::target(address), |_| ());
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    assert_eq!((seen.lock().most, kept(&run).calls_of_each), (4, Some(4)));
    assert!(run.generator.hub_limit.is_some_and(|limit| limit.waited_share > 0.9));
    let (waits, response) = (kept(&run).waits.unwrap(), run.all_calls.response_time.unwrap());
    let service = run.all_calls.service_time.unwrap();
    assert!(response.latency_us_p50 > 300_000, "the wait counts: {response:?}");
    assert!(response.latency_us_max >= waits.latency_us_max, "{response:?} {waits:?}");
    assert!(service.latency_us_p50 < 100_000, "{service:?}");
}

/// What a server does at a request, instead of answering it.
#[derive(Clone, Copy)]
enum Misdeed {
    /// It says that it answers those before it (`GOAWAY`), and closes.
    Leaves,
    /// It says that it did not look at it (`RST_STREAM`, `REFUSED_STREAM`).
    Refuses,
    /// It says that it failed (`RST_STREAM`, `INTERNAL_ERROR`).
    Fails,
    /// It closes without a word.
    Closes,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
/// `END_STREAM`; of settings, `ACK`.
const LAST: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), content].concat()
}

fn good_answer(stream: u32, body: &str) -> Vec<u8> {
    // 0x88 is `:status: 200` (RFC 7541, appendix A).
    let head = frame(HEADERS, END_HEADERS, stream, &[0x88]);
    [head, frame(DATA, LAST, stream, body.as_bytes())].concat()
}

/// A server that speaks as much of HTTP/2 as it must, and misbehaves at each request of this rank,
/// on each connection.
fn misbehaving(misdeed: Misdeed, rank: u32) -> SocketAddr {
    server::accepting(move |stream| async move {
        drop(misbehave(stream, misdeed, rank).await);
    })
}

async fn misbehave(mut stream: TcpStream, misdeed: Misdeed, rank: u32) -> std::io::Result<()> {
    stream.read_exact(&mut [0; 24]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut requests = 0;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [_, high, low, kind, flags, id @ ..] = head;
        let mut content = vec![0; usize::from(u16::from_be_bytes([high, low]))];
        stream.read_exact(&mut content).await?;
        let (id, is_last) = (u32::from_be_bytes(id), flags & LAST != 0);
        let said = match kind {
            SETTINGS if !is_last => frame(SETTINGS, LAST, 0, &[]),
            // What has a body asks for a token.
            DATA if is_last => good_answer(id, r#"{"access_token":"t","expires_in":3600}"#),
            HEADERS if is_last => {
                requests += 1;
                match misdeed {
                    _ if requests % rank != 0 => good_answer(id, "[]"),
                    Misdeed::Leaves => {
                        let before = [(id.saturating_sub(2)).to_be_bytes(), [0; 4]].concat();
                        stream.write_all(&frame(GOAWAY, 0, 0, &before)).await?;
                        // Closed with something unread, the connection would lose what was said.
                        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
                        return Ok(());
                    }
                    Misdeed::Refuses => frame(RST_STREAM, 0, id, &7_u32.to_be_bytes()),
                    Misdeed::Fails => frame(RST_STREAM, 0, id, &2_u32.to_be_bytes()),
                    Misdeed::Closes => return Ok(()),
                }
            }
            _ => continue,
        };
        stream.write_all(&said).await?;
    }
}

fn on_one_that(misdeed: Misdeed, rank: u32) -> LoadRun {
    campaign::run(plan(50, 2), &server::target(misbehaving(misdeed, rank)), |_| ())
}

#[test]
fn a_call_that_the_hub_leaves_alone_is_made_once_more() {
    for misdeed in [Misdeed::Leaves, Misdeed::Refuses, Misdeed::Closes] {
        let run = on_one_that(misdeed, 4);
        assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
        assert!(kept(&run).made_again > 5, "{:?}", kept(&run));
    }
    // Never answered, whatever the connection: once more each, and not for ever.
    for (misdeed, failure) in [(Misdeed::Leaves, "reset"), (Misdeed::Refuses, "broken")] {
        let run = on_one_that(misdeed, 1);
        assert_eq!(run.errors[failure], run.all_calls.count, "{:?}", run.errors);
        assert_eq!(kept(&run).made_again, run.all_calls.count);
    }
}

#[test]
fn a_call_that_the_hub_may_have_acted_on_is_not_made_again() {
    let run = on_one_that(Misdeed::Fails, 4);
    assert!(run.errors["broken"] > 5, "{:?}", run.errors);
    assert_eq!((run.errors.len(), kept(&run).made_again), (1, 0));
    // Over connections that had not answered anything yet, but for the one that gave the token.
    let run = on_one_that(Misdeed::Closes, 1);
    assert_eq!(run.errors["reset"], run.all_calls.count, "{:?}", run.errors);
    assert!(kept(&run).made_again < 10, "{:?}", kept(&run));
}

#[test]
fn a_hub_delivers_everything_in_clear_and_under_tls() {
    for tls in [None, Some(Tls { authority_directory: None })] {
        let is_secure = tls.is_some();
        let config = Config { tls, ..Config::default() };
        let plan = audit::PLAN.to_owned() + "[generator]\nhttp = \"2\"\n";
        let run = audit::following(&plan, config);
        assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
        assert!(run.audit.as_ref().is_some_and(|audit| audit.deposited > 5 && !audit.is_broken()));
        assert_eq!((kept(&run).http.as_deref(), kept(&run).most), (Some("2"), 4));
        assert_eq!(quickest_us(kept(&run).tls.as_ref()) > 0, is_secure);
    }
}

#[test]
fn a_proxy_opens_a_way_to_the_host() {
    let (hub, seen) = serving(1, 1_000, 128);
    let proxy = server::accepting(move |stream| async move {
        let mut stream = BufReader::new(stream);
        let mut first = String::new();
        let _ = stream.read_line(&mut first).await;
        assert_eq!(first, "CONNECT hub.invalid:80 HTTP/1.1\r\n");
        let mut line = String::new();
        while stream.read_line(&mut line).await.is_ok() && line != "\r\n" {
            line.clear();
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        let mut hub = TcpStream::connect(hub).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut hub).await;
    });
    let text = server::target_text(proxy, 1)
        .replace(&format!("http://{proxy}"), "http://hub.invalid")
        .replacen(
            "[[credential]]",
            &format!("[http]\nproxy = \"http://{proxy}\"\n[[credential]]"),
            1,
        );
    let run = campaign::run(plan(50, 2), &server::parsed(&text), |_| ());
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    assert!(seen.lock().connections > 0);
}

/// A server of HTTP/1.1 under TLS that offers these protocols, and its certificate.
fn secured(protocols: &[&[u8]]) -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let tls = TlsAcceptor::from(Arc::new(config));
    let address = server::accepting(move |stream| {
        let tls = tls.clone();
        async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(|request| server::answer(request, None, 3_600));
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        }
    });
    (address, made.cert.pem())
}

#[test]
fn a_hub_without_it_is_told_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    for protocols in [&[][..], &[&b"http/1.1"[..]][..]] {
        let (address, certificate) = secured(protocols);
        let authority = directory.path().join("authority.pem");
        std::fs::write(&authority, certificate).unwrap();
        let text = server::target_text(address, 1).replace("http://", "https://").replacen(
            "[hub]",
            &format!("[hub]\nca_certificate = {authority:?}"),
            1,
        );
        let error = campaign::refused(plan(50, 2), &server::parsed(&text));
        assert!(error.contains("no_http2. The plan asks for HTTP/2"), "{error}");
    }
    let in_clear = server::slow(Duration::from_millis(1), true);
    let error = campaign::refused(plan(50, 2), &server::target(in_clear));
    assert!(error.contains("write http = \"1.1\" under [generator]"), "{error}");
    let spoken = server::accepting(|mut stream| async move {
        let _ = stream.read(&mut [0; 100]).await;
        let _ = stream.write_all(b"HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n").await;
    });
    let error = campaign::refused(plan(50, 2), &server::target(spoken));
    assert!(error.contains("write http = \"1.1\" under [generator]"), "{error}");
    // What is not there at all lacks nothing of the kind.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = campaign::refused(plan(50, 2), &server::target(nobody));
    assert!(error.contains("refused. Start it"), "{error}");
}
