//! What is required of a hub under load: one sentence each, about one operation or all of them,
//! over the whole campaign or over any window of it. Judges nothing; see [`crate::judge`].

use std::time::Duration;

use crate::series::{Clock, Subject};

/// One requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// What it is about; all calls when absent.
    pub subject: Option<Subject>,
    /// What is measured, and its limit.
    pub measure: Measure,
    /// Over any stretch of that length; over the whole measured campaign when absent.
    pub window: Option<Duration>,
    /// Whether the campaign stops at once when it breaks.
    pub abort: bool,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// A percentile of a clock stays below a limit.
    Latency {
        /// Which clock.
        clock: Clock,
        /// Which percentile, from 0 to 100.
        percentile: f64,
        /// The limit.
        below: Duration,
    },
    /// The share of calls without a good answer stays below a limit (0 to 1).
    ErrorRate(f64),
    /// The share of the journeys asked for that started is at least this (0 to 1).
    Achieved(f64),
}

impl Objective {
    /// What it says, in a line, such as `listNotifications: response p99 < 250ms over any 30s`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let subject = self
            .subject
            .map_or_else(|| "all calls".to_owned(), |subject| subject.name().to_owned());
        let measure = match self.measure {
            Measure::Latency { clock, percentile, below } => format!(
                "{} p{percentile} < {}",
                clock.name().replace('_', " "),
                humantime::format_duration(below)
            ),
            Measure::ErrorRate(limit) => format!("errors < {}", percent(limit)),
            Measure::Achieved(limit) => format!("achieved ≥ {} of what was asked", percent(limit)),
        };
        let window = self.window.map_or_else(String::new, |window| {
            format!(" over any {}", humantime::format_duration(window))
        });
        format!("{subject}: {measure}{window}")
    }
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 100.0 * 1e6).round() / 1e6)
}
