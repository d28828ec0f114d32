//! `--fail-fast`: watches a run, and stops it behind the first scenario in which a mandatory rule
//! failed that is not known to. Judges nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use contract::rules::{Level, RuleId};
use reports::event::{CheckOutcome, RuleScope};
use reports::{Event, Lang};

use crate::output::say;

/// Stops a run.
pub(crate) struct FailFast {
    stop: Arc<AtomicBool>,
    lang: Lang,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The rules whose failure stops the run.
    required: BTreeSet<RuleId>,
    /// The scenarios in which one failed, by id.
    failed: BTreeSet<String>,
}

impl FailFast {
    pub(crate) fn stopping(stop: Arc<AtomicBool>, lang: Lang) -> Self {
        Self { stop, lang, state: Mutex::default() }
    }

    /// Takes an event in.
    pub(crate) fn on(&self, event: &Event) {
        let stops = self.state.lock().is_ok_and(|mut state| state.on(event));
        if stops && !self.stop.swap(true, Ordering::Relaxed) {
            say(self.lang.pick(
                "une règle obligatoire a échoué : le passage s'arrête là (--fail-fast)",
                "a mandatory rule failed: the run ends here (--fail-fast)",
            ));
        }
    }
}

impl State {
    /// Whether the run is to stop.
    fn on(&mut self, event: &Event) -> bool {
        match event {
            Event::RunStarted(run) => {
                let known = |id: &RuleId| {
                    run.expectations.iter().any(|known| known.rule == *id && !known.expired)
                };
                let required = run.rules.iter().filter(|rule| {
                    let scored = !matches!(rule.scope, RuleScope::NotScored { .. });
                    rule.level == Level::Must && scored && !known(&rule.id)
                });
                self.required = required.map(|rule| rule.id.clone()).collect();
                false
            }
            Event::CheckMade(check)
                if check.outcome == CheckOutcome::Failed && self.required.contains(&check.rule) =>
            {
                self.failed.extend(check.scenario.clone());
                check.scenario.is_none()
            }
            Event::ScenarioFinished { id, .. } => self.failed.contains(id),
            _ => false,
        }
    }
}
