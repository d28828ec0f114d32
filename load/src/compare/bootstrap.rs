//! The bootstrap: how much a percentile would have varied, had other seconds of the same runs been
//! drawn. Plain arithmetic on counts; knows no file and no report. (Efron and Tibshirani, *An
//! Introduction to the Bootstrap*, 1993; by blocks, because seconds that follow each other are
//! alike: Künsch, 1989.)

use std::collections::{BTreeMap, BTreeSet};

use crate::random::Random;

/// Times that occurred in a block of seconds, in microseconds, and how often.
pub(crate) type Block = BTreeMap<u64, u64>;
/// The blocks of a run, in order.
pub(crate) type Run = Vec<Block>;

/// Times that everything is drawn again.
const DRAWS: usize = 1_000;
/// The share of the draws that the interval leaves out, both ends together: many percentiles are
/// compared at once, and 5 % would call one in twenty of them changed.
const LEFT_OUT: f64 = 0.01;

/// How a percentile changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// The base, in microseconds.
    pub(crate) base_us: u64,
    /// The new one, in microseconds.
    pub(crate) new_us: u64,
    /// The change, as a share of the base.
    pub(crate) change: f64,
    /// The 99 % interval of the change.
    pub(crate) interval: (f64, f64),
}

/// Values of a run.
pub(crate) fn count(run: &Run) -> u64 {
    run.iter().flat_map(BTreeMap::values).sum()
}

/// How each percentile (0 to 100) changed from some runs to others.
pub(crate) fn changes(
    base: &[Run],
    new: &[Run],
    percentiles: &[f64],
    random: &mut Random,
) -> Vec<Judged> {
    let (base, new) = (Dense::of(base), Dense::of(new));
    let (base_us, new_us) =
        (base.percentiles(percentiles, None), new.percentiles(percentiles, None));
    let mut drawn = vec![Vec::with_capacity(DRAWS); percentiles.len()];
    for _ in 0..DRAWS {
        let before = base.percentiles(percentiles, Some(random));
        let after = new.percentiles(percentiles, Some(random));
        for (changes, (before, after)) in drawn.iter_mut().zip(before.into_iter().zip(after)) {
            changes.push(change(before, after));
        }
    }
    drawn
        .into_iter()
        .zip(base_us.into_iter().zip(new_us))
        .map(|(mut changes, (base_us, new_us))| {
            changes.sort_by(f64::total_cmp);
            let at = |share: f64| changes[((share * DRAWS as f64) as usize).min(DRAWS - 1)];
            Judged {
                base_us,
                new_us,
                change: change(base_us, new_us),
                interval: (at(LEFT_OUT / 2.0), at(1.0 - LEFT_OUT / 2.0)),
            }
        })
        .collect()
}

fn change(before: u64, after: u64) -> f64 {
    after as f64 / before.max(1) as f64 - 1.0
}

/// Runs, with their values numbered: adding blocks is then adding into an array.
struct Dense {
    values_us: Vec<u64>,
    runs: Vec<Vec<Vec<(usize, u64)>>>,
}

impl Dense {
    fn of(runs: &[Run]) -> Self {
        let distinct: BTreeSet<u64> =
            runs.iter().flatten().flat_map(BTreeMap::keys).copied().collect();
        let values_us: Vec<u64> = distinct.into_iter().collect();
        let numbered = |block: &Block| {
            let pairs = block
                .iter()
                .map(|(value, count)| (values_us.partition_point(|v| v < value), *count));
            pairs.collect()
        };
        let runs = runs.iter().map(|run| run.iter().map(numbered).collect()).collect();
        Self { values_us, runs }
    }

    /// Percentiles of all the runs, or of as many runs and blocks drawn from them.
    fn percentiles(&self, percentiles: &[f64], mut random: Option<&mut Random>) -> Vec<u64> {
        let mut counts = vec![0_u64; self.values_us.len()];
        for rank in 0..self.runs.len() {
            let run = match &mut random {
                Some(random) => &self.runs[random.below(self.runs.len())],
                None => &self.runs[rank],
            };
            for rank in 0..run.len() {
                let block = match &mut random {
                    Some(random) => &run[random.below(run.len())],
                    None => &run[rank],
                };
                for (value, count) in block {
                    counts[*value] += count;
                }
            }
        }
        self.at(percentiles, &counts)
    }

    /// Percentiles, in increasing order, of counts.
    fn at(&self, percentiles: &[f64], counts: &[u64]) -> Vec<u64> {
        let total: u64 = counts.iter().sum();
        let of = |percentile: &f64| {
            let rank = ((percentile / 100.0 * total as f64).ceil() as u64).max(1);
            let mut seen = 0;
            let found = counts.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            found.map_or(0, |value| self.values_us[value])
        };
        percentiles.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(times: &[u64]) -> Run {
        times
            .chunks(3)
            .map(|chunk| {
                let mut block = Block::new();
                chunk.iter().for_each(|us| *block.entry(*us).or_default() += 1);
                block
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn percentiles_are_those_of_the_sorted_times(times in prop::collection::vec(1_u64..1_000_000, 1..200)) {
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let found = Dense::of(&[run(&times)]).percentiles(&[50.0, 99.0, 100.0], None);
            let rank = |percentile: f64| ((percentile / 100.0 * times.len() as f64).ceil() as usize).max(1) - 1;
            prop_assert_eq!(found, [50.0, 99.0, 100.0].map(|p| sorted[rank(p)]));
        }

        #[test]
        fn an_interval_is_in_order_and_the_same_for_the_same_seed(
            times in prop::collection::vec(1_u64..1_000_000, 30..60), seed: u64
        ) {
            let runs = [run(&times)];
            let judge = || changes(&runs, &runs, &[50.0, 99.0], &mut Random::new(seed));
            for judged in judge() {
                prop_assert!(judged.interval.0 <= judged.interval.1);
                prop_assert_eq!(judged.change, 0.0);
            }
            prop_assert_eq!(judge(), judge());
        }

        #[test]
        fn a_hub_twice_as_slow_is_twice_as_slow(times in prop::collection::vec(1_000_u64..2_000, 60..120)) {
            let doubled: Vec<u64> = times.iter().map(|us| us * 2).collect();
            let judged = changes(&[run(&times)], &[run(&doubled)], &[50.0], &mut Random::new(1));
            prop_assert_eq!(judged[0].change, 1.0);
            prop_assert!(judged[0].interval.0 <= 1.0 && judged[0].interval.1 >= 1.0);
        }
    }
}
