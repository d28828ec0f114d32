//! What this run created on the hub, and what became of it: a run behaves as a guest and cleans up behind itself. What
//! could not be cleaned is listed in the report; it is no non-conformity.

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

    /// A télédossier is gone: a scenario deleted it itself.
    pub fn gone(&self, folder_id: &str) {
        let mut open = self.open.lock();
        let before = open.len();
        open.retain(|folder| folder.id != folder_id);
        if open.len() < before {
            self.counts.lock().1 += 1;
        }
    }

    /// Takes what a scenario left open, to be cleaned.
    #[must_use]
    pub fn take(&self, scenario: &str) -> Vec<OwnFolder> {
        self.take_where(|creator| creator == scenario)
    }

    /// Takes what the sequences of an exploration left open: their names begin with this.
    #[must_use]
    pub fn take_all_of(&self, prefix: &str) -> Vec<OwnFolder> {
        self.take_where(|creator| creator.starts_with(prefix))
    }

    fn take_where(&self, takes: impl Fn(&str) -> bool) -> Vec<OwnFolder> {
        let mut open = self.open.lock();
        let (own, others) = open.drain(..).partition(|folder| takes(&folder.scenario));
        *open = others;
        own
    }

    /// Takes everything that is still open, after an interruption.
    #[must_use]
    pub fn take_all(&self) -> Vec<OwnFolder> {
        std::mem::take(&mut *self.open.lock())
    }

    /// A télédossier was cleaned, or not (`left` says what remains and why).
    pub fn cleaned(&self, left: Option<String>) {
        match left {
            None => self.counts.lock().1 += 1,
            Some(what) => self.left.lock().push(what),
        }
    }

    /// Something else is left on the hub.
    pub fn leave(&self, what: String) {
        self.left.lock().push(what);
    }

    /// Created, removed, left.
    #[must_use]
    pub fn summary(&self) -> (u64, u64, Vec<String>) {
        let (created, removed) = *self.counts.lock();
        (created, removed, self.left.lock().clone())
    }
}
