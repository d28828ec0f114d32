//! Faults of the rules NUM and FOL: deposits.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone(
        "NUM-01",
        "NUM-01",
        "the separators of a folder number are lost",
    )
    .with(&[(
        "FOL-14",
        "the number is part of what was sent (contract §6)",
    )])
    // A number that was changed is not found again, and nothing is overwritten under it.
    .masking(&["NUM-02"]),
    FaultEntry::alone("NUM-03", "NUM-03", "case numbers are put in lower case").with(&[(
        "FOL-14",
        "the number of a case is part of what was sent (contract §6)",
    )]),
    FaultEntry::alone(
        "FOL-01.status",
        "FOL-01",
        "a new folder is shown as HUBEE_COMPLETED",
    ),
    FaultEntry::alone("FOL-02", "FOL-02", "only the first recipient gets a case").with(&[(
        "FOL-18",
        "a recipient without a case is not notified (contract §6)",
    )]),
    FaultEntry::alone(
        "FOL-04.domain",
        "FOL-04",
        "only the first fault of a folder is reported",
    ),
    FaultEntry::alone(
        "FOL-06",
        "FOL-06",
        "a folder of an unknown process is accepted",
    ),
    FaultEntry::alone(
        "FOL-07",
        "FOL-07",
        "a folder of an inactive process is accepted",
    )
    .recorded(),
    FaultEntry::alone(
        "FOL-08",
        "FOL-08",
        "a recipient that does not exist is accepted",
    ),
    FaultEntry::alone(
        "FOL-09",
        "FOL-09",
        "a recipient without a subscription is accepted",
    ),
    FaultEntry::alone(
        "FOL-10.Inactif",
        "FOL-10",
        "a recipient whose subscription is Inactif is accepted",
    )
    .with(&[(
        "SUB-07",
        "folders are accepted before the activation date (contract §6)",
    )]),
    FaultEntry::alone(
        "FOL-10.Suspendu",
        "FOL-10",
        "a recipient whose subscription is Suspendu is accepted",
    )
    .with(&[(
        "SUB-08",
        "a suspended subscription must refuse folders (contract §6)",
    )]),
    FaultEntry::alone(
        "FOL-10.Refuse",
        "FOL-10",
        "a recipient whose subscription is Refusé is accepted",
    ),
    FaultEntry::alone(
        "FOL-11",
        "FOL-11",
        "an attachment addressed to no case is accepted",
    )
    .recorded(),
    FaultEntry::alone("FOL-13", "FOL-13", "recipients are notified at creation")
        .with(&[
            (
                "FOL-19",
                "completion notifies again what creation did (contract §6)",
            ),
            (
                "DEL-01",
                "each recipient is notified twice of the same case, at creation and at completion (contract §6)",
            ),
        ])
        .perhaps(&[(
            "DEL-03",
            "a completion that was not done leaves a folder notified without being complete (contract §6)",
        )]),
    FaultEntry::alone("FOL-14", "FOL-14", "the applicant's e-mail is lost").with(&[(
        "CAS-01",
        "the applicant of a case is that of its folder (contract §5)",
    )]),
    FaultEntry::alone("FOL-15", "FOL-15", "the technical headers are lost"),
    FaultEntry::alone("FOL-16", "FOL-16", "accented letters are lost").with(&[(
        "CAS-01",
        "the applicant of a case is that of its folder, accents included (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-17",
        "FOL-17",
        "a completed folder stays HUBEE_RECEIVED",
    )
    .with(&[
        (
            "DEL-03",
            "a completion that never shows leaves a télédossier in between (contract §6)",
        ),
        (
            "WIRE-02",
            "a deposit sent in pieces is never seen completed either (contract §6)",
        ),
    ]),
    FaultEntry::alone(
        "FOL-18",
        "FOL-18",
        "the last recipient is not notified of a completed folder",
    ),
    FaultEntry::alone("FOL-19", "FOL-19", "completion notifies twice").with(&[(
        "DEL-01",
        "a recipient is notified twice of one télédossier (contract §6)",
    )]),
    FaultEntry::alone(
        "FOL-21",
        "FOL-21",
        "completion is refused when an attachment was",
    ),
    FaultEntry::alone(
        "FOL-22",
        "FOL-22",
        "deletion answers 204 and deletes nothing",
    )
    .with(&[(
        "DEL-03",
        "a deletion that is never done is not done when asked again (contract §6)",
    )]),
    FaultEntry::alone("FOL-23", "FOL-23", "a completed folder can be deleted"),
    FaultEntry::alone(
        "FOL-24",
        "FOL-24",
        "closeDateTime is replaced by the present",
    ),
    FaultEntry::alone("FOL-25", "FOL-25", "a closed folder cannot be reopened"),
    FaultEntry::alone(
        "FOL-26",
        "FOL-26",
        "a folder status becomes that of its cases",
    ),
    FaultEntry::alone(
        "FOL-27",
        "FOL-27",
        "a folder status outside the list is accepted",
    )
    .recorded(),
    FaultEntry::alone(
        "NUM-02",
        "NUM-02",
        "a number used again overwrites the first folder",
    ),
    FaultEntry::alone(
        "NUM-04",
        "NUM-04",
        "a folder number without codes is refused",
    )
    .recorded(),
    FaultEntry::alone(
        "NUM-05",
        "NUM-05",
        "a case number not derived from that of its folder is refused",
    )
    .recorded(),
    FaultEntry::alone(
        "NUM-06",
        "NUM-06",
        "a folder number of more than 30 characters is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-03.applicant",
        "FOL-03",
        "a folder without applicant is accepted",
    )
    .with(&[(
        "FOL-04",
        "a fault that is not seen is not told among the others (contract §3)",
    )]),
    FaultEntry::alone(
        "FOL-03.firstName",
        "FOL-03",
        "an applicant without first name is accepted",
    ),
    FaultEntry::alone(
        "FOL-03.lastName",
        "FOL-03",
        "an applicant without last name is accepted",
    ),
    FaultEntry::alone(
        "FOL-03.externalId",
        "FOL-03",
        "a folder without number is accepted",
    )
    .with(&[(
        "FOL-04",
        "a fault that is not seen is not told among the others (contract §3)",
    )]),
    FaultEntry::alone(
        "FOL-03.attachments",
        "FOL-03",
        "a folder that lacks its attachments is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what lacks for the description is shown as empty (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-03.fileName",
        "FOL-03",
        "an attachment without file name is accepted",
    )
    .with(&[(
        "FOL-04",
        "a fault that is not seen is not told among the others (contract §3)",
    )]),
    FaultEntry::alone(
        "FOL-03.size",
        "FOL-03",
        "an attachment without size is accepted",
    ),
    FaultEntry::alone(
        "FOL-03.recipients",
        "FOL-03",
        "an attachment without recipients is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what lacks for the description is shown as empty (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-05.firstName",
        "FOL-05",
        "a first name of any length is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-05.email",
        "FOL-05",
        "an e-mail address of any length is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-05.partnerAttributes",
        "FOL-05",
        "partnerAttributes of any length are accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-05.fileName",
        "FOL-05",
        "a file name of any length is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "FOL-12",
        "FOL-12",
        "a folder of several recipients refused for one of them keeps its number",
    ),
    FaultEntry::alone(
        "FOL-28",
        "FOL-28",
        "a POST on a folder without X-HTTP-Method-Override is taken for a PATCH",
    ),
    FaultEntry::alone("FOL-29", "FOL-29", "an unknown folder gets 403")
        .with(&[
            (
                "FOL-22",
                "a folder deleted is an unknown one: 404 is due (contract §6)",
            ),
            (
                "LIFE-06",
                "a folder deleted at its term is an unknown one: 404 is due (contract §6)",
            ),
        ])
        .perhaps(&[(
            "DEL-03",
            "a deletion that was done leaves an unknown folder: 404 is due (contract §6)",
        )]),
    FaultEntry::alone(
        "FOL-29.uuid",
        "FOL-29",
        "a folder id that is no UUID gets 404",
    ),
];
