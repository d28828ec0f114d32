//! Cases: operations 5, 14 and 29.

use http::StatusCode;

use super::{Handled, unexpected};
use crate::domain::{Command, Outcome};
use crate::error::{empty, json};
use crate::extract::Call;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn update(hub: &Hub, mut call: Call) -> Handled {
    let case = call.id("caseId")?;
    let request = call.json().await?;
    hub.store
        .transact(Command::UpdateCase {
            caller: call.caller,
            case,
            request,
        })
        .await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(super) async fn read(hub: &Hub, call: Call) -> Handled {
    let case = call.id("caseId")?;
    let lite = call.query.is_true("lite");
    Ok(json(
        StatusCode::OK,
        &hub.store.case(call.caller, case, lite).await?,
    ))
}

pub(super) async fn migrate(hub: &Hub, mut call: Call) -> Handled {
    let request = call.json().await?;
    match hub
        .store
        .transact(Command::MigrateCases {
            caller: call.caller,
            request,
        })
        .await?
    {
        Outcome::Migrated(report) => Ok(json(StatusCode::OK, &report)),
        other => Err(unexpected(&other)),
    }
}
