//! Examples of judging: each test tells a run in a few events and says what it amounts to.

use contract::bilingual::Bilingual;

use super::*;
use crate::event::*;
use crate::run::*;
use crate::verdict::Verdict;

/// A run being told.
struct Told(Vec<Event>);

impl Told {
    /// Rules are required and expected; scenarios are `(id, rules)`.
    fn with(rules: &[&str], scenarios: &[(&str, &[&str])]) -> Self {
        let rules = rules.iter().map(|id| rule(id)).collect();
        let scenarios = scenarios.iter().map(|(id, rules)| scenario(id, rules)).collect();
        Self(vec![Event::run_started(RunHeader::default(), rules, scenarios)])
    }

    fn start(&mut self) -> &mut RunStarted {
        let Event::RunStarted(start) = &mut self.0[0] else { panic!("no start") };
        start
    }

    fn check(mut self, scenario: &str, rule: &str, outcome: CheckOutcome) -> Self {
        self.0.push(Event::CheckMade(Check {
            scenario: Some(scenario).filter(|id| !id.is_empty()).map(str::to_owned),
            rule: rule.parse().unwrap(),
            outcome,
            expected: "attendu".into(),
            observed: "constaté".into(),
            exchanges: vec!["ex-1".into()],
            note: None,
        }));
        self
    }

    fn ended(mut self, id: &str, outcome: ScenarioEnd) -> Self {
        let id = id.into();
        self.0.push(Event::ScenarioFinished { id, outcome, duration_ms: 1, failure: None });
        self
    }

    fn killed(self) -> Run {
        fold(self.0).unwrap()
    }

    fn judged(mut self) -> Run {
        self.0.push(Event::RunFinished(RunFinished { at: "fin".into(), ..Default::default() }));
        self.killed()
    }
}

fn rule(id: &str) -> RuleInScope {
    RuleInScope {
        id: id.parse().unwrap(),
        level: Level::Must,
        title: Bilingual::default(),
        source: "SFD-1.2.2".into(),
        passage: None,
        family: id.split('-').next().unwrap_or_default().into(),
        needs: Vec::new(),
        scope: RuleScope::Expected,
    }
}

fn scenario(id: &str, rules: &[&str]) -> PlannedScenario {
    PlannedScenario {
        id: id.into(),
        name: id.into(),
        feature: "a.feature".into(),
        line: 1,
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        process: None,
        skipped: None,
    }
}

fn outcomes(run: &Run) -> Vec<RuleOutcome> {
    run.rules.iter().map(|rule| rule.outcome).collect()
}

use CheckOutcome::{Failed, Inconclusive, Passed, Recorded};

#[test]
fn a_hub_conforms_when_every_mandatory_rule_passed() {
    let run = Told::with(&["NOT-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .ended("s", ScenarioEnd::Passed)
        .judged();
    assert_eq!((run.verdict, outcomes(&run)), (Verdict::Conforms, vec![RuleOutcome::Passed]));
    assert_eq!(run.mandatory, Mandatory { total: 1, passed: 1, ..Default::default() });
}

#[test]
fn only_the_rule_of_the_check_fails_and_the_others_were_not_reached() {
    let run =
        Told::with(&["NOT-01", "NOT-02", "NOT-03"], &[("s", &["NOT-01", "NOT-02", "NOT-03"])])
            .check("s", "NOT-01", Passed)
            .check("s", "NOT-02", Failed)
            .ended("s", ScenarioEnd::Failed)
            .judged();
    let expected = vec![RuleOutcome::Passed, RuleOutcome::Failed, RuleOutcome::NotRun];
    assert_eq!(outcomes(&run), expected);
    assert_eq!(run.verdict, Verdict::DoesNotConform);
    assert_eq!(run.rules[2].reason, Some(Reason::NotReached(vec!["s".into()])));
    let failure = run.scenarios[0].failure.as_ref().unwrap();
    assert_eq!(failure.observed.as_deref(), Some("constaté"));
    assert_eq!(run.scenarios[0].shown, ["ex-1"]);
}

#[test]
fn a_scenario_that_breaks_leaves_its_rules_not_run_even_half_checked() {
    let run = Told::with(&["NOT-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .ended("s", ScenarioEnd::Broken)
        .judged();
    assert_eq!((run.verdict, outcomes(&run)), (Verdict::Undecided, vec![RuleOutcome::NotRun]));
}

#[test]
fn a_scenario_stopped_by_a_check_that_is_not_its_own_broke() {
    let run = Told::with(&["NOT-01", "WIRE-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .check("s", "WIRE-01", Failed)
        .ended("s", ScenarioEnd::Failed)
        .judged();
    assert_eq!(outcomes(&run), [RuleOutcome::NotRun, RuleOutcome::Failed]);
    assert_eq!(run.scenarios[0].outcome, ScenarioOutcome::Broken);
}

#[test]
fn a_scenario_that_never_ended_proves_nothing() {
    let run = Told::with(&["NOT-01"], &[("s", &["NOT-01"])]).check("s", "NOT-01", Passed).judged();
    assert_eq!(outcomes(&run), [RuleOutcome::NotRun]);
}

#[test]
fn a_scenario_that_asserts_nothing_proves_nothing() {
    let run =
        Told::with(&["NOT-01"], &[("s", &["NOT-01"])]).ended("s", ScenarioEnd::Passed).judged();
    assert_eq!((run.verdict, outcomes(&run)), (Verdict::Undecided, vec![RuleOutcome::NotRun]));
}

#[test]
fn a_rule_needs_every_one_of_its_scenarios() {
    let run = Told::with(&["NOT-01"], &[("s", &["NOT-01"]), ("t", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .ended("s", ScenarioEnd::Passed)
        .judged();
    assert_eq!(run.rules[0].reason, Some(Reason::NotReached(vec!["t".into()])));
}

#[test]
fn a_rule_without_scenario_is_not_run_and_a_run_without_scenario_fails() {
    let run = Told::with(&["NOT-01"], &[]).judged();
    assert_eq!((run.verdict, outcomes(&run)), (Verdict::DoesNotConform, vec![RuleOutcome::NotRun]));
    assert_eq!(run.rules[0].reason, Some(Reason::NoScenario));
}

#[test]
fn a_run_wide_rule_fails_by_any_scenario_which_itself_passes() {
    let run = Told::with(&["NOT-01", "WIRE-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .check("s", "WIRE-01", Failed)
        .ended("s", ScenarioEnd::Passed)
        .judged();
    assert_eq!(outcomes(&run), [RuleOutcome::Passed, RuleOutcome::Failed]);
    assert_eq!(run.scenarios[0].outcome, ScenarioOutcome::Passed);
}

#[test]
fn a_run_wide_rule_passes_by_a_check_on_the_run_as_a_whole() {
    let run = Told::with(&["NOT-01", "WIRE-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .ended("s", ScenarioEnd::Passed)
        .check("", "WIRE-01", Passed)
        .judged();
    assert_eq!(run.verdict, Verdict::Conforms);
}

#[test]
fn what_is_inconclusive_is_undecided_and_says_why() {
    let run = Told::with(&["NOT-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .check("s", "NOT-01", Inconclusive)
        .ended("s", ScenarioEnd::Inconclusive)
        .judged();
    assert_eq!(
        (run.verdict, outcomes(&run)),
        (Verdict::Undecided, vec![RuleOutcome::Inconclusive])
    );
    assert_eq!(run.rules[0].reason, Some(Reason::Given("constaté".into())));
}

#[test]
fn a_recorded_rule_never_fails_and_decides_nothing() {
    let mut told = Told::with(&["FOL-07"], &[("s", &["FOL-07"])]);
    told.start().rules[0].level = Level::Recorded;
    let run = told.check("s", "FOL-07", Failed).ended("s", ScenarioEnd::Passed).judged();
    assert_eq!((run.verdict, outcomes(&run)), (Verdict::Undecided, vec![RuleOutcome::Recorded]));
    assert_eq!(run.scenarios[0].outcome, ScenarioOutcome::Passed);
}

#[test]
fn a_mandatory_rule_that_was_only_noted_is_not_green() {
    let run = Told::with(&["ACC-14"], &[("s", &["ACC-14"])])
        .check("s", "ACC-14", Recorded)
        .ended("s", ScenarioEnd::Passed)
        .judged();
    assert_eq!(run.rules[0].reason, Some(Reason::OnlyRecorded));
    assert_eq!(run.verdict, Verdict::Undecided);
}

/// One rule passes and another cannot be shown.
fn with_a_lack(excused: bool) -> Run {
    let mut told = Told::with(&["NOT-01", "MAIL-01"], &[("s", &["NOT-01"])]);
    told.start().rules[1].scope =
        RuleScope::NotApplicable { reason: "sans courriel".into(), excused };
    told.check("s", "NOT-01", Passed).ended("s", ScenarioEnd::Passed).judged()
}

#[test]
fn a_lack_leaves_the_run_undecided_unless_the_target_declares_it() {
    assert_eq!(with_a_lack(false).verdict, Verdict::Undecided);
    let run = with_a_lack(true);
    assert_eq!(run.verdict, Verdict::Conforms);
    assert_eq!(run.mandatory, Mandatory { total: 2, passed: 1, excused: 1, ..Default::default() });
}

#[test]
fn a_rule_of_which_one_scenario_cannot_be_played_is_not_wholly_proven() {
    let mut told = Told::with(&["ACC-01"], &[("osl", &["ACC-01"]), ("si", &["ACC-01"])]);
    let reason = "aucun accès SI".to_owned();
    told.start().scenarios[1].skipped = Some(Skip { reason: reason.clone(), excused: false });
    let run = told.check("osl", "ACC-01", Passed).ended("osl", ScenarioEnd::Passed).judged();
    assert_eq!(run.rules[0].outcome, RuleOutcome::NotApplicable);
    let partly = Reason::PartlySkipped { scenarios: vec!["si".into()], reason };
    assert_eq!(run.rules[0].reason, Some(partly));
    assert_eq!(run.verdict, Verdict::Undecided);
}

#[test]
fn what_was_said_not_to_apply_still_fails_when_it_is_seen_to_fail() {
    let mut told = Told::with(&["MAIL-04"], &[("s", &["MAIL-04"])]);
    told.start().rules[0].scope = RuleScope::NotApplicable { reason: "-".into(), excused: true };
    let run = told.check("s", "MAIL-04", Failed).ended("s", ScenarioEnd::Failed).judged();
    assert_eq!(run.verdict, Verdict::DoesNotConform);
}

#[test]
fn rules_that_are_not_scored_are_counted_and_judge_nothing() {
    let mut told = Told::with(&["NOT-01", "EVT-18"], &[("s", &["NOT-01", "EVT-18"])]);
    told.start().rules[1].scope = RuleScope::NotScored { reason: "prévue".into() };
    let run = told
        .check("s", "NOT-01", Passed)
        .check("s", "EVT-18", Failed)
        .ended("s", ScenarioEnd::Passed)
        .judged();
    assert_eq!(outcomes(&run), [RuleOutcome::Passed, RuleOutcome::NotScored]);
    assert_eq!((run.verdict, run.mandatory.total, run.counts.expected), (Verdict::Conforms, 1, 2));
}

/// One rule passes and a listed one gives `outcome`.
fn with_an_expectation(outcome: CheckOutcome, expired: bool) -> Run {
    let mut told = Told::with(&["NOT-01", "PJ-04"], &[("s", &["NOT-01"]), ("t", &["PJ-04"])]);
    told.start().expectations.push(Expectation {
        rule: "PJ-04".parse().unwrap(),
        reason: "corrigé en 1.2.8".into(),
        owner: "équipe hub".into(),
        expires: "2026-12-31".into(),
        expired,
    });
    told.check("s", "NOT-01", Passed)
        .ended("s", ScenarioEnd::Passed)
        .check("t", "PJ-04", outcome)
        .ended("t", if outcome == Failed { ScenarioEnd::Failed } else { ScenarioEnd::Passed })
        .judged()
}

#[test]
fn a_known_non_conformity_does_not_fail_the_run() {
    let run = with_an_expectation(Failed, false);
    assert_eq!(run.rules[1].outcome, RuleOutcome::ExpectedFailure);
    assert_eq!(run.verdict, Verdict::Conforms);
}

#[test]
fn an_expired_one_does_and_a_mended_one_is_told_of() {
    let expired = with_an_expectation(Failed, true);
    assert!(matches!(expired.rules[1].reason, Some(Reason::Expired(_))));
    assert_eq!(expired.verdict, Verdict::DoesNotConform);
    let passing = with_an_expectation(Passed, false);
    assert!(matches!(passing.rules[1].reason, Some(Reason::UnexpectedPass(_))));
    assert_eq!(
        (passing.rules[1].outcome, passing.verdict),
        (RuleOutcome::Passed, Verdict::Conforms)
    );
    assert_eq!(passing.mended().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["PJ-04"]);
    assert_eq!(expired.mended().count(), 0);
}

#[test]
fn a_killed_run_or_one_with_a_panic_or_a_lost_target_is_never_green() {
    let told = || {
        Told::with(&["NOT-01"], &[("s", &["NOT-01"])])
            .check("s", "NOT-01", Passed)
            .ended("s", ScenarioEnd::Passed)
    };
    let killed = told().killed();
    assert_eq!((killed.verdict, killed.interrupted), (Verdict::Undecided, true));
    for end in [
        RunFinished { panics: 1, ..Default::default() },
        RunFinished { interrupted: true, ..Default::default() },
        RunFinished { unreachable: Some("GET /healthz".into()), ..Default::default() },
    ] {
        let mut told = told();
        told.0.push(Event::RunFinished(end));
        assert_eq!(told.killed().verdict, Verdict::Undecided);
    }
}

#[test]
fn a_failure_outside_the_scope_is_told() {
    let run = Told::with(&["NOT-01"], &[("s", &["NOT-01"])])
        .check("s", "NOT-01", Passed)
        .check("s", "WIRE-01", Failed)
        .ended("s", ScenarioEnd::Passed)
        .judged();
    assert_eq!(run.verdict, Verdict::Conforms);
    assert_eq!(run.failed_out_of_scope, ["WIRE-01"]);
}

#[test]
fn the_same_finding_is_kept_once_and_counted_every_time() {
    let mut told = Told::with(&["WIRE-01"], &[("s", &["WIRE-01"])]);
    for _ in 0..50 {
        told = told.check("s", "WIRE-01", Failed);
    }
    let run = told.judged();
    assert_eq!((run.rules[0].findings.len(), run.rules[0].failed_checks), (1, 50));
}

#[test]
fn without_a_plan_there_is_no_run() {
    assert_eq!(fold([]).unwrap_err(), FoldError::NoStart);
    let note = Event::Note { level: NoteLevel::Info, text: String::new() };
    assert_eq!(fold([note]).unwrap_err(), FoldError::NoStart);
}

/// A small generator of numbers, so that the next test is the same at every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Any run at all: whatever happened, in whatever order.
fn any_run(draw: &mut Draw) -> Run {
    let names: Vec<String> = (0..draw.below(8)).map(|n| format!("NOT-{n:02}")).collect();
    let ids: Vec<String> = (0..draw.below(6)).map(|n| format!("s{n}")).collect();
    let mut told = Told::with(&[], &[]);
    for name in &names {
        let mut rule = rule(name);
        if draw.below(4) == 0 {
            rule.level = Level::Recorded;
        }
        let excused = draw.below(2) == 0;
        rule.scope = match draw.below(6) {
            0 => RuleScope::NotApplicable { reason: String::new(), excused },
            1 => RuleScope::NotScored { reason: String::new() },
            _ => RuleScope::Expected,
        };
        told.start().rules.push(rule);
    }
    for id in &ids {
        let tags: Vec<_> =
            names.iter().filter(|_| draw.below(3) == 0).map(String::as_str).collect();
        let mut scenario = scenario(id, &tags);
        let excused = draw.below(2) == 0;
        scenario.skipped = (draw.below(5) == 0).then(|| Skip { reason: String::new(), excused });
        told.start().scenarios.push(scenario);
    }
    for _ in 0..draw.below(20) {
        let outcome =
            [Passed, Passed, Passed, Failed, Inconclusive, Recorded][draw.below(6) as usize];
        let (id, name) = (draw.below(7), format!("NOT-{:02}", draw.below(9)));
        told = told.check(&format!("s{id}"), &name, outcome);
        let ends = [ScenarioEnd::Passed, ScenarioEnd::Failed, ScenarioEnd::Broken];
        told = told.ended(&format!("s{}", draw.below(7)), ends[draw.below(3) as usize]);
    }
    if draw.below(5) == 0 { told.killed() } else { told.judged() }
}

#[test]
fn whatever_happens_the_counts_add_up_and_green_means_proven() {
    let mut draw = Draw(7);
    let mut conforming = 0;
    for _ in 0..4_000 {
        let run = any_run(&mut draw);
        let sum: usize = RuleOutcome::ALL.map(|outcome| run.counts.get(outcome)).iter().sum();
        assert_eq!((run.counts.expected, run.rules.len()), (sum, sum));
        let m = run.mandatory;
        assert_eq!(m.total, m.passed + m.failed + m.expected_failure + m.excused + m.undecided);
        for rule in run.rules.iter().filter(|rule| rule.outcome == RuleOutcome::Passed) {
            assert!(rule.passed_checks > 0 && rule.failed_checks == 0, "{rule:?}");
        }
        if run.verdict == Verdict::Conforms {
            conforming += 1;
            assert!(m.passed > 0 && m.failed == 0 && m.undecided == 0 && !run.interrupted);
        }
    }
    assert!(conforming > 20, "only {conforming} drawn runs conform: the property is hardly tried");
}
