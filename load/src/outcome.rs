//! What a campaign amounts to: the model of the report, filled in from what was collected. Measures
//! nothing, writes nothing.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use reports::load::{
    Achieved, Audit, Facts, Finding, Generator, LOAD_REPORT_FORMAT, Latencies, LoadRun,
    LoadVerdict, Objective, Outcome, Phase, RateStep, Requirement, Second, Timed, WarmUp,
};

use crate::audit::Account;
use crate::campaign::Campaign;
use crate::generator::processors;
use crate::histograms::latencies;
use crate::judge::{Standing, bottlenecks};
use crate::plan::objective::Measure;
use crate::record::{Collected, Totals};
use crate::series::{Clock, Step, Subject};

/// The report of a campaign that ended.
///
/// # Errors
/// When the account of the cases could not be written to its end.
pub fn report(campaign: &Campaign, collected: Collected, facts: Facts) -> std::io::Result<LoadRun> {
    let plan = campaign.plan();
    let account = campaign.ledger().close()?;
    let totals = &collected.totals;
    let all = |wanted: fn(Subject) -> bool| {
        Subject::all()
            .filter(|subject| wanted(*subject))
            .filter_map(|subject| timed(totals, subject))
            .collect::<Vec<_>>()
    };
    let unreachable = unreachable(&collected.seconds);
    let cut_short = campaign.was_interrupted()
        || unreachable.is_some()
        || collected.aborted_by.is_some()
        || collected.broken_step.is_some();
    Ok(LoadRun {
        format: LOAD_REPORT_FORMAT,
        verdict: LoadVerdict::Invalid,
        achieved: achieved(campaign, &collected),
        warm_up: WarmUp { duration_s: plan.warm_up.as_secs_f64(), calls: collected.warming_calls },
        all_calls: all_calls(totals),
        operations: all(Subject::is_call),
        journeys: all(|subject| {
            !subject.is_call()
                && !matches!(
                    subject,
                    Subject::Step(Step::Delivery | Step::Lateness | Step::GeneratorLateness)
                )
        }),
        notification_visible: of(totals.histogram(Subject::Step(Step::Delivery), Clock::Response)),
        errors: by_kind(totals, None),
        objectives: collected.standings.iter().map(objective).collect(),
        steps: steps(campaign, &collected),
        generator: generator(campaign, &collected),
        audit: plan.mix.deposits().then(|| Audit {
            attempted: campaign.attempted_deposits(),
            unread_queues: campaign.unread_queues(),
            ..audit(&account, cut_short)
        }),
        seconds: collected.seconds,
        heat_map: collected.heat_map,
        run: Facts {
            interrupted: campaign.was_interrupted(),
            aborted_by: collected.aborted_by,
            unreachable,
            ..facts
        },
    }
    .judged())
}

/// Seconds without one good answer, at the end, that make a target unreachable.
const SILENCE: usize = 3;

/// Since when the target gave no good answer, when it gave none at the end. A campaign that asks
/// nothing about errors must not pass for want of a hub.
fn unreachable(seconds: &[Second]) -> Option<String> {
    let calling = |second: &&Second| second.phase == Phase::Measured && second.calls > 0;
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

/// The figures of a histogram of microseconds, when there is one.
fn of(histogram: Option<&Histogram<u64>>) -> Option<Latencies> {
    histogram.and_then(latencies)
}

fn by_kind(totals: &Totals, of: Option<Subject>) -> BTreeMap<String, u64> {
    let mut kinds = BTreeMap::new();
    for ((subject, failure), count) in &totals.failures {
        if of.is_none_or(|wanted| wanted == *subject) {
            *kinds.entry(failure.name()).or_default() += count;
        }
    }
    kinds
}

fn timed(totals: &Totals, subject: Subject) -> Option<Timed> {
    let histogram = |clock| totals.histogram(subject, clock);
    let count = if subject.is_call() {
        totals.calls.get(&subject).copied().unwrap_or(0)
    } else {
        histogram(Clock::Response).map_or(0, Histogram::len)
    };
    (count > 0).then(|| Timed {
        name: subject.name().to_owned(),
        count,
        errors: totals.failure_count(Some(subject)),
        errors_by_kind: by_kind(totals, Some(subject)),
        response_time: of(histogram(Clock::Response)),
        service_time: of(histogram(Clock::Service)),
        time_to_first_byte: of(histogram(Clock::FirstByte)),
    })
}

fn all_calls(totals: &Totals) -> Timed {
    Timed {
        name: "all".to_owned(),
        count: totals.call_count(),
        errors: totals.failure_count(None),
        errors_by_kind: by_kind(totals, None),
        response_time: of(Some(&totals.all_calls(Clock::Response))),
        service_time: of(Some(&totals.all_calls(Clock::Service))),
        time_to_first_byte: of(Some(&totals.all_calls(Clock::FirstByte))),
    }
}

fn achieved(campaign: &Campaign, collected: &Collected) -> Achieved {
    let plan = campaign.plan();
    let totals = &collected.totals;
    let asked = plan.arrivals.asked(plan.warm_up, plan.length()) * campaign.share();
    let measured_s = totals.seconds as f64;
    let calls = totals.call_count();
    let (sent_bytes, received_bytes) = campaign.bytes();
    Achieved {
        measured_s,
        asked_journeys: asked,
        due_journeys: totals.asked as u64,
        started_journeys: totals.started,
        asked_calls: Some(asked * plan.mix.calls_per_start()),
        calls,
        calls_per_s: if measured_s > 0.0 { totals.calls_in_time as f64 / measured_s } else { 0.0 },
        errors: totals.failure_count(None),
        sent_bytes,
        received_bytes,
    }
}

fn generator(campaign: &Campaign, collected: &Collected) -> Generator {
    let size = &campaign.plan().generator;
    let totals = &collected.totals;
    let cpu_s = collected.measured_cpu.as_secs_f64();
    let measured: u64 = collected
        .seconds
        .iter()
        .filter(|second| second.phase == Phase::Measured)
        .map(|second| second.calls)
        .sum();
    let step = |step| of(totals.histogram(Subject::Step(step), Clock::Response));
    Generator {
        bottleneck: false,
        bottlenecks: bottlenecks(
            totals,
            size,
            collected.busy_seconds,
            campaign.plan().arrivals.peak() * campaign.share(),
        ),
        workers: size.workers as u64,
        waited_for_worker: totals.waited,
        late_starts: step(Step::Lateness),
        own_late_starts: step(Step::GeneratorLateness),
        cpu_s,
        cpu_share: cpu_s / (totals.seconds.max(1) as f64 * processors() as f64),
        cpu_s_per_100000_calls: cpu_s / measured.max(1) as f64 * 100_000.0,
        processors: processors() as u64,
        busy_s: collected.busy_seconds,
        peak_connections: collected.peak_connections,
        peak_memory_bytes: collected.peak_memory_bytes,
    }
}

fn objective(standing: &Standing) -> Objective {
    let objective = &standing.objective;
    let requirement = match objective.measure {
        Measure::Latency { clock, percentile, below } => Requirement::Latency {
            clock,
            percentile,
            limit_us: u64::try_from(below.as_micros()).unwrap_or(u64::MAX),
            observed_us: standing.worst.map(|us| us as u64),
        },
        Measure::ErrorRate(limit_share) => {
            Requirement::ErrorRate { limit_share, observed_share: standing.worst }
        }
        Measure::Achieved(limit_share) => {
            Requirement::Achieved { limit_share, observed_share: standing.worst }
        }
    };
    Objective {
        subject: objective.subject.map(|subject| subject.name().to_owned()),
        requirement,
        window_s: objective.window.map(|window| window.as_secs()),
        worst_second: standing.worst_at,
        abort: objective.abort,
        outcome: match (standing.worst, standing.held) {
            (None, _) => Outcome::NotMeasured,
            (Some(_), true) => Outcome::Kept,
            (Some(_), false) => Outcome::Broken,
        },
    }
}

fn steps(campaign: &Campaign, collected: &Collected) -> Vec<RateStep> {
    let plan = campaign.plan();
    let played = collected.totals.seconds + plan.warm_up.as_secs();
    plan.arrivals
        .steps
        .iter()
        .enumerate()
        .map(|(rank, step)| {
            let ended = (step.starts_at + step.length).as_secs() <= played;
            RateStep {
                asked_per_s: step.calls_per_second / plan.mix.calls_per_start(),
                from_s: step.starts_at.as_secs(),
                duration_s: step.length.as_secs(),
                // What comes after the step that broke was not sent any more.
                kept: match collected.broken_step {
                    Some(broken) if rank > broken => None,
                    Some(broken) if rank == broken => Some(false),
                    _ => ended.then_some(true),
                },
            }
        })
        .collect()
}

/// The account as the report has it. When the campaign was cut short, what nobody got yet is
/// undecided and not lost.
fn audit(account: &Account, cut_short: bool) -> Audit {
    let finding = |numbers: &[String]| {
        let mut finding = Finding::default();
        for number in numbers {
            finding.add(number);
        }
        finding
    };
    let missing = finding(&account.lost);
    let (pending, lost) =
        if cut_short { (missing, Finding::default()) } else { (Finding::default(), missing) };
    Audit {
        deposited: account.deposited,
        delivered: account.delivered,
        files_compared: account.files_compared,
        pending,
        lost,
        duplicated: finding(&account.duplicated),
        misdelivered: finding(&account.misdelivered),
        altered: finding(&account.altered),
        ..Audit::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(outcomes: &[(u64, u64)]) -> Vec<Second> {
        let seconds = outcomes.iter().enumerate();
        seconds
            .map(|(rank, (calls, errors))| Second {
                second: rank as u64,
                phase: Phase::Measured,
                asked_starts: 10.0,
                due_starts: 10,
                started: 10,
                waited_for_worker: 0,
                calls: *calls,
                errors: *errors,
                errors_by_kind: BTreeMap::new(),
                in_flight: 0,
                connections: 0,
                cpu_us: 0,
                memory_bytes: 0,
                undelivered: 0,
                response: None,
                service: None,
            })
            .collect()
    }

    #[test]
    fn a_hub_that_ends_is_unreachable_from_then_on() {
        let ended = seconds(&[(10, 0), (10, 4), (10, 10), (10, 10), (10, 10)]);
        let told = unreachable(&ended);
        assert_eq!(told.as_deref(), Some("no good answer from second 2 on"));
        assert!(unreachable(&seconds(&[(10, 10)])).is_some());
    }

    #[test]
    fn a_hub_that_answers_at_the_end_is_not() {
        assert_eq!(unreachable(&seconds(&[(10, 10), (10, 10), (10, 10), (10, 9)])), None);
        assert_eq!(unreachable(&seconds(&[(10, 0), (10, 0), (10, 10)])), None);
        assert_eq!(unreachable(&[]), None);
    }
}
