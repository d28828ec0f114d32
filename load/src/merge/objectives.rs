//! Objectives judged again on everything together: no shard's verdict is taken over.

use reports::load::{LoadRun, Objective, Outcome, Phase, Requirement, Second};

use crate::histograms::{Seconds, is_call};

/// Judges an objective again, on everything together.
pub(super) fn judge(objective: &Objective, run: &LoadRun, histograms: &Seconds) -> Objective {
    let mut windows: Vec<(Option<u64>, std::ops::RangeInclusive<u64>)> = vec![(None, 0..=u64::MAX)];
    if let Some(window) = objective.window_s {
        let measured: Vec<u64> = measured_seconds(run).map(|second| second.second).collect();
        let first = measured.first().copied().unwrap_or(0);
        let full = measured.iter().filter(|end| **end + 1 >= first + window);
        let full: Vec<_> =
            full.map(|end| (Some(*end), (end + 1).saturating_sub(window)..=*end)).collect();
        if !full.is_empty() {
            windows = full;
        }
    }
    let mut worst: Option<(f64, Option<u64>)> = None;
    let least_is_worst = matches!(
        objective.requirement,
        Requirement::Achieved { .. } | Requirement::Delivered { .. }
    );
    for (end, window) in windows {
        if let Some(value) = measure(objective, run, histograms, &window) {
            let worse =
                worst.is_none_or(
                    |(worst, _)| {
                        if least_is_worst { value < worst } else { value > worst }
                    },
                );
            if worse {
                worst = Some((value, end));
            }
        }
    }
    with_observed(objective, worst)
}

fn measured_seconds(run: &LoadRun) -> impl Iterator<Item = &Second> {
    run.seconds.iter().filter(|second| second.phase == Phase::Measured)
}

/// What an objective measures over some seconds: microseconds, or a share.
fn measure(
    objective: &Objective,
    run: &LoadRun,
    histograms: &Seconds,
    window: &std::ops::RangeInclusive<u64>,
) -> Option<f64> {
    let subject = objective.subject.as_deref();
    let seconds = || measured_seconds(run).filter(|second| window.contains(&second.second));
    let share = |part: f64, of: f64| (of > 0.0).then(|| part / of);
    match objective.requirement {
        Requirement::Latency { clock, percentile, .. } => {
            let wanted =
                |name: &str| subject.map_or_else(|| is_call(name), |subject| subject == name);
            let histogram = histograms.histogram(clock, wanted, window.clone());
            (!histogram.is_empty()).then(|| histogram.value_at_quantile(percentile / 100.0) as f64)
        }
        Requirement::ErrorRate { .. } if objective.window_s.is_some() => share(
            seconds().map(|second| second.errors).sum::<u64>() as f64,
            seconds().map(|second| second.calls).sum::<u64>() as f64,
        ),
        Requirement::ErrorRate { .. } => {
            let timed = match subject {
                None => Some(&run.all_calls),
                Some(subject) => {
                    run.operations.iter().chain(&run.journeys).find(|timed| timed.name == subject)
                }
            };
            timed.and_then(|timed| share(timed.errors as f64, timed.count as f64))
        }
        Requirement::Achieved { .. } if objective.window_s.is_some() => share(
            seconds().map(|second| second.started).sum::<u64>() as f64,
            seconds().map(|second| second.due_starts).sum::<u64>() as f64,
        ),
        Requirement::Achieved { .. } => {
            share(run.achieved.started_journeys as f64, run.achieved.due_journeys as f64)
        }
        Requirement::Delivered { .. } => run
            .audit
            .as_ref()
            .and_then(|audit| share(audit.delivered as f64, audit.deposited as f64)),
    }
}

/// An objective with what was observed, and what that makes of it.
fn with_observed(objective: &Objective, worst: Option<(f64, Option<u64>)>) -> Objective {
    let value = worst.map(|(value, _)| value);
    let mut judged =
        Objective { worst_second: worst.and_then(|(_, end)| end), ..objective.clone() };
    let holds = match &mut judged.requirement {
        Requirement::Latency { limit_us, observed_us, .. } => {
            *observed_us = value.map(|us| us as u64);
            value.map(|us| us < *limit_us as f64)
        }
        Requirement::ErrorRate { limit_share, observed_share } => {
            *observed_share = value;
            value.map(|share| share <= 0.0 || share < *limit_share)
        }
        Requirement::Achieved { limit_share, observed_share }
        | Requirement::Delivered { limit_share, observed_share } => {
            *observed_share = value;
            value.map(|share| share >= *limit_share)
        }
    };
    judged.outcome = match holds {
        None => Outcome::NotMeasured,
        Some(true) => Outcome::Kept,
        Some(false) => Outcome::Broken,
    };
    judged
}
