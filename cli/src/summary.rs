//! What the terminal is told of a judged run, the verdict last: the families as a table of at most
//! 80 columns, what failed and how to play it again, what was not decided and for want of what.
//! Lays out; judges nothing.

use std::collections::BTreeMap;
use std::path::Path;

use contract::rules::{Catalogue, Level};
use reports::event::CheckOutcome;
use reports::run::{Reason, RuleResult};
use reports::{Lang, RuleOutcome, Run, Verdict, verdict_sentence};

use crate::terminal::{Line, Tone, fitted};

/// Room for the title of a family.
const TITLE_WIDTH: usize = 38;
/// Findings told of a rule; the report has them all.
const TOLD_FINDINGS: usize = 1;

/// What is told besides the run.
pub(crate) struct Around<'a> {
    pub(crate) lang: Lang,
    /// Where the report is.
    pub(crate) directory: &'a Path,
    /// The command that plays one rule again, but for the rule; `None` when there is none.
    pub(crate) again: Option<String>,
}

/// Everything that is told of a run.
pub(crate) fn lines(run: &Run, around: &Around<'_>) -> Vec<Line> {
    let lang = around.lang;
    let mut lines = families(run, lang);
    for rule in run.rules.iter().filter(|rule| rule.outcome == RuleOutcome::Failed) {
        failed(rule, around, &mut lines);
    }
    undecided(run, lang, &mut lines);
    lists(run, lang, &mut lines);
    lines.push(Line(Tone::Plain, String::new()));
    lines.push(Line(Tone::Plain, reports::texts::counts_sentence(run, lang)));
    let mut facts = vec![around.directory.join("report.html").display().to_string()];
    if run.client.is_some() {
        facts.push(around.directory.join("sheet.html").display().to_string());
    }
    if let Some(took) = run.lasted_ms() {
        facts.push(reports::texts::duration(took, lang));
    }
    lines.push(Line(Tone::Plain, facts.join(" · ")));
    lines.push(verdict(run, lang));
    lines
}

/// The verdict, with a sign, so that colour alone carries nothing.
fn verdict(run: &Run, lang: Lang) -> Line {
    let (tone, sign) = match run.verdict {
        Verdict::Conforms if run.reserves() > 0 => (Tone::Warning, "≈"),
        Verdict::Conforms => (Tone::Good, "✓"),
        Verdict::DoesNotConform => (Tone::Bad, "✗"),
        Verdict::Undecided => (Tone::Warning, "?"),
    };
    Line(tone, format!("{sign} {}", verdict_sentence(run, lang)))
}

fn families(run: &Run, lang: Lang) -> Vec<Line> {
    let heads = match lang {
        Lang::Fr => ["Famille", "règles", "conformes", "échecs", "indécises"],
        Lang::En => ["Family", "rules", "passed", "failed", "undecided"],
    };
    let row = |first: &str, cells: [String; 4]| {
        let [all, passed, failed, open] = cells;
        let first = fitted(first, TITLE_WIDTH);
        format!("{first} {all:>6} {passed:>10} {failed:>8} {open:>10}")
    };
    let [first, head @ ..] = heads;
    let mut lines = vec![Line(Tone::Faint, row(first, head.map(str::to_owned)))];
    for (family, rules) in run.families() {
        let failed = count(&rules, |rule| rule.outcome == RuleOutcome::Failed);
        let open = count(&rules, is_undecided);
        let passed = count(&rules, |rule| rule.outcome == RuleOutcome::Passed);
        let title = Catalogue::bundled().family(family);
        let title = title.map_or("", |family| match lang {
            Lang::Fr => &family.title.fr,
            Lang::En => &family.title.en,
        });
        let tone = match (failed, open) {
            (0, 0) => Tone::Plain,
            (0, _) => Tone::Warning,
            _ => Tone::Bad,
        };
        let cells = [rules.len(), passed, failed, open].map(|number| match number {
            0 => "·".to_owned(),
            _ => number.to_string(),
        });
        lines.push(Line(tone, row(&format!("{family:<5}{title}"), cells)));
    }
    lines
}

fn count(rules: &[&RuleResult], holds: impl Fn(&RuleResult) -> bool) -> usize {
    rules.iter().filter(|rule| holds(rule)).count()
}

/// Whether a rule keeps the verdict open.
fn is_undecided(rule: &RuleResult) -> bool {
    use RuleOutcome::{Inconclusive, NotApplicable, NotRun, Recorded};
    let open = [Inconclusive, NotApplicable, NotRun, Recorded].contains(&rule.outcome);
    rule.level == Level::Must && open && !rule.excused
}

fn failed(rule: &RuleResult, around: &Around<'_>, lines: &mut Vec<Line>) {
    let lang = around.lang;
    let (expected, observed) = match lang {
        Lang::Fr => ("attendu  :", "constaté :"),
        Lang::En => ("expected:", "observed:"),
    };
    lines.push(Line(Tone::Plain, String::new()));
    let title = reports::texts::rule_title(rule, lang);
    lines.push(Line(Tone::Bad, format!("✗ {} {} — {title}", rule.id, rule.outcome.name())));
    let found = rule.findings.iter().filter(|check| check.outcome == CheckOutcome::Failed);
    for check in found.take(TOLD_FINDINGS) {
        lines.push(Line(Tone::Plain, format!("    {expected} {}", check.expected)));
        lines.push(Line(Tone::Plain, format!("    {observed} {}", check.observed)));
    }
    if let Some(again) = &around.again {
        lines.push(Line(Tone::Faint, format!("    {again} --rule {}", rule.id)));
    }
}

/// What keeps the verdict open, grouped by what is missing.
fn undecided(run: &Run, lang: Lang, lines: &mut Vec<Line>) {
    let mut missing: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for rule in run.rules.iter().filter(|rule| is_undecided(rule)) {
        missing.entry(why(rule, lang)).or_default().push(rule.id.as_str());
    }
    if missing.is_empty() {
        return;
    }
    let title = match lang {
        Lang::Fr => "? Règles obligatoires sans décision, faute de :",
        Lang::En => "? Mandatory rules without decision, for want of:",
    };
    lines.push(Line(Tone::Plain, String::new()));
    lines.push(Line(Tone::Warning, title.to_owned()));
    let mut missing: Vec<_> = missing.into_iter().collect();
    missing.sort_by_key(|(_, rules)| std::cmp::Reverse(rules.len()));
    for (why, rules) in missing {
        lines.push(Line(Tone::Plain, format!("  {why}")));
        lines.extend(wrapped(&rules).map(|ids| Line(Tone::Faint, format!("      {ids}"))));
    }
}

/// Why a rule was not decided, without the scenarios' names: the report has them.
fn why(rule: &RuleResult, lang: Lang) -> String {
    let (fr, en) = match &rule.reason {
        Some(Reason::Given(reason) | Reason::PartlySkipped { reason, .. }) => {
            return reason.clone();
        }
        Some(Reason::NotReached(_)) => {
            ("vérification non atteinte : un préalable a manqué", "its check was not reached")
        }
        Some(Reason::NoScenario) => ("scénario qui la vérifie", "a scenario that checks it"),
        _ => ("constat qui permette de juger", "an observation that decides it"),
    };
    match lang {
        Lang::Fr => fr.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// Identifiers in lines of ours, at most 72 columns each.
fn wrapped<'a>(ids: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    ids.chunks(8).map(|some| some.join(" "))
}

/// What is to be said of the list of known non-conformities.
fn lists(run: &Run, lang: Lang, lines: &mut Vec<Line>) {
    for rule in &run.rules {
        let id = &rule.id;
        let said = match (&rule.reason, lang) {
            (Some(Reason::UnexpectedPass(_)), Lang::Fr) => {
                format!("! {id} est désormais respectée : retirez-la de la liste des écarts connus")
            }
            (Some(Reason::UnexpectedPass(_)), Lang::En) => {
                format!("! {id} now passes: remove it from the list of known gaps")
            }
            (Some(Reason::Expired(known)), Lang::Fr) => format!(
                "! {id} n'était un écart accepté que jusqu'au {} ({})",
                known.expires, known.owner
            ),
            (Some(Reason::Expired(known)), Lang::En) => {
                format!("! {id} was an accepted gap until {} only ({})", known.expires, known.owner)
            }
            (Some(Reason::Known(known)), _) => {
                format!("≈ {id} {} ({}, {})", known.reason, known.owner, known.expires)
            }
            _ => continue,
        };
        lines.push(Line(Tone::Warning, said));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal;

    fn recorded(name: &str) -> Run {
        let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records");
        reports::open_run(&records.join(name)).unwrap()
    }

    fn laid_out(run: &Run, lang: Lang) -> Vec<Line> {
        let again = run.client.is_none().then(|| "etalon certify hub".to_owned());
        lines(run, &Around { lang, directory: Path::new("report"), again })
    }

    fn told(record: &str, lang: Lang) -> Vec<Line> {
        laid_out(&recorded(record), lang)
    }

    #[test]
    fn the_verdict_is_last_and_the_table_fits_a_terminal() {
        for record in ["hub", "hub-broken", "client", "client-broken"] {
            for lang in [Lang::Fr, Lang::En] {
                let lines = told(record, lang);
                let run = recorded(record);
                let last = &lines.last().unwrap().1;
                assert!(last.ends_with(&verdict_sentence(&run, lang)), "{last}");
                let table = lines.iter().take_while(|line| !line.1.is_empty());
                for line in table {
                    assert!(line.1.chars().count() <= 80, "{}", line.1);
                }
            }
        }
    }

    #[test]
    fn a_failure_says_what_was_expected_what_was_seen_and_how_to_play_it_again() {
        let text: Vec<_> = told("hub-broken", Lang::En).into_iter().map(|line| line.1).collect();
        let text = text.join("\n");
        for part in ["✗ ", "expected:", "observed:", "etalon certify hub --rule "] {
            assert!(text.contains(part), "{part} is not told:\n{text}");
        }
        assert!(!text.contains("attendu"), "one language at a time:\n{text}");
    }

    #[test]
    fn a_terminal_shows_each_kind_of_verdict() {
        for record in ["hub", "hub-broken", "client", "client-broken"] {
            insta::assert_snapshot!(record, terminal::shown(&told(record, Lang::Fr)));
        }
        insta::assert_snapshot!("hub_in_english", terminal::shown(&told("hub", Lang::En)));
    }

    #[test]
    fn a_terminal_groups_what_is_undecided_by_what_is_missing() {
        let mut run = recorded("hub");
        run.verdict = Verdict::Undecided;
        let mandatory = run.rules.iter_mut().filter(|rule| rule.level == Level::Must);
        for (rank, rule) in mandatory.take(12).enumerate() {
            rule.outcome = RuleOutcome::NotApplicable;
            let lacking = ["aucun identifiant SI2", "may.send_eicar"][rank % 2];
            rule.reason = Some(Reason::Given(lacking.to_owned()));
        }
        insta::assert_snapshot!("undecided", terminal::shown(&laid_out(&run, Lang::Fr)));
    }
}
