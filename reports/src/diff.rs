//! Two runs compared rule by rule: what changed for better or worse between them, and how that
//! reads. Says nothing about either hub.

use std::collections::BTreeMap;

use contract::rules::RuleId;
use serde::Serialize;

use crate::run::{RuleOutcome, RuleResult, Run};
use crate::texts::{Lang, outcome_name, rule_title};

words! {
    /// The titles of the sections, in one language.
    Titles:
    regressed: "Régressions", "Regressed";
    no_longer_decided: "Non tranchées, alors qu'elles l'étaient", "No longer decided";
    gone: "Disparues", "Gone";
    different: "Autrement", "Otherwise";
    mended: "Rétablies", "Mended";
    new: "Nouvelles", "New";
    nothing: "Aucune règle ne diffère.", "No rule differs.";
}

/// How a rule moved between two runs, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It fails now, and did not.
    Regressed,
    /// It was decided, and is not any more.
    NoLongerDecided,
    /// Only the earlier run accounts for it: nobody knows how it would end now.
    Gone,
    /// Another outcome, which is neither better nor worse.
    Different,
    /// It passes now, and did not.
    Mended,
    /// Only the later run accounts for it.
    New,
}

impl Change {
    fn title(self, lang: Lang) -> &'static str {
        let titles = Titles::of(lang);
        match self {
            Self::Regressed => titles.regressed,
            Self::NoLongerDecided => titles.no_longer_decided,
            Self::Gone => titles.gone,
            Self::Different => titles.different,
            Self::Mended => titles.mended,
            Self::New => titles.new,
        }
    }
}

/// How a comparison is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffFormat {
    /// For a terminal.
    Text,
    /// For a merge request.
    Markdown,
    /// For programs: the changes, as they are.
    Json,
}

/// A rule that is not the same in both runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// The rule.
    pub rule: RuleId,
    /// What it says, in the language asked for.
    pub title: String,
    /// How it moved.
    pub change: Change,
    /// Its outcome in the earlier run.
    pub before: Option<RuleOutcome>,
    /// Its outcome in the later run.
    pub after: Option<RuleOutcome>,
}

/// What changed from one run to another, the worst first, then in the order of the catalogue.
pub fn diff(before: &Run, after: &Run, lang: Lang) -> Vec<RuleChange> {
    let old: BTreeMap<&RuleId, &RuleResult> =
        before.rules.iter().map(|rule| (&rule.id, rule)).collect();
    let new: BTreeMap<&RuleId, &RuleResult> =
        after.rules.iter().map(|rule| (&rule.id, rule)).collect();
    let removed = before.rules.iter().filter(|rule| !new.contains_key(&rule.id));
    let mut changes: Vec<RuleChange> = after
        .rules
        .iter()
        .filter_map(|rule| {
            let before = old.get(&rule.id).map(|rule| rule.outcome);
            change(rule, before, Some(rule.outcome), lang)
        })
        .chain(removed.filter_map(|rule| change(rule, Some(rule.outcome), None, lang)))
        .collect();
    changes.sort_by_key(|change| change.change);
    changes
}

fn change(
    rule: &RuleResult,
    before: Option<RuleOutcome>,
    after: Option<RuleOutcome>,
    lang: Lang,
) -> Option<RuleChange> {
    use RuleOutcome::{ExpectedFailure, Failed, Passed};
    let change = match (before, after) {
        (before, after) if before == after => return None,
        (_, Some(Failed)) => Change::Regressed,
        (None, _) => Change::New,
        (_, None) => Change::Gone,
        (_, Some(Passed)) => Change::Mended,
        (Some(Passed | Failed), Some(after)) if after != ExpectedFailure => Change::NoLongerDecided,
        _ => Change::Different,
    };
    let title = rule_title(rule, lang).to_owned();
    Some(RuleChange { rule: rule.id.clone(), title, change, before, after })
}

/// The changes by sections, the worst first.
pub fn lay_out(changes: &[RuleChange], format: DiffFormat, lang: Lang) -> String {
    if format == DiffFormat::Json {
        let json = serde_json::json!({ "format": 1, "changes": changes });
        return format!("{json:#}");
    }
    if changes.is_empty() {
        return Titles::of(lang).nothing.to_owned();
    }
    let sections = changes.chunk_by(|one, next| one.change == next.change);
    let sections = sections.map(|section| {
        let title = section[0].change.title(lang);
        let lines: Vec<String> = section.iter().map(|change| line(change, format, lang)).collect();
        let (open, close) = match format {
            DiffFormat::Markdown => ("### ", "\n"),
            _ => ("", ""),
        };
        format!("{open}{title} ({})\n{close}{}\n", section.len(), lines.join("\n"))
    });
    sections.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// A change as a line: `NOT-01  conforme → en échec  Un lot compte 25 notifications par défaut`.
fn line(change: &RuleChange, format: DiffFormat, lang: Lang) -> String {
    let name = |outcome: Option<RuleOutcome>| outcome.map_or("∅", |o| outcome_name(o, 1, lang));
    let (before, after) = (name(change.before), name(change.after));
    match format {
        DiffFormat::Markdown => {
            format!("- **{}** {before} → {after} : {}", change.rule, change.title)
        }
        _ => format!("  {:<8}  {before} → {after}  {}", change.rule, change.title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn with(rule: &str, outcome: RuleOutcome) -> Run {
        let mut run = sample::run();
        for result in run.rules.iter_mut().filter(|result| result.id == rule) {
            result.outcome = outcome;
        }
        run
    }

    fn one(before: &Run, after: &Run) -> RuleChange {
        let changes = diff(before, after, Lang::Fr);
        assert_eq!(changes.len(), 1, "{changes:?}");
        changes.into_iter().next().unwrap()
    }

    #[test]
    fn the_same_run_changes_nothing() {
        assert_eq!(diff(&sample::run(), &sample::run(), Lang::Fr), []);
    }

    #[test]
    fn each_move_has_its_name() {
        use RuleOutcome::{ExpectedFailure, Failed, NotRun, Passed};
        for (from, to, expected) in [
            (Passed, Failed, Change::Regressed),
            (ExpectedFailure, Failed, Change::Regressed),
            (Failed, Passed, Change::Mended),
            (NotRun, Passed, Change::Mended),
            (Passed, NotRun, Change::NoLongerDecided),
            (Failed, NotRun, Change::NoLongerDecided),
            (Failed, ExpectedFailure, Change::Different),
        ] {
            let change = one(&with("FOL-01", from), &with("FOL-01", to));
            assert_eq!(change.change, expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn rules_come_and_go() {
        let mut fewer = sample::run();
        let gone = fewer.rules.remove(3);
        let back = one(&fewer, &sample::run());
        assert_eq!((back.change, back.rule.as_str()), (Change::Regressed, gone.id.as_str()));
        assert_eq!(one(&sample::run(), &fewer).change, Change::Gone);
    }

    #[test]
    fn sections_come_the_worst_first() {
        let mut later = sample::run();
        later.rules.retain(|rule| rule.id != "FOL-01");
        let before = with("NOT-01", RuleOutcome::Passed);
        let changes = diff(&before, &later, Lang::Fr);
        insta::assert_snapshot!(lay_out(&changes, DiffFormat::Text, Lang::Fr), @r"
        Régressions (1)
          NOT-01    conforme → en échec  Un lot compte 25 notifications par défaut

        Disparues (1)
          FOL-01    conforme → ∅  La création répond 201, dossier et cases HUBEE_RECEIVED
        ");
        insta::assert_snapshot!(lay_out(&changes, DiffFormat::Markdown, Lang::En), @r"
        ### Regressed (1)

        - **NOT-01** passed → failed : Un lot compte 25 notifications par défaut

        ### Gone (1)

        - **FOL-01** passed → ∅ : La création répond 201, dossier et cases HUBEE_RECEIVED
        ");
        let json: serde_json::Value =
            serde_json::from_str(&lay_out(&changes, DiffFormat::Json, Lang::Fr)).unwrap();
        assert_eq!(json["changes"][0]["change"], "regressed");
        assert_eq!(lay_out(&[], DiffFormat::Text, Lang::Fr), "Aucune règle ne diffère.");
    }
}
