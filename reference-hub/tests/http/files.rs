//! Binaries on the wire (rules PJ): what is checked while they stream.

use base64::Engine as _;
use futures::StreamExt as _;
use reference_hub::Config;
use reference_hub::config::Antivirus;
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, Bench};

/// Announces a file of `announced` bytes, sends `sent`; gives the answer and the status the file
/// then has.
async fn send(
    bench: &Bench,
    number: &str,
    announced: &[u8],
    mime_type: &str,
    sent: reqwest::Body,
    digest: Option<&str>,
) -> (Answer, String) {
    let osl = bench.token("OSL").await;
    let created = bench
        .teledossiers("POST", "/folders")
        .token(&osl)
        .json(&bench.folder(number, announced, mime_type))
        .send()
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = format!("/folders/{}", created.json()["id"].as_str().unwrap());
    let file =
        format!("{path}/attachments/{}", created.json()["attachments"][0]["id"].as_str().unwrap());
    let mut call = bench.teledossiers("PUT", &file).token(&osl);
    if let Some(digest) = digest {
        call = call.header("digest", digest);
    }
    let answer = call.body(sent).send().await;
    let shown = bench.teledossiers("GET", &path).token(&osl).send().await.json();
    let status = shown["attachments"][0]["status"].as_str().unwrap().to_owned();
    (answer, status)
}

#[tokio::test]
async fn sizes_types_and_digests_are_held_against_what_was_announced() {
    let bench = Bench::start(Config::default()).await;
    let xml = "<acte/>";
    let right = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(xml));
    let wrong = base64::engine::general_purpose::STANDARD.encode(Sha256::digest("other"));
    let cases: [(&str, Option<&str>, u16, &str); 7] = [
        (xml, None, 204, "RECEIVED"),
        (xml, Some(&right), 204, "RECEIVED"),
        (xml, Some(&wrong), 400, "REJECTED"),
        ("<act/>", None, 400, "REJECTED"),
        ("<acte />", None, 400, "REJECTED"),
        ("%PDF-1.", None, 400, "REJECTED"),
        ("", None, 400, "REJECTED"),
    ];
    for (number, (sent, digest, status, left)) in cases.into_iter().enumerate() {
        let number = format!("DILA-AEC-{number:013}");
        let (answer, seen) =
            send(&bench, &number, xml.as_bytes(), "application/xml", sent.into(), digest).await;
        assert_eq!(
            (answer.status, seen.as_str()),
            (status, left),
            "{sent:?} {digest:?} {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn an_infected_file_is_taken_and_marked() {
    let bench = Bench::start(Config::default()).await;
    let eicar =
        [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    let file = format!("<acte>{eicar}</acte>");
    let (answer, status) = send(
        &bench,
        "DILA-AEC-0000000000001",
        file.as_bytes(),
        "text/xml",
        file.clone().into(),
        None,
    )
    .await;
    assert_eq!((answer.status, status.as_str()), (204, "CORRUPTED"));
}

/// It will be no smaller when it is sent again.
#[tokio::test]
async fn a_file_over_the_limits_of_the_antivirus_is_refused_for_good() {
    let bench = Bench::start(Config::default()).await;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for entry in 0..110_000 {
        archive.start_file(format!("{entry:040}"), stored).unwrap();
    }
    let file = archive.finish().unwrap().into_inner();
    let started = std::time::Instant::now();
    let number = "DILA-AEC-0000000000001";
    let (answer, status) = send(&bench, number, &file, "text/xml", file.clone().into(), None).await;
    assert_eq!((answer.status, status.as_str()), (400, "REJECTED"), "{}", answer.text());
    assert!(answer.text().contains("antivirus"));
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn without_its_antivirus_the_hub_takes_no_file() {
    let config = Config { antivirus: Antivirus::Clamd("127.0.0.1:1".into()), ..Config::default() };
    let bench = Bench::start(config).await;
    let (answer, status) =
        send(&bench, "DILA-AEC-0000000000001", b"<acte/>", "text/xml", "<acte/>".into(), None)
            .await;
    assert_eq!((answer.status, status.as_str()), (503, "PENDING"));
    answer.message();
}

/// Needs a clamd that knows EICAR: see `clamd.sh` beside this package's tests.
#[tokio::test]
async fn a_real_clamd_gives_the_verdict() {
    let Ok(address) = std::env::var("ETALON_CLAMD") else {
        return;
    };
    let bench =
        Bench::start(Config { antivirus: Antivirus::Clamd(address), ..Config::default() }).await;
    let eicar =
        [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    let infected = format!("<acte>{eicar}</acte>");
    for (number, (file, expected)) in
        [(infected.as_str(), "CORRUPTED"), ("<acte/>", "RECEIVED")].into_iter().enumerate()
    {
        let number = format!("DILA-AEC-{number:013}");
        let (answer, status) =
            send(&bench, &number, file.as_bytes(), "text/xml", file.to_owned().into(), None).await;
        assert_eq!((answer.status, status.as_str()), (204, expected));
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_the_file_pending_and_nothing_on_the_disk() {
    let data = tempfile::tempdir().unwrap();
    let bench =
        Bench::start(Config { data: Some(data.path().to_owned()), ..Config::default() }).await;
    let osl = bench.token("OSL").await;
    let announced = vec![b' '; 3_000_000];
    let created = bench
        .teledossiers("POST", "/folders")
        .token(&osl)
        .json(&bench.folder("DILA-AEC-0000000000001", &announced, "text/xml"))
        .send()
        .await
        .json();
    let path = format!("/folders/{}", created["id"].as_str().unwrap());
    let url = format!(
        "{}{path}/attachments/{}",
        bench.hub.urls().teledossiers,
        created["attachments"][0]["id"].as_str().unwrap()
    );
    let pieces = futures::stream::iter(0..20).map(|piece| match piece {
        19 => Err(std::io::Error::other("the client gives up")),
        _ => Ok(vec![b' '; 100_000]),
    });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let sent =
        client.put(url).bearer_auth(&osl).body(reqwest::Body::wrap_stream(pieces)).send().await;
    assert!(sent.is_err());
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let shown = bench.teledossiers("GET", &path).token(&osl).send().await.json();
    assert_eq!(shown["attachments"][0]["status"], "PENDING");
    let shards = std::fs::read_dir(data.path().join("binaries")).unwrap();
    let files: usize =
        shards.map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap().count()).sum();
    assert_eq!(files, 0);
}

/// Peak memory of this process, in bytes: the hub's, and that of a client that streams.
#[cfg(target_os = "linux")]
fn peak_memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_both_ways_in_little_memory() {
    const SIZE: usize = 300_000_000;
    const PIECE: usize = 100_000;
    // The bundled référentiel, with larger files allowed.
    let referential = include_str!("../../referential.toml")
        .replace("attachment_max_size = 20_971_520", "attachment_max_size = 400_000_000");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), referential).unwrap();
    let bench =
        Bench::start(Config { referential: Some(file.path().to_owned()), ..Config::default() })
            .await;
    let (osl, si) = (bench.token("OSL").await, bench.token("SI").await);
    let mut folder = bench.folder("DILA-AEC-0000000000001", b"", "text/xml");
    folder["attachments"][0]["size"] = SIZE.into();
    let created = bench.teledossiers("POST", "/folders").token(&osl).json(&folder).send().await;
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    let path = format!("/folders/{}", created["id"].as_str().unwrap());
    let attachment = created["attachments"][0]["id"].as_str().unwrap();
    let before = peak_memory_bytes();
    let pieces = futures::stream::iter(0..SIZE / PIECE)
        .map(|_| Ok::<_, std::io::Error>(b"<a>".repeat(PIECE / 3 + 1)[..PIECE].to_vec()));
    let sent = bench
        .teledossiers("PUT", &format!("{path}/attachments/{attachment}"))
        .token(&osl)
        .body(reqwest::Body::wrap_stream(pieces))
        .send()
        .await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    let complete = serde_json::json!({ "globalStatus": "HUBEE_COMPLETED" });
    assert_eq!(
        bench.teledossiers("PATCH", &path).token(&osl).json(&complete).send().await.status,
        204
    );
    let case = created["cases"][0]["id"].as_str().unwrap();
    let url = format!("{}/cases/{case}/attachments/{attachment}", bench.hub.urls().teledossiers);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut stream = client.get(url).bearer_auth(&si).send().await.unwrap().bytes_stream();
    let mut received = 0;
    while let Some(piece) = stream.next().await {
        received += piece.unwrap().len();
    }
    assert_eq!(received, SIZE);
    let more = peak_memory_bytes() - before;
    assert!(more < 64_000_000, "{more} bytes more than before");
}
