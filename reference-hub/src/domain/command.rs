//! What the hub can be asked to do, and what comes of it: the vocabulary between the HTTP layer,
//! the store and the rules. Plain data; it decides nothing and knows no wire but the contract's
//! shapes.

use std::fmt;
use std::time::Duration;

use contract::case::{CaseUpdateRequest, MigrationReport, MigrationRequest, PurgeLink};
use contract::event::{Event, EventRequest, EventUpdateRequest};
use contract::folder::{Folder, FolderRequest, FolderUpdateRequest};
use contract::ids::{
    AttachmentId, CaseId, EventId, FolderId, NotificationId, OrganizationIdentifier, ProcessCode,
    SubscriptionId,
};
use contract::operations::Scope;
use contract::organization::{Organization, PartnerInfo};
use contract::process::Process;
use contract::status::AttachmentStatus;
use contract::subscription::{Subscription, SubscriptionRequest};
use contract::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::faults::{Clause, Conduct};

/// The démarches a credential covers (contract §1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of its organization: an OSL's credential.
    All,
    /// These only: an SI has one credential for each démarche.
    Only(Box<[ProcessCode]>),
}

impl Coverage {
    /// Whether a démarche is among them.
    pub fn contains(&self, process: &ProcessCode) -> bool {
        match self {
            Self::All => true,
            Self::Only(list) => list.contains(process),
        }
    }
}

/// Who calls: what the token says, and the software that the technical headers declare.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The scope of its token.
    pub scope: Scope,
    /// The organization its credential belongs to.
    pub organization: OrganizationIdentifier,
    /// The démarches its credential covers.
    pub coverage: Coverage,
    /// The technical headers of this call (contract §1).
    pub partner_info: PartnerInfo,
}

/// A binary in the blob store, by the name it has there. Chosen anew for every upload; never the
/// client's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobKey(pub String);

/// Which file, as the path of the call names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileAddress {
    /// `/folders/{folder}/attachments/{attachment}`
    Folder(FolderId, AttachmentId),
    /// `/cases/{case}/attachments/{attachment}`
    Case(CaseId, AttachmentId),
    /// `/cases/{case}/events/{event}/attachments/{attachment}`
    Event(CaseId, EventId, AttachmentId),
}

/// What was announced of a file about to be received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadTarget {
    /// Announced size in bytes: reading may stop one byte later.
    pub size: u64,
    /// Announced mime type, to compare with the bytes.
    pub mime_type: String,
}

/// What was seen of a file once received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where the bytes are; `None` when they were not kept (too many of them, say).
    pub blob: Option<BlobKey>,
    /// How many bytes came (one more than announced when reading stopped there).
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Whether the bytes are of the announced mime type's family.
    pub type_matches: bool,
    /// Whether the bytes have the digest of the request; true when it gave none.
    pub digest_matches: bool,
    /// Whether the bytes are within the limits of the scanner.
    pub can_be_scanned: bool,
    /// Whether the scanner found a virus.
    pub infected: bool,
}

/// A file that may be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Where the bytes are; `None` when none came: only ever a fault's.
    pub blob: Option<BlobKey>,
    /// How many.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// SHA-256 of an access token: the only form in which the hub keeps one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

/// A write. Scope (the access matrix) and shape (the description) were checked before; everything
/// else is decided by [`crate::domain::decide`].
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields of variants: their types say what they are")]
pub enum Command {
    /// `createFolder`.
    CreateFolder { caller: Caller, request: FolderRequest },
    /// `updateFolder`.
    UpdateFolder { caller: Caller, folder: FolderId, request: FolderUpdateRequest },
    /// `deleteFolder`.
    DeleteFolder { caller: Caller, folder: FolderId },
    /// `updateCase`.
    UpdateCase { caller: Caller, case: CaseId, request: CaseUpdateRequest },
    /// `createEvent`.
    CreateEvent { caller: Caller, case: CaseId, request: EventRequest },
    /// `updateEvent`.
    UpdateEvent { caller: Caller, case: CaseId, event: EventId, request: EventUpdateRequest },
    /// `deleteEvent`.
    DeleteEvent { caller: Caller, case: CaseId, event: EventId },
    /// An upload, once the bytes are in the blob store.
    RecordUpload { caller: Caller, file: FileAddress, upload: Upload },
    /// `deleteNotification`.
    DeleteNotification { caller: Caller, notification: NotificationId },
    /// `createSubscription`.
    CreateSubscription { caller: Caller, request: SubscriptionRequest },
    /// `updateSubscription`.
    ReplaceSubscription {
        caller: Caller,
        subscription: SubscriptionId,
        request: SubscriptionRequest,
    },
    /// `createOrganization`.
    CreateOrganization { request: Organization },
    /// `updateOrganization`.
    ReplaceOrganization { organization: OrganizationIdentifier, request: Organization },
    /// `createProcess`.
    CreateProcess { request: Process },
    /// `updateProcess`.
    ReplaceProcess { process: ProcessCode, request: Process },
    /// `migrateCases`.
    MigrateCases { caller: Caller, request: MigrationRequest },
    /// `confirmPurge`.
    ConfirmPurge { caller: Caller, links: Vec<PurgeLink> },
    /// The token endpoint, once the credential was verified.
    IssueToken { token: TokenDigest, client_id: String, scope: Scope, expires: Timestamp },
    /// What had to wait and whose time has come: verdicts, deliveries, batches. The store does it
    /// by itself; asking for it (after the clock was moved) makes sure that it is done.
    RunDueWork,
}

/// Work the hub gave itself for later, kept with the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueWork {
    /// The scanner's verdict on a file becomes known.
    GiveVerdict {
        /// The télédossier.
        folder: FolderId,
        /// The file.
        attachment: AttachmentId,
        /// The bytes it is about: a verdict on replaced bytes is void.
        blob: BlobKey,
        /// What it says.
        infected: bool,
    },
    /// A completed folder is delivered.
    Deliver {
        /// The télédossier.
        folder: FolderId,
    },
    /// A télédossier has reached an age at which the batches purge, archive or delete.
    Age {
        /// The télédossier.
        folder: FolderId,
    },
}

impl DueWork {
    /// The télédossier it is about.
    pub fn folder(&self) -> FolderId {
        match self {
            Self::GiveVerdict { folder, .. } | Self::Deliver { folder } | Self::Age { folder } => {
                *folder
            }
        }
    }
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is done; there is nothing to show.
    Done,
    /// The folder created.
    Folder(Box<Folder>),
    /// The event created.
    Event(Box<Event>),
    /// A file was received: where that leaves it.
    Uploaded(Receipt),
    /// The subscription as it stands now.
    Subscription(Box<Subscription>),
    /// The organization as it stands now.
    Organization(Box<Organization>),
    /// The démarche as it stands now.
    Process(Box<Process>),
    /// Cases moved.
    Migrated(MigrationReport),
}

/// What becomes of a file received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Taken, in this status (`RECEIVED`, `CORRUPTED`, or `PENDING` while the scanner works): 204.
    Taken(AttachmentStatus),
    /// Not what was announced: 400 with these reasons. Its status `REJECTED` is kept, so this is no
    /// error.
    Rejected(Vec<String>),
}

/// What was not found, with the message of contract §3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A folder.
    Folder,
    /// A case.
    Case,
    /// An event.
    Event,
    /// The bytes of an attachment.
    File,
    /// An attachment.
    Attachment,
    /// A notification.
    Notification,
    /// A subscription.
    Subscription,
    /// An organization.
    Organization,
    /// A démarche.
    Process,
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Folder => "Folder",
            Self::Case => "Case",
            Self::Event => "Event",
            Self::File => "File",
            Self::Attachment => "Binary meta-data",
            Self::Notification => "Notification",
            Self::Subscription => "Subscription",
            Self::Organization => "Organization",
            Self::Process => "Process",
        };
        write!(formatter, "{what} is not found")
    }
}

/// Why a command or a read is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// 400: every reason found.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
    /// 403: it exists and is not the caller's.
    #[error("Unauthorized user")]
    Forbidden,
    /// 404.
    #[error("{0}")]
    NotFound(Missing),
}

impl DomainError {
    /// A refusal for one reason.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(vec![reason.into()])
    }

    /// What answers for something unknown: 404 where the rule that says so is kept.
    pub(crate) fn unknown(missing: Missing, is_kept: bool) -> Self {
        if is_kept { Self::NotFound(missing) } else { Self::Forbidden }
    }
}

/// Where new identifiers come from: passed in, so that the rules stay functions of their arguments.
pub trait IdSource {
    /// An identifier never given before.
    fn fresh(&self) -> Uuid;
}

/// The options of the hub that the rules depend on.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Refuse folder numbers that are not of the form of PRES-2021 (D5).
    pub strict_numbering: bool,
    /// Refuse the jumps the documents do not list, and check who sets what (D7).
    pub strict_transitions: bool,
    /// How long a verdict on a file waits.
    pub scan_delay: Duration,
    /// How long a notification waits.
    pub delivery_delay: Duration,
}

/// Everything a rule may depend on beside the data and the request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The present instant.
    pub now: Timestamp,
    /// Where new identifiers come from.
    pub ids: &'a dyn IdSource,
    /// Which rules are kept.
    pub conduct: &'a Conduct,
    /// The options of the hub.
    pub settings: &'a Settings,
}

impl Context<'_> {
    /// Whether a rule is kept: asked where it is implemented.
    pub(crate) fn keeps(&self, clause: Clause) -> bool {
        self.conduct.keeps(clause)
    }

    /// The refusal of something unknown, which a rule wants to be 404; else it is 403.
    pub(crate) fn unknown(&self, missing: Missing, clause: Clause) -> DomainError {
        DomainError::unknown(missing, self.keeps(clause))
    }

    /// The instant that comes this much later.
    pub fn after(&self, delay: Duration) -> Timestamp {
        let later =
            i64::try_from(delay.as_millis()).ok().and_then(|ms| self.now.unix_ms().checked_add(ms));
        later.and_then(|ms| Timestamp::from_unix_ms(ms).ok()).unwrap_or(self.now)
    }
}
