//! The tables: a télédossier is one document; the others find it, queue its notifications, or keep
//! what is no télédossier. Opening a database, and refusing one of another version.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::SqliteError;
use crate::config::Durability;
use crate::private;

/// Raised whenever the tables or the documents in them change their meaning.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE teledossier (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    external_id TEXT NOT NULL,
    due_ms INTEGER,
    purge_ms INTEGER,
    doc BLOB NOT NULL
);
CREATE UNIQUE INDEX teledossier_number ON teledossier (external_id);
CREATE INDEX teledossier_due ON teledossier (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX teledossier_purge ON teledossier (purge_ms) WHERE purge_ms IS NOT NULL;
CREATE TABLE case_of (id BLOB PRIMARY KEY, folder BLOB NOT NULL, recipient TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event_of (id BLOB PRIMARY KEY, folder BLOB NOT NULL, action TEXT NOT NULL, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notification (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    transmitter TEXT NOT NULL,
    process TEXT NOT NULL,
    folder BLOB NOT NULL,
    case_id BLOB NOT NULL,
    event_id BLOB,
    visible_ms INTEGER NOT NULL
);
CREATE INDEX notification_queue ON notification (recipient, process, seq);
CREATE INDEX notification_folder ON notification (folder);
CREATE TABLE due_work (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, work TEXT NOT NULL);
CREATE INDEX due_work_at ON due_work (at_ms);
CREATE TABLE blob (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE token (digest BLOB PRIMARY KEY, client_id TEXT NOT NULL, scope TEXT NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mail (seq INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE organization (id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE process (code TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE subscription (id BLOB PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
";

/// Opens the one connection that writes, making the tables of a new database where there may be
/// one.
pub(super) fn open_writer(
    path: &Path,
    durability: Durability,
    may_be_new: bool,
) -> Result<Connection, SqliteError> {
    let length = path.metadata().map_or(0, |metadata| metadata.len());
    if length == 0 && !may_be_new {
        return Err(SqliteError::Missing);
    }
    // The files that SQLite makes beside this one have its rights.
    private::make_file(path).map_err(|error| SqliteError::Unreadable(error.to_string()))?;
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = match durability {
        // In WAL mode, what was committed is in the system's hands: it outlives the process.
        Durability::Process => "NORMAL",
        Durability::Power => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.set_prepared_statement_cache_capacity(64);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 if !may_be_new => return Err(SqliteError::Missing),
        0 => {
            connection
                .execute_batch(&format!("BEGIN;{TABLES}PRAGMA user_version = {VERSION};COMMIT;"))?;
        }
        VERSION => {}
        found => {
            return Err(SqliteError::Version { found, expected: VERSION });
        }
    }
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match found.as_str() {
        "ok" => Ok(connection),
        _ => Err(SqliteError::Damaged(found)),
    }
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
