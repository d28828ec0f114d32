//! Looking for the shortest sequence that still shows a disagreement: proptest makes the sequence
//! smaller, the hub says whether that still shows it. Bounded in time: what was found by then is
//! shown.

use std::time::Instant;

use model::{Action, Disagreement, Drawn};

use super::explorer::{Halt, Pace, Played};
use super::{CounterExample, Exploration, Progress};

/// Numbers of the sequences played in the search, apart from those explored.
const FIRST_NUMBER: u64 = 1_000_000;

impl Exploration<'_> {
    /// The shortest sequence found that shows a disagreement of the same rule.
    pub(super) async fn shortest(&self, mut tree: Drawn, first: Disagreement) -> CounterExample {
        let mut number = FIRST_NUMBER;
        let whole = tree.current();
        // Looking more often may bring something else to light first: the sequence is then played
        // as it was.
        let mut pace = Pace::Watchful;
        let mut shown = self.again(&whole, &first, number, pace).await;
        if shown.is_none() {
            pace = Pace::Hurried;
            number += 1;
            shown = self.again(&whole, &first, number, pace).await;
        }
        let Some((mut best, mut reached)) = shown else {
            return CounterExample {
                disagreement: first,
                lines: Vec::new(),
                actions: whole,
                reproduced: false,
            };
        };
        let started = Instant::now();
        while started.elapsed() < self.bounds.shrinking && !(self.stopped)() {
            if !tree.simplify() {
                break;
            }
            loop {
                number += 1;
                let shorter = tree.current();
                (self.told)(Progress::Shrinking(shorter.len()));
                if shorter.starts_with(&reached) {
                    // Only what comes after the disagreement is gone.
                    break;
                }
                if let Some((found, played)) = self.again(&shorter, &first, number, pace).await {
                    (best, reached) = (found, played);
                    break;
                }
                if !tree.complicate() || started.elapsed() >= self.bounds.shrinking {
                    break;
                }
            }
        }
        self.without_the_needless(best, &first, started, (number, pace)).await
    }

    /// What proptest could not take away when it came by may be needless by now: each action is
    /// tried again.
    async fn without_the_needless(
        &self,
        mut best: CounterExample,
        first: &Disagreement,
        started: Instant,
        (mut number, pace): (u64, Pace),
    ) -> CounterExample {
        let mut place = 0;
        while place < best.actions.len()
            && started.elapsed() < self.bounds.shrinking
            && !(self.stopped)()
        {
            let mut shorter = best.actions.clone();
            shorter.remove(place);
            number += 1;
            (self.told)(Progress::Shrinking(shorter.len()));
            match self.again(&shorter, first, number, pace).await {
                Some((found, _)) => (best, place) = (found, 0),
                None => place += 1,
            }
        }
        best
    }

    /// Plays a sequence again: what was found if it shows a disagreement of the same rule, and the
    /// actions up to there.
    async fn again(
        &self,
        actions: &[Action],
        first: &Disagreement,
        number: u64,
        pace: Pace,
    ) -> Option<(CounterExample, Vec<Action>)> {
        let (played, outcome) = self.play(actions, number, pace).await;
        match outcome {
            Err(Halt::Disagreement(found)) if found.rule == first.rule => {
                let reached = actions[..played.reached].to_vec();
                Some((counter_example(found, played), reached))
            }
            _ => None,
        }
    }
}

fn counter_example(disagreement: Disagreement, played: Played) -> CounterExample {
    CounterExample {
        disagreement,
        actions: played.effective,
        lines: played.lines,
        reproduced: true,
    }
}
