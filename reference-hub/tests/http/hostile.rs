//! What no honest client sends: refused with a code and a message, nothing kept, the hub alive.

use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestRunner};
use reference_hub::Config;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::Bench;

/// Changes one place of a body into something it must not be.
fn broken_folders() -> impl Strategy<Value = (String, Value)> {
    let places = prop::sample::select(vec![
        "/processCode",
        "/applicant",
        "/applicant/firstName",
        "/applicant/lastName",
        "/externalId",
        "/cases",
        "/cases/0",
        "/cases/0/recipient",
        "/cases/0/recipient/companyRegister",
        "/cases/0/externalId",
        "/attachments",
        "/attachments/0",
        "/attachments/0/fileName",
        "/attachments/0/type",
        "/attachments/0/size",
        "/attachments/0/mimeType",
        "/attachments/0/recipients",
    ]);
    let values = prop_oneof![
        Just(Value::Null),
        Just(json!(-1)),
        Just(json!(-9_223_372_036_854_775_808_i64)),
        Just(json!(1.5)),
        Just(json!(true)),
        Just(json!([[]])),
        Just(json!({ "a": {} })),
        Just(json!("a\u{0}b")),
        Just(json!("../../../etc/passwd\u{0}")),
        (1001..3000_usize).prop_map(|length| json!("x".repeat(length))),
    ];
    (places.prop_map(str::to_owned), values)
}

/// Runs a property against one hub.
fn against_a_hub<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: &impl AsyncFn(&Bench, &str, S::Value),
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (bench, osl) = runtime.block_on(async {
        let bench = Bench::start(Config::default()).await;
        let osl = bench.token("OSL").await;
        (bench, osl)
    });
    let mut runner =
        TestRunner::new(Cases { cases, failure_persistence: None, ..Cases::default() });
    let run = runner.run(strategy, |value| {
        runtime.block_on(property(&bench, &osl, value));
        Ok(())
    });
    run.unwrap();
    assert_eq!(bench.hub.panics(), 0);
}

/// The number can still be used: nothing was kept of what was refused.
async fn nothing_was_kept(bench: &Bench, osl: &str) {
    let good = bench.folder("DILA-AEC-0000000000009", b"<a/>", "text/xml");
    let created = bench.teledossiers("POST", "/folders").token(osl).json(&good).send().await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = format!("/folders/{}", created.json()["id"].as_str().unwrap());
    assert_eq!(bench.teledossiers("DELETE", &path).token(osl).send().await.status, 204);
}

#[test]
fn a_folder_with_anything_wrong_is_refused_and_leaves_nothing() {
    against_a_hub(
        60,
        &broken_folders(),
        &async |bench: &Bench, osl: &str, (place, value): (String, Value)| {
            let mut folder = bench.folder("DILA-AEC-0000000000009", b"<a/>", "text/xml");
            *folder.pointer_mut(&place).unwrap() = value.clone();
            let answer =
                bench.teledossiers("POST", "/folders").token(osl).json(&folder).send().await;
            assert_eq!(answer.status, 400, "{place} {value}");
            assert!(!answer.message().is_empty());
            nothing_was_kept(bench, osl).await;
        },
    );
}

#[test]
fn json_cut_anywhere_is_refused() {
    against_a_hub(60, &(0.0..1.0_f64), &async |bench: &Bench, osl: &str, part: f64| {
        let whole = bench.folder("DILA-AEC-0000000000009", b"<a/>", "text/xml").to_string();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short text"
        )]
        let cut = (whole.len() as f64 * part) as usize;
        let bytes = whole.as_bytes()[..cut].to_vec();
        let answer = bench.teledossiers("POST", "/folders").token(osl).body(bytes).send().await;
        assert_eq!(answer.status, 400);
        assert!(answer.message().contains("Malformed JSON"), "{}", answer.text());
    });
}

#[test]
fn any_bytes_on_any_path_are_answered() {
    let strategy = (
        prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]),
        "/[a-z%0-9./{}-]{0,60}",
        any::<Vec<u8>>(),
    );
    against_a_hub(
        100,
        &strategy,
        &async |bench: &Bench, osl: &str, (method, path, body): (&str, String, Vec<u8>)| {
            let answer = bench.teledossiers(method, &path).token(osl).body(body).send().await;
            assert!(
                (400..500).contains(&answer.status) || answer.status == 200,
                "{method} {path}: {}",
                answer.status
            );
        },
    );
}

#[tokio::test]
async fn ten_megabytes_of_json_are_413() {
    let bench = Bench::start(Config::default()).await;
    let osl = bench.token("OSL").await;
    let body = format!("[{}\"\"]", "\"x\",".repeat(2_500_000));
    let answer = bench.teledossiers("POST", "/folders").token(&osl).body(body).send().await;
    assert_eq!(answer.status, 413);
    answer.message();
    let deep = "[".repeat(100_000);
    assert_eq!(
        bench.teledossiers("POST", "/folders").token(&osl).body(deep).send().await.status,
        400
    );
    nothing_was_kept(&bench, &osl).await;
}

#[tokio::test]
async fn what_no_client_library_sends_is_refused_and_the_hub_lives() {
    let bench = Bench::start(Config::default()).await;
    let osl = bench.token("OSL").await;
    let many = (0..5000).map(|index| format!("x-{index}: v\r\n")).collect::<String>();
    let requests = [
        format!("GET /teledossiers/v1/notifications HTTP/1.1\r\nhost: h\r\n{many}\r\n"),
        "GET /teledossiers/v1/\0 HTTP/1.1\r\nhost: h\r\n\r\n".to_owned(),
        "POST /teledossiers/v1/folders HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n".to_owned(),
        "POST /teledossiers/v1/folders HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999999999999\r\n\r\n".to_owned(),
        format!("GET /teledossiers/v1/../../etc/passwd HTTP/1.1\r\nhost: h\r\nconnection: close\r\nauthorization: Bearer {osl}\r\n\r\n"),
        format!("POST /teledossiers/v1/folders HTTP/1.1\r\nhost: h\r\nconnection: close\r\nauthorization: Bearer {osl}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        format!("GET /teledossiers/v1/notifications HTTP/1.1\r\nconnection: close\r\nauthorization: Bearer {osl}\r\n\r\n"),
        format!("GET /teledossiers/v1/notifications HTTP/1.1\r\nhost: h\r\nhost: i\r\nconnection: close\r\nauthorization: Bearer {osl}\r\n\r\n"),
        format!("GET /teledossiers/v1/notifications HTTP/1.1\r\nhost: h\r\nconnection: close\r\nauthorization: Bearer {osl}\r\nauthorization: Bearer {osl}\r\n\r\n"),
    ];
    for request in requests {
        let mut stream = tokio::net::TcpStream::connect(bench.hub.address()).await.unwrap();
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(
            std::time::Duration::from_secs(10),
            stream.read_to_end(&mut answer),
        )
        .await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.starts_with("HTTP/1.1 4"),
            "{:?}: {answer:?}",
            &request[..60.min(request.len())]
        );
    }
    nothing_was_kept(&bench, &osl).await;
    assert_eq!(bench.hub.panics(), 0);
}

/// Sends a whole body before it reads anything, as many clients do.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_far_over_the_limit_gets_its_answer() {
    const LENGTH: usize = 100_000_000;
    let bench = Bench::start(Config::default()).await;
    let osl = bench.token("OSL").await;
    for (token, status) in [(osl.as_str(), "HTTP/1.1 413"), ("wrong", "HTTP/1.1 401")] {
        let head = format!(
            "POST /teledossiers/v1/folders HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\ncontent-length: {LENGTH}\r\n\r\n"
        );
        let mut stream = tokio::net::TcpStream::connect(bench.hub.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..LENGTH / 1_000_000 {
            stream.write_all(&[b' '; 1_000_000]).await.expect("the hub reads on");
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(status), "{answer}");
    }
}

#[tokio::test]
async fn every_fault_of_a_folder_is_told_at_once() {
    let bench = Bench::start(Config::default()).await;
    let osl = bench.token("OSL").await;
    let mut folder = bench.folder("DILA-AEC-0000000000009", b"<a/>", "text/xml");
    folder.as_object_mut().unwrap().remove("applicant");
    folder["attachments"][0]["fileName"] = json!("x".repeat(256));
    folder["cases"][0]["recipient"]["companyRegister"] = json!("123");
    let answer = bench.teledossiers("POST", "/folders").token(&osl).json(&folder).send().await;
    let text = answer.message();
    assert!(text.starts_with("Bad Request : Validation failed.\n[ERROR][REQUEST][POST /teledossiers/v1/folders @body]"), "{text}");
    for place in ["applicant", "fileName", "companyRegister"] {
        assert!(text.contains(place), "{place} is not named: {text}");
    }
}

#[tokio::test]
async fn technical_headers_have_their_limit() {
    let bench = Bench::start(Config::default()).await;
    let si = bench.token("SI").await;
    let call = |length: usize| {
        bench
            .teledossiers("GET", "/notifications")
            .token(&si)
            .header("editorName", &"x".repeat(length))
    };
    assert_eq!(call(50).send().await.status, 200);
    assert_eq!(call(51).send().await.status, 400);
    for value in ["abc", "0", "-1", "1.5", "1e3"] {
        let path = format!("/notifications?maxResult={value}");
        let answer = bench.teledossiers("GET", &path).token(&si).send().await;
        assert_eq!(answer.status, 400, "{value}");
        answer.message();
    }
}
