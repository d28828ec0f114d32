use std::net::Ipv4Addr;

use axum::Router;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

async fn start(limits: Limits, tls: Option<TlsAcceptor>) -> (Server, Panics) {
    let app = Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/length", post(|body: bytes::Bytes| async move { body.len().to_string() }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                "slow"
            }),
        )
        .route("/panic", get(|| async { panic!("on purpose") as () }));
    let panics = Panics::default();
    let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap().start(
        &limits,
        tls,
        app,
        panics.clone(),
    );
    (server, panics)
}

/// Sends bytes, and reads until the server closes.
async fn talk(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn get_of(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_panic_is_a_500_is_counted_and_the_server_lives() {
    let (server, panics) = start(Limits::default(), None).await;
    let answer = talk(server.address(), get_of("/panic").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("\"code\":500"), "{answer}");
    assert_eq!(panics.count(), 1);
    assert!(talk(server.address(), get_of("/").as_bytes()).await.ends_with("ok"));
}

#[tokio::test]
async fn too_many_headers_are_431() {
    let (server, _) = start(Limits::default(), None).await;
    let headers = (0..5000).map(|index| format!("x-{index}: v\r\n")).collect::<String>();
    let answer =
        talk(server.address(), format!("GET / HTTP/1.1\r\nhost: h\r\n{headers}\r\n").as_bytes())
            .await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let long = format!("GET / HTTP/1.1\r\nhost: h\r\nx: {}\r\n\r\n", "v".repeat(200_000));
    let answer = talk(server.address(), long.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn who_never_ends_its_headers_or_its_body_is_dropped() {
    let limits = Limits {
        header_read_timeout: Duration::from_millis(200),
        body_idle_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let (server, _) = start(limits, None).await;
    let started = std::time::Instant::now();
    talk(server.address(), b"GET / HTTP/1.1\r\nhost: h\r\nx: ").await;
    let answer = talk(
        server.address(),
        b"POST /length HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n\r\nabc",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

/// Sends the pieces one by one, with a pause before each, and reads until the server closes.
async fn drip(address: SocketAddr, head: &str, pieces: usize, pause: Duration) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..pieces {
        tokio::time::sleep(pause).await;
        if stream.write_all(b"a").await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_says_nothing_at_all_is_dropped() {
    let limits = Limits { first_byte_timeout: Duration::from_millis(200), ..Limits::default() };
    let (server, _) = start(limits, None).await;
    let started = std::time::Instant::now();
    assert_eq!(talk(server.address(), b"").await, "");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_head_that_drips_is_dropped() {
    let limits = Limits { head_timeout: Duration::from_millis(300), ..Limits::default() };
    let (server, _) = start(limits, None).await;
    let head = "GET / HTTP/1.1\r\nhost: h\r\nx: ";
    let dripping = drip(server.address(), head, 100, Duration::from_millis(100));
    let answer = tokio::time::timeout(Duration::from_secs(4), dripping).await;
    assert_eq!(answer.expect("it is dropped while it drips"), "");
}

#[tokio::test]
async fn a_body_that_drips_is_cut_and_one_that_comes_in_time_is_not() {
    let limits = Limits {
        body_idle_timeout: Duration::from_millis(500),
        body_bytes_per_second: 100,
        ..Limits::default()
    };
    let (server, _) = start(limits, None).await;
    let head =
        "POST /length HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 20\r\n\r\n";
    let dripping = drip(server.address(), head, 20, Duration::from_millis(100));
    let answer = tokio::time::timeout(Duration::from_secs(4), dripping).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let in_time = drip(server.address(), head, 20, Duration::from_millis(10)).await;
    assert!(in_time.starts_with("HTTP/1.1 200"), "{in_time}");
}

#[tokio::test]
async fn a_flood_of_silent_connections_keeps_nobody_out() {
    let limits = Limits { connections: 300, newcomers_of_one_address: 100, ..Limits::default() };
    let (server, _) = start(limits, None).await;
    let address = server.address();
    let mut kept = TcpStream::connect(address).await.unwrap();
    let kept_call = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    kept.write_all(kept_call).await.unwrap();
    let mut answer = [0; 1024];
    assert!(kept.read(&mut answer).await.unwrap() > 0);

    let mut flood = Vec::new();
    for _ in 0..400 {
        flood.push(TcpStream::connect(address).await.unwrap());
    }
    let started = std::time::Instant::now();
    assert!(talk(address, get_of("/").as_bytes()).await.ends_with("ok"));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    kept.write_all(kept_call).await.unwrap();
    assert!(kept.read(&mut answer).await.unwrap() > 0, "who has spoken is not sent away");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_speak_are_not_counted() {
    let limits = Limits { newcomers: 20, newcomers_of_one_address: 10, ..Limits::default() };
    let (server, _) = start(limits, None).await;
    let address = server.address();
    let busy = (0..200).map(|_| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        for _ in 0..3 {
            stream.write_all(b"GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
            let mut answer = [0; 1024];
            let length = stream.read(&mut answer).await.unwrap();
            assert!(answer[..length].starts_with(b"HTTP/1.1 200"), "its connection was closed");
        }
    });
    futures::future::join_all(busy).await;
}

#[tokio::test]
async fn over_the_connection_limit_others_wait_their_turn() {
    let (server, _) = start(Limits { connections: 1, ..Limits::default() }, None).await;
    let address = server.address();
    let first = tokio::spawn(async move { talk(address, get_of("/slow").as_bytes()).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let started = std::time::Instant::now();
    assert!(talk(address, get_of("/").as_bytes()).await.ends_with("ok"));
    assert!(started.elapsed() > Duration::from_millis(150), "it was served beside the first");
    assert!(first.await.unwrap().ends_with("slow"));
}

#[tokio::test]
async fn a_stop_lets_calls_in_progress_end() {
    let (server, _) = start(Limits::default(), None).await;
    let address = server.address();
    let call = tokio::spawn(async move { talk(address, get_of("/slow").as_bytes()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop().await;
    assert!(call.await.unwrap().ends_with("slow"));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_says_nothing() {
    let (server, _) = start(Limits::default(), None).await;
    let silent = TcpStream::connect(server.address()).await.unwrap();
    assert!(talk(server.address(), get_of("/").as_bytes()).await.ends_with("ok"));
    let started = std::time::Instant::now();
    server.stop().await;
    assert!(started.elapsed() < Duration::from_secs(2));
    drop(silent);
}

#[tokio::test]
async fn https_is_served_in_1_1_and_2_to_who_trusts_the_authority() {
    let directory = tempfile::tempdir().unwrap();
    let https = tls::make(Ipv4Addr::LOCALHOST.into(), directory.path()).unwrap();
    let (server, _) = start(Limits::default(), Some(https.acceptor)).await;
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let authority = reqwest::Certificate::from_pem(https.authority_pem.as_bytes()).unwrap();
    for (http1_only, version) in [(true, http::Version::HTTP_11), (false, http::Version::HTTP_2)] {
        let mut builder = reqwest::Client::builder().no_proxy().tls_certs_only([authority.clone()]);
        if http1_only {
            builder = builder.http1_only();
        }
        let client = builder.build().unwrap();
        let answer = client
            .get(format!("https://localhost:{}/", server.address().port()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.version(), version);
        assert_eq!(answer.text().await.unwrap(), "ok");
    }
    let stranger = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    assert!(
        stranger
            .get(format!("https://localhost:{}/", server.address().port()))
            .send()
            .await
            .is_err()
    );
}
