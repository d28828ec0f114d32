//! Events: created, changed, read, deleted.

use http::StatusCode;

use super::{Handled, unexpected};
use crate::domain::{Command, Outcome};
use crate::error::{empty, json};
use crate::extract::Call;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn create(hub: &Hub, mut call: Call) -> Handled {
    let case = call.id("caseId")?;
    let request = call.json().await?;
    match hub.store.transact(Command::CreateEvent { caller: call.caller, case, request }).await? {
        Outcome::Event(event) => Ok(json(StatusCode::CREATED, &event)),
        other => Err(unexpected(&other)),
    }
}

pub(super) async fn update(hub: &Hub, mut call: Call) -> Handled {
    let (case, event) = (call.id("caseId")?, call.id("eventId")?);
    let request = call.json().await?;
    hub.store.transact(Command::UpdateEvent { caller: call.caller, case, event, request }).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(super) async fn read(hub: &Hub, call: Call) -> Handled {
    let (case, event) = (call.id("caseId")?, call.id("eventId")?);
    Ok(json(StatusCode::OK, &hub.store.event(call.caller, case, event).await?))
}

pub(super) async fn delete(hub: &Hub, call: Call) -> Handled {
    let (case, event) = (call.id("caseId")?, call.id("eventId")?);
    hub.store.transact(Command::DeleteEvent { caller: call.caller, case, event }).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
