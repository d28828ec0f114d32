//! Cleaning up behind a scenario: own notifications deleted, own cases and folders closed,
//! unfinished folders deleted. A refusal is listed in the report and is no non-conformity; nothing
//! here judges the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::status::CaseStatus;
use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::actor::{Actor, Answered};
use crate::client::Reply;
use crate::ledger::OwnFolder;
use crate::session::Session;
use crate::target::Credential;

/// Télédossiers, queues or notifications cleaned at once.
const AT_ONCE: usize = 4;

/// The divergence on statuses that are passed over, and the side of it that asks for each of them.
const JUMPS: &str = "D7";
const REFUSED: &str = "refused";

/// Cleans what a scenario left open.
pub async fn clean(session: &Session, folders: Vec<OwnFolder>) {
    stream::iter(&folders)
        .for_each_concurrent(AT_ONCE, |folder| async move {
            let left = clean_folder(session, folder).await;
            session.ledger.cleaned(&folder.id, left);
        })
        .await;
    // Notifications last: closing may have caused some.
    clean_queues(session, &folders).await;
}

/// Deletes the notifications that these télédossiers caused.
pub(crate) async fn clean_queues(session: &Session, folders: &[OwnFolder]) {
    let mut queues: BTreeMap<String, (Arc<Credential>, Vec<String>)> = BTreeMap::new();
    for folder in folders {
        let cases = folder.cases.iter().map(|(case, _)| case.clone());
        let credentials = folder
            .cases
            .iter()
            .filter_map(|(_, credential)| credential.clone())
            .chain([folder.depositor.clone()]);
        for credential in credentials {
            queues
                .entry(credential.name.clone())
                .or_insert_with(|| (credential, Vec::new()))
                .1
                .extend(cases.clone());
        }
    }
    stream::iter(queues.into_values())
        .for_each_concurrent(AT_ONCE, |(credential, cases)| async move {
            clean_queue(session, &credential, &cases).await;
        })
        .await;
}

async fn clean_folder(session: &Session, folder: &OwnFolder) -> Option<String> {
    let mut actor = Actor::new(&session.client, &folder.depositor);
    if !folder.is_completed {
        let deleted = actor.delete_folder(&folder.id).await;
        if matches!(deleted.map(|reply| reply.status()), Ok(204 | 404)) {
            return None;
        }
    }
    let mut left = Vec::new();
    for (case, recipient) in &folder.cases {
        let closed = close_case(session, &mut actor, case, recipient.as_ref()).await;
        left.extend(closed.err().map(|why| format!("dossier {case} non clos ({why})")));
    }
    let closed = told(actor.set_folder_status(&folder.id, "CLOSED").await);
    left.extend(closed.err().map(|why| format!("télédossier {} non clos ({why})", folder.number)));
    (!left.is_empty()).then(|| left.join(" ; "))
}

/// Closes a case at once where the hub lets it jump there (divergence D7), else by the statuses
/// from which the documents have it close (contract §6, "Case status"), once the hub has
/// transmitted it. Says what stands in the way.
async fn close_case(
    session: &Session,
    osl: &mut Actor<'_>,
    case: &str,
    recipient: Option<&Arc<Credential>>,
) -> Result<(), String> {
    let observed = session.client.observed();
    let jumps = observed.side_of(JUMPS).as_deref() != Some(REFUSED);
    if jumps || recipient.is_none() {
        let closed = told(osl.set_case_status(case, CaseStatus::Closed.name()).await);
        if closed.is_ok() || recipient.is_none() {
            return closed;
        }
    }
    if let Some(recipient) = recipient {
        let mut si = Actor::new(&session.client, recipient);
        let patience = session.target.limits.quiet.max(observed.slowest() * 2);
        let transmitted = |case: &Reply| status_of(case).is_some();
        // A recipient who may not read it, or not yet, tells nothing.
        if let Ok(waited) = si.await_case(case, patience, transmitted).await {
            let status = status_of(&waited.seen);
            if matches!(status, Some(CaseStatus::Closed | CaseStatus::Archived)) {
                return Ok(());
            }
            for status in before_closing(status) {
                told(si.set_case_status(case, status.name()).await)?;
            }
        }
    }
    let closed = told(osl.set_case_status(case, CaseStatus::Closed.name()).await);
    if jumps && closed.is_ok() {
        observed.takes(JUMPS, REFUSED);
    }
    closed
}

/// The status of a case that its recipient may change.
fn status_of(case: &Reply) -> Option<CaseStatus> {
    let status = CaseStatus::try_from(case.text("/status")).ok()?;
    let with_the_hub = matches!(status, CaseStatus::HubeeReceived | CaseStatus::HubeeCompleted);
    (!with_the_hub).then_some(status)
}

/// What its recipient sets before a case can be closed.
fn before_closing(present: Option<CaseStatus>) -> &'static [CaseStatus] {
    match present {
        Some(CaseStatus::HubeeNotified) => &[CaseStatus::Sent, CaseStatus::SiReceived],
        Some(CaseStatus::Sent) => &[CaseStatus::SiReceived],
        _ => &[],
    }
}

/// What is not there any more needs no cleaning.
fn told(answer: Answered) -> Result<(), String> {
    match answer {
        Ok(reply) if reply.is_success() || reply.status() == 404 => Ok(()),
        Ok(reply) => Err(reply.in_short()),
        Err(_) => Err("pas de réponse".to_owned()),
    }
}

async fn clean_queue(session: &Session, credential: &Arc<Credential>, cases: &[String]) {
    let is_own = |found: &Value| {
        found["caseId"].as_str().is_some_and(|case| cases.iter().any(|own| own == case))
    };
    let actor = || Actor::new(&session.client, credential);
    let Ok(sight) = actor().look(is_own).await else {
        return;
    };
    stream::iter(&sight.own)
        .for_each_concurrent(AT_ONCE, |notification| async move {
            let id = notification["id"].as_str().unwrap_or_default();
            let deleted = actor().delete_notification(id).await;
            if !matches!(deleted.map(|reply| reply.status()), Ok(204 | 404)) {
                session.ledger.leave(format!("notification {id} de {}", credential.name));
            }
        })
        .await;
}
