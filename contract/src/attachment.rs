//! Wire form of attachments: the metadata announced by who sends a file, and what the hub says of
//! it (contract §5). The bytes travel apart, as `application/octet-stream`.

use serde::{Deserialize, Serialize};

use crate::ids::AttachmentId;
use crate::status::AttachmentStatus;

/// Metadata of a file announced in a request. `recipients` is filled for a folder's files, absent
/// for an event's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachmentRequest {
    /// Name of the file, 255 characters at most.
    pub file_name: String,
    /// Type among those the process allows, 100 characters at most.
    #[serde(rename = "type")]
    pub kind: String,
    /// Announced size in bytes.
    pub size: u64,
    /// Announced mime type.
    pub mime_type: String,
    /// External ids of the cases that get it (folders only).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
}

/// A file as the hub shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Identifier given by the hub.
    pub id: AttachmentId,
    /// Where it stands.
    pub status: AttachmentStatus,
    /// Name of the file.
    pub file_name: String,
    /// Type among those the process allows.
    #[serde(rename = "type")]
    pub kind: String,
    /// Announced size in bytes.
    pub size: u64,
    /// Announced mime type.
    pub mime_type: String,
    /// External ids of the cases that get it; only in a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<String>>,
}
