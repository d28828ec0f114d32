//! Everything that was measured, without its seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use reports::load::{Phase, Second};

use crate::histograms::{BySlot, add_all, empty};
use crate::series::{Clock, SeriesKey, Span};

/// A start this late is not of the second it was due in.
const BELATED: Duration = Duration::from_secs(1);

/// Totals of a campaign, or of a part of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    times: BySlot<u64>,
    /// Calls without a good answer, by operation and kind.
    pub(crate) errors: BTreeMap<String, BTreeMap<String, u64>>,
    /// Journeys that the schedule made due.
    pub(crate) due: u64,
    /// Journeys that started before the end of the plan, or less than a second late: what is due at
    /// the very end starts just after it, and is no less achieved.
    pub(crate) started: u64,
    /// Calls that ended before the end of the plan: what the rate achieved is made of.
    pub(super) calls_in_time: u64,
    /// Journeys that waited for a free worker.
    pub(crate) waited: u64,
    /// Measured seconds.
    pub(crate) seconds: u64,
    /// Processor time of the generator in those, and the calls that ended in them, the last of the
    /// warm-up included.
    pub(super) cpu_us: u64,
    pub(super) calls_of_cpu: u64,
}

impl Totals {
    /// Adds a second. What ends while draining counts in the times; it is no second of the rate
    /// that was asked for, and nothing that was achieved in time.
    pub(super) fn add(&mut self, second: &Second, times: &BySlot<u32>) {
        for (subject, clock, histogram) in times.each() {
            self.times.add_all(subject, clock, histogram);
        }
        self.add_errors(&second.errors_by_operation);
        self.due += second.due_starts;
        self.waited += second.waited_for_worker;
        let late = times.get(SeriesKey::Span(Span::Lateness), Clock::Response);
        self.started += late.map_or(0, |late| match second.phase {
            Phase::Drain => late.count_between(0, BELATED.as_micros() as u64 - 1),
            Phase::WarmUp | Phase::Measured => late.len(),
        });
        if second.phase == Phase::Measured {
            self.calls_in_time += times.call_count();
            self.seconds += 1;
            self.cpu_us += second.cpu_us;
            self.calls_of_cpu += second.calls;
        }
    }

    pub(super) fn add_errors(&mut self, errors: &BTreeMap<String, BTreeMap<String, u64>>) {
        for (operation, kinds) in errors {
            add_kinds(self.errors.entry(operation.clone()).or_default(), kinds);
        }
    }

    /// The times of a subject by a clock.
    pub(crate) fn times(&self, subject: SeriesKey, clock: Clock) -> Option<&Histogram<u64>> {
        self.times.get(subject, clock)
    }

    /// The times of some subjects together by a clock.
    pub(super) fn times_of(&self, subjects: &[SeriesKey], clock: Clock) -> Histogram<u64> {
        let mut sum = empty();
        for times in subjects.iter().filter_map(|subject| self.times(*subject, clock)) {
            add_all(&mut sum, times);
        }
        sum
    }

    /// Times of a subject: calls, for an operation.
    pub(crate) fn count(&self, subject: SeriesKey) -> u64 {
        self.times.count(subject)
    }

    /// Calls in all.
    pub(crate) fn call_count(&self) -> u64 {
        self.times.call_count()
    }

    /// Calls of a subject without a good answer.
    pub(crate) fn error_count(&self, of: SeriesKey) -> u64 {
        self.errors.get(of.name()).map_or(0, |kinds| kinds.values().sum())
    }

    /// All calls without a good answer, by kind.
    pub(crate) fn errors_by_kind(&self) -> BTreeMap<String, u64> {
        let mut sum = BTreeMap::new();
        self.errors.values().for_each(|kinds| add_kinds(&mut sum, kinds));
        sum
    }
}

/// Adds counts by kind.
pub(crate) fn add_kinds(sum: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (kind, count) in more {
        *sum.entry(kind.clone()).or_default() += count;
    }
}
