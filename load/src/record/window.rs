//! The last seconds of each subject, as the values that occurred and how often: a few hundred pairs
//! a second, where a whole histogram would take a hundred kilobytes.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use hdrhistogram::Histogram;

use super::second::Latency;
use super::{SLOTS, add, histogram};

/// One second of one histogram.
type Sparse = Box<[(u64, u32)]>;

/// The last seconds.
pub(super) struct Window {
    seconds: VecDeque<BTreeMap<usize, Sparse>>,
    longest: usize,
    scratch: Histogram<u64>,
}

impl Window {
    /// Keeps that many seconds.
    pub(super) fn new(longest: usize) -> Self {
        Self { seconds: VecDeque::new(), longest, scratch: histogram() }
    }

    /// Adds a second.
    pub(super) fn push(&mut self, histograms: &[Option<Histogram<u32>>]) {
        debug_assert_eq!(histograms.len(), SLOTS);
        let second = histograms
            .iter()
            .enumerate()
            .filter_map(|(slot, histogram)| {
                let histogram = histogram.as_ref().filter(|histogram| !histogram.is_empty())?;
                let values = histogram
                    .iter_recorded()
                    .map(|value| (value.value_iterated_to(), value.count_at_value()))
                    .collect();
                Some((slot, values))
            })
            .collect();
        self.seconds.push_back(second);
        if self.seconds.len() > self.longest {
            self.seconds.pop_front();
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.seconds.clear();
    }

    /// How many seconds it holds.
    pub(super) fn len(&self) -> usize {
        self.seconds.len()
    }

    /// The histogram of some slots together over the last seconds.
    pub(super) fn merged(&mut self, slots: &[usize], seconds: usize) -> &Histogram<u64> {
        self.scratch.reset();
        let skipped = self.seconds.len().saturating_sub(seconds);
        for second in self.seconds.iter().skip(skipped) {
            for slot in slots {
                for (value, count) in second.get(slot).into_iter().flatten() {
                    add(&mut self.scratch, *value, u64::from(*count));
                }
            }
        }
        &self.scratch
    }

    /// Percentiles of some slots together over the last seconds.
    pub(super) fn latency(&mut self, slots: &[usize], seconds: usize) -> Latency {
        Latency::of(self.merged(slots, seconds))
    }
}
