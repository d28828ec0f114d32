//! What was required of the hub under load, and what was observed.

use serde::{Deserialize, Serialize};

use super::Clock;

/// One requirement of the plan, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The operation or journey it is about; all calls when absent.
    pub subject: Option<String>,
    /// What is required and what was observed.
    #[serde(flatten)]
    pub requirement: Requirement,
    /// Over any stretch of that many seconds; over the whole measured campaign when absent.
    pub window_s: Option<u64>,
    /// The last second of the worst window.
    pub worst_second: Option<u64>,
    /// Whether the campaign was to stop at once when it broke.
    pub abort: bool,
    /// What became of it.
    pub outcome: Outcome,
}

/// What is required, and the worst that was observed: none when there was nothing to judge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "measure", rename_all = "snake_case")]
pub enum Requirement {
    /// A percentile of a clock stays below a limit.
    Latency {
        /// Which clock.
        clock: Clock,
        /// Which percentile, from 0 to 100.
        percentile: f64,
        /// The limit, in microseconds.
        limit_us: u64,
        /// The worst that was observed, in microseconds.
        observed_us: Option<u64>,
    },
    /// The share of calls without a good answer stays below a limit (0 to 1).
    ErrorRate {
        /// The limit.
        limit_share: f64,
        /// The worst that was observed.
        observed_share: Option<f64>,
    },
    /// The share of the journeys asked for that started is at least this (0 to 1).
    Achieved {
        /// The least.
        limit_share: f64,
        /// The worst that was observed.
        observed_share: Option<f64>,
    },
    /// The share of the cases deposited that reached their recipient is at least this (0 to 1).
    Delivered {
        /// The least.
        limit_share: f64,
        /// What was observed.
        observed_share: Option<f64>,
    },
}

/// What became of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It held throughout.
    Kept,
    /// It broke.
    Broken,
    /// Nothing was there to judge: that proves nothing, and is no success.
    NotMeasured,
}

impl Outcome {
    /// Its name in `report.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::NotMeasured => "not_measured",
        }
    }
}
