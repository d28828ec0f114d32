//! The one thread that writes: takes what waits, decides and applies each command in its savepoint,
//! commits them together, and only then answers. Work whose time has come is done first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::ids::FolderId;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::apply::{AfterCommit, Applying};
use super::{RandomIds, Shared, SqliteError, rows};
use crate::domain::{self, Change, Command, Context, Decision, DueWork, Outcome, State, Subject};
use crate::faults::delivery::Mishaps;
use crate::referential::Referential;
use crate::store::StoreError;

/// How often the clock is looked at when nothing else happens.
const TICK: Duration = Duration::from_millis(20);
/// How many commands one commit takes: enough to share its cost, few enough not to make the first
/// one wait.
const GROUP: usize = 256;
/// How long what was written stays in the log alone when nothing else happens.
const CHECKPOINT: Duration = Duration::from_secs(10);
/// How many due works are done between two looks at the clock.
const DUE_BATCH: u32 = 500;

/// A command, and who waits for what comes of it.
pub(super) struct Job {
    pub(super) command: Command,
    pub(super) reply: oneshot::Sender<Result<Outcome, StoreError>>,
}

pub(super) struct Writer {
    connection: Connection,
    shared: Arc<Shared>,
    referential: Arc<Referential>,
    next_due_ms: i64,
    /// The first commit since the log was last brought into the database.
    logged_since: Option<Instant>,
    /// What spoils delivery, on purpose only.
    mishaps: Mishaps,
}

type Answer = (oneshot::Sender<Result<Outcome, StoreError>>, Result<Outcome, StoreError>);

impl Writer {
    pub(super) fn new(connection: Connection, shared: Arc<Shared>) -> Self {
        let referential = shared.referential.read().clone();
        // The first look at the clock finds out what is due.
        Self {
            connection,
            shared,
            referential,
            next_due_ms: i64::MIN,
            logged_since: None,
            mishaps: Mishaps::default(),
        }
    }

    /// Works until nobody can send commands any more.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(TICK) {
                Ok(first) => {
                    Mishaps::wait(&self.shared.conduct);
                    let others = std::iter::from_fn(|| jobs.try_recv().ok());
                    let group = std::iter::once(first).chain(others).take(GROUP).collect();
                    self.commit(group);
                }
                Err(RecvTimeoutError::Timeout) if self.is_something_due() => {
                    self.commit(Vec::new());
                }
                Err(RecvTimeoutError::Timeout) => {
                    if self.logged_since.is_some_and(|since| since.elapsed() >= CHECKPOINT) {
                        self.checkpoint("PASSIVE");
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return self.checkpoint("TRUNCATE"),
            }
        }
    }

    /// Brings the log into the database: what is there no damaged log can lose.
    fn checkpoint(&mut self, mode: &str) {
        self.logged_since = None;
        let done =
            self.connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                row.get::<_, i64>(0)
            });
        if let Err(error) = done {
            tracing::warn!(%error, "the log was not brought into the database");
        }
    }

    fn is_something_due(&self) -> bool {
        self.next_due_ms <= self.shared.clock.now().unix_ms()
    }

    fn commit(&mut self, group: Vec<Job>) {
        let mut after = AfterCommit::default();
        let mut answers = Vec::with_capacity(group.len());
        let committed = self.transaction(group, &mut after, &mut answers);
        match committed {
            Ok(()) => {
                self.logged_since.get_or_insert_with(Instant::now);
                self.publish(after);
            }
            Err(error) => {
                tracing::error!(%error, "a commit failed: nothing of it is kept");
                self.referential = self.shared.referential.read().clone();
                self.next_due_ms = i64::MIN;
                if !self.connection.is_autocommit()
                    && let Err(error) = self.connection.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "the failed commit could not be rolled back");
                }
                for (_, answer) in &mut answers {
                    *answer = Err(StoreError::Unavailable(error.to_string()));
                }
            }
        }
        for (reply, answer) in answers {
            // Who asked may have gone away meanwhile; what was done stays done.
            let _ = reply.send(answer);
        }
    }

    fn transaction(
        &mut self,
        group: Vec<Job>,
        after: &mut AfterCommit,
        answers: &mut Vec<Answer>,
    ) -> Result<(), SqliteError> {
        if let Err(error) = self.connection.execute_batch("BEGIN IMMEDIATE") {
            answers.extend(group.into_iter().map(|job| {
                (job.reply, Err(StoreError::Unavailable("the database is locked".to_owned())))
            }));
            return Err(error.into());
        }
        if self.is_something_due()
            && let Err(error) = self.run_due_work(after)
        {
            answers
                .extend(group.into_iter().map(|job| (job.reply, Err(SqliteError::GivenUp.into()))));
            return Err(error);
        }
        self.mishaps.begin();
        let shared = Arc::clone(&self.shared);
        let context = shared.context(&RandomIds);
        let mut group = group.into_iter();
        while let Some(Job { command, reply }) = group.next() {
            self.mishaps.look(&command, || reply.is_closed(), &self.shared.conduct);
            let number = Mishaps::number_of(&command);
            let mut hasty = Mishaps::hasty(&command, &self.referential, &context);
            if let Some(folder) = Mishaps::closed(&command, context.conduct) {
                hasty.extend(self.closing(folder, &context)?);
            }
            let answer = self.savepoint(after, |writer, after| writer.execute(command, after));
            self.mishaps.note(number, &answer, &self.shared.conduct);
            if answer.is_err() && self.apply(hasty, &context, after, false).is_err() {
                tracing::error!("what a refusal does on purpose could not be done");
            }
            answers.push((reply, answer));
            if self.connection.is_autocommit() {
                // What follows would be kept one by one, and what went before is not.
                let refused = |job: Job| (job.reply, Err(SqliteError::GivenUp.into()));
                answers.extend(group.map(refused));
                return Err(SqliteError::GivenUp);
            }
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Runs one command; when it is refused or fails, nothing of it is kept, and the others are not
    /// concerned.
    fn savepoint<T>(
        &mut self,
        after: &mut AfterCommit,
        work: impl FnOnce(&mut Self, &mut AfterCommit) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let before = Arc::clone(&self.referential);
        self.batch("SAVEPOINT command")?;
        let mut own = AfterCommit::default();
        let result = catch_unwind(AssertUnwindSafe(|| work(self, &mut own)))
            .unwrap_or_else(|_| Err(StoreError::Unavailable("a rule panicked".to_owned())));
        if result.is_ok() {
            self.batch("RELEASE command")?;
            after.released.append(&mut own.released);
            after.mails.append(&mut own.mails);
            after.tokens.append(&mut own.tokens);
        } else {
            self.referential = before;
            self.batch("ROLLBACK TO command; RELEASE command")?;
        }
        result
    }

    fn batch(&self, statements: &str) -> Result<(), StoreError> {
        for statement in statements.split("; ") {
            self.connection
                .prepare_cached(statement)
                .and_then(|mut it| it.execute([]))
                .map_err(SqliteError::from)?;
        }
        Ok(())
    }

    /// The date of its closing, and nothing else, given to a folder.
    fn closing(
        &self,
        folder: FolderId,
        context: &Context<'_>,
    ) -> Result<Option<Change>, SqliteError> {
        let found = rows::folder(&self.connection, folder)?;
        Ok(found.map(|mut folder| {
            folder.closed = Some(context.now);
            Change::Save(Box::new(folder))
        }))
    }

    fn execute(
        &mut self,
        command: Command,
        after: &mut AfterCommit,
    ) -> Result<Outcome, StoreError> {
        match command.subject() {
            Subject::Nothing => {
                if matches!(command, Command::RunDueWork) {
                    self.run_due_work(after)?;
                }
                self.decide(None, command, after)
            }
            Subject::Number(number) => {
                self.mishaps.refuse(&number)?;
                let mut found = rows::folder_of_number(&self.connection, &number)?;
                if self.mishaps.overwrites(&number, &self.shared.conduct)
                    && let Some(first) = found.take()
                {
                    let shared = Arc::clone(&self.shared);
                    let first = Change::Remove(Box::new(first));
                    self.apply(vec![first], &shared.context(&RandomIds), after, false)?;
                }
                self.decide(found, command, after)
            }
            Subject::Folder(id) => {
                let found = rows::folder(&self.connection, id)?;
                self.decide(found, command, after)
            }
            Subject::Case(id) => {
                let found = rows::folder_of_case(&self.connection, id)?;
                self.decide(found, command, after)
            }
            Subject::Notification(_) => self.decide(None, command, after),
            Subject::CasesOf(recipient) => {
                let folders = rows::folders_of_recipient(&self.connection, &recipient)?;
                self.decide_each(folders, &command, after)
            }
            Subject::Cases(cases) => {
                let mut folders = Vec::new();
                for case in cases {
                    let found = rows::folder_id_of_case(&self.connection, case)?;
                    folders.extend(found.filter(|folder| !folders.contains(folder)));
                }
                self.decide_each(folders, &command, after)
            }
        }
    }

    fn decide_each(
        &mut self,
        folders: Vec<FolderId>,
        command: &Command,
        after: &mut AfterCommit,
    ) -> Result<Outcome, StoreError> {
        let mut outcome = self.decide(None, command.clone(), after)?;
        for id in folders {
            let found = rows::folder(&self.connection, id)?;
            outcome = outcome.and(self.decide(found, command.clone(), after)?);
        }
        Ok(outcome)
    }

    fn decide(
        &mut self,
        teledossier: Option<domain::Teledossier>,
        command: Command,
        after: &mut AfterCommit,
    ) -> Result<Outcome, StoreError> {
        let shared = Arc::clone(&self.shared);
        let context = shared.context(&RandomIds);
        let referential = Arc::clone(&self.referential);
        let mut state = State::of(&referential);
        let teledossier = self.mishaps.seen(&command, teledossier, context.conduct);
        state.teledossier = teledossier.map(Box::new);
        if let Subject::Notification(id) = command.subject() {
            state.notification = rows::notification(&self.connection, id)?;
        }
        let Decision { mut changes, outcome } = domain::decide(state, command, &context)?;
        if self.mishaps.silent {
            changes.retain(|change| !matches!(change, Change::Notify(_)));
        }
        drop(referential);
        self.apply(changes, &context, after, false)?;
        Ok(outcome)
    }

    fn apply(
        &mut self,
        changes: Vec<Change>,
        context: &Context<'_>,
        after: &mut AfterCommit,
        aged: bool,
    ) -> Result<(), SqliteError> {
        let mut applying = Applying {
            connection: &self.connection,
            referential: &mut self.referential,
            after,
            next_due_ms: &mut self.next_due_ms,
            now: context.now,
            conduct: context.conduct,
            aged,
        };
        changes.into_iter().try_for_each(|change| applying.apply(change))
    }

    /// Does everything whose time has come, then finds out when to look again.
    fn run_due_work(&mut self, after: &mut AfterCommit) -> Result<(), SqliteError> {
        let now_ms = self.shared.clock.now().unix_ms();
        loop {
            let scheduled = self.scheduled(now_ms)?;
            let aged = self.aged(now_ms)?;
            if scheduled.is_empty() && aged.is_empty() {
                break;
            }
            for (row, work) in scheduled {
                self.connection
                    .prepare_cached("DELETE FROM due_work WHERE seq = ?1")?
                    .execute([row])?;
                self.do_work(&work, after)?;
            }
            for folder in aged {
                self.do_work(&DueWork::Age { folder }, after)?;
            }
        }
        self.next_due_ms = self
            .connection
            .prepare_cached(
                "SELECT min(ifnull((SELECT min(at_ms) FROM due_work), ?1), \
             ifnull((SELECT min(due_ms) FROM teledossier WHERE due_ms IS NOT NULL), ?1))",
            )?
            .query_row([i64::MAX], |row| row.get(0))?;
        Ok(())
    }

    fn scheduled(&self, now_ms: i64) -> Result<Vec<(i64, DueWork)>, SqliteError> {
        let query = "SELECT seq, work FROM due_work WHERE at_ms <= ?1 ORDER BY at_ms, seq LIMIT ?2";
        let mut statement = self.connection.prepare_cached(query)?;
        let found = statement.query_map(params![now_ms, DUE_BATCH], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?))
        })?;
        found
            .map(|row| {
                row.map_err(SqliteError::from)
                    .and_then(|(seq, work)| Ok((seq, rows::decode(work.as_bytes())?)))
            })
            .collect()
    }

    fn aged(&self, now_ms: i64) -> Result<Vec<FolderId>, SqliteError> {
        let query = "SELECT id FROM teledossier WHERE due_ms <= ?1 LIMIT ?2";
        let mut statement = self.connection.prepare_cached(query)?;
        let found = statement.query_map(params![now_ms, DUE_BATCH], |row| {
            row.get::<_, [u8; 16]>(0).map(|id| FolderId(Uuid::from_bytes(id)))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn do_work(&mut self, work: &DueWork, after: &mut AfterCommit) -> Result<(), SqliteError> {
        let shared = Arc::clone(&self.shared);
        let context = shared.context(&RandomIds);
        let referential = Arc::clone(&self.referential);
        let mut state = State::of(&referential);
        state.teledossier = rows::folder(&self.connection, work.folder())?.map(Box::new);
        let decision = domain::decide_due(state, work, &context);
        drop(referential);
        let aging = matches!(work, DueWork::Age { .. });
        if decision.changes.is_empty() && aging {
            // Nothing to do after all: not to be asked again until it changes.
            self.connection
                .prepare_cached("UPDATE teledossier SET due_ms = NULL WHERE id = ?1")?
                .execute([work.folder().0.as_bytes()])?;
        }
        self.apply(decision.changes, &context, after, aging)
    }

    fn publish(&self, after: AfterCommit) {
        if !Arc::ptr_eq(&self.referential, &self.shared.referential.read()) {
            *self.shared.referential.write() = Arc::clone(&self.referential);
        }
        if !after.tokens.is_empty() {
            self.shared.tokens.write().extend(after.tokens);
        }
        for key in &after.released {
            self.shared.observer.blob_released(key);
        }
        for mail in &after.mails {
            self.shared.observer.mail_written(mail);
        }
    }
}
