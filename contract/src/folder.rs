//! Wire form of folders (contract §5 and §6, "Folder creation"; OAS-FOLDER-1.2.7).

use serde::{Deserialize, Serialize};

use crate::attachment::{Attachment, AttachmentRequest};
use crate::ids::{CaseId, FolderId, OrganizationIdentifier, ProcessCode};
use crate::organization::PartnerInfo;
use crate::status::CaseStatus;
use crate::timestamp::Timestamp;

/// The citizen a télédossier is about. Personal data: never logged, masked in what is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Applicant {
    /// First name, 255 characters at most.
    pub first_name: String,
    /// Last name, 255 characters at most.
    pub last_name: String,
    /// E-mail address, 320 characters at most.
    pub email: Option<String>,
}

/// Body of `POST /folders`. Every field has a default: the description, not the decoder, says what
/// is missing, so that all faults are reported at once (rule FOL-04).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FolderRequest {
    /// Code of the démarche.
    pub process_code: String,
    /// The citizen.
    pub applicant: Applicant,
    /// Number given by the OSL.
    pub external_id: String,
    /// One for each recipient.
    pub cases: Vec<FolderCaseRequest>,
    /// Metadata of the files.
    pub attachments: Vec<AttachmentRequest>,
    /// When the OSL closed it, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_date_time: Option<Timestamp>,
}

/// A case inside the body of `POST /folders`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FolderCaseRequest {
    /// Who gets it; checked by the description, so never absent once past it.
    pub recipient: Option<OrganizationIdentifier>,
    /// Number given by the OSL: the folder's, `-`, two characters.
    pub external_id: String,
    /// Free text between partners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_attributes: Option<String>,
}

/// Body of `PATCH /folders/{folderId}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FolderUpdateRequest {
    /// Status asked for.
    pub global_status: String,
    /// When it was closed, with `CLOSED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_date_time: Option<Timestamp>,
}

impl FolderUpdateRequest {
    /// Asks for a status.
    pub fn to(status: &str) -> Self {
        Self { global_status: status.to_owned(), close_date_time: None }
    }
}

/// A folder as the hub shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// Identifier given by the hub.
    pub id: FolderId,
    /// Where the whole stands.
    pub global_status: CaseStatus,
    /// Code of the démarche.
    pub process_code: ProcessCode,
    /// When it was created.
    pub create_date_time: Timestamp,
    /// When it last changed.
    pub update_date_time: Timestamp,
    /// When it was closed.
    pub close_date_time: Option<Timestamp>,
    /// The citizen.
    pub applicant: Applicant,
    /// Number given by the OSL.
    pub external_id: String,
    /// The software that created it.
    pub partner_info: PartnerInfo,
    /// One for each recipient, in the order sent.
    pub cases: Vec<FolderCase>,
    /// The files, in the order sent.
    pub attachments: Vec<Attachment>,
}

/// A case as a folder shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderCase {
    /// Identifier given by the hub.
    pub id: CaseId,
    /// Where it stands.
    pub status: CaseStatus,
    /// Who gets it.
    pub recipient: OrganizationIdentifier,
    /// Number given by the OSL.
    pub external_id: String,
    /// When it last changed.
    pub update_date_time: Timestamp,
    /// When it first reached `SENT`.
    pub transmission_date_time: Option<Timestamp>,
    /// Free text between partners.
    pub partner_attributes: Option<String>,
}
