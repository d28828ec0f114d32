//! Seconds made by hand, folded.

use super::*;

pub(crate) fn second(rank: u64, phase: Phase, calls: u64, errors: u64) -> Second {
    Second {
        second: rank,
        phase,
        asked_starts: 10.0,
        due_starts: 10,
        started: 10,
        waited_for_worker: 0,
        calls,
        errors,
        errors_by_kind: BTreeMap::new(),
        errors_by_operation: BTreeMap::new(),
        in_flight: 0,
        connections: 0,
        cpu_us: 0,
        memory_bytes: 0,
        undelivered: 0,
        response: None,
        service: None,
    }
}

fn seconds(outcomes: &[(u64, u64)]) -> Vec<Second> {
    let outcomes = (0..).zip(outcomes);
    outcomes.map(|(rank, (calls, errors))| second(rank, Phase::Measured, *calls, *errors)).collect()
}

#[test]
fn a_hub_that_ends_is_unreachable_from_then_on() {
    let ended = seconds(&[(10, 0), (10, 4), (10, 10), (10, 10), (10, 10)]);
    let told = unreachable(&ended);
    assert_eq!(told.as_deref(), Some("no good answer from second 2 on"));
    assert!(unreachable(&seconds(&[(10, 10)])).is_some());
}

#[test]
fn a_hub_that_answers_at_the_end_is_not() {
    assert_eq!(unreachable(&seconds(&[(10, 10), (10, 10), (10, 10), (10, 9)])), None);
    assert_eq!(unreachable(&seconds(&[(10, 0), (10, 0), (10, 10)])), None);
    assert_eq!(unreachable(&[]), None);
}

#[test]
fn what_starts_once_the_plan_is_over_achieves_nothing() {
    let mut times = BySlot::default();
    let lateness = SeriesKey::Span(Span::Lateness);
    times.add(lateness, Clock::Response, 10, 1);
    times.add(lateness, Clock::Response, 2_000_000, 9);
    times.add(SeriesKey::Token, Clock::Response, 1_000, 10);
    let mut fold = Fold::new(&[], &[], 0);
    fold.take(second(0, Phase::Measured, 10, 0), &times);
    fold.take(second(1, Phase::Drain, 10, 0), &times);
    let totals = fold.totals();
    assert_eq!(totals.started, 11);
    assert_eq!((totals.calls_in_time, totals.call_count()), (10, 20));
    assert_eq!(totals.seconds, 1);
}

#[test]
fn what_comes_after_a_step_that_broke_was_not_played() {
    let step = |from_s| RateStep { asked_per_s: 10.0, from_s, duration_s: 2, kept: None };
    let limit = Objective {
        subject: None,
        requirement: reports::load::Requirement::Latency {
            clock: Clock::Response,
            percentile: 50.0,
            limit_us: 1_000,
            observed_us: None,
        },
        window_s: None,
        worst_second: None,
        abort: false,
        outcome: reports::load::Outcome::NotMeasured,
    };
    let mut fold = Fold::new(&[limit], &[step(0), step(2), step(4)], 0);
    for (rank, us) in (0..6).zip([10, 10, 10, 90_000, 10, 10]) {
        let mut times = BySlot::default();
        times.add(SeriesKey::Token, Clock::Response, us, 1 + us as u32 / 10_000);
        fold.take(second(rank, Phase::Measured, 1, 0), &times);
    }
    let kept: Vec<_> = fold.steps().iter().map(|step| step.kept).collect();
    assert_eq!(kept, [Some(true), Some(false), None]);
    assert!(fold.is_decided());
}

#[test]
fn a_step_holds_when_it_holds_by_every_telling() {
    assert_eq!(both(Some(true), Some(true)), Some(true));
    assert_eq!(both(Some(true), Some(false)), Some(false));
    assert_eq!(both(None, Some(false)), Some(false));
    assert_eq!(both(None, Some(true)), None);
}
