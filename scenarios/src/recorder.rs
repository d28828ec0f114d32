//! Turns what the Gherkin runner says into events of the run: the only place that knows its event
//! types. It tells a step that stopped (see [`Stop`]) from a panic of ours, which is counted.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use cucumber::event::{
    Cucumber, Feature as FeatureEvent, RetryableScenario, Scenario as ScenarioEvent,
    Step as StepEvent, StepError,
};
use cucumber::{Event, Writer, cli, parser};
use gherkin::{Feature, Scenario};
use reports::event::{Event as RunEvent, StepOutcome};

use crate::check::Stop;
use crate::features::scenario_id;
use crate::session::Session;
use crate::world::World;

/// A writer for the Gherkin runner.
pub struct Recorder {
    session: Arc<Session>,
    panics: Arc<AtomicU32>,
    steps: HashMap<String, SystemTime>,
    failed: HashMap<String, (String, Result<Stop, String>)>,
}

impl Recorder {
    /// Records into a run; `panics` counts our own.
    pub fn new(session: Arc<Session>, panics: Arc<AtomicU32>) -> Self {
        Self { session, panics, steps: HashMap::new(), failed: HashMap::new() }
    }

    fn on_scenario(
        &mut self,
        at: SystemTime,
        feature: &Feature,
        scenario: &Scenario,
        event: &ScenarioEvent<World>,
    ) {
        let id = scenario_id(feature, scenario);
        match event {
            ScenarioEvent::Step(step, event) | ScenarioEvent::Background(step, event) => {
                self.on_step(at, &id, step, event);
            }
            ScenarioEvent::Hook(_, cucumber::event::Hook::Failed(_, info)) => {
                self.failed.insert(
                    id,
                    ("préparation du scénario".to_owned(), Err(self.count_panic(info))),
                );
            }
            ScenarioEvent::Finished => {
                let failed = self.failed.remove(&id);
                self.session.journal().scenario_finished(&id, failed);
            }
            ScenarioEvent::Started | ScenarioEvent::Hook(..) | ScenarioEvent::Log(_) => {}
        }
    }

    fn on_step(
        &mut self,
        at: SystemTime,
        id: &str,
        step: &gherkin::Step,
        event: &StepEvent<World>,
    ) {
        let keyword = step.keyword.trim().to_owned();
        let (outcome, message) = match event {
            StepEvent::Started => {
                self.steps.insert(id.to_owned(), at);
                return;
            }
            StepEvent::Passed(..) => (StepOutcome::Passed, None),
            StepEvent::Skipped => {
                // No code stands behind these words: a mistake of ours, never a pass.
                let text = format!("aucun code ne correspond à l'étape « {} »", step.value);
                self.panics.fetch_add(1, Ordering::Relaxed);
                self.failed.insert(
                    id.to_owned(),
                    (format!("{keyword} {}", step.value), Err(text.clone())),
                );
                (StepOutcome::Skipped, Some(text))
            }
            StepEvent::Failed(_, _, _, error) => {
                let cause = self.cause_of(error);
                let message = match &cause {
                    Ok(stop) => stop.in_french(),
                    Err(panic) => format!("erreur interne d'étalon : {panic}"),
                };
                self.failed.insert(id.to_owned(), (format!("{keyword} {}", step.value), cause));
                (StepOutcome::Failed, Some(message))
            }
        };
        let started = self.steps.remove(id).unwrap_or(at);
        let duration_us = at
            .duration_since(started)
            .map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        self.session.journal().emit(RunEvent::StepFinished {
            scenario: id.to_owned(),
            keyword,
            text: step.value.clone(),
            outcome,
            message,
            duration_us,
        });
    }

    fn cause_of(&self, error: &StepError) -> Result<Stop, String> {
        match error {
            StepError::Panic(info) => {
                let text = text_of(info);
                Stop::read(&text).ok_or_else(|| self.count_panic(info))
            }
            other => {
                self.panics.fetch_add(1, Ordering::Relaxed);
                Err(other.to_string())
            }
        }
    }

    fn count_panic(&self, info: &cucumber::event::Info) -> String {
        self.panics.fetch_add(1, Ordering::Relaxed);
        text_of(info)
    }
}

fn text_of(info: &cucumber::event::Info) -> String {
    let text = info.downcast_ref::<String>().cloned();
    text.or_else(|| info.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "panique sans texte".to_owned())
}

impl Writer<World> for Recorder {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<Cucumber<World>>>, _: &Self::Cli) {
        let Ok(event) = event else {
            self.panics.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let at = event.at;
        if let Cucumber::Feature(
            feature,
            FeatureEvent::Scenario(scenario, RetryableScenario { event, .. }),
        ) = event.value
        {
            self.on_scenario(at, &feature, &scenario, &event);
        }
    }
}

// Events of concurrent scenarios may come in any order: each names its scenario.
impl cucumber::writer::Normalized for Recorder {}
