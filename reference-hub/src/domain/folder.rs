//! Folders: creation, completion, statuses, deletion (contract §6; SFD-1.2.2 §3.5.5). What becomes
//! of their files is in [`super::attachment`], of their cases in [`super::case`].

use contract::attachment::AttachmentRequest;
use contract::folder::{FolderRequest, FolderUpdateRequest};
use contract::ids::{AttachmentId, FolderId, ProcessCode};
use contract::numbering::{StrictFolderNumber, is_derived};
use contract::process::Process;
use contract::status::{AttachmentStatus, CaseStatus, SubscriptionStatus};

use super::access::{Side, own_folder};
use super::attachment::{format_allowed, new_file};
use super::command::{Caller, Context, DomainError, DueWork, Missing, Outcome};
use super::decision::{Change, Decision, State};
use super::mail::{Occasion, to_recipient};
use super::notification::notification;
use super::teledossier::Teledossier;
use super::{case, view};
use crate::faults::{folders, rule};
use crate::referential::Referential;

/// Characters of the free part of a folder number (PRES-2021, "Création d'un TD", step 2): a number
/// that short has no codes.
const FREE_NUMBER: usize = 13;

/// `createFolder`. Every reason to refuse it is told; nothing is created when there is one.
pub(super) fn create(
    mut state: State<'_>,
    caller: &Caller,
    request: FolderRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let referential = state.referential;
    let process = ProcessCode::try_from(request.process_code.as_str())
        .ok()
        .and_then(|code| referential.process(&code));
    if let Some(process) = process {
        let own = process.osl == caller.organization && caller.coverage.contains(&process.code);
        if !own && !caller.is_admin() && context.keeps(rule!("OWN-08")) {
            return Err(DomainError::Forbidden);
        }
    }
    let first_of_number = state.teledossier.take();
    let mut reasons = Vec::new();
    check_process(&request, process, context, &mut reasons);
    check_number(&request, first_of_number.is_some(), context, &mut reasons);
    check_recipients(&request, process, referential, context, &mut reasons);
    check_attachments(&request, process, context, &mut reasons);
    // What is optional may lack.
    if request.applicant.email.is_none() && !context.keeps(rule!("FOL-30")) {
        reasons.push("Applicant has no email".to_owned());
    }
    if reasons.len() > 1 && !context.keeps(rule!("FOL-04", "domain")) {
        reasons.truncate(1);
    }
    if !reasons.is_empty() {
        return Err(DomainError::Invalid(reasons));
    }
    let mut decision = match process {
        Some(process) => created(caller, request, process, context),
        None => {
            let process = folders::stand_in(&request, caller, referential)?;
            created(caller, request, &process, context)
        }
    };
    // Accepted all the same (NUM-02), the new folder takes its place.
    decision.changes.splice(0..0, first_of_number.map(Change::Remove));
    Ok(decision)
}

fn check_process(
    request: &FolderRequest,
    process: Option<&Process>,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    match process {
        None if context.keeps(rule!("FOL-06")) => {
            reasons.push(format!("Process {} does not exist", request.process_code));
        }
        Some(process) if !process.is_activated && context.keeps(rule!("FOL-07")) => {
            reasons.push(format!("Process {} is not activated", process.code));
        }
        None | Some(_) => {}
    }
}

fn check_number(
    request: &FolderRequest,
    taken: bool,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    let number = &request.external_id;
    if taken && context.keeps(rule!("NUM-02")) {
        reasons.push(format!("Folder {number} already exists"));
    }
    for (rank, case) in request.cases.iter().enumerate() {
        if request.cases[..rank].iter().any(|other| other.external_id == case.external_id) {
            reasons.push(format!("Case {} already exists", case.external_id));
        }
    }
    // Numbers are the OSL's affair: with codes or without, cases derived from them or not (D5).
    let strict = context.settings.strict_numbering;
    let bare = number.chars().count() <= FREE_NUMBER;
    if let Err(error) = StrictFolderNumber::try_from(number.as_str())
        && (strict || bare && !context.keeps(rule!("NUM-04")))
    {
        reasons.push(error.to_string());
    }
    let is_free = !strict && context.keeps(rule!("NUM-05"));
    if is_free {
        return;
    }
    for case in request.cases.iter().filter(|case| !is_derived(&case.external_id, number)) {
        reasons.push(format!(
            "Case {} is not derived from {number}: expected {number}-01",
            case.external_id
        ));
    }
}

fn check_recipients(
    request: &FolderRequest,
    process: Option<&Process>,
    referential: &Referential,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    for case in &request.cases {
        let Some(recipient) = &case.recipient else {
            reasons.push("Case recipient is missing".to_owned());
            continue;
        };
        if referential.organization(recipient).is_none() {
            if context.keeps(rule!("FOL-08")) {
                reasons.push(format!("Case recipient {recipient} does not exist"));
            }
            continue;
        }
        let subscription =
            process.and_then(|process| referential.subscription_of(&process.code, recipient));
        let is_refused = match subscription {
            None if process.is_none() => context.keeps(rule!("FOL-06")),
            None => context.keeps(rule!("FOL-09")),
            Some(record) => match record.status(context.now) {
                SubscriptionStatus::Active => false,
                SubscriptionStatus::Inactive => context.keeps(rule!("FOL-10", "Inactif")),
                SubscriptionStatus::Suspended => context.keeps(rule!("FOL-10", "Suspendu")),
                SubscriptionStatus::Refused => context.keeps(rule!("FOL-10", "Refuse")),
            },
        };
        if is_refused {
            // The missing verb and letter are the documents' own: people look for this text
            // (contract §3).
            reasons.push(format!(
                "Case recipient {recipient} does not suscribed to {}",
                request.process_code
            ));
        }
    }
}

fn check_attachments(
    request: &FolderRequest,
    process: Option<&Process>,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    for attachment in &request.attachments {
        let name = &attachment.file_name;
        for recipient in &attachment.recipients {
            let known = request.cases.iter().any(|case| &case.external_id == recipient);
            if !known && context.keeps(rule!("FOL-11")) {
                reasons.push(format!(
                    "Attachment {name} recipient {recipient} is no case of the folder"
                ));
            }
        }
        if let Some(process) = process {
            check_announcement(attachment, process, context, reasons);
        }
    }
}

fn check_announcement(
    attachment: &AttachmentRequest,
    process: &Process,
    context: &Context<'_>,
    reasons: &mut Vec<String>,
) {
    let AttachmentRequest { file_name, kind, size, mime_type, .. } = attachment;
    if !format_allowed(&process.attachment_formats_enabled, mime_type)
        && context.keeps(rule!("PJ-10"))
    {
        reasons.push(format!("Attachment {file_name} format {mime_type} is not allowed"));
    }
    if !process.attachment_types_enabled.contains(kind) && context.keeps(rule!("PJ-11")) {
        reasons.push(format!("Attachment {file_name} type {kind} is not allowed"));
    }
    let largest = process.attachment_max_size_enabled;
    if *size > largest && context.keeps(rule!("PJ-12")) {
        reasons.push(format!("Attachment {file_name} size {size} is above {largest}"));
    }
}

fn created(
    caller: &Caller,
    request: FolderRequest,
    process: &Process,
    context: &Context<'_>,
) -> Decision {
    let now = context.now;
    let mut folder = Teledossier {
        id: FolderId(context.ids.fresh()),
        // What an administrator deposits belongs to the démarche's OSL; anybody else is that OSL,
        // as long as OWN-08 is kept.
        osl: match caller.is_admin() {
            true => process.osl.clone(),
            false => caller.organization.clone(),
        },
        process: process.code.clone(),
        external_id: request.external_id,
        status: CaseStatus::HubeeReceived,
        created: now,
        updated: now,
        closed: None,
        completed: None,
        applicant: request.applicant,
        partner_info: caller.partner_info.clone(),
        cases: request.cases.into_iter().filter_map(|case| case::new(case, context)).collect(),
        files: request
            .attachments
            .into_iter()
            .map(|announced| new_file(AttachmentId(context.ids.fresh()), announced))
            .collect(),
    };
    // What was sent is kept as it was sent (rules NUM-01, FOL-02, FOL-14 to FOL-16).
    folders::damage(&mut folder, context.conduct);
    let mut shown = view::folder_of(&folder, context);
    if !context.keeps(rule!("FOL-01", "status")) {
        shown.global_status = CaseStatus::HubeeCompleted;
    }
    let outcome = Outcome::Folder(Box::new(shown));
    let mut changes = Vec::new();
    // Nobody is notified before completion.
    if !context.keeps(rule!("FOL-13")) {
        changes.extend(
            folder.cases.iter().map(|case| notification(&folder, case, None, Side::Si, context)),
        );
    }
    changes.insert(0, Change::Create(Box::new(folder)));
    Decision { changes, outcome }
}

/// `updateFolder`: completion, closing, reopening and the other statuses of the list.
pub(super) fn update(
    mut state: State<'_>,
    caller: &Caller,
    request: &FolderUpdateRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut folder = state.found(Missing::Folder)?;
    own_folder(&folder, caller, context)?;
    let status = match CaseStatus::try_from(request.global_status.as_str()) {
        Ok(status) => status,
        Err(error) if context.keeps(rule!("FOL-27")) => {
            return Err(DomainError::invalid(error.to_string()));
        }
        Err(_) => return Ok(Decision::nothing()),
    };
    if folder.status == CaseStatus::Archived && status != CaseStatus::Archived {
        return Err(DomainError::invalid(format!(
            "Folder {} is archived: it is read-only",
            folder.id
        )));
    }
    if status == CaseStatus::HubeeCompleted {
        return complete(folder, state.referential, context);
    }
    if folder.status == CaseStatus::Closed
        && status == CaseStatus::HubeeNotified
        && !context.keeps(rule!("FOL-25"))
    {
        return Err(DomainError::invalid("Folder is closed"));
    }
    folder.status = status;
    folder.updated = context.now;
    let given = request.close_date_time.or(folder.closed);
    folder.closed = match status {
        CaseStatus::Closed if context.keeps(rule!("FOL-24")) => given.or(Some(context.now)),
        CaseStatus::Closed => Some(context.now),
        _ => None,
    };
    // The status of a folder is not that of its cases.
    if !context.keeps(rule!("FOL-26")) {
        folder.cases.iter_mut().for_each(|case| case.status = status);
    }
    Ok(Decision::done(vec![Change::Save(folder)]))
}

fn complete(
    mut folder: Box<Teledossier>,
    referential: &Referential,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let waiting: Vec<String> = folder
        .files
        .iter()
        .filter(|file| file.status == AttachmentStatus::Pending)
        .map(|file| format!("Attachment {} is not received", file.id))
        .collect();
    let first_time = folder.completed.is_none();
    // A completion repeated (its answer was lost, say) must not notify again (rule FOL-19).
    if !first_time
        && matches!(folder.status, CaseStatus::HubeeNotified | CaseStatus::HubeeCompleted)
    {
        return Ok(Decision::nothing());
    }
    if first_time && !waiting.is_empty() {
        return Err(DomainError::Invalid(waiting));
    }
    let unusable =
        |status| matches!(status, AttachmentStatus::Rejected | AttachmentStatus::Corrupted);
    if folder.files.iter().any(|file| unusable(file.status)) && !context.keeps(rule!("FOL-21")) {
        return Err(DomainError::invalid("An attachment was refused"));
    }
    if !first_time {
        folder.status = CaseStatus::HubeeNotified;
        folder.closed = None;
        folder.updated = context.now;
        return Ok(Decision::done(vec![Change::Save(folder)]));
    }
    folder.completed = Some(context.now);
    folder.updated = context.now;
    if context.settings.delivery_delay.is_zero() {
        return Ok(Decision::done(deliver(folder, referential, context)));
    }
    set_all(&mut folder, CaseStatus::HubeeCompleted, context);
    let work = DueWork::Deliver { folder: folder.id };
    Ok(Decision::done(vec![
        Change::Save(folder),
        Change::Schedule { at: context.after(context.settings.delivery_delay), work },
    ]))
}

/// A completed folder whose delivery had to wait.
pub(super) fn deliver_due(mut state: State<'_>, context: &Context<'_>) -> Decision {
    match state.teledossier.take() {
        Some(folder) if folder.completed.is_some() => {
            let settings = super::Settings {
                // It has waited: its notifications need not.
                delivery_delay: std::time::Duration::ZERO,
                ..context.settings.clone()
            };
            let context = Context { settings: &settings, ..*context };
            Decision::done(deliver(folder, state.referential, &context))
        }
        _ => Decision::nothing(),
    }
}

/// Notifies each recipient and moves folder and cases on (rules FOL-17 to FOL-19).
fn deliver(
    mut folder: Box<Teledossier>,
    referential: &Referential,
    context: &Context<'_>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (rank, case) in folder.cases.iter().enumerate() {
        let last = rank > 0 && rank + 1 == folder.cases.len();
        if last && !context.keeps(rule!("FOL-18")) {
            continue;
        }
        changes.push(notification(&folder, case, None, Side::Si, context));
        if !context.keeps(rule!("FOL-19")) {
            changes.push(notification(&folder, case, None, Side::Si, context));
        }
        changes.extend(to_recipient(&folder, case, Occasion::Delivery, referential, context));
    }
    if context.keeps(rule!("FOL-17")) {
        set_all(&mut folder, CaseStatus::HubeeNotified, context);
    }
    changes.insert(0, Change::Save(folder));
    changes
}

/// Moves on the folder and those of its cases that nobody has moved since.
fn set_all(folder: &mut Teledossier, status: CaseStatus, context: &Context<'_>) {
    let early = [CaseStatus::HubeeReceived, CaseStatus::HubeeCompleted];
    if early.contains(&folder.status) {
        folder.status = status;
    }
    folder.updated = context.now;
    for case in folder.cases.iter_mut().filter(|case| early.contains(&case.status)) {
        case.status = status;
        case.updated = context.now;
    }
}

/// `deleteFolder`: before completion only, and before anything happened to a case.
pub(super) fn delete(
    mut state: State<'_>,
    caller: &Caller,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let folder = state.found(Missing::Folder)?;
    own_folder(&folder, caller, context)?;
    let untouched = folder.status == CaseStatus::HubeeReceived
        && folder.completed.is_none()
        && folder.cases.iter().all(|case| case.events.is_empty());
    let closed = folder.status == CaseStatus::Closed && !context.keeps(rule!("FOL-23", "closed"));
    if !untouched && !closed && context.keeps(rule!("FOL-23")) {
        return Err(DomainError::invalid(format!(
            "Folder {} cannot be deleted: it is {} or has events",
            folder.id, folder.status
        )));
    }
    if !context.keeps(rule!("FOL-22")) {
        return Ok(Decision::nothing());
    }
    Ok(Decision::done(removal(folder)))
}

/// What removing a télédossier takes along.
pub(super) fn removal(folder: Box<Teledossier>) -> Vec<Change> {
    let blobs = folder.all_files().filter_map(|file| file.bytes.as_ref());
    let mut changes: Vec<Change> =
        blobs.map(|bytes| Change::ReleaseBlob(bytes.blob.clone())).collect();
    changes.push(Change::Remove(folder));
    changes
}
