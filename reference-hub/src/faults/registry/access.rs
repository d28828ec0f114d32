//! Faults of the rules ACC and OWN: who may call what, and whose data it is.

use crate::faults::FaultEntry;

/// The refusals of OWN are also what OWN-09 observes: one that is missing changes the state.
const CHANGES: &[(&str, &str)] = &[(
    "OWN-09",
    "what should have been refused is done, and shows when the state is read back (contract §4)",
)];

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("OWN-01", "OWN-01", "an SI reads a case addressed to another SI"),
    FaultEntry::alone(
        "OWN-02",
        "OWN-02",
        "an SI downloads the files of a case addressed to another SI",
    ),
    FaultEntry::alone(
        "OWN-03",
        "OWN-03",
        "an SI changes the status of a case addressed to another SI",
    )
    .with(CHANGES),
    FaultEntry::alone(
        "OWN-04",
        "OWN-04",
        "an SI adds and reads events of a case addressed to another SI",
    )
    .with(CHANGES),
    FaultEntry::alone("OWN-05", "OWN-05", "anybody deletes anybody's notifications").with(CHANGES),
    FaultEntry::alone(
        "OWN-06",
        "OWN-06",
        "a credential of another démarche opens the cases of this one",
    )
    .with(CHANGES),
    FaultEntry::alone(
        "OWN-06.notification",
        "OWN-06",
        "a credential of another démarche deletes the notifications of this one",
    )
    .with(CHANGES),
    FaultEntry::alone(
        "OWN-07",
        "OWN-07",
        "an OSL reads, fills, completes and deletes the folders of another",
    )
    .with(CHANGES),
    FaultEntry::alone("OWN-08", "OWN-08", "an OSL deposits for the démarche of another"),
    FaultEntry::alone("ACC-01", "ACC-01", "POST /folders is open to every scope"),
    FaultEntry::alone(
        "ACC-02",
        "ACC-02",
        "PUT /folders/{folderId}/attachments/{attachmentId} is open to every scope",
    ),
    FaultEntry::alone("ACC-03", "ACC-03", "POST /cases/{caseId}/events is open to every scope"),
    FaultEntry::alone("ACC-04", "ACC-04", "PATCH /folders/{folderId} is open to every scope"),
    FaultEntry::alone("ACC-05", "ACC-05", "PATCH /cases/{caseId} is open to every scope"),
    FaultEntry::alone(
        "ACC-06",
        "ACC-06",
        "PATCH /cases/{caseId}/events/{eventId} is open to every scope",
    ),
    FaultEntry::alone(
        "ACC-07",
        "ACC-07",
        "PUT /cases/{caseId}/events/{eventId}/attachments/{attachmentId} is open to every scope",
    ),
    FaultEntry::alone("ACC-08", "ACC-08", "GET /folders/{folderId} is open to every scope"),
    FaultEntry::alone(
        "ACC-09",
        "ACC-09",
        "GET /cases/{caseId}/events/{eventId}/attachments/{attachmentId} is open to every scope",
    ),
    FaultEntry::alone("ACC-10", "ACC-10", "GET /subscriptions is open to every scope"),
    FaultEntry::alone(
        "ACC-11",
        "ACC-11",
        "GET /subscriptions/{subscriptionId} is open to every scope",
    ),
    FaultEntry::alone("ACC-12", "ACC-12", "GET /notifications is open to every scope"),
    FaultEntry::alone(
        "ACC-13",
        "ACC-13",
        "DELETE /notifications/{notificationId} is open to every scope",
    ),
    FaultEntry::alone("ACC-14", "ACC-14", "GET /cases/{caseId} is open to every scope"),
    FaultEntry::alone(
        "ACC-15",
        "ACC-15",
        "GET /cases/{caseId}/attachments/{attachmentId} is open to every scope",
    ),
    FaultEntry::alone(
        "ACC-16",
        "ACC-16",
        "GET /cases/{caseId}/events/{eventId} is open to every scope",
    ),
    FaultEntry::alone("ACC-17", "ACC-17", "DELETE /folders/{folderId} is open to every scope"),
    FaultEntry::alone("ACC-18", "ACC-18", "POST /subscriptions is open to every scope"),
    FaultEntry::alone(
        "ACC-19",
        "ACC-19",
        "PUT /subscriptions/{subscriptionId} is open to every scope",
    ),
    FaultEntry::alone("ACC-20", "ACC-20", "POST /organizations is open to every scope"),
    FaultEntry::alone(
        "ACC-21",
        "ACC-21",
        "PUT /organizations/{organizationId} is open to every scope",
    ),
    FaultEntry::alone(
        "ACC-22",
        "ACC-22",
        "GET /organizations/{organizationId} is open to every scope",
    ),
    FaultEntry::alone("ACC-23", "ACC-23", "GET /organizations is open to every scope"),
    FaultEntry::alone("ACC-24", "ACC-24", "POST /processes is open to every scope"),
    FaultEntry::alone("ACC-25", "ACC-25", "PUT /processes/{processCode} is open to every scope"),
    FaultEntry::alone("ACC-26", "ACC-26", "GET /processes/{processCode} is open to every scope"),
    FaultEntry::alone("ACC-27", "ACC-27", "GET /processes is open to every scope"),
    FaultEntry::alone(
        "ACC-28",
        "ACC-28",
        "DELETE /cases/{caseId}/events/{eventId} is open to every scope",
    ),
    FaultEntry::alone("OWN-09", "OWN-09", "a status change refused with 403 is done all the same"),
];
