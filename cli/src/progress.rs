//! Progress of a run, on standard error: a bar on a terminal, plain lines elsewhere, failures as
//! they happen.

use std::collections::HashMap;
use std::io::IsTerminal as _;

use std::sync::Mutex;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use reports::Lang;
use reports::event::{CheckOutcome, Event, NoteLevel, ScenarioEnd};

use crate::output::{leaving, say};

/// How often a line is written where there is no terminal, in scenarios.
const PLAIN_EVERY: u64 = 50;

/// Follows a run event by event.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    state: Mutex<State>,
    started: Instant,
    lang: Lang,
}

#[derive(Default)]
struct State {
    names: HashMap<String, String>,
    planned: u64,
    done: u64,
    failed: u64,
}

impl Progress {
    /// Starts following.
    pub(crate) fn start(lang: Lang) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            let template = match lang {
                Lang::Fr => "{bar:30} {pos}/{len} scénarios {elapsed} {wide_msg}",
                Lang::En => "{bar:30} {pos}/{len} scenarios {elapsed} {wide_msg}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, state: Mutex::default(), started: Instant::now(), lang }
    }

    /// Takes an event in.
    pub(crate) fn on(&self, event: &Event) {
        let Ok(mut state) = self.state.lock() else {
            return;
        };
        match event {
            Event::RunStarted(run) => {
                let to_run = run.scenarios.iter().filter(|planned| planned.skipped.is_none());
                state.names =
                    to_run.map(|planned| (planned.id.clone(), planned.name.clone())).collect();
                state.planned = state.names.len() as u64;
                self.announce(state.planned, run.scenarios.len() as u64, &run.run.target.name);
            }
            Event::ScenarioStarted { id, .. } => {
                if let (Some(bar), Some(name)) = (&self.bar, state.names.get(id)) {
                    bar.set_message(name.clone());
                }
            }
            Event::CheckMade(check)
                if check.outcome == CheckOutcome::Failed && check.scenario.is_none() =>
            {
                self.line(&format!("  ✗ {} : {}", check.rule, check.observed));
            }
            Event::Note { level: NoteLevel::Warning, text } => self.line(&format!("  {text}")),
            Event::ScenarioFinished { id, outcome, failure, .. } => {
                state.done += 1;
                let name = state.names.get(id).cloned().unwrap_or_default();
                if *outcome != ScenarioEnd::Passed {
                    state.failed += 1;
                    let why = failure
                        .as_ref()
                        .map_or_else(String::new, |failure| failure.message.clone());
                    self.line(&format!("  ✗ {name} ({id})"));
                    self.line(&format!("      {why}"));
                }
                self.advance(&state);
            }
            Event::RunFinished(_) => {
                if let Some(bar) = &self.bar {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }

    fn announce(&self, to_run: u64, all: u64, target: &str) {
        match &self.bar {
            Some(bar) => bar.set_length(to_run),
            None => say(match self.lang {
                Lang::Fr => format!("{target} : {to_run} scénarios à jouer sur {all}"),
                Lang::En => format!("{target}: {to_run} scenarios to play of {all}"),
            }),
        }
    }

    fn advance(&self, state: &State) {
        match &self.bar {
            Some(bar) => bar.set_position(state.done),
            None if state.done.is_multiple_of(PLAIN_EVERY) || state.done == state.planned => {
                let seconds = self.started.elapsed().as_secs();
                let State { done, planned, failed, .. } = state;
                say(match self.lang {
                    Lang::Fr => {
                        format!("{done}/{planned} scénarios, {failed} en échec, {seconds} s")
                    }
                    Lang::En => format!("{done}/{planned} scenarios, {failed} failed, {seconds} s"),
                });
            }
            None => {}
        }
    }

    /// Writes a line beside the bar.
    pub(crate) fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(leaving(text)),
            None => say(text),
        }
    }
}
