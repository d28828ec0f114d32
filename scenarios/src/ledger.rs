//! What this run created on the hub, and what became of it: a run behaves as a guest and cleans up
//! behind itself. What could not be cleaned is listed in the report; it is no non-conformity.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;

use crate::target::Credential;

/// A télédossier of ours.
#[derive(Clone)]
pub struct OwnFolder {
    /// The scenario that created it.
    pub scenario: String,
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Who deposited it.
    pub depositor: Arc<Credential>,
    /// Its cases, with who plays the recipient of each.
    pub cases: Vec<(String, Option<Arc<Credential>>)>,
    /// Whether its completion was acknowledged: from then on it is closed, not deleted.
    pub is_completed: bool,
}

/// The record of a run.
#[derive(Default)]
pub struct Ledger {
    open: Mutex<Vec<OwnFolder>>,
    counts: Mutex<(u64, u64)>,
    left: Mutex<Vec<String>>,
    /// Whether this run holds the lease of the hub's clock.
    pub clock_held: AtomicBool,
}

impl Ledger {
    /// A télédossier was created.
    pub fn created(&self, folder: OwnFolder) {
        self.counts.lock().0 += 1;
        self.open.lock().push(folder);
    }

    /// A télédossier was completed.
    pub fn completed(&self, folder_id: &str) {
        let mut open = self.open.lock();
        if let Some(folder) = open.iter_mut().find(|folder| folder.id == folder_id) {
            folder.is_completed = true;
        }
    }

    /// A télédossier is gone: a scenario deleted it itself.
    pub fn gone(&self, folder_id: &str) {
        let mut open = self.open.lock();
        let before = open.len();
        open.retain(|folder| folder.id != folder_id);
        if open.len() < before {
            self.counts.lock().1 += 1;
        }
    }

    /// What a scenario left open.
    pub(crate) fn left_open_by(&self, scenario: &str) -> Vec<OwnFolder> {
        let open = self.open.lock();
        let own = open.iter().filter(|folder| folder.scenario == scenario);
        own.cloned().collect()
    }

    /// What the sequences of an exploration left open: their names begin with this.
    pub(crate) fn left_open_by_all_of(&self, prefix: &str) -> Vec<OwnFolder> {
        let open = self.open.lock();
        let own = open.iter().filter(|folder| folder.scenario.starts_with(prefix));
        own.cloned().collect()
    }

    /// Everything that is still open, after an interruption.
    pub(crate) fn left_open(&self) -> Vec<OwnFolder> {
        self.open.lock().clone()
    }

    /// A télédossier was cleaned, or not (`left` says what remains and why). Until then it counts
    /// as open: a run that is stopped while it cleans takes it up again.
    pub fn cleaned(&self, folder_id: &str, left: Option<String>) {
        self.open.lock().retain(|folder| folder.id != folder_id);
        match left {
            None => self.counts.lock().1 += 1,
            Some(what) => self.left.lock().push(what),
        }
    }

    /// Nothing can be cleaned any more, and why.
    pub(crate) fn leave_all(&self, why: &str) {
        for folder in self.left_open() {
            self.cleaned(
                &folder.id,
                Some(format!("télédossier {} non clos ({why})", folder.number)),
            );
        }
    }

    /// Something else is left on the hub.
    pub fn leave(&self, what: String) {
        self.left.lock().push(what);
    }

    /// Created, removed, left.
    pub fn summary(&self) -> (u64, u64, Vec<String>) {
        let (created, removed) = *self.counts.lock();
        (created, removed, self.left.lock().clone())
    }
}
