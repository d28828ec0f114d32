//! What each start of a schedule is: which journey, in which cell.

use crate::plan::{Journey, Plan};
use crate::random::Random;
use crate::schedule::Start;

/// What one start of the schedule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// In which cell.
    pub cell: usize,
    pub(crate) journey: Journey,
    /// Seed of what else it draws.
    pub(crate) seed: u64,
}

/// What a start of the schedule is: the same on every machine, however the campaign is cut.
pub fn draw(plan: &Plan, cells: usize, start: Start) -> Draw {
    let mut random = Random::of(plan.seed, start.rank);
    Draw { cell: random.below(cells), journey: plan.mix.draw(&mut random), seed: random.number() }
}
