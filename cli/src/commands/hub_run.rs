//! One run against one hub, for whichever command asks: reaches the hub, plays, records and judges,
//! says what came of it. Chooses nothing of what is played.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::rules::Level;
use reports::possession::{self, Possession};
use reports::provenance::Provenance;
use reports::seal::Sealing;
use reports::{
    Bodies, Event, EventLog, Lang, Redactor, RuleOutcome, Run, open_run, verdict_sentence,
};
use scenarios::run::{Options, RunError, certify};
use scenarios::target::Target;

use super::{fail, learn_secrets, read_target};
use crate::arguments::CertifyHubArguments;
use crate::bundled::BundledHub;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::{redactor, result};

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
    let now = contract::timestamp::Timestamp::from(std::time::SystemTime::now()).to_string();
    now.get(..10).unwrap_or("1970-01-01").to_owned()
}

pub(super) fn default_directory(run_id: &str) -> PathBuf {
    PathBuf::from("etalon-report").join(format!("{}-{run_id}", today()))
}

pub(super) fn print_summary(run: &Run, directory: &Path, lang: Lang) {
    result(verdict_sentence(run, lang));
    result(reports::texts::counts_sentence(run, lang));
    let undecided = [RuleOutcome::NotRun, RuleOutcome::Inconclusive, RuleOutcome::NotApplicable];
    for rule in &run.rules {
        let must = rule.level == Level::Must;
        if rule.outcome == RuleOutcome::Failed || must && undecided.contains(&rule.outcome) {
            result(format_args!(
                "{:<8} {:<15} {}",
                rule.id,
                rule.outcome.name(),
                reports::texts::rule_title(rule, lang)
            ));
        }
    }
    result(directory.join("report.html").display());
}
