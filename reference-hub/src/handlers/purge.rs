//! The purge of binaries as the portal drives it: listed, confirmed.

use http::StatusCode;

use super::Handled;
use crate::domain::Command;
use crate::error::{empty, json};
use crate::extract::Call;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn list(hub: &Hub, call: Call) -> Handled {
    Ok(json(StatusCode::OK, &hub.store.purgeable(call.caller).await?))
}

pub(super) async fn confirm(hub: &Hub, mut call: Call) -> Handled {
    let links = call.json().await?;
    hub.store.transact(Command::ConfirmPurge { caller: call.caller, links }).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
