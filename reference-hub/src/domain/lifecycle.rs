//! The batches (contract §6; SFD-1.2.2 §3.5.10, annex 4.1): binaries purged, cases archived,
//! télédossiers deleted, each when its time has come; and what the portal may purge on its side
//! (OAS-FOLDER-1.2.7).

use contract::case::PurgeLink;
use contract::process::Process;
use contract::status::{AttachmentStatus, CaseStatus};
use contract::timestamp::Timestamp;

use super::access::own_case;
use super::command::{Caller, Context, DomainError};
use super::decision::{Change, Decision, State};
use super::folder::removal;
use super::teledossier::{CaseRecord, FileRecord, Teledossier};
use crate::faults::{Conduct, rule};
use crate::referential::Referential;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

fn days_after(instant: Timestamp, days: u32) -> Timestamp {
    instant.plus_seconds(i64::from(days) * SECONDS_PER_DAY)
}

/// From when on a file of the deposit may lose its bytes: all its cases have reached the status for
/// it, and the latest of their dates counts.
fn purgeable_from(folder: &Teledossier, file: &FileRecord, conduct: &Conduct) -> Option<Timestamp> {
    let dates = || folder.recipients(file).map(|case| case.deletable_from);
    match dates().collect::<Option<Vec<_>>>() {
        Some(all) => all.into_iter().max(),
        None if !conduct.keeps(rule!("LIFE-03")) => dates().flatten().max(),
        None => None,
    }
}

fn archivable_from(case: &CaseRecord, process: &Process) -> Option<Timestamp> {
    case.closed
        .filter(|_| case.status == CaseStatus::Closed)
        .map(|closed| days_after(closed, process.time_before_archiving))
}

fn removable_from(folder: &Teledossier, process: &Process) -> Option<Timestamp> {
    let archived = folder.cases.iter().map(|case| case.archived).collect::<Option<Vec<_>>>()?;
    archived.into_iter().max().map(|last| days_after(last, process.time_before_folder_deletion))
}

fn has_bytes(file: &FileRecord) -> bool {
    file.bytes.is_some()
}

/// When the batches will next have something to do about a télédossier.
pub fn next_due(
    folder: &Teledossier,
    referential: &Referential,
    conduct: &Conduct,
) -> Option<Timestamp> {
    let process = referential.process(&folder.process)?;
    let purges = folder
        .files
        .iter()
        .filter(|file| has_bytes(file))
        // What is never purged holds nothing else up.
        .filter(|_| conduct.keeps(rule!("LIFE-01")))
        .filter_map(|file| purgeable_from(folder, file, conduct));
    let archivings = folder.cases.iter().filter_map(|case| archivable_from(case, process));
    purges.chain(archivings).chain(removable_from(folder, process)).min()
}

/// Runs the batches on one télédossier, as far as its dates have come.
pub(super) fn age(mut state: State<'_>, context: &Context<'_>) -> Decision {
    let Some(mut folder) = state.teledossier.take() else {
        return Decision::nothing();
    };
    let Some(process) = state.referential.process(&folder.process) else {
        return Decision::nothing();
    };
    let now = context.now;
    let removable = removable_from(&folder, process).is_some_and(|date| date <= now);
    if removable && context.keeps(rule!("LIFE-06")) {
        return Decision::done(removal(folder));
    }
    let mut changes = Vec::new();
    archive(&mut folder, process, context, &mut changes);
    purge(&mut folder, context, &mut changes);
    changes.insert(0, Change::Save(folder));
    Decision::done(changes)
}

fn archive(
    folder: &mut Teledossier,
    process: &Process,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) {
    let now = context.now;
    for case in &mut folder.cases {
        let due = archivable_from(case, process).is_some_and(|date| date <= now);
        if !due || !context.keeps(rule!("LIFE-05")) {
            continue;
        }
        case.status = CaseStatus::Archived;
        case.archived = Some(now);
        case.updated = now;
        case.deletable_from = case.deletable_from.map_or(Some(now), |date| Some(date.min(now)));
        for file in case.events.iter_mut().flat_map(|event| &mut event.files) {
            lose_bytes(file, context, changes);
        }
    }
    if folder.cases.iter().all(|case| case.status == CaseStatus::Archived)
        && folder.status != CaseStatus::Archived
    {
        folder.status = CaseStatus::Archived;
        folder.updated = now;
    }
}

fn purge(folder: &mut Teledossier, context: &Context<'_>, changes: &mut Vec<Change>) {
    let now = context.now;
    let due: Vec<bool> = folder
        .files
        .iter()
        .map(|file| {
            let all = purgeable_from(folder, file, context.conduct).is_some_and(|date| date <= now);
            all && context.keeps(rule!("LIFE-01"))
        })
        .collect();
    for (file, _) in folder.files.iter_mut().zip(due).filter(|(_, due)| *due) {
        lose_bytes(file, context, changes);
    }
}

/// The metadata stays (rule LIFE-04); a file that was never accepted keeps the status that says so.
fn lose_bytes(file: &mut FileRecord, context: &Context<'_>, changes: &mut Vec<Change>) {
    if let Some(bytes) = file.bytes.take() {
        changes.push(Change::ReleaseBlob(bytes.blob));
    }
    if file.status == AttachmentStatus::Received && context.keeps(rule!("LIFE-04")) {
        file.status = AttachmentStatus::Deleted;
    }
}

/// The first date from which on the portal may purge something of a télédossier.
pub fn purge_date(folder: &Teledossier, conduct: &Conduct) -> Option<Timestamp> {
    purge_links(folder, conduct).into_iter().map(|(_, date)| date).min()
}

/// `listAttachmentsForPurge`, of one télédossier: what a caller may purge by now and has not
/// confirmed.
pub fn purgeable(folder: &Teledossier, caller: &Caller, context: &Context<'_>) -> Vec<PurgeLink> {
    let own = |link: &PurgeLink| {
        let case = folder.case(link.case_id);
        case.is_some_and(|case| own_case(folder, case, caller, rule!("OWN-01"), context).is_ok())
    };
    purge_links(folder, context.conduct)
        .into_iter()
        .filter(|(link, date)| *date <= context.now && own(link))
        .map(|(link, _)| link)
        .collect()
}

/// The links of a télédossier's files that are to be purged and whose purge was not confirmed, each
/// with the date from which on the portal may do so.
fn purge_links(folder: &Teledossier, conduct: &Conduct) -> Vec<(PurgeLink, Timestamp)> {
    let mut links = Vec::new();
    for file in &folder.files {
        let taken = matches!(file.status, AttachmentStatus::Received | AttachmentStatus::Deleted);
        let Some(date) = purgeable_from(folder, file, conduct).filter(|_| taken) else {
            continue;
        };
        let unconfirmed =
            folder.recipients(file).filter(|case| !case.purge_confirmed.contains(&file.id));
        links.extend(
            unconfirmed
                .map(|case| (PurgeLink { folder_attachment_id: file.id, case_id: case.id }, date)),
        );
    }
    links
}

/// `confirmPurge`. Decided once without a télédossier, then for each one concerned; links that are
/// unknown are passed over, so that a confirmation whose answer was lost can be sent again.
pub(super) fn confirm_purge(
    mut state: State<'_>,
    caller: &Caller,
    links: &[PurgeLink],
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let Some(mut folder) = state.teledossier.take() else {
        return Ok(Decision::nothing());
    };
    let mut changed = false;
    for link in links {
        let Some(case) = folder.case(link.case_id) else {
            continue;
        };
        own_case(&folder, case, caller, rule!("OWN-03"), context)?;
        let pending = purge_links(&folder, context.conduct)
            .iter()
            .any(|(pending, date)| pending == link && *date <= context.now);
        if pending
            && context.keeps(rule!("LIFE-07"))
            && let Some(case) = folder.case_mut(link.case_id)
        {
            case.purge_confirmed.push(link.folder_attachment_id);
            changed = true;
        }
    }
    Ok(if changed { Decision::done(vec![Change::Save(folder)]) } else { Decision::nothing() })
}
