//! Faults of the rules NUM and FOL: deposits.

use contract::folder::FolderRequest;
use contract::ids::ProcessCode;
use contract::operations::Operation;
use contract::process::Process;

use crate::domain::{Caller, DomainError, Missing, Teledossier};
use crate::faults::spared::Kind::{Absent, TooLong, Unlisted};
use crate::faults::spared::{EMPTY, NO_ITEM};
use crate::faults::{Conduct, FaultEntry, fault, rule};
use crate::referential::Referential;

const TOO_LONG_SHOWN: &[(&str, &str)] =
    &[("WIRE-01", "what is too long for the description is shown again (contract §5)")];

const EMPTY_SHOWN: &[(&str, &str)] =
    &[("WIRE-01", "what lacks for the description is shown as empty (contract §5)")];

const UNTOLD: &[(&str, &str)] =
    &[("FOL-04", "a fault that is not seen is not told among the others (contract §3)")];

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("NUM-01", "the separators of a folder number are lost")
        .with(&[
            ("FOL-14", "the number is part of what was sent (contract §6)"),
            ("DEL-05", "what is created at once is found again by its number (contract §6)"),
        ])
        // A number that was changed is not found again, and nothing is overwritten under it.
        .masking(&["NUM-02"]),
    fault("NUM-03", "case numbers are put in lower case")
        .with(&[("FOL-14", "the number of a case is part of what was sent (contract §6)")]),
    fault("FOL-01.status", "a new folder is shown as HUBEE_COMPLETED"),
    fault("FOL-02", "only the first recipient gets a case").with(&[
        ("FOL-18", "a recipient without a case is not notified (contract §6)"),
        ("FOL-31", "a case that is not there keeps nothing (contract §5)"),
    ]),
    fault("FOL-04.domain", "only the first fault of a folder is reported"),
    fault("FOL-06", "a folder of an unknown process is accepted"),
    fault("FOL-07", "a folder of an inactive process is accepted").recorded(),
    fault("FOL-08", "a recipient that does not exist is accepted"),
    fault("FOL-09", "a recipient without a subscription is accepted"),
    fault("FOL-10.Inactif", "a recipient whose subscription is Inactif is accepted")
        .with(&[("SUB-07", "folders are accepted before the activation date (contract §6)")]),
    fault("FOL-10.Suspendu", "a recipient whose subscription is Suspendu is accepted")
        .with(&[("SUB-08", "a suspended subscription must refuse folders (contract §6)")]),
    fault("FOL-10.Refuse", "a recipient whose subscription is Refusé is accepted"),
    fault("FOL-11", "an attachment addressed to no case is accepted").recorded(),
    fault("FOL-13", "recipients are notified at creation")
        .with(&[
            ("FOL-19", "completion notifies again what creation did (contract §6)"),
            (
                "DEL-01",
                "each recipient is notified twice of the same case, at creation and at \
            completion (contract §6)",
            ),
        ])
        .perhaps(&[(
            "DEL-03",
            "a completion that was not done leaves a folder notified without being \
            complete (contract §6)",
        )]),
    fault("FOL-14", "the applicant's e-mail is lost")
        .with(&[("CAS-01", "the applicant of a case is that of its folder (contract §5)")]),
    fault("FOL-15", "the technical headers are lost"),
    fault("FOL-16", "accented letters are lost").with(&[
        ("CAS-01", "the applicant of a case is that of its folder, accents included (contract §5)"),
        ("FOL-31", "quotes and apostrophes have accents beside them (contract §5)"),
        ("FOL-14", "the applicant that was sent has accents (contract §5)"),
    ]),
    fault("FOL-17", "a completed folder stays HUBEE_RECEIVED").with(&[
        ("DEL-03", "a completion that never shows leaves a télédossier in between (contract §6)"),
        ("WIRE-02", "a deposit sent in pieces is never seen completed either (contract §6)"),
    ]),
    fault("FOL-18", "the last recipient is not notified of a completed folder"),
    fault("FOL-19", "completion notifies twice")
        .with(&[("DEL-01", "a recipient is notified twice of one télédossier (contract §6)")]),
    fault("FOL-21", "completion is refused when an attachment was"),
    fault("FOL-22", "deletion answers 204 and deletes nothing").with(&[(
        "DEL-03",
        "a deletion that is never done is not done when asked again (contract §6)",
    )]),
    fault("FOL-23", "a completed folder can be deleted"),
    fault("FOL-23.closed", "a closed folder can be deleted"),
    fault("FOL-24", "closeDateTime is replaced by the present"),
    fault("FOL-25", "a closed folder cannot be reopened"),
    fault("FOL-26", "a folder status becomes that of its cases"),
    fault("FOL-27", "a folder status outside the list is accepted")
        .sparing(Operation::UpdateFolder, Unlisted, "/globalStatus")
        .recorded(),
    fault("NUM-02", "a number used again overwrites the first folder")
        .with(&[("DEL-05", "numbers taken at once overwrite each other too (contract §6)")]),
    fault("NUM-04", "a folder number without codes is refused").recorded(),
    fault("NUM-05", "a case number not derived from that of its folder is refused").recorded(),
    fault("NUM-06", "a folder number of more than 30 characters is accepted")
        .sparing(Operation::CreateFolder, TooLong, "/externalId")
        .with(TOO_LONG_SHOWN),
    fault("FOL-03.applicant", "a folder without applicant is accepted")
        .sparing(
            Operation::CreateFolder,
            Absent(r#"{"firstName": "", "lastName": ""}"#),
            "/applicant",
        )
        .with(UNTOLD),
    fault("FOL-03.firstName", "an applicant without first name is accepted").sparing(
        Operation::CreateFolder,
        EMPTY,
        "/applicant/firstName",
    ),
    fault("FOL-03.lastName", "an applicant without last name is accepted").sparing(
        Operation::CreateFolder,
        EMPTY,
        "/applicant/lastName",
    ),
    fault("FOL-03.externalId", "a folder without number is accepted")
        .sparing(Operation::CreateFolder, EMPTY, "/externalId")
        .with(UNTOLD),
    fault("FOL-03.attachments", "a folder that lacks its attachments is accepted")
        .sparing(Operation::CreateFolder, NO_ITEM, "/attachments")
        .with(EMPTY_SHOWN),
    fault("FOL-03.fileName", "an attachment without file name is accepted")
        .sparing(Operation::CreateFolder, EMPTY, "/attachments/fileName")
        .with(UNTOLD),
    fault("FOL-03.size", "an attachment without size is accepted").sparing(
        Operation::CreateFolder,
        Absent("1"),
        "/attachments/size",
    ),
    fault("FOL-03.recipients", "an attachment without recipients is accepted")
        .sparing(Operation::CreateFolder, NO_ITEM, "/attachments/recipients")
        .with(EMPTY_SHOWN),
    fault("FOL-05.firstName", "a first name of any length is accepted")
        .sparing(Operation::CreateFolder, TooLong, "/applicant/firstName")
        .with(TOO_LONG_SHOWN),
    fault("FOL-05.email", "an e-mail address of any length is accepted")
        .sparing(Operation::CreateFolder, TooLong, "/applicant/email")
        .with(TOO_LONG_SHOWN),
    fault("FOL-05.partnerAttributes", "partnerAttributes of any length are accepted")
        .sparing(Operation::CreateFolder, TooLong, "/cases/partnerAttributes")
        .with(TOO_LONG_SHOWN),
    fault("FOL-05.fileName", "a file name of any length is accepted")
        .sparing(Operation::CreateFolder, TooLong, "/attachments/fileName")
        .with(TOO_LONG_SHOWN),
    fault("FOL-12", "a folder of several recipients refused for one of them keeps its number"),
    fault("FOL-12.notified", "a folder refused for one recipient is notified to the others"),
    fault("FOL-30", "a folder whose applicant has no e-mail is refused")
        .perhaps(&[("FOL-14", "a folder that is refused gives nothing back (contract §6)")]),
    fault("FOL-31.spaces", "texts lose the spaces around them"),
    fault("FOL-31.quotes", "names lose their quotes and apostrophes"),
    fault("FOL-31.attributes", "every case gets the partnerAttributes of the first"),
    fault("FOL-28", "a POST on a folder without X-HTTP-Method-Override is taken for a PATCH"),
    fault("FOL-29", "an unknown folder gets 403")
        .with(&[
            ("FOL-22", "a folder deleted is an unknown one: 404 is due (contract §6)"),
            ("LIFE-06", "a folder deleted at its term is an unknown one: 404 is due (contract §6)"),
        ])
        .perhaps(&[(
            "DEL-03",
            "a deletion that was done leaves an unknown folder: 404 is due (contract §6)",
        )]),
    fault("FOL-29.uuid", "a folder id that is no UUID gets 404").mistaking(
        &[Operation::UpdateFolder, Operation::GetFolder, Operation::DeleteFolder],
        Missing::Folder,
    ),
];

/// FOL-06: a folder of an unknown démarche is taken as if it were of the first one of its OSL,
/// under another code.
pub(crate) fn stand_in(
    request: &FolderRequest,
    caller: &Caller,
    referential: &Referential,
) -> Result<Process, DomainError> {
    let code = ProcessCode::try_from(request.process_code.as_str())
        .map_err(|error| DomainError::invalid(error.to_string()))?;
    let first = referential.processes_of(&caller.organization).next();
    let first = first.ok_or(DomainError::NotFound(Missing::Process))?;
    Ok(Process { code, ..first.clone() })
}

/// What is lost of a new télédossier.
pub(crate) fn damage(folder: &mut Teledossier, conduct: &Conduct) {
    if !conduct.keeps(rule!("NUM-01")) {
        folder.external_id = folder.external_id.replace('-', "");
    }
    if !conduct.keeps(rule!("FOL-02")) {
        folder.cases.truncate(1);
    }
    if !conduct.keeps(rule!("FOL-14")) {
        folder.applicant.email = None;
    }
    if !conduct.keeps(rule!("FOL-15")) {
        folder.partner_info = Default::default();
    }
    if !conduct.keeps(rule!("FOL-16")) {
        folder.applicant.last_name.retain(|letter| letter.is_ascii());
    }
    if !conduct.keeps(rule!("FOL-31", "quotes")) {
        folder.applicant.first_name.retain(|letter| !"'’\"«»".contains(letter));
    }
    let [spaces, own] = [rule!("FOL-31", "spaces"), rule!("FOL-31", "attributes")];
    let first = folder.cases.first().and_then(|case| case.partner_attributes.clone());
    for case in &mut folder.cases {
        if !conduct.keeps(own) {
            case.partner_attributes.clone_from(&first);
        }
        if !conduct.keeps(spaces) {
            case.partner_attributes =
                case.partner_attributes.as_deref().map(str::trim).map(str::to_owned);
        }
    }
}
