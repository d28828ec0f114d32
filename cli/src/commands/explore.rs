//! `etalon certify hub --explore 5m`: property tests of a hub (WIRE-03), as long as one likes; with
//! `--replay FILE`, one sequence that was written down is played again. Says what was found as a
//! scenario, and writes it to be replayed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::rules::RuleId;
use model::{Generator, Mix};
use reports::Event;
use reports::event::CheckOutcome;
use scenarios::explore::{
    Bounds, CounterExample, Exploration, Explored, Halt, Pace, Parties, Progress, Replayable,
    in_french,
};
use scenarios::run::{RunError, draw_run_id, try_credentials};
use scenarios::session::Session;
use serde_json::json;

use super::fail;
use super::hub_run::{HubUnderTest, default_directory, redactor_for, take};
use crate::arguments::CertifyHubArguments;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::{result, results, say};

/// Télédossiers created on somebody's hub at most: it may be shared.
const FOLDERS_ON_A_SHARED_HUB: u64 = 2_000;
/// How long the shortest sequence is looked for.
const SHRINKING: Duration = Duration::from_secs(60);
/// How often progress is told, in sequences.
const TOLD_EVERY: u64 = 25;

/// Rules that are checked on every exchange and failed meanwhile, each with what was observed.
type Deviations = Arc<Mutex<Vec<(RuleId, String)>>>;

pub(crate) fn run(arguments: &CertifyHubArguments) -> Exit {
    let signals = Signals::listen();
    let run_id = draw_run_id();
    let directory = arguments.report.clone().unwrap_or_else(|| default_directory(&run_id));
    // The sequence to be played again may lie in that directory: it is read before it moves.
    let replayed = match arguments.replay.as_deref().map(Replayable::read) {
        Some(Err(error)) => return fail(Exit::Usage, &error),
        Some(Ok(replayed)) => Some(replayed),
        None => None,
    };
    let _possession = match take(&directory, &run_id, arguments.force, arguments.lang.into()) {
        Ok(possession) => possession,
        Err(exit) => return exit,
    };
    let hub = match HubUnderTest::reach(arguments, &directory) {
        Ok(hub) => hub,
        Err(exit) => return exit,
    };
    let outcome = on(&hub, arguments, &directory, run_id, replayed.as_ref(), &signals);
    let panicked = hub.stop();
    let exit = match outcome {
        Ok(exit) => exit,
        Err(error) => fail(Exit::of_error(&error), &error),
    };
    if panicked {
        return fail(Exit::Bug, &"the bundled hub panicked: see hub.log beside the report");
    }
    signals.exit().unwrap_or(exit)
}

fn on(
    hub: &HubUnderTest,
    arguments: &CertifyHubArguments,
    directory: &Path,
    run_id: String,
    replayed: Option<&Replayable>,
    signals: &Signals,
) -> Result<Exit, RunError> {
    let target = Arc::new(hub.target().clone());
    let redactor = redactor_for(&target);
    let deviations = Deviations::default();
    let sink = {
        let deviations = deviations.clone();
        Arc::new(move |event: Event| note(&deviations, &event))
    };
    let session = Session::new(run_id, target, arguments.patience, redactor.clone(), sink)?;
    let parties = match Parties::assign(&session) {
        Ok(parties) => parties,
        Err(missing) => return Ok(fail(Exit::Usage, &missing)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return Ok(fail(Exit::Bug, &error)),
    };
    runtime.block_on(async {
        try_credentials(&session).await?;
        let bounds = Bounds {
            sequences: u64::MAX,
            folders: if arguments.target.is_some() { FOLDERS_ON_A_SHARED_HUB } else { u64::MAX },
            time: arguments.explore.unwrap_or_default(),
            concurrency: session.target.limits.concurrency,
            shrinking: SHRINKING,
        };
        let stopped = || signals.exit().is_some();
        let exploration = Exploration::new(&parties, "exploration", bounds, &tell, &stopped);
        let explored = match replayed {
            Some(replayed) => replay(&exploration, replayed).await,
            None => {
                let eicar = session.target.may.send_eicar;
                let mut generator =
                    Generator::new(arguments.seed, Mix::Both, &parties.setting.strangers(), eicar);
                exploration.explore(&mut generator).await
            }
        };
        let (_, _, left) = session.ledger.summary();
        if !left.is_empty() {
            say(format_args!("non nettoyé : {}", left.join(" ; ")));
        }
        let redacted = |text: &str| redactor.text(text);
        Ok(conclude(&explored, &locked(&deviations), arguments.seed, directory, redacted))
    })
}

fn locked(deviations: &Deviations) -> std::sync::MutexGuard<'_, Vec<(RuleId, String)>> {
    // What was noted is whole after each push: a panic elsewhere takes nothing from it.
    deviations.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(deviations: &Deviations, event: &Event) {
    if let Event::CheckMade(check) = event
        && check.outcome == CheckOutcome::Failed
    {
        let mut noted = locked(deviations);
        let one = (check.rule.clone(), check.observed.clone());
        if !noted.contains(&one) {
            noted.push(one);
        }
    }
}

fn tell(progress: Progress) {
    match progress {
        Progress::Sequence(count) if count.is_multiple_of(TOLD_EVERY) => {
            say(format_args!("{count} suites jouées"));
        }
        Progress::Sequence(_) => {}
        Progress::Shrinking(left) => say(format_args!("désaccord : réduction, {left} pas")),
    }
}

async fn replay(exploration: &Exploration<'_>, replayed: &Replayable) -> Explored {
    let (mut played, mut outcome) = exploration.play(&replayed.actions, 1, Pace::Patient).await;
    if outcome.is_ok() {
        (played, outcome) = exploration.play(&replayed.actions, 2, Pace::Watchful).await;
    }
    let mut explored = Explored {
        sequences: 1,
        calls: played.calls,
        folders: played.folders,
        ..Explored::default()
    };
    match outcome {
        Ok(()) => {}
        Err(Halt::Unreachable(reason)) => explored.unreachable = Some(reason),
        Err(Halt::Disagreement(disagreement)) => {
            explored.counter_example = Some(CounterExample {
                disagreement,
                actions: replayed.actions.clone(),
                lines: played.lines,
                reproduced: true,
            });
        }
    }
    explored
}

/// Says what was found, writes it, and gives the exit.
fn conclude(
    explored: &Explored,
    deviations: &[(RuleId, String)],
    seed: u64,
    directory: &Path,
    redacted: impl Fn(&str) -> String,
) -> Exit {
    result(format_args!(
        "{} suites, {} appels, {} télédossiers (graine {seed})",
        explored.sequences, explored.calls, explored.folders
    ));
    for (rule, observed) in deviations {
        result(format_args!("{rule} : {observed}"));
    }
    let mut exit = if deviations.is_empty() { Exit::Success } else { Exit::DoesNotConform };
    if let Some(reason) = &explored.unreachable {
        exit = exit.min(fail(Exit::Unreachable, reason));
    }
    if let Some(counter_example) = &explored.counter_example {
        exit = exit.min(show(counter_example, seed, directory, &redacted));
    } else if explored.unreachable.is_none() && deviations.is_empty() {
        result("Aucun désaccord entre le hub et le modèle.");
    }
    write_summary(explored, deviations, seed, directory, &redacted);
    exit
}

fn show(
    counter_example: &CounterExample,
    seed: u64,
    directory: &Path,
    redacted: &impl Fn(&str) -> String,
) -> Exit {
    results(&in_french(&counter_example.lines, &counter_example.disagreement));
    let path = sequence_file(directory);
    if let Err(error) = Replayable::of(counter_example, seed).write(&path, redacted) {
        return fail(Exit::Usage, &error);
    }
    result(format_args!("À rejouer : etalon certify hub --replay {}", path.display()));
    if counter_example.reproduced {
        Exit::DoesNotConform
    } else {
        result("Ce désaccord n'est pas revenu en rejouant la suite : il dépend d'autre chose.");
        Exit::Undecided
    }
}

fn sequence_file(directory: &Path) -> PathBuf {
    directory.join("sequence.json")
}

fn write_summary(
    explored: &Explored,
    deviations: &[(RuleId, String)],
    seed: u64,
    directory: &Path,
    redacted: &impl Fn(&str) -> String,
) {
    let summary = json!({
        "format": 1,
        "seed": seed,
        "sequences": explored.sequences,
        "calls": explored.calls,
        "folders": explored.folders,
        "unreachable": explored.unreachable,
        "disagreement": explored.counter_example.as_ref().map(|counter_example| &counter_example.disagreement),
        "reproduced": explored.counter_example.as_ref().map(|counter_example| counter_example.reproduced),
        "deviations": deviations.iter().map(|(rule, observed)| json!({ "rule": rule, "observed": observed })).collect::<Vec<_>>(),
    });
    let path = directory.join("exploration.json");
    if let Err(error) = reports::fresh::write(&path, redacted(&format!("{summary:#}\n"))) {
        say(format_args!("{} cannot be written: {error}", path.display()));
    }
}
