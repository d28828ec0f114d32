//! What a session has to account for: the rules of the actor, and the scripts played on each
//! démarche. Calls nothing.

use contract::operations::Scope;
use contract::rules::{Catalogue, ContractVersion, Rule};
use reports::event::{PlannedScenario, RuleInScope, RunHeader, TargetHeader};

use crate::journal::Started;
use crate::script::{Script, scripts};
use scenarios::features::FeatureError;

/// The contract that clients are certified by.
pub(crate) const CONTRACT: ContractVersion = ContractVersion::CiSi126;

/// One script on one démarche.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Its id in the session.
    pub id: String,
    /// The démarche.
    pub process: String,
    /// What is played.
    pub script: Script,
}

/// The scripts of a session, in order: every one on the first démarche, and on the others those
/// that depend on it.
///
/// # Errors
/// A mistake in a feature.
pub(crate) fn choices(started: &Started) -> Result<Vec<Choice>, FeatureError> {
    let all = scripts(started.actor)?;
    let selected = |script: &&Script| {
        started.features.is_empty()
            || script.is_summary()
            || started.features.iter().any(|wanted| script.feature.ends_with(wanted.as_str()))
    };
    let mut choices = Vec::new();
    for (rank, process) in started.processes.iter().enumerate() {
        let here = all.iter().filter(selected);
        let here = here.filter(|script| rank == 0 || !script.is_once());
        choices.extend(here.map(|script| Choice {
            id: if rank == 0 { script.id.clone() } else { format!("{}@{process}", script.id) },
            process: process.clone(),
            script: script.clone(),
        }));
    }
    // One démarche after the other; first what needs nothing else, then the bench misbehaves; what
    // is judged over the whole session comes last.
    choices.sort_by_key(|choice| {
        let script = &choice.script;
        let rank = started.processes.iter().position(|one| *one == choice.process);
        let first = script.feature.contains("reception") || script.feature.contains("depot");
        (script.is_summary(), rank, script.has_misbehaviour(), !first)
    });
    Ok(choices)
}

/// The rules of an actor.
pub(crate) fn rules_of_actor(actor: Scope) -> impl Iterator<Item = &'static Rule> {
    let numbers = match actor {
        Scope::Si => 1..=14,
        Scope::Osl => 20..=27,
        Scope::Datapass => 30..=30,
        Scope::Admin => 0..=0,
    };
    Catalogue::bundled()
        .rules()
        .iter()
        .filter(move |rule| rule.id.family() == "CLI" && numbers.contains(&rule.id.number()))
}

/// The first event of a session.
pub(crate) fn run_started(started: &Started, choices: &[Choice]) -> reports::Event {
    let header = RunHeader {
        id: started.run.clone(),
        started_at: started.at.clone(),
        etalon: started.etalon.clone(),
        contract: CONTRACT.to_string(),
        catalogue_edition: Some(Catalogue::bundled().edition()),
        target: TargetHeader {
            disputed: std::collections::BTreeMap::new(),
            name: format!("Client {} ({})", started.actor.name(), started.processes.join(", ")),
            version: None,
            url: started.url.clone(),
            ca_certificate: None,
        },
        partial: !started.features.is_empty(),
        partial_reason: (!started.features.is_empty())
            .then(|| format!("fonctionnalités {}", started.features.join(", "))),
        seed: 0,
    };
    let played = |rule: &Rule| choices.iter().any(|choice| choice.script.rules.contains(&rule.id));
    let rules = rules_of_actor(started.actor)
        .filter(|rule| started.features.is_empty() || played(rule))
        .map(|rule| RuleInScope::of(rule, CONTRACT, &started.not_offered))
        .collect();
    let scenarios = choices.iter().map(|choice| planned(choice, started)).collect();
    let titles = choices.iter().map(|choice| &choice.script);
    let titles = titles.map(|script| (script.feature.clone(), script.title.clone())).collect();
    reports::Event::run_started(header, rules, scenarios).with_titles(titles)
}

fn planned(choice: &Choice, started: &Started) -> PlannedScenario {
    let name = if started.processes.len() > 1 && !choice.script.is_summary() {
        format!("{} ({})", choice.script.name, choice.process)
    } else {
        choice.script.name.clone()
    };
    PlannedScenario {
        id: choice.id.clone(),
        name,
        feature: choice.script.feature.clone(),
        line: choice.script.line,
        rules: choice.script.rules.clone(),
        // What is played once, on whichever démarche, counts for all of them.
        process: (!choice.script.is_once()).then(|| choice.process.clone()),
        skipped: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_an_actor_is_judged_by_a_script_and_no_other() {
        for actor in crate::ACTORS {
            let scripts = scripts(actor).unwrap();
            let judged = |rule: &Rule| scripts.iter().any(|script| script.rules.contains(&rule.id));
            let missing: Vec<_> = rules_of_actor(actor)
                .filter(|rule| !judged(rule))
                .map(|rule| rule.id.to_string())
                .collect();
            assert_eq!(missing, Vec::<String>::new(), "{actor:?}");
            let known: Vec<_> = rules_of_actor(actor).map(|rule| &rule.id).collect();
            for script in &scripts {
                assert!(script.rules.iter().all(|rule| known.contains(&rule)), "{}", script.id);
            }
        }
    }
}
