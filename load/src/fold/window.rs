//! The last seconds of each subject, as the values that occurred and how often: a few hundred pairs
//! a second, where a whole histogram would take a hundred kilobytes.

use std::collections::{BTreeMap, VecDeque};

use hdrhistogram::Histogram;

use super::latency::Latency;
use crate::histograms::{BySlot, add, empty};
use crate::series::{Clock, SeriesKey};

/// One second of one histogram.
type Sparse = Box<[(u64, u32)]>;

/// The last seconds.
pub(super) struct Window {
    seconds: VecDeque<BTreeMap<(SeriesKey, Clock), Sparse>>,
    longest: usize,
    scratch: Histogram<u64>,
}

impl Window {
    /// Keeps that many seconds.
    pub(super) fn new(longest: usize) -> Self {
        Self { seconds: VecDeque::new(), longest, scratch: empty() }
    }

    pub(super) fn push(&mut self, times: &BySlot<u32>) {
        let second = times.each().map(|(subject, clock, histogram)| {
            let values = histogram.iter_recorded();
            let values = values.map(|value| (value.value_iterated_to(), value.count_at_value()));
            ((subject, clock), values.collect())
        });
        self.seconds.push_back(second.collect());
        if self.seconds.len() > self.longest {
            self.seconds.pop_front();
        }
    }

    /// How many seconds it holds.
    pub(super) fn len(&self) -> usize {
        self.seconds.len()
    }

    /// The times of some subjects together over the last seconds.
    pub(super) fn times_of(
        &mut self,
        subjects: &[SeriesKey],
        clock: Clock,
        seconds: usize,
    ) -> &Histogram<u64> {
        self.scratch.reset();
        let skipped = self.seconds.len().saturating_sub(seconds);
        for second in self.seconds.iter().skip(skipped) {
            for subject in subjects {
                for (value, count) in second.get(&(*subject, clock)).into_iter().flatten() {
                    add(&mut self.scratch, *value, u64::from(*count));
                }
            }
        }
        &self.scratch
    }

    /// Percentiles of some subjects together over the last seconds.
    pub(super) fn latency(
        &mut self,
        subjects: &[SeriesKey],
        clock: Clock,
        seconds: usize,
    ) -> Latency {
        Latency::of(self.times_of(subjects, clock, seconds))
    }
}
