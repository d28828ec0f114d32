//! Takes each second as it ends: writes its histograms to the interval log, folds it, and shows it
//! to whoever watches. Runs on a thread of its own until it is told to stop. What the fold says
//! meanwhile only serves to stop a campaign that is decided.

use std::collections::BTreeMap;
use std::io;
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use reports::load::{Phase, Second};

use crate::draw::draw;
use crate::fold::{Fold, add_kinds};
use crate::generator::{Usage, threads};
use crate::interval_log::LogFile;
use crate::live::Live;
use crate::record::Tally;
use crate::schedule::Schedule;
use crate::traffic::Traffic;

/// What the collector has when it stops.
pub struct Collected {
    /// All that was measured.
    pub(crate) fold: Fold,
    /// Calls of the warm-up.
    pub(crate) warming_calls: u64,
    /// Measured seconds during which the generator used all that its threads can.
    pub(crate) busy_seconds: u64,
    /// Most memory, in bytes.
    pub(crate) peak_memory_bytes: u64,
    /// The most descriptors that were open beyond those at the start.
    pub(crate) peak_connections: u64,
}

/// What collects.
pub(crate) struct Collector<'a> {
    pub(crate) traffic: &'a Traffic,
    /// When the campaign starts.
    pub(crate) origin: Instant,
    /// Set when nothing comes any more.
    pub(crate) finished: &'a AtomicBool,
    /// Who watches.
    pub(crate) live: Arc<Live>,
}

/// What changes from second to second.
struct State {
    collected: Collected,
    usage: Usage,
    baseline: u64,
    schedule: Peekable<Schedule>,
}

/// Above this share of a processor for each of its threads, the generator has none left.
const ALL_BUSY: f64 = 0.95;
/// Longest sleep before it is looked whether everything has ended.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);

impl Collector<'_> {
    /// Collects until the campaign is finished; fails when the interval log cannot be written.
    pub(crate) fn run(&self, histograms: &Path) -> io::Result<Collected> {
        let mut file = LogFile::create(histograms)?;
        // The campaign may start later than this collector (--start-at).
        let wall = SystemTime::now();
        let start = match self.origin.checked_duration_since(Instant::now()) {
            Some(ahead) => wall + ahead,
            None => wall - self.origin.elapsed(),
        };
        let comment = "times in microseconds; tag = clock.subject; the warm-up is left out";
        let mut log = file.begin(comment, Some(start))?;
        let mut state = self.state();
        let mut tally = Tally::default();
        for rank in 0.. {
            self.await_the_end_of(rank);
            let last = self.finished.load(Ordering::Acquire);
            self.traffic.recorder.swap(&mut tally);
            self.take(rank, &tally, &mut state);
            log.write(rank, &tally.times)?;
            if last {
                break;
            }
        }
        drop(log);
        file.close()?;
        Ok(state.collected)
    }

    fn await_the_end_of(&self, rank: u64) {
        let end = self.origin + Duration::from_secs(rank + 1);
        while Instant::now() < end && !self.finished.load(Ordering::Acquire) {
            let left = end.saturating_duration_since(Instant::now());
            std::thread::sleep(left.min(LONGEST_SLEEP));
        }
    }

    fn state(&self) -> State {
        let plan = &self.traffic.plan;
        let usage = Usage::now();
        State {
            collected: Collected {
                fold: Fold::new(&plan.objectives, &plan.arrivals.steps, plan.warm_up.as_secs()),
                warming_calls: 0,
                busy_seconds: 0,
                peak_memory_bytes: 0,
                peak_connections: 0,
            },
            usage,
            baseline: usage.descriptors,
            schedule: plan.arrivals.schedule(plan.seed).peekable(),
        }
    }

    fn phase(&self, rank: u64) -> Phase {
        let second = Duration::from_secs(rank);
        if second + Duration::from_millis(500) < self.traffic.plan.warm_up {
            Phase::WarmUp
        } else if second < self.traffic.plan.length() {
            Phase::Measured
        } else {
            Phase::Drain
        }
    }

    /// Takes one second in.
    fn take(&self, rank: u64, tally: &Tally, state: &mut State) {
        let second = self.second(rank, tally, state);
        let collected = &mut state.collected;
        collected.warming_calls += tally.warming;
        collected.peak_memory_bytes = collected.peak_memory_bytes.max(second.memory_bytes);
        collected.peak_connections = collected.peak_connections.max(second.connections);
        let threads = threads(self.traffic.plan.calls_per_second());
        let busy = second.cpu_us as f64 / 1e6 > ALL_BUSY * threads as f64;
        collected.busy_seconds += u64::from(busy && second.phase == Phase::Measured);
        collected.fold.take(second, &tally.times);
        if collected.fold.is_decided() {
            self.traffic.abort();
        }
        self.live.show(&mut collected.fold);
    }

    /// A second in figures, without those of its times.
    fn second(&self, rank: u64, tally: &Tally, state: &mut State) -> Second {
        let usage = Usage::now();
        let cpu = usage.cpu.saturating_sub(state.usage.cpu);
        state.usage = usage;
        let mut errors_by_operation = BTreeMap::<String, BTreeMap<String, u64>>::new();
        for ((subject, failure), count) in &tally.failures {
            let kinds = errors_by_operation.entry(subject.name().to_owned()).or_default();
            *kinds.entry(failure.name()).or_default() += count;
        }
        let mut errors_by_kind = BTreeMap::new();
        errors_by_operation.values().for_each(|kinds| add_kinds(&mut errors_by_kind, kinds));
        Second {
            second: rank,
            phase: self.phase(rank),
            asked_starts: self.asked(rank),
            due_starts: self.count_due(rank, state),
            started: tally.warming_starts + tally.started,
            waited_for_worker: tally.waited,
            calls: tally.warming + tally.times.call_count(),
            errors: errors_by_kind.values().sum(),
            errors_by_kind,
            errors_by_operation,
            in_flight: self.traffic.in_flight() as u64,
            connections: usage.descriptors.saturating_sub(state.baseline),
            cpu_us: u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX),
            memory_bytes: usage.memory_bytes,
            undelivered: self.traffic.ledger.undelivered(),
            response: None,
            service: None,
        }
    }

    /// Measured starts that the schedule made due during a second: what was drawn, not the mean it
    /// was drawn from.
    fn count_due(&self, rank: u64, state: &mut State) -> u64 {
        let Traffic { plan, systems, .. } = self.traffic;
        let end = Duration::from_secs(rank + 1);
        let mut count = 0;
        while let Some(start) = state.schedule.next_if(|start| start.due < end) {
            let taken = self.traffic.takes(draw(plan, systems.cells.len(), start).cell);
            count += u64::from(taken && start.due >= plan.warm_up);
        }
        count
    }

    /// Starts asked for during a second, in the mean.
    fn asked(&self, rank: u64) -> f64 {
        let from = Duration::from_secs(rank);
        let asked = self.traffic.plan.arrivals.asked(from, from + Duration::from_secs(1));
        asked * self.traffic.share()
    }
}
