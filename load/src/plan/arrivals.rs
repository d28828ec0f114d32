//! When journeys start: the form of a campaign's arrivals, turned into one rate curve (or one list
//! of instants) with its warm-up in front.

use std::sync::Arc;
use std::time::Duration;

use super::rate::RateCurve;
use crate::schedule::{Schedule, Spacing};

/// A level of a campaign that climbs until something gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When it begins, from the start of the campaign.
    pub starts_at: Duration,
    /// How long it lasts.
    pub length: Duration,
    /// Calls a second.
    pub calls_per_second: f64,
}

/// When journeys start.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// The form, as the plan calls it.
    pub form: &'static str,
    /// How many seconds of the day that is replayed pass in one second; 1 when no day is replayed.
    pub compression: f64,
    /// When the replayed stretch begins, in seconds of its day.
    pub day_from: Option<u32>,
    /// Steps, when the form has some: the campaign ends at the first that breaks an objective.
    pub steps: Vec<Step>,
    times: Times,
}

#[derive(Clone, Debug)]
enum Times {
    Curve(RateCurve, Spacing),
    Replay(Arc<[Duration]>),
}

impl Arrivals {
    /// Arrivals along a curve, in starts a second.
    #[must_use]
    pub fn along(form: &'static str, curve: RateCurve, spacing: Spacing) -> Self {
        Self {
            form,
            compression: 1.0,
            day_from: None,
            steps: Vec::new(),
            times: Times::Curve(curve, spacing),
        }
    }

    /// Arrivals at these instants, which are in order.
    #[must_use]
    pub fn replay(instants: Arc<[Duration]>) -> Self {
        Self {
            form: "replay",
            compression: 1.0,
            day_from: None,
            steps: Vec::new(),
            times: Times::Replay(instants),
        }
    }

    /// The starts, in order.
    #[must_use]
    pub fn schedule(&self, seed: u64) -> Schedule {
        match &self.times {
            Times::Curve(curve, spacing) => Schedule::new(curve.clone(), *spacing, seed),
            Times::Replay(instants) => Schedule::replay(instants.clone()),
        }
    }

    /// How long journeys start.
    #[must_use]
    pub fn length(&self) -> Duration {
        match &self.times {
            Times::Curve(curve, _) => curve.length(),
            Times::Replay(instants) => instants.last().copied().unwrap_or_default(),
        }
    }

    /// How many starts are asked for between two instants, in the mean.
    #[must_use]
    pub fn asked(&self, from: Duration, to: Duration) -> f64 {
        match &self.times {
            Times::Curve(curve, _) => curve.expected_before(to) - curve.expected_before(from),
            Times::Replay(instants) => {
                let before = |limit| instants.partition_point(|instant| *instant < limit);
                (before(to) - before(from)) as f64
            }
        }
    }

    /// The highest rate that is asked for, in starts a second.
    #[must_use]
    pub fn peak(&self) -> f64 {
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
