//! Random numbers that are the same everywhere and for ever: a campaign is a function of its seed,
//! on any machine and with any version of any library. Not for secrets.

/// The increment of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes a number so that neighbours have nothing in common.
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of random numbers (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// The stream of one thing of a campaign, such as its 12th journey: independent of every other.
    pub(crate) fn of(seed: u64, thing: u64) -> Self {
        Self(mix(mix(seed) ^ thing))
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        let number = mix(self.0);
        self.0 = self.0.wrapping_add(GOLDEN);
        number
    }

    /// A number from 0 (included) to 1 (excluded).
    pub(crate) fn unit(&mut self) -> f64 {
        // 53 bits: as many as a double holds.
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below a bound, which is at least 1.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.number()) * bound.max(1) as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A wait of an exponential law, in units of its mean.
    pub(crate) fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// The rank of one of these weights, as often as it weighs.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (rank, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return rank;
            }
        }
        weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_stream_for_ever() {
        let mut random = Random::new(1);
        assert_eq!([random.number(), random.number()], [0x5e41ab087439611e, 0xf18d6ce93d6cf1ee]);
    }

    #[test]
    fn weights_are_followed() {
        let mut random = Random::new(7);
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            counts[random.weighted(&[1.0, 0.0, 2.0])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((9_500..10_500).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn exponential_waits_have_their_mean() {
        let mut random = Random::new(3);
        let mean = (0..100_000).map(|_| random.exponential()).sum::<f64>() / 100_000.0;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
    }
}
