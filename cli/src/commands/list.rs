//! `etalon certify hub --list`: what would run, what it would create, and why the rest would not
//! run.

use std::collections::BTreeMap;

use scenarios::cost::Cost;
use scenarios::plan::{Plan, Selection};
use scenarios::target::Target;

use super::fail;
use crate::exit::Exit;
use crate::output::listed;

pub(crate) fn run(target: &Target, selection: &Selection) -> Exit {
    let plan = match Plan::make(target, selection) {
        Ok(plan) => plan,
        Err(error) => return fail(Exit::Bug, &error),
    };
    for planned in &plan.scenarios {
        let rules: Vec<_> = planned.rules.iter().map(ToString::to_string).collect();
        let (mark, more) = match &planned.assignment {
            Ok(assignment) => (
                "joué    ",
                assignment.process.as_ref().map(ToString::to_string).unwrap_or_default(),
            ),
            Err(skip) => ("non joué", skip.reason.clone()),
        };
        listed(format_args!(
            "{mark} {:<28} {} [{}] {more}",
            planned.id,
            planned.name,
            rules.join(" ")
        ));
    }
    let played = plan.scenarios.iter().filter(|planned| planned.assignment.is_ok()).count();
    listed(format_args!(
        "{played} scénarios joués sur {}, {} règles attendues",
        plan.scenarios.len(),
        plan.rules.len()
    ));
    let cost = Cost::of(&plan);
    listed(format_args!(
        "environ {} appels et {} télédossiers (comptés sur le hub de référence)",
        cost.calls, cost.folders
    ));
    print_effects(target, &plan);
    Exit::Success
}

/// What a run does to the hub it is played on.
fn print_effects(target: &Target, plan: &Plan) {
    let mut by_process: BTreeMap<String, usize> = BTreeMap::new();
    for assignment in plan.scenarios.iter().filter_map(|planned| planned.assignment.as_ref().ok()) {
        if let Some(process) = &assignment.process {
            *by_process.entry(process.to_string()).or_default() += 1;
        }
    }
    listed(format_args!(
        "Sur ce hub, chaque scénario crée ses propres télédossiers, puis les clôt ou les supprime, avec leurs notifications :"
    ));
    for (process, count) in by_process {
        listed(format_args!("  {process} : {count} scénarios"));
    }
    if target.may.send_eicar {
        listed(format_args!("Le fichier de test EICAR y est envoyé."));
    }
    if target.may.change_referential {
        listed(format_args!(
            "Ce que [sandbox] nomme dans le référentiel est modifié, puis rétabli."
        ));
    }
    if target.may.steer_clock.is_some() {
        listed(format_args!("L'horloge du hub est avancée, en dernier."));
    }
}
