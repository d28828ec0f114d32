//! The living documentation: each rule with its source, its scenarios as they are written, what
//! breaks it and the divergences it meets, in the format asked for. Reads no feature and knows no
//! hub: what it lays out is handed to it.

mod html;
mod markdown;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use contract::bilingual::Bilingual;
use contract::divergences::{self, Divergence};
use contract::rules::{ContractVersion, Level, Rule};
use serde_json::{Value, json};

use crate::texts::{Lang, citation, level_name};

words! {
    /// The words of the catalogue.
    Words:
    title: "Le catalogue des règles", "The catalogue of rules";
    intro:
        "Ce que la suite exige, règle par règle, et comment elle le vérifie. Une règle obligatoire fait échouer le hub ; un constat est décrit sans être jugé.",
        "What the suite requires, rule by rule, and how it checks it. A mandatory rule fails the hub; what is recorded is described and not judged.";
    level: "Niveau", "Level";
    source: "Source", "Source";
    passage: "Passage cité, en nos mots", "Passage cited, in our words";
    needs: "Suppose", "Needs";
    note: "Précision", "Note";
    faults: "Ce qui l'enfreint, par exemple", "What breaks it, for example";
    no_fault: "Aucune faute ne l'enfreint", "No fault breaks it";
    divergences: "Divergences entre les documents", "Divergences between the documents";
    scenarios: "Scénarios", "Scenarios";
    no_scenario: "Aucun scénario ne lui est propre.", "No scenario is its own.";
    earlier: "sous un contrat antérieur à CI-SI-1.2.6", "under contracts before CI-SI-1.2.6";
    all_families: "toutes les familles", "all families";
    all_levels: "tous les niveaux", "all levels";
    filter: "Filtrer", "Filter";
    play: "La jouer", "Play it";
}

/// A format of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueFormat {
    /// For a terminal.
    Text,
    /// One page, self-contained.
    Html,
    /// For a wiki.
    Markdown,
    /// For programs.
    Json,
}

/// A scenario as its feature writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioText {
    /// Its file and line.
    pub place: String,
    /// Its lines.
    pub text: String,
}

/// A fault of the reference hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// What `--fault` calls it.
    pub id: &'static str,
    /// What the hub then does.
    pub title: Bilingual,
}

/// All that is to be told of a rule.
#[derive(Debug)]
pub struct Explained<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What checks it.
    pub scenarios: Vec<ScenarioText>,
    /// What breaks it.
    pub breaches: Vec<Breach>,
}

impl Explained<'_> {
    fn level(&self) -> Level {
        self.rule.level(ContractVersion::CiSi126)
    }

    /// The levels in words: both, when they differ by contract.
    fn levels(&self, lang: Lang) -> String {
        let (now, before) = (self.level(), self.rule.level(ContractVersion::Pres2021));
        let now_named = level_name(now, lang);
        match now == before {
            true => now_named.to_owned(),
            false => {
                let earlier = Words::of(lang).earlier;
                format!("{now_named} ({} {earlier})", level_name(before, lang))
            }
        }
    }

    fn needs(&self) -> String {
        self.rule.needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// The divergences that the rule or its scenarios name.
    fn divergences(&self) -> Vec<&'static Divergence> {
        let note = self.rule.note.iter().flat_map(|note| [note.fr.as_str(), note.en.as_str()]);
        let scenarios = self.scenarios.iter().map(|scenario| scenario.text.as_str());
        let texts = [self.rule.title.fr.as_str(), self.rule.source.as_str()];
        let texts = texts.into_iter().chain(note).chain(scenarios);
        let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
        let named: BTreeSet<&str> = words.collect();
        divergences::all().iter().filter(|one| named.contains(one.id.as_str())).collect()
    }
}

/// Lays the rules out; those of a family stand together.
pub fn lay_out(
    rules: &[Explained<'_>],
    format: CatalogueFormat,
    lang: Lang,
    etalon: &str,
) -> String {
    match format {
        CatalogueFormat::Text => rules.iter().map(|rule| text(rule, lang)).collect(),
        CatalogueFormat::Html => html::render(rules, lang, etalon),
        CatalogueFormat::Markdown => markdown::render(rules, lang),
        CatalogueFormat::Json => json(rules),
    }
}

fn said(text: &Bilingual, lang: Lang) -> &str {
    lang.pick(&text.fr, &text.en)
}

/// A rule for a terminal.
fn text(one: &Explained<'_>, lang: Lang) -> String {
    let (rule, words, colon) = (one.rule, Words::of(lang), lang.colon());
    let mut page = format!("{} — {}\n\n", rule.id, said(&rule.title, lang));
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(page, "{label}{colon}{value}");
        }
    };
    line(words.level, &one.levels(lang));
    line(words.source, &citation(&rule.source, lang));
    line(words.passage, said(&rule.passage, lang));
    line(words.needs, &one.needs());
    line(words.note, rule.note.as_ref().map_or("", |note| said(note, lang)));
    line(words.no_fault, rule.no_fault_reason.as_ref().map_or("", |why| said(why, lang)));
    line(words.play, &play(one));
    if !one.breaches.is_empty() {
        let _ = writeln!(page, "\n{}{}", words.faults, colon.trim_end());
        for breach in &one.breaches {
            let _ = writeln!(page, "  {} — {}", breach.id, said(&breach.title, lang));
        }
    }
    let divergences = one.divergences();
    if !divergences.is_empty() {
        let _ = writeln!(page, "\n{}{}", words.divergences, colon.trim_end());
        for divergence in divergences {
            let _ = writeln!(page, "  {} — {}", divergence.id, said(&divergence.subject, lang));
            for side in &divergence.sides {
                let _ = writeln!(page, "    · {}", said(&side.text, lang));
            }
        }
    }
    match one.scenarios.is_empty() {
        true => page.push_str(&format!("\n{}\n", words.no_scenario)),
        false => page.push_str(&format!("\n{}{}\n", words.scenarios, colon.trim_end())),
    }
    for scenario in &one.scenarios {
        let _ = writeln!(page, "\n  {}", scenario.place);
        for written in scenario.text.lines() {
            let _ = writeln!(page, "    {written}");
        }
    }
    page
}

/// The command that plays a rule, of a hub.
fn play(one: &Explained<'_>) -> String {
    match one.rule.subject {
        contract::rules::Obliged::Hub => format!("etalon certify hub --rule {}", one.rule.id),
        contract::rules::Obliged::Client => String::new(),
    }
}

fn json(rules: &[Explained<'_>]) -> String {
    let both = |text: &Bilingual| json!({ "fr": text.fr, "en": text.en });
    let value = |one: &Explained<'_>| -> Value {
        let rule = one.rule;
        json!({
            "id": rule.id,
            "family": rule.id.family(),
            "level": one.level().name(),
            "level_before_1_2_6": rule.level(ContractVersion::Pres2021).name(),
            "edition": rule.edition,
            "planned": rule.planned,
            "title": both(&rule.title),
            "note": rule.note.as_ref().map(both),
            "source": rule.source,
            "passage": both(&rule.passage),
            "needs": rule.needs.iter().map(|need| need.name()).collect::<Vec<_>>(),
            "no_fault_reason": rule.no_fault_reason.as_ref().map(both),
            "faults": one.breaches.iter()
                .map(|breach| {
                    let Bilingual { fr, en } = &breach.title;
                    json!({ "id": breach.id, "title": en, "title_fr": fr })
                })
                .collect::<Vec<_>>(),
            "divergences": one.divergences().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
            "scenarios": one.scenarios.iter()
                .map(|scenario| json!({ "place": scenario.place, "text": scenario.text }))
                .collect::<Vec<_>>(),
        })
    };
    let all: Vec<Value> = rules.iter().map(value).collect();
    // A list of texts and numbers always has a JSON form.
    serde_json::to_string_pretty(&json!({ "format": 1, "rules": all })).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::rules::Catalogue;

    fn explained() -> Vec<Explained<'static>> {
        let rules =
            ["NOT-01", "CAS-09", "EVT-16"].map(|id| Catalogue::bundled().named(id).unwrap());
        let scenario = ScenarioText {
            place: "x.feature:3".into(),
            text: "Scénario: <b>un</b>\n  Alors ce qui est relevé pour D13 [EVT-16]\n```".into(),
        };
        let broken = Bilingual { fr: "il est faussé".into(), en: "it is broken".into() };
        let explained = |rule: &'static Rule| Explained {
            rule,
            scenarios: vec![scenario.clone()],
            breaches: vec![Breach { id: "X-1", title: broken.clone() }],
        };
        rules.into_iter().map(explained).collect()
    }

    #[test]
    fn every_format_tells_a_rule_its_scenarios_its_faults_and_its_divergences() {
        use CatalogueFormat::{Html, Json, Markdown, Text};
        for format in [Text, Html, Markdown, Json] {
            for lang in [Lang::Fr, Lang::En] {
                let page = lay_out(&explained(), format, lang, "0");
                let broken = lang.pick("il est faussé", "it is broken");
                for part in ["NOT-01", "RC006", "x.feature:3", broken, "D13"] {
                    assert!(page.contains(part), "{format:?} does not tell {part}: {page}");
                }
            }
        }
    }

    #[test]
    fn the_page_loads_and_runs_nothing_and_shows_texts_as_texts() {
        let page = lay_out(&explained(), CatalogueFormat::Html, Lang::Fr, "0");
        for loading in ["<link", "<script", "<img", "@import", "url(", " src=", "<b>un"] {
            assert!(!page.contains(loading), "the page contains {loading}");
        }
        let of_notifications = "body:has(#family-NOT:checked) .family:not(.family-NOT)";
        assert!(page.contains(of_notifications), "families are filtered by style alone");
    }

    #[test]
    fn a_level_that_depends_on_the_contract_says_so() {
        let rules = explained();
        assert_eq!(rules[0].levels(Lang::En), "mandatory");
        assert!(rules[1].levels(Lang::En).contains("before CI-SI-1.2.6"));
    }
}
