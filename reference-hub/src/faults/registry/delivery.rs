//! Faults of the rules DEL: delivery; and FOL-12, which spoils what is written in the same place.

use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::Duration;

use contract::ids::{CaseId, FolderId, NotificationId, OrganizationIdentifier, ProcessCode};
use contract::status::CaseStatus;
use contract::timestamp::Timestamp;
use rusqlite::Connection;

use crate::domain::{
    Change, Command, Context, DomainError, NotificationRecord, Outcome, Teledossier,
};
use crate::faults::{Conduct, FaultEntry, fault, rule};
use crate::referential::Referential;
use crate::store::StoreError;

/// Which completions come at once with another depends on the moment, and so does who waits in
/// vain.
const IN_VAIN: &str = "a completion at the same moment as another notifies nobody: who waits \
            for it waits in vain (contract §6)";
const UNNOTIFIED: &[(&str, &str)] = &[
    ("FOL-13", IN_VAIN),
    ("FOL-18", IN_VAIN),
    ("FOL-19", IN_VAIN),
    ("FOL-20", IN_VAIN),
    ("NOT-05", IN_VAIN),
    ("NOT-09", IN_VAIN),
    ("NOT-12", IN_VAIN),
    ("NOT-13", IN_VAIN),
    ("NOT-15", IN_VAIN),
    ("OWN-05", IN_VAIN),
    ("CAS-14", IN_VAIN),
    ("DEL-02", IN_VAIN),
    ("DEL-03", IN_VAIN),
];

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("DEL-01", "of several completions at once, some notify nobody").perhaps(UNNOTIFIED),
    fault("DEL-02", "the last télédossiers deposited are lost at a restart"),
    fault("DEL-03", "a completion whose client is gone notifies nobody"),
    fault("DEL-04", "notifications come two seconds late").recorded(),
    fault("DEL-05", "completions at once of one folder notify each"),
    fault("DEL-05.number", "of creations at once of one number, the last one overwrites"),
    fault(
        "DEL-05.stale",
        "of events or files at once in one folder, the last one loses the others",
    ),
];

/// How long the writer waits for others to come.
const WAIT: Duration = Duration::from_millis(15);
/// How long a client has to hang up.
const PATIENCE: Duration = Duration::from_millis(100);
/// How many completions at once are borne.
const AT_ONCE: u32 = 2;
/// How many télédossiers a restart loses.
const LOST: u32 = 5;
/// How late a notification comes.
const LATE_MS: i64 = 2_000;

/// What goes wrong where things are written, when these rules are not kept; otherwise nothing.
#[derive(Debug, Default)]
pub(crate) struct Mishaps {
    /// Numbers of folders that were refused.
    lost_numbers: HashSet<String>,
    /// Completions of this commit.
    completions: u32,
    /// Folders completed in this commit, numbers created in it, and folders as they were before it.
    completed: HashSet<FolderId>,
    created: HashSet<String>,
    before: HashMap<FolderId, Teledossier>,
    /// Whether the command in hand notifies nobody.
    pub(crate) silent: bool,
}

impl Mishaps {
    /// Before a commit gathers its commands.
    pub(crate) fn wait(conduct: &Conduct) {
        let [at_once, number, stale] =
            [rule!("DEL-05"), rule!("DEL-05", "number"), rule!("DEL-05", "stale")];
        if [rule!("DEL-01"), at_once, number, stale].into_iter().any(|rule| !conduct.keeps(rule)) {
            thread::sleep(WAIT);
        }
    }

    pub(crate) fn begin(&mut self) {
        self.completions = 0;
        self.completed.clear();
        self.created.clear();
        self.before.clear();
    }

    /// DEL-05: what a command sees that does not see what others of its commit did.
    pub(crate) fn seen(
        &mut self,
        command: &Command,
        found: Option<Teledossier>,
        conduct: &Conduct,
    ) -> Option<Teledossier> {
        let mut folder = found?;
        match command {
            Command::UpdateFolder { request, .. }
                if request.global_status == "HUBEE_COMPLETED"
                    && !conduct.keeps(rule!("DEL-05"))
                    && !self.completed.insert(folder.id) =>
            {
                folder.completed = None;
                folder.status = CaseStatus::HubeeReceived;
            }
            Command::CreateEvent { .. } | Command::RecordUpload { .. }
                if !conduct.keeps(rule!("DEL-05", "stale")) =>
            {
                return Some(self.before.entry(folder.id).or_insert(folder).clone());
            }
            _ => {}
        }
        Some(folder)
    }

    /// DEL-05: whether a télédossier of this number was created in this commit, which is not seen.
    pub(crate) fn overwrites(&mut self, number: &str, conduct: &Conduct) -> bool {
        !conduct.keeps(rule!("DEL-05", "number")) && !self.created.insert(number.to_owned())
    }

    /// FOL-12: what a creation for several recipients tells those that are known, before it is
    /// refused for another.
    pub(crate) fn hasty(
        command: &Command,
        referential: &Referential,
        context: &Context<'_>,
    ) -> Vec<Change> {
        let Command::CreateFolder { request, caller } = command else {
            return Vec::new();
        };
        let process = ProcessCode::try_from(request.process_code.as_str());
        let (Ok(process), true) = (process, request.cases.len() > 1) else {
            return Vec::new();
        };
        if context.keeps(rule!("FOL-12", "notified")) {
            return Vec::new();
        }
        let recipients = request.cases.iter().filter_map(|case| case.recipient.as_ref());
        let known = recipients.filter(|one| referential.organization(one).is_some());
        let notify = |recipient: &OrganizationIdentifier| {
            Change::Notify(NotificationRecord {
                id: NotificationId(context.ids.fresh()),
                recipient: recipient.clone(),
                transmitter: caller.organization.clone(),
                process: process.clone(),
                folder: FolderId(context.ids.fresh()),
                case: CaseId(context.ids.fresh()),
                event: None,
                visible_from: context.now,
            })
        };
        known.map(notify).collect()
    }

    /// ERR-06: the folder that its deletion dates as closed, though it is refused.
    pub(crate) fn closed(command: &Command, conduct: &Conduct) -> Option<FolderId> {
        match command {
            Command::DeleteFolder { folder, .. } if !conduct.keeps(rule!("ERR-06")) => {
                Some(*folder)
            }
            _ => None,
        }
    }

    /// Before a command: one completion too many at once, or one whose client is gone, notifies
    /// nobody.
    pub(crate) fn look(
        &mut self,
        command: &Command,
        is_abandoned: impl Fn() -> bool,
        conduct: &Conduct,
    ) {
        let completes = matches!(
            command,
            Command::UpdateFolder { request, .. } if request.global_status == "HUBEE_COMPLETED"
        );
        self.completions += u32::from(completes);
        let crowded = self.completions > AT_ONCE && !conduct.keeps(rule!("DEL-01"));
        let torn = completes && !conduct.keeps(rule!("DEL-03")) && {
            thread::sleep(PATIENCE);
            is_abandoned()
        };
        self.silent = completes && (crowded || torn);
    }

    /// The number of a folder of several recipients.
    pub(crate) fn number_of(command: &Command) -> Option<String> {
        match command {
            Command::CreateFolder { request, .. } if request.cases.len() > 1 => {
                Some(request.external_id.clone())
            }
            _ => None,
        }
    }

    /// After a command: the number of a folder refused for one reason stays taken.
    pub(crate) fn note(
        &mut self,
        number: Option<String>,
        answer: &Result<Outcome, StoreError>,
        conduct: &Conduct,
    ) {
        if let (Some(number), Err(StoreError::Domain(DomainError::Invalid(reasons)))) =
            (number, answer)
            && reasons.len() == 1
            && !conduct.keeps(rule!("FOL-12"))
        {
            self.lost_numbers.insert(number);
        }
    }

    /// Refuses a number that stayed taken.
    pub(crate) fn refuse(&self, number: &str) -> Result<(), DomainError> {
        match self.lost_numbers.contains(number) {
            true => Err(DomainError::invalid(format!("Folder {number} already exists"))),
            false => Ok(()),
        }
    }
}

/// DEL-04: when a notification can be seen, if it is late.
pub(crate) fn seen_from_ms(visible_from: Timestamp, conduct: &Conduct) -> i64 {
    let late = if conduct.keeps(rule!("DEL-04")) { 0 } else { LATE_MS };
    visible_from.unix_ms() + late
}

/// DEL-02: what was deposited last is lost at a restart.
pub(crate) fn forget_the_last(connection: &Connection, conduct: &Conduct) -> rusqlite::Result<()> {
    if !conduct.keeps(rule!("DEL-02")) {
        let statement =
            "DELETE FROM teledossier WHERE row > (SELECT max(row) FROM teledossier) - ?1";
        connection.execute(statement, [LOST])?;
    }
    Ok(())
}
