//! Faults of the rules NOT: queues.

use contract::ids::{OrganizationIdentifier, ProcessCode};
use contract::notification::Notification;
use contract::operations::Operation;
use contract::organization::Organization;

use crate::domain::{Caller, Command, DomainError, Missing};
use crate::error::Refusal;
use crate::faults::{Conduct, FaultEntry, fault, rule};
use crate::hub::Hub;
use crate::referential::Referential;
use crate::store::{Store as _, StoreError};

/// Queues are shared by those who play the same organization: whoever reads takes away what another
/// waits for.
const SOMEBODY_READ: &str = "somebody else's reading of the same queue takes it away (contract §6)";
const TAKEN_AWAY: &[(&str, &str)] = &[
    ("ACC-13", SOMEBODY_READ),
    ("OWN-05", SOMEBODY_READ),
    ("OWN-06", SOMEBODY_READ),
    ("OWN-10", SOMEBODY_READ),
    ("OWN-11", SOMEBODY_READ),
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
    ("NOT-18", SOMEBODY_READ),
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

/// Why a batch that stays at 25 may hide any notification.
const NEVER_SHOWN: &str = "of a queue of more than 25, the rest is never shown to who deletes \
            nothing (contract §6)";

/// By how many notifications wait in that queue at the moment.
const NEVER_SHOWN_IN_TIME: &[(&str, &str)] = &[
    ("DEL-02", NEVER_SHOWN),
    ("CAS-09", NEVER_SHOWN),
    ("EVT-07", NEVER_SHOWN),
    ("EVT-08", NEVER_SHOWN),
    ("EVT-11", NEVER_SHOWN),
    ("EVT-12", NEVER_SHOWN),
    ("FOL-18", NEVER_SHOWN),
    ("FOL-19", NEVER_SHOWN),
    ("FOL-20", NEVER_SHOWN),
];

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("NOT-01", "a batch is 24 by default"),
    fault("NOT-02.above", "maxResult above 25 gives 25").perhaps(NEVER_SHOWN_IN_TIME),
    // A queue that is read by lots of 5 never gives a full batch then.
    fault("NOT-02.below", "maxResult below 25 gives 25").masking(&["NOT-04"]),
    fault("NOT-04", "the last notification of a full batch is its first one again"),
    fault("NOT-05", "reading removes what it shows")
        .with(&[
            ("NOT-06", "a notification already gone cannot be deleted with 204 (contract §6)"),
            (
                "NOT-04",
                "a notification already gone cannot be deleted while emptying the queue \
            (contract §6)",
            ),
            (
                "DEL-05",
                "what calls at once notify is counted in a queue that reading has emptied \
            (contract §6)",
            ),
        ])
        .perhaps(TAKEN_AWAY),
    fault("NOT-06", "deletion answers 204 and removes nothing").with(&[
        ("DEL-01", "what was deleted is given a second time (contract §6)"),
        ("DEL-03", "a deletion that is never done is not done when asked again (contract §6)"),
        ("NOT-04", "a queue from which nothing goes is never empty (contract §6)"),
        ("NOT-07", "a notification that stays is found when deleted again (contract §6)"),
    ]),
    fault("NOT-07", "deleting again answers 204"),
    fault("NOT-09", "processCode is ignored").with(&[(
        "NOT-18",
        "the smallest batch of one démarche is the first one of all (contract §6)",
    )]),
    fault("NOT-10", "only the first processCode counts"),
    fault("NOT-10.last", "only the last processCode counts"),
    fault("NOT-11", "the queues of other SIRETs of its type are shown too").with(&[(
        "EVT-29",
        "the notification of an event is shown to the neighbour's recipient (contract §6)",
    )]),
    fault("NOT-12", "the queues of all branches of its SIRET are shown"),
    fault("NOT-13", "the queues of organizations of another type are shown too"),
    fault("NOT-14", "a credential sees the notifications of all démarches of its organization"),
    fault("NOT-15.eventId", "a new télédossier is notified with an eventId")
        .with(&[
            ("FOL-18", NO_NEW_CASE),
            ("FOL-20", NO_NEW_CASE),
            ("DEL-03", NO_NEW_CASE),
            ("NOT-05", NO_NEW_CASE),
        ])
        .perhaps(&[
            ("FOL-19", NO_NEW_CASE),
            ("DEL-01", NO_NEW_CASE),
            ("DEL-02", NO_NEW_CASE),
            ("CAS-14", NO_NEW_CASE),
            ("EVT-09", NO_NEW_CASE),
        ]),
    fault("NOT-15.transmitter", "the transmitter of a notification is its recipient"),
    fault("NOT-16", "eventDetails adds nothing"),
    fault("NOT-16.stale", "eventStatus is the one of the time of notification"),
    fault("NOT-03", "a maxResult that is no number counts as absent"),
    fault("NOT-08", "an id that is no UUID gets 404")
        .mistaking(&[Operation::DeleteNotification], Missing::Notification),
    fault("NOT-18", "processCode chooses from a batch that maxResult has cut"),
    fault("NOT-19", "processPriority is ignored").recorded(),
];

/// NOT-18: what a batch that was cut before keeps of the démarches asked for.
pub(crate) fn chosen(
    mut batch: Vec<Notification>,
    asked: &[ProcessCode],
    conduct: &Conduct,
) -> Vec<Notification> {
    if !asked.is_empty() && !conduct.keeps(rule!("NOT-18")) {
        batch.retain(|one| asked.contains(&one.process_code));
    }
    batch
}

/// The organizations whose queues are shown to this one: its own alone, or also those of another
/// type (NOT-13), of another SIRET (NOT-11), of another branch (NOT-12).
pub(crate) fn queues_shown(
    own: &OrganizationIdentifier,
    referential: &Referential,
    conduct: &Conduct,
) -> Vec<OrganizationIdentifier> {
    let [sirets, branches, types] =
        [rule!("NOT-11"), rule!("NOT-12"), rule!("NOT-13")].map(|rule| !conduct.keeps(rule));
    if !(sirets || branches || types) {
        return vec![own.clone()];
    }
    let is_shown = |other: &OrganizationIdentifier| {
        if other.kind != own.kind {
            types
        } else if other.company_register != own.company_register {
            sirets
        } else {
            branches || other == own
        }
    };
    referential.organizations().map(Organization::identifier).filter(is_shown).collect()
}

/// NOT-04: in a full batch, the first entry comes again in the place of the last, which comes
/// later: the batch keeps its size.
pub(crate) fn repeated(
    mut batch: Vec<Notification>,
    asked: usize,
    conduct: &Conduct,
) -> Vec<Notification> {
    if let Some(first) = batch.first().cloned()
        && batch.len() == asked
        && asked > 1
        && !conduct.keeps(rule!("NOT-04"))
    {
        batch.pop();
        batch.push(first);
    }
    batch
}

/// NOT-05: what is shown is gone.
pub(crate) async fn lose(
    hub: &Hub,
    caller: &Caller,
    batch: &[Notification],
) -> Result<(), Refusal> {
    if batch.is_empty() || hub.keeps(rule!("NOT-05")) {
        return Ok(());
    }
    for Notification { id: notification, .. } in batch {
        let (caller, notification) = (caller.clone(), *notification);
        match hub.store.transact(Command::DeleteNotification { caller, notification }).await {
            // Another reader may have removed it already.
            Err(StoreError::Domain(DomainError::NotFound(_))) | Ok(_) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}
