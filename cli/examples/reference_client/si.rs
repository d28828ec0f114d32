//! A service instructeur: reads its notifications until there are no more, fetches and processes
//! what each is about, and deletes it last.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::hub::{Failure, Hub, may_pass};

pub(crate) async fn turn(hub: &mut Hub) -> Result<(), Failure> {
    loop {
        let list = hub.get("/notifications").await?;
        let mut progress = false;
        for notification in list.as_array().into_iter().flatten() {
            let id = text(notification, "id");
            if hub.has("delete-first") {
                hub.delete(&format!("/notifications/{id}")).await?;
            }
            match treat(hub, notification).await {
                Ok(()) => {}
                Err(Failure::Dead) => return Err(Failure::Dead),
                Err(failure) => {
                    eprintln!("{failure}");
                    if !hub.has("delete-on-error") {
                        continue;
                    }
                }
            }
            if !hub.has("never-delete") {
                progress |= hub.delete(&format!("/notifications/{id}")).await.is_ok();
            }
        }
        if !progress || hub.has("first-batch-only") {
            return Ok(());
        }
    }
}

async fn treat(hub: &mut Hub, notification: &Value) -> Result<(), Failure> {
    let case = text(notification, "caseId");
    match notification["eventId"].as_str() {
        None => new_case(hub, &case).await,
        Some(event) => event_received(hub, &case, event).await,
    }
}

async fn new_case(hub: &mut Hub, case: &str) -> Result<(), Failure> {
    let body = match hub.get(&format!("/cases/{case}")).await {
        // Nothing is left to do about it.
        Err(Failure::Status(404, _)) => return Ok(()),
        other => other?,
    };
    let skipped = usize::from(hub.has("skip-attachment"));
    let attachments = body["attachments"].as_array().into_iter().flatten();
    if hub.has("give-up-on-infected") && attachments.clone().any(|one| one["status"] != "RECEIVED")
    {
        return Err(Failure::Lost("a file is infected".into()));
    }
    for attachment in attachments.skip(skipped) {
        if attachment["status"] == "RECEIVED" || hub.has("download-infected") {
            let fetched =
                download(hub, &format!("/cases/{case}/attachments/{}", text(attachment, "id")))
                    .await;
            if !hub.has("download-infected") {
                fetched?;
            }
        }
    }
    process(hub, case).await
}

async fn download(hub: &mut Hub, path: &str) -> Result<Vec<u8>, Failure> {
    let tries = 3;
    for _ in 0..tries {
        let answer = hub.call("GET", path, None).await?;
        let right = answer
            .digest
            .as_ref()
            .is_none_or(|digest| *digest == BASE64_STANDARD.encode(sha256(&answer.bytes)));
        if right || hub.has("no-digest") {
            return Ok(answer.bytes);
        }
    }
    Err(Failure::Lost("the bytes do not have the digest announced".into()))
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).to_vec()
}

/// Brings a case to its final status, through the one that the démarche obliges to.
async fn process(hub: &mut Hub, case: &str) -> Result<(), Failure> {
    let Some(journey) = contract::journeys::of(&hub.process) else {
        return Ok(());
    };
    if hub.has("unknown-action") {
        let body = json!({ "actionType": "NOTE", "notification": false });
        let _ = hub
            .once("POST", &format!("/cases/{case}/events"), Some(body.to_string().into_bytes()))
            .await;
    }
    let finals: Vec<&str> = journey.finals.iter().map(|status| status.name()).collect();
    for status in journey.intermediate {
        if !hub.has("no-intermediate") && !is_past(hub, case, status.name(), &finals).await? {
            announce(hub, case, status.name()).await?;
        }
    }
    if !is_past(hub, case, finals[0], &finals).await? {
        announce(hub, case, finals[0]).await?;
    }
    Ok(())
}

async fn is_past(
    hub: &mut Hub,
    case: &str,
    status: &str,
    finals: &[&str],
) -> Result<bool, Failure> {
    let now = hub.get(&format!("/cases/{case}?lite=true")).await?;
    let now = text(&now, "status");
    Ok(now == status || finals.contains(&now.as_str()))
}

/// Announces a status. Creating an event twice would tell twice: after a lost answer the case is
/// read first.
pub(crate) async fn announce(hub: &mut Hub, case: &str, status: &str) -> Result<(), Failure> {
    let body = json!({ "actionType": "STATUS_UPDATE", "caseNewStatus": status, "notification": true, "author": "Service" });
    let path = format!("/cases/{case}/events");
    if hub.has("blind-retry") || hub.has("hammer") {
        return hub.call("POST", &path, Some(body.to_string().into_bytes())).await.map(drop);
    }
    let mut last = Failure::Lost("never tried".into());
    for pause in [0, 200, 800] {
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        if pause > 0
            && text(&hub.get(&format!("/cases/{case}?lite=true")).await?, "status") == status
        {
            return Ok(());
        }
        match hub.once("POST", &path, Some(body.to_string().into_bytes())).await {
            Ok(_) => return Ok(()),
            Err(failure) if may_pass(&failure) => last = failure,
            Err(failure) => return Err(failure),
        }
    }
    Err(last)
}

async fn event_received(hub: &mut Hub, case: &str, event: &str) -> Result<(), Failure> {
    let path = format!("/cases/{case}/events/{event}");
    let body = hub.get(&path).await?;
    for attachment in body["attachments"].as_array().into_iter().flatten() {
        download(hub, &format!("{path}/attachments/{}", text(attachment, "id"))).await?;
    }
    if body["status"] == "SENT" && !hub.has("skip-received") {
        hub.patch(&path, &json!({ "status": "RECEIVED" })).await?;
    }
    if body["actionType"] == "SENDING_MESSAGE" {
        reply(hub, case).await?;
    }
    if body["caseNewStatus"] == "HUBEE_NOTIFIED" {
        process(hub, case).await?;
    }
    Ok(())
}

/// Answers a message with a file.
pub(crate) async fn reply(hub: &mut Hub, case: &str) -> Result<(), Failure> {
    let bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<attestation><lieu>Grenoble</lieu></attestation>\n".to_vec();
    let body = json!({ "actionType": "ATTACH_DEPOSIT", "notification": true, "author": "Service",
        "attachments": [{ "fileName": "attestation.xml", "type": "attestation", "size": bytes.len(), "mimeType": "application/xml" }] });
    let created = hub
        .once("POST", &format!("/cases/{case}/events"), Some(body.to_string().into_bytes()))
        .await?
        .json();
    let event = format!("/cases/{case}/events/{}", text(&created, "id"));
    let file = format!(
        "{event}/attachments/{}",
        created["attachments"][0]["id"].as_str().unwrap_or_default()
    );
    if hub.has("wrong-size") {
        let _ = hub.once("PUT", &file, Some(bytes[..20].to_vec())).await;
        return Ok(());
    }
    hub.call("PUT", &file, Some(bytes)).await?;
    hub.patch(&event, &json!({ "status": "SENT" })).await
}

pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
