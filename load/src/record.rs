//! What is measured while a campaign runs. Calls are counted into the current second, under one
//! short lock; each second is then handed to the [`crate::collector`]. No second is kept whole.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::failure::Failure;
use crate::histograms::{BySlot, LONGEST_US};
use crate::series::{Clock, SERIES, SeriesKey, Span};

/// One call, as it went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observation {
    /// What was called.
    pub(crate) subject: SeriesKey,
    /// When it was due.
    pub(crate) due: Instant,
    /// When it was sent.
    pub(crate) sent: Instant,
    /// When the head of the answer came.
    pub(crate) first_byte: Option<Instant>,
    /// When its last byte came, or it was given up.
    pub(crate) ended: Instant,
    /// What became of it.
    pub(crate) failure: Option<Failure>,
    /// Whether its journey was due after the warm-up.
    pub(crate) measured: bool,
}

/// What was counted during one second.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) times: BySlot<u32>,
    pub(crate) failures: BTreeMap<(SeriesKey, Failure), u64>,
    pub(crate) started: u64,
    pub(crate) waited: u64,
    /// Calls and starts of the warm-up, of which nothing else is kept.
    pub(crate) warming: u64,
    pub(crate) warming_starts: u64,
}

impl Tally {
    fn record(&mut self, subject: SeriesKey, clock: Clock, time: Duration) {
        let us = u64::try_from(time.as_micros()).map_or(LONGEST_US, |us| us.clamp(1, LONGEST_US));
        self.times.add(subject, clock, us, 1);
    }

    fn clear(&mut self) {
        self.times.clear();
        self.failures.clear();
        (self.started, self.waited) = (0, 0);
        (self.warming, self.warming_starts) = (0, 0);
    }
}

/// Counts what happens.
pub(crate) struct Recorder {
    current: Mutex<Tally>,
    /// The quickest good answer to each kind of call, those of the warm-up included.
    quickest_us: [AtomicU64; SERIES],
    timeout: Duration,
}

impl Recorder {
    /// Counts calls whose time-out is this.
    pub(crate) fn new(timeout: Duration) -> Self {
        let quickest_us = std::array::from_fn(|_| AtomicU64::new(u64::MAX));
        Self { current: Mutex::default(), quickest_us, timeout }
    }

    /// A call ended.
    pub(crate) fn call(&self, call: &Observation) {
        let late = call.sent.saturating_duration_since(call.due);
        let without_answer = call.failure.is_some_and(Failure::is_without_answer);
        let service = call.ended.saturating_duration_since(call.sent);
        let service = if without_answer { service.max(self.timeout) } else { service };
        if call.failure.is_none() {
            let us = u64::try_from(service.as_micros()).unwrap_or(u64::MAX);
            self.quickest_us[call.subject.rank()].fetch_min(us, Ordering::Relaxed);
        }
        // What is lacking here is told whenever it lacks.
        let told = call.measured || matches!(call.failure, Some(Failure::Lack(_)));
        let mut current = self.current.lock();
        if let Some(failure) = call.failure.filter(|_| told) {
            *current.failures.entry((call.subject, failure)).or_default() += 1;
        }
        if !call.measured {
            current.warming += 1;
            return;
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
    pub(crate) fn failed(&self, subject: SeriesKey, failure: Failure) {
        *self.current.lock().failures.entry((subject, failure)).or_default() += 1;
    }

    /// A journey, or a part of one, ended.
    pub(crate) fn span(&self, span: Span, clock: Clock, time: Duration) {
        self.current.lock().record(SeriesKey::Span(span), clock, time);
    }

    /// A journey started: how late, how late by the generator's own making, whether a worker was
    /// free when it was due, and whether it is measured.
    pub(crate) fn started(
        &self,
        late: Duration,
        own: Duration,
        worker_was_free: bool,
        measured: bool,
    ) {
        let mut current = self.current.lock();
        if !measured {
            current.warming_starts += 1;
            return;
        }
        current.started += 1;
        current.record(SeriesKey::Span(Span::Lateness), Clock::Response, late);
        current.record(SeriesKey::Span(Span::GeneratorLateness), Clock::Response, own);
        current.waited += u64::from(!worker_was_free);
    }

    /// The quickest good answer to a kind of call, in microseconds.
    pub(crate) fn quickest_us(&self, subject: SeriesKey) -> u64 {
        self.quickest_us[subject.rank()].load(Ordering::Relaxed)
    }

    /// Takes what was counted, and counts into what is given, once cleared.
    pub(crate) fn swap(&self, spare: &mut Tally) {
        spare.clear();
        std::mem::swap(&mut *self.current.lock(), spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Lack;

    const TIMEOUT: Duration = Duration::from_secs(30);

    /// A call that was due, sent and ended at these milliseconds.
    fn call(sent: u64, ended: u64, failure: Option<Failure>) -> Observation {
        let due = Instant::now();
        Observation {
            subject: SeriesKey::Token,
            due,
            sent: due + Duration::from_millis(sent),
            first_byte: Some(due + Duration::from_millis(sent + 1)),
            ended: due + Duration::from_millis(ended),
            failure,
            measured: true,
        }
    }

    fn counted(calls: &[Observation]) -> Tally {
        let recorder = Recorder::new(TIMEOUT);
        for call in calls {
            recorder.call(call);
        }
        let mut tally = Tally::default();
        recorder.swap(&mut tally);
        tally
    }

    fn max_ms(tally: &Tally, clock: Clock) -> Option<u64> {
        let histogram = tally.times.get(SeriesKey::Token, clock)?;
        Some((histogram.max() as f64 / 1000.0).round() as u64)
    }

    #[test]
    fn waiting_counts_in_the_response_and_not_in_the_service() {
        let tally = counted(&[call(900, 950, None)]);
        assert_eq!(max_ms(&tally, Clock::Response), Some(950));
        assert_eq!(max_ms(&tally, Clock::Service), Some(50));
        assert_eq!(max_ms(&tally, Clock::FirstByte), Some(1));
    }

    #[test]
    fn a_call_without_an_answer_took_its_time_out() {
        for failure in [Failure::Refused, Failure::Reset, Failure::TimedOut] {
            let tally = counted(&[call(0, 1, Some(failure))]);
            let service = max_ms(&tally, Clock::Service).unwrap();
            assert!(service.abs_diff(30_000) < 30, "{failure:?}: {service}");
            assert_eq!(max_ms(&tally, Clock::FirstByte), None);
            assert_eq!(tally.failures[&(SeriesKey::Token, failure)], 1);
        }
    }

    #[test]
    fn an_unwanted_status_took_the_time_it_took() {
        let tally = counted(&[call(0, 7, Some(Failure::Status(500)))]);
        assert_eq!(max_ms(&tally, Clock::Service), Some(7));
    }

    #[test]
    fn the_warm_up_is_counted_apart() {
        let warming = Observation { measured: false, ..call(0, 5, None) };
        let tally = counted(&[warming]);
        assert_eq!((tally.warming, tally.times.call_count()), (1, 0));
        assert_eq!(max_ms(&tally, Clock::Response), None);

        let lack = Failure::Lack(Lack::Descriptors);
        for (failure, told) in [(lack, 1), (Failure::Reset, 0)] {
            let warming = Observation { measured: false, ..call(0, 5, Some(failure)) };
            assert_eq!(counted(&[warming]).failures.len(), told);
        }
    }
}
