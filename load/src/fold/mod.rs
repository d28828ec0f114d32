//! A campaign, folded: its seconds, in order and each with its histograms, become its report. This
//! is the one place where figures are made and objectives judged, be the seconds those of a
//! recorder as they pass, of several shards together, or of a record that is rendered again. Knows
//! no clock and no file.

mod latency;
mod standing;
mod totals;
mod window;

use std::collections::BTreeMap;

use reports::load::{
    Achieved, Audit, Connections, Facts, FailureSample, Generator, HeatMap, LOAD_REPORT_FORMAT,
    LoadRun, LoadVerdict, Objective, Phase, RateStep, Reconciliation, Second, Timed, WarmUp,
    objective_sentence,
};

use crate::failure::Lack;
use crate::histograms::{BySlot, latencies};
use crate::series::{Clock, SeriesKey, Span};
pub(crate) use latency::Latency;
use standing::{Standing, share};
pub(crate) use totals::{Totals, add_kinds};
use window::Window;

/// How many seconds the latencies that are shown while a campaign runs are over.
const SHOWN_SECONDS: usize = 10;

/// What a campaign is, beside its seconds and their histograms.
#[derive(Clone, Debug)]
pub(crate) struct Circumstances {
    /// When, against what, and how it ended.
    pub run: Facts,
    /// Journeys and calls that were asked for, in the mean of their random schedule.
    pub asked_journeys: f64,
    /// None when the plan does not say.
    pub asked_calls: Option<f64>,
    /// Bytes of attachments.
    pub sent_bytes: u64,
    /// Bytes of attachments.
    pub received_bytes: u64,
    /// What came before the measure.
    pub warm_up: WarmUp,
    /// What is required; what was observed is left out of account.
    pub objectives: Vec<Objective>,
    /// The steps of a plan that climbs; one that is said not to hold does not.
    pub steps: Vec<RateStep>,
    /// How large the generators were, what they took, and in what they were in the way.
    pub generator: Generator,
    /// The account of the cases, when anything was deposited.
    pub audit: Option<Audit>,
    /// Calls without a good answer, by operation and kind, of records whose seconds do not tell.
    pub errors: BTreeMap<String, BTreeMap<String, u64>>,
    /// One exchange for each kind of failure.
    pub samples: Vec<FailureSample>,
    /// Calls refused beyond a quota of the plan, by system.
    pub refused_by_quota: BTreeMap<String, u64>,
    /// Its calls, held against a gateway's count.
    pub reconciliation: Option<Reconciliation>,
}

/// A campaign of which some seconds are folded.
pub(crate) struct Fold {
    standings: Vec<Standing>,
    steps: Vec<RateStep>,
    warm_up_s: u64,
    totals: Totals,
    window: Window,
    /// Totals of the step that is being played, and its rank.
    step: Totals,
    step_rank: usize,
    broken_step: Option<usize>,
    aborted_by: Option<usize>,
    seconds: Vec<Second>,
    heat_map: HeatMap,
}

/// Folds a whole campaign: `histograms` fills in those of each second.
pub(crate) fn fold<E>(
    circumstances: Circumstances,
    seconds: Vec<Second>,
    mut histograms: impl FnMut(u64, &mut BySlot<u32>) -> Result<(), E>,
) -> Result<LoadRun, E> {
    let Circumstances { objectives, steps, warm_up, .. } = &circumstances;
    let mut fold = Fold::new(objectives, steps, warm_up.duration_s as u64);
    let mut times = BySlot::default();
    for second in seconds {
        times.clear();
        histograms(second.second, &mut times)?;
        fold.take(second, &times);
    }
    Ok(fold.finish(circumstances))
}

impl Fold {
    /// Nothing yet.
    pub(crate) fn new(objectives: &[Objective], steps: &[RateStep], warm_up_s: u64) -> Self {
        let standings: Vec<Standing> = objectives.iter().map(Standing::new).collect();
        let longest = standings.iter().filter_map(Standing::window).max().unwrap_or(0);
        let not_played = |step: &RateStep| RateStep { kept: None, ..*step };
        Self {
            window: Window::new(longest.max(SHOWN_SECONDS)),
            standings,
            steps: steps.iter().map(not_played).collect(),
            warm_up_s,
            totals: Totals::default(),
            step: Totals::default(),
            step_rank: 0,
            broken_step: None,
            aborted_by: None,
            seconds: Vec::new(),
            heat_map: HeatMap::new(),
        }
    }

    /// Takes the next second.
    pub(crate) fn take(&mut self, second: Second, times: &BySlot<u32>) {
        let rank = second.second;
        self.window.push(times);
        self.totals.add(&second, times);
        self.step.add(&second, times);
        let calls: Vec<SeriesKey> = SeriesKey::calls().collect();
        for value in self.window.times_of(&calls, Clock::Response, 1).iter_recorded() {
            self.heat_map.count(rank, value.value_iterated_to(), value.count_at_value());
        }
        let mut last = |clock| self.window.latency(&calls, clock, 1).reported();
        let (response, service) = (last(Clock::Response), last(Clock::Service));
        let phase = second.phase;
        self.seconds.push(Second { response, service, ..second });
        // What a hub keeps until the plan is over is in a window too.
        if phase == Phase::Measured || (phase == Phase::Drain && times.call_count() > 0) {
            self.judge_windows(rank);
        }
        if phase == Phase::Measured {
            self.judge_step(rank);
        }
    }

    /// Judges the windows that end with a second.
    fn judge_windows(&mut self, rank: u64) {
        for (index, standing) in self.standings.iter_mut().enumerate() {
            let Some(length) = standing.window() else { continue };
            let full = self.window.len() >= length
                && rank + 1 >= self.warm_up_s.saturating_add(length as u64);
            if full
                && standing.take_window(&mut self.window, &self.seconds)
                && standing.objective.abort
            {
                self.aborted_by.get_or_insert(index);
            }
        }
    }

    /// At the end of a step, every objective is judged on it alone; what comes after a step that
    /// broke was not asked for any more.
    fn judge_step(&mut self, rank: u64) {
        let Some(step) = self.steps.get_mut(self.step_rank) else { return };
        if rank + 1 < step.from_s.saturating_add(step.duration_s) || self.broken_step.is_some() {
            return;
        }
        let part = std::mem::take(&mut self.step);
        let broken = self.standings.iter().any(|standing| standing.is_broken_by(&part));
        step.kept = Some(!broken);
        if broken {
            self.broken_step = Some(self.step_rank);
        }
        self.step_rank += 1;
    }

    /// Whether there is no point in going on: an objective that aborts is broken, or a step is.
    pub(crate) const fn is_decided(&self) -> bool {
        self.aborted_by.is_some() || self.broken_step.is_some()
    }

    /// The rank of the objective that ends the campaign.
    pub(crate) const fn aborted_by(&self) -> Option<usize> {
        self.aborted_by
    }

    /// The steps, as far as they were played.
    pub(crate) fn steps(&self) -> &[RateStep] {
        &self.steps
    }

    /// What was measured so far.
    pub(crate) const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The seconds so far.
    pub(crate) fn seconds(&self) -> &[Second] {
        &self.seconds
    }

    /// Response times of a subject over the last seconds.
    pub(crate) fn latency(&mut self, subject: SeriesKey) -> Latency {
        self.window.latency(&[subject], Clock::Response, SHOWN_SECONDS)
    }

    /// Response times of a subject since the start of the measure.
    pub(crate) fn latency_since_start(&self, subject: SeriesKey) -> Latency {
        let times = self.totals.times(subject, Clock::Response);
        times.map(Latency::of).unwrap_or_default()
    }

    /// The objectives as they stand: those of the whole judged by what was measured so far.
    pub(crate) fn objectives_so_far(&self) -> Vec<Objective> {
        let judged = |standing: &Standing| {
            let mut standing = standing.clone();
            standing.conclude(&self.totals, None);
            standing.judged()
        };
        self.standings.iter().map(judged).collect()
    }

    /// The objectives that do not hold, as sentences.
    pub(crate) fn broken(&self) -> Vec<String> {
        let broken = self.standings.iter().filter(|standing| standing.is_broken());
        let sentence = |standing: &Standing| {
            let objective = &standing.objective;
            let window =
                objective.window_s.map_or_else(String::new, |s| format!(" over any {s} s"));
            objective_sentence(objective, reports::Lang::En) + &window
        };
        broken.map(sentence).collect()
    }

    /// Since when the target gave no good answer, when it gave none at the end. A campaign that
    /// asks nothing about errors must not pass for want of a hub.
    pub(crate) fn unreachable(&self) -> Option<String> {
        unreachable(&self.seconds)
    }

    /// The report, once everything was taken.
    pub(crate) fn finish(mut self, circumstances: Circumstances) -> LoadRun {
        self.totals.add_errors(&circumstances.errors);
        let Circumstances { run, warm_up, steps: told, audit, .. } = circumstances.clone();
        let delivered = audit.as_ref().and_then(|audit| share(audit.delivered, audit.deposited));
        for standing in &mut self.standings {
            standing.conclude(&self.totals, delivered);
        }
        let steps = self.steps.iter().zip(&told);
        let steps =
            steps.map(|(step, told)| RateStep { kept: both(step.kept, told.kept), ..*step });
        let all_calls = self.timed("all", &SeriesKey::calls().collect::<Vec<_>>());
        LoadRun {
            format: LOAD_REPORT_FORMAT,
            verdict: LoadVerdict::Invalid,
            achieved: self.achieved(&circumstances, &all_calls),
            warm_up,
            operations: self.each_timed(SeriesKey::is_call),
            journeys: self.each_timed(SeriesKey::is_journey),
            notification_visible: self.span(Span::Delivery),
            errors: all_calls.errors_by_kind.clone(),
            samples: circumstances.samples,
            refused_by_quota: circumstances.refused_by_quota,
            reconciliation: circumstances.reconciliation,
            steps: steps.collect(),
            generator: self.generator(circumstances.generator),
            audit,
            run: Facts { unreachable: run.unreachable.clone().or(self.unreachable()), ..run },
            objectives: self.standings.into_iter().map(Standing::judged).collect(),
            all_calls,
            seconds: self.seconds,
            heat_map: self.heat_map,
        }
        .judged()
    }

    fn achieved(&self, circumstances: &Circumstances, all_calls: &Timed) -> Achieved {
        let measured_s = self.totals.seconds as f64;
        let per_second =
            |count: u64| if measured_s > 0.0 { count as f64 / measured_s } else { 0.0 };
        Achieved {
            measured_s,
            asked_journeys: circumstances.asked_journeys,
            due_journeys: self.totals.due,
            started_journeys: self.totals.started,
            asked_calls: circumstances.asked_calls,
            calls: all_calls.count,
            calls_per_s: per_second(self.totals.calls_in_time),
            errors: all_calls.errors,
            sent_bytes: circumstances.sent_bytes,
            received_bytes: circumstances.received_bytes,
        }
    }

    fn generator(&self, size: Generator) -> Generator {
        let totals = &self.totals;
        let cpu_s = totals.cpu_us as f64 / 1e6;
        Generator {
            waited_for_worker: totals.waited,
            late_starts: self.span(Span::Lateness),
            own_late_starts: self.span(Span::GeneratorLateness),
            kept_connections: size.kept_connections.map(|told| Connections {
                waits: self.span(Span::Awaiting),
                connecting: self.span(Span::Connecting),
                tls: self.span(Span::Securing),
                ..told
            }),
            cpu_s,
            cpu_share: cpu_s / (totals.seconds.max(1) as f64 * size.processors.max(1) as f64),
            cpu_s_per_100000_calls: cpu_s / totals.calls_of_cpu.max(1) as f64 * 100_000.0,
            ..size
        }
    }

    fn span(&self, span: Span) -> Option<reports::load::Latencies> {
        self.totals.times(SeriesKey::Span(span), Clock::Response).and_then(latencies)
    }

    fn each_timed(&self, wanted: fn(SeriesKey) -> bool) -> Vec<Timed> {
        let subjects = SeriesKey::all().filter(|subject| wanted(*subject));
        let timed = subjects.map(|subject| self.timed(subject.name(), &[subject]));
        timed.filter(|timed| timed.count > 0).collect()
    }

    fn timed(&self, name: &str, subjects: &[SeriesKey]) -> Timed {
        let errors = match subjects {
            [one] => self.totals.errors.get(one.name()).cloned().unwrap_or_default(),
            _ => self.totals.errors_by_kind(),
        };
        let times = |clock| latencies(&self.totals.times_of(subjects, clock));
        Timed {
            name: name.to_owned(),
            count: subjects.iter().map(|subject| self.totals.count(*subject)).sum(),
            errors: errors.values().sum(),
            errors_by_kind: errors,
            response_time: times(Clock::Response),
            service_time: times(Clock::Service),
            time_to_first_byte: times(Clock::FirstByte),
        }
    }
}

/// Whether a step holds by two tellings of it: broken when either says so.
pub(crate) fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Seconds without one good answer, at the end, that make a target unreachable.
const SILENCE: usize = 3;

fn unreachable(seconds: &[Second]) -> Option<String> {
    // What was not sent for want of something here says nothing of the target.
    let sent = |second: &Second| second.calls.saturating_sub(lacking(&second.errors_by_kind));
    let calling = |second: &&Second| second.phase == Phase::Measured && sent(second) > 0;
    let silent: Vec<_> = seconds
        .iter()
        .rev()
        .filter(calling)
        .take_while(|second| second.errors >= second.calls)
        .collect();
    let all = seconds.iter().filter(calling).count();
    let first = silent.last().filter(|_| silent.len() >= SILENCE.min(all))?;
    Some(format!("no good answer from second {} on", first.second))
}

/// Calls that the generator could not make.
fn lacking(errors_by_kind: &BTreeMap<String, u64>) -> u64 {
    Lack::ALL.iter().filter_map(|lack| errors_by_kind.get(lack.name())).sum()
}

#[cfg(test)]
pub(crate) mod tests;
