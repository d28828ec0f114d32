//! Every word of the reports that does not come from the run itself, in both languages, in one
//! place: [`labels`] holds the words, this module the sentences. Renderers lay them out and write
//! none of their own.

mod english;
mod french;
mod glossary;
mod labels;
mod quantities;
mod verdict;

use std::str::FromStr;

pub(crate) use english::english;
pub use french::agreed;
pub(crate) use french::spaced;
pub(crate) use glossary::{glossary, needs};
pub(crate) use labels::Labels;
pub(crate) use quantities::in_seconds;
pub use quantities::{duration, instant, time_of_day};
pub use verdict::{verdict_name, verdict_sentence};

use contract::rules::{Catalogue, Level, RuleId};

use crate::event::NoteLevel;
use crate::run::{Note, Reason, RuleOutcome, RuleResult, Run, ScenarioOutcome};

/// Language of a report. What comes from the features and the hub stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

/// A language that the reports do not speak.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a language of the reports: use fr or en")]
pub struct UnknownLang(String);

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "fr" => Ok(Self::Fr),
            "en" => Ok(Self::En),
            _ => Err(UnknownLang(text.to_owned())),
        }
    }
}

impl Lang {
    /// Its code, as in HTML.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    pub(crate) fn labels(self) -> &'static Labels {
        Labels::of(self)
    }

    /// The text of this language.
    pub fn pick<'a>(self, fr: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// What stands between a label and its value; French sets a space before the colon.
    pub fn colon(self) -> &'static str {
        self.pick("\u{a0}: ", ": ")
    }

    /// A number and its noun: "1 règle", "3 règles". French counts nothing in the singular.
    pub(crate) fn count(self, number: usize, one: &str, many: &str) -> String {
        let singular = number == 1 || (number == 0 && self == Self::Fr);
        format!("{number} {}", if singular { one } else { many })
    }
}

/// What a run says of itself, in the language asked for as far as that is known.
pub(crate) fn told(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => text.to_owned(),
        Lang::En => english(text).unwrap_or_else(|| text.to_owned()),
    }
}

/// A number of checks.
pub(crate) fn counted_checks(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Fr => lang.count(count, "vérification", "vérifications"),
        Lang::En => lang.count(count, "check", "checks"),
    }
}

/// A citation as its reader writes it: those of the catalogue have small words of French, quotes
/// and spaces of English.
pub(crate) fn citation(text: &str, lang: Lang) -> String {
    const SMALL: [(&str, &str); 5] = [
        (" à RC", " to RC"),
        (" et annexe ", " and annex "),
        ("annexe ", "annex "),
        (" étape ", " step "),
        (", exigences", ", requirements"),
    ];
    let quoted = |text: String, (nth, part): (usize, &str)| match nth % 2 {
        0 => text + part,
        _ => format!("{text}« {part} »"),
    };
    match lang {
        Lang::Fr => {
            let text = text.replace("contract §", "contrat §").replace("; ", " ; ");
            spaced(&text.split('"').enumerate().fold(String::new(), quoted))
        }
        Lang::En => SMALL.iter().fold(text.to_owned(), |text, (fr, en)| text.replace(fr, en)),
    }
}

/// How far the clock of the target is from that of the machine.
pub(crate) fn seconds_ahead(seconds: i64, lang: Lang) -> String {
    let by = seconds.unsigned_abs();
    match (seconds.signum(), lang) {
        (0, Lang::Fr) => "à l'heure de la machine, à la seconde près".to_owned(),
        (0, Lang::En) => "that of the machine, to the second".to_owned(),
        (1, Lang::Fr) => format!("en avance de {by} s sur celle de la machine"),
        (1, Lang::En) => format!("{by} s ahead of that of the machine"),
        (_, Lang::Fr) => format!("en retard de {by} s sur celle de la machine"),
        (_, Lang::En) => format!("{by} s behind that of the machine"),
    }
}

/// The counts as an addition that the reader can check.
pub fn counts_sentence(run: &Run, lang: Lang) -> String {
    let terms: Vec<String> = counted(run)
        .map(|(outcome, count)| format!("{count} {}", outcome_name(outcome, count, lang)))
        .collect();
    let total =
        lang.count(run.counts.expected, lang.pick("règle", "rule"), lang.pick("règles", "rules"));
    if terms.is_empty() { total } else { format!("{total} = {}", terms.join(" + ")) }
}

/// The outcomes that occur, with their counts.
pub(crate) fn counted(run: &Run) -> impl Iterator<Item = (RuleOutcome, usize)> {
    let counts = run.counts;
    RuleOutcome::ALL
        .into_iter()
        .map(move |outcome| (outcome, counts.get(outcome)))
        .filter(|(_, count)| *count > 0)
}

/// An outcome in a word or two, agreeing with a number of rules.
pub(crate) fn outcome_name(outcome: RuleOutcome, count: usize, lang: Lang) -> &'static str {
    let (one, many, en) = match outcome {
        RuleOutcome::Passed => ("conforme", "conformes", "passed"),
        RuleOutcome::Failed => ("en échec", "en échec", "failed"),
        RuleOutcome::ExpectedFailure => ("échec connu", "échecs connus", "known failure"),
        RuleOutcome::NotApplicable => ("non applicable", "non applicables", "not applicable"),
        RuleOutcome::Inconclusive => ("indécise", "indécises", "inconclusive"),
        RuleOutcome::NotRun => ("non jouée", "non jouées", "not run"),
        RuleOutcome::Recorded => ("constatée", "constatées", "recorded"),
        RuleOutcome::NotScored => ("non évaluée", "non évaluées", "not scored"),
    };
    match lang {
        Lang::Fr if count > 1 => many,
        Lang::Fr => one,
        Lang::En => en,
    }
}

/// What became of a scenario, in a word or two.
pub(crate) fn scenario_outcome_name(outcome: ScenarioOutcome, lang: Lang) -> &'static str {
    match outcome {
        ScenarioOutcome::Passed => lang.pick("réussi", "passed"),
        ScenarioOutcome::Failed => lang.pick("en échec", "failed"),
        ScenarioOutcome::Broken => lang.pick("empêché", "broken"),
        ScenarioOutcome::Inconclusive => lang.pick("indécis", "inconclusive"),
        ScenarioOutcome::NotApplicable => lang.pick("non applicable", "not applicable"),
        ScenarioOutcome::NotRun => lang.pick("non joué", "not run"),
    }
}

/// A level in a word.
pub(crate) fn level_name(level: Level, lang: Lang) -> &'static str {
    match level {
        Level::Must => lang.pick("obligatoire", "mandatory"),
        Level::Recorded => lang.pick("constat", "recorded"),
    }
}

/// Title of a family of rules, as the catalogue gives it; the family itself when it is not known
/// there.
pub(crate) fn family_title(family: &str, lang: Lang) -> &str {
    let known = Catalogue::bundled().family(family);
    known.map_or(family, |known| lang.pick(&known.title.fr, &known.title.en))
}

/// Title of a rule in a language, in the other one when that is all there is.
pub fn rule_title(rule: &RuleResult, lang: Lang) -> &str {
    let (first, second) = match lang {
        Lang::Fr => (&rule.title.fr, &rule.title.en),
        Lang::En => (&rule.title.en, &rule.title.fr),
    };
    if first.is_empty() { second } else { first }
}

/// Why a rule has its outcome, in a sentence. Scenarios are called by their names.
pub(crate) fn reason_sentence(reason: &Reason, run: &Run, lang: Lang) -> String {
    let names = |ids: &[String]| {
        let name =
            |id: &String| run.scenario(id).map_or(id.as_str(), |s| s.name.as_str()).to_owned();
        let quoted = ids.iter().take(3).map(|id| match lang {
            Lang::Fr => format!("« {} »", name(id)),
            Lang::En => format!("\"{}\"", name(id)),
        });
        let more = if ids.len() > 3 { ", …" } else { "" };
        quoted.collect::<Vec<_>>().join(", ") + more
    };
    match (reason, lang) {
        (Reason::Given(text), _) => told(text, lang),
        (Reason::NoScenario, Lang::Fr) => "Aucun scénario ne l'a vérifiée.".to_owned(),
        (Reason::NoScenario, Lang::En) => "No scenario checked it.".to_owned(),
        (Reason::NotReached(ids), Lang::Fr) => {
            format!("Vérification non atteinte dans {}.", names(ids))
        }
        (Reason::NotReached(ids), Lang::En) => {
            format!("Its check was not reached in {}.", names(ids))
        }
        (Reason::PartlySkipped { scenarios, reason }, Lang::Fr) => {
            format!("Vérifiée en partie seulement, sans {} : {reason}", names(scenarios))
        }
        (Reason::PartlySkipped { scenarios, reason }, Lang::En) => {
            format!("Checked in part only, without {}: {}", names(scenarios), told(reason, lang))
        }
        (Reason::OnlyRecorded, Lang::Fr) => {
            "Le comportement a été constaté, mais rien n'a permis de le juger.".to_owned()
        }
        (Reason::OnlyRecorded, Lang::En) => {
            "What the hub does was noted, but nothing decided it.".to_owned()
        }
        (Reason::Known(known), Lang::Fr) => format!(
            "Non-conformité connue, acceptée jusqu'au {} ({}) : {}",
            known.expires, known.owner, known.reason
        ),
        (Reason::Known(known), Lang::En) => format!(
            "Known non-conformity, accepted until {} ({}): {}",
            known.expires, known.owner, known.reason
        ),
        (Reason::Expired(known), Lang::Fr) => format!(
            "Non-conformité connue, mais acceptée jusqu'au {} seulement ({}) : {}",
            known.expires, known.owner, known.reason
        ),
        (Reason::Expired(known), Lang::En) => format!(
            "Known non-conformity, but accepted until {} only ({}): {}",
            known.expires, known.owner, known.reason
        ),
        (Reason::UnexpectedPass(known), Lang::Fr) => format!(
            "Déclarée comme non-conformité connue ({}), elle est désormais respectée : retirez-la de la liste.",
            known.reason
        ),
        (Reason::UnexpectedPass(known), Lang::En) => format!(
            "Listed as a known non-conformity ({}), it now passes: remove it from the list.",
            known.reason
        ),
    }
}

/// The notes of a run: those of its runner, and what was seen outside its scope.
pub fn notes(run: &Run, lang: Lang) -> Vec<Note> {
    let mut notes = run.notes.clone();
    if !run.failed_out_of_scope.is_empty() {
        let rules: Vec<&str> = run.failed_out_of_scope.iter().map(RuleId::as_str).collect();
        let rules = rules.join(", ");
        let text = match lang {
            Lang::Fr => format!("Écarts constatés hors du périmètre de ce passage : {rules}."),
            Lang::En => format!("Deviations seen outside the scope of this run: {rules}."),
        };
        notes.push(Note { level: NoteLevel::Warning, text });
    }
    notes
}

#[cfg(test)]
mod tests {
    use contract::bilingual::Bilingual;
    use contract::divergences;

    use super::*;

    /// Small words that no sentence of a language does without for long.
    const FRENCH: [&str; 12] =
        ["le", "la", "les", "une", "du", "des", "est", "et", "aucun", "ne", "sur", "dans"];
    const ENGLISH: [&str; 12] =
        ["the", "of", "and", "is", "not", "with", "which", "are", "this", "was", "to", "by"];

    /// Whether there is one of these words outside of quotations.
    fn speaks(text: &str, words: &[&str]) -> bool {
        let bare: String = text.split(['"', '«', '»']).step_by(2).collect();
        bare.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
    }

    fn texts(lang: Lang) -> Vec<String> {
        let pick = |text: &Bilingual| lang.pick(&text.fr, &text.en).to_owned();
        let tables = [
            Labels::of(lang).all(),
            crate::load::texts::Labels::of(lang).all(),
            crate::catalogue::Words::of(lang).all(),
            crate::self_test::words::Words::of(lang).all(),
            crate::diff::Titles::of(lang).all(),
            crate::live::words::Words::of(lang).all(),
        ];
        let mut texts: Vec<String> = tables.into_iter().flatten().map(str::to_owned).collect();
        texts.extend(glossary(lang).map(|(word, meaning)| format!("{word} {meaning}")));
        for rule in Catalogue::bundled().rules() {
            let always = [Some(&rule.title), Some(&rule.passage)];
            let all = always.into_iter().chain([rule.note.as_ref(), rule.no_fault_reason.as_ref()]);
            texts.extend(all.flatten().map(pick));
            let needed: Vec<_> = rule.needs.iter().map(ToString::to_string).collect();
            texts.extend([needs(&needed, lang), citation(&rule.source, lang)]);
        }
        for one in divergences::all() {
            texts.push(pick(&one.subject));
            texts.extend(one.sides.iter().map(|side| pick(&side.text)));
        }
        texts
    }

    #[test]
    fn each_language_speaks_itself_alone() {
        for (lang, others) in [(Lang::Fr, ENGLISH), (Lang::En, FRENCH)] {
            let mixed: Vec<_> =
                texts(lang).into_iter().filter(|text| speaks(text, &others)).collect();
            assert!(mixed.is_empty(), "{lang:?}: {mixed:#?}");
        }
        assert!(speaks("la règle of the hub", &ENGLISH) && !speaks("« not found »", &ENGLISH));
    }

    #[test]
    fn a_citation_is_quoted_as_its_reader_does() {
        let cited = "PRES-2021 \"Modèle objet\" étape 2; contract §5";
        let in_french = "PRES-2021 «\u{a0}Modèle objet\u{a0}» étape 2\u{a0}; contrat §5";
        assert_eq!(citation(cited, Lang::Fr), in_french);
        assert_eq!(citation(cited, Lang::En), "PRES-2021 \"Modèle objet\" step 2; contract §5");
    }

    #[test]
    fn a_page_in_english_says_in_english_what_the_run_says_of_itself() {
        let mut run = crate::sample::run();
        let page = crate::render(&run, crate::Format::Html, Lang::En);
        assert!(page.contains("no credential plays"), "the reason of a skip");
        run.header.partial = true;
        run.header.partial_reason = Some("règles NOT-01, NOT-02".to_owned());
        let sentence = verdict_sentence(&run, Lang::En);
        assert!(sentence.contains("partial run: rules NOT-01, NOT-02"), "{sentence}");
    }
}
