//! Folders: created, changed, read, deleted.

use http::StatusCode;

use super::{Handled, unexpected};
use crate::domain::{Command, Outcome};
use crate::error::{empty, json};
use crate::extract::Call;
use crate::faults::wire;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn create(hub: &Hub, mut call: Call) -> Handled {
    let request = call.json().await?;
    match hub.store.transact(Command::CreateFolder { caller: call.caller, request }).await? {
        Outcome::Folder(folder) => Ok(json(StatusCode::CREATED, &folder)),
        other => Err(unexpected(&other)),
    }
}

pub(super) async fn update(hub: &Hub, mut call: Call) -> Handled {
    let folder = call.id("folderId")?;
    let request = call.json().await?;
    hub.store.transact(Command::UpdateFolder { caller: call.caller, folder, request }).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(super) async fn read(hub: &Hub, call: Call) -> Handled {
    let folder = call.id("folderId")?;
    let answer = json(StatusCode::OK, &hub.store.folder(call.caller, folder).await?);
    Ok(wire::labelled(answer, &hub.conduct))
}

pub(super) async fn delete(hub: &Hub, call: Call) -> Handled {
    let folder = call.id("folderId")?;
    hub.store.transact(Command::DeleteFolder { caller: call.caller, folder }).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
