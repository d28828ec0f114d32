//! Processes of the référentiel: the démarches (contract §6, "Processes"; SFD-1.2.2 §2.3.3,
//! OAS-PROC-1.2.0).

use contract::ids::ProcessCode;
use contract::process::Process;

use super::command::{Context, DomainError, Missing, Outcome};
use super::decision::{Change, Decision};
use super::page::{PageRequest, SortKey};
use crate::faults::{Conduct, rule};
use crate::referential::Referential;

/// `createProcess`.
pub(super) fn create(
    referential: &Referential,
    request: Process,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut reasons = unknown_osl(referential, &request);
    if referential.process(&request.code).is_some() {
        reasons.push(format!("Process {} already exists", request.code));
    }
    if !reasons.is_empty() {
        return Err(DomainError::Invalid(reasons));
    }
    let message_to_transmitter = request.message_to_transmitter == context.keeps(rule!("PROC-01"));
    Ok(put(Process {
        message_to_transmitter,
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
    let mut reasons = unknown_osl(referential, &request);
    if request.code != *code {
        reasons.push(format!("Process {} is not the {code} of the path", request.code));
    }
    if !reasons.is_empty() {
        return Err(DomainError::Invalid(reasons));
    }
    let replaced = Process {
        creation_date_time: existing.creation_date_time,
        update_date_time: Some(context.now),
        ..request
    };
    let mut decision = put(replaced);
    if !context.keeps(rule!("PROC-03")) {
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
pub fn process(
    referential: &Referential,
    code: &ProcessCode,
    conduct: &Conduct,
) -> Result<Process, DomainError> {
    referential
        .process(code)
        .cloned()
        .ok_or_else(|| DomainError::unknown(Missing::Process, conduct.keeps(rule!("PROC-05"))))
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
pub fn processes(
    referential: &Referential,
    filter: &ProcessFilter,
    conduct: &Conduct,
) -> Result<Vec<Process>, DomainError> {
    let mut found: Vec<Process> = referential
        .processes()
        .filter(|process| {
            let register = filter.company_register.as_deref();
            register.is_none_or(|register| process.osl.company_register.as_str() == register)
                || !conduct.keeps(rule!("PROC-02", "filter"))
        })
        .cloned()
        .collect();
    found.sort_by(|left, right| left.code.cmp(&right.code));
    let order_by = filter.order_by.clone().filter(|_| conduct.keeps(rule!("PROC-02", "order")));
    let max_result = if conduct.keeps(rule!("PROC-02", "paged")) { None } else { Some(10) };
    Ok(PageRequest { order_by, offset: 0, max_result }.apply(found, sort_key)?.items)
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
