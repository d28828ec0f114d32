//! Cases: their statuses and what follows from them, and their passing to another organization
//! (contract §6, "Case status"; SFD-1.2.2 §3.5.6, §3.5.7).

use contract::case::{CaseUpdateRequest, MigrationReport, MigrationRequest};
use contract::folder::FolderCaseRequest;
use contract::ids::CaseId;
use contract::process::Process;
use contract::status::CaseStatus;

use super::access::{Side, own_case};
use super::command::{Caller, Context, DomainError, Missing, Outcome};
use super::decision::{Change, Decision, State};
use super::mail::{Occasion, to_recipient};
use super::notification::notification;
use super::teledossier::{CaseRecord, Teledossier};
use crate::faults::rule;
use crate::referential::Referential;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// A case of a new folder; `None` without a recipient, which the checks refuse before.
pub(super) fn new(request: FolderCaseRequest, context: &Context<'_>) -> Option<CaseRecord> {
    Some(CaseRecord {
        id: CaseId(context.ids.fresh()),
        status: CaseStatus::HubeeReceived,
        recipient: request.recipient?,
        external_id: request.external_id,
        partner_attributes: request.partner_attributes,
        updated: context.now,
        transmitted: None,
        closed: None,
        archived: None,
        deletable_from: None,
        purge_confirmed: Vec::new(),
        events: Vec::new(),
    })
}

/// `updateCase`.
pub(super) fn update(
    mut state: State<'_>,
    caller: &Caller,
    id: CaseId,
    request: &CaseUpdateRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut folder = state.found(Missing::Case)?;
    let case = folder.case(id).ok_or(DomainError::NotFound(Missing::Case))?;
    own_case(&folder, case, caller, rule!("OWN-03"), context)?;
    let status = match CaseStatus::try_from(request.status.as_str()) {
        Ok(status) => status,
        Err(error) if context.keeps(rule!("CAS-03")) => {
            return Err(DomainError::invalid(error.to_string()));
        }
        Err(_) => return Ok(Decision::nothing()),
    };
    if case.status == status && !context.keeps(rule!("CAS-18")) {
        return Err(DomainError::invalid(format!("Case {id} is {status} already")));
    }
    if case.status == status {
        let given = case.events.last().and_then(|event| event.case_new_status.as_deref());
        // What an event already gave stays.
        if given != Some(status.name()) || context.keeps(rule!("EVT-17")) {
            return Ok(Decision::nothing());
        }
        let (side, referential) = (caller.side(), state.referential);
        set_status(&mut folder, id, CaseStatus::Sent, side, referential, context)?;
        return Ok(Decision::done(vec![Change::Save(folder)]));
    }
    let resent = status == CaseStatus::HubeeCompleted;
    if !context.keeps(rule!("CAS-19")) {
        check_author(status, caller.side())?;
    }
    set_status(&mut folder, id, status, caller.side(), state.referential, context)?;
    if !context.keeps(rule!("EVT-29", "sibling")) {
        folder.cases.iter_mut().for_each(|sibling| sibling.status = status);
    }
    let mut changes = Vec::new();
    if let Some(case) = folder.case(id) {
        // A status alone notifies nobody, unless the case is sent again.
        if resent && context.keeps(rule!("CAS-08")) {
            changes.push(notification(&folder, case, None, Side::Si, context));
            changes.extend(to_recipient(
                &folder,
                case,
                Occasion::Event,
                state.referential,
                context,
            ));
        }
        if !resent && !context.keeps(rule!("CAS-05")) {
            changes.push(notification(&folder, case, None, caller.side().other(), context));
        }
    }
    changes.insert(0, Change::Save(folder));
    Ok(Decision::done(changes))
}

/// Gives a case a status, by whichever way, with what follows: dates, and what may be purged.
/// Notifies nobody.
pub(super) fn set_status(
    folder: &mut Teledossier,
    id: CaseId,
    asked: CaseStatus,
    side: Side,
    referential: &Referential,
    context: &Context<'_>,
) -> Result<(), DomainError> {
    let process = referential.process(&folder.process);
    let completed = folder.completed.is_some();
    let case = folder.case_mut(id).ok_or(DomainError::NotFound(Missing::Case))?;
    if case.status == asked {
        return Ok(());
    }
    refuse_if_archived(case, context)?;
    // Sending again what was never sent would deliver an incomplete folder.
    if asked == CaseStatus::HubeeCompleted && !completed {
        return Err(DomainError::invalid("The folder of this case is not completed"));
    }
    let jumps = !context.settings.strict_transitions && context.keeps(rule!("CAS-13"));
    if !jumps {
        check_transition(case.status, asked, side)?;
        if asked == CaseStatus::AdditionAwaited && process.is_some_and(|p| !p.authorized_awaiting) {
            return Err(DomainError::invalid("The process does not use ADD_AWAITING"));
        }
    }
    if !is_accepted(case.status, asked, process, context) {
        return Err(DomainError::invalid(format!("{asked} cannot follow {}", case.status)));
    }
    // A case sent again is notified at once: HUBEE_COMPLETED is not a status it stays in.
    let status = match asked {
        CaseStatus::HubeeCompleted => CaseStatus::HubeeNotified,
        other => other,
    };
    case.status = status;
    case.updated = context.now;
    case.closed = (status == CaseStatus::Closed).then_some(context.now);
    case.archived = (status == CaseStatus::Archived).then_some(context.now);
    if status == CaseStatus::Sent {
        case.transmitted = case.transmitted.or(Some(context.now));
    }
    if status == CaseStatus::HubeeNotified {
        // Reopened: its recipient needs the files again.
        case.deletable_from = None;
    }
    if let Some(process) = process.filter(|p| p.status_before_file_deletion == status) {
        let days = if context.keeps(rule!("LIFE-02")) {
            i64::from(process.time_before_file_deletion) + 1
        } else {
            0
        };
        let date = context.now.plus_seconds(days.saturating_mul(SECONDS_PER_DAY));
        case.deletable_from = case.deletable_from.or(Some(date));
    }
    Ok(())
}

/// A frozen case takes nothing more (rule LIFE-05).
pub(super) fn refuse_if_archived(
    case: &CaseRecord,
    context: &Context<'_>,
) -> Result<(), DomainError> {
    if case.status == CaseStatus::Archived && context.keeps(rule!("LIFE-05", "read-only")) {
        return Err(DomainError::invalid(format!("Case {} is archived: it is read-only", case.id)));
    }
    Ok(())
}

/// A hub may hold each side to the statuses that are meant for it.
fn check_author(to: CaseStatus, side: Side) -> Result<(), DomainError> {
    let meant_for = if to.is_meant_for_si() { Side::Si } else { Side::Osl };
    let by_nobody = matches!(to, CaseStatus::HubeeReceived | CaseStatus::Archived);
    if by_nobody || meant_for != side {
        return Err(DomainError::invalid(format!("{to} is not yours to set")));
    }
    Ok(())
}

fn check_transition(from: CaseStatus, to: CaseStatus, side: Side) -> Result<(), DomainError> {
    check_author(to, side)?;
    if !to.incoming().is_empty() && !to.incoming().contains(&from) {
        return Err(DomainError::invalid(format!("{to} cannot follow {from}")));
    }
    Ok(())
}

/// Whether a status may follow another: the documents list which do, and every hub accepts those.
fn is_accepted(
    from: CaseStatus,
    to: CaseStatus,
    process: Option<&Process>,
    context: &Context<'_>,
) -> bool {
    use CaseStatus as Status;
    let is = |code: &str| process.is_some_and(|process| process.code.as_str() == code);
    match (from, to) {
        (Status::AdditionAwaited, Status::Done) => context.keeps(rule!("CAS-02", "DONE")),
        (Status::AdditionAwaited, Status::Refused) => context.keeps(rule!("CAS-02", "REFUSED")),
        (Status::Done, Status::SiIntegrationError) => {
            context.keeps(rule!("CAS-02", "SI_INTG_ERROR"))
                && context.keeps(rule!("CAS-02", "AFTER_DONE"))
        }
        (_, Status::SiIntegrationError) => context.keeps(rule!("CAS-02", "SI_INTG_ERROR")),
        (_, Status::Closed) if is("HebergementTourisme") => {
            context.keeps(rule!("CAS-06")) && context.keeps(rule!("CAS-16"))
        }
        (_, Status::Closed) => context.keeps(rule!("CAS-06")),
        (Status::Closed, Status::HubeeNotified) => context.keeps(rule!("CAS-07")),
        _ => true,
    }
}

/// `migrateCases` (OAS-FOLDER-1.2.7): every case, event and notification of one organization passes
/// to another. Decided once without a télédossier (may it be done at all), then for each one
/// concerned.
pub(super) fn migrate(
    mut state: State<'_>,
    caller: &Caller,
    request: &MigrationRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let MigrationRequest { organization_source: source, organization_target: target } = request;
    for organization in [source, target] {
        if state.referential.organization(organization).is_none() {
            return Err(DomainError::NotFound(Missing::Organization));
        }
    }
    if !caller.is_admin() && *source != caller.organization {
        return Err(DomainError::Forbidden);
    }
    let Some(mut folder) = state.teledossier.take() else {
        return Ok(migrated(Vec::new(), 0));
    };
    if source == target || !(caller.is_admin() || caller.coverage.contains(&folder.process)) {
        return Ok(migrated(Vec::new(), 0));
    }
    let mut changes = Vec::new();
    let mut count = 0;
    for case in folder.cases.iter_mut().filter(|case| case.recipient == *source) {
        count += 1;
        case.recipient = target.clone();
        case.updated = context.now;
        for event in case.events.iter_mut().filter(|event| event.transmitter == *source) {
            event.transmitter = target.clone();
        }
        // Its notifications go along.
        if context.keeps(rule!("CAS-14", "notifications")) {
            let (source, target) = (source.clone(), target.clone());
            changes.push(Change::MoveCase { case: case.id, source, target });
        }
    }
    let count = if context.keeps(rule!("CAS-14", "count")) { count } else { 0 };
    changes.insert(0, Change::Save(folder));
    Ok(migrated(changes, count))
}

fn migrated(changes: Vec<Change>, case_updated: u64) -> Decision {
    Decision { changes, outcome: Outcome::Migrated(MigrationReport { case_updated }) }
}
