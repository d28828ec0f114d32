//! Filling in the validation sheet from the checks of the session: one line for each démarche. A
//! rule that failed in a scenario that does not depend on the démarche (misbehaviours, the session
//! as a whole) fails all of them.

use std::collections::BTreeSet;

use reports::event::{CheckOutcome, Event, ScenarioEnd};
use reports::sheet::{Sheet, SheetLine};
use reports::{Verdict, event};

use crate::journal::Started;
use crate::plan::Choice;

use super::window::Window;

/// The sheet of a session.
pub(super) fn filled(
    window: &Window<'_>,
    choices: &[Choice],
    events: &[Event],
    started: &Started,
) -> Sheet {
    Sheet {
        actor: started.actor.name().to_owned(),
        software: started.software.clone(),
        announced: announced(window),
        api_version: "1.2.6 (contrat CI-SI-1.2.6)".to_owned(),
        lines: started.processes.iter().map(|process| line(process, choices, events)).collect(),
    }
}

/// What the client says of itself in its calls, each once.
fn announced(window: &Window<'_>) -> Vec<String> {
    let said: BTreeSet<String> = window
        .calls
        .iter()
        .filter_map(|call| {
            let name = call.exchange.request_header("applicationname")?;
            let version = call.exchange.request_header("softwareversion").unwrap_or_default();
            Some(format!("{name} {version}").trim().to_owned())
        })
        .collect();
    said.into_iter().take(3).collect()
}

fn line(process: &str, choices: &[Choice], events: &[Event]) -> SheetLine {
    let counts_for = |choice: &&Choice| choice.process == process || choice.script.is_once();
    let ids: Vec<_> = choices.iter().filter(counts_for).map(|choice| choice.id.as_str()).collect();
    let mut passed = 0;
    let mut undecided = false;
    let mut failed_rules = BTreeSet::new();
    let mut finished = 0;
    for event in events {
        match event {
            Event::ScenarioFinished { id, outcome, .. } if ids.contains(&id.as_str()) => {
                finished += 1;
                passed += usize::from(*outcome == ScenarioEnd::Passed);
                undecided |= !matches!(outcome, ScenarioEnd::Passed | ScenarioEnd::Failed);
            }
            Event::CheckMade(event::Check {
                scenario: Some(id),
                rule,
                outcome: CheckOutcome::Failed,
                ..
            }) if ids.contains(&id.as_str()) => {
                failed_rules.insert(rule.clone());
            }
            _ => {}
        }
    }
    SheetLine {
        process: process.to_owned(),
        result: match (failed_rules.is_empty(), undecided || finished < ids.len()) {
            (false, _) => Verdict::DoesNotConform,
            (true, true) => Verdict::Undecided,
            (true, false) => Verdict::Conforms,
        },
        scenarios: ids.len(),
        passed,
        failed_rules: failed_rules.into_iter().collect(),
    }
}
