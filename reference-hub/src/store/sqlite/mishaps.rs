//! What goes wrong where things are written, when the rules of delivery are broken on purpose
//! (DEL-01, DEL-02, DEL-03, FOL-12). Without these faults it does nothing.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::StoreFault;
use crate::domain::{Command, DomainError, Outcome};
use crate::faults::{FaultSet, fault};
use crate::store::StoreError;

/// How long the writer waits for others to come.
const WAIT: Duration = Duration::from_millis(15);
/// How long a client has to hang up.
const PATIENCE: Duration = Duration::from_millis(100);
/// How many completions at once are borne.
const AT_ONCE: u32 = 2;
/// How many télédossiers a restart loses.
const LOST: u32 = 5;

#[derive(Debug, Default)]
pub(super) struct Mishaps {
    /// Numbers of folders that were refused.
    kept: HashSet<String>,
    /// Completions of this commit.
    completions: u32,
    /// Whether the command in hand notifies nobody.
    pub(super) silent: bool,
}

impl Mishaps {
    /// Before a commit gathers its commands.
    pub(super) fn wait(faults: &FaultSet) {
        if faults.breaks(fault!("DEL-01")) {
            thread::sleep(WAIT);
        }
    }

    pub(super) fn begin(&mut self) {
        self.completions = 0;
    }

    /// Before a command: one completion too many at once, or one whose client is gone, notifies
    /// nobody.
    pub(super) fn look(
        &mut self,
        command: &Command,
        is_abandoned: impl Fn() -> bool,
        faults: &FaultSet,
    ) {
        let completes = matches!(command, Command::UpdateFolder { request, .. } if request.global_status == "HUBEE_COMPLETED");
        self.completions += u32::from(completes);
        let crowded = self.completions > AT_ONCE && faults.breaks(fault!("DEL-01"));
        let torn = completes && faults.breaks(fault!("DEL-03")) && {
            thread::sleep(PATIENCE);
            is_abandoned()
        };
        self.silent = completes && (crowded || torn);
    }

    /// The number of a folder of several recipients.
    pub(super) fn number_of(&self, command: &Command) -> Option<String> {
        match command {
            Command::CreateFolder { request, .. } if request.cases.len() > 1 => {
                Some(request.external_id.clone())
            }
            _ => None,
        }
    }

    /// After a command: the number of a folder refused for one reason stays taken.
    pub(super) fn note(
        &mut self,
        number: Option<String>,
        answer: &Result<Outcome, StoreError>,
        faults: &FaultSet,
    ) {
        if let (Some(number), Err(StoreError::Domain(DomainError::Invalid(reasons)))) =
            (number, answer)
            && reasons.len() == 1
            && faults.breaks(fault!("FOL-12"))
        {
            self.kept.insert(number);
        }
    }

    pub(super) fn is_kept(&self, number: &str) -> bool {
        self.kept.contains(number)
    }
}

/// DEL-02 broken: what was deposited last is lost at a restart.
pub(super) fn forget_the_last(
    connection: &Connection,
    faults: &FaultSet,
) -> Result<(), StoreFault> {
    if faults.breaks(fault!("DEL-02")) {
        let statement =
            "DELETE FROM teledossier WHERE row > (SELECT max(row) FROM teledossier) - ?1";
        connection.execute(statement, [LOST])?;
    }
    Ok(())
}
