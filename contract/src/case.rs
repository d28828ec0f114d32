//! Wire form of cases read on their own (contract §5): one recipient's view of a télédossier.

use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;
use crate::event::Event;
use crate::folder::Applicant;
use crate::ids::{CaseId, OrganizationIdentifier, ProcessCode};
use crate::status::CaseStatus;
use crate::timestamp::Timestamp;

/// Body of `PATCH /cases/{caseId}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseUpdateRequest {
    /// Status asked for.
    pub status: String,
}

impl CaseUpdateRequest {
    /// Asks for a status.
    pub fn to(status: &str) -> Self {
        Self { status: status.to_owned() }
    }
}

/// A case as the hub shows it. `?lite=true` leaves out attachments and events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Identifier given by the hub.
    pub id: CaseId,
    /// Where it stands.
    pub status: CaseStatus,
    /// Who got it.
    pub recipient: OrganizationIdentifier,
    /// Number given by the OSL.
    pub external_id: String,
    /// Code of the démarche, inherited from the folder.
    pub process_code: ProcessCode,
    /// When it was created.
    pub create_date_time: Timestamp,
    /// When it last changed.
    pub update_date_time: Timestamp,
    /// When it first reached `SENT`.
    pub transmission_date_time: Option<Timestamp>,
    /// When it was closed.
    pub close_date_time: Option<Timestamp>,
    /// Free text between partners.
    pub partner_attributes: Option<String>,
    /// The citizen, inherited from the folder.
    pub applicant: Applicant,
    /// The files addressed to this case only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
    /// Its events, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event>>,
}

/// Answer of `PUT /cases/migrate` (OAS-FOLDER-1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationReport {
    /// How many cases were moved.
    pub case_updated: u64,
}

/// Body of `PUT /cases/migrate` (OAS-FOLDER-1.2.7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationRequest {
    /// Whose cases move.
    pub organization_source: OrganizationIdentifier,
    /// Where they go.
    pub organization_target: OrganizationIdentifier,
}

/// An element of `GET /attachmentsIdsForPurge` and of the body of `PUT /idsPurged`
/// (OAS-FOLDER-1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeLink {
    /// The folder's attachment whose binary may go.
    pub folder_attachment_id: crate::ids::AttachmentId,
    /// The case it was addressed to.
    pub case_id: CaseId,
}
