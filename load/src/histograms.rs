//! Histograms of times in microseconds: how they are kept, and the place of each among those of a
//! second. Three digits of every time are kept, up to an hour.

use hdrhistogram::{Counter, Histogram};
use reports::load::Latencies;
use reports::load::latency::Distribution;

use crate::series::{Clock, SERIES, SeriesKey};

/// Digits that are kept.
const DIGITS: u8 = 3;
/// The longest time that is told from a longer one, in microseconds: an hour.
pub(crate) const LONGEST_US: u64 = 3_600_000_000;
/// Histograms of one second: each subject by each clock.
const SLOTS: usize = SERIES * Clock::ALL.len();

/// The histograms of one second; none where nothing was timed yet.
#[derive(Clone, Debug)]
pub(crate) struct BySlot<C: Counter>(Vec<Option<Histogram<C>>>);

/// The place of a subject and a clock among the histograms.
const fn slot(subject: SeriesKey, clock: Clock) -> usize {
    subject.rank() * Clock::ALL.len() + clock as usize
}

impl<C: Counter> Default for BySlot<C> {
    fn default() -> Self {
        Self(vec![None; SLOTS])
    }
}

impl<C: Counter> BySlot<C> {
    /// The times of a subject by a clock; none when there are none.
    pub(crate) fn get(&self, subject: SeriesKey, clock: Clock) -> Option<&Histogram<C>> {
        self.0[slot(subject, clock)].as_ref().filter(|histogram| !histogram.is_empty())
    }

    /// How many times of a subject there are.
    pub(crate) fn count(&self, subject: SeriesKey) -> u64 {
        self.get(subject, Clock::Response).map_or(0, Histogram::len)
    }

    /// How many calls there are.
    pub(crate) fn call_count(&self) -> u64 {
        SeriesKey::calls().map(|call| self.count(call)).sum()
    }

    /// Adds a time.
    pub(crate) fn add(&mut self, subject: SeriesKey, clock: Clock, us: u64, count: C) {
        add(self.0[slot(subject, clock)].get_or_insert_with(empty), us, count);
    }

    /// Adds a histogram, bucket by bucket.
    pub(crate) fn add_all<M>(&mut self, subject: SeriesKey, clock: Clock, more: &Histogram<M>)
    where
        M: Counter + Into<C>,
    {
        let sum = self.0[slot(subject, clock)].get_or_insert_with(empty);
        for value in more.iter_recorded() {
            add(sum, value.value_iterated_to(), value.count_at_value().into());
        }
    }

    /// Forgets every time, and keeps the room.
    pub(crate) fn clear(&mut self) {
        for histogram in self.0.iter_mut().flatten().filter(|histogram| !histogram.is_empty()) {
            histogram.reset();
        }
    }

    /// The histograms that are there, each with its subject and its clock.
    pub(crate) fn each(&self) -> impl Iterator<Item = (SeriesKey, Clock, &Histogram<C>)> {
        SeriesKey::all().flat_map(move |subject| {
            let clocks = subject.clocks().iter();
            clocks.filter_map(move |clock| {
                self.get(subject, *clock).map(|histogram| (subject, *clock, histogram))
            })
        })
    }
}

/// An empty histogram, which grows as it must.
pub(crate) fn empty<C: Counter>() -> Histogram<C> {
    Histogram::new(DIGITS).expect("three digits are within what a histogram may keep")
}

/// Counts a time. (`saturating_record` would not let the histogram grow: it would cut every time to
/// 2 ms.)
pub(crate) fn add<C: Counter>(histogram: &mut Histogram<C>, us: u64, count: C) {
    histogram.record_n(us, count).expect("a histogram that grows takes any time up to an hour");
}

/// Adds counts, bucket by bucket.
pub(crate) fn add_all<C: Counter>(sum: &mut Histogram<u64>, more: &Histogram<C>) {
    for value in more.iter_recorded() {
        add(sum, value.value_iterated_to(), value.count_at_value().as_u64());
    }
}

/// The figures of a histogram; none when it is empty.
pub(crate) fn latencies(histogram: &Histogram<u64>) -> Option<Latencies> {
    Latencies::of(&Distribution {
        count: histogram.len(),
        min_us: histogram.min(),
        max_us: histogram.max(),
        mean_us: histogram.mean(),
        value_us_at_quantile: &|quantile| histogram.value_at_quantile(quantile),
    })
}

/// A percentile, in microseconds; none when the histogram is empty.
pub(crate) fn percentile_us(histogram: &Histogram<u64>, percentile: f64) -> Option<u64> {
    (!histogram.is_empty()).then(|| histogram.value_at_quantile(percentile / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_three_digits_up_to_an_hour() {
        let mut histogram = empty::<u32>();
        for us in [1, 1_999, 500_000, LONGEST_US] {
            add(&mut histogram, us, 1);
            assert!(histogram.max().abs_diff(us) <= us / 1000, "{us}: {}", histogram.max());
        }
    }
}
