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
    )]),
    FaultEntry::alone("NUM-03", "NUM-03", "case numbers are put in lower case"),
    FaultEntry::alone(
        "FOL-01.status",
        "FOL-01",
        "a new folder is shown as HUBEE_COMPLETED",
    ),
    FaultEntry::alone("FOL-02", "FOL-02", "only the first recipient gets a case").with(&[
        (
            "FOL-14",
            "the other cases are missing from what was sent (contract §5)",
        ),
        (
            "FOL-18",
            "a recipient without a case is not notified (contract §6)",
        ),
    ]),
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
    FaultEntry::alone("FOL-13", "FOL-13", "recipients are notified at creation").with(&[(
        "FOL-19",
        "completion notifies again what creation did (contract §6)",
    )]),
    FaultEntry::alone("FOL-14", "FOL-14", "the applicant's e-mail is lost"),
    FaultEntry::alone("FOL-15", "FOL-15", "the technical headers are lost"),
    FaultEntry::alone("FOL-16", "FOL-16", "accented letters are lost"),
    FaultEntry::alone(
        "FOL-17",
        "FOL-17",
        "a completed folder stays HUBEE_RECEIVED",
    ),
    FaultEntry::alone(
        "FOL-18",
        "FOL-18",
        "the last recipient is not notified of a completed folder",
    ),
    FaultEntry::alone("FOL-19", "FOL-19", "completion notifies twice"),
    FaultEntry::alone(
        "FOL-21",
        "FOL-21",
        "completion is refused when an attachment was",
    ),
    FaultEntry::alone(
        "FOL-22",
        "FOL-22",
        "deletion answers 204 and deletes nothing",
    ),
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
];
