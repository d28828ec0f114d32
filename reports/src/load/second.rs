//! One second of a campaign, in figures: what the charts over time, the CSV, the terminal and the
//! metrics show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which part of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing is measured yet.
    WarmUp,
    /// Everything counts.
    Measured,
    /// No journey starts any more; those under way end, and queues are emptied.
    Drain,
}

impl Phase {
    /// Its name in `report.json` and in the CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WarmUp => "warm_up",
            Self::Measured => "measured",
            Self::Drain => "drain",
        }
    }
}

/// One second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Second {
    /// Its rank from the start of the campaign, from 0.
    pub second: u64,
    /// The part it belongs to.
    pub phase: Phase,
    /// Journeys that were to start, in the mean.
    pub asked_starts: f64,
    /// Journeys that the schedule, as drawn, made due; the warm-up left out.
    #[serde(default)]
    pub due_starts: u64,
    /// Journeys that started.
    pub started: u64,
    /// Those of them that had to wait for a free worker.
    pub waited_for_worker: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Calls without a good answer.
    pub errors: u64,
    /// The same, by kind.
    pub errors_by_kind: BTreeMap<String, u64>,
    /// The same, by operation and kind; what earlier versions wrote does not say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors_by_operation: BTreeMap<String, BTreeMap<String, u64>>,
    /// Journeys under way at its end.
    pub in_flight: u64,
    /// Connections of the generator that were open at its end.
    pub connections: u64,
    /// Processor time of the generator, in microseconds.
    pub cpu_us: u64,
    /// Memory of the generator at its end, in bytes.
    pub memory_bytes: u64,
    /// Cases deposited and not yet processed at its end.
    pub undelivered: u64,
    /// Response time of all calls; none when no call was measured.
    pub response: Option<SecondLatency>,
    /// Service time of all calls; none when no call was measured.
    pub service: Option<SecondLatency>,
}

/// Percentiles of one second, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondLatency {
    /// Half of the calls took at most this.
    pub latency_us_p50: u64,
    /// 99 % of them.
    pub latency_us_p99: u64,
    /// All of them.
    pub latency_us_max: u64,
}
