//! Events: what a party does to a case, and how the other one learns of it (contract §6, "Event";
//! SFD-1.2.2 §3.5.8 and annex 4.2).

use contract::attachment::AttachmentRequest;
use contract::event::{EventRequest, EventUpdateRequest};
use contract::ids::{AttachmentId, CaseId, EventId, FolderId};
use contract::process::Process;
use contract::status::{ActionType, AttachmentStatus, CaseStatus, EventStatus};

use super::access::{Side, is_author, own_case, party};
use super::attachment::{format_allowed, new_file, own_event};
use super::command::{Caller, Context, DomainError, Missing, Outcome};
use super::decision::{Change, Decision, State};
use super::mail::{Occasion, to_recipient};
use super::notification::notification;
use super::teledossier::{CaseRecord, EventRecord, Teledossier};
use super::{case, view};
use crate::faults::rule;
use crate::referential::Referential;

/// `createEvent`.
pub(super) fn create(
    mut state: State<'_>,
    caller: &Caller,
    id: CaseId,
    request: EventRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut folder = state.found(Missing::Case)?;
    let case = folder.case(id).ok_or(DomainError::NotFound(Missing::Case))?;
    own_case(&folder, case, caller, rule!("OWN-04"), context)?;
    case::refuse_if_archived(case, context)?;
    let stale = request
        .case_current_status
        .as_deref()
        .is_some_and(|believed| believed != case.status.name());
    // What the sender believes is never checked.
    if stale && !context.keeps(rule!("CAS-04")) {
        return Err(DomainError::invalid(format!("Case {id} is {}", case.status)));
    }
    let process = state.referential.process(&folder.process);
    let (action, new_status) = check(&request, caller.side(), process, context)?;
    let event = new_event(&folder, case, caller, action, request, context);
    let event_id = event.id;
    folder.case_mut(id).ok_or(DomainError::NotFound(Missing::Case))?.events.push(event);
    let mut changes = Vec::new();
    let sent = action != ActionType::AttachmentDeposit;
    if sent {
        changes = sending(&mut folder, id, event_id, new_status, state.referential, context)?;
    } else if !context.keeps(rule!("EVT-05", "notification")) {
        changes.extend(folder.case(id).map(|case| {
            notification(&folder, case, Some(event_id), caller.side().other(), context)
        }));
    }
    folder.updated = context.now;
    let case = folder.case(id).ok_or(DomainError::NotFound(Missing::Case))?;
    let event = case.event(event_id).ok_or(DomainError::NotFound(Missing::Event))?;
    let outcome = Outcome::Event(Box::new(view::event_of(event, caller, context)));
    changes.insert(0, indexed(folder.id, event));
    changes.insert(0, Change::Save(folder));
    Ok(Decision { changes, outcome })
}

fn indexed(folder: FolderId, event: &EventRecord) -> Change {
    Change::Event { id: event.id, folder, action: event.action, status: event.status }
}

fn new_event(
    folder: &Teledossier,
    case: &CaseRecord,
    caller: &Caller,
    action: ActionType,
    request: EventRequest,
    context: &Context<'_>,
) -> EventRecord {
    let side = caller.side();
    let deposit = action == ActionType::AttachmentDeposit;
    let waits = if deposit {
        context.keeps(rule!("EVT-05", "status"))
    } else {
        !context.keeps(rule!("EVT-06"))
    };
    EventRecord {
        id: EventId(context.ids.fresh()),
        side,
        // What the body says of it does not count.
        transmitter: if context.keeps(rule!("EVT-22")) {
            party(folder, case, side).clone()
        } else {
            party(folder, case, side.other()).clone()
        },
        action,
        status: if waits { EventStatus::InProgress } else { EventStatus::Sent },
        message: request.message,
        comment: request.comment,
        author: request.author.filter(|_| context.keeps(rule!("CAS-12", "author"))),
        notification: request.notification,
        created: match context.keeps(rule!("EVT-28", "dates")) {
            true => context.now,
            false => folder.created,
        },
        updated: context.now,
        case_current_status: request.case_current_status,
        case_new_status: request.case_new_status,
        partner_attributes: if context.keeps(rule!("EVT-28", "partnerAttributes")) {
            request.partner_attributes
        } else {
            case.partner_attributes.clone()
        },
        partner_info: if context.keeps(rule!("EVT-28", "partnerInfo")) {
            caller.partner_info.clone()
        } else {
            folder.partner_info.clone()
        },
        files: request
            .attachments
            .unwrap_or_default()
            .into_iter()
            .map(|announced| new_file(AttachmentId(context.ids.fresh()), announced))
            .collect(),
    }
}

type Checked = (ActionType, Option<CaseStatus>);

fn check(
    request: &EventRequest,
    side: Side,
    process: Option<&Process>,
    context: &Context<'_>,
) -> Result<Checked, DomainError> {
    let mut reasons = Vec::new();
    let action = match ActionType::try_from(request.action_type.as_str()) {
        Ok(action) => Some(action),
        Err(error) if context.keeps(rule!("EVT-02")) => {
            reasons.push(error.to_string());
            None
        }
        Err(_) => Some(ActionType::StatusUpdate),
    };
    let asked = request.case_new_status.as_deref().filter(|status| !status.is_empty());
    let new_status = asked.and_then(|status| {
        CaseStatus::try_from(status).map_err(|error| reasons.push(error.to_string())).ok()
    });
    let files = request.attachments.as_deref().unwrap_or_default();
    if let Some(action) = action {
        check_action(action, files, side, process, context, &mut reasons);
    }
    if let Some(process) = process {
        check_files(files, side, process, context, &mut reasons);
    }
    match action {
        Some(action) if reasons.is_empty() => Ok((action, new_status)),
        _ => Err(DomainError::Invalid(reasons)),
    }
}

fn check_action(
    action: ActionType,
    files: &[AttachmentRequest],
    side: Side,
    process: Option<&Process>,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    let deposit = action == ActionType::AttachmentDeposit;
    if deposit && files.is_empty() && context.keeps(rule!("EVT-03")) {
        reasons.push("Event ATTACH_DEPOSIT needs an attachment".to_owned());
    }
    if !deposit && !files.is_empty() && context.keeps(rule!("EVT-04")) {
        reasons.push(format!("Event {action} takes no attachment"));
    }
    let silenced = process.is_some_and(|process| !process.message_to_transmitter);
    if action == ActionType::MessageSending
        && side == Side::Si
        && silenced
        && context.keeps(rule!("EVT-16"))
    {
        reasons.push("The process takes no message to the transmitter".to_owned());
    }
    if action == ActionType::AttachmentDownloadAll && !context.keeps(rule!("EVT-01")) {
        reasons.push(format!("Event {action} is not known"));
    }
}

fn check_files(
    files: &[AttachmentRequest],
    side: Side,
    process: &Process,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    let enabled = match side {
        Side::Osl => &process.attachment_formats_enabled,
        Side::Si => &process.si_attachment_formats_enabled,
    };
    let is_guarded = || match (side, enabled.is_empty()) {
        (Side::Si, true) => context.keeps(rule!("EVT-20")),
        (Side::Osl, true) => true,
        (_, false) => context.keeps(rule!("EVT-19")),
    };
    for AttachmentRequest { file_name, size, mime_type, .. } in files {
        if !format_allowed(enabled, mime_type) && is_guarded() {
            reasons.push(format!("Attachment {file_name} format {mime_type} is not allowed"));
        }
        let largest = process.attachment_max_size_enabled;
        if *size > largest && context.keeps(rule!("EVT-30")) {
            reasons.push(format!("Attachment {file_name} size {size} is above {largest}"));
        }
    }
}

/// What sending an event does: the case takes its status, the other side is notified if that was
/// asked, and written to.
fn sending(
    folder: &mut Teledossier,
    id: CaseId,
    event_id: EventId,
    new_status: Option<CaseStatus>,
    referential: &Referential,
    context: &Context<'_>,
) -> Result<Vec<Change>, DomainError> {
    let missing = DomainError::NotFound(Missing::Event);
    let side = folder.case(id).and_then(|case| case.event(event_id)).ok_or(missing.clone())?.side;
    if let Some(status) = new_status
        && context.keeps(rule!("EVT-18"))
    {
        case::set_status(folder, id, status, side, referential, context)?;
    }
    let (Some(case), Some(event)) =
        (folder.case(id), folder.case(id).and_then(|case| case.event(event_id)))
    else {
        return Err(missing);
    };
    let deposit = event.action == ActionType::AttachmentDeposit;
    let when_asked = match (deposit, side) {
        (true, _) => rule!("EVT-11"),
        (false, Side::Si) => rule!("EVT-07"),
        (false, Side::Osl) => rule!("EVT-08"),
    };
    let failure = side == Side::Si && new_status == Some(CaseStatus::SiIntegrationError);
    let asked = event.notification == Some(true) && (!failure || context.keeps(rule!("CAS-09")));
    let notifies = if asked { context.keeps(when_asked) } else { !context.keeps(rule!("EVT-09")) };
    let mut changes = Vec::new();
    if notifies {
        changes.push(notification(folder, case, Some(event_id), side.other(), context));
    }
    // A deposit is written about when it reopens the case, and only then (SFD §3.5.8, step 4.1).
    let reopens = deposit && new_status == Some(CaseStatus::HubeeNotified);
    let told = asked && (!deposit || !context.keeps(rule!("MAIL-05")));
    if side == Side::Osl && (told || reopens) {
        changes.extend(to_recipient(folder, case, Occasion::Event, referential, context));
    }
    Ok(changes)
}

/// `updateEvent`: sent by its author, acknowledged by the other side.
pub(super) fn update(
    mut state: State<'_>,
    caller: &Caller,
    case: CaseId,
    event: EventId,
    request: &EventUpdateRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let folder = state.found(Missing::Case)?;
    let (found_case, found) = own_event(&folder, caller, case, event, context)?;
    case::refuse_if_archived(found_case, context)?;
    let own = is_author(found, caller);
    match EventStatus::try_from(request.status.as_str()) {
        Ok(status @ (EventStatus::Sent | EventStatus::Received)) => {
            if own != (status == EventStatus::Sent) {
                return Err(DomainError::Forbidden);
            }
            if found.status == status {
                return Ok(Decision::nothing());
            }
            if status == EventStatus::Sent {
                send(folder, case, event, state.referential, context)
            } else {
                acknowledge(folder, case, event, context)
            }
        }
        _ if context.keeps(rule!("EVT-27")) => {
            Err(DomainError::invalid("Event status is SENT or RECEIVED"))
        }
        _ => Ok(Decision::nothing()),
    }
}

fn send(
    mut folder: Box<Teledossier>,
    case: CaseId,
    id: EventId,
    referential: &Referential,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let folder_id = folder.id;
    let event = event_mut(&mut folder, case, id)?;
    if event.status != EventStatus::InProgress {
        return Err(DomainError::invalid(format!("Event {id} is {}", event.status)));
    }
    let waiting: Vec<String> = event
        .files
        .iter()
        .filter(|file| file.status != AttachmentStatus::Received)
        .map(|file| format!("Attachment {} is {}", file.id, file.status))
        .collect();
    if !waiting.is_empty() && context.keeps(rule!("EVT-10")) {
        return Err(DomainError::Invalid(waiting));
    }
    event.status = EventStatus::Sent;
    event.updated = context.now;
    let index = indexed(folder_id, event);
    let new_status =
        event.case_new_status.as_deref().and_then(|status| CaseStatus::try_from(status).ok());
    let mut changes = sending(&mut folder, case, id, new_status, referential, context)?;
    folder.updated = context.now;
    changes.insert(0, index);
    changes.insert(0, Change::Save(folder));
    Ok(Decision::done(changes))
}

/// The author learns of the acknowledgement when the event asked for notification (D18).
fn acknowledge(
    mut folder: Box<Teledossier>,
    case: CaseId,
    id: EventId,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let folder_id = folder.id;
    let event = event_mut(&mut folder, case, id)?;
    if event.status != EventStatus::Sent {
        return Err(DomainError::invalid(format!("Event {id} is {}", event.status)));
    }
    if !context.keeps(rule!("EVT-12")) {
        return Ok(Decision::nothing());
    }
    event.status = EventStatus::Received;
    event.updated = context.now;
    let author = event.side;
    let told = event.notification == Some(true) && context.keeps(rule!("EVT-12", "notification"));
    let mut changes = vec![indexed(folder_id, event)];
    if let Some(case) = folder.case(case).filter(|_| told) {
        changes.push(notification(&folder, case, Some(id), author, context));
    }
    folder.updated = context.now;
    changes.insert(0, Change::Save(folder));
    Ok(Decision::done(changes))
}

fn event_mut(
    folder: &mut Teledossier,
    case: CaseId,
    event: EventId,
) -> Result<&mut EventRecord, DomainError> {
    let case = folder.case_mut(case).ok_or(DomainError::NotFound(Missing::Case))?;
    case.event_mut(event).ok_or(DomainError::NotFound(Missing::Event))
}

/// `deleteEvent`: only a deposit of files that was not sent yet.
pub(super) fn delete(
    mut state: State<'_>,
    caller: &Caller,
    case: CaseId,
    event: EventId,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut folder = state.found(Missing::Case)?;
    let (_, found) = own_event(&folder, caller, case, event, context)?;
    if !is_author(found, caller) {
        return Err(DomainError::Forbidden);
    }
    let unsent =
        found.action == ActionType::AttachmentDeposit && found.status == EventStatus::InProgress;
    if !unsent && context.keeps(rule!("EVT-14")) {
        return Err(DomainError::invalid(format!("Event {event} cannot be deleted any more")));
    }
    if !context.keeps(rule!("EVT-13")) {
        return Ok(Decision::nothing());
    }
    let blobs = found.files.iter().filter_map(|file| file.bytes.as_ref());
    let mut changes: Vec<Change> =
        blobs.map(|bytes| Change::ReleaseBlob(bytes.blob.clone())).collect();
    changes.push(Change::RemoveEvent(event));
    if let Some(case) = folder.case_mut(case)
        && let Some(place) = case.events.iter().position(|kept| kept.id == event)
    {
        case.events.remove(place);
        if place > 0 && !context.keeps(rule!("WIRE-03", "sequence")) {
            case.events.remove(place - 1);
        }
    }
    folder.updated = context.now;
    changes.insert(0, Change::Save(folder));
    Ok(Decision::done(changes))
}
