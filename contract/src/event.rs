//! Wire form of events: the steps of a case's life, which trace and transmit (contract §5 and §6,
//! "Event").

use serde::{Deserialize, Serialize};

use crate::attachment::{Attachment, AttachmentRequest};
use crate::ids::{EventId, OrganizationIdentifier};
use crate::organization::PartnerInfo;
use crate::status::{ActionType, EventStatus};
use crate::timestamp::Timestamp;

/// Body of `POST /cases/{caseId}/events`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventRequest {
    /// What the event does; checked by the description.
    pub action_type: String,
    /// Whether the other side is to be notified.
    pub notification: Option<bool>,
    /// Text for the other side.
    pub message: Option<String>,
    /// Text internal to the sender; an SI's is never shown to an OSL.
    pub comment: Option<String>,
    /// Who wrote it, as the sender's software says.
    pub author: Option<String>,
    /// Status the sender believes the case has; never checked.
    pub case_current_status: Option<String>,
    /// Status the case takes by this event (divergence D6).
    pub case_new_status: Option<String>,
    /// Free text between partners.
    pub partner_attributes: Option<String>,
    /// Metadata of the files, for `ATTACH_DEPOSIT` only.
    pub attachments: Option<Vec<AttachmentRequest>>,
}

/// Body of `PATCH /cases/{caseId}/events/{eventId}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventUpdateRequest {
    /// Status asked for: `SENT` by the author, `RECEIVED` by the other side.
    pub status: String,
}

/// An event as the hub shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Identifier given by the hub.
    pub id: EventId,
    /// The organization that created it, whatever the request said.
    pub transmitter: OrganizationIdentifier,
    /// Text for the other side.
    pub message: Option<String>,
    /// Text internal to the sender.
    pub comment: Option<String>,
    /// What the event does.
    pub action_type: ActionType,
    /// Who wrote it.
    pub author: Option<String>,
    /// Whether the other side is notified.
    pub notification: Option<bool>,
    /// When it was created.
    pub create_date_time: Timestamp,
    /// When it last changed.
    pub update_date_time: Timestamp,
    /// Where it stands.
    pub status: EventStatus,
    /// Status the sender believed the case had.
    pub case_current_status: Option<String>,
    /// Status given to the case.
    pub case_new_status: Option<String>,
    /// Free text between partners.
    pub partner_attributes: Option<String>,
    /// The files, in the order sent.
    pub attachments: Vec<Attachment>,
    /// The software that created it.
    pub partner_info: PartnerInfo,
}
