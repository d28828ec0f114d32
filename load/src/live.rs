//! What a campaign shows while it runs: one snapshot, replaced each second, for the terminal and
//! for Prometheus.

use parking_lot::RwLock;

use reports::load::Second;

use crate::record::{Collected, Latency, slot};
use crate::series::{Clock, Subject};

/// One line of the view.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which operation.
    pub name: &'static str,
    /// Its response time over the last seconds.
    pub response: Latency,
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
}

/// The snapshot, shared.
#[derive(Default)]
pub struct Live(RwLock<Snapshot>);

impl Live {
    /// How many seconds the latencies shown are over.
    pub const SECONDS: usize = 10;

    /// The present snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.0.read().clone()
    }

    /// Replaces it.
    pub(crate) fn show(
        &self,
        second: &Second,
        collected: &Collected,
        mut latency: impl FnMut(&[usize]) -> Latency,
    ) {
        let totals = &collected.totals;
        let lines = totals
            .calls
            .iter()
            .map(|(subject, calls)| Line {
                name: subject.name(),
                response: latency(&[slot(*subject, Clock::Response)]),
                calls: *calls,
                failures: totals.failure_count(Some(*subject)),
            })
            .collect();
        let mut failures = std::collections::BTreeMap::<String, u64>::new();
        for ((_, failure), count) in &totals.failures {
            *failures.entry(failure.name()).or_default() += count;
        }
        let delivery = Subject::Step(crate::series::Step::Delivery);
        let snapshot = Snapshot {
            second: Some(second.clone()),
            lines,
            failures: failures.into_iter().collect(),
            calls: totals.call_count(),
            started: totals.started,
            asked: totals.asked,
            delivery: latency(&[slot(delivery, Clock::Response)]),
            broken: collected
                .standings
                .iter()
                .filter(|standing| standing.worst.is_some() && !standing.held)
                .map(|standing| standing.objective.sentence())
                .collect(),
        };
        *self.0.write() = snapshot;
    }
}
