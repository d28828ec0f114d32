//! A hub in service: where it answers, what it has seen, and how it stops.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::exchange::{Api, Exchange};
use contract::misbehaviour::{Misbehaved, Misbehaviour};
use contract::timestamp::Timestamp;

use crate::control;
use crate::faults::Conduct;
use crate::hub::Hub;
use crate::journal::Journal;
use crate::router::api_path;
use crate::serve::{Panics, Server};
use crate::start::DataDirectory;
use crate::store::{Overview, Store as _, StoreError};
use crate::target::{self, Offer};

/// Where a hub answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// Folders, cases, events, attachments, notifications.
    pub teledossiers: String,
    /// Subscriptions, organizations, processes.
    pub referential: String,
    /// Tokens.
    pub token: String,
    /// The clock, where it can be moved.
    pub clock: Option<String>,
    /// The mails, where anybody may read them.
    pub mails: Option<String>,
    /// Whether it is up.
    pub health: String,
}

/// A hub in service. Dropped without [`RunningHub::stop`], it stops with the runtime.
pub struct RunningHub {
    pub(crate) hub: Arc<Hub>,
    pub(crate) server: Server,
    pub(crate) panics: Panics,
    pub(crate) authority: Option<(PathBuf, String)>,
    pub(crate) data: DataDirectory,
}

impl RunningHub {
    /// Where it answers.
    pub fn urls(&self) -> Urls {
        let (origin, base) = (&self.hub.origin, &self.hub.config.base_path);
        let controlled = self.hub.control_secret.as_ref();
        Urls {
            teledossiers: format!("{origin}{base}{}", api_path(Api::Teledossiers)),
            referential: format!("{origin}{base}{}", api_path(Api::Referential)),
            token: format!("{origin}{base}{}", api_path(Api::Token)),
            clock: controlled
                .and(self.hub.steering.as_ref())
                .map(|_| format!("{origin}{}", control::CLOCK)),
            mails: controlled.map(|_| format!("{origin}{}", control::MAILS)),
            health: format!("{origin}/healthz"),
        }
    }

    /// Where it listens, with the port it got.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Where its data lies.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The file and the text (PEM) of the authority that clients must trust, under https.
    pub fn authority(&self) -> Option<(&Path, &str)> {
        self.authority.as_ref().map(|(path, pem)| (path.as_path(), pem.as_str()))
    }

    /// How many panics were caught: each is a bug of the hub.
    pub fn panics(&self) -> u64 {
        self.panics.count()
    }

    /// The exchanges so far, oldest first; none unless [`Config::journal`] asks for them.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.hub.journal.as_ref().map(Journal::exchanges).unwrap_or_default()
    }

    /// The exchanges since the last time, oldest first: the hub keeps them no longer.
    pub fn take_exchanges(&self) -> Vec<Exchange> {
        self.hub.journal.as_ref().map(Journal::take_exchanges).unwrap_or_default()
    }

    /// How many calls are being served: begun, and their answers not sent to the end. The bench's
    /// own are left out, as they are of the exchanges.
    pub fn calls_being_served(&self) -> usize {
        self.hub.journal.as_ref().map(Journal::being_served).unwrap_or_default()
    }

    /// Replaces what is to be done badly from now on; nothing, on a hub that is no bench.
    pub fn misbehave(&self, plan: Vec<Misbehaviour>) {
        if let Some(bench) = &self.hub.bench {
            bench.misbehave(plan);
        }
    }

    /// What was done badly so far, but the first `from`.
    pub fn misbehaved(&self, from: usize) -> Vec<Misbehaved> {
        let bench = self.hub.bench.as_ref();
        bench.map(|bench| bench.misbehaved(from)).unwrap_or_default()
    }

    /// Which rules it keeps: to switch its faults while it serves.
    pub fn conduct(&self) -> Conduct {
        self.hub.conduct.clone()
    }

    /// Its time.
    pub fn now(&self) -> Timestamp {
        self.hub.clock.now()
    }

    /// What it holds, for who watches it.
    pub async fn overview(&self) -> Result<Overview, StoreError> {
        self.hub.store.overview().await
    }

    /// A target file for this very hub (interfaces, "Target file"), secrets included.
    pub fn target_file(&self) -> String {
        let referential = self.hub.store.referential();
        target::write(&Offer {
            urls: &self.urls(),
            config: &self.hub.config,
            control_secret: self.hub.control_secret.as_ref(),
            authority: self.authority().map(|(path, _)| path),
            referential: &referential,
        })
    }

    /// Stops: accepts nothing more, lets calls in progress end, and removes the data if it was
    /// temporary.
    pub async fn stop(self) {
        self.server.stop().await;
        tracing::info!("the hub is down");
        drop(self.hub);
        drop(self.data);
    }
}
