//! Wire form of processes: the démarches, with what their télédossiers may carry and how long they
//! are kept (contract §5; OAS-PROC-1.2.0).

use serde::{Deserialize, Serialize};

use crate::ids::{OrganizationIdentifier, ProcessCode};
use crate::status::CaseStatus;
use crate::timestamp::Timestamp;

/// A démarche, in requests and answers; the dates are the hub's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// Code, 30 characters at most.
    pub code: ProcessCode,
    /// Name, 100 characters at most.
    pub name: String,
    /// What it is for, 1000 characters at most.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether new subscriptions are taken.
    pub is_activated: bool,
    /// The OSL that deposits its télédossiers.
    pub osl: OrganizationIdentifier,
    /// Mime types an OSL may attach.
    pub attachment_formats_enabled: Vec<String>,
    /// Mime types an SI may attach; empty: none.
    #[serde(default)]
    pub si_attachment_formats_enabled: Vec<String>,
    /// Types of attachment a folder may carry.
    pub attachment_types_enabled: Vec<String>,
    /// Largest file, in bytes.
    pub attachment_max_size_enabled: u64,
    /// Status from which binaries may be purged.
    pub status_before_file_deletion: CaseStatus,
    /// Days from that status to the purge, one more to be added.
    pub time_before_file_deletion: u32,
    /// Days from `CLOSED` to `ARCHIVED`.
    pub time_before_archiving: u32,
    /// Days from `ARCHIVED` to deletion.
    pub time_before_folder_deletion: u32,
    /// Whether an SI may send messages to the OSL.
    pub message_to_transmitter: bool,
    /// Whether a message goes with each status (type ours).
    #[serde(default)]
    pub message_with_status: bool,
    /// Whether `ADD_AWAITING` may be used (type ours).
    #[serde(default)]
    pub authorized_awaiting: bool,
    /// `Auto` or `Manual`.
    pub subscription_validation: String,
    /// The legal ground, 1000 characters at most.
    #[serde(default)]
    pub legal_justification: Option<String>,
    /// When it was created.
    #[serde(default)]
    pub creation_date_time: Option<Timestamp>,
    /// When it last changed.
    #[serde(default)]
    pub update_date_time: Option<Timestamp>,
}
