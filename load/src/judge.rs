//! Objectives against what was measured: over the whole, over windows as they pass, and whether the
//! generator itself was in the way. Knows no clock and no file.

use hdrhistogram::Histogram;
use reports::load::Bottleneck;

use crate::plan::Generator;
use crate::plan::objective::{Measure, Objective};
use crate::record::Totals;
use crate::series::{Clock, Step, Subject};

/// How an objective stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What is required.
    pub objective: Objective,
    /// The worst that was measured: microseconds, or a share from 0 to 1. None: nothing was there
    /// to judge.
    pub worst: Option<f64>,
    /// The second of the campaign when it was; windows only.
    pub worst_at: Option<u64>,
    /// Whether it held so far.
    pub held: bool,
}

impl Standing {
    /// Nothing seen yet. What is never seen is not held: an objective about calls that were not
    /// made proves nothing.
    #[must_use]
    pub const fn new(objective: Objective) -> Self {
        Self { objective, worst: None, worst_at: None, held: false }
    }

    /// Takes one more measure; tells whether it broke the objective.
    pub fn take(&mut self, measured: f64, at: Option<u64>) -> bool {
        let (worse, holds) = match self.objective.measure {
            Measure::Latency { below, .. } => (
                self.worst.is_none_or(|worst| measured > worst),
                measured < below.as_micros() as f64,
            ),
            Measure::ErrorRate(limit) => (
                self.worst.is_none_or(|worst| measured > worst),
                measured <= 0.0 || measured < limit,
            ),
            Measure::Achieved(limit) => {
                (self.worst.is_none_or(|worst| measured < worst), measured >= limit)
            }
        };
        self.held = (self.worst.is_none() || self.held) && holds;
        if worse {
            self.worst = Some(measured);
            self.worst_at = at;
        }
        !holds
    }
}

/// What an objective's measure is, over totals; none when there is nothing to judge.
#[must_use]
pub fn measured(objective: &Objective, totals: &Totals) -> Option<f64> {
    match objective.measure {
        Measure::Latency { clock, percentile, .. } => match objective.subject {
            Some(subject) => totals
                .histogram(subject, clock)
                .and_then(|histogram| percentile_us(histogram, percentile)),
            None => percentile_us(&totals.all_calls(clock), percentile),
        },
        Measure::ErrorRate(_) => {
            let calls = match objective.subject {
                Some(subject) => totals.calls.get(&subject).copied().unwrap_or(0),
                None => totals.call_count(),
            };
            (calls > 0).then(|| totals.failure_count(objective.subject) as f64 / calls as f64)
        }
        Measure::Achieved(_) => (totals.asked > 0.0).then(|| totals.started as f64 / totals.asked),
    }
}

/// A percentile of a histogram, in microseconds; none when it is empty.
#[must_use]
pub fn percentile_us(histogram: &Histogram<u64>, percentile: f64) -> Option<f64> {
    (!histogram.is_empty()).then(|| histogram.value_at_quantile(percentile / 100.0) as f64)
}

/// Room for that many seconds of the highest rate is enough: when all workers are busy then, it is
/// the hub that takes its time, and waiting for one of them is waiting for the hub.
const ENOUGH_ROOM_S: f64 = 1.0;

/// Why the run says nothing of the hub. `peak` is the highest rate asked for, in starts a second.
#[must_use]
pub fn bottlenecks(
    totals: &Totals,
    generator: &Generator,
    busy_seconds: u64,
    peak: f64,
) -> Vec<Bottleneck> {
    let own = totals
        .histogram(Subject::Step(Step::GeneratorLateness), Clock::Response)
        .and_then(|histogram| percentile_us(histogram, 99.0))
        .unwrap_or(0.0) as u64;
    let limit_us = u64::try_from(generator.latest.as_micros()).unwrap_or(u64::MAX);
    let share = totals.waited as f64 / (totals.started + totals.late_starts).max(1) as f64;
    let cramped = (generator.workers as f64) < peak * ENOUGH_ROOM_S;
    let reasons = [
        (own > limit_us).then_some(Bottleneck::LateStarts { latency_us_p99: own, limit_us }),
        (share > generator.busy_share && cramped)
            .then_some(Bottleneck::WorkersBusy { workers: generator.workers as u64, share }),
        (busy_seconds as f64 > generator.busy_share * totals.seconds as f64).then_some(
            Bottleneck::ProcessorsBusy { busy_s: busy_seconds, measured_s: totals.seconds },
        ),
        (totals.started + totals.late_starts == 0).then_some(Bottleneck::NothingStarted),
    ];
    reasons.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn objective(measure: Measure) -> Objective {
        Objective { subject: None, measure, window: None, abort: false }
    }

    #[test]
    fn what_was_never_measured_is_not_held() {
        let standing = Standing::new(objective(Measure::ErrorRate(0.5)));
        assert!(!standing.held);
    }

    #[test]
    fn the_worst_measure_is_kept_and_one_break_is_enough() {
        let below = Duration::from_millis(1);
        let latency = Measure::Latency { clock: Clock::Response, percentile: 99.0, below };
        let mut standing = Standing::new(objective(latency));
        assert!(!standing.take(500.0, Some(1)));
        assert!(standing.held);
        assert!(standing.take(1500.0, Some(2)));
        assert!(!standing.take(900.0, Some(3)));
        assert_eq!(
            (standing.held, standing.worst, standing.worst_at),
            (false, Some(1500.0), Some(2))
        );
    }

    #[test]
    fn no_error_at_all_holds_a_limit_of_none() {
        let mut standing = Standing::new(objective(Measure::ErrorRate(0.0)));
        assert!(!standing.take(0.0, None));
        assert!(standing.take(0.001, None));
    }

    #[test]
    fn a_campaign_without_a_start_is_a_bottleneck() {
        let generator = Generator {
            workers: 1,
            users: 1,
            grain: Duration::ZERO,
            latest: Duration::from_millis(20),
            busy_share: 0.2,
        };
        assert_eq!(bottlenecks(&Totals::default(), &generator, 0, 1.0).len(), 1);
    }

    #[test]
    fn busy_workers_are_the_generators_fault_only_when_there_are_few() {
        let mut totals = Totals::default();
        (totals.started, totals.waited, totals.seconds) = (100, 50, 1);
        let of = |workers| {
            let generator = Generator {
                workers,
                users: 1,
                grain: Duration::ZERO,
                latest: Duration::from_millis(20),
                busy_share: 0.2,
            };
            bottlenecks(&totals, &generator, 0, 100.0).len()
        };
        assert_eq!((of(10), of(200)), (1, 0));
    }
}
