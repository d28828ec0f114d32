//! Opening a store: the référentiel that was kept over the one it started with, the tokens still
//! valid, the threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use contract::organization::Organization;
use contract::process::Process;
use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, params};

use super::apply::TokenRow;
use super::writer::Writer;
use super::{
    Options, Shared, SqliteError, SqliteStore, instant_of, log, rows, schema, scope_of, serve_reads,
};
use crate::domain::TokenDigest;
use crate::faults::delivery;
use crate::referential::{Referential, Seed, SubscriptionRecord};

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("The data in {} cannot be used: {reason}", path.display())]
pub struct OpenError {
    path: PathBuf,
    reason: String,
}

impl SqliteStore {
    /// Opens the store of a directory, making a new one when there is none.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let path = options.directory.join("hub.sqlite");
        open(options, &path).map_err(|error| OpenError { path, reason: error.to_string() })
    }
}

fn open(options: Options, path: &Path) -> Result<SqliteStore, SqliteError> {
    let has_lost = look_for_damage(path)?;
    let connection = schema::open_writer(path, options.durability, options.may_be_new)?;
    delivery::forget_the_last(&connection, &options.conduct)?;
    let referential = referential(&connection, options.referential)?;
    let now = options.clock.now().unix_ms();
    connection.execute("DELETE FROM token WHERE expires_ms < ?1", [now])?;
    let shared = Arc::new(Shared {
        referential: RwLock::new(Arc::new(referential)),
        tokens: RwLock::new(tokens(&connection)?),
        settings: options.settings,
        conduct: options.conduct,
        clock: options.clock,
        observer: options.observer,
    });
    let (jobs, waiting) = crossbeam_channel::unbounded();
    let (reads, waiting_reads) = crossbeam_channel::unbounded();
    let mut threads = Vec::new();
    for _ in 0..options.readers.max(1) {
        let (connection, reads) = (schema::open_reader(path)?, waiting_reads.clone());
        threads.push(spawn("store-reader", move || {
            serve_reads(&connection, &reads);
        })?);
    }
    let writer = Writer::new(connection, Arc::clone(&shared));
    threads.push(spawn("store-writer", move || writer.run(&waiting))?);
    let (jobs, reads, threads) = (Some(jobs), Some(reads), Mutex::new(threads));
    Ok(SqliteStore { shared, has_lost, jobs, reads, threads })
}

/// Says what a damaged log has lost, and keeps a copy of it; tells whether there is one, of now or
/// of an earlier start.
fn look_for_damage(path: &Path) -> Result<bool, SqliteError> {
    let unreadable = |error: std::io::Error| SqliteError::Unreadable(error.to_string());
    let copy = log::beside(path, "-wal.damaged");
    if let Some(log::Damage { read, lost }) = log::damage(path).map_err(unreadable)? {
        std::fs::copy(log::beside(path, "-wal"), &copy).map_err(unreadable)?;
        let copy = copy.display();
        tracing::error!(
            pages_read = read,
            pages_lost = lost,
            "the write-ahead log is damaged: what was acknowledged in these last pages is LOST; \
             {copy} keeps the log as it was found, and no binary is swept until it is removed"
        );
    }
    Ok(copy.exists())
}

fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<thread::JoinHandle<()>, SqliteError> {
    let named = thread::Builder::new().name(name.to_owned());
    named
        .spawn(work)
        .map_err(|error| SqliteError::Unreadable(format!("no thread could be started: {error}")))
}

/// What is kept wins over what the hub was started with: an organization changed through the API
/// stays changed. Credentials are not kept: they are the file's alone.
fn referential(connection: &Connection, seed: Seed) -> Result<Referential, SqliteError> {
    let mut referential = seed.into_referential();
    for organization in rows::documents::<Organization>(connection, "SELECT doc FROM organization")?
    {
        referential.put_organization(organization);
    }
    for process in rows::documents::<Process>(connection, "SELECT doc FROM process")? {
        referential.put_process(process);
    }
    for record in rows::documents::<SubscriptionRecord>(connection, "SELECT doc FROM subscription")?
    {
        referential.put_subscription(record);
    }
    Ok(referential)
}

fn tokens(connection: &Connection) -> Result<HashMap<TokenDigest, TokenRow>, SqliteError> {
    let mut statement =
        connection.prepare("SELECT digest, client_id, scope, expires_ms FROM token")?;
    let found = statement.query_map(params![], |row| {
        Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?))
    })?;
    found
        .map(|row| {
            let (digest, client_id, scope, expires) = row?;
            let row =
                TokenRow { client_id, scope: scope_of(&scope)?, expires: instant_of(expires)? };
            Ok((TokenDigest(digest), row))
        })
        .collect()
}
