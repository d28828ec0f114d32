//! `etalon certify hub --list`: what would run, what it would create, and why the rest would not
//! run.

use std::collections::BTreeMap;

use scenarios::plan::{Plan, Selection};
use scenarios::target::Target;

use super::fail;
use crate::exit::Exit;

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
        println!("{mark} {:<28} {} [{}] {more}", planned.id, planned.name, rules.join(" "));
    }
    let played = plan.scenarios.iter().filter(|planned| planned.assignment.is_ok()).count();
    println!(
        "{played} scénarios joués sur {}, {} règles attendues",
        plan.scenarios.len(),
        plan.rules.len()
    );
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
    println!(
        "Sur ce hub, chaque scénario crée ses propres télédossiers, puis les clôt ou les supprime, avec leurs notifications :"
    );
    for (process, count) in by_process {
        println!("  {process} : {count} scénarios");
    }
    if target.may.send_eicar {
        println!("Le fichier de test EICAR y est envoyé.");
    }
    if target.may.change_referential {
        println!("Ce que [sandbox] nomme dans le référentiel est modifié, puis rétabli.");
    }
    if target.may.steer_clock.is_some() {
        println!("L'horloge du hub est avancée, en dernier.");
    }
}
