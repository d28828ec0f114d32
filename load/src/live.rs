//! What a campaign shows while it runs: one snapshot, replaced each second, for the terminal and
//! for Prometheus.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use reports::load::{Objective, Second};

use crate::fold::{Fold, Latency};
use crate::series::{SeriesKey, Span};

/// One line of the view.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which operation.
    pub name: &'static str,
    /// Its response time over the last seconds.
    pub response: Latency,
    /// The same since the start of the measure; none when nobody watches.
    pub since_start: Latency,
    /// Calls since the start of the measure.
    pub calls: u64,
    /// Those without a good answer.
    pub failures: u64,
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The last whole second.
    pub second: Option<Second>,
    /// Each operation that was called.
    pub lines: Vec<Line>,
    /// Failures since the start, by kind.
    pub failures: Vec<(String, u64)>,
    /// Calls since the start of the measure.
    pub calls: u64,
    /// Journeys started since the start of the measure.
    pub started: u64,
    /// Journeys asked for since then.
    pub asked: f64,
    /// From completion to a visible notification, over the last seconds.
    pub delivery: Latency,
    /// Objectives that do not hold, as sentences.
    pub broken: Vec<String>,
    /// Every objective as it stands; none when nobody watches.
    pub objectives: Vec<Objective>,
}

/// The snapshot, shared.
#[derive(Default)]
pub struct Live {
    snapshot: RwLock<Snapshot>,
    is_watched: AtomicBool,
}

impl Live {
    /// The present snapshot.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.read().clone()
    }

    /// Shows more from now on: what costs time to work out is for who asks for it.
    pub fn watch(&self) {
        self.is_watched.store(true, Ordering::Relaxed);
    }

    /// Replaces it.
    pub(crate) fn show(&self, fold: &mut Fold) {
        let is_watched = self.is_watched.load(Ordering::Relaxed);
        let delivery = fold.latency(SeriesKey::Span(Span::Delivery));
        let lines = SeriesKey::calls().filter_map(|call| {
            let calls = fold.totals().count(call);
            (calls > 0).then(|| Line {
                name: call.name(),
                calls,
                failures: fold.totals().error_count(call),
                response: fold.latency(call),
                since_start: match is_watched {
                    true => fold.latency_since_start(call),
                    false => Latency::default(),
                },
            })
        });
        let lines = lines.collect();
        let totals = fold.totals();
        let snapshot = Snapshot {
            second: fold.seconds().last().cloned(),
            lines,
            failures: totals.errors_by_kind().into_iter().collect(),
            calls: totals.call_count(),
            started: totals.started,
            asked: totals.due as f64,
            delivery,
            broken: fold.broken(),
            objectives: if is_watched { fold.objectives_so_far() } else { Vec::new() },
        };
        *self.snapshot.write() = snapshot;
    }
}
