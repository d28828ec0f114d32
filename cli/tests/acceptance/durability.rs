//! What the hub acknowledged is there after a crash.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::api::{Api, content, folder};
use crate::support::{ServedHub, directory, text};

const DEPOSITORS: usize = 50;
/// Acknowledged deposits after which the hub is killed: in the middle of the others.
const KILLED_AFTER: usize = 120;

/// What the hub acknowledged of one deposit.
#[derive(Debug)]
struct Acknowledged {
    number: String,
    folder: String,
    case: String,
    attachment: String,
    uploaded: bool,
    completed: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_a_kill() {
    let data = directory();
    let hub = ServedHub::start(&["--data", text(data.path())]);
    let osl = Api::of(&hub.target(), "osl-dila").await;
    let recipient = Api::of(&hub.target(), "si-a-etatcivil").await.organization().clone();
    let completed = Arc::new(AtomicUsize::new(0));
    let depositors: Vec<_> = (0..DEPOSITORS)
        .map(|depositor| {
            tokio::spawn(deposit_until_killed(
                osl.clone(),
                recipient.clone(),
                depositor,
                completed.clone(),
            ))
        })
        .collect();
    while completed.load(Ordering::Relaxed) < KILLED_AFTER {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    hub.kill();
    let mut acknowledged = Vec::new();
    for depositor in depositors {
        acknowledged.extend(depositor.await.unwrap());
    }
    assert!(acknowledged.iter().filter(|one| one.completed).count() >= KILLED_AFTER);
    assert!(
        acknowledged.iter().any(|one| !one.completed),
        "the kill came in the middle of a deposit"
    );
    everything_is_there(data.path(), &acknowledged).await;
}

async fn deposit_until_killed(
    osl: Api,
    recipient: Value,
    depositor: usize,
    completed: Arc<AtomicUsize>,
) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for count in 0.. {
        let number = format!("DILA-AEC-D{depositor:03}X{count:08}");
        let body = folder(&number, &recipient, &content(&number)).to_string().into_bytes();
        let Some(created) = osl.try_call("POST", "/folders", body).await else {
            break;
        };
        let created = created.json(201);
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        acknowledged.push(Acknowledged {
            folder: id(&created),
            case: id(&created["cases"][0]),
            attachment: id(&created["attachments"][0]),
            number,
            uploaded: false,
            completed: false,
        });
        let Some(one) = acknowledged.last_mut() else {
            break;
        };
        if finish(&osl, one).await.is_none() {
            break;
        }
        completed.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

async fn finish(osl: &Api, one: &mut Acknowledged) -> Option<()> {
    let path = format!("/folders/{}/attachments/{}", one.folder, one.attachment);
    assert_eq!(osl.try_call("PUT", &path, content(&one.number)).await?.status, 204);
    one.uploaded = true;
    let completion = json!({ "globalStatus": "HUBEE_COMPLETED" }).to_string().into_bytes();
    assert_eq!(
        osl.try_call("PATCH", &format!("/folders/{}", one.folder), completion).await?.status,
        204
    );
    one.completed = true;
    Some(())
}

async fn everything_is_there(data: &Path, acknowledged: &[Acknowledged]) {
    let hub = ServedHub::start(&["--data", text(data)]);
    let osl = Api::of(&hub.target(), "osl-dila").await;
    let si = Api::of(&hub.target(), "si-a-etatcivil").await;
    let queue = si.queue().await;
    for one in acknowledged {
        let folder = osl.get(&format!("/folders/{}", one.folder)).await;
        assert_eq!(folder["externalId"], one.number);
        if one.uploaded {
            assert_eq!(folder["attachments"][0]["status"], "RECEIVED", "{one:?}");
            let path = format!("/cases/{}/attachments/{}", one.case, one.attachment);
            let file = si.call("GET", &path, &Value::Null).await;
            assert_eq!((file.status, file.bytes), (200, content(&one.number)), "{one:?}");
        }
        if one.completed {
            let notified = queue.iter().filter(|notification| notification["caseId"] == *one.case);
            assert_eq!(notified.count(), 1, "{one:?}");
        }
    }
}
