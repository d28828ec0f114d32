//! `etalon certify hub`: plays the features against a hub, shows the progress, leaves the report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reports::event::Expectation;
use reports::{Event, EventLog, Lang, Redactor, RuleOutcome, Run, verdict_sentence};
use scenarios::plan::Selection;
use scenarios::run::{Options, RunError, certify, draw_run_id};
use scenarios::target::Target;

use super::{fail, list, self_test};
use crate::arguments::CertifyHubArguments;
use crate::bundled::BundledHub;
use crate::exit::Exit;
use crate::expectations;
use crate::interrupt::Signals;
use crate::progress::Progress;

pub(crate) fn run(arguments: &CertifyHubArguments) -> Exit {
    if arguments.self_test {
        let directory = arguments.report.clone().unwrap_or_else(|| default_directory("self-test"));
        return self_test::run(arguments, &directory);
    }
    let signals = Signals::listen();
    let mut runs = Vec::new();
    for _ in 0..arguments.repeat {
        match one(arguments, &signals) {
            Ok((exit, run)) => runs.push((exit, run)),
            Err(exit) => return exit,
        }
        if signals.exit().is_some() {
            break;
        }
    }
    if runs.len() > 1 {
        print_differences(&runs);
    }
    signals.exit().unwrap_or_else(|| runs.iter().map(|(exit, _)| *exit).min().unwrap_or(Exit::Bug))
}

/// One run: its exit and what it amounts to, or the exit of what prevented it.
fn one(arguments: &CertifyHubArguments, signals: &Signals) -> Result<(Exit, Run), Exit> {
    let run_id = draw_run_id();
    let directory = arguments.report.clone().unwrap_or_else(|| default_directory(&run_id));
    let directory = if arguments.repeat > 1 { directory.join(&run_id) } else { directory };
    let options = Options {
        run_id,
        selection: Selection {
            rules: arguments.rule.clone(),
            features: arguments.feature.clone(),
            families: arguments.family.clone(),
            scenarios: Vec::new(),
        },
        patience: arguments.patience,
        seed: arguments.seed,
        etalon: env!("CARGO_PKG_VERSION").to_owned(),
        expectations: expectations_of(arguments)?,
    };
    let hub = Hub::reach(arguments, &directory)?;
    let target = Arc::new(hub.target().clone());
    if arguments.list {
        let exit = list::run(&target, &options.selection);
        hub.stop();
        return Err(exit);
    }
    let progress = Progress::start();
    let outcome =
        judge(&target, &options, &directory, arguments.lang.into(), signals, move |event| {
            progress.on(event)
        });
    let panicked = hub.stop();
    let (exit, run) = outcome?;
    print_summary(&run, &directory, arguments.lang.into());
    let exit = if panicked {
        fail(Exit::Bug, &"the bundled hub panicked: see hub.log beside the report")
    } else {
        exit
    };
    Ok((exit, run))
}

/// The hub to certify: somebody's, or ours.
pub(super) enum Hub {
    Given(Box<Target>),
    Bundled(Box<BundledHub>),
}

impl Hub {
    pub(super) fn reach(arguments: &CertifyHubArguments, directory: &Path) -> Result<Self, Exit> {
        if let Some(path) = &arguments.target {
            return Target::read(path)
                .map(|target| Self::Given(Box::new(target)))
                .map_err(|error| fail(Exit::Usage, &error));
        }
        std::fs::create_dir_all(directory).map_err(|error| {
            fail(
                Exit::Usage,
                &format!("the report directory {} cannot be made: {error}", directory.display()),
            )
        })?;
        match BundledHub::start(&arguments.fault, &[], &directory.join("hub.log")) {
            Ok(hub) => Ok(Self::Bundled(Box::new(hub))),
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

/// Plays a run and judges it; `listener` is told of every event.
pub(super) fn judge(
    target: &Arc<Target>,
    options: &Options,
    directory: &Path,
    lang: Lang,
    signals: &Signals,
    listener: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<(Exit, Run), Exit> {
    let redactor = Redactor::new();
    for credential in &target.credentials {
        redactor.add_credential(&credential.client_id, credential.secret().reveal());
    }
    let log = EventLog::create(directory, redactor.clone())
        .map_err(|error| fail(Exit::Usage, &error))?
        .in_language(lang)
        .with_listener(listener);
    let log = Arc::new(log);
    let sink = {
        let log = log.clone();
        Arc::new(move |event| log.emit(event))
    };
    let ended = certify(target.clone(), options, &signals.stop, redactor.clone(), sink);
    let ended = ended.map_err(|error| {
        let exit = Exit::of_error(&error);
        if matches!(error, RunError::Unreachable(_)) {
            // What little was seen is still worth a report.
            let _ = log.finish();
        }
        fail(exit, &redactor.text(&error.to_string()))
    })?;
    let run = log.finish().map_err(|error| fail(Exit::Usage, &error))?;
    Ok((Exit::of(&run, ended), run))
}

fn expectations_of(arguments: &CertifyHubArguments) -> Result<Vec<Expectation>, Exit> {
    let Some(path) = &arguments.expect else {
        return Ok(Vec::new());
    };
    expectations::read(path, &today()).map_err(|error| fail(Exit::Usage, &error))
}

/// Today's date, as `2026-12-31`.
fn today() -> String {
    let now = contract::timestamp::Timestamp::from(std::time::SystemTime::now()).to_string();
    now.get(..10).unwrap_or("1970-01-01").to_owned()
}

pub(super) fn default_directory(run_id: &str) -> PathBuf {
    PathBuf::from("etalon-report").join(format!("{}-{run_id}", today()))
}

pub(super) fn print_summary(run: &Run, directory: &Path, lang: Lang) {
    println!("{}", verdict_sentence(run, lang));
    println!("{}", reports::texts::counts_sentence(run, lang));
    let undecided = [RuleOutcome::NotRun, RuleOutcome::Inconclusive, RuleOutcome::NotApplicable];
    for rule in &run.rules {
        let must = rule.level == reports::event::Level::Must;
        if rule.outcome == RuleOutcome::Failed || must && undecided.contains(&rule.outcome) {
            println!(
                "{:<8} {:<15} {}",
                rule.id,
                rule.outcome.name(),
                reports::texts::rule_title(rule, lang)
            );
        }
    }
    println!("{}", directory.join("report.html").display());
}

/// Names what is not the same in every run: a flaky hub, or flaky us.
fn print_differences(runs: &[(Exit, Run)]) {
    let mut outcomes: BTreeMap<&str, Vec<RuleOutcome>> = BTreeMap::new();
    for (_, run) in runs {
        for rule in &run.rules {
            outcomes.entry(&rule.id).or_default().push(rule.outcome);
        }
    }
    let differing: Vec<_> = outcomes
        .iter()
        .filter(|(_, seen)| seen.windows(2).any(|pair| pair[0] != pair[1]))
        .collect();
    println!("{} runs, {} rules differ", runs.len(), differing.len());
    for (rule, seen) in differing {
        let names: Vec<_> = seen.iter().map(|outcome| outcome.name()).collect();
        println!("{rule:<8} {}", names.join(" "));
    }
}
