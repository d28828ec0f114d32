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
