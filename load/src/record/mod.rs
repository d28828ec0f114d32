//! What is measured while a campaign runs. Calls are counted into the current second, under one
//! short lock; each second is then handed to the collector, which writes it to disk, adds it to the
//! totals and judges it. No second is kept whole.

mod collector;
mod second;
mod totals;
mod window;

pub use collector::{Collected, Collector, Progress};
pub use second::Latency;
pub use totals::Totals;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::{Counter, Histogram};
use parking_lot::Mutex;

use crate::failure::Failure;
use crate::series::{Clock, SUBJECTS, Step, Subject};

/// Digits that histograms keep.
pub const DIGITS: u8 = 3;
/// The longest time that is told from a longer one, in microseconds: an hour.
const LONGEST_US: u64 = 3_600_000_000;
/// A start this late is not of the second it was due in.
const BELATED: Duration = Duration::from_secs(1);
/// Histograms of one second: each subject by each clock.
pub(crate) const SLOTS: usize = SUBJECTS * Clock::ALL.len();

/// The place of a subject and a clock among the histograms.
pub(crate) const fn slot(subject: Subject, clock: Clock) -> usize {
    subject.rank() * Clock::ALL.len() + clock as usize
}

/// One call, as it went.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// What was called.
    pub subject: Subject,
    /// When it was due.
    pub due: Instant,
    /// When it was sent.
    pub sent: Instant,
    /// When the head of the answer came.
    pub first_byte: Option<Instant>,
    /// When its last byte came, or it was given up.
    pub ended: Instant,
    /// What became of it.
    pub failure: Option<Failure>,
    /// Whether its journey was due after the warm-up.
    pub measured: bool,
}

/// An empty histogram, which grows as it must.
pub(crate) fn histogram<C: Counter>() -> Histogram<C> {
    Histogram::new(DIGITS).expect("three digits are within what a histogram may keep")
}

/// Counts a time. (`saturating_record` would not let the histogram grow: it would cut every time to
/// 2 ms.)
pub(crate) fn add<C: Counter>(histogram: &mut Histogram<C>, us: u64, count: C) {
    histogram.record_n(us, count).expect("a histogram that grows takes any time up to an hour");
}

/// What was counted during one second.
#[derive(Default)]
pub(crate) struct Interval {
    pub(crate) histograms: Vec<Option<Histogram<u32>>>,
    pub(crate) calls: BTreeMap<Subject, u64>,
    pub(crate) failures: BTreeMap<(Subject, Failure), u64>,
    pub(crate) started: u64,
    /// Those of them that were a second late or more.
    pub(crate) belated: u64,
    pub(crate) waited: u64,
    pub(crate) warming: u64,
    pub(crate) warming_starts: u64,
}

impl Interval {
    fn new() -> Self {
        Self { histograms: vec![None; SLOTS], ..Self::default() }
    }

    fn record(&mut self, subject: Subject, clock: Clock, time: Duration) {
        let us = u64::try_from(time.as_micros()).map_or(LONGEST_US, |us| us.clamp(1, LONGEST_US));
        let histogram = self.histograms[slot(subject, clock)].get_or_insert_with(histogram);
        add(histogram, us, 1);
    }

    fn clear(&mut self) {
        for histogram in self.histograms.iter_mut().flatten() {
            if !histogram.is_empty() {
                histogram.reset();
            }
        }
        self.calls.clear();
        self.failures.clear();
        (self.started, self.belated, self.waited) = (0, 0, 0);
        (self.warming, self.warming_starts) = (0, 0);
    }
}

/// Counts what happens.
pub struct Recorder {
    current: Mutex<Interval>,
    timeout: Duration,
}

impl Recorder {
    /// Counts calls whose time-out is this.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        Self { current: Mutex::new(Interval::new()), timeout }
    }

    /// A call ended.
    pub fn call(&self, call: &Observation) {
        let late = call.sent.saturating_duration_since(call.due);
        let without_answer = call.failure.is_some_and(Failure::is_without_answer);
        let service = call.ended.saturating_duration_since(call.sent);
        let service = if without_answer { service.max(self.timeout) } else { service };
        let mut current = self.current.lock();
        if !call.measured {
            current.warming += 1;
            return;
        }
        *current.calls.entry(call.subject).or_default() += 1;
        if let Some(failure) = call.failure {
            *current.failures.entry((call.subject, failure)).or_default() += 1;
        }
        current.record(call.subject, Clock::Response, late + service);
        current.record(call.subject, Clock::Service, service);
        if let (Some(first_byte), false) = (call.first_byte, without_answer) {
            let time = first_byte.saturating_duration_since(call.sent);
            current.record(call.subject, Clock::FirstByte, time);
        }
    }

    /// A call that was counted as good turned out not to be: its answer says something else than it
    /// should, or what it was to bring never came.
    pub fn failed(&self, subject: Subject, failure: Failure) {
        *self.current.lock().failures.entry((subject, failure)).or_default() += 1;
    }

    /// A journey, or a part of one, ended.
    pub fn step(&self, step: Step, clock: Clock, time: Duration) {
        self.current.lock().record(Subject::Step(step), clock, time);
    }

    /// A journey started: how late, whether a worker was free when it was due, and whether it is
    /// measured.
    pub fn started(&self, late: Duration, worker_was_free: bool, measured: bool) {
        let mut current = self.current.lock();
        if !measured {
            current.warming_starts += 1;
            return;
        }
        current.started += 1;
        current.belated += u64::from(late >= BELATED);
        current.record(Subject::Step(Step::Lateness), Clock::Response, late);
        if worker_was_free {
            current.record(Subject::Step(Step::GeneratorLateness), Clock::Response, late);
        } else {
            current.waited += 1;
        }
    }

    /// Takes what was counted, and counts into what is given, once cleared.
    pub(crate) fn swap(&self, spare: &mut Interval) {
        if spare.histograms.is_empty() {
            *spare = Interval::new();
        }
        spare.clear();
        std::mem::swap(&mut *self.current.lock(), spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);

    /// A call that was due, sent and ended at these milliseconds.
    fn call(sent: u64, ended: u64, failure: Option<Failure>) -> Observation {
        let due = Instant::now();
        Observation {
            subject: Subject::Token,
            due,
            sent: due + Duration::from_millis(sent),
            first_byte: Some(due + Duration::from_millis(sent + 1)),
            ended: due + Duration::from_millis(ended),
            failure,
            measured: true,
        }
    }

    fn counted(calls: &[Observation]) -> Interval {
        let recorder = Recorder::new(TIMEOUT);
        for call in calls {
            recorder.call(call);
        }
        let mut interval = Interval::default();
        recorder.swap(&mut interval);
        interval
    }

    fn max_ms(interval: &Interval, clock: Clock) -> Option<u64> {
        let histogram = interval.histograms[slot(Subject::Token, clock)].as_ref()?;
        Some((histogram.max() as f64 / 1000.0).round() as u64)
    }

    #[test]
    fn waiting_counts_in_the_response_and_not_in_the_service() {
        let interval = counted(&[call(900, 950, None)]);
        assert_eq!(max_ms(&interval, Clock::Response), Some(950));
        assert_eq!(max_ms(&interval, Clock::Service), Some(50));
        assert_eq!(max_ms(&interval, Clock::FirstByte), Some(1));
    }

    #[test]
    fn a_call_without_an_answer_took_its_time_out() {
        for failure in [Failure::Refused, Failure::Reset, Failure::TimedOut] {
            let interval = counted(&[call(0, 1, Some(failure))]);
            let service = max_ms(&interval, Clock::Service).unwrap();
            assert!(service.abs_diff(30_000) < 30, "{failure:?}: {service}");
            assert_eq!(max_ms(&interval, Clock::FirstByte), None);
            assert_eq!(interval.failures[&(Subject::Token, failure)], 1);
        }
    }

    #[test]
    fn an_unwanted_status_took_the_time_it_took() {
        let interval = counted(&[call(0, 7, Some(Failure::Status(500)))]);
        assert_eq!(max_ms(&interval, Clock::Service), Some(7));
    }

    #[test]
    fn the_warm_up_is_counted_apart() {
        let warming = Observation { measured: false, ..call(0, 5, None) };
        let interval = counted(&[warming]);
        assert_eq!((interval.warming, interval.calls.len()), (1, 0));
        assert_eq!(max_ms(&interval, Clock::Response), None);
    }

    #[test]
    fn times_keep_three_digits_up_to_an_hour() {
        let mut histogram = histogram::<u32>();
        for us in [1, 1_999, 500_000, LONGEST_US] {
            add(&mut histogram, us, 1);
            assert!(histogram.max().abs_diff(us) <= us / 1000, "{us}: {}", histogram.max());
        }
    }
}
