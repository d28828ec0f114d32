//! Processes: created, replaced, read, listed.

use contract::ids::ProcessCode;
use http::StatusCode;

use super::{Handled, unexpected};
use crate::domain::{Command, DomainError, Missing, Outcome, ProcessFilter, process, processes};
use crate::error::{Refusal, json};
use crate::extract::Call;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn create(hub: &Hub, mut call: Call) -> Handled {
    let request = call.json().await?;
    match hub.store.transact(Command::CreateProcess { request }).await? {
        Outcome::Process(process) => Ok(json(StatusCode::CREATED, &process)),
        other => Err(unexpected(&other)),
    }
}

pub(super) async fn replace(hub: &Hub, mut call: Call) -> Handled {
    let process = code(&call)?;
    let request = call.json().await?;
    match hub.store.transact(Command::ReplaceProcess { process, request }).await? {
        Outcome::Process(process) => Ok(json(StatusCode::OK, &process)),
        other => Err(unexpected(&other)),
    }
}

pub(super) fn read(hub: &Hub, call: &Call) -> Handled {
    Ok(json(StatusCode::OK, &process(&hub.store.referential(), &code(call)?, &hub.conduct)?))
}

pub(super) fn list(hub: &Hub, call: &Call) -> Handled {
    let filter = ProcessFilter {
        company_register: call.query.one("companyRegister").map(str::to_owned),
        order_by: call.query.one("orderBy").map(str::to_owned),
    };
    Ok(json(StatusCode::OK, &processes(&hub.store.referential(), &filter, &hub.conduct)?))
}

/// The code in the path; a text that cannot be one is a démarche that does not exist.
fn code(call: &Call) -> Result<ProcessCode, Refusal> {
    let missing = |_| Refusal::from(DomainError::NotFound(Missing::Process));
    ProcessCode::try_from(call.path_text("processCode")).map_err(missing)
}
