//! Everything that was measured, without its seconds.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use reports::load::Phase;

use super::{Interval, SLOTS, add, histogram, slot};
use crate::failure::Failure;
use crate::series::{Clock, Subject};

/// Totals of a campaign, or of a part of it.
#[derive(Clone, Debug)]
pub struct Totals {
    histograms: Vec<Option<Histogram<u64>>>,
    /// Calls of each subject.
    pub calls: BTreeMap<Subject, u64>,
    /// Calls without a good answer, by subject and kind.
    pub failures: BTreeMap<(Subject, Failure), u64>,
    /// Journeys that the schedule made due.
    pub asked: f64,
    /// Journeys that started before the end of the plan, or less than a second late: what is due at
    /// the very end starts just after it, and is no less achieved.
    pub started: u64,
    /// Those that started a second late or more when the plan was over: they count in the times,
    /// and not among those achieved.
    pub late_starts: u64,
    /// Calls that ended before the end of the plan: what the rate achieved is made of.
    pub calls_in_time: u64,
    /// Those that waited for a free worker.
    pub waited: u64,
    /// Seconds that were added.
    pub seconds: u64,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            histograms: vec![None; SLOTS],
            calls: BTreeMap::new(),
            failures: BTreeMap::new(),
            asked: 0.0,
            started: 0,
            late_starts: 0,
            calls_in_time: 0,
            waited: 0,
            seconds: 0,
        }
    }
}

impl Totals {
    /// Adds a second, in which the schedule made so many journeys due. What ends while draining
    /// counts in the times; it is no second of the rate that was asked for, and nothing that was
    /// achieved in time.
    pub(super) fn add(&mut self, interval: &Interval, asked: f64, phase: Phase) {
        for (total, second) in self.histograms.iter_mut().zip(&interval.histograms) {
            let Some(second) = second.as_ref().filter(|second| !second.is_empty()) else {
                continue;
            };
            let total = total.get_or_insert_with(histogram);
            for value in second.iter_recorded() {
                add(total, value.value_iterated_to(), u64::from(value.count_at_value()));
            }
        }
        for (subject, calls) in &interval.calls {
            *self.calls.entry(*subject).or_default() += calls;
        }
        for (key, failures) in &interval.failures {
            *self.failures.entry(*key).or_default() += failures;
        }
        self.asked += asked;
        self.waited += interval.waited;
        if phase == Phase::Drain {
            self.late_starts += interval.belated;
            self.started += interval.started - interval.belated;
        } else {
            self.started += interval.started;
        }
        if phase == Phase::Measured {
            self.calls_in_time += interval.calls.values().sum::<u64>();
            self.seconds += 1;
        }
    }

    /// The histogram of a subject by a clock, in microseconds; none when nothing was timed.
    #[must_use]
    pub fn histogram(&self, subject: Subject, clock: Clock) -> Option<&Histogram<u64>> {
        self.histograms[slot(subject, clock)].as_ref()
    }

    /// The histogram of all calls together by a clock, in microseconds.
    #[must_use]
    pub fn all_calls(&self, clock: Clock) -> Histogram<u64> {
        let mut all = histogram();
        for subject in Subject::all().filter(|subject| subject.is_call()) {
            if let Some(histogram) = self.histogram(subject, clock) {
                for value in histogram.iter_recorded() {
                    add(&mut all, value.value_iterated_to(), value.count_at_value());
                }
            }
        }
        all
    }

    /// Calls in all.
    #[must_use]
    pub fn call_count(&self) -> u64 {
        self.calls.values().sum()
    }

    /// Calls without a good answer, of one subject or of all.
    #[must_use]
    pub fn failure_count(&self, of: Option<Subject>) -> u64 {
        self.failures
            .iter()
            .filter(|((subject, _), _)| of.is_none_or(|wanted| wanted == *subject))
            .map(|(_, count)| count)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_once_the_plan_is_over_achieves_nothing() {
        let interval = Interval {
            started: 10,
            belated: 9,
            calls: [(Subject::Token, 10)].into(),
            ..Interval::default()
        };
        let mut totals = Totals::default();
        totals.add(&interval, 20.0, Phase::Measured);
        totals.add(&interval, 0.0, Phase::Drain);
        assert_eq!((totals.started, totals.late_starts), (11, 9));
        assert_eq!((totals.calls_in_time, totals.call_count()), (10, 20));
        assert_eq!(totals.seconds, 1);
    }
}
