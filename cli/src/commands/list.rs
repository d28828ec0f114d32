//! `etalon certify hub --list`: what would run, what it would create, and why the rest would not
//! run.

use std::collections::BTreeMap;

use reports::Lang;
use scenarios::cost::Cost;
use scenarios::plan::{Plan, Selection};
use scenarios::target::Target;

use super::fail;
use crate::exit::Exit;
use crate::output::listed;

pub(crate) fn run(target: &Target, selection: &Selection, lang: Lang) -> Exit {
    let plan = match Plan::make(target, selection) {
        Ok(plan) => plan,
        Err(error) => return fail(Exit::Bug, &error),
    };
    for planned in &plan.scenarios {
        let rules: Vec<_> = planned.rules.iter().map(ToString::to_string).collect();
        let (mark, more) = match &planned.assignment {
            Ok(assignment) => (
                lang.pick("joué    ", "played    "),
                assignment.process.as_ref().map(ToString::to_string).unwrap_or_default(),
            ),
            Err(skip) => (lang.pick("non joué", "not played"), skip.reason.clone()),
        };
        listed(format_args!(
            "{mark} {:<28} {} [{}] {more}",
            planned.id,
            planned.name,
            rules.join(" ")
        ));
    }
    let played = plan.scenarios.iter().filter(|planned| planned.assignment.is_ok()).count();
    let (scenarios, rules) = (plan.scenarios.len(), plan.rules.len());
    let Cost { calls, folders } = Cost::of(&plan);
    listed(match lang {
        Lang::Fr => format!("{played} scénarios joués sur {scenarios}, {rules} règles attendues"),
        Lang::En => format!("{played} scenarios played of {scenarios}, {rules} rules expected"),
    });
    listed(match lang {
        Lang::Fr => format!(
            "environ {calls} appels et {folders} télédossiers (comptés sur le hub de référence)"
        ),
        Lang::En => {
            format!("about {calls} calls and {folders} folders (counted on the reference hub)")
        }
    });
    print_effects(target, &plan, lang);
    Exit::Success
}

/// What a run does to the hub it is played on.
fn print_effects(target: &Target, plan: &Plan, lang: Lang) {
    let mut by_process: BTreeMap<String, usize> = BTreeMap::new();
    for assignment in plan.scenarios.iter().filter_map(|planned| planned.assignment.as_ref().ok()) {
        if let Some(process) = &assignment.process {
            *by_process.entry(process.to_string()).or_default() += 1;
        }
    }
    listed(lang.pick(
        "Sur ce hub, chaque scénario crée ses propres télédossiers, puis les clôt ou les supprime, avec leurs notifications :",
        "On this hub, each scenario creates folders of its own, then closes or deletes them, with their notifications:",
    ));
    for (process, count) in by_process {
        listed(format_args!("  {process} : {count} {}", lang.pick("scénarios", "scenarios")));
    }
    if target.may.send_eicar {
        listed(
            lang.pick(
                "Le fichier de test EICAR y est envoyé.",
                "The EICAR test file is sent to it.",
            ),
        );
    }
    if target.may.change_referential {
        listed(lang.pick(
            "Ce que [sandbox] nomme dans le référentiel est modifié, puis rétabli.",
            "What [sandbox] names in the référentiel is changed, then put back.",
        ));
    }
    if target.may.steer_clock.is_some() {
        listed(lang.pick(
            "L'horloge du hub est avancée, en dernier.",
            "The hub's clock is moved forward, last.",
        ));
    }
}
