//! Cleaning up behind a scenario: own notifications deleted, own cases and folders closed,
//! unfinished folders deleted. A refusal is listed in the report and is no non-conformity; nothing
//! here judges the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::actor::{Actor, Answered};
use crate::ledger::OwnFolder;
use crate::session::Session;
use crate::target::Credential;

/// Télédossiers, queues or notifications cleaned at once.
const AT_ONCE: usize = 4;

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
        let players = folder
            .cases
            .iter()
            .filter_map(|(_, player)| player.clone())
            .chain([folder.depositor.clone()]);
        for player in players {
            queues
                .entry(player.name.clone())
                .or_insert_with(|| (player, Vec::new()))
                .1
                .extend(cases.clone());
        }
    }
    stream::iter(queues.into_values())
        .for_each_concurrent(AT_ONCE, |(player, cases)| async move {
            clean_queue(session, &player, &cases).await;
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
    let mut refused = Vec::new();
    for (case, _) in &folder.cases {
        note(&mut refused, "case", case, actor.set_case_status(case, "CLOSED").await);
    }
    let closed = actor.set_folder_status(&folder.id, "CLOSED").await;
    note(&mut refused, "télédossier", &folder.number, closed);
    (!refused.is_empty()).then(|| refused.join(" ; "))
}

fn note(refused: &mut Vec<String>, what: &str, name: &str, reply: Answered) {
    match reply {
        Ok(reply) if reply.is_success() || reply.status() == 404 => {}
        Ok(reply) => refused.push(format!("{what} {name} non clos ({})", reply.in_short())),
        Err(_) => refused.push(format!("{what} {name} non clos (pas de réponse)")),
    }
}

async fn clean_queue(session: &Session, player: &Arc<Credential>, cases: &[String]) {
    let is_own = |found: &Value| {
        found["caseId"].as_str().is_some_and(|case| cases.iter().any(|own| own == case))
    };
    let actor = || Actor::new(&session.client, player);
    let Ok(sight) = actor().look(is_own).await else {
        return;
    };
    stream::iter(&sight.own)
        .for_each_concurrent(AT_ONCE, |notification| async move {
            let id = notification["id"].as_str().unwrap_or_default();
            let deleted = actor().delete_notification(id).await;
            if !matches!(deleted.map(|reply| reply.status()), Ok(204 | 404)) {
                session.ledger.leave(format!("notification {id} de {}", player.name));
            }
        })
        .await;
}
