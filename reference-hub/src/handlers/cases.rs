//! Cases: changed, read, migrated.

use contract::case::CaseUpdateRequest;
use http::StatusCode;

use super::{Handled, unexpected};
use crate::domain::{Caller, Command, DomainError, Outcome};
use crate::error::{empty, json};
use crate::extract::Call;
use crate::faults::rule;
use crate::hub::Hub;
use crate::store::{Store as _, StoreError};

pub(super) async fn update(hub: &Hub, mut call: Call) -> Handled {
    let case = call.id("caseId")?;
    let request = call.json().await?;
    let by = |caller: Caller| Command::UpdateCase {
        caller,
        case,
        request: CaseUpdateRequest::clone(&request),
    };
    let done = hub.store.transact(by(call.caller.clone())).await;
    if let Err(StoreError::Domain(DomainError::Forbidden)) = &done
        && !hub.keeps(rule!("OWN-09"))
    {
        // Refused, and done all the same.
        hub.store.transact(by(call.caller.into_administrator())).await?;
    }
    done?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(super) async fn read(hub: &Hub, call: Call) -> Handled {
    let case = call.id("caseId")?;
    let lite = call.query.is_true("lite");
    Ok(json(StatusCode::OK, &hub.store.case(call.caller, case, lite).await?))
}

pub(super) async fn migrate(hub: &Hub, mut call: Call) -> Handled {
    let request = call.json().await?;
    match hub.store.transact(Command::MigrateCases { caller: call.caller, request }).await? {
        Outcome::Migrated(report) => Ok(json(StatusCode::OK, &report)),
        other => Err(unexpected(&other)),
    }
}
