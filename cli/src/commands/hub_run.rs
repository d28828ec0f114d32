//! One run against one hub, for whichever command asks: reaches the hub, plays, records and judges,
//! says what came of it. Chooses nothing of what is played.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reports::possession::{self, Possession};
use reports::provenance::Provenance;
use reports::seal::Sealing;
use reports::{Bodies, Event, EventLog, Lang, Redactor, Run, open_run};
use scenarios::plan::Selection;
use scenarios::run::{Options, RunError, certify};
use scenarios::target::Target;

use super::{fail, learn_secrets, read_target};
use crate::arguments::CertifyHubArguments;
use crate::bundled::BundledHub;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::redactor;
use crate::summary::{self, Around};
use crate::terminal;

/// The logs of the neighbours of the bundled hub.
const QUOTA_LOGS: [&str; 3] = ["hub-quotas-1.log", "hub-quotas-2.log", "hub-quotas-3.log"];

/// The hub to certify: somebody's, or ours.
pub(super) enum HubUnderTest {
    Given(Box<Target>),
    Bundled(Box<BundledHub>),
}

impl HubUnderTest {
    pub(super) fn reach(arguments: &CertifyHubArguments, directory: &Path) -> Result<Self, Exit> {
        if let Some(path) = &arguments.target {
            return read_target(path).map(|target| Self::Given(Box::new(target)));
        }
        match BundledHub::start(&arguments.fault, &[], &directory.join("hub.log")) {
            Ok(hub) => {
                learn_secrets(&hub.target);
                Ok(Self::Bundled(Box::new(hub)))
            }
            Err(error) if arguments.fault.is_empty() => Err(fail(Exit::Bug, &error)),
            Err(error) => Err(fail(Exit::Usage, &error)),
        }
    }

    /// The bundled hub's neighbours behind a gateway with quotas, where what is played asks for
    /// them: with quotas of its own, the whole suite would take minutes. Somebody's hub has none.
    pub(super) fn reach_with_quotas(
        &self,
        arguments: &CertifyHubArguments,
        selection: &Selection,
        directory: &Path,
    ) -> Result<Vec<BundledHub>, Exit> {
        if matches!(self, Self::Given(_)) || !selection.concerns_quotas() {
            return Ok(Vec::new());
        }
        let started = QUOTA_LOGS.map(|log| {
            let hub = BundledHub::start_with_quotas(&arguments.fault, &directory.join(log));
            hub.map_err(|error| fail(Exit::Bug, &error))
        });
        let hubs: Vec<BundledHub> = started.into_iter().collect::<Result<_, _>>()?;
        hubs.iter().for_each(|hub| learn_secrets(&hub.target));
        Ok(hubs)
    }

    pub(super) fn target(&self) -> &Target {
        match self {
            Self::Given(target) => target,
            Self::Bundled(hub) => &hub.target,
        }
    }

    pub(super) fn stop(self) -> bool {
        match self {
            Self::Given(_) => false,
            Self::Bundled(hub) => hub.stop(),
        }
    }
}

/// Takes the report directory for a run, before anything else.
pub(super) fn take(
    directory: &Path,
    run_id: &str,
    force: bool,
    lang: Lang,
) -> Result<Possession, Exit> {
    possession::take(directory, run_id, force, lang).map_err(|error| fail(Exit::Usage, &error))
}

/// What redacts the record of a run on a hub: as much as its owner asks.
pub(super) fn redactor_for(target: &Target) -> Redactor {
    redactor().of_bodies(if target.report.keep_bodies { Bodies::Kept } else { Bodies::OfAHub })
}

/// Plays a run and judges it; `listener` is told of every event.
pub(super) fn judge(
    target: &Arc<Target>,
    options: &Options,
    directory: &Path,
    lang: Lang,
    signals: &Signals,
    provenance: Provenance,
    listener: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<(Exit, Run), Exit> {
    let redactor = redactor_for(target);
    let log = EventLog::create(directory, redactor.clone())
        .map_err(|error| fail(Exit::Usage, &error))?
        .in_language(lang)
        .from(provenance)
        .with_listener(listener);
    let log = Arc::new(log);
    let sink = {
        let log = log.clone();
        Arc::new(move |event| log.emit(event))
    };
    let ended = certify(target.clone(), options, &signals.interrupt, redactor.clone(), sink);
    let ended = ended.map_err(|error| {
        let exit = Exit::of_error(&error);
        if matches!(error, RunError::Unreachable(_) | RunError::TokenTooLong { .. }) {
            // What little was seen is still worth a report.
            let _ = log.finish();
        }
        fail(exit, &error)
    })?;
    let run = log.finish().map_err(|error| fail(Exit::Usage, &error))?;
    Ok((Exit::of(&run, ended), run))
}

/// Seals what a run left, whatever came of it.
pub(super) fn sealed(
    outcome: Result<(Exit, Run), Exit>,
    sealing: &Sealing,
    directory: &Path,
    lang: Lang,
) -> Result<(Exit, Run), Exit> {
    let of_unreachable = match &outcome {
        Err(Exit::Unreachable | Exit::Undecided) => open_run(directory).ok(),
        _ => None,
    };
    if let Some(run) = outcome.as_ref().ok().map(|(_, run)| run).or(of_unreachable.as_ref()) {
        sealing.seal_run(directory, run, lang).map_err(|error| fail(Exit::Usage, &error))?;
    }
    outcome
}

/// Today's date, as `2026-12-31`.
pub(super) fn today() -> String {
    today_and(0)
}

/// The date so many days later.
pub(super) fn today_and(days: u64) -> String {
    let then = std::time::SystemTime::now() + std::time::Duration::from_secs(days * 24 * 60 * 60);
    let now = contract::timestamp::Timestamp::from(then).to_string();
    now.get(..10).unwrap_or("1970-01-01").to_owned()
}

pub(super) fn default_directory(run_id: &str) -> PathBuf {
    PathBuf::from("etalon-report").join(format!("{}-{run_id}", today()))
}

/// Says what came of a run: `again` is the command that plays one of its rules again, but for the
/// rule.
pub(super) fn print_summary(run: &Run, directory: &Path, again: Option<String>, lang: Lang) {
    terminal::write(&summary::lines(run, &Around { lang, directory, again }));
}
