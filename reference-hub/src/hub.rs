//! What every call is served with: the parts of a running hub, put together once at the start.

use std::sync::Arc;

use crate::antivirus::Scanner;
use crate::bench::Bench;
use crate::blobs::Blobs;
use crate::clock::{Clock, SteerableClock};
use crate::config::Config;
use crate::faults::{Clause, Conduct, TokenUses};
use crate::gateway::Gatekeeper;
use crate::journal::Journal;
use crate::referential::Secret;
use crate::store::SqliteStore;

/// The parts of a running hub.
pub(crate) struct Hub {
    /// What it was asked to be.
    pub(crate) config: Config,
    /// Which rules it keeps.
    pub(crate) conduct: Conduct,
    /// The time it lives by.
    pub(crate) clock: Arc<dyn Clock>,
    /// The same clock, where it may be moved.
    pub(crate) steering: Option<Arc<SteerableClock>>,
    /// The tokens not used yet: only its faults ask for them.
    pub(crate) token_uses: TokenUses,
    /// What it keeps.
    pub(crate) store: Arc<SqliteStore>,
    /// The binaries.
    pub(crate) blobs: Blobs,
    /// What stands before it: quotas and statistics.
    pub(crate) gatekeeper: Gatekeeper,
    /// Who looks for viruses.
    pub(crate) scanner: Box<dyn Scanner>,
    /// The record of exchanges, where one is kept.
    pub(crate) journal: Option<Journal>,
    /// What misbehaves on demand, on a test bench only.
    pub(crate) bench: Option<Bench>,
    /// Who may do what lies under `/_etalon/`; nobody without one.
    pub(crate) control_secret: Option<Secret>,
    /// How clients reach it, such as `http://127.0.0.1:8080`.
    pub(crate) origin: String,
}

impl Hub {
    /// Whether a rule is kept: asked where it is implemented.
    pub(crate) fn keeps(&self, clause: Clause) -> bool {
        self.conduct.keeps(clause)
    }
}
