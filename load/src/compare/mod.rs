//! Two campaigns, or two sets of them, side by side: by operation and percentile, how much the
//! response time changed, within which interval, and whether that can be told from chance. The
//! interval comes from a bootstrap: the blocks of seconds of each run are drawn again many times
//! ([`bootstrap`]); when a side has several runs, so are its runs.
//!
//! One run a side only tells how much seconds vary within a run; what differs from one run to the
//! next (the machine, its neighbours) is seen when each side has several.

mod bootstrap;
pub mod criterion;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use reports::load::directory::{LoadReportError, open_load_run};
use reports::load::{Clock, LoadRun, LoadVerdict};

use crate::interval_log::{Log, LogError};
use crate::random::Random;
use crate::series::{SeriesKey, Span};
use bootstrap::{Block, Run};

/// Percentiles that are compared.
const PERCENTILES: [f64; 5] = [50.0, 90.0, 99.0, 99.9, 99.99];
/// The subject of all calls together.
const ALL: &str = "all";
/// Most blocks of a run: seconds that follow each other are alike, and a block keeps them together.
const MOST_BLOCKS: u64 = 60;
/// Least blocks for a bootstrap to mean anything.
const LEAST_BLOCKS: usize = 8;
/// Values that must lie beyond a percentile for it to be more than its last few values.
const LEAST_BEYOND: f64 = 10.0;

/// Why two sides cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A report cannot be read.
    #[error(transparent)]
    Report(#[from] LoadReportError),
    /// Histograms cannot be read.
    #[error(transparent)]
    Histograms(#[from] LogError),
}

/// Better, worse, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The whole interval is below no change.
    Better,
    /// The whole interval is above no change.
    Worse,
    /// No change is within the interval.
    CannotTell,
    /// Too few values lie beyond the percentile, or the run is too short, to say anything.
    TooFew,
}

/// One percentile of one subject by one clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The operation or journey; [`ALL`] for all calls.
    pub subject: String,
    /// The clock.
    pub clock: Clock,
    /// From 0 to 100.
    pub percentile: f64,
    /// The base, in microseconds.
    pub base_us: u64,
    /// The new one, in microseconds.
    pub new_us: u64,
    /// The change, as a share of the base: 0.1 is 10 % longer.
    pub change: f64,
    /// The interval of the change.
    pub interval: Option<(f64, f64)>,
    /// What that amounts to.
    pub verdict: Change,
}

/// Two sides, compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Every percentile that both sides have.
    pub rows: Vec<Row>,
    /// Subjects that only the base has.
    pub only_base: BTreeSet<String>,
    /// Subjects that only the new one has.
    pub only_new: BTreeSet<String>,
    /// Runs, by directory, in which the generator was the bottleneck or which were not measured to
    /// their end: their times say nothing of the hub, and nothing is then decided.
    pub invalid: Vec<PathBuf>,
    /// Why times that are not longer are no better: the new side failed more calls, which may be
    /// fast, or was asked for less.
    pub unlike: Vec<Unlike>,
}

/// What else differs between the sides than times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unlike {
    /// Shares of calls without a good answer, of the base and of the new side.
    Errors(f64, f64),
    /// Journeys due in a second, of the base and of the new side.
    Load(f64, f64),
}

/// More errors than this, in shares of the calls, and the sides are no longer alike.
const MORE_ERRORS: f64 = 0.005;
/// A load that differs by more than this share is another load.
const OTHER_LOAD: f64 = 0.1;

/// What a side was asked for, and what of it failed.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    calls: u64,
    errors: u64,
    due: u64,
    seconds: f64,
}

impl Asked {
    fn add(&mut self, run: &LoadRun) {
        self.calls += run.all_calls.count;
        self.errors += run.all_calls.errors;
        self.due += run.achieved.due_journeys;
        self.seconds += run.achieved.measured_s;
    }

    fn unlike(self, new: Self) -> Vec<Unlike> {
        let errors = |side: Self| side.errors as f64 / side.calls.max(1) as f64;
        let load = |side: Self| side.due as f64 / side.seconds.max(1.0);
        let mut unlike = Vec::new();
        if errors(new) > errors(self) + MORE_ERRORS {
            unlike.push(Unlike::Errors(errors(self), errors(new)));
        }
        if (load(new) / load(self).max(f64::MIN_POSITIVE) - 1.0).abs() > OTHER_LOAD {
            unlike.push(Unlike::Load(load(self), load(new)));
        }
        unlike
    }
}

/// The series of a side: a run each.
type Versions = BTreeMap<(Clock, String), Vec<Run>>;

/// Compares campaigns by their directories.
pub fn compare(base: &[PathBuf], new: &[PathBuf], seed: u64) -> Result<Comparison, CompareError> {
    let mut invalid = Vec::new();
    let (base, base_asked) = side(base, &mut invalid)?;
    let (new, new_asked) = side(new, &mut invalid)?;
    let only = |one: &Versions, other: &Versions| {
        let missing = one.keys().filter(|series| !other.contains_key(*series));
        missing.map(|(_, subject)| subject.clone()).collect()
    };
    let mut comparison = Comparison {
        only_base: only(&base, &new),
        only_new: only(&new, &base),
        invalid,
        unlike: base_asked.unlike(new_asked),
        rows: Vec::new(),
    };
    for (rank, ((clock, subject), runs)) in base.iter().enumerate() {
        if let Some(other) = new.get(&(*clock, subject.clone())) {
            let mut random = Random::of(seed, rank as u64);
            comparison.rows.extend(rows(*clock, subject, runs, other, &mut random));
        }
    }
    Ok(comparison)
}

fn rows(clock: Clock, subject: &str, base: &[Run], new: &[Run], random: &mut Random) -> Vec<Row> {
    let enough = |runs: &[Run]| runs.iter().all(|run| run.len() >= LEAST_BLOCKS);
    let count = |runs: &[Run]| runs.iter().map(bootstrap::count).sum::<u64>() as f64;
    let fewest = count(base).min(count(new));
    let long_enough = enough(base) && enough(new);
    let judged = bootstrap::changes(base, new, &PERCENTILES, random);
    let rows = PERCENTILES.into_iter().zip(judged).map(|(percentile, judged)| {
        let beyond = fewest * (1.0 - percentile / 100.0);
        let told = long_enough && beyond >= LEAST_BEYOND;
        let verdict = match judged.interval {
            _ if !told => Change::TooFew,
            (low, _) if low > 0.0 => Change::Worse,
            (_, high) if high < 0.0 => Change::Better,
            _ => Change::CannotTell,
        };
        Row {
            subject: subject.to_owned(),
            clock,
            percentile,
            base_us: judged.base_us,
            new_us: judged.new_us,
            change: judged.change,
            interval: told.then_some(judged.interval),
            verdict,
        }
    });
    rows.collect()
}

/// Whether a series is compared: calls and journeys, by the two clocks that say how long they took.
/// Lateness and connections are the generator's, not the hub's.
fn compared(clock: Clock, subject: SeriesKey) -> bool {
    let is_told = subject.is_call() || subject.is_journey();
    clock != Clock::FirstByte && (is_told || subject == SeriesKey::Span(Span::Delivery))
}

/// Reads the runs of a side.
fn side(
    directories: &[PathBuf],
    invalid: &mut Vec<PathBuf>,
) -> Result<(Versions, Asked), CompareError> {
    let mut side = Versions::new();
    let mut asked = Asked::default();
    for directory in directories {
        let report = open_load_run(directory)?;
        asked.add(&report);
        if report.verdict == LoadVerdict::Invalid || report.generator.bottleneck {
            invalid.push(directory.clone());
        }
        let seconds = report.seconds.len() as u64;
        let block_s = seconds.div_ceil(MOST_BLOCKS).max(1);
        let mut run: BTreeMap<(Clock, String), BTreeMap<u64, Block>> = BTreeMap::new();
        for interval in Log::open(directory)? {
            let interval = interval?;
            if !compared(interval.clock, interval.subject) {
                continue;
            }
            let all = interval.subject.is_call().then_some(ALL);
            for subject in [Some(interval.subject.name()), all].into_iter().flatten() {
                let blocks = run.entry((interval.clock, subject.to_owned())).or_default();
                let block = blocks.entry(interval.second / block_s).or_default();
                for value in interval.histogram.iter_recorded() {
                    *block.entry(value.value_iterated_to()).or_default() +=
                        u64::from(value.count_at_value());
                }
            }
        }
        for (series, blocks) in run {
            side.entry(series).or_default().push(blocks.into_values().collect());
        }
    }
    Ok((side, asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of thirty blocks of exponential times.
    fn run(seed: u64, mean_us: f64) -> Run {
        let mut random = Random::new(seed);
        let mut block = || {
            let mut block = Block::new();
            for _ in 0..50 {
                *block.entry((random.exponential() * mean_us) as u64 + 100).or_default() += 1;
            }
            block
        };
        (0..30).map(|_| block()).collect()
    }

    fn verdicts(base: &[Run], new: &[Run]) -> Vec<Change> {
        let rows = rows(Clock::Response, "token", base, new, &mut Random::new(1));
        rows.iter().map(|row| row.verdict).collect()
    }

    #[test]
    fn a_slower_hub_is_worse_and_a_faster_one_better() {
        let (slow, fast) = ([run(1, 3_000.0)], [run(2, 1_000.0)]);
        assert_eq!(verdicts(&fast, &slow)[..3], [Change::Worse; 3]);
        assert_eq!(verdicts(&slow, &fast)[..3], [Change::Better; 3]);
    }

    #[test]
    fn the_same_hub_twice_is_hardly_ever_told_apart() {
        let told = (0..10)
            .flat_map(|seed| verdicts(&[run(seed, 1_000.0)], &[run(seed + 100, 1_000.0)]))
            .filter(|verdict| matches!(verdict, Change::Better | Change::Worse))
            .count();
        // 30 comparisons with intervals of 99 %.
        assert!(told <= 3, "{told} of 30 were told apart");
    }

    #[test]
    fn too_few_values_say_nothing() {
        let short: Run = run(1, 1_000.0).into_iter().take(4).collect();
        assert_eq!(verdicts(&[short], &[run(2, 9_000.0)]), [Change::TooFew; 5]);
        // 1,500 values: one or two lie beyond 99.9 %.
        assert_eq!(verdicts(&[run(1, 1_000.0)], &[run(2, 9_000.0)])[3], Change::TooFew);
    }
}
