//! Sizes of attachments: brackets with weights; inside a bracket the logarithm is uniform, as small
//! files outnumber large ones at every scale.

use crate::random::Random;

/// Largest attachment that a hub must take, in bytes (contract §8: 1 GB).
pub(crate) const LARGEST: u64 = 1_000_000_000;
/// Smallest file that is made: room for the head, the tail and a mark of its own.
pub(crate) const SMALLEST: u64 = 512;

/// One bracket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bracket {
    /// Its upper bound, in bytes; its lower bound is the one before.
    pub(crate) up_to: u64,
    /// How often it is drawn, in proportion to the others.
    pub(crate) weight: f64,
}

/// A distribution of sizes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sizes(Vec<Bracket>);

impl Sizes {
    /// Takes brackets in order of size.
    pub(crate) fn new(brackets: Vec<Bracket>) -> Result<Self, String> {
        if !brackets.iter().any(|bracket| bracket.weight > 0.0) {
            return Err(
                "has no bracket with a weight: write { up_to = \"200KB\", weight = 1 }".to_owned()
            );
        }
        let mut lowest = SMALLEST;
        for bracket in &brackets {
            if !(bracket.weight >= 0.0 && bracket.weight.is_finite()) {
                return Err(format!("has a weight of {}: weights are positive", bracket.weight));
            }
            if bracket.up_to < lowest || bracket.up_to > LARGEST {
                return Err(format!(
                    "has a bracket up to {} bytes: brackets grow, from {SMALLEST} bytes to 1GB",
                    bracket.up_to
                ));
            }
            lowest = bracket.up_to;
        }
        Ok(Self(brackets))
    }

    /// Draws a size, in bytes.
    pub(crate) fn draw(&self, random: &mut Random) -> u64 {
        let weights: Vec<f64> = self.0.iter().map(|bracket| bracket.weight).collect();
        let rank = random.weighted(&weights);
        let low = rank.checked_sub(1).map_or(SMALLEST, |before| self.0[before].up_to) as f64;
        let high = self.0[rank].up_to as f64;
        (low * (high / low).powf(random.unit())).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_in_their_brackets() {
        let sizes = Sizes::new(vec![
            Bracket { up_to: 10_000, weight: 1.0 },
            Bracket { up_to: 1_000_000, weight: 0.0 },
            Bracket { up_to: LARGEST, weight: 1.0 },
        ])
        .unwrap();
        let mut random = Random::new(2);
        let drawn: Vec<u64> = (0..1000).map(|_| sizes.draw(&mut random)).collect();
        assert!(
            drawn
                .iter()
                .all(|size| (SMALLEST..=10_000).contains(size)
                    || (1_000_000..=LARGEST).contains(size))
        );
        assert!(drawn.iter().filter(|size| **size <= 10_000).count().abs_diff(500) < 80);
    }

    #[test]
    fn brackets_out_of_order_are_refused() {
        let bracket = |up_to| Bracket { up_to, weight: 1.0 };
        assert!(Sizes::new(vec![bracket(2000), bracket(1000)]).is_err());
        assert!(Sizes::new(vec![bracket(LARGEST + 1)]).is_err());
        assert!(Sizes::new(Vec::new()).is_err());
    }
}
