//! Binaries both ways, streamed: a file never stands in memory.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

use super::{Handled, unexpected};
use crate::blobs::BlobKey;
use crate::domain::{Command, DomainError, FileAddress, Missing, Outcome, Receipt};
use crate::error::{Refusal, empty};
use crate::extract::{Call, Digest, drain};
use crate::faults::attachments::Outgoing;
use crate::faults::{attachments, rule};
use crate::hub::Hub;
use crate::intake::receive;
use crate::store::Store as _;

pub(super) async fn put_in_folder(hub: &Hub, call: Call) -> Handled {
    let file = FileAddress::Folder(call.id("folderId")?, call.id("attachmentId")?);
    put(hub, call, file).await
}

pub(super) async fn put_in_event(hub: &Hub, call: Call) -> Handled {
    let file =
        FileAddress::Event(call.id("caseId")?, call.id("eventId")?, call.id("attachmentId")?);
    put(hub, call, file).await
}

pub(super) async fn get_from_case(hub: &Hub, call: Call) -> Handled {
    let file = FileAddress::Case(call.id("caseId")?, call.id("attachmentId")?);
    get(hub, call, file).await
}

pub(super) async fn get_from_event(hub: &Hub, call: Call) -> Handled {
    let file =
        FileAddress::Event(call.id("caseId")?, call.id("eventId")?, call.id("attachmentId")?);
    get(hub, call, file).await
}

async fn put(hub: &Hub, call: Call, file: FileAddress) -> Handled {
    let target = match hub.store.upload_target(call.caller.clone(), file).await {
        Ok(target) => target,
        Err(refused) => {
            drain(call.body, &call.headers).await;
            return Err(refused.into());
        }
    };
    if let Err(refused) = attachments::bear(target.size, &hub.conduct) {
        drain(call.body, &call.headers).await;
        return Err(refused);
    }
    let mut upload = receive(&hub.blobs, &*hub.scanner, &target, &call.headers, call.body).await?;
    upload.infected |= call.found_infected;
    if call.headers.contains_key("digest") && !hub.keeps(rule!("PJ-05")) {
        upload.digest_matches = false;
    }
    let written = upload.blob.clone();
    let command = Command::RecordUpload { caller: call.caller, file, upload };
    // On a task of its own: a client that goes away now must not leave a file without its row.
    let (store, blobs) = (Arc::clone(&hub.store), hub.blobs.clone());
    let recording = tokio::spawn(async move {
        let recorded = store.transact(command).await;
        if let (Err(_), Some(key)) = (&recorded, &written) {
            blobs.remove(BlobKey::try_from(key)?).await?;
        }
        Ok::<_, Refusal>(recorded?)
    });
    match recording.await.map_err(|error| Refusal::Unavailable(error.to_string()))?? {
        Outcome::Uploaded(Receipt::Taken(_)) => Ok(empty(StatusCode::NO_CONTENT)),
        Outcome::Uploaded(Receipt::Rejected(reasons)) => Err(Refusal::Invalid(reasons)),
        other => Err(unexpected(&other)),
    }
}

async fn get(hub: &Hub, call: Call, file: FileAddress) -> Handled {
    let download = hub.store.download(call.caller, file).await?;
    let Some(blob) = &download.blob else {
        return Ok(octets(hub, Body::empty()));
    };
    let Some(content) = hub.blobs.read(BlobKey::try_from(blob)?).await? else {
        tracing::error!("a binary is missing from the disk");
        return Err(DomainError::NotFound(Missing::File).into());
    };
    let out = Outgoing {
        length: content.length,
        sha256: download.sha256,
        body: Body::from_stream(content.into_stream()),
    };
    let of_event = matches!(file, FileAddress::Event(..));
    let Outgoing { length, sha256, body } = attachments::spoilt(out, of_event, &hub.conduct).await;
    let mut answer = octets(hub, body);
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let digest = attachments::digest(sha256, &hub.conduct);
    if let Ok(digest) = HeaderValue::from_str(&Digest::write(&digest)) {
        answer.headers_mut().insert("digest", digest);
    }
    Ok(answer)
}

fn octets(hub: &Hub, body: Body) -> Response<Body> {
    let kind =
        if hub.keeps(rule!("PJ-16")) { "application/octet-stream" } else { "application/pdf" };
    let mut answer = Response::new(body);
    let kind = HeaderValue::from_static(kind);
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}
