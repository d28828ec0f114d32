//! The store on SQLite: one thread writes, a few read, tokens and référentiel are answered from
//! memory.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use contract::case::{Case, PurgeLink};
use contract::event::Event;
use contract::folder::Folder;
use contract::ids::{CaseId, EventId, FolderId};
use contract::notification::Notification;
use contract::operations::Scope;
use contract::timestamp::Timestamp;
use crossbeam_channel::{Receiver, Sender};
use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use tokio::sync::oneshot;
use uuid::Uuid;

use self::apply::TokenRow;
use self::writer::Job;
use super::{Grant, Observer, Overview, Store, StoreError};
use crate::clock::Clock;
use crate::config::Durability;
use crate::domain::{
    self, BlobKey, Caller, Command, Context, DomainError, Download, FileAddress, IdSource, Mail,
    Missing, NotificationFilter, Outcome, Settings, Teledossier, TokenDigest, UploadTarget,
};
use crate::faults::notifications::{chosen, queues_shown, repeated};
use crate::faults::{Conduct, rule};
use crate::referential::{Referential, Seed};

mod apply;
mod log;
mod open;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use open::OpenError;

/// How a store is opened.
pub struct Options {
    /// Where its file is, or will be.
    pub directory: PathBuf,
    /// Whether a database may be made there: not beside binaries, which belong to one.
    pub may_be_new: bool,
    /// What an acknowledged write survives.
    pub durability: Durability,
    /// The options of the hub that the rules depend on.
    pub settings: Settings,
    /// Which rules are kept.
    pub conduct: Conduct,
    /// The time it lives by.
    pub clock: Arc<dyn Clock>,
    /// What a new database starts with; credentials always come from here.
    pub referential: Seed,
    /// Who is told of what follows from a commit.
    pub observer: Arc<dyn Observer>,
    /// How many threads read.
    pub readers: usize,
}

/// What went wrong inside; becomes [`StoreError::Unavailable`], and a line of the log.
#[derive(Debug, thiserror::Error)]
enum SqliteError {
    #[error("SQLite: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("a document cannot be read or written: {0}")]
    Document(#[from] serde_json::Error),
    #[error("a row cannot be read: {0}")]
    Unreadable(String),
    #[error(
        "the data is of version {found}, this hub keeps version {expected}: use another --data directory"
    )]
    Version { found: i64, expected: i64 },
    #[error(
        "binaries lie beside it, and it is missing or empty: they would all be swept. Put the \
         hub.sqlite of these binaries back, or use another --data directory"
    )]
    Missing,
    #[error("it is damaged ({0}): put a copy of it back, or use another --data directory")]
    Damaged(String),
    #[error("SQLite gave the whole transaction up")]
    GivenUp,
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Random identifiers.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn fresh(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// What the threads of a store share.
struct Shared {
    referential: RwLock<Arc<Referential>>,
    tokens: RwLock<HashMap<TokenDigest, TokenRow>>,
    settings: Settings,
    conduct: Conduct,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
}

impl Shared {
    fn context<'a>(&'a self, ids: &'a RandomIds) -> Context<'a> {
        Context { now: self.clock.now(), ids, conduct: &self.conduct, settings: &self.settings }
    }
}

type ReadJob = Box<dyn FnOnce(&Connection) + Send>;

/// The store on SQLite. Dropping it lets what was sent be finished, and waits for it.
pub struct SqliteStore {
    shared: Arc<Shared>,
    /// Whether the log of the database was damaged, now or earlier, and a copy of it is kept.
    has_lost: bool,
    jobs: Option<Sender<Job>>,
    reads: Option<Sender<ReadJob>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.jobs = None;
        self.reads = None;
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store had panicked");
            }
        }
    }
}

fn stopped<T>(_: T) -> StoreError {
    StoreError::Unavailable("the store has stopped".to_owned())
}

fn serve_reads(connection: &Connection, reads: &Receiver<ReadJob>) {
    for read in reads {
        // A panic answers nothing: who waits sees the channel close. The thread goes on.
        if catch_unwind(AssertUnwindSafe(|| read(connection))).is_err() {
            tracing::error!("a read panicked");
        }
    }
}

impl SqliteStore {
    /// Whether acknowledged rows were lost, and nobody has looked after it yet.
    pub(crate) fn has_lost(&self) -> bool {
        self.has_lost
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Context<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        let (reply, answer) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        let job: ReadJob = Box::new(move |connection| {
            let result = work(connection, &shared.context(&RandomIds));
            // Who asked may have gone away.
            let _ = reply.send(result);
        });
        let sent = self.reads.as_ref().is_some_and(|reads| reads.send(job).is_ok());
        async move {
            if sent {
                answer.await.unwrap_or_else(|gone| Err(stopped(gone)))
            } else {
                Err(stopped(()))
            }
        }
    }

    fn read_file<T: Send + 'static>(
        &self,
        file: FileAddress,
        view: impl FnOnce(&Teledossier, &Context<'_>) -> Result<T, DomainError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        self.read(move |connection, context| {
            let (found, missing) = match file {
                FileAddress::Folder(folder, _) => {
                    (rows::folder(connection, folder)?, Missing::Folder)
                }
                FileAddress::Case(case, _) | FileAddress::Event(case, _, _) => {
                    (rows::folder_of_case(connection, case)?, Missing::Case)
                }
            };
            let folder = found.ok_or(DomainError::NotFound(missing))?;
            Ok(view(&folder, context)?)
        })
    }
}

impl Store for SqliteStore {
    async fn transact(&self, command: Command) -> Result<Outcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(|| stopped(()))?;
        jobs.send(Job { command, reply }).map_err(stopped)?;
        answer.await.map_err(stopped)?
    }

    async fn folder(&self, caller: Caller, folder: FolderId) -> Result<Folder, StoreError> {
        self.read(move |connection, context| {
            let found = rows::folder(connection, folder)?;
            let unknown = context.unknown(Missing::Folder, rule!("FOL-29"));
            let found = found.ok_or(unknown)?;
            Ok(domain::folder(&found, &caller, context)?)
        })
        .await
    }

    async fn case(&self, caller: Caller, case: CaseId, lite: bool) -> Result<Case, StoreError> {
        self.read(move |connection, context| {
            let found = rows::folder_of_case(connection, case)?;
            let unknown = context.unknown(Missing::Case, rule!("CAS-11"));
            let found = found.ok_or(unknown)?;
            Ok(domain::case(&found, &caller, case, lite, context)?)
        })
        .await
    }

    async fn event(
        &self,
        caller: Caller,
        case: CaseId,
        event: EventId,
    ) -> Result<Event, StoreError> {
        self.read(move |connection, context| {
            let found = rows::folder_of_case(connection, case)?;
            let found = found.ok_or(DomainError::NotFound(Missing::Case))?;
            Ok(domain::event(&found, &caller, case, event, context)?)
        })
        .await
    }

    async fn upload_target(
        &self,
        caller: Caller,
        file: FileAddress,
    ) -> Result<UploadTarget, StoreError> {
        self.read_file(file, move |folder, context| {
            domain::upload_target(folder, &caller, file, context)
        })
        .await
    }

    async fn download(&self, caller: Caller, file: FileAddress) -> Result<Download, StoreError> {
        self.read_file(file, move |folder, context| {
            domain::download(folder, &caller, file, context)
        })
        .await
    }

    async fn notifications(
        &self,
        caller: Caller,
        filter: NotificationFilter,
    ) -> Result<Vec<Notification>, StoreError> {
        let referential = self.referential();
        self.read(move |connection, context| {
            let query = filter.for_caller(&caller, context);
            let shown = queues_shown(&query.recipient, &referential, context.conduct);
            let batch = rows::queue(connection, &query, &shown, context)?;
            let batch = repeated(batch, query.limit, context.conduct);
            Ok(chosen(batch, &filter.processes, context.conduct))
        })
        .await
    }

    async fn purgeable(&self, caller: Caller) -> Result<Vec<PurgeLink>, StoreError> {
        self.read(move |connection, context| Ok(rows::purgeable(connection, &caller, context)?))
            .await
    }

    async fn mails(&self) -> Result<Vec<Mail>, StoreError> {
        self.read(|connection, _| Ok(rows::mails(connection)?)).await
    }

    async fn overview(&self) -> Result<Overview, StoreError> {
        self.read(|connection, context| Ok(rows::overview(connection, context.now)?)).await
    }

    async fn known_blobs(&self) -> Result<HashSet<BlobKey>, StoreError> {
        self.read(|connection, _| Ok(rows::blobs(connection)?)).await
    }

    fn grant(&self, token: &TokenDigest) -> Option<Grant> {
        let TokenRow { client_id, scope, expires } = self.shared.tokens.read().get(token)?.clone();
        let credential = self.shared.referential.read().credential(&client_id)?;
        Some(Grant { credential, scope, expires })
    }

    fn referential(&self) -> Arc<Referential> {
        Arc::clone(&self.shared.referential.read())
    }
}

fn scope_of(name: &str) -> Result<Scope, SqliteError> {
    Scope::try_from(name).map_err(|error| SqliteError::Unreadable(error.to_string()))
}

fn instant_of(milliseconds: i64) -> Result<Timestamp, SqliteError> {
    Timestamp::from_unix_ms(milliseconds)
        .map_err(|error| SqliteError::Unreadable(error.to_string()))
}
