//! Faults of the rules ACC and OWN: who may call what, and whose data it is.

use crate::faults::{FaultEntry, fault};

/// The refusals of OWN are also what OWN-09 observes: one that is missing changes the state.
const CHANGES: &[(&str, &str)] = &[(
    "OWN-09",
    "what should have been refused is done, and shows when the state is read \
            back (contract §4)",
)];

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("OWN-01", "an SI reads a case addressed to another SI"),
    fault("OWN-02", "an SI downloads the files of a case addressed to another SI"),
    fault("OWN-03", "an SI changes the status of a case addressed to another SI").with(CHANGES),
    fault("OWN-04", "an SI adds and reads events of a case addressed to another SI").with(CHANGES),
    fault("OWN-05", "anybody deletes anybody's notifications").with(CHANGES),
    fault("OWN-06", "a credential of another démarche opens the cases of this one").with(CHANGES),
    fault(
        "OWN-06.notification",
        "a credential of another démarche deletes the notifications of this one",
    )
    .with(CHANGES),
    fault("OWN-07", "an OSL reads, fills, completes and deletes the folders of another")
        .with(CHANGES),
    fault("OWN-08", "an OSL deposits for the démarche of another, to the end"),
    fault("OWN-10", "another branch of the SIRET has the cases and the queue of this one")
        .with(CHANGES),
    fault("OWN-11", "an OSL reads and changes the cases and events of another").with(CHANGES),
    fault("OWN-12", "an event is found by its id, under any case of its folder").with(&[
        ("OWN-09", "what is sent into it shows when the state is read back (contract §4)"),
        ("OWN-10", "another branch finds it under its own case of that folder (contract §4)"),
    ]),
    fault("OWN-13", "the other side sends files into an event that is not its own").recorded(),
    fault("OWN-14", "an OSL lists and reads the subscriptions to every démarche"),
    fault("ACC-01", "POST /folders is open to every scope"),
    fault("ACC-02", "PUT /folders/{folderId}/attachments/{attachmentId} is open to every scope"),
    fault("ACC-03", "POST /cases/{caseId}/events is open to every scope"),
    fault("ACC-04", "PATCH /folders/{folderId} is open to every scope"),
    fault("ACC-05", "PATCH /cases/{caseId} is open to every scope"),
    fault("ACC-06", "PATCH /cases/{caseId}/events/{eventId} is open to every scope"),
    fault(
        "ACC-07",
        "PUT /cases/{caseId}/events/{eventId}/attachments/{attachmentId} is open \
            to every scope",
    ),
    fault("ACC-08", "GET /folders/{folderId} is open to every scope"),
    fault(
        "ACC-09",
        "GET /cases/{caseId}/events/{eventId}/attachments/{attachmentId} is open \
            to every scope",
    ),
    fault("ACC-10", "GET /subscriptions is open to every scope"),
    fault("ACC-11", "GET /subscriptions/{subscriptionId} is open to every scope"),
    fault("ACC-12", "GET /notifications is open to every scope"),
    fault("ACC-13", "DELETE /notifications/{notificationId} is open to every scope"),
    fault("ACC-14", "GET /cases/{caseId} is open to every scope"),
    fault("ACC-15", "GET /cases/{caseId}/attachments/{attachmentId} is open to every scope"),
    fault("ACC-16", "GET /cases/{caseId}/events/{eventId} is open to every scope"),
    fault("ACC-17", "DELETE /folders/{folderId} is open to every scope"),
    fault("ACC-18", "POST /subscriptions is open to every scope"),
    fault("ACC-19", "PUT /subscriptions/{subscriptionId} is open to every scope"),
    fault("ACC-20", "POST /organizations is open to every scope"),
    fault("ACC-21", "PUT /organizations/{organizationId} is open to every scope"),
    fault("ACC-22", "GET /organizations/{organizationId} is open to every scope"),
    fault("ACC-23", "GET /organizations is open to every scope"),
    fault("ACC-24", "POST /processes is open to every scope"),
    fault("ACC-25", "PUT /processes/{processCode} is open to every scope"),
    fault("ACC-26", "GET /processes/{processCode} is open to every scope"),
    fault("ACC-27", "GET /processes is open to every scope"),
    fault("ACC-28", "DELETE /cases/{caseId}/events/{eventId} is open to every scope"),
    fault("OWN-09", "a status change refused with 403 is done all the same"),
];
