//! The shards of a campaign, put together: histograms are added bucket by bucket, objectives are
//! judged again on the sums, and the accounts of the cases are held against one another. A
//! percentile is never an average of percentiles.

mod account;
mod objectives;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use reports::load::directory::{LoadReportError, open_load_run};
use reports::load::{
    Achieved, Audit, Facts, Finding, Generator, HeatMap, LoadRun, Phase, RateStep, Second,
    SecondLatency, Shard, Timed, thousandths,
};

use crate::histograms::{HistogramError, Seconds, is_call, latencies};
use crate::series::Clock;

/// Why campaigns cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A report cannot be read.
    #[error(transparent)]
    Report(#[from] LoadReportError),
    /// Histograms cannot be read or written.
    #[error(transparent)]
    Histograms(#[from] HistogramError),
    /// They are not the shards of one campaign.
    #[error("{0}: give every shard of one campaign, each once")]
    NotOneCampaign(String),
    /// An account cannot be read or written.
    #[error("{}: {source}; check that the file is there and that there is room", .path.display())]
    Account {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Puts the shards of a campaign together, into a directory that exists: its histograms and its
/// account are written there; its reports are left to the caller.
///
/// # Errors
/// When the directories are not every shard of one campaign, or something cannot be read or
/// written.
pub fn merge(directories: &[PathBuf], into: &Path) -> Result<LoadRun, MergeError> {
    let mut shards = Vec::new();
    for directory in directories {
        shards.push(open_load_run(directory)?);
    }
    let first = of_one_campaign(&shards)?;
    let mut seconds = Seconds::default();
    for directory in directories {
        seconds.read(directory)?;
    }
    seconds.write(into)?;
    let misdelivered = account::join(directories, into)?;
    Ok(merged(first, &shards, &seconds, misdelivered.as_ref()))
}

/// The first shard, once they are known to be all the shards of one campaign.
fn of_one_campaign(shards: &[LoadRun]) -> Result<&LoadRun, MergeError> {
    let wrong = |why: String| Err(MergeError::NotOneCampaign(why));
    let Some(first) = shards.first() else {
        return wrong("there is nothing to merge".to_owned());
    };
    let Some(Shard { count, .. }) = first.run.shard else {
        return wrong(format!("run {} is a whole campaign", first.run.id));
    };
    let mut ranks = BTreeSet::new();
    for shard in shards {
        let facts = &shard.run;
        if facts.plan != first.run.plan || facts.seed != first.run.seed {
            return wrong(format!(
                "runs {} and {} have other plans or seeds",
                first.run.id, facts.id
            ));
        }
        match facts.shard {
            Some(part) if part.count == count && ranks.insert(part.index) => {}
            Some(part) if part.count == count => {
                return wrong(format!("shard {}/{count} is there twice", part.index));
            }
            _ => return wrong(format!("run {} is no shard of {count}", facts.id)),
        }
    }
    match (0..count).find(|rank| !ranks.contains(rank)) {
        Some(missing) => wrong(format!("shard {missing}/{count} is missing")),
        None => Ok(first),
    }
}

fn merged(
    first: &LoadRun,
    shards: &[LoadRun],
    histograms: &Seconds,
    misdelivered: Option<&BTreeSet<String>>,
) -> LoadRun {
    let each = || shards.iter();
    let seconds = merged_seconds(shards, histograms);
    let timed = |of: fn(&LoadRun) -> &Vec<Timed>| merged_timed(shards, of, histograms);
    let of = |subject: &str| {
        latencies(&histograms.histogram(Clock::Response, |name| name == subject, ..))
    };
    let all_calls = one_timed("all", each().map(|shard| &shard.all_calls), histograms, is_call);
    let mut run = LoadRun {
        run: Facts {
            shard: None,
            merged_from: each().map(|shard| shard.run.id.clone()).collect(),
            started_at: each().map(|shard| shard.run.started_at.clone()).min().unwrap_or_default(),
            finished_at: each()
                .map(|shard| shard.run.finished_at.clone())
                .max()
                .unwrap_or_default(),
            interrupted: each().any(|shard| shard.run.interrupted),
            unreachable: each().find_map(|shard| shard.run.unreachable.clone()),
            aborted_by: each().find_map(|shard| shard.run.aborted_by),
            ..first.run.clone()
        },
        achieved: merged_achieved(shards),
        warm_up: first.warm_up,
        operations: timed(|shard| &shard.operations),
        journeys: timed(|shard| &shard.journeys),
        notification_visible: of("delivery"),
        errors: all_calls.errors_by_kind.clone(),
        steps: merged_steps(each().map(|shard| &shard.steps)),
        generator: merged_generator(shards, of("lateness"), of("generator_lateness")),
        audit: merged_audit(shards, misdelivered),
        heat_map: heat_map(&seconds, histograms),
        objectives: first.objectives.clone(),
        all_calls,
        seconds,
        ..first.clone()
    };
    run.warm_up.calls = each().map(|shard| shard.warm_up.calls).sum();
    let judged = run
        .objectives
        .iter()
        .map(|objective| objectives::judge(objective, &run, histograms))
        .collect();
    run.objectives = judged;
    run.judged()
}

fn merged_achieved(shards: &[LoadRun]) -> Achieved {
    let parts = || shards.iter().map(|shard| &shard.achieved);
    let measured_s = parts().map(|part| part.measured_s).fold(0.0, f64::max);
    let calls: u64 = parts().map(|part| part.calls).sum();
    Achieved {
        measured_s,
        asked_journeys: thousandths(parts().map(|part| part.asked_journeys).sum()),
        due_journeys: parts().map(|part| part.due_journeys).sum(),
        started_journeys: parts().map(|part| part.started_journeys).sum(),
        asked_calls: parts().map(|part| part.asked_calls).sum::<Option<f64>>().map(thousandths),
        calls,
        calls_per_s: thousandths(parts().map(|part| part.calls_per_s).sum()),
        errors: parts().map(|part| part.errors).sum(),
        sent_bytes: parts().map(|part| part.sent_bytes).sum(),
        received_bytes: parts().map(|part| part.received_bytes).sum(),
    }
}

/// The steps of a campaign that climbs: one holds when every shard says so, and is broken when one
/// does.
fn merged_steps<'a>(mut shards: impl Iterator<Item = &'a Vec<RateStep>>) -> Vec<RateStep> {
    let mut steps = shards.next().cloned().unwrap_or_default();
    for others in shards {
        for (step, other) in steps.iter_mut().zip(others) {
            step.kept = match (step.kept, other.kept) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
    }
    steps
}

/// Operations or journeys of the shards, in the order in which they first come.
fn merged_timed(
    shards: &[LoadRun],
    of: fn(&LoadRun) -> &Vec<Timed>,
    histograms: &Seconds,
) -> Vec<Timed> {
    let mut names: Vec<&str> = Vec::new();
    for timed in shards.iter().flat_map(of) {
        if !names.contains(&timed.name.as_str()) {
            names.push(&timed.name);
        }
    }
    let parts = |name: &str| {
        let name = name.to_owned();
        shards.iter().flat_map(of).filter(move |timed| timed.name == name)
    };
    names
        .iter()
        .map(|name| one_timed(name, parts(name), histograms, |subject| subject == *name))
        .collect()
}

fn one_timed<'a>(
    name: &str,
    parts: impl Iterator<Item = &'a Timed>,
    histograms: &Seconds,
    wanted: impl Fn(&str) -> bool,
) -> Timed {
    let mut sum = Timed { name: name.to_owned(), ..Timed::default() };
    for part in parts {
        sum.count += part.count;
        sum.errors += part.errors;
        add_kinds(&mut sum.errors_by_kind, &part.errors_by_kind);
    }
    let of = |clock| latencies(&histograms.histogram(clock, &wanted, ..));
    sum.response_time = of(Clock::Response);
    sum.service_time = of(Clock::Service);
    sum.time_to_first_byte = of(Clock::FirstByte);
    sum
}

fn add_kinds(sum: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (kind, count) in more {
        *sum.entry(kind.clone()).or_default() += count;
    }
}

fn merged_seconds(shards: &[LoadRun], histograms: &Seconds) -> Vec<Second> {
    let mut sums: BTreeMap<u64, Second> = BTreeMap::new();
    for part in shards.iter().flat_map(|shard| &shard.seconds) {
        let Some(sum) = sums.get_mut(&part.second) else {
            sums.insert(part.second, part.clone());
            continue;
        };
        // A shard that still measures, or has yet to, says what the second is.
        if part.phase == Phase::Measured {
            sum.phase = Phase::Measured;
        }
        sum.asked_starts = thousandths(sum.asked_starts + part.asked_starts);
        sum.due_starts += part.due_starts;
        sum.started += part.started;
        sum.waited_for_worker += part.waited_for_worker;
        sum.calls += part.calls;
        sum.errors += part.errors;
        add_kinds(&mut sum.errors_by_kind, &part.errors_by_kind);
        sum.in_flight += part.in_flight;
        sum.connections += part.connections;
        sum.cpu_us += part.cpu_us;
        sum.memory_bytes += part.memory_bytes;
        sum.undelivered += part.undelivered;
    }
    for (second, sum) in &mut sums {
        let of = |clock| {
            let histogram = histograms.histogram(clock, is_call, *second..=*second);
            (!histogram.is_empty()).then(|| SecondLatency {
                latency_us_p50: histogram.value_at_quantile(0.5),
                latency_us_p99: histogram.value_at_quantile(0.99),
                latency_us_max: histogram.max(),
            })
        };
        sum.response = of(Clock::Response);
        sum.service = of(Clock::Service);
    }
    sums.into_values().collect()
}

fn heat_map(seconds: &[Second], histograms: &Seconds) -> HeatMap {
    let mut map = HeatMap::new();
    for second in seconds {
        let histogram =
            histograms.histogram(Clock::Response, is_call, second.second..=second.second);
        for value in histogram.iter_recorded() {
            map.count(second.second, value.value_iterated_to(), value.count_at_value());
        }
    }
    map
}

fn merged_generator(
    shards: &[LoadRun],
    late_starts: Option<reports::load::Latencies>,
    own_late_starts: Option<reports::load::Latencies>,
) -> Generator {
    let parts = || shards.iter().map(|shard| &shard.generator);
    let cpu_s: f64 = parts().map(|part| part.cpu_s).sum();
    let calls: u64 = shards.iter().map(|shard| shard.achieved.calls).sum();
    let measured_s: f64 = shards.iter().map(|shard| shard.achieved.measured_s).fold(0.0, f64::max);
    let processors: u64 = parts().map(|part| part.processors).sum();
    Generator {
        // One generator that was in the way is enough.
        bottleneck: parts().any(|part| part.bottleneck),
        bottlenecks: parts().flat_map(|part| part.bottlenecks.clone()).collect(),
        workers: parts().map(|part| part.workers).sum(),
        waited_for_worker: parts().map(|part| part.waited_for_worker).sum(),
        late_starts,
        own_late_starts,
        cpu_s: thousandths(cpu_s),
        cpu_share: thousandths(cpu_s / (measured_s * processors as f64).max(1.0)),
        cpu_s_per_100000_calls: thousandths(cpu_s / calls.max(1) as f64 * 100_000.0),
        processors,
        busy_s: parts().map(|part| part.busy_s).max().unwrap_or(0),
        peak_connections: parts().map(|part| part.peak_connections).sum(),
        peak_memory_bytes: parts().map(|part| part.peak_memory_bytes).sum(),
    }
}

fn merged_audit(shards: &[LoadRun], misdelivered: Option<&BTreeSet<String>>) -> Option<Audit> {
    let parts = || shards.iter().filter_map(|shard| shard.audit.as_ref());
    parts().next()?;
    let sum = |of: fn(&Audit) -> &Finding| {
        let mut sum = Finding::default();
        for finding in parts().map(of) {
            finding.cases.iter().for_each(|case| sum.add(case));
            // Those that the shard counts and does not list.
            sum.count += finding.count - finding.cases.len() as u64;
        }
        sum
    };
    let mut across = Finding::default();
    misdelivered.into_iter().flatten().for_each(|case| across.add(case));
    let within = sum(|audit| &audit.misdelivered);
    Some(Audit {
        attempted: parts().map(|audit| audit.attempted).sum(),
        unread_queues: parts().map(|audit| audit.unread_queues).sum(),
        deposited: parts().map(|audit| audit.deposited).sum(),
        delivered: parts().map(|audit| audit.delivered).sum(),
        files_compared: parts().map(|audit| audit.files_compared).sum(),
        pending: sum(|audit| &audit.pending),
        lost: sum(|audit| &audit.lost),
        duplicated: sum(|audit| &audit.duplicated),
        misdelivered: if across.count >= within.count { across } else { within },
        altered: sum(|audit| &audit.altered),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_when_it_holds_everywhere() {
        let steps = |kept: [Option<bool>; 3]| -> Vec<RateStep> {
            let step = |kept| RateStep { asked_per_s: 10.0, from_s: 0, duration_s: 5, kept };
            kept.map(step).to_vec()
        };
        let shards =
            [steps([Some(true), Some(true), None]), steps([Some(true), Some(false), None])];
        let merged = merged_steps(shards.iter());
        assert_eq!(merged, steps([Some(true), Some(false), None]));
        assert_eq!(merged_steps([].iter()), []);
    }
}
