//! The plan of a campaign, parsed from TOML: what is asked of the hub, and what is required of it.
//! A [`Plan`] that exists is a plan that can be run; what cannot be run is refused with the key and
//! the reason. Runs nothing. Every key is documented in `docs/traffic.md`.

mod arrivals;
mod mix;
mod raw;
mod shape;
pub(crate) mod size;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use arrivals::Arrivals;
use contract::quota::Quota;
pub(crate) use mix::Journey;
pub use mix::Mix;
pub use raw::Overrides;
use reports::bounded;
use reports::load::Objective;
use serde::Deserialize;

use crate::allowances::Quotas;

/// What can be wrong with a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It cannot be read.
    #[error("the plan {path} cannot be read: {source}. The bundled ones are in plans/")]
    Unreadable {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not the TOML that is expected.
    #[error("the plan {path} is wrong: {message}\nSee docs/traffic.md for every key")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Line, column and reason.
        message: String,
    },
    /// A value cannot be used.
    #[error("the plan {path} cannot be run: {key} {reason}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Which key.
        key: &'static str,
        /// Why, and what to write.
        reason: String,
    },
}

/// A key whose value cannot be used, and why.
pub(crate) type Refusal = (&'static str, String);

/// A campaign as asked.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the report calls it.
    pub name: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// When journeys start.
    pub arrivals: Arrivals,
    /// How long it runs before anything is measured.
    pub(crate) warm_up: Duration,
    /// How many systems call the bundled hub.
    pub(crate) systems: u32,
    /// Which journeys, and what they carry.
    pub mix: Mix,
    /// How calls are made.
    pub(crate) calls: Calls,
    /// The size of the generator.
    pub(crate) generator: Generator,
    /// What each system may do.
    pub(crate) quotas: Quotas,
    /// How long what was deposited is waited for at the end.
    pub(crate) drain: Duration,
    /// What is required.
    pub(crate) objectives: Vec<Objective>,
}

/// How calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Calls {
    /// For one call: one that takes longer counts as having taken that long.
    pub(crate) timeout: Duration,
    /// Whether a `429` is waited for and tried again, as its `Retry-After` says.
    pub(crate) honour_retry_after: bool,
}

/// The size of the generator, and when it is to blame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Generator {
    /// Journeys at once at most; one that is due while all are busy waits, and its wait counts.
    pub(crate) workers: usize,
    /// Connections at once at most; a call that finds none free waits, and its wait counts.
    pub(crate) connections: usize,
    /// What is spoken over them.
    pub(crate) http: Http,
    /// Goose users that carry them.
    pub(crate) users: usize,
    /// Starts that are due within one such stretch of time are made together at its end; none when
    /// zero.
    pub(crate) grain: Duration,
    /// Lateness of its own, at the 99th percentile, beyond which the run is invalid.
    pub(crate) latest: Duration,
    /// Share of the seconds during which all workers may be busy before the run is invalid.
    pub(crate) busy_share: f64,
}

/// Which HTTP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Http {
    /// HTTP/1.1: a connection carries a call at a time.
    #[default]
    #[serde(rename = "1.1")]
    One,
    /// HTTP/2: a connection carries many at once.
    #[serde(rename = "2")]
    Two,
}

impl Http {
    /// What plans and reports call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::One => "1.1",
            Self::Two => "2",
        }
    }

    /// What exchanges call it.
    pub(crate) const fn version(self) -> http::Version {
        match self {
            Self::One => http::Version::HTTP_11,
            Self::Two => http::Version::HTTP_2,
        }
    }

    /// What TLS calls it (RFC 7301 §6, RFC 9113 §3.2).
    pub(crate) const fn in_tls(self) -> &'static [u8] {
        match self {
            Self::One => b"http/1.1",
            Self::Two => b"h2",
        }
    }
}

impl Plan {
    /// What a gateway lets each application do that has no quotas of its own.
    pub fn quotas_of_each(&self) -> &[Quota] {
        &self.quotas.each
    }

    /// Reads a plan.
    pub fn read(path: &Path, overrides: &Overrides) -> Result<Self, PlanError> {
        let text = bounded::read_text(path, bounded::GIVEN)
            .map_err(|source| PlanError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text, path, overrides)
    }

    /// Parses the text of a plan; `path` is for messages, and what it names is relative to it.
    pub fn parse(text: &str, path: &Path, overrides: &Overrides) -> Result<Self, PlanError> {
        let raw: raw::RawPlan = toml::from_str(text).map_err(|error| PlanError::Malformed {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        raw.check(folder, overrides).map_err(|(key, reason)| PlanError::Unusable {
            path: path.to_owned(),
            key,
            reason,
        })
    }

    /// The highest rate that is asked for, in calls a second.
    pub(crate) fn calls_per_second(&self) -> f64 {
        self.arrivals.peak() * self.mix.calls_per_start()
    }

    /// How long journeys start, warm-up included.
    pub fn length(&self) -> Duration {
        self.arrivals.length()
    }
}

#[cfg(test)]
mod tests;
