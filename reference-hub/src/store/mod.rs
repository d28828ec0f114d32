//! Where the hub keeps what it acknowledged: one interface, [`Store`], and its implementation on
//! SQLite. Loads what a command or a read is about, hands it to the rules of [`crate::domain`],
//! keeps what they decide. It holds no rule.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use contract::case::{Case, PurgeLink};
use contract::event::Event;
use contract::folder::Folder;
use contract::ids::{CaseId, EventId, FolderId};
use contract::notification::Notification;
use contract::operations::Scope;
use contract::timestamp::Timestamp;

use crate::domain::{
    BlobKey, Caller, Command, DomainError, Download, FileAddress, Mail, NotificationFilter,
    Outcome, Teledossier, TokenDigest, UploadTarget,
};
use crate::referential::{Credential, Referential};

mod sqlite;

pub use sqlite::{OpenError, Options, RandomIds, SqliteStore};

/// Why the store gave no result.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The rules refuse it.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// The store cannot answer: 503. The text is for the log, not for clients.
    #[error("The store cannot answer: {0}")]
    Unavailable(String),
}

/// What a token gives access to.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The credential it was issued for.
    pub credential: Arc<Credential>,
    /// The scope it was issued with.
    pub scope: Scope,
    /// From when on it is refused.
    pub expires: Timestamp,
}

/// What a hub holds, for who watches it.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// The latest télédossiers, newest first.
    pub teledossiers: Vec<Teledossier>,
    /// The notifications that wait, by organization and démarche.
    pub queues: Vec<(String, String, u64)>,
    /// The latest mails, newest first.
    pub mails: Vec<Mail>,
}

/// Told of what follows from a commit, on the writer's thread: hand over and return, never wait.
pub trait Observer: Send + Sync {
    /// Nothing refers to this binary any more.
    fn blob_released(&self, key: &BlobKey);
    /// This mail is to be sent; it is kept already.
    fn mail_written(&self, mail: &Mail);
}

/// Durable data of the hub. Ownership is checked inside; scopes are not.
pub trait Store: Send + Sync + 'static {
    /// Decides a command and keeps what was decided; resolves once that survives what it must
    /// survive.
    fn transact(
        &self,
        command: Command,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + Send;

    /// `getFolder`.
    fn folder(
        &self,
        caller: Caller,
        folder: FolderId,
    ) -> impl Future<Output = Result<Folder, StoreError>> + Send;

    /// `getCase`.
    fn case(
        &self,
        caller: Caller,
        case: CaseId,
        lite: bool,
    ) -> impl Future<Output = Result<Case, StoreError>> + Send;

    /// `getEvent`.
    fn event(
        &self,
        caller: Caller,
        case: CaseId,
        event: EventId,
    ) -> impl Future<Output = Result<Event, StoreError>> + Send;

    /// An upload, before the bytes are read: whether they may be sent, and what was announced of
    /// them.
    fn upload_target(
        &self,
        caller: Caller,
        file: FileAddress,
    ) -> impl Future<Output = Result<UploadTarget, StoreError>> + Send;

    /// A download: whether the bytes may be read, and where they are.
    fn download(
        &self,
        caller: Caller,
        file: FileAddress,
    ) -> impl Future<Output = Result<Download, StoreError>> + Send;

    /// `listNotifications`.
    fn notifications(
        &self,
        caller: Caller,
        filter: NotificationFilter,
    ) -> impl Future<Output = Result<Vec<Notification>, StoreError>> + Send;

    /// `listAttachmentsForPurge`.
    fn purgeable(
        &self,
        caller: Caller,
    ) -> impl Future<Output = Result<Vec<PurgeLink>, StoreError>> + Send;

    /// Every mail kept, oldest first (the last thousands).
    fn mails(&self) -> impl Future<Output = Result<Vec<Mail>, StoreError>> + Send;

    /// What is held, as far as somebody who watches wants to see: the latest.
    fn overview(&self) -> impl Future<Output = Result<Overview, StoreError>> + Send;

    /// The keys of all binaries the data refers to: the others are strays.
    fn known_blobs(&self) -> impl Future<Output = Result<HashSet<BlobKey>, StoreError>> + Send;

    /// What a token gives access to; expired ones included, so that the caller can tell. Answers
    /// from memory.
    fn grant(&self, token: &TokenDigest) -> Option<Grant>;

    /// Organizations, démarches, subscriptions and credentials as they stand, read from memory.
    fn referential(&self) -> Arc<Referential>;
}
