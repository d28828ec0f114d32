//! Where a report comes from: which étalon, started how and where, with which rights on what it
//! judged. Says beside it what a reader must not miss: a hub that étalon brought along, or broke on
//! purpose. Gathers nothing itself.

use std::collections::BTreeMap;

use contract::bilingual::Bilingual;
use serde::{Deserialize, Serialize};

use crate::manifest::Tool;
use crate::texts::Lang;

/// Where a run comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program, with the commit of its sources.
    pub tool: Tool,
    /// SHA-256 of its catalogue of rules.
    pub catalogue: String,
    /// SHA-256 of the features that were played; empty in records of before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub features: String,
    /// How it was started; secrets are masked with the rest of the record.
    pub command: String,
    /// The machine and its system.
    pub machine: String,
    /// Whether the hub is the one that étalon brings along, started for this run.
    #[serde(default)]
    pub is_bundled: bool,
    /// What was broken on purpose in that hub.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// What the hub does under each of them, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fault_titles: BTreeMap<String, Bilingual>,
    /// The limits and permissions of the target file, by their keys there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The credentials by their names, with the role of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, String>,
}

impl Provenance {
    /// What must be said before any verdict, if there is such a thing.
    pub(crate) fn alarm(&self, lang: Lang) -> Option<String> {
        if !self.faults.is_empty() {
            let named = |fault: &String| match self.fault_titles.get(fault) {
                Some(title) => format!("{fault} ({})", lang.pick(&title.fr, &title.en)),
                None => fault.clone(),
            };
            let faults = self.faults.iter().map(named).collect::<Vec<_>>().join(", ");
            let told = lang.pick(
                "Fautes introduites volontairement dans le hub de référence d'étalon",
                "Faults injected on purpose into étalon's reference hub",
            );
            let so = lang.pick(
                "ce rapport ne dit rien d'un hub en service.",
                "this report says nothing of any hub in service.",
            );
            return Some(format!("{told}{}{faults}. {}", lang.colon(), upper(so)));
        }
        let told = lang.pick(
            "Le hub évalué est le hub de référence d'étalon, lancé pour ce passage : ce rapport ne dit rien d'un autre hub.",
            "The hub under test is étalon's reference hub, started for this run: this report says nothing of any other hub.",
        );
        self.is_bundled.then(|| told.to_owned())
    }

    /// Each fact with its label.
    pub(crate) fn facts(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let unknown = lang.pick("inconnu", "unknown");
        let list = |facts: &BTreeMap<String, String>| {
            let facts: Vec<_> =
                facts.iter().map(|(name, what)| format!("{name} = {what}")).collect();
            facts.join(" · ")
        };
        let commit = self.tool.commit.as_deref().unwrap_or(unknown);
        [
            ("étalon", self.tool.version.clone()),
            (lang.pick("Commit des sources", "Commit of the sources"), commit.to_owned()),
            (
                lang.pick("Catalogue de règles (SHA-256)", "Catalogue of rules (SHA-256)"),
                self.catalogue.clone(),
            ),
            (
                lang.pick("Scénarios joués (SHA-256)", "Features played (SHA-256)"),
                self.features.clone(),
            ),
            (lang.pick("Commande", "Command"), self.command.clone()),
            (lang.pick("Machine", "Machine"), self.machine.clone()),
            (lang.pick("Accès utilisés", "Credentials used"), list(&self.credentials)),
            (lang.pick("Limites et autorisations", "Limits and permissions"), list(&self.settings)),
        ]
        .into_iter()
        .filter(|(_, fact)| !fact.is_empty())
        .collect()
    }
}

fn upper(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_was_broken_on_purpose_is_never_passed_over() {
        let title = Bilingual { fr: "un lot de 24".to_owned(), en: "a batch of 24".to_owned() };
        let broken = Provenance {
            is_bundled: true,
            faults: vec!["NOT-01".to_owned(), "NOT-02".to_owned()],
            fault_titles: [("NOT-01".to_owned(), title)].into(),
            ..Provenance::default()
        };
        for lang in [Lang::Fr, Lang::En] {
            let alarm = broken.alarm(lang).unwrap();
            let does =
                lang.pick("NOT-01 (un lot de 24), NOT-02.", "NOT-01 (a batch of 24), NOT-02.");
            assert!(alarm.contains(does), "{alarm}");
            let bundled = Provenance { faults: vec![], ..broken.clone() };
            assert!(bundled.alarm(lang).is_some());
            assert_eq!(Provenance::default().alarm(lang), None);
        }
    }
}
