//! When journeys start: the form of a campaign's arrivals, turned into one rate curve (or one list
//! of instants) with its warm-up in front.

use std::sync::Arc;
use std::time::Duration;

use reports::load::RateStep;

use crate::rate::RateCurve;
use crate::schedule::{Schedule, Spacing};

/// When journeys start.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Steps, when the form has some: the campaign ends at the first that breaks an objective.
    pub(crate) steps: Vec<RateStep>,
    times: Times,
}

#[derive(Clone, Debug)]
enum Times {
    Curve(RateCurve, Spacing),
    Replay(Arc<[Duration]>),
}

impl Arrivals {
    /// Arrivals along a curve, in starts a second.
    pub(super) fn along(curve: RateCurve, spacing: Spacing) -> Self {
        Self { steps: Vec::new(), times: Times::Curve(curve, spacing) }
    }

    /// Arrivals at these instants, which are in order.
    pub(super) fn replay(instants: Arc<[Duration]>) -> Self {
        Self { steps: Vec::new(), times: Times::Replay(instants) }
    }

    /// The starts, in order.
    pub fn schedule(&self, seed: u64) -> Schedule {
        match &self.times {
            Times::Curve(curve, spacing) => Schedule::new(curve.clone(), *spacing, seed),
            Times::Replay(instants) => Schedule::replay(instants.clone()),
        }
    }

    /// How long journeys start.
    pub(crate) fn length(&self) -> Duration {
        match &self.times {
            Times::Curve(curve, _) => curve.length(),
            Times::Replay(instants) => instants.last().copied().unwrap_or_default(),
        }
    }

    /// How many starts are asked for between two instants, in the mean.
    pub(crate) fn asked(&self, from: Duration, to: Duration) -> f64 {
        match &self.times {
            Times::Curve(curve, _) => curve.expected_before(to) - curve.expected_before(from),
            Times::Replay(instants) => {
                let before = |limit| instants.partition_point(|instant| *instant < limit);
                (before(to) - before(from)) as f64
            }
        }
    }

    /// The highest rate that is asked for, in starts a second.
    pub(crate) fn peak(&self) -> f64 {
        match &self.times {
            Times::Curve(curve, _) => curve.peak(),
            Times::Replay(_) => (0..=self.length().as_secs())
                .map(|second| {
                    self.asked(Duration::from_secs(second), Duration::from_secs(second + 1))
                })
                .fold(0.0, f64::max),
        }
    }
}
