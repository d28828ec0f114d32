//! Processes of the référentiel: the démarches (contract §6, "Processes"; SFD-1.2.2 §2.3.3,
//! OAS-PROC-1.2.0).

use contract::ids::ProcessCode;
use contract::process::Process;

use super::command::{Context, DomainError, Missing, Outcome};
use super::decision::{Change, Decision};
use super::page::{Broken, PageRequest, SortKey};
use crate::faults::{FaultSet, fault};
use crate::referential::Referential;

/// `createProcess`.
pub(super) fn create(
    referential: &Referential,
    request: Process,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut faults = unknown_osl(referential, &request);
    if referential.process(&request.code).is_some() {
        faults.push(format!("Process {} already exists", request.code));
    }
    if !faults.is_empty() {
        return Err(DomainError::Invalid(faults));
    }
    let broken = context.faults.breaks(fault!("PROC-01"));
    Ok(put(Process {
        message_to_transmitter: request.message_to_transmitter != broken,
        creation_date_time: Some(context.now),
        update_date_time: Some(context.now),
        ..request
    }))
}

/// `updateProcess`: replaces everything but the code; in effect from the next call on (rule
/// PROC-03).
pub(super) fn replace(
    referential: &Referential,
    code: &ProcessCode,
    request: Process,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let existing = referential.process(code).ok_or(DomainError::NotFound(Missing::Process))?;
    let mut faults = unknown_osl(referential, &request);
    if request.code != *code {
        faults.push(format!("Process {} is not the {code} of the path", request.code));
    }
    if !faults.is_empty() {
        return Err(DomainError::Invalid(faults));
    }
    let replaced = Process {
        creation_date_time: existing.creation_date_time,
        update_date_time: Some(context.now),
        ..request
    };
    let mut decision = put(replaced);
    if context.faults.breaks(fault!("PROC-03")) {
        decision.changes.clear();
    }
    Ok(decision)
}

fn unknown_osl(referential: &Referential, request: &Process) -> Vec<String> {
    match referential.organization(&request.osl) {
        Some(_) => Vec::new(),
        None => vec![format!("Organization {} does not exist", request.osl)],
    }
}

fn put(process: Process) -> Decision {
    Decision {
        changes: vec![Change::PutProcess(Box::new(process.clone()))],
        outcome: Outcome::Process(Box::new(process)),
    }
}

/// `getProcess`.
///
/// # Errors
/// When it is unknown.
pub fn process(
    referential: &Referential,
    code: &ProcessCode,
    faults: &FaultSet,
) -> Result<Process, DomainError> {
    referential
        .process(code)
        .cloned()
        .ok_or_else(|| DomainError::unknown(Missing::Process, faults.breaks(fault!("PROC-05"))))
}

/// What the list of démarches is filtered by. It is not paginated.
#[derive(Clone, Debug, Default)]
pub struct ProcessFilter {
    /// Of OSLs with this SIRET.
    pub company_register: Option<String>,
    /// Sorted by this field.
    pub order_by: Option<String>,
}

/// `listProcesses`. In the order of their codes unless asked otherwise.
///
/// # Errors
/// When the order names no field.
pub fn processes(
    referential: &Referential,
    filter: &ProcessFilter,
    faults: &FaultSet,
) -> Result<Vec<Process>, DomainError> {
    let mut found: Vec<Process> = referential
        .processes()
        .filter(|process| {
            let register = filter.company_register.as_deref();
            register.is_none_or(|register| process.osl.company_register.as_str() == register)
                || faults.breaks(fault!("PROC-02.filter"))
        })
        .cloned()
        .collect();
    found.sort_by(|left, right| left.code.cmp(&right.code));
    let broken = Broken { order: faults.breaks(fault!("PROC-02.order")), paging: false };
    let length = if faults.breaks(fault!("PROC-02.paged")) { Some(10) } else { None };
    let page = PageRequest { order_by: filter.order_by.clone(), offset: 0, max_result: length };
    Ok(page.apply(found, broken, sort_key)?.items)
}

fn sort_key(process: &Process, field: &str) -> Option<SortKey> {
    Some(match field {
        "code" => process.code.as_str().into(),
        "name" => process.name.as_str().into(),
        "description" => process.description.as_deref().into(),
        "is_activated" => SortKey::Number(process.is_activated.into()),
        "osl_company_register" | "company_register" => process.osl.company_register.as_str().into(),
        "osl_branch_code" | "osl_branche_code" => process.osl.branch_code.as_str().into(),
        "subscription_validation" => process.subscription_validation.as_str().into(),
        "creation_date_time" => process.creation_date_time.into(),
        "update_date_time" => process.update_date_time.into(),
        _ => return None,
    })
}
