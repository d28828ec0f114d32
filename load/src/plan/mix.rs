//! The mix of a campaign: which journeys start, how often, and what they carry. The weights by
//! default are reasoned in `docs/traffic.md`.

use super::size::Sizes;
use crate::random::Random;

/// A kind of journey that starts by itself. What follows from it (the recipients process what was
/// deposited, the depositor follows it up) belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Journey {
    /// A system looks at its queue, and finds nothing new (contract §9, cinématique 2).
    Poll,
    /// An OSL deposits a télédossier; each recipient processes it; the OSL follows it up (4, 7, 8,
    /// 10).
    Deposit,
    /// The same, and the OSL sends complements with files, which the recipient takes in (6, 11,
    /// 13).
    Complement,
    /// An OSL reads the référentiel: who may be written to.
    Referential,
}

impl Journey {
    /// All of them.
    pub(crate) const ALL: [Self; 4] =
        [Self::Poll, Self::Deposit, Self::Complement, Self::Referential];

    /// What plans and reports call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Deposit => "deposit",
            Self::Complement => "complement",
            Self::Referential => "referential",
        }
    }
}

/// The mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// Weight of each journey, in the order of [`Journey::ALL`].
    pub(crate) weights: [f64; 4],
    /// Weights of 1, 2, 3 recipients for a deposit.
    pub(crate) cases: Vec<f64>,
    /// Weights of 1 to 6 files for a deposit.
    pub(crate) files: Vec<f64>,
    /// Sizes of the files.
    pub(crate) sizes: Sizes,
    /// Mean wait between the steps of a person or a batch, in seconds (exponential); 0 for none.
    pub(crate) think_seconds: f64,
}

/// Calls of the recipient for one case, besides its files: notifications, case, two events,
/// deletion; then the acknowledgement that comes back: notifications, deletion.
const RECIPIENT_CALLS: f64 = 7.0;
/// Calls of the depositor for one case: notifications, event, event received, deletion, case
/// closed.
const FOLLOW_UP_CALLS: f64 = 5.0;
/// Calls of a deposit besides its files and its cases: creation, completion, reading, closing.
const DEPOSIT_CALLS: f64 = 4.0;
/// Calls of complements to one case, with one file: event, file, sent; notifications, event, file,
/// received, deletion; notifications, deletion.
const COMPLEMENT_CALLS: f64 = 10.0;

impl Mix {
    /// Whether anything is deposited.
    pub fn deposits(&self) -> bool {
        self.weights[Journey::Deposit as usize] > 0.0
            || self.weights[Journey::Complement as usize] > 0.0
    }

    /// Draws what starts.
    pub(crate) fn draw(&self, random: &mut Random) -> Journey {
        Journey::ALL[random.weighted(&self.weights)]
    }

    /// How many calls one start makes in the mean, when nothing goes wrong: what turns calls a
    /// second into starts a second.
    pub(crate) fn calls_per_start(&self) -> f64 {
        let (cases, files) = (mean_rank(&self.cases), mean_rank(&self.files));
        let deposit = DEPOSIT_CALLS + files + cases * (RECIPIENT_CALLS + files + FOLLOW_UP_CALLS);
        let calls = [1.0, deposit, deposit + COMPLEMENT_CALLS, 1.0];
        let total: f64 = self.weights.iter().sum();
        self.weights.iter().zip(calls).map(|(weight, calls)| weight * calls).sum::<f64>() / total
    }
}

/// The mean of ranks from 1 that are drawn with these weights.
fn mean_rank(weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let sum: f64 =
        weights.iter().enumerate().map(|(rank, weight)| (rank + 1) as f64 * weight).sum();
    sum / total
}

#[cfg(test)]
mod tests {
    use super::super::size::Bracket;
    use super::*;

    #[test]
    fn polls_alone_make_one_call_a_start() {
        let mut mix = Mix {
            weights: [1.0, 0.0, 0.0, 0.0],
            cases: vec![1.0],
            files: vec![1.0, 1.0],
            sizes: Sizes::new(vec![Bracket { up_to: 1000, weight: 1.0 }]).unwrap(),
            think_seconds: 0.0,
        };
        assert!((mix.calls_per_start() - 1.0).abs() < 1e-9);
        mix.weights = [1.0, 1.0, 0.0, 0.0];
        // 1 call, and 4 + 1.5 + 1 × (7 + 1.5 + 5) = 19.
        assert!((mix.calls_per_start() - 10.0).abs() < 1e-9);
    }
}
