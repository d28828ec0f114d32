//! The aggregate: a télédossier as the hub keeps it, one document with its cases, their events and
//! all files. Its shape is the hub's own; the wire's shapes are made from it by [`super::view`]. It
//! decides nothing.

use contract::folder::Applicant;
use contract::ids::{
    AttachmentId, CaseId, EventId, FolderId, NotificationId, OrganizationIdentifier, ProcessCode,
};
use contract::organization::PartnerInfo;
use contract::status::{ActionType, AttachmentStatus, CaseStatus, EventStatus};
use contract::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::access::Side;
use super::command::BlobKey;

/// A télédossier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Teledossier {
    /// Identifier given by the hub.
    pub id: FolderId,
    /// The OSL it belongs to.
    pub osl: OrganizationIdentifier,
    /// The démarche.
    pub process: ProcessCode,
    /// Number given by the OSL.
    pub external_id: String,
    /// Global status.
    pub status: CaseStatus,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// When its OSL completed it: once, whatever the status becomes later.
    pub completed: Option<Timestamp>,
    /// The citizen.
    pub applicant: Applicant,
    /// The software that created it.
    pub partner_info: PartnerInfo,
    /// One for each recipient.
    pub cases: Vec<CaseRecord>,
    /// The files of the deposit.
    pub files: Vec<FileRecord>,
}

/// One recipient's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Identifier given by the hub.
    pub id: CaseId,
    /// Where it stands.
    pub status: CaseStatus,
    /// Who gets it.
    pub recipient: OrganizationIdentifier,
    /// Number given by the OSL.
    pub external_id: String,
    /// Free text between partners.
    pub partner_attributes: Option<String>,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it first reached `SENT`.
    pub transmitted: Option<Timestamp>,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// When it was archived.
    pub archived: Option<Timestamp>,
    /// From when on its links to files are "to delete", once it reached the status for it.
    pub deletable_from: Option<Timestamp>,
    /// The files whose purge was confirmed for this case (OAS-FOLDER-1.2.7).
    pub purge_confirmed: Vec<AttachmentId>,
    /// Its events, oldest first.
    pub events: Vec<EventRecord>,
}

/// A step in a case's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Identifier given by the hub.
    pub id: EventId,
    /// Whose it is.
    pub side: Side,
    /// The organization that created it.
    pub transmitter: OrganizationIdentifier,
    /// What it does.
    pub action: ActionType,
    /// Where it stands.
    pub status: EventStatus,
    /// Text for the other side.
    pub message: Option<String>,
    /// Text internal to the sender.
    pub comment: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Whether the other side is notified, as asked.
    pub notification: Option<bool>,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// Status the sender believed the case had.
    pub case_current_status: Option<String>,
    /// Status it gives to the case.
    pub case_new_status: Option<String>,
    /// Free text between partners.
    pub partner_attributes: Option<String>,
    /// The software that created it.
    pub partner_info: PartnerInfo,
    /// Its files.
    pub files: Vec<FileRecord>,
}

/// A file announced, and its bytes once they are here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Identifier given by the hub.
    pub id: AttachmentId,
    /// Where it stands.
    pub status: AttachmentStatus,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Announced size in bytes.
    pub size: u64,
    /// Announced mime type.
    pub mime_type: String,
    /// External ids of the cases that get it; only in a folder.
    pub recipients: Vec<String>,
    /// The bytes; only those of an accepted file, or of one being scanned, are kept.
    pub bytes: Option<StoredBytes>,
}

/// The bytes of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredBytes {
    /// Where they are.
    pub blob: BlobKey,
    /// How many.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// An entry of a recipient's queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotificationRecord {
    /// Identifier given by the hub.
    pub id: NotificationId,
    /// Whose queue it is in.
    pub recipient: OrganizationIdentifier,
    /// Who caused it.
    pub transmitter: OrganizationIdentifier,
    /// The démarche.
    pub process: ProcessCode,
    /// The télédossier it is about.
    pub folder: FolderId,
    /// The case it is about.
    pub case: CaseId,
    /// The event it is about; `None` for a new télédossier.
    pub event: Option<EventId>,
    /// From when on it can be seen.
    pub visible_from: Timestamp,
}

impl Teledossier {
    /// A case of it.
    pub fn case(&self, id: CaseId) -> Option<&CaseRecord> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// A case of it, to be changed.
    pub fn case_mut(&mut self, id: CaseId) -> Option<&mut CaseRecord> {
        self.cases.iter_mut().find(|case| case.id == id)
    }

    /// Every file, of the deposit and of the events.
    pub(crate) fn all_files(&self) -> impl Iterator<Item = &FileRecord> {
        let of_events =
            self.cases.iter().flat_map(|case| &case.events).flat_map(|event| &event.files);
        self.files.iter().chain(of_events)
    }

    /// Every file, to be changed.
    pub(crate) fn all_files_mut(&mut self) -> impl Iterator<Item = &mut FileRecord> {
        let of_events = self
            .cases
            .iter_mut()
            .flat_map(|case| &mut case.events)
            .flat_map(|event| &mut event.files);
        self.files.iter_mut().chain(of_events)
    }

    /// The cases a file of the deposit is addressed to.
    pub fn recipients<'a>(&'a self, file: &'a FileRecord) -> impl Iterator<Item = &'a CaseRecord> {
        self.cases.iter().filter(|case| file.is_addressed_to(case))
    }
}

impl CaseRecord {
    /// An event of it.
    pub fn event(&self, id: EventId) -> Option<&EventRecord> {
        self.events.iter().find(|event| event.id == id)
    }

    /// An event of it, to be changed.
    pub fn event_mut(&mut self, id: EventId) -> Option<&mut EventRecord> {
        self.events.iter_mut().find(|event| event.id == id)
    }
}

impl EventRecord {
    /// A file of it.
    pub fn file(&self, id: AttachmentId) -> Option<&FileRecord> {
        self.files.iter().find(|file| file.id == id)
    }
}

impl FileRecord {
    /// Whether a case gets it.
    pub(crate) fn is_addressed_to(&self, case: &CaseRecord) -> bool {
        self.recipients.contains(&case.external_id)
    }
}
