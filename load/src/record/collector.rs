//! Takes each second as it ends: writes its histograms to the interval log, adds it to the totals,
//! judges the windows, and shows it to whoever watches. Runs on a thread of its own until it is
//! told to stop.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use reports::load::directory::histogram_tag;
use reports::load::{HeatMap, Phase, Second};

use super::totals::Totals;
use super::window::Window;
use super::{Interval, Recorder, slot};
use crate::campaign::draw;
use crate::generator::{Usage, processors};
use crate::judge::{Standing, measured, percentile_us};
use crate::live::Live;
use crate::plan::Plan;
use crate::plan::objective::{Measure, Objective};
use crate::schedule::Schedule;
use crate::series::{Clock, Subject};
use crate::systems::Shard;

/// How far a campaign is.
pub trait Progress: Send + Sync {
    /// Journeys under way.
    fn in_flight(&self) -> usize;
    /// Cases deposited and not processed yet.
    fn undelivered(&self) -> u64;
}

/// What the collector has when it stops.
#[derive(Debug)]
pub struct Collected {
    /// All that was measured.
    pub totals: Totals,
    /// The objectives.
    pub standings: Vec<Standing>,
    /// Every second.
    pub seconds: Vec<Second>,
    /// Seconds during which the generator used all its processors.
    pub busy_seconds: u64,
    /// Calls of the warm-up.
    pub warming_calls: u64,
    /// The step that broke an objective, by its rank, when the campaign climbs.
    pub broken_step: Option<usize>,
    /// Usage of the generator over the measured seconds.
    pub measured_cpu: Duration,
    /// Most memory, in bytes.
    pub peak_memory_bytes: u64,
    /// The most descriptors that were open beyond those at the start.
    pub peak_connections: u64,
    /// The rank of the objective that stopped the campaign.
    pub aborted_by: Option<usize>,
    /// Response times of all calls by second.
    pub heat_map: HeatMap,
}

/// What collects.
pub struct Collector<'a> {
    /// What is collected from.
    pub recorder: &'a Recorder,
    /// The plan.
    pub plan: &'a Plan,
    /// The part of the campaign that this process has.
    pub shard: Shard,
    /// The cells of the target.
    pub cells: usize,
    /// How far the campaign is.
    pub progress: &'a dyn Progress,
    /// When it started.
    pub origin: Instant,
    /// Set when the campaign must stop before its end.
    pub abort: &'a AtomicBool,
    /// Set when nothing comes any more.
    pub finished: &'a AtomicBool,
    /// Who watches.
    pub live: Arc<Live>,
}

/// What changes from second to second.
struct State {
    collected: Collected,
    window: Window,
    usage: Usage,
    baseline: u64,
    step: Totals,
    step_rank: usize,
    schedule: Peekable<Schedule>,
}

/// Above this share of all its processors, the generator has none left.
const ALL_BUSY: f64 = 0.95;

impl Collector<'_> {
    /// Collects until the campaign is finished.
    ///
    /// # Errors
    /// When the interval log cannot be written.
    pub fn run(&self, histograms: &Path) -> io::Result<Collected> {
        let mut log = BufWriter::new(File::create(histograms)?);
        let mut serializer = V2DeflateSerializer::new();
        // The campaign may start later than this collector (--start-at).
        let wall = SystemTime::now();
        let start = match self.origin.checked_duration_since(Instant::now()) {
            Some(ahead) => wall + ahead,
            None => wall - self.origin.elapsed(),
        };
        let mut builder = IntervalLogWriterBuilder::new();
        builder
            .add_comment("times in microseconds; tag = clock.subject; the warm-up is left out")
            .with_start_time(start)
            .with_base_time(start)
            .with_max_value_divisor(1000.0);
        let mut writer = builder.begin_log_with(&mut log, &mut serializer)?;
        let mut state = self.state();
        let mut interval = Interval::default();
        for rank in 0.. {
            let end = self.origin + Duration::from_secs(rank + 1);
            while Instant::now() < end && !self.finished.load(Ordering::Acquire) {
                std::thread::sleep(
                    end.saturating_duration_since(Instant::now()).min(Duration::from_millis(50)),
                );
            }
            self.recorder.swap(&mut interval);
            self.take(rank, &interval, &mut state);
            for subject in Subject::all() {
                for clock in subject.clocks() {
                    let Some(histogram) = interval.histograms[slot(subject, *clock)]
                        .as_ref()
                        .filter(|h| !h.is_empty())
                    else {
                        continue;
                    };
                    let tag = histogram_tag(*clock, subject.name());
                    writer
                        .write_histogram(
                            histogram,
                            Duration::from_secs(rank),
                            Duration::from_secs(1),
                            Tag::new(&tag),
                        )
                        .map_err(|error| io::Error::other(format!("{error:?}")))?;
                }
            }
            if self.finished.load(Ordering::Acquire) {
                break;
            }
        }
        drop(writer);
        io::Write::flush(&mut log)?;
        self.conclude(&mut state);
        Ok(state.collected)
    }

    fn state(&self) -> State {
        let longest = self
            .plan
            .objectives
            .iter()
            .filter_map(|objective| objective.window)
            .map(|window| usize::try_from(window.as_secs()).unwrap_or(usize::MAX))
            .max()
            .unwrap_or(0)
            .max(Live::SECONDS);
        let usage = Usage::now();
        State {
            collected: Collected {
                totals: Totals::default(),
                standings: self.plan.objectives.iter().cloned().map(Standing::new).collect(),
                seconds: Vec::new(),
                busy_seconds: 0,
                warming_calls: 0,
                broken_step: None,
                measured_cpu: Duration::ZERO,
                peak_memory_bytes: 0,
                peak_connections: 0,
                aborted_by: None,
                heat_map: HeatMap::new(),
            },
            window: Window::new(longest),
            usage,
            baseline: usage.descriptors,
            step: Totals::default(),
            step_rank: 0,
            schedule: self.plan.arrivals.schedule(self.plan.seed).peekable(),
        }
    }

    fn phase(&self, rank: u64) -> Phase {
        let second = Duration::from_secs(rank);
        if second + Duration::from_millis(500) < self.plan.warm_up {
            Phase::WarmUp
        } else if second < self.plan.length() {
            Phase::Measured
        } else {
            Phase::Drain
        }
    }

    /// Takes one second in.
    fn take(&self, rank: u64, interval: &Interval, state: &mut State) {
        let phase = self.phase(rank);
        let asked = self.asked(rank);
        let due = self.count_due(rank, state) as f64;
        let usage = Usage::now();
        let cpu = usage.cpu.saturating_sub(state.usage.cpu);
        state.usage = usage;
        let collected = &mut state.collected;
        collected.warming_calls += interval.warming;
        collected.peak_memory_bytes = collected.peak_memory_bytes.max(usage.memory_bytes);
        collected.totals.add(interval, due, phase);
        state.step.add(interval, due, phase);
        if phase == Phase::Measured {
            collected.measured_cpu += cpu;
            if cpu.as_secs_f64() > ALL_BUSY * processors() as f64 {
                collected.busy_seconds += 1;
            }
        }
        state.window.push(&interval.histograms);
        let calls: Vec<_> = Subject::all().filter(|subject| subject.is_call()).collect();
        let slots = |clock| calls.iter().map(|subject| slot(*subject, clock)).collect::<Vec<_>>();
        for value in state.window.merged(&slots(Clock::Response), 1).iter_recorded() {
            collected.heat_map.count(rank, value.value_iterated_to(), value.count_at_value());
        }
        collected.peak_connections =
            collected.peak_connections.max(usage.descriptors.saturating_sub(state.baseline));
        let mut failures = BTreeMap::<String, u64>::new();
        for ((_, failure), count) in &interval.failures {
            *failures.entry(failure.name()).or_default() += count;
        }
        let second = Second {
            second: rank,
            phase,
            asked_starts: asked,
            due_starts: due as u64,
            started: interval.warming_starts + interval.started,
            waited_for_worker: interval.waited,
            calls: interval.warming + interval.calls.values().sum::<u64>(),
            errors: failures.values().sum(),
            errors_by_kind: failures,
            in_flight: self.progress.in_flight() as u64,
            connections: usage.descriptors.saturating_sub(state.baseline),
            cpu_us: u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX),
            memory_bytes: usage.memory_bytes,
            undelivered: self.progress.undelivered(),
            response: state.window.latency(&slots(Clock::Response), 1).reported(),
            service: state.window.latency(&slots(Clock::Service), 1).reported(),
        };
        collected.seconds.push(second.clone());
        // What a hub keeps until the plan is over is in a window too.
        if phase == Phase::Measured || (phase == Phase::Drain && !interval.calls.is_empty()) {
            self.judge_windows(rank, phase, state);
        }
        if phase == Phase::Measured {
            self.judge_step(rank, state);
        }
        let State { collected, window, .. } = state;
        self.live.show(&second, collected, |slots| window.latency(slots, Live::SECONDS));
    }

    /// Measured starts that the schedule made due during a second: what was drawn, not the mean it
    /// was drawn from.
    fn count_due(&self, rank: u64, state: &mut State) -> u64 {
        let end = Duration::from_secs(rank + 1);
        let mut count = 0;
        while let Some(start) = state.schedule.next_if(|start| start.due < end) {
            let taken = self.shard.takes(draw(self.plan, self.cells, start).cell);
            count += u64::from(taken && start.due >= self.plan.warm_up);
        }
        count
    }

    /// Starts asked for during a second, in the mean.
    fn asked(&self, rank: u64) -> f64 {
        let from = Duration::from_secs(rank);
        self.plan.arrivals.asked(from, from + Duration::from_secs(1)) * self.shard.share(self.cells)
    }

    fn judge_windows(&self, rank: u64, phase: Phase, state: &mut State) {
        for index in 0..state.collected.standings.len() {
            let objective = state.collected.standings[index].objective.clone();
            let Some(window) = objective.window else {
                continue;
            };
            // Nothing is due any more while draining.
            if phase == Phase::Drain && matches!(objective.measure, Measure::Achieved(_)) {
                continue;
            }
            let seconds = usize::try_from(window.as_secs()).unwrap_or(usize::MAX);
            if state.window.len() < seconds
                || rank + 1 < self.plan.warm_up.as_secs() + window.as_secs()
            {
                continue;
            }
            if let Some(value) = self.windowed(&objective, rank, seconds, state) {
                let standing = &mut state.collected.standings[index];
                if standing.take(value, Some(rank)) && objective.abort {
                    state.collected.aborted_by.get_or_insert(index);
                    self.abort.store(true, Ordering::Release);
                }
            }
        }
    }

    /// What an objective measures over the last seconds.
    fn windowed(
        &self,
        objective: &Objective,
        rank: u64,
        seconds: usize,
        state: &mut State,
    ) -> Option<f64> {
        match objective.measure {
            Measure::Latency { clock, percentile, .. } => {
                let slots: Vec<usize> = match objective.subject {
                    Some(subject) => vec![slot(subject, clock)],
                    None => {
                        Subject::all().filter(|s| s.is_call()).map(|s| slot(s, clock)).collect()
                    }
                };
                percentile_us(state.window.merged(&slots, seconds), percentile)
            }
            // Shares over a window are of all calls: the seconds keep no more.
            Measure::ErrorRate(_) => {
                let recent = recent(&state.collected.seconds, rank, seconds);
                let calls: u64 = recent.clone().map(|second| second.calls).sum();
                let failures: u64 = recent.map(|second| second.errors).sum();
                (calls > 0).then(|| failures as f64 / calls as f64)
            }
            Measure::Achieved(_) => {
                let recent = recent(&state.collected.seconds, rank, seconds);
                let due: u64 = recent.clone().map(|second| second.due_starts).sum();
                let started: u64 = recent.map(|second| second.started).sum();
                (due > 0).then(|| started as f64 / due as f64)
            }
        }
    }

    /// At the end of a step, every objective is judged on it alone.
    fn judge_step(&self, rank: u64, state: &mut State) {
        let Some(step) = self.plan.arrivals.steps.get(state.step_rank) else {
            return;
        };
        if Duration::from_secs(rank + 1) < step.starts_at + step.length {
            return;
        }
        let broken = self.plan.objectives.iter().any(|objective| {
            match measured(objective, &state.step) {
                Some(value) => Standing::new(objective.clone()).take(value, None),
                // Not one call ended: a hub that hangs holds no rate.
                None => objective.subject.is_none(),
            }
        });
        if broken && state.collected.broken_step.is_none() {
            state.collected.broken_step = Some(state.step_rank);
            self.abort.store(true, Ordering::Release);
        }
        state.step_rank += 1;
        state.step = Totals::default();
    }

    /// Judges what is judged over the whole, and windows that were never full.
    fn conclude(&self, state: &mut State) {
        let totals = &state.collected.totals;
        for standing in &mut state.collected.standings {
            let judged = standing.objective.window.is_some() && standing.worst.is_some();
            if let (false, Some(value)) = (judged, measured(&standing.objective, totals)) {
                standing.take(value, None);
            }
        }
        state.window.clear();
    }
}

fn recent(seconds: &[Second], rank: u64, count: usize) -> impl Iterator<Item = &Second> + Clone {
    let first = (rank + 1).saturating_sub(count as u64);
    seconds.iter().rev().take(count).filter(move |second| second.second >= first)
}
