//! When each journey of a campaign is due: a lazy sequence, the same for the same plan and seed on
//! every machine. Draws the instants only: what is due at each is [`crate::draw`]'s.
//!
//! An inhomogeneous Poisson process is made from a homogeneous one of rate 1 by inverting the
//! expected number of starts (Çinlar, "Introduction to Stochastic Processes", 1975): no start is
//! thrown away, and the instants are in order.

use std::sync::Arc;
use std::time::Duration;

use crate::random::Random;
use crate::rate::RateCurve;

/// How the starts are laid along the rate curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// As independent callers come: a Poisson process.
    Poisson,
    /// Evenly: each at the instant when the expected number of starts is whole.
    Even,
}

/// One journey that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Its rank in the whole campaign, from 0.
    pub rank: u64,
    /// When, from the start of the campaign.
    pub due: Duration,
}

/// Where the instants come from.
#[derive(Clone, Debug)]
enum Source {
    Curve {
        curve: RateCurve,
        spacing: Spacing,
        random: Random,
        /// Starts expected before the next one.
        expected: f64,
    },
    Replay(Arc<[Duration]>),
}

/// The starts of a campaign, in order.
#[derive(Clone, Debug)]
pub struct Schedule {
    source: Source,
    rank: u64,
}

impl Schedule {
    /// Starts along a rate curve.
    pub(crate) fn new(curve: RateCurve, spacing: Spacing, seed: u64) -> Self {
        Self {
            source: Source::Curve {
                curve,
                spacing,
                random: Random::of(seed, 0x5c_4e_d0_1e),
                expected: 0.0,
            },
            rank: 0,
        }
    }

    /// Starts at these instants, which are in order.
    pub(crate) fn replay(instants: Arc<[Duration]>) -> Self {
        Self { source: Source::Replay(instants), rank: 0 }
    }
}

impl Iterator for Schedule {
    type Item = Start;

    fn next(&mut self) -> Option<Start> {
        let rank = self.rank;
        let due = match &mut self.source {
            Source::Replay(instants) => *instants.get(usize::try_from(rank).ok()?)?,
            Source::Curve { curve, spacing, random, expected } => {
                // Evenly spaced, the first is due at once: a constant 1,000/s for 10 s is exactly
                // 10,000 starts.
                match spacing {
                    Spacing::Poisson => *expected += random.exponential(),
                    Spacing::Even => *expected = rank as f64,
                }
                if *spacing == Spacing::Even && *expected > curve.total() - 1e-6 {
                    return None;
                }
                curve.instant_of(*expected)?
            }
        };
        self.rank += 1;
        Some(Start { rank, due })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn constant(rate: f64, seconds: u64) -> RateCurve {
        RateCurve::default().then(Duration::from_secs(seconds), rate, rate)
    }

    /// Largest distance between the empirical distribution of sorted numbers and the uniform one on
    /// 0–1, times √n: the statistic of Kolmogorov and Smirnov. Beyond 1.95 a true uniform goes once
    /// in a thousand times.
    fn kolmogorov_smirnov(sorted: &[f64]) -> f64 {
        let count = sorted.len() as f64;
        let distance = sorted
            .iter()
            .enumerate()
            .map(|(rank, x)| {
                (x - rank as f64 / count).abs().max(((rank + 1) as f64 / count - x).abs())
            })
            .fold(0.0, f64::max);
        distance * count.sqrt()
    }

    /// Gaps between starts, through the distribution function of an exponential law: uniform when
    /// Poisson.
    fn gaps(starts: &[Start], curve: &RateCurve) -> Vec<f64> {
        let expected: Vec<f64> =
            starts.iter().map(|start| curve.expected_before(start.due)).collect();
        let mut gaps: Vec<f64> =
            expected.windows(2).map(|pair| 1.0 - (pair[0] - pair[1]).exp()).collect();
        gaps.sort_by(f64::total_cmp);
        gaps
    }

    #[test]
    fn a_poisson_schedule_passes_a_poisson_test() {
        // A day's hill, so that the rate changes all the time.
        let curve = RateCurve::default().then(Duration::from_secs(100), 10.0, 200.0).then(
            Duration::from_secs(100),
            200.0,
            50.0,
        );
        let starts: Vec<_> = Schedule::new(curve.clone(), Spacing::Poisson, 11).collect();
        let (count, total) = (starts.len() as f64, curve.total());
        assert!((count - total).abs() < 4.0 * total.sqrt(), "{count} of {total}");
        let statistic = kolmogorov_smirnov(&gaps(&starts, &curve));
        assert!(statistic < 1.95, "{statistic}");
        // The counts of equal stretches of the expectation vary as much as their mean (index of
        // dispersion 1).
        let cells = 200_usize;
        let mut counts = vec![0.0_f64; cells];
        for start in &starts {
            let cell = curve.expected_before(start.due) / total * cells as f64;
            counts[(cell as usize).min(cells - 1)] += 1.0;
        }
        let mean = count / cells as f64;
        let chi_squared: f64 = counts.iter().map(|n| (n - mean).powi(2) / mean).sum();
        // χ² with 199 degrees of freedom: mean 199, standard deviation 20.
        assert!((130.0..275.0).contains(&chi_squared), "{chi_squared}");
    }

    #[test]
    fn an_even_schedule_does_not_pass_it() {
        let curve = constant(100.0, 100);
        let starts: Vec<_> = Schedule::new(curve.clone(), Spacing::Even, 11).collect();
        assert!(kolmogorov_smirnov(&gaps(&starts, &curve)) > 10.0);
    }

    #[test]
    fn an_even_schedule_is_exact() {
        let starts: Vec<_> = Schedule::new(constant(1000.0, 10), Spacing::Even, 1).collect();
        assert_eq!(starts.len(), 10_000);
        assert_eq!(starts[0].due, Duration::ZERO);
        let late = starts[2500].due.as_secs_f64() - 2.5;
        assert!(late.abs() < 1e-6, "{late}");
    }

    #[test]
    fn a_seed_gives_the_same_schedule_and_another_seed_another() {
        let of =
            |seed| Schedule::new(constant(50.0, 20), Spacing::Poisson, seed).collect::<Vec<_>>();
        assert_eq!(of(4), of(4));
        assert_ne!(of(4), of(5));
    }

    proptest! {
        #[test]
        fn starts_are_in_order_and_within_the_campaign(
            from in 0.0..500.0, to in 0.1..500.0, seconds in 1_u64..40, seed: u64,
        ) {
            let curve = RateCurve::default().then(Duration::from_secs(seconds), from, to);
            let mut last = Duration::ZERO;
            for (rank, start) in Schedule::new(curve.clone(), Spacing::Poisson, seed).enumerate() {
                prop_assert_eq!(start.rank, rank as u64);
                prop_assert!(start.due >= last && start.due <= curve.length());
                last = start.due;
            }
        }
    }
}
