//! What a fault declares against what a run saw: purely, so that the judge can be judged. Plays
//! nothing, prints nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use contract::rules::{Level, RuleId};
use reference_hub::faults::FaultEntry;
use reports::event::{Check, CheckOutcome};
use reports::run::ScenarioOutcome;
use reports::{RuleOutcome, Run, Verdict};

use crate::exit::Exit;

/// Names of rules, scenarios or faults.
pub(super) type Names = BTreeSet<String>;

/// What must fail, by declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) failed: Names,
    /// What may, or not.
    pub(super) perhaps: Names,
}

impl Expected {
    /// The rule, unless it is recorded only and cannot fail, and what must fail along with it.
    pub(super) fn of(fault: &FaultEntry) -> Self {
        let own = (!fault.recorded).then_some(fault.rule);
        let failed = own
            .into_iter()
            .chain(fault.collateral.iter().map(|(rule, _)| *rule))
            .map(str::to_owned)
            .collect();
        let perhaps = fault.perhaps.iter().map(|(rule, _)| (*rule).to_owned());
        Self { failed, perhaps: perhaps.collect() }
    }

    /// Of several faults at once.
    pub(super) fn of_all<'a>(faults: impl IntoIterator<Item = &'a FaultEntry>) -> Self {
        let mut all = Self::default();
        for one in faults.into_iter().map(Self::of) {
            all.failed.extend(one.failed);
            all.perhaps.extend(one.perhaps);
        }
        all
    }
}

/// What a run saw.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Rules that failed, those out of the selection included.
    pub(super) failed: Names,
    /// Mandatory rules that nothing decided: what they needed first was broken.
    pub(super) undecided: Names,
    /// Scenarios that did not pass.
    pub(super) disturbed: Names,
    /// For each finding of a failed rule, the rule and the scenario.
    pub(super) witnesses: BTreeSet<(String, String)>,
    /// Why the run could not be judged.
    pub(super) prevented: Option<String>,
    pub(super) conforms: bool,
    pub(super) duration: Duration,
    /// What was noted without judging: the rule or the divergence, and the observation, with the
    /// scenario that made it, or the side.
    pub(super) noted: BTreeSet<(String, String)>,
}

impl Seen {
    pub(super) fn of(run: &Run, exit: Exit, panicked: bool, duration: Duration) -> Self {
        let named = |wanted: &[RuleOutcome]| -> Names {
            let rules = run
                .rules
                .iter()
                .filter(|rule| rule.level == Level::Must && wanted.contains(&rule.outcome));
            rules.map(|rule| rule.id.to_string()).collect()
        };
        let mut failed = named(&[RuleOutcome::Failed]);
        failed.extend(run.failed_out_of_scope.iter().map(ToString::to_string));
        let findings = || run.rules.iter().flat_map(|rule| &rule.findings);
        let witnesses = findings().filter(|check| check.outcome == CheckOutcome::Failed);
        let noted = findings().filter(|check| check.outcome == CheckOutcome::Recorded);
        let disturbed = run.scenarios.iter().filter(|scenario| {
            !matches!(scenario.outcome, ScenarioOutcome::Passed | ScenarioOutcome::NotApplicable)
        });
        let sides = run
            .divergences
            .iter()
            .map(|divergence| (divergence.id.clone(), divergence.side.clone().unwrap_or_default()));
        Self {
            failed,
            undecided: named(&[RuleOutcome::NotRun, RuleOutcome::Inconclusive]),
            disturbed: disturbed.map(|scenario| scenario.id.clone()).collect(),
            witnesses: witnesses
                .filter_map(|check| Some((check.rule.to_string(), check.scenario.clone()?)))
                .collect(),
            prevented: (panicked || exit == Exit::Bug)
                .then(|| "a panic: a bug of étalon or of its hub".to_owned()),
            conforms: run.verdict == Verdict::Conforms,
            duration,
            noted: observations(noted).into_iter().chain(sides).collect(),
        }
    }

    /// A run that could not be played.
    pub(super) fn prevented(exit: Exit, duration: Duration) -> Self {
        Self {
            prevented: Some(format!("the run was prevented ({exit:?})")),
            duration,
            ..Self::default()
        }
    }

    /// What was noted of a rule without judging, and which sides the hub was seen to take.
    pub(super) fn observations_of(&self, rule: &str) -> BTreeSet<String> {
        let is_divergence = |about: &str| about.starts_with('D') && !about.contains('-');
        let of_rule = self.noted.iter().filter(|(about, _)| about == rule || is_divergence(about));
        of_rule.map(|(about, what)| format!("{about}: {}", without_ids(what))).collect()
    }
}

/// What was noted of each rule: by which scenario, and as what of the things that it noted. Two of
/// them may note the same of a rule, and a fault change it for one.
fn observations<'a>(noted: impl Iterator<Item = &'a Check>) -> Vec<(String, String)> {
    let mut count: BTreeMap<(&RuleId, Option<&String>), usize> = BTreeMap::new();
    let mut number = |check: &'a Check| {
        let rank = count.entry((&check.rule, check.scenario.as_ref())).or_default();
        *rank += 1;
        let scenario = check.scenario.as_deref().unwrap_or_default();
        (check.rule.to_string(), format!("{scenario}, {rank} : {}", check.observed))
    };
    noted.map(&mut number).collect()
}

/// A text without what is drawn anew at each run: long words with a digit in them.
fn without_ids(text: &str) -> String {
    const LONG: usize = 13;
    let is_id = |word: &str| word.len() >= LONG && word.contains(|c: char| c.is_ascii_digit());
    let parts = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    parts
        .map(|part| {
            if is_id(part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())) {
                "… "
            } else {
                part
            }
        })
        .collect()
}

/// What is noted of a rule on a hub that is whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Observations {
    /// Seen in every run.
    stable: BTreeSet<String>,
    /// Whether every run saw the same.
    always_the_same: bool,
}

impl Observations {
    pub(super) fn stable([first, second]: [BTreeSet<String>; 2]) -> Self {
        Self {
            always_the_same: first == second,
            stable: first.intersection(&second).cloned().collect(),
        }
    }

    /// Whether a broken hub can be told apart by what it is seen to do.
    fn differ_from(&self, broken: &BTreeSet<String>) -> bool {
        let gone = !self.stable.is_subset(broken);
        gone || (self.always_the_same && self.stable != *broken)
    }
}

/// The rule that no sequence makes the hub disagree with the model: broken by any fault of what the
/// model knows, if the sequences drawn happen to show it. No fault but its own declares it, and
/// none is at odds with its declaration for it.
pub(super) const TRANSVERSE: &str = "WIRE-03";

/// What failed and was not declared.
fn undeclared(failed: &Names, expected: &Expected) -> Names {
    let mut undeclared = &(failed - &expected.failed) - &expected.perhaps;
    undeclared.remove(TRANSVERSE);
    undeclared
}

/// A fault that was tried.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) fault: &'static FaultEntry,
    pub(super) expected: Expected,
    pub(super) seen: Seen,
    /// Its own rule failed, or, for a recorded one, was seen to differ.
    pub(super) caught: bool,
}

impl Tried {
    pub(super) fn judge(
        fault: &'static FaultEntry,
        seen: Seen,
        healthy: Option<Observations>,
    ) -> Self {
        let caught = match healthy {
            Some(healthy) => healthy.differ_from(&seen.observations_of(fault.rule)),
            None => seen.failed.contains(fault.rule),
        };
        Self { fault, expected: Expected::of(fault), seen, caught }
    }

    /// What is declared and did not break: neither failed nor, unless it is the fault's own rule,
    /// left undecided. The contract says what cannot work; whether a scenario meets that in a check
    /// or on its way there is not for it to say.
    pub(super) fn missing(&self) -> Names {
        let mut broken = self.seen.undecided.clone();
        broken.remove(self.fault.rule);
        broken.extend(self.seen.failed.iter().cloned());
        &self.expected.failed - &broken
    }

    /// What failed and should not have.
    pub(super) fn unexpected(&self) -> Names {
        undeclared(&self.seen.failed, &self.expected)
    }

    /// Exactly what was declared, no more and no less.
    pub(super) fn is_as_declared(&self) -> bool {
        self.caught
            && self.seen.prevented.is_none()
            && self.missing().is_empty()
            && self.unexpected().is_empty()
    }
}

/// A hub whose verdict is known beforehand. One that is judged otherwise voids the matrix.
#[derive(Clone, Debug)]
pub(super) struct Control {
    pub(super) name: &'static str,
    pub(super) holds: bool,
    pub(super) failed: Names,
    pub(super) undecided: Names,
}

impl Control {
    /// A hub that conforms, in whichever way.
    pub(super) fn green(name: &'static str, seen: &Seen) -> Self {
        Self::new(name, seen, seen.conforms && seen.failed.is_empty())
    }

    /// A hub that does not.
    pub(super) fn red(name: &'static str, expected: &Expected, seen: &Seen) -> Self {
        Self::new(name, seen, seen.failed == expected.failed)
    }

    fn new(name: &'static str, seen: &Seen, holds: bool) -> Self {
        let holds = holds && seen.prevented.is_none();
        Self { name, holds, failed: seen.failed.clone(), undecided: seen.undecided.clone() }
    }
}

/// Several faults at once.
#[derive(Clone, Debug)]
pub(super) struct Combination {
    pub(super) faults: Vec<&'static str>,
    /// Rules of its faults that did not fail.
    pub(super) missing: Names,
    /// Rules that failed and that none of its faults declares.
    pub(super) unexpected: Names,
}

impl Combination {
    pub(super) fn judge(faults: &[&'static FaultEntry], seen: &Seen) -> Self {
        let own: Names = faults.iter().map(|fault| fault.rule.to_owned()).collect();
        let declared = Expected::of_all(faults.iter().copied());
        Self {
            faults: faults.iter().map(|fault| fault.id).collect(),
            missing: &own - &seen.failed,
            unexpected: undeclared(&seen.failed, &declared),
        }
    }

    pub(super) fn is_as_declared(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use reference_hub::faults::fault;

    use super::*;

    const RECORDED: FaultEntry = fault("AUTH-09", "").recorded();
    const BROKEN: FaultEntry = fault("NOT-09", "").with(&[("NOT-10", "the same filter")]);

    fn names(rules: &[&str]) -> Names {
        rules.iter().map(ToString::to_string).collect()
    }

    fn failing(rules: &[&str]) -> Seen {
        Seen { failed: names(rules), ..Seen::default() }
    }

    #[test]
    fn exactly_the_declared_set_is_right() {
        assert!(Tried::judge(&BROKEN, failing(&["NOT-09", "NOT-10"]), None).is_as_declared());
        let weak = Tried::judge(&BROKEN, failing(&["NOT-10"]), None);
        assert!(!weak.caught);
        assert_eq!(weak.missing(), names(&["NOT-09"]));
        let loud = Tried::judge(&BROKEN, failing(&["NOT-09", "NOT-10", "FOL-01"]), None);
        assert!(loud.caught && !loud.is_as_declared());
        assert_eq!(loud.unexpected(), names(&["FOL-01"]));
    }

    #[test]
    fn a_fault_may_show_in_sequences_drawn_at_random_too() {
        let seen = failing(&["NOT-09", "NOT-10", "WIRE-03"]);
        assert!(Tried::judge(&BROKEN, seen, None).is_as_declared());
        let only = Tried::judge(&BROKEN, failing(&["WIRE-03"]), None);
        assert!(!only.caught, "its own rule must fail");
    }

    #[test]
    fn what_is_declared_along_with_a_fault_may_be_left_undecided_but_not_the_fault_itself() {
        let seen = Seen { undecided: names(&["NOT-10"]), ..failing(&["NOT-09"]) };
        assert!(Tried::judge(&BROKEN, seen, None).is_as_declared());
        let seen = Seen { undecided: names(&["NOT-09"]), ..failing(&["NOT-10"]) };
        assert_eq!(Tried::judge(&BROKEN, seen, None).missing(), names(&["NOT-09"]));
        let passed = failing(&["NOT-09"]);
        assert_eq!(Tried::judge(&BROKEN, passed, None).missing(), names(&["NOT-10"]));
    }

    #[test]
    fn a_run_that_was_prevented_catches_nothing() {
        let seen =
            Seen { prevented: Some("no token".to_owned()), ..failing(&["NOT-09", "NOT-10"]) };
        assert!(!Tried::judge(&BROKEN, seen, None).is_as_declared());
    }

    #[test]
    fn a_recorded_rule_is_told_apart_by_what_is_noted_and_stable() {
        let noted = |what: &str| Seen {
            noted: [("AUTH-09".to_owned(), what.to_owned())].into(),
            ..Seen::default()
        };
        let of = |what: &str| noted(what).observations_of("AUTH-09");
        let same = || Some(Observations::stable([of("no-store"), of("no-store")]));
        assert!(Tried::judge(&RECORDED, noted("absent"), same()).is_as_declared());
        assert!(!Tried::judge(&RECORDED, noted("no-store"), same()).caught);
        let unstable = Some(Observations::stable([of("folder 1"), of("folder 2")]));
        assert!(
            !Tried::judge(&RECORDED, noted("folder 3"), unstable).caught,
            "a number that changes at each run is no proof"
        );
    }

    #[test]
    fn what_is_noted_twice_and_changes_once_is_told_apart() {
        let noted = |scenario: &str, observed: &str| Check {
            scenario: Some(scenario.to_owned()),
            rule: "PJ-21".try_into().unwrap(),
            outcome: CheckOutcome::Recorded,
            expected: String::new(),
            observed: observed.to_owned(),
            exchanges: Vec::new(),
            note: None,
        };
        let whole = [noted("a:1", "refused"), noted("a:1", "refused"), noted("b:1", "refused")];
        let broken = [noted("a:1", "refused"), noted("a:1", "accepted"), noted("b:1", "refused")];
        let of = |checks: &[Check]| BTreeSet::from_iter(observations(checks.iter()));
        assert_eq!(of(&whole).len(), 3);
        assert!(!of(&whole).is_subset(&of(&broken)));
    }

    #[test]
    fn numbers_of_one_run_are_no_observation() {
        let of =
            |number: &str| without_ids(&format!("case {number}: 400 « {number}-01 is no case »"));
        assert_eq!(of("DILA-AEC-AB12CD34EF56G"), of("DILA-AEC-XY98ZW76VU54T"));
        assert_ne!(without_ids("status: 400"), without_ids("status: 201"));
    }

    #[test]
    fn a_control_that_is_judged_otherwise_does_not_hold() {
        let conforming = Seen { conforms: true, ..Seen::default() };
        assert!(Control::green("whole", &conforming).holds);
        assert!(!Control::green("whole", &Seen::default()).holds, "undecided is not conforming");
        assert!(!Control::red("broken", &Expected::of(&BROKEN), &conforming).holds);
    }
}
