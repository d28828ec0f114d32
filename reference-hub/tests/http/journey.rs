//! A télédossier from end to end (cinématiques 4, 2 and 7), and what a restart keeps.

use reference_hub::Config;
use serde_json::{Value, json};

use crate::support::Bench;

const XML: &[u8] = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><acte nom=\"Zo\xe9\"/>";

/// Deposits a folder, file included, and completes it; gives it as created.
async fn deposit(bench: &Bench, osl: &str, number: &str) -> Value {
    let created = bench
        .teledossiers("POST", "/folders")
        .token(osl)
        .json(&bench.folder(number, XML, "text/xml"))
        .send()
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let folder = created.json();
    let path = format!("/folders/{}", folder["id"].as_str().unwrap());
    let file = format!("{path}/attachments/{}", folder["attachments"][0]["id"].as_str().unwrap());
    let sent = bench.teledossiers("PUT", &file).token(osl).body(XML).send().await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    let complete = json!({ "globalStatus": "HUBEE_COMPLETED" });
    let completed = bench.teledossiers("PATCH", &path).token(osl).json(&complete).send().await;
    assert_eq!(completed.status, 204, "{}", completed.text());
    folder
}

#[tokio::test]
async fn a_deposit_reaches_its_recipient_byte_for_byte() {
    let bench = Bench::start(Config { journal: true, ..Config::default() }).await;
    let (osl, si) = (bench.token("OSL").await, bench.token("SI").await);
    let folder = deposit(&bench, &osl, "DILA-AEC-0000000000001").await;
    let queue = bench
        .teledossiers("GET", "/notifications?maxResult=10&processCode=EtatCivil,Other")
        .token(&si)
        .send()
        .await
        .json();
    assert_eq!((queue.as_array().unwrap().len(), &queue[0]["eventId"]), (1, &Value::Null));
    let case = format!("/cases/{}", queue[0]["caseId"].as_str().unwrap());
    let shown = bench.teledossiers("GET", &case).token(&si).send().await.json();
    assert_eq!(
        (&shown["status"], &shown["applicant"]),
        (&json!("HUBEE_NOTIFIED"), &folder["applicant"])
    );
    let file = format!("{case}/attachments/{}", shown["attachments"][0]["id"].as_str().unwrap());
    let file = bench.teledossiers("GET", &file).token(&si).send().await;
    assert_eq!(
        (file.bytes.as_slice(), file.headers["content-type"].to_str().unwrap()),
        (XML, "application/octet-stream")
    );
    let notification = format!("/notifications/{}", queue[0]["id"].as_str().unwrap());
    assert_eq!(bench.teledossiers("DELETE", &notification).token(&si).send().await.status, 204);
    assert_eq!(
        bench.teledossiers("DELETE", &notification).token(&si).send().await.message(),
        "Notification is not found"
    );
    let exchanges = bench.hub.exchanges();
    assert_eq!(exchanges.len(), 10);
    for exchange in &exchanges {
        assert!(exchange.status().is_some_and(|status| status < 405), "{exchange:?}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart_on_the_same_data() {
    let data = tempfile::tempdir().unwrap();
    let config = Config { data: Some(data.path().to_owned()), ..Config::default() };
    let bench = Bench::start(config.clone()).await;
    let (osl, si) = (bench.token("OSL").await, bench.token("SI").await);
    let folder = deposit(&bench, &osl, "DILA-AEC-0000000000002").await;
    bench.hub.stop().await;
    let bench = Bench::start(config).await;
    let path = format!("/folders/{}", folder["id"].as_str().unwrap());
    let shown = bench.teledossiers("GET", &path).token(&osl).send().await;
    assert_eq!((shown.status, &shown.json()["globalStatus"]), (200, &json!("HUBEE_NOTIFIED")));
    let queue = bench.teledossiers("GET", "/notifications").token(&si).send().await.json();
    assert_eq!(queue.as_array().unwrap().len(), 1);
    let case = queue[0]["caseId"].as_str().unwrap();
    let file =
        format!("/cases/{case}/attachments/{}", folder["attachments"][0]["id"].as_str().unwrap());
    assert_eq!(bench.teledossiers("GET", &file).token(&si).send().await.bytes, XML);
}
