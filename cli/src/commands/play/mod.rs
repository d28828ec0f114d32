//! `etalon play`: one move of the cinématiques by hand. What a move is, `scenarios::by_hand` knows;
//! here it is asked for, told, and what must be remembered for the next one is kept.

mod arguments;
mod by_form;
mod exchange;
mod memory_file;
mod texts;

use std::sync::Arc;
use std::time::Duration;

use contract::exchange::Exchange;
use reports::event::{CheckOutcome, Evidence};
use reports::{Event, Lang, Redactor};
use scenarios::by_hand::{ByHand, Done, Memory, Move, NotDone};
use scenarios::run::draw_run_id;
use scenarios::session::{Session, Sink};
use scenarios::target::Target;

pub(crate) use arguments::PlayArguments;
pub(super) use by_form::ByForm;

use self::memory_file::MemoryFile;
use super::hub_run::redactor_for;
use super::{fail, read_target};
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::{result, say};

/// How long a hub that answers 429 is waited for.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked whether somebody stops the move.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) fn run(arguments: &PlayArguments) -> Exit {
    match play(arguments) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn play(arguments: &PlayArguments) -> Result<Exit, Exit> {
    let usage = |error: &dyn std::fmt::Display| fail(Exit::Usage, error);
    let target = Arc::new(read_target(&arguments.target)?);
    let asked = arguments.asked.read().map_err(|(path, error)| {
        usage(&format_args!("the files {} cannot be read: {error}", path.display()))
    })?;
    let file = MemoryFile::of(&target).map_err(|error| usage(&error))?;
    let mut memory = file.read().map_err(|error| usage(&error))?;
    let session = prepare(&target, arguments.verbose).map_err(|error| usage(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| fail(Exit::Bug, &error))?;

    let made = runtime.block_on(make(&session, &mut memory, arguments, &asked));
    // Whatever came of it: what was made on the hub must be found again.
    file.write(&memory).map_err(|error| usage(&error))?;
    Ok(match made {
        Ok(Ok(())) => Exit::Success,
        Ok(Err(error)) => tell_failure(&error, arguments),
        Err(stopped) => stopped,
    })
}

/// A run for one move.
pub(super) fn prepare(
    target: &Arc<Target>,
    verbose: bool,
) -> Result<Arc<Session>, scenarios::target::TargetError> {
    let redactor = redactor_for(target);
    let sink = shown_to(verbose, redactor.clone());
    Session::new(draw_run_id(), target.clone(), PATIENCE, redactor, sink)
}

/// Makes the move, unless somebody stops it.
async fn make(
    session: &Session,
    memory: &mut Memory,
    arguments: &PlayArguments,
    asked: &Move,
) -> Result<Result<(), NotDone>, Exit> {
    let signals = Signals::listen();
    let (lang, json): (Lang, bool) = (arguments.lang.into(), arguments.json);
    let told = move |done: Done| {
        if json {
            result(serde_json::json!(done));
        } else {
            result(texts::done(&done, lang));
        }
    };
    let mut by_hand = ByHand::new(session, memory, arguments.choice(), &told);
    let stopped = async {
        loop {
            match signals.exit() {
                Some(exit) => return exit,
                None => tokio::time::sleep(LOOK).await,
            }
        }
    };
    tokio::select! {
        made = by_hand.make(asked) => Ok(made),
        exit = stopped => Err(exit),
    }
}

/// Says why a move was not made.
fn tell_failure(error: &NotDone, arguments: &PlayArguments) -> Exit {
    if arguments.json {
        result(texts::failure_for_scripts(error));
    }
    fail(Exit::of_move(error), &texts::failure(error, arguments.lang.into()))
}

/// Shows each exchange to whoever asked for it, and where an answer departs from its description.
fn shown_to(verbose: bool, redactor: Redactor) -> Sink {
    Arc::new(move |event| match event {
        Event::ExchangeMade { exchange: Evidence::Exchange(exchange) } if verbose => {
            let mut exchange: Exchange = *exchange;
            redactor.exchange(&mut exchange);
            exchange::lines(&exchange).iter().for_each(say);
        }
        Event::CheckMade(check) if verbose && check.outcome == CheckOutcome::Failed => {
            say(format_args!("! {}: {}", check.rule, check.observed));
        }
        Event::Note { text, .. } if verbose => say(format_args!("! {text}")),
        _ => {}
    })
}
