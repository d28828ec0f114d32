//! The decisions: what becomes of a rule, and what becomes of the hub. Every way for a rule to be
//! green by absence is closed here: no scenario, a scenario that did not run, did not end, or
//! asserted nothing, all leave it undecided.

use contract::rules::Level;

use super::{Fold, Seen};
use crate::event::{RuleInScope, RuleScope, RunFinished, ScenarioEnd, Skip};
use crate::run::{Mandatory, Reason, RuleOutcome, RuleResult, ScenarioOutcome};
use crate::verdict::Verdict;

/// Decides one rule.
pub(super) fn rule(rule: &RuleInScope, fold: &Fold) -> RuleResult {
    let nothing = Seen::default();
    let seen = fold.seen.get(&rule.id).unwrap_or(&nothing);
    let evidence = Evidence::of(rule, seen, fold);
    let (outcome, reason) = accepted(evidence.outcome(), rule, fold);
    RuleResult {
        id: rule.id.clone(),
        level: rule.level,
        title: rule.title.clone(),
        source: rule.source.clone(),
        passage: rule.passage.clone(),
        family: rule.family.clone(),
        needs: rule.needs.clone(),
        outcome,
        reason,
        excused: outcome == RuleOutcome::NotApplicable && evidence.excused(),
        scenarios: evidence.tagged.iter().map(|at| fold.scenarios[*at].id.clone()).collect(),
        passed_checks: seen.passed,
        failed_checks: seen.failed,
        findings: seen.findings.clone(),
        proofs: seen.proofs.clone(),
    }
}

/// What there is to decide a rule with.
struct Evidence<'a> {
    rule: &'a RuleInScope,
    seen: &'a Seen,
    /// Scenarios tagged with the rule.
    tagged: Vec<usize>,
    /// Those of them that were to run and did not get to their checks, by id.
    missed: Vec<String>,
    /// Those of them that cannot be played here.
    skipped: Vec<(String, &'a Skip)>,
}

impl<'a> Evidence<'a> {
    fn of(rule: &'a RuleInScope, seen: &'a Seen, fold: &'a Fold) -> Self {
        let mut evidence =
            Self { rule, seen, tagged: Vec::new(), missed: Vec::new(), skipped: Vec::new() };
        for (at, planned) in fold.start.scenarios.iter().enumerate() {
            if !planned.rules.contains(&rule.id) {
                continue;
            }
            evidence.tagged.push(at);
            match &planned.skipped {
                Some(skip) => evidence.skipped.push((planned.id.clone(), skip)),
                None if !reached(at, fold, seen) => {
                    evidence.missed.push(planned.id.clone());
                }
                None => {}
            }
        }
        evidence
    }

    fn outcome(&self) -> (RuleOutcome, Option<Reason>) {
        if let RuleScope::NotScored { reason } = &self.rule.scope {
            return (RuleOutcome::NotScored, Some(Reason::Given(reason.clone())));
        }
        match self.rule.level {
            Level::Must => self.required(),
            Level::Recorded => self.recorded(),
        }
    }

    fn required(&self) -> (RuleOutcome, Option<Reason>) {
        // What was seen to fail fails, whatever was said beforehand.
        if self.seen.failed > 0 {
            return (RuleOutcome::Failed, None);
        }
        if let RuleScope::NotApplicable { reason, .. } = &self.rule.scope {
            return (RuleOutcome::NotApplicable, Some(Reason::Given(reason.clone())));
        }
        if !self.missed.is_empty() {
            return (RuleOutcome::NotRun, Some(Reason::NotReached(self.missed.clone())));
        }
        if self.seen.inconclusive > 0 {
            return (RuleOutcome::Inconclusive, self.why_inconclusive());
        }
        if !self.skipped.is_empty() {
            return (RuleOutcome::NotApplicable, Some(self.why_skipped()));
        }
        match (self.seen.passed, self.seen.recorded) {
            (0, 0) => (RuleOutcome::NotRun, Some(Reason::NoScenario)),
            (0, _) => (RuleOutcome::Inconclusive, Some(Reason::OnlyRecorded)),
            _ => (RuleOutcome::Passed, None),
        }
    }

    fn recorded(&self) -> (RuleOutcome, Option<Reason>) {
        if self.seen.passed + self.seen.failed + self.seen.recorded > 0 {
            return (RuleOutcome::Recorded, None);
        }
        if let RuleScope::NotApplicable { reason, .. } = &self.rule.scope {
            return (RuleOutcome::NotApplicable, Some(Reason::Given(reason.clone())));
        }
        if self.seen.inconclusive > 0 {
            return (RuleOutcome::Inconclusive, self.why_inconclusive());
        }
        if !self.missed.is_empty() {
            return (RuleOutcome::NotRun, Some(Reason::NotReached(self.missed.clone())));
        }
        if !self.skipped.is_empty() {
            return (RuleOutcome::NotApplicable, Some(self.why_skipped()));
        }
        (RuleOutcome::NotRun, Some(Reason::NoScenario))
    }

    fn why_inconclusive(&self) -> Option<Reason> {
        use crate::event::CheckOutcome::Inconclusive;
        let check = self.seen.findings.iter().find(|check| check.outcome == Inconclusive)?;
        Some(Reason::Given(check.note.clone().unwrap_or_else(|| check.observed.clone())))
    }

    fn why_skipped(&self) -> Reason {
        // An undeclared lack weighs more than a declared one: it is the one to tell.
        let telling = self.skipped.iter().find(|(_, skip)| !skip.excused);
        let reason = telling.or(self.skipped.first()).map(|(_, skip)| skip.reason.clone());
        let reason = reason.unwrap_or_default();
        if self.skipped.len() == self.tagged.len() {
            return Reason::Given(reason);
        }
        let scenarios = self.skipped.iter().map(|(id, _)| id.clone()).collect();
        Reason::PartlySkipped { scenarios, reason }
    }

    fn excused(&self) -> bool {
        match &self.rule.scope {
            RuleScope::NotApplicable { excused, .. } => *excused,
            _ => !self.skipped.is_empty() && self.skipped.iter().all(|(_, skip)| skip.excused),
        }
    }
}

/// Whether a scenario made its checks of a rule. One that broke or never ended may have had more of
/// them to make: it proves nothing. One that a required check stopped is red already, and what it
/// proved before stands.
fn reached(at: usize, fold: &Fold, seen: &Seen) -> bool {
    let whole = match fold.ended.get(&at) {
        Some(ScenarioEnd::Passed | ScenarioEnd::Inconclusive) => true,
        Some(ScenarioEnd::Failed) => fold.scenarios[at].outcome == ScenarioOutcome::Failed,
        Some(ScenarioEnd::Broken) | None => false,
    };
    whole && seen.reached.contains(&at)
}

/// Applies the user's list of known non-conformities.
fn accepted(
    decided: (RuleOutcome, Option<Reason>),
    rule: &RuleInScope,
    fold: &Fold,
) -> (RuleOutcome, Option<Reason>) {
    let listed = fold.start.expectations.iter().find(|expected| expected.rule == rule.id);
    let Some(expected) = listed.cloned() else {
        return decided;
    };
    match decided.0 {
        RuleOutcome::Failed if expected.expired => {
            (RuleOutcome::Failed, Some(Reason::Expired(expected)))
        }
        RuleOutcome::Failed => (RuleOutcome::ExpectedFailure, Some(Reason::Known(expected))),
        // The hub is right; it is the list that is out of date.
        RuleOutcome::Passed => (RuleOutcome::Passed, Some(Reason::UnexpectedPass(expected))),
        _ => decided,
    }
}

/// Counts the mandatory rules that are judged.
pub(super) fn mandatory(rules: &[RuleResult]) -> Mandatory {
    let mut mandatory = Mandatory::default();
    for rule in rules.iter().filter(|rule| rule.level == Level::Must) {
        match rule.outcome {
            RuleOutcome::NotScored => continue,
            RuleOutcome::Passed => mandatory.passed += 1,
            RuleOutcome::Failed => mandatory.failed += 1,
            RuleOutcome::ExpectedFailure => mandatory.expected_failure += 1,
            RuleOutcome::NotApplicable if rule.excused => mandatory.excused += 1,
            RuleOutcome::NotApplicable
            | RuleOutcome::Inconclusive
            | RuleOutcome::NotRun
            | RuleOutcome::Recorded => mandatory.undecided += 1,
        }
        mandatory.total += 1;
    }
    mandatory
}

/// Decides the hub. A panic is a bug of ours and says nothing about the hub, so the run decides
/// nothing.
pub(super) fn verdict(mandatory: &Mandatory, scenarios: usize, end: &RunFinished) -> Verdict {
    if mandatory.failed > 0 || scenarios == 0 {
        return Verdict::DoesNotConform;
    }
    let complete = !end.interrupted && end.panics == 0 && end.unreachable.is_none();
    // What fails as it is known to was decided too.
    let decided = mandatory.passed + mandatory.expected_failure;
    if complete && mandatory.undecided == 0 && decided > 0 {
        Verdict::Conforms
    } else {
        Verdict::Undecided
    }
}
