//! Property tests against any hub (rule WIRE-03): generated sequences of calls of several actors
//! are played against it and against the model (the crate `model`); where they disagree, the
//! shortest sequence that still shows it is looked for. As a guest: own télédossiers only, bounded
//! in number, cleaned behind each sequence; what may come later is waited for.

mod explorer;
mod parties;
mod replay;
mod shrink;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use model::{Action, Disagreement, Drawn, Generator};

pub use explorer::{Explorer, Halt, Line, Pace, Played};
pub use parties::Parties;
pub use replay::{ReplayError, Replayable};

use crate::play::cleanup::clean;

/// How far an exploration goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Sequences at most.
    pub sequences: u64,
    /// Télédossiers created at most, those of the search for the shortest sequence apart.
    pub folders: u64,
    /// No sequence starts after this time.
    pub time: Duration,
    /// Sequences at a time.
    pub concurrency: usize,
    /// How long the shortest sequence is looked for.
    pub shrinking: Duration,
}

/// A disagreement, with the shortest sequence found that shows it.
#[derive(Clone, Debug)]
pub struct CounterExample {
    /// What they do not agree on.
    pub disagreement: Disagreement,
    /// The sequence.
    pub actions: Vec<Action>,
    /// The sequence as it was played.
    pub lines: Vec<Line>,
    /// Whether it was seen again when the sequence was played again: otherwise it hangs on
    /// something else too.
    pub reproduced: bool,
}

/// What an exploration gave.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// Sequences played to their end.
    pub sequences: u64,
    /// Calls made, those of the search for the shortest sequence included.
    pub calls: u64,
    /// Télédossiers created.
    pub folders: u64,
    /// The first disagreement.
    pub counter_example: Option<CounterExample>,
    /// Why it stopped early: nobody answers.
    pub unreachable: Option<String>,
}

/// What is told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// A sequence was played: how many by now.
    Sequence(u64),
    /// A disagreement was found, and the shortest sequence is being looked for: how many actions
    /// are left.
    Shrinking(usize),
}

/// An exploration under way.
pub struct Exploration<'a> {
    parties: &'a Parties,
    scenario: String,
    bounds: Bounds,
    calls: AtomicU64,
    folders: AtomicU64,
    told: &'a dyn Fn(Progress),
    stopped: &'a dyn Fn() -> bool,
}

impl<'a> Exploration<'a> {
    /// Prepares to explore; `scenario` is whose calls they are in the record of the run.
    pub fn new(
        parties: &'a Parties,
        scenario: &str,
        bounds: Bounds,
        told: &'a dyn Fn(Progress),
        stopped: &'a dyn Fn() -> bool,
    ) -> Self {
        Self {
            parties,
            scenario: scenario.to_owned(),
            bounds,
            calls: AtomicU64::new(0),
            folders: AtomicU64::new(0),
            told,
            stopped,
        }
    }

    /// Plays sequences until one disagrees, or the bounds are reached.
    pub async fn explore(&self, generator: &mut Generator) -> Explored {
        let started = Instant::now();
        let mut explored = Explored::default();
        let mut drawn = 0;
        let mut playing = FuturesUnordered::new();
        loop {
            while playing.len() < self.bounds.concurrency.max(1)
                && drawn < self.bounds.sequences
                && self.folders.load(Ordering::Relaxed) < self.bounds.folders
                && (drawn == 0 || started.elapsed() < self.bounds.time)
                && !(self.stopped)()
            {
                let Some(tree) = generator.draw() else { break };
                drawn += 1;
                playing.push(self.play_drawn(tree, drawn));
            }
            let Some((tree, outcome)) = playing.next().await else {
                break;
            };
            match outcome {
                Ok(()) => {
                    explored.sequences += 1;
                    (self.told)(Progress::Sequence(explored.sequences));
                }
                Err(Halt::Unreachable(reason)) => {
                    explored.unreachable = Some(reason);
                    break;
                }
                Err(Halt::Disagreement(first)) => {
                    // The others end, soon, and clean up: dropped, they would leave what they were
                    // just creating.
                    self.parties.hurry(true);
                    while playing.next().await.is_some() {}
                    self.parties.hurry(false);
                    explored.counter_example = Some(self.shortest(tree, first).await);
                    break;
                }
            }
        }
        let (calls, folders) =
            (self.calls.load(Ordering::Relaxed), self.folders.load(Ordering::Relaxed));
        clean(
            &self.parties.session,
            self.parties.session.ledger.left_open_by_all_of(&format!("{}#", self.scenario)),
        )
        .await;
        Explored { calls, folders, ..explored }
    }

    async fn play_drawn(&self, tree: Drawn, number: u64) -> (Drawn, Result<(), Halt>) {
        let actions = tree.current();
        let (_, outcome) = self.play(&actions, number, Pace::Patient).await;
        (tree, outcome)
    }

    /// Plays a sequence and cleans up behind it.
    pub async fn play(
        &self,
        actions: &[Action],
        number: u64,
        pace: Pace,
    ) -> (Played, Result<(), Halt>) {
        let scenario = format!("{}#{number}", self.scenario);
        let (played, outcome) = Explorer::new(self.parties, &self.scenario, pace)
            .for_ledger(&scenario)
            .play(actions)
            .await;
        self.calls.fetch_add(played.calls, Ordering::Relaxed);
        self.folders.fetch_add(played.folders, Ordering::Relaxed);
        clean(&self.parties.session, self.parties.session.ledger.left_open_by(&scenario)).await;
        (played, outcome)
    }
}

/// A sequence as a scenario that people read.
pub fn in_french(lines: &[Line], disagreement: &Disagreement) -> String {
    let mut text =
        String::from("Scénario: une suite d'appels qui le montre, abrégée dans le temps donné\n");
    for (rank, line) in lines.iter().enumerate() {
        let word = match rank {
            0 => "Quand",
            _ => "Et",
        };
        text.push_str(&format!("  {word} {}\n", line.sentence));
    }
    text.push_str(&format!(
        "  Alors on attend : {}\n  Mais on observe : {} [{}]\n",
        disagreement.expected, disagreement.observed, disagreement.rule
    ));
    text
}
