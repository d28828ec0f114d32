//! One certification of one bundled hub, quietly: starts it broken or bent as asked, plays the
//! selection, stops it, keeps what was seen. Judges nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reports::Lang;
use scenarios::plan::Selection;
use scenarios::run::{Options, draw_run_id};

use super::super::{fail, hub_run};
use super::matrix::Seen;
use super::sites::Sites;
use crate::bundled::BundledHub;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::sealing::provenance;

/// How long a notification or a verdict may take here: the hub is ours and answers at once, and a
/// fault that keeps one back is waited for in scenario after scenario.
const DELIVERY: Duration = Duration::from_secs(4);

/// The bundled hub, broken or bent as asked.
pub(super) struct HubVariant {
    faults: Vec<String>,
    options: Vec<String>,
    /// Whether scenarios are played one after another, so that what the hub does is one scenario's
    /// doing.
    one_at_a_time: bool,
}

impl HubVariant {
    pub(super) fn whole() -> Self {
        Self::broken([])
    }

    /// The same, served with these options.
    pub(super) fn with(self, options: &[&str]) -> Self {
        Self { options: options.iter().map(ToString::to_string).collect(), ..self }
    }

    /// The same, telling which faults are looked for.
    pub(super) fn recording_sites(self) -> Self {
        Self { one_at_a_time: true, ..self.with(&["--record-fault-sites"]) }
    }

    pub(super) fn broken<'a>(faults: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            faults: faults.into_iter().map(str::to_owned).collect(),
            options: Vec::new(),
            one_at_a_time: false,
        }
    }
}

/// Where the matrix is played.
pub(super) struct MatrixRun<'a> {
    pub(super) directory: PathBuf,
    pub(super) signals: &'a Signals,
    pub(super) patience: Duration,
    pub(super) seed: u64,
    /// Hubs certified at once.
    pub(super) jobs: usize,
    /// Language of the reports.
    pub(super) lang: Lang,
}

impl MatrixRun<'_> {
    /// Certifies a hub; its report is left under this name.
    pub(super) fn certify(
        &self,
        name: &str,
        hub: &HubVariant,
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
        if hub.one_at_a_time {
            target.limits.concurrency = 1;
        }
        let options = Options {
            run_id: draw_run_id(),
            selection: selection.clone(),
            patience: self.patience,
            seed: self.seed,
            etalon: env!("CARGO_PKG_VERSION").to_owned(),
            expectations: Vec::new(),
            quota_hubs: Vec::new(),
        };
        let from = provenance(&target, true, &hub.faults);
        let judged = hub_run::judge(
            &Arc::new(target),
            &options,
            &directory,
            self.lang,
            self.signals,
            from,
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

    /// Where the scenarios of a run of this name went.
    pub(super) fn sites(&self, name: &str) -> Result<Sites, Exit> {
        let directory = self.directory.join(name);
        let run = reports::open_run(&directory).map_err(|error| fail(Exit::Bug, &error))?;
        Sites::read(&run, &directory.join("events.jsonl"), &directory.join("hub.log"))
            .map_err(|error| fail(Exit::Bug, &error))
    }

    /// Progress, on standard error.
    pub(super) fn tell(&self, line: &str) {
        crate::output::say(line);
    }
}
