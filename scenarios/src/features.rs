//! The features, embedded and read strictly: what the Gherkin library would let pass in silence
//! (scenarios turned into description, outlines without examples, tags that switch failures off,
//! scenarios that check nothing) is an error.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use contract::exchange::hexadecimal;
use contract::rules::{Catalogue, ContractVersion, RuleId};
use cucumber::feature::Ext as _;
use gherkin::{Feature, GherkinEnv, Scenario, StepType};
use regex::Regex;
use sha2::{Digest as _, Sha256};

/// Path and text of each feature for hubs.
pub const HUB_FEATURES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/hub_features.rs"));
/// Path and text of each feature for clients, which the bench for clients plays.
pub const CLIENT_FEATURES: &[(&str, &str)] =
    include!(concat!(env!("OUT_DIR"), "/client_features.rs"));

static CHECKED_RULE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[([A-Z]+-[0-9]{2})\]").expect("the pattern of a rule id is a regex")
});

/// Tags that are no rule: roles, permissions, order.
pub(crate) const NEEDS: &[&str] = &[
    "OSL", "SI", "SI2", "SI1b", "OTHER", "OSL2", "ADMIN", "DATAPASS", "VIRUS", "MAIL", "CLOCK",
    "TTL", "TLS", "BIG", "RESTART", "SANDBOX", QUOTA, "EXCEED", "METHOD",
];
/// The need of scenarios that are about the quotas of a gateway.
pub(crate) const QUOTA: &str = "QUOTA";
/// The tag of scenarios that run alone.
pub(crate) const SERIAL: &str = "serial";
/// The tag of scenarios that take so long that they begin first: nobody waits for them at the end.
pub const LONG: &str = "long";
/// What the tag of a scenario that plays on one démarche starts with: `@demarche:CERTDC`.
const ON_PROCESS: &str = "demarche:";
/// What the tag of a scenario that only contracts from one on ask for starts with:
/// `@depuis:CI-SI-1.2.6`.
const SINCE: &str = "depuis:";

/// A mistake in a feature: ours, never the hub's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct FeatureError {
    /// Which feature.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// Reads the embedded features, outlines expanded.
///
/// # Errors
/// The first mistake found.
pub fn read(sources: &[(&str, &str)]) -> Result<Vec<Feature>, FeatureError> {
    sources.iter().map(|(path, text)| read_one(path, text)).collect()
}

/// The titles of features, by their paths.
pub fn titles(features: &[Feature]) -> BTreeMap<String, String> {
    let titled = features.iter().filter_map(|feature| {
        let path = feature.path.as_deref()?.display().to_string();
        Some((path, feature.name.clone()))
    });
    titled.collect()
}

/// SHA-256 of features: their paths and texts, in order.
pub fn digest(sources: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for (path, text) in sources {
        hash.update(format!("{path}\n{text}\n"));
    }
    hexadecimal(&hash.finalize())
}

fn read_one(path: &str, text: &str) -> Result<Feature, FeatureError> {
    let mistake = |message: String| FeatureError { path: path.to_owned(), message };
    let env = GherkinEnv::new("fr").map_err(|error| mistake(error.to_string()))?;
    let mut feature = Feature::parse(text, env).map_err(|error| mistake(error.to_string()))?;
    feature.path = Some(PathBuf::from(path));
    let written = text.lines().map(str::trim_start).filter(|line| is_scenario(line)).count();
    if feature.scenarios.len() != written || !feature.rules.is_empty() {
        return Err(mistake(format!(
            "{written} scenarios are written and {} are read: check the keywords",
            feature.scenarios.len()
        )));
    }
    if feature.background.is_some() {
        return Err(mistake(
            "a Contexte hides steps from the reader: write them in each scenario".to_owned(),
        ));
    }
    for scenario in &feature.scenarios {
        let rows = scenario
            .examples
            .iter()
            .filter_map(|examples| examples.table.as_ref())
            .map(|table| table.rows.len().saturating_sub(1));
        let is_outline = scenario.steps.iter().any(|step| step.value.contains('<'));
        if is_outline && rows.clone().sum::<usize>() == 0 || rows.clone().any(|count| count == 0) {
            return Err(mistake(format!("« {} » is an outline without examples", scenario.name)));
        }
    }
    feature.scenarios.iter_mut().for_each(fill_tags);
    let feature = feature.expand_examples().map_err(|error| mistake(error.to_string()))?;
    for scenario in &feature.scenarios {
        hold(&feature, scenario).map_err(mistake)?;
    }
    Ok(feature)
}

/// Fills the placeholders in an outline's tags (`@demarche:<démarche>`), which the library leaves
/// as they stand: each row becomes a table of its own, whose tags are the outline's with the row's
/// values.
fn fill_tags(scenario: &mut Scenario) {
    let (open, plain): (Vec<_>, Vec<_>) =
        std::mem::take(&mut scenario.tags).into_iter().partition(|tag| tag.contains('<'));
    scenario.tags = plain;
    if open.is_empty() {
        return;
    }
    let mut filled = Vec::new();
    for examples in std::mem::take(&mut scenario.examples) {
        let Some((header, rows)) =
            examples.table.as_ref().and_then(|table| table.rows.split_first())
        else {
            continue;
        };
        for (rank, row) in rows.iter().enumerate() {
            let mut one = examples.clone();
            // The library finds the line of a row from that of its table.
            one.position.line += rank;
            one.tags.extend(open.iter().map(|tag| {
                header.iter().zip(row).fold(tag.clone(), |tag, (name, value)| {
                    tag.replace(&format!("<{name}>"), value)
                })
            }));
            if let Some(table) = &mut one.table {
                table.rows = vec![header.clone(), row.clone()];
            }
            filled.push(one);
        }
    }
    scenario.examples = filled;
}

/// A scenario as its feature writes it, the rows of an outline together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Path of its feature.
    pub feature: String,
    /// Line of its heading.
    pub line: usize,
    /// The rules that it, or one of its rows, is tagged with.
    pub rules: Vec<RuleId>,
    /// Its lines, from its heading on.
    pub text: String,
}

/// Every scenario of the features, for people to read.
///
/// # Errors
/// The first mistake found.
pub fn written(sources: &[(&str, &str)]) -> Result<Vec<Written>, FeatureError> {
    let mut all = Vec::new();
    for (path, text) in sources {
        let mut blocks = blocks(path, text);
        let feature = read_one(path, text)?;
        for scenario in &feature.scenarios {
            let rules = rules_of(&feature, scenario).unwrap_or_default();
            let own = blocks.iter_mut().rev().find(|block| block.line <= scenario.position.line);
            if let Some(block) = own {
                block.rules.extend(rules);
                block.rules.sort();
                block.rules.dedup();
            }
        }
        all.extend(blocks);
    }
    Ok(all)
}

/// The scenarios of a feature, without their rules yet: each goes as far as the tags or the heading
/// of the next.
fn blocks(path: &str, text: &str) -> Vec<Written> {
    let lines: Vec<&str> = text.lines().collect();
    let heading = |line: &&str| is_scenario(line.trim_start());
    let starts: Vec<usize> = (0..lines.len()).filter(|at| heading(&lines[*at])).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let ends: Vec<usize> = ends.collect();
    let block = |(start, end): (&usize, usize)| {
        let mut kept = &lines[*start..end];
        while let [before @ .., last] = kept
            && (last.trim().is_empty() || last.trim_start().starts_with(['@', '#']))
        {
            kept = before;
        }
        let dedented = kept.iter().map(|line| line.strip_prefix("  ").unwrap_or(line));
        Written {
            feature: path.to_owned(),
            line: start + 1,
            rules: Vec::new(),
            text: dedented.collect::<Vec<_>>().join("\n"),
        }
    };
    starts.iter().zip(ends).map(block).collect()
}

fn is_scenario(line: &str) -> bool {
    [
        "Scénario:",
        "Scénario :",
        "Plan du scénario:",
        "Plan du scénario :",
        "Plan du Scénario:",
        "Exemple:",
    ]
    .iter()
    .any(|keyword| line.starts_with(keyword))
}

/// What every scenario keeps to.
fn hold(feature: &Feature, scenario: &Scenario) -> Result<(), String> {
    let name = &scenario.name;
    let rules = rules_of(feature, scenario)?;
    if rules.is_empty() {
        return Err(format!("« {name} » is tagged with no rule"));
    }
    let checked = checked_rules(scenario);
    for rule in &rules {
        if !checked.contains(rule) {
            return Err(format!(
                "« {name} » is tagged {rule} and has no step that checks it: end one with [{rule}]"
            ));
        }
    }
    if let Some(stray) = checked.iter().find(|rule| !rules.contains(rule)) {
        return Err(format!("« {name} » checks {stray} and is not tagged with it"));
    }
    Ok(())
}

/// The rules that the steps of a scenario check.
pub(crate) fn checked_rules(scenario: &Scenario) -> Vec<RuleId> {
    let steps = scenario.steps.iter().filter(|step| step.ty == StepType::Then);
    steps
        .flat_map(|step| CHECKED_RULE.captures_iter(&step.value))
        .filter_map(|found| RuleId::try_from(&found[1]).ok())
        .collect()
}

/// The rules that a scenario is tagged with.
pub fn rules_of(feature: &Feature, scenario: &Scenario) -> Result<Vec<RuleId>, String> {
    let mut rules = Vec::new();
    for tag in feature.tags.iter().chain(&scenario.tags) {
        if NEEDS.contains(&tag.as_str())
            || tag == SERIAL
            || tag == LONG
            || tag.starts_with(ON_PROCESS)
            || since(tag).is_some()
        {
            continue;
        }
        match RuleId::try_from(tag.as_str()) {
            Ok(id) if Catalogue::bundled().rule(&id).is_ok() => rules.push(id),
            _ => {
                return Err(format!(
                    "« {} »: the tag @{tag} is neither a rule of the catalogue nor a need",
                    scenario.name
                ));
            }
        }
    }
    rules.dedup();
    Ok(rules)
}

/// The needs that a scenario is tagged with.
pub fn needs_of<'a>(feature: &'a Feature, scenario: &'a Scenario) -> impl Iterator<Item = &'a str> {
    feature.tags.iter().chain(&scenario.tags).map(String::as_str).filter(|tag| NEEDS.contains(tag))
}

/// The démarche that a scenario's tags say it plays on.
pub(crate) fn process_of<'a>(feature: &'a Feature, scenario: &'a Scenario) -> Option<&'a str> {
    feature.tags.iter().chain(&scenario.tags).find_map(|tag| tag.strip_prefix(ON_PROCESS))
}

/// The first contract that asks for a scenario, where its tags name one.
pub(crate) fn since_of(feature: &Feature, scenario: &Scenario) -> Option<ContractVersion> {
    feature.tags.iter().chain(&scenario.tags).find_map(|tag| since(tag))
}

fn since(tag: &str) -> Option<ContractVersion> {
    ContractVersion::try_from(tag.strip_prefix(SINCE)?).ok()
}

/// Whether a scenario runs alone.
pub(crate) fn is_serial(feature: &Feature, scenario: &Scenario) -> bool {
    feature.tags.iter().chain(&scenario.tags).any(|tag| tag == SERIAL)
}

/// Whether a scenario begins before others.
pub(crate) fn is_long(feature: &Feature, scenario: &Scenario) -> bool {
    feature.tags.iter().chain(&scenario.tags).any(|tag| tag == LONG)
}

/// Identifies a scenario within the run: its file and line.
pub fn scenario_id(feature: &Feature, scenario: &Scenario) -> String {
    let stem = feature
        .path
        .as_deref()
        .and_then(|path| path.file_stem())
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    format!("{stem}:{}", scenario.position.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        read_one("x.feature", &format!("# language: fr\nFonctionnalité: Essai\n{text}"))
            .unwrap_err()
            .message
    }

    #[test]
    fn the_embedded_features_keep_to_what_is_asked_of_them() {
        let features = read(HUB_FEATURES).unwrap();
        assert!(!features.is_empty());
    }

    #[test]
    fn every_scenario_has_an_id_of_its_own() {
        let features = read(HUB_FEATURES).unwrap();
        let mut ids: Vec<_> = features
            .iter()
            .flat_map(|f| f.scenarios.iter().map(move |s| scenario_id(f, s)))
            .collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn a_scenario_that_checks_nothing_is_refused() {
        assert!(
            mistake("  @NOT-01\n  Scénario: A\n    Soit un SI\n")
                .contains("no step that checks it")
        );
        assert!(mistake("  Scénario: A\n    Alors le lot est vide [NOT-01]\n").contains("no rule"));
    }

    #[test]
    fn each_row_of_an_outline_fills_the_tags_with_its_values() {
        let outline = "  @NOT-01 @demarche:<code>\n  Plan du scénario: A\n    Alors le lot de <code> est vide [NOT-01]\n    Exemples:\n      | code |\n      | CERTDC |\n      | RSA |\n";
        let feature =
            read_one("x.feature", &format!("# language: fr\nFonctionnalité: Essai\n{outline}"))
                .unwrap();
        let found: Vec<_> =
            feature.scenarios.iter().map(|s| (process_of(&feature, s), s.position.line)).collect();
        assert_eq!(found, [(Some("CERTDC"), 8), (Some("RSA"), 9)]);
        assert_eq!(feature.scenarios[1].steps[0].value, "le lot de RSA est vide [NOT-01]");
    }

    #[test]
    fn a_scenario_reads_as_it_was_written_with_all_its_rows() {
        let text = "# language: fr\nFonctionnalité: Essai\n\n  @NOT-01\n  Plan du scénario: A\n    Alors <mot> [NOT-01]\n    Exemples:\n      | mot |\n      | un  |\n      | deux |\n\n  # ce qui suit\n  @NOT-02\n  Scénario: B\n    Alors rien [NOT-02]\n";
        let all = written(&[("x.feature", text)]).unwrap();
        let rules: Vec<_> = all.iter().map(|one| one.rules[0].as_str()).collect();
        assert_eq!((rules, all[0].line, all[1].line), (vec!["NOT-01", "NOT-02"], 5, 14));
        assert!(all[0].text.starts_with("Plan du scénario: A\n  Alors"), "{}", all[0].text);
        assert!(all[0].text.ends_with("| deux |"), "{}", all[0].text);
        assert_eq!(all[1].text, "Scénario: B\n  Alors rien [NOT-02]");
    }

    #[test]
    fn tags_that_switch_failures_off_are_refused() {
        assert!(
            mistake("  @NOT-01 @allow.skipped\n  Scénario: A\n    Alors rien [NOT-01]\n")
                .contains("allow.skipped")
        );
        assert!(mistake("  @NOT-99\n  Scénario: A\n    Alors rien [NOT-99]\n").contains("NOT-99"));
    }

    #[test]
    fn an_outline_without_examples_is_refused() {
        assert!(
            mistake("  @NOT-01\n  Plan du scénario: A\n    Alors <n> notifications [NOT-01]\n")
                .contains("examples")
        );
    }
}
