//! The shards of a campaign, put together: histograms are added bucket by bucket, the sums are
//! folded as any campaign is, and the accounts of the cases are held against one another. A
//! percentile is never an average of percentiles, and no shard's verdict is taken over.

mod account;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use reports::chain::ChainError;
use reports::load::directory::HISTOGRAMS_FILE;
use reports::load::{
    Accounted, Audit, Connections, Facts, FailureSample, Generator, LoadRun, RateStep, Second,
    Shard, WarmUp, thousandths,
};

use crate::fold::{Circumstances, add_kinds, both, fold};
use crate::interval_log::{LogError, LogFile};
use crate::records::{Record, RecordError, circumstances};

/// Why campaigns cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A shard cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// They are not the shards of one campaign.
    #[error("{0}: give every shard of one campaign, each once")]
    NotOneCampaign(String),
    /// The whole would overwrite a part.
    #[error(
        "--report is one of the shards: give a directory of its own, so that no shard is overwritten"
    )]
    IntoAShard,
    /// An account was altered.
    #[error("{}: {source}; copy the shard again from where it ran, or run the campaign again", .path.display())]
    Account {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ChainError,
    },
    /// An account was cut.
    #[error(
        "{} tells of {found} cases deposited, and report.json of {told}: the shard is not whole; copy it again, or run \
         the campaign again", .path.display()
    )]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// Cases that the report counts.
        told: u64,
        /// Cases in the account.
        found: u64,
    },
    /// A shard of today without its manifest.
    #[error("{} has lost its manifest.json: copy the shard again from where it ran", .0.display())]
    NoManifest(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {source}; check that it is there and that there is room", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Puts the shards of a campaign together, into a directory that is made when it is not there: its
/// histograms and its account are written there; its reports are left to the caller.
///
/// # Errors
/// When the directories are not every shard of one campaign, or something cannot be read or
/// written.
pub fn merge(directories: &[PathBuf], into: &Path) -> Result<LoadRun, MergeError> {
    let mut records = Vec::new();
    for directory in directories {
        records.push(Record::open(directory)?);
    }
    let shards: Vec<&LoadRun> = records.iter().map(|record| &record.run).collect();
    check_one_campaign(&shards)?;
    let told: Vec<u64> = shards
        .iter()
        .map(|shard| shard.audit.as_ref().map_or(0, |audit| audit.deposited))
        .collect();
    let (mut whole, seconds) = (together(&shards), seconds(&shards));
    create_apart(into, directories)?;
    if let Some(audit) = &mut whole.audit {
        audit.misdelivered = account::join(directories, &told, into)?
            .filter(|across| across.count >= audit.misdelivered.count)
            .unwrap_or_else(|| std::mem::take(&mut audit.misdelivered));
    }
    let path = into.join(HISTOGRAMS_FILE);
    let failed = |source| RecordError::from(LogError::File { path: path.clone(), source });
    let mut file = LogFile::create(&path).map_err(failed)?;
    let comment = "times in microseconds; tag = clock.subject; several shards together";
    let mut log = file.begin(comment, None).map_err(failed)?;
    let run = fold(whole, seconds, |second, into| {
        for record in &mut records {
            record.read(second, into)?;
        }
        log.write(second, into).map_err(failed)
    })?;
    drop(log);
    file.close().map_err(failed)?;
    for record in records {
        record.check_whole()?;
    }
    Ok(run)
}

/// Makes a directory, and refuses one of those that are read, however its path is written.
fn create_apart(into: &Path, directories: &[PathBuf]) -> Result<(), MergeError> {
    let failed = |path: &Path, source| MergeError::File { path: path.to_owned(), source };
    std::fs::create_dir_all(into).map_err(|source| failed(into, source))?;
    let real = |path: &Path| path.canonicalize().map_err(|source| failed(path, source));
    let whole = real(into)?;
    for directory in directories {
        if real(directory)? == whole {
            return Err(MergeError::IntoAShard);
        }
    }
    Ok(())
}

/// That they are all the shards of one campaign.
fn check_one_campaign(shards: &[&LoadRun]) -> Result<(), MergeError> {
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
        // Not their addresses: each may go through a proxy of its own.
        let (target, other) = (&first.run.target, &facts.target);
        if (&target.name, &target.version) != (&other.name, &other.version) {
            return wrong(format!(
                "runs {} and {} loaded two hubs, \"{}\" and \"{}\"",
                first.run.id, facts.id, target.name, other.name
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
        None => Ok(()),
    }
}

/// What the shards say beside their seconds and histograms, as one.
fn together(shards: &[&LoadRun]) -> Circumstances {
    let parts: Vec<Circumstances> = shards.iter().map(|shard| circumstances(shard)).collect();
    let each = || parts.iter();
    let facts = || each().map(|part| &part.run);
    let mut errors = BTreeMap::<String, BTreeMap<String, u64>>::new();
    for (operation, kinds) in each().flat_map(|part| &part.errors) {
        add_kinds(errors.entry(operation.clone()).or_default(), kinds);
    }
    let first = &parts[0];
    Circumstances {
        run: Facts {
            shard: None,
            merged_from: facts().map(|facts| facts.id.clone()).collect(),
            started_at: facts().map(|facts| facts.started_at.clone()).min().unwrap_or_default(),
            finished_at: facts().map(|facts| facts.finished_at.clone()).max().unwrap_or_default(),
            interrupted: facts().any(|facts| facts.interrupted),
            unreachable: facts().find_map(|facts| facts.unreachable.clone()),
            aborted_by: facts().find_map(|facts| facts.aborted_by),
            total_failure: facts().find_map(|facts| facts.total_failure.clone()),
            ..first.run.clone()
        },
        asked_journeys: thousandths(each().map(|part| part.asked_journeys).sum()),
        asked_calls: each().map(|part| part.asked_calls).sum::<Option<f64>>().map(thousandths),
        sent_bytes: each().map(|part| part.sent_bytes).sum(),
        received_bytes: each().map(|part| part.received_bytes).sum(),
        warm_up: WarmUp { calls: each().map(|part| part.warm_up.calls).sum(), ..first.warm_up },
        objectives: first.objectives.clone(),
        steps: parts[1..].iter().fold(first.steps.clone(), |steps, part| {
            let both = |(step, other): (RateStep, &RateStep)| RateStep {
                kept: both(step.kept, other.kept),
                ..step
            };
            steps.into_iter().zip(&part.steps).map(both).collect()
        }),
        generator: generators(&parts),
        audit: audits(&parts),
        errors,
        samples: samples(&parts),
        refused_by_quota: {
            let mut sum = BTreeMap::new();
            each().for_each(|part| add_kinds(&mut sum, &part.refused_by_quota));
            sum
        },
        // Each shard saw the gateway count the calls of the others.
        reconciliation: None,
    }
}

/// One sample for each kind of failure of each operation.
fn samples(parts: &[Circumstances]) -> Vec<FailureSample> {
    let all = parts.iter().flat_map(|part| &part.samples);
    let by_kind: BTreeMap<(&str, &str), &FailureSample> =
        all.map(|sample| ((sample.operation.as_str(), sample.kind.as_str()), sample)).collect();
    by_kind.into_values().cloned().collect()
}

/// The seconds of the shards, summed; what their times were is the fold's.
fn seconds(shards: &[&LoadRun]) -> Vec<Second> {
    let mut sums: BTreeMap<u64, Second> = BTreeMap::new();
    for part in shards.iter().flat_map(|shard| &shard.seconds) {
        let Some(sum) = sums.get_mut(&part.second) else {
            sums.insert(part.second, part.clone());
            continue;
        };
        sum.asked_starts = thousandths(sum.asked_starts + part.asked_starts);
        sum.due_starts += part.due_starts;
        sum.started += part.started;
        sum.waited_for_worker += part.waited_for_worker;
        sum.calls += part.calls;
        sum.errors += part.errors;
        add_kinds(&mut sum.errors_by_kind, &part.errors_by_kind);
        for (operation, kinds) in &part.errors_by_operation {
            add_kinds(sum.errors_by_operation.entry(operation.clone()).or_default(), kinds);
        }
        sum.in_flight += part.in_flight;
        sum.connections += part.connections;
        sum.cpu_us += part.cpu_us;
        sum.memory_bytes += part.memory_bytes;
        sum.undelivered += part.undelivered;
    }
    sums.into_values().collect()
}

fn generators(parts: &[Circumstances]) -> Generator {
    let each = || parts.iter().map(|part| &part.generator);
    Generator {
        // One generator that was in the way is enough.
        bottlenecks: each().flat_map(|part| part.bottlenecks.clone()).collect(),
        // Where one shard was in the way, nobody knows what the hub would have taken.
        hub_limit: each()
            .all(|part| part.bottlenecks.is_empty())
            .then(|| each().find_map(|part| part.hub_limit))
            .flatten(),
        kept_connections: each().filter_map(|part| part.kept_connections.clone()).reduce(
            |sum, part| Connections {
                most: sum.most + part.most,
                made_again: sum.made_again + part.made_again,
                ..sum
            },
        ),
        workers: each().map(|part| part.workers).sum(),
        processors: each().map(|part| part.processors).sum(),
        busy_s: each().map(|part| part.busy_s).max().unwrap_or(0),
        peak_connections: each().map(|part| part.peak_connections).sum(),
        peak_memory_bytes: each().map(|part| part.peak_memory_bytes).sum(),
        ..Generator::default()
    }
}

fn audits(parts: &[Circumstances]) -> Option<Audit> {
    let parts = || parts.iter().filter_map(|part| part.audit.as_ref());
    parts().next()?;
    let sum = |of: fn(&Audit) -> &Accounted| {
        let mut sum = Accounted::default();
        for finding in parts().map(of) {
            finding.cases.iter().for_each(|case| sum.add(case));
            // Those that the shard counts and does not list.
            sum.count += finding.count - finding.cases.len() as u64;
        }
        sum
    };
    Some(Audit {
        attempted: parts().map(|audit| audit.attempted).sum(),
        unread_queues: parts().map(|audit| audit.unread_queues).sum(),
        deposited: parts().map(|audit| audit.deposited).sum(),
        delivered: parts().map(|audit| audit.delivered).sum(),
        files_compared: parts().map(|audit| audit.files_compared).sum(),
        pending: sum(|audit| &audit.pending),
        lost: sum(|audit| &audit.lost),
        duplicated: sum(|audit| &audit.duplicated),
        misdelivered: sum(|audit| &audit.misdelivered),
        altered: sum(|audit| &audit.altered),
    })
}
