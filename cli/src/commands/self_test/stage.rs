//! One certification of one bundled hub, quietly: starts it broken or bent as asked, plays the selection, stops it, keeps
//! what was seen. Judges nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reports::Lang;
use scenarios::plan::Selection;
use scenarios::run::{Options, draw_run_id};

use super::super::{certify_hub, fail};
use super::matrix::Seen;
use crate::bundled::BundledHub;
use crate::exit::Exit;
use crate::interrupt::Signals;

/// How long a notification or a verdict may take here: the hub is ours and answers at once, and a fault that keeps one
/// back is waited for in scenario after scenario.
const DELIVERY: Duration = Duration::from_secs(4);

/// A hub to certify.
pub(super) struct Hub {
    faults: Vec<String>,
    options: Vec<String>,
}

impl Hub {
    pub(super) fn whole() -> Self {
        Self::broken([])
    }

    /// The same, served with these options.
    pub(super) fn with(self, options: &[&str]) -> Self {
        Self {
            options: options.iter().map(ToString::to_string).collect(),
            ..self
        }
    }

    pub(super) fn broken<'a>(faults: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            faults: faults.into_iter().map(str::to_owned).collect(),
            options: Vec::new(),
        }
    }
}

/// Where the matrix is played.
pub(super) struct Stage<'a> {
    pub(super) directory: PathBuf,
    pub(super) signals: &'a Signals,
    pub(super) patience: Duration,
    pub(super) seed: u64,
    /// Hubs certified at once.
    pub(super) jobs: usize,
}

impl Stage<'_> {
    /// Certifies a hub; its report is left under this name.
    pub(super) fn certify(
        &self,
        name: &str,
        hub: &Hub,
        selection: &Selection,
    ) -> Result<Seen, Exit> {
        let started = Instant::now();
        let directory = self.directory.join(name);
        std::fs::create_dir_all(&directory)
            .map_err(|error| fail(Exit::Usage, &format!("{}: {error}", directory.display())))?;
        let bundled = BundledHub::start(&hub.faults, &hub.options, &directory.join("hub.log"))
            .map_err(|error| fail(Exit::Bug, &error))?;
        let mut target = bundled.target.clone();
        target.limits.delivery = DELIVERY;
        target.limits.scan = DELIVERY;
        let options = Options {
            run_id: draw_run_id(),
            selection: selection.clone(),
            patience: self.patience,
            seed: self.seed,
            etalon: env!("CARGO_PKG_VERSION").to_owned(),
            expectations: Vec::new(),
        };
        let judged = certify_hub::judge(
            &Arc::new(target),
            &options,
            &directory,
            Lang::Fr,
            self.signals,
            |_| (),
        );
        let panicked = bundled.stop();
        if let Some(exit) = self.signals.exit() {
            return Err(exit);
        }
        let duration = started.elapsed();
        Ok(match judged {
            Ok((exit, run)) => Seen::of(&run, exit, panicked, duration),
            // It has been said on standard error; the matrix goes on without that run.
            Err(exit) => Seen::prevented(exit, duration),
        })
    }

    /// Progress, on standard error.
    pub(super) fn say(&self, line: &str) {
        super::super::say(line);
    }
}
