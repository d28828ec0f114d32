//! What is measured while a campaign runs. Calls are counted into the current second, under one short lock; each second is
//! then handed to the collector, which writes it to disk, adds it to the totals and judges it. No second is kept whole.

mod collector;
mod second;
mod totals;
mod window;

pub use collector::{Collected, Collector, Progress};
pub use second::Latency;
pub use totals::Totals;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use parking_lot::Mutex;

use crate::failure::Failure;
use crate::series::{Clock, SUBJECTS, Step, Subject};

/// Digits that histograms keep.
pub const DIGITS: u8 = 3;
/// The longest time that is told from a longer one, in microseconds: an hour.
const LONGEST_US: u64 = 3_600_000_000;
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

/// What was counted during one second.
#[derive(Default)]
pub(crate) struct Interval {
    pub(crate) histograms: Vec<Option<Histogram<u32>>>,
    pub(crate) calls: BTreeMap<Subject, u64>,
    pub(crate) failures: BTreeMap<(Subject, Failure), u64>,
    pub(crate) started: u64,
    pub(crate) waited: u64,
    pub(crate) warming: u64,
    pub(crate) warming_starts: u64,
}

impl Interval {
    fn new() -> Self {
        Self {
            histograms: vec![None; SLOTS],
            ..Self::default()
        }
    }

    fn record(&mut self, subject: Subject, clock: Clock, time: Duration) {
        let us = u64::try_from(time.as_micros()).map_or(LONGEST_US, |us| us.clamp(1, LONGEST_US));
        let histogram = self.histograms[slot(subject, clock)].get_or_insert_with(|| {
            Histogram::new(DIGITS).expect("three digits are within what a histogram may keep")
        });
        histogram.saturating_record(us);
    }

    fn clear(&mut self) {
        for histogram in self.histograms.iter_mut().flatten() {
            if !histogram.is_empty() {
                histogram.reset();
            }
        }
        self.calls.clear();
        self.failures.clear();
        (self.started, self.waited) = (0, 0);
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
        Self {
            current: Mutex::new(Interval::new()),
            timeout,
        }
    }

    /// A call ended.
    pub fn call(&self, call: &Observation) {
        let late = call.sent.saturating_duration_since(call.due);
        let without_answer = call.failure.is_some_and(Failure::is_without_answer);
        let service = call.ended.saturating_duration_since(call.sent);
        let service = if without_answer {
            service.max(self.timeout)
        } else {
            service
        };
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

    /// A journey, or a part of one, ended.
    pub fn step(&self, step: Step, clock: Clock, time: Duration) {
        self.current.lock().record(Subject::Step(step), clock, time);
    }

    /// A journey started: how late, whether a worker was free when it was due, and whether it is measured.
    pub fn started(&self, late: Duration, worker_was_free: bool, measured: bool) {
        let mut current = self.current.lock();
        if !measured {
            current.warming_starts += 1;
            return;
        }
        current.started += 1;
        current.record(Subject::Step(Step::Lateness), Clock::Response, late);
        if worker_was_free {
            current.record(
                Subject::Step(Step::GeneratorLateness),
                Clock::Response,
                late,
            );
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
