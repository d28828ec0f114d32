//! `etalon certify hub`: plays the features against a hub, shows the progress, leaves the report.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::rules::RuleId;
use reports::event::Expectation;
use reports::{RuleOutcome, Run};
use scenarios::plan::Selection;
use scenarios::run::{Options, draw_run_id};

use super::hub_run::{HubUnderTest, default_directory, judge, print_summary, take, today};
use super::{fail, list, self_test};
use crate::annotations::Annotations;
use crate::arguments::CertifyHubArguments;
use crate::exit::Exit;
use crate::expectations;
use crate::interrupt::Signals;
use crate::output::result;
use crate::progress::Progress;

pub(crate) fn run(arguments: &CertifyHubArguments) -> Exit {
    if arguments.self_test {
        let directory = arguments.report.clone().unwrap_or_else(|| default_directory("self-test"));
        return self_test::run(arguments, &directory);
    }
    let annotations = Annotations::start(arguments.annotations);
    let signals = Signals::listen();
    let mut runs = Vec::new();
    for _ in 0..arguments.repeat {
        match one(arguments, &signals, &annotations) {
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
fn one(
    arguments: &CertifyHubArguments,
    signals: &Signals,
    annotations: &Annotations,
) -> Result<(Exit, Run), Exit> {
    let run_id = draw_run_id();
    let directory = arguments.report.clone().unwrap_or_else(|| default_directory(&run_id));
    let directory = if arguments.repeat > 1 { directory.join(&run_id) } else { directory };
    if arguments.list {
        return Err(list(arguments));
    }
    let _possession = take(&directory, &run_id, arguments.force, arguments.lang.into())?;
    let options = Options {
        run_id,
        selection: selection(arguments),
        patience: arguments.patience,
        seed: arguments.seed,
        etalon: env!("CARGO_PKG_VERSION").to_owned(),
        expectations: expectations_of(arguments)?,
    };
    let hub = HubUnderTest::reach(arguments, &directory)?;
    let target = Arc::new(hub.target().clone());
    let progress = Progress::start();
    let outcome =
        judge(&target, &options, &directory, arguments.lang.into(), signals, move |event| {
            progress.on(event);
        });
    let panicked = hub.stop();
    let (exit, run) = outcome?;
    print_summary(&run, &directory, arguments.lang.into());
    annotations.tell(&run, &directory, arguments.lang.into());
    let exit = if panicked {
        fail(Exit::Bug, &"the bundled hub panicked: see hub.log beside the report")
    } else {
        exit
    };
    Ok((exit, run))
}

fn selection(arguments: &CertifyHubArguments) -> Selection {
    Selection {
        rules: arguments.rule.clone(),
        features: arguments.feature.clone(),
        families: arguments.family.clone(),
        scenarios: Vec::new(),
        edition: arguments.catalogue,
    }
}

/// Says what a run would do; it leaves nothing in the report directory.
fn list(arguments: &CertifyHubArguments) -> Exit {
    let directory = match tempfile::tempdir() {
        Ok(directory) => directory,
        Err(error) => return fail(Exit::Usage, &error),
    };
    let hub = match HubUnderTest::reach(arguments, directory.path()) {
        Ok(hub) => hub,
        Err(exit) => return exit,
    };
    let exit = list::run(hub.target(), &selection(arguments));
    hub.stop();
    exit
}

fn expectations_of(arguments: &CertifyHubArguments) -> Result<Vec<Expectation>, Exit> {
    let Some(path) = &arguments.expect else {
        return Ok(Vec::new());
    };
    expectations::read(path, &today()).map_err(|error| fail(Exit::Usage, &error))
}

/// Names what is not the same in every run: a flaky hub, or flaky us.
fn print_differences(runs: &[(Exit, Run)]) {
    let mut outcomes: BTreeMap<&RuleId, Vec<RuleOutcome>> = BTreeMap::new();
    for (_, run) in runs {
        for rule in &run.rules {
            outcomes.entry(&rule.id).or_default().push(rule.outcome);
        }
    }
    let differing: Vec<_> = outcomes
        .iter()
        .filter(|(_, seen)| seen.windows(2).any(|pair| pair[0] != pair[1]))
        .collect();
    result(format_args!("{} runs, {} rules differ", runs.len(), differing.len()));
    for (rule, seen) in differing {
        let names: Vec<_> = seen.iter().map(|outcome| outcome.name()).collect();
        result(format_args!("{rule:<8} {}", names.join(" ")));
    }
}
