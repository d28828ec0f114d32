//! Faults of the rules EVT: events.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("EVT-01", "EVT-01", "ATTACH_DL_ALL is refused"),
    FaultEntry::alone(
        "EVT-02",
        "EVT-02",
        "an unknown action is taken for STATUS_UPDATE",
    ),
    FaultEntry::alone(
        "EVT-03",
        "EVT-03",
        "ATTACH_DEPOSIT is accepted without attachment",
    ),
    FaultEntry::alone(
        "EVT-04",
        "EVT-04",
        "other actions are accepted with attachments",
    ),
    FaultEntry::alone("EVT-05.status", "EVT-05", "ATTACH_DEPOSIT starts SENT").with(&[
        ("ACC-07", "an event already SENT takes no file (contract §6)"),
        (
            "ACC-28",
            "an event already SENT cannot be deleted (contract §6)",
        ),
        (
            "OWN-04",
            "an event already SENT takes no file and cannot be deleted (contract §6)",
        ),
        (
            "EVT-10",
            "an event already SENT is not refused for its files (contract §6)",
        ),
        (
            "EVT-11",
            "an event already SENT takes no file (contract §6)",
        ),
        (
            "EVT-13",
            "only an ATTACH_DEPOSIT in progress can be deleted (contract §6)",
        ),
        (
            "EVT-21",
            "an event already SENT takes no file (contract §6)",
        ),
        (
            "EVT-26",
            "an event already SENT takes no file (contract §6)",
        ),
        (
            "EVT-19",
            "the allowed file of an event already SENT is not delivered (contract §6)",
        ),
        (
            "EVT-20",
            "the allowed file of an event already SENT is not delivered (contract §6)",
        ),
        (
            "EVT-23",
            "an event already SENT is neither filled nor deleted (contract §6)",
        ),
    ]),
    FaultEntry::alone(
        "EVT-05.notification",
        "EVT-05",
        "ATTACH_DEPOSIT notifies at creation",
    )
    .with(&[
        (
            "EVT-11",
            "what creation notified is notified again by SENT (contract §6)",
        ),
        (
            "EVT-09",
            "creation notifies an event that asked for nothing (contract §6)",
        ),
    ]),
    FaultEntry::alone("EVT-06", "EVT-06", "the other actions start IN_PROGRESS").with(&[
        (
            "NOT-16",
            "the notification of an event that asks for no files shows it SENT (contract §5)",
        ),
        (
            "EVT-12",
            "only an event SENT can be acknowledged (contract §6)",
        ),
        (
            "EVT-25",
            "only an event SENT can be acknowledged (contract §6)",
        ),
    ]),
    FaultEntry::alone("EVT-07", "EVT-07", "an SI's event does not notify the OSL").with(&[(
        "CAS-09",
        "a failure is notified by its event (contract §9.12)",
    )]),
    FaultEntry::alone("EVT-08", "EVT-08", "an OSL's event does not notify the SI")
    .with(&[
        ("DEL-03", "an event that asked for it is there and nobody is notified: neither done nor not done (contract §6)"),
        ("NOT-04", "no notification of the OSL's events is ever given (contract §6)"),
    ])
    .perhaps(&[
        ("NOT-01", "a queue that the OSL's events do not fill holds less than a batch (contract §6)"),
        ("NOT-02", "a queue that the OSL's events do not fill holds less than a batch (contract §6)"),
    ]),
    FaultEntry::alone(
        "EVT-09",
        "EVT-09",
        "an event that asks for no notification notifies",
    ),
    FaultEntry::alone(
        "EVT-10",
        "EVT-10",
        "an event is sent with files not received",
    ),
    FaultEntry::alone("EVT-11", "EVT-11", "an ATTACH_DEPOSIT sent does not notify"),
    FaultEntry::alone(
        "EVT-12",
        "EVT-12",
        "RECEIVED is answered by 204 and forgotten",
    )
    .with(&[
        (
            "NOT-16",
            "eventStatus follows the acknowledgement (contract §5)",
        ),
        (
            "EVT-25",
            "the acknowledgement by POST is forgotten too (contract §1)",
        ),
    ]),
    FaultEntry::alone(
        "EVT-12.notification",
        "EVT-12",
        "the author is not notified of an acknowledgement",
    )
    .recorded(),
    FaultEntry::alone(
        "EVT-13",
        "EVT-13",
        "deleting an event answers 204 and deletes nothing",
    ),
    FaultEntry::alone("EVT-14", "EVT-14", "an event sent can be deleted"),
    FaultEntry::alone("EVT-15", "EVT-15", "an SI's comment is shown to the OSL"),
    FaultEntry::alone(
        "EVT-16",
        "EVT-16",
        "an SI's message is accepted where the process forbids it",
    ),
    FaultEntry::alone(
        "EVT-17",
        "EVT-17",
        "the PATCH of a case undoes the status an event gave",
    ),
    FaultEntry::alone("EVT-18", "EVT-18", "caseNewStatus changes nothing"),
    FaultEntry::alone(
        "EVT-19",
        "EVT-19",
        "a format not allowed to the sender is accepted",
    ),
    FaultEntry::alone(
        "EVT-20",
        "EVT-20",
        "an SI attaches where the process allows it nothing",
    ),
    FaultEntry::alone(
        "EVT-22",
        "EVT-22",
        "the transmitter of an event is the other side",
    )
    .with(&[(
        "CAS-12",
        "the trace names the wrong organization (contract §5)",
    )]),
    FaultEntry::alone(
        "EVT-26",
        "EVT-26",
        "an infected event attachment is taken for a clean one",
    ),
    FaultEntry::alone(
        "EVT-27",
        "EVT-27",
        "an event status outside the list is answered by 204",
    )
    .recorded(),
    FaultEntry::alone(
        "EVT-21",
        "EVT-21",
        "an event's attachments are kept from the other side",
    )
    .with(&[
        ("ACC-09", "either side may read the files of an event (contract §4)"),
        ("OWN-04", "the accepted reading that goes with the refusal is the other side's (contract §4)"),
        ("OWN-06", "the accepted reading that goes with the refusal is the other side's (contract §4)"),
        (
            "EVT-19",
            "the allowed file is not downloaded from the other side (contract §6)",
        ),
        (
            "EVT-20",
            "the allowed file is not downloaded from the other side (contract §6)",
        ),
        (
            "EVT-23",
            "a known file is not downloaded from the other side (contract §6)",
        ),
    ]),
    FaultEntry::alone("EVT-23", "EVT-23", "an unknown event gets 403").with(&[(
        "EVT-13",
        "an event deleted is an unknown one: 404 is due (contract §6)",
    )]),
    FaultEntry::alone(
        "EVT-23.uuid",
        "EVT-23",
        "an event id that is no UUID gets 404",
    ),
    FaultEntry::alone(
        "EVT-24.message",
        "EVT-24",
        "a message of any length is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "EVT-24.comment",
        "EVT-24",
        "a comment of any length is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "EVT-24.author",
        "EVT-24",
        "an author of any length is accepted",
    )
    .with(&[(
        "WIRE-01",
        "what is too long for the description is shown again (contract §5)",
    )]),
    FaultEntry::alone(
        "EVT-25",
        "EVT-25",
        "a POST on an event without X-HTTP-Method-Override is taken for a PATCH",
    ),
];
