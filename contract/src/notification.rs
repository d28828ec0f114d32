//! Wire form of notifications (contract §5 and §6, "Notifications").

use serde::{Deserialize, Serialize};

use crate::ids::{CaseId, EventId, NotificationId, OrganizationIdentifier, ProcessCode};
use crate::status::{ActionType, EventStatus};
use crate::timestamp::Timestamp;

/// An entry of a recipient's queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Identifier given by the hub.
    pub id: NotificationId,
    /// Whose queue it is in.
    pub recipient: OrganizationIdentifier,
    /// Who caused it.
    pub transmitter: OrganizationIdentifier,
    /// Code of the démarche.
    pub process_code: ProcessCode,
    /// The case it is about.
    pub case_id: Option<CaseId>,
    /// The event it is about; null for a new télédossier.
    pub event_id: Option<EventId>,
    /// When it was created.
    pub date_time: Timestamp,
    /// With `?eventDetails=true`: type and present status of the event, null when there is none.
    #[serde(flatten)]
    pub event_details: Option<EventDetails>,
}

/// What `?eventDetails=true` adds (CI-SI-1.2.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventDetails {
    /// What the event does.
    pub event_action_type: Option<ActionType>,
    /// Where the event stands now.
    pub event_status: Option<EventStatus>,
}
