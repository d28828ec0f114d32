//! `etalon rules`: the catalogue, with what checks each rule and what proves that the check can
//! fail; one rule or all of them in full, in several formats. With `--check`, fails unless every
//! rule is covered both ways, or says why not.

use std::collections::BTreeMap;

use contract::rules::{Catalogue, ContractVersion, Level, Obliged, Rule};
use reference_hub::faults::entries;
use reports::Lang;
use reports::catalogue::{Breach, Explained, ScenarioText, lay_out};
use scenarios::features::{
    CLIENT_FEATURES, HUB_FEATURES, Written, read, rules_of, scenario_id, written,
};

use super::fail;
use crate::arguments::{RuleLevel, RulesArguments, RulesFormat};
use crate::exit::Exit;
use crate::output::page;

/// The rule that is checked on every exchange of a run, and needs no scenario of its own.
const RUN_WIDE: &str = "WIRE-01";

pub(crate) fn run(arguments: &RulesArguments) -> Exit {
    let scenarios = match written(&[HUB_FEATURES, CLIENT_FEATURES].concat()) {
        Ok(scenarios) => scenarios,
        Err(error) => return fail(Exit::Bug, &error),
    };
    if arguments.check {
        return check();
    }
    let lang = arguments.lang.into();
    let rules: Vec<_> = chosen(arguments).map(|rule| explained(rule, &scenarios)).collect();
    if arguments.id.is_none() && arguments.format == RulesFormat::Text {
        return list(&rules, lang);
    }
    page(lay_out(&rules, arguments.format.into(), lang, crate::version::short()).trim_end());
    Exit::Success
}

/// The rules that are asked for.
fn chosen(arguments: &RulesArguments) -> impl Iterator<Item = &'static Rule> {
    Catalogue::bundled().rules().iter().filter(|rule| {
        let level = rule.level(ContractVersion::CiSi126);
        let by_level = arguments.level.is_none_or(|asked| match asked {
            RuleLevel::Must => level == Level::Must,
            RuleLevel::Recorded => level == Level::Recorded,
        });
        let by_id = arguments.id.as_ref().is_none_or(|id| *id == rule.id);
        let families = &arguments.family;
        let by_family =
            families.is_empty() || families.iter().any(|family| family == rule.id.family());
        by_id && by_family && by_level
    })
}

/// A rule with what checks it and what breaks it.
fn explained<'a>(rule: &'a Rule, scenarios: &[Written]) -> Explained<'a> {
    let own = scenarios.iter().filter(|written| written.rules.contains(&rule.id));
    let broken = entries().filter(|entry| entry.rule == rule.id.as_str());
    Explained {
        rule,
        scenarios: own
            .map(|written| ScenarioText {
                place: format!("{}:{}", written.feature, written.line),
                text: written.text.clone(),
            })
            .collect(),
        breaches: broken.map(|entry| Breach { id: entry.id, title: entry.said() }).collect(),
    }
}

fn list(rules: &[Explained<'_>], lang: Lang) -> Exit {
    let scenarios = match scenarios_by_rule() {
        Ok(scenarios) => scenarios,
        Err(error) => return fail(Exit::Bug, &error),
    };
    for one in rules {
        let checked = scenarios.get(one.rule.id.as_str()).map_or(0, Vec::len);
        let faults: Vec<_> = one.breaches.iter().map(|breach| breach.id).collect();
        print_rule(one.rule, checked, &faults, lang);
    }
    Exit::Success
}

fn check() -> Exit {
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
        let checked = scenarios.get(rule.id.as_str()).map_or(0, Vec::len);
        let broken = faults.get(rule.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        uncovered.extend(lack(rule, checked, broken));
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
    let level = rule.level(ContractVersion::CiSi126).name();
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
