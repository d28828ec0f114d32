//! Every word of the reports that does not come from the run itself, in both languages, in one place: [`labels`] holds
//! the words, this module the sentences. Renderers lay them out and write none of their own.

mod labels;

use std::str::FromStr;

pub(crate) use labels::Labels;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::event::Level;
use crate::run::{Reason, RuleOutcome, RuleResult, Run, ScenarioOutcome, Verdict};

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
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    pub(crate) fn labels(self) -> &'static Labels {
        match self {
            Self::Fr => &labels::FR,
            Self::En => &labels::EN,
        }
    }

    pub(crate) fn pick<'a>(self, fr: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// What stands between a label and its value; French sets a space before the colon.
    pub(crate) fn colon(self) -> &'static str {
        self.pick("\u{a0}: ", ": ")
    }

    /// A number and its noun: "1 règle", "3 règles". French counts nothing in the singular.
    pub(crate) fn count(self, number: usize, one: &str, many: &str) -> String {
        let singular = number == 1 || (number == 0 && self == Self::Fr);
        format!("{number} {}", if singular { one } else { many })
    }
}

/// The verdict in a sentence: the first line of every format.
#[must_use]
pub fn verdict_sentence(run: &Run, lang: Lang) -> String {
    let sentence = match run.verdict {
        Verdict::Conforms => conforms(run, lang),
        Verdict::DoesNotConform => does_not_conform(run, lang),
        Verdict::Undecided => undecided(run, lang),
    };
    format!("{sentence}{}", remarks(run, lang))
}

/// The verdict in a word or two.
#[must_use]
pub fn verdict_name(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Conforms => lang.labels().conforms,
        Verdict::DoesNotConform => lang.labels().does_not_conform,
        Verdict::Undecided => lang.labels().undecided,
    }
}

fn conforms(run: &Run, lang: Lang) -> String {
    let m = run.mandatory;
    let name = verdict_name(run.verdict, lang);
    if m.passed == m.total {
        let (rule, rules) = mandatory_nouns(lang);
        let passed = lang.count(m.passed, rule, rules);
        return match lang {
            Lang::Fr => format!("{name} — {passed} sur {}", m.total),
            Lang::En => format!("{name} — {passed} of {}", m.total),
        };
    }
    let mut except = Vec::new();
    if m.excused > 0 {
        except.push(match lang {
            Lang::Fr if m.excused == 1 => "1 non offerte, déclarée par la cible".to_owned(),
            Lang::Fr => format!("{} non offertes, déclarées par la cible", m.excused),
            Lang::En => format!("{} not offered, as the target declares", m.excused),
        });
    }
    if m.expected_failure > 0 {
        except.push(match lang {
            Lang::Fr => lang.count(
                m.expected_failure,
                "non-conformité connue et acceptée",
                "non-conformités connues et acceptées",
            ),
            Lang::En => lang.count(
                m.expected_failure,
                "known non-conformity, accepted",
                "known non-conformities, accepted",
            ),
        });
    }
    let except = except.join(lang.pick(" ; ", "; "));
    match lang {
        Lang::Fr => {
            format!(
                "{name}, {} des {} règles obligatoires ({except})",
                m.passed, m.total
            )
        }
        Lang::En => format!(
            "{name}, {} of {} mandatory rules ({except})",
            m.passed, m.total
        ),
    }
}

fn does_not_conform(run: &Run, lang: Lang) -> String {
    let m = run.mandatory;
    let name = verdict_name(run.verdict, lang);
    if m.failed == 0 {
        return match lang {
            Lang::Fr => format!("{name} — aucun scénario à jouer : rien n'a été vérifié"),
            Lang::En => format!("{name} — no scenario to play: nothing was checked"),
        };
    }
    let (rule, rules) = mandatory_nouns(lang);
    let failed = lang.count(m.failed, rule, rules);
    match lang {
        Lang::Fr => format!("{name} — {failed} en échec sur {}", m.total),
        Lang::En => format!("{name} — {failed} failed of {}", m.total),
    }
}

fn undecided(run: &Run, lang: Lang) -> String {
    let m = run.mandatory;
    let name = verdict_name(run.verdict, lang);
    let (rule, rules) = mandatory_nouns(lang);
    let passed = lang.count(m.passed, rule, rules);
    let rest = m.undecided;
    match lang {
        Lang::Fr => {
            let checked = if m.passed > 1 {
                "vérifiées"
            } else {
                "vérifiée"
            };
            format!(
                "{name} — {passed} {checked} sur {}, aucune en échec, {rest} sans décision",
                m.total
            )
        }
        Lang::En => {
            format!(
                "{name} — {passed} passed of {}, none failed, {rest} without decision",
                m.total
            )
        }
    }
}

/// What else bears on the verdict: the run was partial, stopped, or went wrong.
fn remarks(run: &Run, lang: Lang) -> String {
    let mut remarks = Vec::new();
    if run.header.partial {
        let partial = lang.pick("passage partiel", "partial run");
        let reason = run.header.partial_reason.as_deref();
        remarks.push(match reason {
            Some(reason) => format!("{partial}{}{reason}", lang.pick(" : ", ": ")),
            None => partial.to_owned(),
        });
    }
    if run.panics > 0 {
        let what = lang.pick("erreur interne d'étalon", "internal error of étalon");
        remarks.push(what.to_owned());
    }
    if run.unreachable.is_some() {
        remarks.push(
            lang.pick("le hub ne répond plus", "the hub stopped answering")
                .to_owned(),
        );
    }
    if run.interrupted {
        remarks.push(
            lang.pick("passage interrompu", "run interrupted")
                .to_owned(),
        );
    }
    match remarks.is_empty() {
        true => String::new(),
        false => format!(" ({})", remarks.join(lang.pick(" ; ", "; "))),
    }
}

fn mandatory_nouns(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::Fr => ("règle obligatoire", "règles obligatoires"),
        Lang::En => ("mandatory rule", "mandatory rules"),
    }
}

/// The counts as an addition that the reader can check.
#[must_use]
pub fn counts_sentence(run: &Run, lang: Lang) -> String {
    let terms: Vec<String> = counted(run)
        .map(|(outcome, count)| format!("{count} {}", outcome_name(outcome, count, lang)))
        .collect();
    let total = lang.count(
        run.counts.expected,
        lang.pick("règle", "rule"),
        lang.pick("règles", "rules"),
    );
    if terms.is_empty() {
        total
    } else {
        format!("{total} = {}", terms.join(" + "))
    }
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
#[must_use]
pub fn outcome_name(outcome: RuleOutcome, count: usize, lang: Lang) -> &'static str {
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
#[must_use]
pub fn scenario_outcome_name(outcome: ScenarioOutcome, lang: Lang) -> &'static str {
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
#[must_use]
pub fn level_name(level: Level, lang: Lang) -> &'static str {
    match level {
        Level::Must => lang.pick("obligatoire", "mandatory"),
        Level::Recorded => lang.pick("constat", "recorded"),
    }
}

/// Title of a family of rules; the family itself when it is not known.
#[must_use]
pub fn family_title(family: &str, lang: Lang) -> String {
    let known = labels::FAMILIES.iter().find(|(id, ..)| *id == family);
    known.map_or_else(
        || family.to_owned(),
        |(_, fr, en)| lang.pick(fr, en).to_owned(),
    )
}

/// Title of a rule in a language, in the other one when that is all there is.
#[must_use]
pub fn rule_title(rule: &RuleResult, lang: Lang) -> &str {
    let (first, second) = match lang {
        Lang::Fr => (&rule.title.fr, &rule.title.en),
        Lang::En => (&rule.title.en, &rule.title.fr),
    };
    if first.is_empty() { second } else { first }
}

/// Why a rule has its outcome, in a sentence. Scenarios are called by their names.
#[must_use]
pub fn reason_sentence(reason: &Reason, run: &Run, lang: Lang) -> String {
    let names = |ids: &[String]| {
        let name = |id: &String| {
            run.scenario(id)
                .map_or(id.as_str(), |s| s.name.as_str())
                .to_owned()
        };
        let quoted = ids.iter().take(3).map(|id| match lang {
            Lang::Fr => format!("« {} »", name(id)),
            Lang::En => format!("\"{}\"", name(id)),
        });
        let more = if ids.len() > 3 { ", …" } else { "" };
        quoted.collect::<Vec<_>>().join(", ") + more
    };
    match (reason, lang) {
        (Reason::Given(text), _) => text.clone(),
        (Reason::NoScenario, Lang::Fr) => "Aucun scénario ne l'a vérifiée.".to_owned(),
        (Reason::NoScenario, Lang::En) => "No scenario checked it.".to_owned(),
        (Reason::NotReached(ids), Lang::Fr) => {
            format!("Vérification non atteinte dans {}.", names(ids))
        }
        (Reason::NotReached(ids), Lang::En) => {
            format!("Its check was not reached in {}.", names(ids))
        }
        (Reason::PartlySkipped { scenarios, reason }, Lang::Fr) => {
            format!(
                "Vérifiée en partie seulement, sans {} : {reason}",
                names(scenarios)
            )
        }
        (Reason::PartlySkipped { scenarios, reason }, Lang::En) => {
            format!(
                "Checked in part only, without {}: {reason}",
                names(scenarios)
            )
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

/// A delay, as people say it.
#[must_use]
pub fn duration(milliseconds: u64, lang: Lang) -> String {
    let decimal = |text: String| match lang {
        Lang::Fr => text.replace('.', ","),
        Lang::En => text,
    };
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => decimal(format!("{:.1} s", milliseconds as f64 / 1_000.0)),
        _ => {
            let seconds = milliseconds / 1_000;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

/// An instant as people write it; as it is when it is none.
#[must_use]
pub fn instant(text: &str, lang: Lang) -> String {
    let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) else {
        return text.to_owned();
    };
    let month = usize::from(u8::from(at.month())) - 1;
    let (hours, minutes, _) = at.offset().as_hms();
    let offset = match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        _ => format!("UTC{hours:+03}:{:02}", minutes.unsigned_abs()),
    };
    let (day, year) = (at.day(), at.year());
    let time = (at.hour(), at.minute(), at.second());
    match lang {
        Lang::Fr => {
            let day = if day == 1 {
                "1er".to_owned()
            } else {
                day.to_string()
            };
            let month = labels::FR.months[month];
            format!(
                "{day} {month} {year} à {} h {:02} ({offset})",
                time.0, time.1
            )
        }
        Lang::En => {
            let month = labels::EN.months[month];
            format!(
                "{day} {month} {year}, {:02}:{:02} ({offset})",
                time.0, time.1
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Mandatory;
    use crate::sample;

    fn run(verdict: Verdict, mandatory: Mandatory) -> Run {
        Run {
            verdict,
            mandatory,
            interrupted: false,
            ..sample::run()
        }
    }

    #[test]
    fn the_verdict_is_one_sentence_that_counts() {
        let all = Mandatory {
            total: 171,
            passed: 171,
            ..Default::default()
        };
        let some = Mandatory {
            total: 171,
            passed: 164,
            excused: 6,
            expected_failure: 1,
            ..all
        };
        let red = Mandatory {
            passed: 169,
            failed: 2,
            ..all
        };
        let open = Mandatory {
            passed: 160,
            undecided: 11,
            ..all
        };
        for (verdict, mandatory, fr, en) in [
            (
                Verdict::Conforms,
                all,
                "Conforme — 171 règles obligatoires sur 171",
                "Conforms — 171 mandatory rules of 171",
            ),
            (
                Verdict::Conforms,
                some,
                "Conforme, 164 des 171 règles obligatoires (6 non offertes, déclarées par la cible ; 1 non-conformité connue et acceptée)",
                "Conforms, 164 of 171 mandatory rules (6 not offered, as the target declares; 1 known non-conformity, accepted)",
            ),
            (
                Verdict::DoesNotConform,
                red,
                "Non conforme — 2 règles obligatoires en échec sur 171",
                "Does not conform — 2 mandatory rules failed of 171",
            ),
            (
                Verdict::Undecided,
                open,
                "Indéterminé — 160 règles obligatoires vérifiées sur 171, aucune en échec, 11 sans décision",
                "Undecided — 160 mandatory rules passed of 171, none failed, 11 without decision",
            ),
        ] {
            assert_eq!(verdict_sentence(&run(verdict, mandatory), Lang::Fr), fr);
            assert_eq!(verdict_sentence(&run(verdict, mandatory), Lang::En), en);
        }
    }

    #[test]
    fn whatever_bears_on_the_verdict_is_said_with_it() {
        let one = Mandatory {
            total: 1,
            passed: 1,
            ..Default::default()
        };
        let mut partial = run(Verdict::Undecided, one);
        partial.header.partial = true;
        partial.header.partial_reason = Some("règle NOT-01".into());
        partial.panics = 1;
        partial.interrupted = true;
        let sentence = verdict_sentence(&partial, Lang::Fr);
        let remarks =
            "(passage partiel : règle NOT-01 ; erreur interne d'étalon ; passage interrompu)";
        assert!(sentence.ends_with(remarks), "{sentence}");
    }

    #[test]
    fn instants_and_delays_are_written_as_people_do() {
        assert_eq!(
            instant("2026-11-01T09:05:07.250+01:00", Lang::Fr),
            "1er novembre 2026 à 9 h 05 (UTC+01:00)"
        );
        assert_eq!(
            instant("2026-11-21T22:22:00Z", Lang::En),
            "21 November 2026, 22:22 (UTC)"
        );
        assert_eq!(instant("hier", Lang::Fr), "hier");
        let delays = [12, 1_500, 61_000].map(|ms| duration(ms, Lang::Fr));
        assert_eq!(delays, ["12 ms", "1,5 s", "1 min 01 s"]);
    }
}
