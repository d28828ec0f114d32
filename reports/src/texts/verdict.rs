//! The verdict in a sentence: the first line of every format, and what a certification prints last.

use super::{Lang, told};
use crate::run::Run;
use crate::verdict::Verdict;

/// The verdict in a sentence: the first line of every format.
pub fn verdict_sentence(run: &Run, lang: Lang) -> String {
    let sentence = match run.verdict {
        Verdict::Conforms => conforms(run, lang),
        Verdict::DoesNotConform => does_not_conform(run, lang),
        Verdict::Undecided => undecided(run, lang),
    };
    format!("{sentence}{}", remarks(run, lang))
}

/// The verdict in a word or two.
pub fn verdict_name(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Conforms => lang.labels().conforms,
        Verdict::DoesNotConform => lang.labels().does_not_conform,
        Verdict::Undecided => lang.labels().undecided,
    }
}

fn conforms(run: &Run, lang: Lang) -> String {
    let m = run.mandatory;
    let name = match known_gaps(run, lang) {
        Some(gaps) => {
            let name = verdict_name(run.verdict, lang);
            format!("{name} {} {gaps}", lang.pick("sous réserve de", "with"))
        }
        None => verdict_name(run.verdict, lang).to_owned(),
    };
    if m.passed == m.total {
        let (rule, rules) = mandatory_nouns(lang);
        let passed = lang.count(m.passed, rule, rules);
        return match lang {
            Lang::Fr => format!("{name} — {passed} sur {}", m.total),
            Lang::En => format!("{name} — {passed} of {}", m.total),
        };
    }
    let except = match (m.excused, lang) {
        (0, _) => String::new(),
        (1, Lang::Fr) => " (1 non offerte, déclarée par la cible)".to_owned(),
        (many, Lang::Fr) => format!(" ({many} non offertes, déclarées par la cible)"),
        (many, Lang::En) => format!(" ({many} not offered, as the target declares)"),
    };
    match lang {
        Lang::Fr => format!("{name}, {} des {} règles obligatoires{except}", m.passed, m.total),
        Lang::En => format!("{name}, {} of {} mandatory rules{except}", m.passed, m.total),
    }
}

/// The known non-conformities that the user accepts, when there are any.
fn known_gaps(run: &Run, lang: Lang) -> Option<String> {
    let (one, many) = match lang {
        Lang::Fr => ("écart connu", "écarts connus"),
        Lang::En => ("known gap", "known gaps"),
    };
    (run.reserves() > 0).then(|| lang.count(run.reserves(), one, many))
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
    let known = known_gaps(run, lang);
    match lang {
        Lang::Fr => {
            let checked = if m.passed > 1 { "vérifiées" } else { "vérifiée" };
            let failed = known.map_or("aucune en échec".to_owned(), |gaps| gaps);
            format!("{name} — {passed} {checked} sur {}, {failed}, {rest} sans décision", m.total)
        }
        Lang::En => {
            let failed = known.map_or("none failed".to_owned(), |gaps| gaps);
            format!("{name} — {passed} passed of {}, {failed}, {rest} without decision", m.total)
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
            Some(reason) => {
                format!("{partial}{}{}", lang.pick(" : ", ": "), told(reason, lang))
            }
            None => partial.to_owned(),
        });
    }
    let mended: Vec<_> = run.mended().map(|rule| rule.id.as_str()).collect();
    if !mended.is_empty() {
        let what =
            lang.pick("liste des écarts connus à mettre à jour", "list of known gaps out of date");
        remarks.push(format!("{what}{}{}", lang.pick(" : ", ": "), mended.join(", ")));
    }
    if run.panics > 0 {
        let what = lang.pick("erreur interne d'étalon", "internal error of étalon");
        remarks.push(what.to_owned());
    }
    if run.unreachable.is_some() {
        remarks.push(lang.pick("le hub ne répond plus", "the hub stopped answering").to_owned());
    }
    if run.interrupted {
        remarks.push(lang.pick("passage interrompu", "run interrupted").to_owned());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Mandatory;
    use crate::sample;

    fn run(verdict: Verdict, mandatory: Mandatory) -> Run {
        Run { verdict, mandatory, interrupted: false, ..sample::run() }
    }

    #[test]
    fn the_verdict_is_one_sentence_that_counts() {
        let all = Mandatory { total: 171, passed: 171, ..Default::default() };
        let some = Mandatory { total: 171, passed: 164, excused: 6, expected_failure: 1, ..all };
        let red = Mandatory { passed: 169, failed: 2, ..all };
        let open = Mandatory { passed: 160, undecided: 11, ..all };
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
                "Conforme sous réserve de 1 écart connu, 164 des 171 règles obligatoires (6 non offertes, déclarées par la cible)",
                "Conforms with 1 known gap, 164 of 171 mandatory rules (6 not offered, as the target declares)",
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
        let one = Mandatory { total: 1, passed: 1, ..Default::default() };
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
}
