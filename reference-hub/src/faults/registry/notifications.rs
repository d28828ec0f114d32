//! Faults of the rules NOT: queues.

use crate::faults::FaultEntry;

/// Queues are shared by those who play the same organization: whoever reads takes away what another
/// waits for.
const SOMEBODY_READ: &str = "somebody else's reading of the same queue takes it away (contract §6)";
const TAKEN_AWAY: &[(&str, &str)] = &[
    ("ACC-13", SOMEBODY_READ),
    ("NOT-01", SOMEBODY_READ),
    ("NOT-02", SOMEBODY_READ),
    ("NOT-07", SOMEBODY_READ),
    ("NOT-09", SOMEBODY_READ),
    ("NOT-10", SOMEBODY_READ),
    ("NOT-11", SOMEBODY_READ),
    ("NOT-12", SOMEBODY_READ),
    ("NOT-13", SOMEBODY_READ),
    ("NOT-14", SOMEBODY_READ),
    ("NOT-15", SOMEBODY_READ),
    ("NOT-16", SOMEBODY_READ),
    ("NOT-17", SOMEBODY_READ),
    ("FOL-13", SOMEBODY_READ),
    ("FOL-18", SOMEBODY_READ),
    ("FOL-19", SOMEBODY_READ),
    ("FOL-20", SOMEBODY_READ),
    ("EVT-05", SOMEBODY_READ),
    ("EVT-07", SOMEBODY_READ),
    ("EVT-08", SOMEBODY_READ),
    ("EVT-09", SOMEBODY_READ),
    ("EVT-11", SOMEBODY_READ),
    ("EVT-12", SOMEBODY_READ),
    ("CAS-05", SOMEBODY_READ),
    ("CAS-09", SOMEBODY_READ),
    ("CAS-14", SOMEBODY_READ),
    ("DEL-01", SOMEBODY_READ),
    ("DEL-02", SOMEBODY_READ),
    ("DEL-03", SOMEBODY_READ),
    ("OWN-05", SOMEBODY_READ),
];

/// What tells the notification of a new télédossier from that of an event.
const NO_NEW_CASE: &str =
    "a notification with an eventId is not that of a new télédossier (contract §5)";

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("NOT-01", "NOT-01", "a batch is 24 by default"),
    FaultEntry::alone("NOT-02.above", "NOT-02", "maxResult above 25 gives 25").perhaps(&[(
        "DEL-02",
        "of a queue of more than 25, the rest is never shown to who deletes nothing (contract §6)",
    )]),
    FaultEntry::alone("NOT-02.below", "NOT-02", "maxResult below 25 gives 25"),
    FaultEntry::alone(
        "NOT-04",
        "NOT-04",
        "the last notification of a full batch is its first one again",
    ),
    FaultEntry::alone("NOT-05", "NOT-05", "reading removes what it shows").with(&[
        (
            "NOT-06",
            "a notification already gone cannot be deleted with 204 (contract §6)",
        ),
        (
            "NOT-04",
            "a notification already gone cannot be deleted while emptying the queue (contract §6)",
        ),
    ])
    .perhaps(TAKEN_AWAY),
    FaultEntry::alone(
        "NOT-06",
        "NOT-06",
        "deletion answers 204 and removes nothing",
    )
    .with(&[
        ("DEL-01", "what was deleted is given a second time (contract §6)"),
        ("DEL-03", "a deletion that is never done is not done when asked again (contract §6)"),

        (
            "NOT-04",
            "a queue from which nothing goes is never empty (contract §6)",
        ),
        (
            "NOT-07",
            "a notification that stays is found when deleted again (contract §6)",
        ),
    ]),
    FaultEntry::alone("NOT-07", "NOT-07", "deleting again answers 204"),
    FaultEntry::alone("NOT-09", "NOT-09", "processCode is ignored"),
    FaultEntry::alone("NOT-10", "NOT-10", "only the first processCode counts"),
    FaultEntry::alone(
        "NOT-11",
        "NOT-11",
        "the queues of other SIRETs of its type are shown too",
    ),
    FaultEntry::alone(
        "NOT-12",
        "NOT-12",
        "the queues of all branches of its SIRET are shown",
    ),
    FaultEntry::alone(
        "NOT-13",
        "NOT-13",
        "the queues of organizations of another type are shown too",
    ),
    FaultEntry::alone(
        "NOT-14",
        "NOT-14",
        "a credential sees the notifications of all démarches of its organization",
    ),
    FaultEntry::alone(
        "NOT-15.eventId",
        "NOT-15",
        "a new télédossier is notified with an eventId",
    )
    .with(&[("FOL-18", NO_NEW_CASE), ("FOL-20", NO_NEW_CASE), ("DEL-03", NO_NEW_CASE)])
    .perhaps(&[("FOL-19", NO_NEW_CASE), ("DEL-01", NO_NEW_CASE), ("DEL-02", NO_NEW_CASE), ("CAS-14", NO_NEW_CASE), ("EVT-09", NO_NEW_CASE)]),
    FaultEntry::alone(
        "NOT-15.transmitter",
        "NOT-15",
        "the transmitter of a notification is its recipient",
    ),
    FaultEntry::alone("NOT-16", "NOT-16", "eventDetails adds nothing"),
    FaultEntry::alone(
        "NOT-16.stale",
        "NOT-16",
        "eventStatus is the one of the time of notification",
    ),
    FaultEntry::alone(
        "NOT-03",
        "NOT-03",
        "a maxResult that is no number counts as absent",
    ),
    FaultEntry::alone("NOT-08", "NOT-08", "an id that is no UUID gets 404"),
];
