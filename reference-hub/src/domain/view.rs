//! What a caller may see: from what is stored to the wire's shapes (contract §5). An SI's comment
//! stays hidden from an OSL, a case shows its own files only. The one place where ownership of what
//! is read is asked.

use contract::attachment::Attachment;
use contract::case::Case;
use contract::event::Event;
use contract::folder::{Folder, FolderCase};
use contract::ids::{CaseId, EventId};
use contract::notification::{EventDetails, Notification};
use contract::operations::Scope;
use contract::status::{ActionType, EventStatus};

use super::access::{Side, own_case, own_folder};
use super::attachment::own_event;
use super::command::{Caller, Context, DomainError, Missing};
use super::teledossier::{CaseRecord, EventRecord, FileRecord, NotificationRecord, Teledossier};
use crate::faults::rule;

/// How many events a case shows that does not show them all (CAS-17).
const FEW_EVENTS: usize = 20;

/// `getFolder`.
pub fn folder(
    folder: &Teledossier,
    caller: &Caller,
    context: &Context<'_>,
) -> Result<Folder, DomainError> {
    own_folder(folder, caller, context)?;
    Ok(folder_of(folder, context))
}

pub(super) fn folder_of(folder: &Teledossier, context: &Context<'_>) -> Folder {
    Folder {
        id: folder.id,
        global_status: folder.status,
        process_code: folder.process.clone(),
        create_date_time: match context.keeps(rule!("WIRE-05")) {
            true => folder.created,
            false => folder.created.plus_seconds(3_600),
        },
        update_date_time: folder.updated,
        close_date_time: folder.closed,
        applicant: folder.applicant.clone(),
        external_id: folder.external_id.clone(),
        partner_info: folder.partner_info.clone(),
        cases: folder.cases.iter().map(|case| folder_case(case, context)).collect(),
        attachments: folder
            .files
            .iter()
            .map(|file| Attachment {
                recipients: Some(file.recipients.clone()),
                ..attachment(file)
            })
            .collect(),
    }
}

/// The number of a case as it is shown.
fn number_of(case: &CaseRecord, context: &Context<'_>) -> String {
    if context.keeps(rule!("NUM-03")) {
        case.external_id.clone()
    } else {
        case.external_id.to_lowercase()
    }
}

fn folder_case(case: &CaseRecord, context: &Context<'_>) -> FolderCase {
    FolderCase {
        id: case.id,
        status: case.status,
        recipient: case.recipient.clone(),
        external_id: number_of(case, context),
        update_date_time: case.updated,
        transmission_date_time: case.transmitted,
        partner_attributes: case.partner_attributes.clone(),
    }
}

fn attachment(file: &FileRecord) -> Attachment {
    Attachment {
        id: file.id,
        status: file.status,
        file_name: file.name.clone(),
        kind: file.kind.clone(),
        size: file.size,
        mime_type: file.mime_type.clone(),
        recipients: None,
    }
}

/// `getCase`. A lighter one comes without attachments and events *(ours)*.
pub fn case(
    folder: &Teledossier,
    caller: &Caller,
    id: CaseId,
    lite: bool,
    context: &Context<'_>,
) -> Result<Case, DomainError> {
    let case = folder.case(id).ok_or(DomainError::NotFound(Missing::Case))?;
    own_case(folder, case, caller, rule!("OWN-01"), context)?;
    let lite = lite && context.keeps(rule!("CAS-15"));
    let addressed =
        |file: &&FileRecord| file.is_addressed_to(case) || !context.keeps(rule!("PJ-14"));
    let mut applicant = folder.applicant.clone();
    if !context.keeps(rule!("CAS-01")) {
        applicant.last_name.clear();
    }
    let events = || {
        let is_shown = |event: &&EventRecord| {
            event.status != EventStatus::Received || context.keeps(rule!("EVT-29", "RECEIVED"))
        };
        let mut events: Vec<Event> = case
            .events
            .iter()
            .filter(is_shown)
            .map(|event| event_of(event, caller, context))
            .collect();
        if !context.keeps(rule!("CAS-12")) {
            events.pop();
        }
        if events.len() > FEW_EVENTS && !context.keeps(rule!("CAS-17")) {
            events.drain(..events.len() - FEW_EVENTS);
        }
        events
    };
    Ok(Case {
        id: case.id,
        status: case.status,
        recipient: case.recipient.clone(),
        external_id: number_of(case, context),
        process_code: folder.process.clone(),
        create_date_time: folder.created,
        update_date_time: case.updated,
        transmission_date_time: case.transmitted,
        close_date_time: case.closed,
        partner_attributes: case.partner_attributes.clone(),
        applicant,
        attachments: (!lite)
            .then(|| folder.files.iter().filter(addressed).map(attachment).collect()),
        events: (!lite).then(events),
    })
}

/// `getEvent`.
pub fn event(
    folder: &Teledossier,
    caller: &Caller,
    case: CaseId,
    id: EventId,
    context: &Context<'_>,
) -> Result<Event, DomainError> {
    let (_, event) = own_event(folder, caller, case, id, context)?;
    Ok(event_of(event, caller, context))
}

pub(super) fn event_of(event: &EventRecord, caller: &Caller, context: &Context<'_>) -> Event {
    let internal = event.side == Side::Si && caller.scope == Scope::Osl;
    let comment = event.comment.clone();
    let comment = comment.filter(|_| !internal || !context.keeps(rule!("EVT-15")));
    Event {
        id: event.id,
        transmitter: event.transmitter.clone(),
        message: event.message.clone(),
        comment,
        action_type: event.action,
        author: event.author.clone(),
        notification: event.notification.filter(|_| context.keeps(rule!("WIRE-06"))),
        create_date_time: event.created,
        update_date_time: event.updated,
        status: event.status,
        case_current_status: event.case_current_status.clone(),
        case_new_status: event.case_new_status.clone(),
        partner_attributes: event.partner_attributes.clone(),
        attachments: event.files.iter().map(attachment).collect(),
        partner_info: event.partner_info.clone(),
    }
}

/// An entry of a queue. Where details were asked for, `details` is what its event is and where it
/// stands now, if it is about one.
pub fn notification(
    record: NotificationRecord,
    details: Option<Option<(ActionType, EventStatus)>>,
    context: &Context<'_>,
) -> Notification {
    let shown = |status| match status {
        EventStatus::Received if !context.keeps(rule!("NOT-16", "stale")) => EventStatus::Sent,
        live => live,
    };
    Notification {
        id: record.id,
        recipient: record.recipient,
        transmitter: record.transmitter,
        process_code: record.process,
        case_id: Some(record.case),
        event_id: record.event,
        date_time: record.visible_from,
        event_details: details.map(|event| EventDetails {
            event_action_type: event.map(|(action, _)| action),
            event_status: event.map(|(_, status)| shown(status)),
        }),
    }
}
