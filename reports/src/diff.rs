//! Two runs compared rule by rule: what changed for better or worse between them. Says nothing
//! about either hub; the command line lays the changes out.

use std::collections::BTreeMap;

use contract::rules::RuleId;

use crate::run::{RuleOutcome, RuleResult, Run};
use crate::texts::{Lang, outcome_name, rule_title};

/// How a rule moved between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It fails now, and did not.
    NewlyFailing,
    /// It was decided, and is not any more.
    NoLongerDecided,
    /// Another outcome, which is neither better nor worse.
    Different,
    /// It failed, and passes now.
    Fixed,
    /// It was not decided, and passes now.
    NewlyPassing,
    /// Only the later run accounts for it.
    Added,
    /// Only the earlier run accounts for it.
    Removed,
}

/// A rule that is not the same in both runs.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        (_, Some(Failed)) => Change::NewlyFailing,
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        (Some(Failed | ExpectedFailure), Some(Passed)) => Change::Fixed,
        (_, Some(Passed)) => Change::NewlyPassing,
        (Some(Passed | Failed), Some(after)) if after != ExpectedFailure => Change::NoLongerDecided,
        _ => Change::Different,
    };
    let title = rule_title(rule, lang).to_owned();
    Some(RuleChange { rule: rule.id.clone(), title, change, before, after })
}

/// A change as a line of text: `NOT-01  conforme → en échec  Un lot compte 25 notifications par
/// défaut`.
pub fn line(change: &RuleChange, lang: Lang) -> String {
    let name = |outcome: Option<RuleOutcome>| outcome.map_or("∅", |o| outcome_name(o, 1, lang));
    let (before, after) = (name(change.before), name(change.after));
    format!("{}  {before} → {after}  {}", change.rule, change.title)
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
            (Passed, Failed, Change::NewlyFailing),
            (ExpectedFailure, Failed, Change::NewlyFailing),
            (Failed, Passed, Change::Fixed),
            (NotRun, Passed, Change::NewlyPassing),
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
        assert_eq!((back.change, back.rule.as_str()), (Change::NewlyFailing, gone.id.as_str()));
        assert_eq!(one(&sample::run(), &fewer).change, Change::Removed);
    }

    #[test]
    fn a_change_reads_as_a_line() {
        let change = one(&with("NOT-01", RuleOutcome::Passed), &sample::run());
        assert_eq!(
            line(&change, Lang::Fr),
            "NOT-01  conforme → en échec  Un lot compte 25 notifications par défaut"
        );
    }
}
