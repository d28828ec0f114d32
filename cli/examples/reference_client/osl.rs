//! An opérateur de services en ligne: follows what it deposited, then deposits one more
//! télédossier.

use serde_json::{Value, json};

use crate::hub::{Failure, Hub, may_pass};
use crate::si::{announce, reply, text};

pub(crate) async fn turn(hub: &mut Hub) -> Result<(), Failure> {
    follow(hub).await?;
    deposit(hub).await
}

/// A number that no other run draws: the time, in base 36.
fn free_number(hub: &Hub) -> String {
    if hub.has("same-number") {
        return "0000000000001".to_owned();
    }
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let (mut rest, mut digits) = (now.as_micros(), Vec::new());
    for _ in 0..13 {
        digits.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(rest % 36) as usize]);
        rest /= 36;
    }
    digits.reverse();
    String::from_utf8(digits).expect("digits are ASCII")
}

fn described(hub: &Hub) -> (Value, Vec<u8>) {
    let bytes =
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dossier><lieu>Grenoble</lieu></dossier>\n"
            .to_vec();
    let journey = contract::journeys::of(&hub.process).expect("the bench plays démarches in use");
    let number = format!("{}{}", journey.number_prefix, free_number(hub));
    let case_number = |rank: usize| match hub.has("wrong-case-number") {
        true => format!("X-{number}").chars().take(29).collect::<String>() + &rank.to_string(),
        false => format!("{number}-{:02}", rank + 1),
    };
    let organization = |id: &String| {
        let mut parts = id.splitn(3, '-');
        let mut next = || parts.next().unwrap_or_default().to_owned();
        json!({ "type": next(), "companyRegister": next(), "branchCode": next() })
    };
    let cases: Vec<Value> = hub.recipients.iter().enumerate()
        .map(|(rank, recipient)| json!({ "externalId": case_number(rank), "recipient": organization(recipient) }))
        .collect();
    let all: Vec<String> = (0..cases.len()).map(case_number).collect();
    let attachments: Vec<Value> = journey.attachments.iter().map(|kind| {
        let mine: Vec<&String> = all.iter().enumerate()
            .filter(|(rank, _)| kind.cases.is_empty() || kind.cases.iter().any(|case| usize::from(*case) == *rank))
            .map(|(_, number)| number).collect();
        let recipients = if hub.has("wrong-recipient") { json!(["nobody"]) } else { json!(mine) };
        json!({ "fileName": "piece.xml", "type": kind.kind, "size": bytes.len(), "mimeType": "application/xml", "recipients": recipients })
    }).collect();
    let body = json!({ "processCode": hub.process, "externalId": number, "cases": cases, "attachments": attachments,
        "applicant": { "firstName": "Camille", "lastName": "Étalon", "email": "camille@example.org" } });
    (body, bytes)
}

async fn deposit(hub: &mut Hub) -> Result<(), Failure> {
    let (body, bytes) = described(hub);
    let created = match create(hub, &body).await {
        // The creation whose answer was lost had succeeded; what cannot be addressed is left, and
        // another is deposited.
        Err(Failure::Status(400, message)) if message.contains("already exists") => {
            create(hub, &described(hub).0).await?
        }
        other => other?,
    };
    let folder = format!("/folders/{}", text(&created, "id"));
    let upload_all = async |hub: &mut Hub| -> Result<(), Failure> {
        for attachment in created["attachments"].as_array().into_iter().flatten() {
            let sent = if hub.has("wrong-size") { bytes[..20].to_vec() } else { bytes.clone() };
            let path = format!("{folder}/attachments/{}", text(attachment, "id"));
            match hub.call("PUT", &path, Some(sent)).await {
                Err(Failure::Status(400, _))
                    if !hub.has("silent-rejection") && !hub.has("wrong-size") =>
                {
                    hub.call("PUT", &path, Some(bytes.clone())).await?;
                }
                Err(Failure::Status(400, _)) => {}
                other => drop(other?),
            }
        }
        Ok(())
    };
    upload_all(hub).await?;
    if !hub.has("silent-rejection") {
        // What state the files are in is known before the deposit is completed.
        hub.get(&folder).await?;
    }
    let complete = json!({ "globalStatus": "HUBEE_COMPLETED" });
    hub.patch(&folder, &complete).await?;
    if hub.has("complete-twice") {
        hub.patch(&folder, &complete).await?;
    }
    Ok(())
}

async fn create(hub: &mut Hub, body: &Value) -> Result<Value, Failure> {
    hub.call("POST", "/folders", Some(body.to_string().into_bytes()))
        .await
        .map(|answer| answer.json())
}

async fn follow(hub: &mut Hub) -> Result<(), Failure> {
    for notification in hub.get("/notifications").await?.as_array().into_iter().flatten() {
        let (id, case) = (text(notification, "id"), text(notification, "caseId"));
        if let Some(event) = notification["eventId"].as_str() {
            match event_received(hub, &case, event).await {
                Err(failure) if may_pass(&failure) => continue,
                other => other?,
            }
        }
        hub.delete(&format!("/notifications/{id}")).await?;
    }
    Ok(())
}

async fn event_received(hub: &mut Hub, case: &str, event: &str) -> Result<(), Failure> {
    let path = format!("/cases/{case}/events/{event}");
    let body = hub.get(&path).await?;
    if body["status"] == "SENT" && !hub.has("skip-received") {
        hub.patch(&path, &json!({ "status": "RECEIVED" })).await?;
    }
    match body["caseNewStatus"].as_str() {
        Some("DONE" | "REFUSED") if !hub.has("never-close") => {
            hub.patch(&format!("/cases/{case}"), &json!({ "status": "CLOSED" })).await?;
            announce(hub, case, "CLOSED").await
        }
        Some("ADD_AWAITING") if !hub.has("never-reopen") => {
            reply(hub, case).await?;
            hub.patch(&format!("/cases/{case}"), &json!({ "status": "HUBEE_NOTIFIED" })).await
        }
        _ => Ok(()),
    }
}
