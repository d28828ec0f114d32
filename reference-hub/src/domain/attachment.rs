//! Files: what may be announced, what becomes of the bytes once received, who may read them
//! (contract §6; SFD-1.2.2 §3.5.5 RC002 to RC004, §3.5.8 RC003 to RC005). The bytes themselves are
//! never here.

use contract::attachment::AttachmentRequest;
use contract::ids::{AttachmentId, CaseId, EventId};
use contract::status::{AttachmentStatus, CaseStatus, EventStatus};

use super::access::{is_author, own_case, own_folder};
use super::command::{
    BlobKey, Caller, Context, DomainError, Download, DueWork, FileAddress, Missing, Outcome,
    Receipt, Upload, UploadTarget,
};
use super::decision::{Change, Decision, State};
use super::teledossier::{CaseRecord, EventRecord, FileRecord, StoredBytes, Teledossier};
use crate::faults::rule;

/// A file announced, its bytes still to come.
pub(super) fn new_file(id: AttachmentId, announced: AttachmentRequest) -> FileRecord {
    FileRecord {
        id,
        status: AttachmentStatus::Pending,
        name: announced.file_name,
        kind: announced.kind,
        size: announced.size,
        mime_type: announced.mime_type,
        recipients: announced.recipients,
        bytes: None,
    }
}

/// Whether a mime type is of a démarche's list. Parameters and case do not count, and XML has two
/// names.
pub(super) fn format_allowed(enabled: &[String], mime_type: &str) -> bool {
    enabled.iter().any(|format| canonical(format) == canonical(mime_type))
}

fn canonical(mime_type: &str) -> String {
    let bare = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if bare == "text/xml" { "application/xml".to_owned() } else { bare }
}

/// What was announced of a file that its caller is about to send.
pub fn upload_target(
    folder: &Teledossier,
    caller: &Caller,
    file: FileAddress,
    context: &Context<'_>,
) -> Result<UploadTarget, DomainError> {
    let found = match file {
        FileAddress::Folder(_, id) => {
            own_folder(folder, caller, context)?;
            let found = folder.files.iter().find(|file| file.id == id);
            let is_open = folder.status == CaseStatus::HubeeReceived;
            if found.is_some() && !is_open && context.keeps(rule!("PJ-21")) {
                return Err(DomainError::invalid(format!(
                    "Folder {} takes no more files",
                    folder.id
                )));
            }
            found
        }
        FileAddress::Event(case, event, id) => {
            let (_, event) = own_event(folder, caller, case, event, context)?;
            if !is_author(event, caller) && context.keeps(rule!("OWN-13")) {
                return Err(DomainError::Forbidden);
            }
            let found = event.file(id);
            let is_open = event.status == EventStatus::InProgress;
            if found.is_some() && !is_open && context.keeps(rule!("PJ-21", "event")) {
                return Err(DomainError::invalid(format!(
                    "Event {} takes no more files",
                    event.id
                )));
            }
            found
        }
        // Nothing is ever sent to this address: no operation of the contract does.
        FileAddress::Case(..) => None,
    };
    let found = found.ok_or_else(|| context.unknown(Missing::Attachment, rule!("PJ-09")))?;
    Ok(UploadTarget { size: found.size, mime_type: found.mime_type.clone() })
}

/// The case and event of a path, when they are the caller's.
pub(super) fn own_event<'a>(
    folder: &'a Teledossier,
    caller: &Caller,
    case: CaseId,
    event: EventId,
    context: &Context<'_>,
) -> Result<(&'a CaseRecord, &'a EventRecord), DomainError> {
    let case = folder.case(case).ok_or(DomainError::NotFound(Missing::Case))?;
    own_case(folder, case, caller, rule!("OWN-04"), context)?;
    let elsewhere = || {
        let of_siblings = folder.cases.iter().find_map(|sibling| sibling.event(event));
        of_siblings.filter(|_| !context.keeps(rule!("OWN-12")))
    };
    let event = case
        .event(event)
        .or_else(elsewhere)
        .ok_or_else(|| context.unknown(Missing::Event, rule!("EVT-23")))?;
    Ok((case, event))
}

/// An upload, second half: the bytes are here and were examined.
pub(super) fn record(
    mut state: State<'_>,
    caller: &Caller,
    address: FileAddress,
    upload: &Upload,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let missing = match address {
        FileAddress::Folder(..) => Missing::Folder,
        FileAddress::Case(..) | FileAddress::Event(..) => Missing::Case,
    };
    let mut folder = state.found(missing)?;
    upload_target(&folder, caller, address, context)?;
    let (FileAddress::Folder(_, id) | FileAddress::Case(_, id) | FileAddress::Event(_, _, id)) =
        address;
    let folder_id = folder.id;
    let file = folder
        .all_files_mut()
        .find(|file| file.id == id)
        .ok_or(DomainError::NotFound(Missing::Attachment))?;
    let mut changes = Vec::new();
    let mut sha256 = upload.sha256;
    if let Some(replaced) = file.bytes.take() {
        if !context.keeps(rule!("PJ-22")) {
            sha256 = replaced.sha256;
        }
        changes.push(Change::ReleaseBlob(replaced.blob));
    }
    let infected = upload.infected;
    let of_event = matches!(address, FileAddress::Event(..));
    let reasons = mismatches(file, of_event, upload, context);
    let blob = upload.blob.clone();
    let delayed = !context.settings.scan_delay.is_zero();
    let (status, kept) = if !reasons.is_empty() {
        (rejected_status(context), !context.keeps(rule!("PJ-08")))
    } else if delayed {
        (AttachmentStatus::Pending, true)
    } else {
        scanned(infected, of_event, context)
    };
    let is_zip = status == AttachmentStatus::Received && file.mime_type == "application/zip";
    let status = match is_zip && !context.keeps(rule!("PJ-01")) {
        true => AttachmentStatus::Pending,
        false => status,
    };
    file.status = status;
    match blob {
        Some(blob) if kept => {
            file.bytes = Some(StoredBytes { blob: blob.clone(), size: upload.size, sha256 });
            changes.push(Change::KeepBlob(blob.clone()));
            if reasons.is_empty() && delayed {
                let work =
                    DueWork::GiveVerdict { folder: folder_id, attachment: id, blob, infected };
                changes.push(Change::Schedule {
                    at: context.after(context.settings.scan_delay),
                    work,
                });
            }
        }
        Some(blob) => changes.push(Change::ReleaseBlob(blob)),
        None => {}
    }
    folder.updated = context.now;
    changes.insert(0, Change::Save(folder));
    let receipt =
        if reasons.is_empty() { Receipt::Taken(status) } else { Receipt::Rejected(reasons) };
    Ok(Decision { changes, outcome: Outcome::Uploaded(receipt) })
}

/// Where a scan leaves a file, and whether its bytes are kept.
fn scanned(infected: bool, of_event: bool, context: &Context<'_>) -> (AttachmentStatus, bool) {
    let rule = if of_event { rule!("EVT-26") } else { rule!("PJ-06") };
    if infected && context.keeps(rule) {
        return (AttachmentStatus::Corrupted, !context.keeps(rule!("PJ-07")));
    }
    (AttachmentStatus::Received, true)
}

fn rejected_status(context: &Context<'_>) -> AttachmentStatus {
    if context.keeps(rule!("PJ-02", "status")) {
        AttachmentStatus::Rejected
    } else {
        AttachmentStatus::Pending
    }
}

/// In what the bytes are not what was announced.
fn mismatches(
    file: &FileRecord,
    of_event: bool,
    upload: &Upload,
    context: &Context<'_>,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let (announced, received) = (file.size, upload.size);
    if received < announced && context.keeps(rule!("PJ-02", "fewer")) {
        reasons.push(format!("File size {received} is not the {announced} announced"));
    }
    if received > announced && context.keeps(rule!("PJ-02", "more")) {
        reasons.push(format!("File size is above the {announced} announced"));
    }
    let of_type = if of_event { rule!("EVT-31") } else { rule!("PJ-03") };
    if !upload.type_matches && context.keeps(of_type) {
        reasons.push(format!("File content is not of the type {} announced", file.mime_type));
    }
    if !upload.digest_matches && context.keeps(rule!("PJ-04")) {
        reasons.push("File content does not have the digest of the request".to_owned());
    }
    if !upload.can_be_scanned {
        reasons.push("File content is over the limits of the antivirus".to_owned());
    }
    reasons
}

/// The scanner's verdict, when it had to be waited for.
pub(super) fn give_verdict(
    mut state: State<'_>,
    id: AttachmentId,
    blob: &BlobKey,
    infected: bool,
    context: &Context<'_>,
) -> Decision {
    let Some(mut folder) = state.teledossier.take() else {
        return Decision::nothing();
    };
    let of_event = folder.files.iter().all(|file| file.id != id);
    let Some(file) = folder.all_files_mut().find(|file| file.id == id) else {
        return Decision::nothing();
    };
    let judged = file.bytes.as_ref().is_some_and(|bytes| &bytes.blob == blob);
    if !judged || file.status != AttachmentStatus::Pending {
        return Decision::nothing();
    }
    let (status, kept) = scanned(infected, of_event, context);
    file.status = status;
    let mut changes = Vec::new();
    if !kept {
        file.bytes = None;
        changes.push(Change::ReleaseBlob(blob.clone()));
    }
    changes.insert(0, Change::Save(folder));
    Decision::done(changes)
}

/// A download: whether the bytes may be read, and where they are.
pub fn download(
    folder: &Teledossier,
    caller: &Caller,
    address: FileAddress,
    context: &Context<'_>,
) -> Result<Download, DomainError> {
    let file = match address {
        FileAddress::Case(case, id) => {
            let case = folder.case(case).ok_or(DomainError::NotFound(Missing::Case))?;
            own_case(folder, case, caller, rule!("OWN-02"), context)?;
            // Every recipient may, not only the first.
            let is_first = folder.cases.first().is_some_and(|first| first.id == case.id);
            if !is_first && !context.keeps(rule!("PJ-17")) {
                return Err(DomainError::NotFound(Missing::File));
            }
            let found = folder.files.iter().find(|file| file.id == id);
            found.filter(|file| file.is_addressed_to(case) || !context.keeps(rule!("PJ-15")))
        }
        FileAddress::Event(case, event, id) => {
            let (_, event) = own_event(folder, caller, case, event, context)?;
            // Either side may.
            let may_read = is_author(event, caller) || context.keeps(rule!("EVT-21"));
            event.file(id).filter(|_| may_read)
        }
        FileAddress::Folder(..) => None,
    };
    let file = file.ok_or(DomainError::NotFound(Missing::Attachment))?;
    let is_withheld = match file.status {
        AttachmentStatus::Received => false,
        AttachmentStatus::Corrupted => context.keeps(rule!("PJ-07")),
        AttachmentStatus::Rejected => context.keeps(rule!("PJ-08")),
        AttachmentStatus::Pending => context.keeps(rule!("PJ-19")),
        AttachmentStatus::Deleted => true,
    };
    match &file.bytes {
        Some(StoredBytes { blob, size, sha256 }) if !is_withheld => {
            Ok(Download { blob: Some(blob.clone()), size: *size, sha256: *sha256 })
        }
        // A file never sent has no bytes to give, and is then given all the same.
        None if !is_withheld && file.status == AttachmentStatus::Pending => {
            Ok(Download { blob: None, size: 0, sha256: [0; 32] })
        }
        _ => Err(DomainError::NotFound(Missing::File)),
    }
}
