//! From decisions to rows: each change has its statement. What memory holds of the database is
//! changed here too, to be shown once committed.

use std::sync::Arc;

use contract::operations::Scope;
use contract::timestamp::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::SqliteError;
use crate::domain::{
    self, BlobKey, CaseRecord, Change, Mail, NotificationRecord, Teledossier, TokenDigest,
};
use crate::faults::{Conduct, delivery};
use crate::referential::Referential;

/// How many mails are kept.
const MAILS: i64 = 10_000;

/// What the commands of one commit leave to be done once they are committed.
#[derive(Default)]
pub(super) struct AfterCommit {
    pub(super) released: Vec<BlobKey>,
    pub(super) mails: Vec<Mail>,
    pub(super) tokens: Vec<(TokenDigest, TokenRow)>,
}

/// A token as kept.
#[derive(Clone, Debug)]
pub(super) struct TokenRow {
    pub(super) client_id: String,
    pub(super) scope: Scope,
    pub(super) expires: Timestamp,
}

/// Where changes go.
pub(super) struct Applying<'a> {
    pub(super) connection: &'a Connection,
    pub(super) referential: &'a mut Arc<Referential>,
    pub(super) after: &'a mut AfterCommit,
    pub(super) next_due_ms: &'a mut i64,
    pub(super) now: Timestamp,
    pub(super) conduct: &'a Conduct,
    /// Whether the batches have just run on the télédossiers saved: what they left undone waits for
    /// the next change.
    pub(super) aged: bool,
}

fn encode<T: Serialize>(value: &T) -> Result<String, SqliteError> {
    Ok(serde_json::to_string(value)?)
}

impl Applying<'_> {
    pub(super) fn apply(&mut self, change: Change) -> Result<(), SqliteError> {
        match change {
            Change::Create(folder) => self.create(&folder),
            Change::Save(folder) => self.save(&folder),
            Change::Remove(folder) => self.remove(&folder),
            Change::Event { id, folder, action, status } => self.execute(
                "INSERT INTO event_of (id, folder, action, status) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO UPDATE SET status = ?4",
                params![id.0.as_bytes(), folder.0.as_bytes(), action.name(), status.name()],
            ),
            Change::RemoveEvent(id) => {
                self.execute("DELETE FROM event_of WHERE id = ?1", params![id.0.as_bytes()])
            }
            Change::Notify(record) => self.notify(&record),
            Change::RemoveNotification(id) => {
                self.execute("DELETE FROM notification WHERE id = ?1", params![id.0.as_bytes()])
            }
            Change::MoveCase { case, source, target } => {
                let case = case.0.as_bytes();
                let (source, target) = (source.to_string(), target.to_string());
                self.execute(
                    "UPDATE case_of SET recipient = ?2 WHERE id = ?1",
                    params![case, target],
                )?;
                let of_case =
                    "folder = (SELECT folder FROM case_of WHERE id = ?1) AND case_id = ?1";
                for column in ["recipient", "transmitter"] {
                    let update = format!(
                        "UPDATE notification SET {column} = ?3 WHERE {of_case} AND {column} = ?2"
                    );
                    self.execute(&update, params![case, source, target])?;
                }
                Ok(())
            }
            Change::KeepBlob(key) => {
                self.execute("INSERT OR IGNORE INTO blob (key) VALUES (?1)", params![key.0])
            }
            Change::ReleaseBlob(key) => {
                self.execute("DELETE FROM blob WHERE key = ?1", params![key.0])?;
                self.after.released.push(key);
                Ok(())
            }
            Change::Mail(mail) => self.mail(mail),
            Change::Schedule { at, work } => {
                self.wake_at(at);
                self.execute(
                    "INSERT INTO due_work (at_ms, work) VALUES (?1, ?2)",
                    params![at.unix_ms(), encode(&work)?],
                )
            }
            other => self.apply_to_memory(other),
        }
    }

    fn apply_to_memory(&mut self, change: Change) -> Result<(), SqliteError> {
        match change {
            Change::PutSubscription(record) => {
                self.execute(
                    "INSERT OR REPLACE INTO subscription (id, doc) VALUES (?1, ?2)",
                    params![record.subscription.id.0.as_bytes(), encode(&record)?],
                )?;
                Arc::make_mut(self.referential).put_subscription(*record);
            }
            Change::PutOrganization(organization) => {
                self.execute(
                    "INSERT OR REPLACE INTO organization (id, doc) VALUES (?1, ?2)",
                    params![organization.identifier().to_string(), encode(&organization)?],
                )?;
                Arc::make_mut(self.referential).put_organization(*organization);
            }
            Change::PutProcess(process) => {
                self.execute(
                    "INSERT OR REPLACE INTO process (code, doc) VALUES (?1, ?2)",
                    params![process.code.as_str(), encode(&process)?],
                )?;
                Arc::make_mut(self.referential).put_process(*process);
            }
            Change::Grant { token, client_id, scope, expires } => {
                self.execute(
                    "INSERT INTO token (digest, client_id, scope, expires_ms) VALUES (?1, ?2, ?3, ?4)",
                    params![token.0, client_id, scope.name(), expires.unix_ms()],
                )?;
                self.after.tokens.push((token, TokenRow { client_id, scope, expires }));
            }
            Change::Create(_)
            | Change::Save(_)
            | Change::Remove(_)
            | Change::Event { .. }
            | Change::RemoveEvent(_)
            | Change::Notify(_)
            | Change::RemoveNotification(_)
            | Change::MoveCase { .. }
            | Change::KeepBlob(_)
            | Change::ReleaseBlob(_)
            | Change::Mail(_)
            | Change::Schedule { .. } => unreachable!("`apply` keeps these in the database alone"),
        }
        Ok(())
    }

    fn execute(&self, statement: &str, values: impl rusqlite::Params) -> Result<(), SqliteError> {
        self.connection.prepare_cached(statement)?.execute(values)?;
        Ok(())
    }

    fn wake_at(&mut self, at: Timestamp) {
        *self.next_due_ms = (*self.next_due_ms).min(at.unix_ms());
    }

    /// When the batches are to look at a télédossier, and from when on its purges are listed.
    fn dates(&mut self, folder: &Teledossier) -> (Option<i64>, Option<i64>) {
        let due = domain::next_due(folder, self.referential, self.conduct)
            .filter(|due| !self.aged || *due > self.now);
        if let Some(due) = due {
            self.wake_at(due);
        }
        let purge = domain::purge_date(folder, self.conduct);
        (due.map(Timestamp::unix_ms), purge.map(Timestamp::unix_ms))
    }

    fn create(&mut self, folder: &Teledossier) -> Result<(), SqliteError> {
        let (due, purge) = self.dates(folder);
        let id = folder.id.0.as_bytes();
        self.execute(
            "INSERT INTO teledossier (id, external_id, due_ms, purge_ms, doc) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, folder.external_id, due, purge, serde_json::to_vec(folder)?],
        )?;
        for CaseRecord { id: case, recipient, .. } in &folder.cases {
            self.execute(
                "INSERT INTO case_of (id, folder, recipient) VALUES (?1, ?2, ?3)",
                params![case.0.as_bytes(), id, recipient.to_string()],
            )?;
        }
        Ok(())
    }

    fn save(&mut self, folder: &Teledossier) -> Result<(), SqliteError> {
        let (due, purge) = self.dates(folder);
        self.execute(
            "UPDATE teledossier SET due_ms = ?2, purge_ms = ?3, doc = ?4 WHERE id = ?1",
            params![folder.id.0.as_bytes(), due, purge, serde_json::to_vec(folder)?],
        )
    }

    fn remove(&mut self, folder: &Teledossier) -> Result<(), SqliteError> {
        let id = folder.id.0.as_bytes();
        self.execute("DELETE FROM teledossier WHERE id = ?1", params![id])?;
        self.execute("DELETE FROM notification WHERE folder = ?1", params![id])?;
        for case in &folder.cases {
            self.execute("DELETE FROM case_of WHERE id = ?1", params![case.id.0.as_bytes()])?;
            for event in &case.events {
                self.execute("DELETE FROM event_of WHERE id = ?1", params![event.id.0.as_bytes()])?;
            }
        }
        Ok(())
    }

    fn notify(&mut self, record: &NotificationRecord) -> Result<(), SqliteError> {
        self.execute(
            "INSERT INTO notification \
             (id, recipient, transmitter, process, folder, case_id, event_id, visible_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                record.id.0.as_bytes(),
                record.recipient.to_string(),
                record.transmitter.to_string(),
                record.process.as_str(),
                record.folder.0.as_bytes(),
                record.case.0.as_bytes(),
                record.event.map(|event| event.0.into_bytes()),
                delivery::seen_from_ms(record.visible_from, self.conduct),
            ],
        )
    }

    fn mail(&mut self, mail: Mail) -> Result<(), SqliteError> {
        self.execute("INSERT INTO mail (doc) VALUES (?1)", params![encode(&mail)?])?;
        let oldest = self.connection.last_insert_rowid() - MAILS;
        self.execute("DELETE FROM mail WHERE seq <= ?1", params![oldest])?;
        self.after.mails.push(mail);
        Ok(())
    }
}
