//! Faults of the rules EVT: events.

use contract::operations::Operation;

use crate::domain::Missing;
use crate::faults::spared::Kind::{Absent, TooLong, Unlisted};
use crate::faults::{FaultEntry, fault};

const TOO_LONG_SHOWN: &[(&str, &str)] =
    &[("WIRE-01", "what is too long for the description is shown again (contract §5)")];

const UNTOLD: &[(&str, &str)] =
    &[("ERR-07", "a fault that is not seen is not told among the others (contract §3)")];
const OTHER_SIDE: &str =
    "the accepted reading that goes with the refusal is the other side's (contract §4)";

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("EVT-01", "ATTACH_DL_ALL is refused"),
    fault("EVT-02", "an unknown action is taken for STATUS_UPDATE").sparing(
        Operation::CreateEvent,
        Unlisted,
        "/actionType",
    ),
    fault("EVT-03", "ATTACH_DEPOSIT is accepted without attachment"),
    fault("EVT-04", "other actions are accepted with attachments"),
    fault("EVT-05.status", "ATTACH_DEPOSIT starts SENT").with(&[
        ("ACC-07", "an event already SENT takes no file (contract §6)"),
        ("ACC-28", "an event already SENT cannot be deleted (contract §6)"),
        ("EVT-10", "an event already SENT is not refused for its files (contract §6)"),
        ("EVT-11", "an event already SENT takes no file (contract §6)"),
        ("EVT-13", "only an ATTACH_DEPOSIT in progress can be deleted (contract §6)"),
        ("EVT-21", "an event already SENT takes no file (contract §6)"),
        ("EVT-26", "an event already SENT takes no file (contract §6)"),
        ("PJ-20", "an event already SENT takes no file (contract §6)"),
        ("EVT-19", "the allowed file of an event already SENT is not delivered (contract §6)"),
        ("EVT-20", "the allowed file of an event already SENT is not delivered (contract §6)"),
        ("EVT-23", "an event already SENT is neither filled nor deleted (contract §6)"),
        ("EVT-30", "the allowed file of an event already SENT is not delivered (contract §6)"),
        ("EVT-31", "an event already SENT takes no file, which is not REJECTED (contract §6)"),
    ]),
    fault("EVT-05.notification", "ATTACH_DEPOSIT notifies at creation").with(&[
        ("EVT-11", "what creation notified is notified again by SENT (contract §6)"),
        ("EVT-09", "creation notifies an event that asked for nothing (contract §6)"),
    ]),
    fault("EVT-06", "the other actions start IN_PROGRESS").with(&[
        (
            "NOT-16",
            "the notification of an event that asks for no files shows it SENT (contract §5)",
        ),
        ("EVT-12", "only an event SENT can be acknowledged (contract §6)"),
        ("EVT-25", "only an event SENT can be acknowledged (contract §6)"),
        ("EVT-29", "only an event SENT can be acknowledged (contract §6)"),
    ]),
    fault("EVT-07", "an SI's event does not notify the OSL")
        .with(&[("CAS-09", "a failure is notified by its event (contract §9.12)")]),
    fault("EVT-08", "an OSL's event does not notify the SI")
        .with(&[
            (
                "DEL-03",
                "an event that asked for it is there and nobody is notified: neither \
            done nor not done (contract §6)",
            ),
            ("NOT-04", "no notification of the OSL's events is ever given (contract §6)"),
            ("DEL-05", "events made at once notify nobody either (contract §6)"),
        ])
        .perhaps(&[
            (
                "NOT-01",
                "a queue that the OSL's events do not fill holds less than a batch (contract §6)",
            ),
            (
                "NOT-02",
                "a queue that the OSL's events do not fill holds less than a batch (contract §6)",
            ),
        ]),
    fault("EVT-09", "an event that asks for no notification notifies"),
    fault("EVT-10", "an event is sent with files not received")
        .with(&[("EVT-31", "an event with a REJECTED file is sent all the same (contract §6)")]),
    fault("EVT-11", "an ATTACH_DEPOSIT sent does not notify"),
    fault("EVT-12", "RECEIVED is answered by 204 and forgotten").with(&[
        ("NOT-16", "eventStatus follows the acknowledgement (contract §5)"),
        ("EVT-25", "the acknowledgement by POST is forgotten too (contract §1)"),
    ]),
    fault("EVT-12.notification", "the author is not notified of an acknowledgement").recorded(),
    fault("EVT-13", "deleting an event answers 204 and deletes nothing"),
    fault("EVT-14", "an event sent can be deleted"),
    fault("EVT-15", "an SI's comment is shown to the OSL"),
    fault("EVT-16", "an SI's message is accepted where the process forbids it"),
    fault("EVT-17", "the PATCH of a case undoes the status an event gave"),
    fault("EVT-18", "caseNewStatus changes nothing"),
    fault("EVT-19", "a format not allowed to the sender is accepted"),
    fault("EVT-20", "an SI attaches where the process allows it nothing"),
    fault("EVT-22", "the transmitter of an event is the other side")
        .with(&[("CAS-12", "the trace names the wrong organization (contract §5)")]),
    fault("EVT-26", "an infected event attachment is taken for a clean one"),
    fault("EVT-27", "an event status outside the list is answered by 204")
        .sparing(Operation::UpdateEvent, Unlisted, "/status")
        .recorded(),
    fault("EVT-21", "an event's attachments are kept from the other side").with(&[
        ("PJ-20", "the other side downloads them, of whatever size (contract §6)"),
        ("ACC-09", "either side may read the files of an event (contract §4)"),
        ("OWN-04", OTHER_SIDE),
        ("OWN-06", OTHER_SIDE),
        ("OWN-10", OTHER_SIDE),
        ("OWN-11", OTHER_SIDE),
        ("EVT-19", "the allowed file is not downloaded from the other side (contract §6)"),
        ("EVT-20", "the allowed file is not downloaded from the other side (contract §6)"),
        ("EVT-23", "a known file is not downloaded from the other side (contract §6)"),
        ("EVT-30", "the allowed file is not downloaded from the other side (contract §6)"),
    ]),
    fault("EVT-23", "an unknown event gets 403")
        .with(&[("EVT-13", "an event deleted is an unknown one: 404 is due (contract §6)")]),
    fault("EVT-23.uuid", "an event id that is no UUID gets 404").mistaking(
        &[Operation::UpdateEvent, Operation::GetEvent, Operation::DeleteEvent],
        Missing::Event,
    ),
    fault("EVT-24.message", "a message of any length is accepted")
        .sparing(Operation::CreateEvent, TooLong, "/message")
        .with(TOO_LONG_SHOWN),
    fault("EVT-24.comment", "a comment of any length is accepted")
        .sparing(Operation::CreateEvent, TooLong, "/comment")
        .with(&[
            ("WIRE-01", "what is too long for the description is shown again (contract §5)"),
            ("ERR-07", "a fault that is not seen is not told among the others (contract §3)"),
        ]),
    fault("EVT-24.author", "an author of any length is accepted")
        .sparing(Operation::CreateEvent, TooLong, "/author")
        .with(TOO_LONG_SHOWN),
    fault("EVT-25", "a POST on an event without X-HTTP-Method-Override is taken for a PATCH"),
    fault("EVT-28.partnerInfo", "events show the software that deposited the folder"),
    fault("EVT-28.dates", "events show the date at which the folder was created"),
    fault("EVT-28.partnerAttributes", "events show the partnerAttributes of their case")
        .with(&[("EVT-24", "the longest partnerAttributes must come back too (contract §5)")]),
    fault("EVT-29.RECEIVED", "an event RECEIVED leaves its case"),
    fault("EVT-29.sibling", "a status is set on every case of the folder"),
    fault("EVT-30", "an event's file of any size is accepted"),
    fault("EVT-31", "an event's bytes of another type than announced are accepted"),
    fault("EVT-32.actionType", "an event without an action is taken for STATUS_UPDATE")
        .sparing(Operation::CreateEvent, Absent("\"STATUS_UPDATE\""), "/actionType")
        .with(UNTOLD),
    fault("EVT-32.notification", "an event that does not say whether to notify notifies")
        .sparing(Operation::CreateEvent, Absent("true"), "/notification")
        .with(UNTOLD),
];
