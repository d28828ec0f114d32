//! `etalon rules`: the catalogue, with what checks each rule and what proves that the check can
//! fail. With `--check`, fails unless every rule is covered both ways, or says why not.

use std::collections::BTreeMap;

use contract::rules::{Catalogue, Obliged, Rule};
use reference_hub::faults::entries;
use reports::Lang;
use scenarios::features::{CLIENT_FEATURES, HUB_FEATURES, read, rules_of, scenario_id};

use super::fail;
use crate::exit::Exit;

/// The rule that is checked on every exchange of a run, and needs no scenario of its own.
const RUN_WIDE: &str = "WIRE-01";

pub(crate) fn run(check: bool, lang: Lang) -> Exit {
    let scenarios = match scenarios_by_rule() {
        Ok(scenarios) => scenarios,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let mut faults: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in entries() {
        faults.entry(entry.rule).or_default().push(entry.id);
    }
    let mut uncovered = Vec::new();
    for rule in Catalogue::bundled().rules() {
        let id = rule.id.to_string();
        let checked = scenarios.get(&id).map_or(0, Vec::len);
        let broken = faults.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        if !check {
            print_rule(rule, checked, broken, lang);
        }
        uncovered.extend(lack(rule, checked, broken));
    }
    if !check {
        return Exit::Success;
    }
    for (_, line) in &uncovered {
        println!("{line}");
    }
    println!("{} rules, {} lacks", Catalogue::bundled().rules().len(), uncovered.len());
    // What is planned is undecided, not broken.
    uncovered.iter().map(|(exit, _)| *exit).min().unwrap_or(Exit::Success)
}

fn scenarios_by_rule() -> Result<BTreeMap<String, Vec<String>>, scenarios::features::FeatureError> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for feature in read(&[HUB_FEATURES, CLIENT_FEATURES].concat())? {
        for scenario in &feature.scenarios {
            for rule in rules_of(&feature, scenario).unwrap_or_default() {
                found.entry(rule.to_string()).or_default().push(scenario_id(&feature, scenario));
            }
        }
    }
    Ok(found)
}

fn print_rule(rule: &Rule, scenarios: usize, faults: &[&str], lang: Lang) {
    let title = if lang == Lang::En { &rule.title.en } else { &rule.title.fr };
    let level = rule.level(contract::rules::ContractVersion::CiSi126).name();
    let planned = if rule.planned { " planned" } else { "" };
    println!(
        "{:<8} {level:<8}{planned} {scenarios} scenarios, faults: {} — {title} ({})",
        rule.id,
        listed(faults),
        rule.source
    );
    if let Some(reason) = &rule.no_fault_reason {
        println!("         no fault: {}", if lang == Lang::En { &reason.en } else { &reason.fr });
    }
}

fn listed(faults: &[&str]) -> String {
    if faults.is_empty() { "none".to_owned() } else { faults.join(" ") }
}

/// What a rule lacks to be covered, and the exit that it costs.
fn lack(rule: &Rule, scenarios: usize, faults: &[&str]) -> Option<(Exit, String)> {
    if rule.subject == Obliged::Client {
        // The faults that prove it are those of the reference client, which the tests switch on.
        let lack = || (Exit::DoesNotConform, format!("{}: no scenario checks it", rule.id));
        return (scenarios == 0).then(lack);
    }
    let unchecked = scenarios == 0 && rule.id.as_str() != RUN_WIDE;
    let unproven = faults.is_empty() && rule.no_fault_reason.is_none();
    let (exit, lack) = match (unchecked, unproven) {
        (false, false) => return None,
        (true, _) if rule.planned => (Exit::Undecided, "planned, no scenario checks it yet"),
        (true, _) => (Exit::DoesNotConform, "no scenario checks it"),
        (false, true) => (Exit::DoesNotConform, "no fault breaks it, and no reason is given"),
    };
    Some((exit, format!("{}: {lack}", rule.id)))
}
