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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<bool>,
    /// Text for the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Text internal to the sender; an SI's is never shown to an OSL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Who wrote it, as the sender's software says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Status the sender believes the case has; never checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_current_status: Option<String>,
    /// Status the case takes by this event (divergence D6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_new_status: Option<String>,
    /// Free text between partners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_attributes: Option<String>,
    /// Metadata of the files, for `ATTACH_DEPOSIT` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<AttachmentRequest>>,
}

impl EventRequest {
    /// An event that does this, and whether the other side is notified of it.
    pub fn new(action_type: &str, notification: bool, author: &str) -> Self {
        Self {
            action_type: action_type.to_owned(),
            notification: Some(notification),
            author: Some(author.to_owned()),
            ..Self::default()
        }
    }

    /// The same with a text for the other side.
    pub fn saying(self, message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..self }
    }

    /// The same joining files.
    pub fn joining(self, attachments: Vec<AttachmentRequest>) -> Self {
        Self { attachments: Some(attachments), ..self }
    }

    /// The same with the status that the case had, if said, and the one it takes.
    pub fn taking(self, from: Option<&str>, to: &str) -> Self {
        let from = from.map(str::to_owned);
        Self { case_current_status: from, case_new_status: Some(to.to_owned()), ..self }
    }
}

/// Body of `PATCH /cases/{caseId}/events/{eventId}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventUpdateRequest {
    /// Status asked for: `SENT` by the author, `RECEIVED` by the other side.
    pub status: String,
}

impl EventUpdateRequest {
    /// Asks for a status.
    pub fn to(status: &str) -> Self {
        Self { status: status.to_owned() }
    }
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
