//! Faults of the rules CAS: cases.

use contract::operations::Operation;

use crate::domain::Missing;
use crate::faults::spared::Kind::Unlisted;
use crate::faults::{FaultEntry, fault};

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("CAS-01", "a case shows no last name").with(&[
        ("FOL-16", "the applicant's name is to reach the recipient unaltered (contract §5)"),
        ("FOL-31", "the applicant's name is to reach the recipient unaltered (contract §5)"),
    ]),
    fault("CAS-02.REFUSED", "REFUSED is refused after ADD_AWAITING"),
    fault("CAS-02.AFTER_DONE", "SI_INTG_ERROR is refused after DONE"),
    fault("CAS-02.SI_INTG_ERROR", "SI_INTG_ERROR is refused")
        .with(&[("CAS-09", "a failure that cannot be told is not notified (contract §9.12)")]),
    fault("CAS-02.DONE", "DONE is refused after ADD_AWAITING"),
    fault("CAS-03", "a status outside the list is answered by 204").sparing(
        Operation::UpdateCase,
        Unlisted,
        "/status",
    ),
    fault("CAS-05", "a status alone notifies the other side"),
    fault("CAS-06", "a case cannot be closed").with(&[
        ("ACC-05", "the closing by which an OSL uses its right is refused (contract §6)"),
        ("CAS-07", "what cannot be closed cannot be reopened (contract §9.11)"),
        ("OWN-11", "the closing that the folder's own OSL may ask for is refused (contract §6)"),
        ("CAS-16", "every démarche ends by the closing of its cases (contract §9.10)"),
        ("LIFE-05", "only a closed case is archived (contract §6)"),
        ("LIFE-06", "only an archived case is deleted (contract §6)"),
    ]),
    fault("CAS-07", "a closed case cannot be reopened"),
    fault("CAS-08", "a case sent again is not notified").recorded(),
    fault("CAS-12", "the last event is missing from its case")
        .with(&[
            ("CAS-17", "a case that lacks its last event does not show them all (contract §5)"),
            ("EVT-28", "the last event is not read in its case (contract §5)"),
            ("EVT-29", "the event RECEIVED is the last of its case (contract §5)"),
            ("DEL-05", "one of the events made at once is the last of its case (contract §5)"),
        ])
        .perhaps(&[(
            "DEL-03",
            "an event that its case does not show and that is notified is neither \
            done nor not done (contract §6)",
        )]),
    fault("CAS-12.author", "the author of an event is lost").with(&[
        ("EVT-24", "the longest author must come back too (contract §5)"),
        ("EVT-28", "an event without its author (contract §5)"),
    ]),
    fault("CAS-14.count", "migration counts no case").recorded(),
    fault("CAS-14.notifications", "migration leaves the notifications behind").recorded(),
    fault("CAS-04", "an event whose caseCurrentStatus is stale is refused").with(&[
        (
            "EVT-17",
            "after a PATCH the status an event believes in is stale (contract §5: \
            never checked)",
        ),
        (
            "EVT-24",
            "a caseCurrentStatus of 15 characters is a stale one (contract §5: never checked)",
        ),
        ("CAS-16", "each step of a démarche may be a PATCH then an event (contract §9.8)"),
    ]),
    fault("CAS-09", "an integration failure does not notify the OSL"),
    fault("CAS-15", "a lite case is a whole one").recorded(),
    fault("CAS-10", "a POST on a case without X-HTTP-Method-Override is taken for a PATCH"),
    fault("CAS-11", "an unknown case gets 403").with(&[
        ("DEL-03", "the case of a deleted folder is an unknown one: 404 is due (contract §6)"),
        ("FOL-22", "the case of a deleted folder is an unknown one: 404 is due (contract §6)"),
        (
            "LIFE-06",
            "the case of a folder deleted at its term is an unknown one: 404 is due \
            (contract §6)",
        ),
    ]),
    fault("CAS-11.uuid", "a case id that is no UUID gets 404")
        .mistaking(&[Operation::UpdateCase, Operation::GetCase], Missing::Case),
    fault("CAS-13", "jumps over incoming statuses are refused").recorded(),
    fault("CAS-16", "a case of HebergementTourisme cannot be closed"),
    fault("CAS-17", "a case shows its last twenty events"),
    fault("CAS-18", "the status that a case has is refused").recorded(),
    fault("CAS-19", "a status that is meant for the other side is refused").recorded(),
];
