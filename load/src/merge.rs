//! The shards of a campaign, put together: histograms are added bucket by bucket, objectives are judged again on the sums,
//! and the accounts of the cases are held against one another. A percentile is never an average of percentiles.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use contract::ids::OrganizationIdentifier;
use reports::load::directory::{AUDIT_FILE, LoadReportError, open_load_run};
use reports::load::{
    Achieved, Audit, Facts, Finding, Generator, HeatMap, LoadRun, Objective, Outcome, Phase,
    Requirement, Second, SecondLatency, Shard, Timed, thousandths,
};
use serde::Deserialize;

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

/// Puts the shards of a campaign together, into a directory that exists: its histograms and its account are written there;
/// its reports are left to the caller.
///
/// # Errors
/// When the directories are not every shard of one campaign, or something cannot be read or written.
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
    let misdelivered = join_accounts(directories, into)?;
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
    let all_calls = one_timed(
        "all",
        each().map(|shard| &shard.all_calls),
        histograms,
        is_call,
    );
    let mut run = LoadRun {
        run: Facts {
            shard: None,
            merged_from: each().map(|shard| shard.run.id.clone()).collect(),
            started_at: each()
                .map(|shard| shard.run.started_at.clone())
                .min()
                .unwrap_or_default(),
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
        steps: Vec::new(),
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
        .map(|objective| judge(objective, &run, histograms))
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
        asked_calls: parts()
            .map(|part| part.asked_calls)
            .sum::<Option<f64>>()
            .map(thousandths),
        calls,
        calls_per_s: thousandths(parts().map(|part| part.calls_per_s).sum()),
        errors: parts().map(|part| part.errors).sum(),
        sent_bytes: parts().map(|part| part.sent_bytes).sum(),
        received_bytes: parts().map(|part| part.received_bytes).sum(),
    }
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
        shards
            .iter()
            .flat_map(of)
            .filter(move |timed| timed.name == name)
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
    let mut sum = Timed {
        name: name.to_owned(),
        ..Timed::default()
    };
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
            map.count(
                second.second,
                value.value_iterated_to(),
                value.count_at_value(),
            );
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
    let measured_s: f64 = shards
        .iter()
        .map(|shard| shard.achieved.measured_s)
        .fold(0.0, f64::max);
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
    misdelivered
        .into_iter()
        .flatten()
        .for_each(|case| across.add(case));
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
        misdelivered: if across.count >= within.count {
            across
        } else {
            within
        },
        altered: sum(|audit| &audit.altered),
    })
}

/// What a line of an account says that matters across shards.
#[derive(Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
enum Fact {
    Deposited {
        case: String,
        number: String,
        recipient: OrganizationIdentifier,
    },
    Shown {
        case: String,
        to: OrganizationIdentifier,
    },
    #[serde(other)]
    Other,
}

/// Joins the accounts into one, and finds the cases that were shown to a system of any shard that they were not for. None
/// when no shard keeps an account.
fn join_accounts(
    directories: &[PathBuf],
    into: &Path,
) -> Result<Option<BTreeSet<String>>, MergeError> {
    let target = into.join(AUDIT_FILE);
    let paths: Vec<PathBuf> = directories
        .iter()
        .map(|directory| directory.join(AUDIT_FILE))
        .filter(|path| path.exists())
        .collect();
    if paths.is_empty() {
        return Ok(None);
    }
    let failed = |path: &Path, source| MergeError::Account {
        path: path.to_owned(),
        source,
    };
    let mut joined =
        io::BufWriter::new(File::create(&target).map_err(|source| failed(&target, source))?);
    let mut deposited: HashMap<String, (String, OrganizationIdentifier)> = HashMap::new();
    let mut shown: Vec<(String, OrganizationIdentifier)> = Vec::new();
    for path in &paths {
        let file = File::open(path).map_err(|source| failed(path, source))?;
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|source| failed(path, source))?;
            let fact = serde_json::from_str(&line).map_err(|source| failed(path, source.into()))?;
            match fact {
                Fact::Deposited {
                    case,
                    number,
                    recipient,
                } => drop(deposited.insert(case, (number, recipient))),
                Fact::Shown { case, to } => shown.push((case, to)),
                Fact::Other => {}
            }
            writeln!(joined, "{line}").map_err(|source| failed(&target, source))?;
        }
    }
    joined.flush().map_err(|source| failed(&target, source))?;
    let misdelivered = shown.iter().filter_map(|(case, to)| {
        let (number, recipient) = deposited.get(case)?;
        (recipient != to).then(|| number.clone())
    });
    Ok(Some(misdelivered.collect()))
}

/// Judges an objective again, on everything together.
fn judge(objective: &Objective, run: &LoadRun, histograms: &Seconds) -> Objective {
    let mut windows: Vec<(Option<u64>, std::ops::RangeInclusive<u64>)> = vec![(None, 0..=u64::MAX)];
    if let Some(window) = objective.window_s {
        let measured: Vec<u64> = measured_seconds(run).map(|second| second.second).collect();
        let first = measured.first().copied().unwrap_or(0);
        let full = measured.iter().filter(|end| **end + 1 >= first + window);
        let full: Vec<_> = full
            .map(|end| (Some(*end), (end + 1).saturating_sub(window)..=*end))
            .collect();
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
            let worse = worst.is_none_or(|(worst, _)| {
                if least_is_worst {
                    value < worst
                } else {
                    value > worst
                }
            });
            if worse {
                worst = Some((value, end));
            }
        }
    }
    with_observed(objective, worst)
}

fn measured_seconds(run: &LoadRun) -> impl Iterator<Item = &Second> {
    run.seconds
        .iter()
        .filter(|second| second.phase == Phase::Measured)
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
        Requirement::Latency {
            clock, percentile, ..
        } => {
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
                Some(subject) => run
                    .operations
                    .iter()
                    .chain(&run.journeys)
                    .find(|timed| timed.name == subject),
            };
            timed.and_then(|timed| share(timed.errors as f64, timed.count as f64))
        }
        Requirement::Achieved { .. } if objective.window_s.is_some() => share(
            seconds().map(|second| second.started).sum::<u64>() as f64,
            seconds().map(|second| second.due_starts).sum::<u64>() as f64,
        ),
        Requirement::Achieved { .. } => share(
            run.achieved.started_journeys as f64,
            run.achieved.due_journeys as f64,
        ),
        Requirement::Delivered { .. } => run
            .audit
            .as_ref()
            .and_then(|audit| share(audit.delivered as f64, audit.deposited as f64)),
    }
}

/// An objective with what was observed, and what that makes of it.
fn with_observed(objective: &Objective, worst: Option<(f64, Option<u64>)>) -> Objective {
    let value = worst.map(|(value, _)| value);
    let mut judged = Objective {
        worst_second: worst.and_then(|(_, end)| end),
        ..objective.clone()
    };
    let holds = match &mut judged.requirement {
        Requirement::Latency {
            limit_us,
            observed_us,
            ..
        } => {
            *observed_us = value.map(|us| us as u64);
            value.map(|us| us < *limit_us as f64)
        }
        Requirement::ErrorRate {
            limit_share,
            observed_share,
        } => {
            *observed_share = value;
            value.map(|share| share <= 0.0 || share < *limit_share)
        }
        Requirement::Achieved {
            limit_share,
            observed_share,
        }
        | Requirement::Delivered {
            limit_share,
            observed_share,
        } => {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn account(directory: &Path, name: &str, facts: &[&str]) -> PathBuf {
        let shard = directory.join(name);
        std::fs::create_dir(&shard).unwrap();
        std::fs::write(shard.join(AUDIT_FILE), facts.join("\n") + "\n").unwrap();
        shard
    }

    /// A hub that shows a case to a system of another shard is seen by neither shard alone.
    #[test]
    fn a_case_shown_across_shards_is_misdelivered() {
        let directory = tempfile::tempdir().unwrap();
        let si = |branch: &str| {
            let si: OrganizationIdentifier = format!("SI-21380544300016-{branch}").parse().unwrap();
            serde_json::to_string(&si).unwrap()
        };
        let (ours, another) = (si("00001"), si("00002"));
        let deposited = format!(
            r#"{{"fact":"deposited","case":"a","number":"X-1","recipient":{ours},"files":[]}}"#
        );
        let shown =
            |to: &str| format!(r#"{{"fact":"shown","case":"a","notification":"n","to":{to}}}"#);
        let received = format!(r#"{{"fact":"received","case":"a","by":{ours},"whole":true}}"#);
        let first = account(
            directory.path(),
            "0",
            &[&deposited, &shown(&ours), &received],
        );
        let second = account(directory.path(), "1", &[&shown(&another)]);
        let joined = |parts: &[PathBuf]| join_accounts(parts, directory.path()).unwrap();
        assert_eq!(joined(std::slice::from_ref(&first)), Some(BTreeSet::new()));
        assert_eq!(
            joined(&[first, second]),
            Some(BTreeSet::from(["X-1".to_owned()]))
        );
        let lines = std::fs::read_to_string(directory.path().join(AUDIT_FILE)).unwrap();
        assert_eq!(lines.lines().count(), 4);
    }

    #[test]
    fn a_shard_without_an_account_has_nothing_to_join() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(
            join_accounts(&[directory.path().join("0")], directory.path()).unwrap(),
            None
        );
    }
}
