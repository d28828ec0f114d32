//! When journeys start, as the TOML of a plan says it, in each of its forms.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::load::RateStep;
use serde::Deserialize;

use super::super::Refusal;
use super::super::arrivals::Arrivals;
use super::super::shape::Shape;
use super::replay::{Separator, replayed};
use super::{Overrides, Time};
use crate::rate::RateCurve;
use crate::schedule::Spacing;

/// Highest rate that is believed, in calls a second.
const FASTEST: f64 = 200_000.0;

#[derive(Debug, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum RawArrivals {
    Day {
        calls_per_day: f64,
        #[serde(default)]
        shape: Option<String>,
        #[serde(default)]
        weights: Option<Vec<f64>>,
        #[serde(default)]
        from: Option<String>,
        #[serde(default)]
        to: Option<String>,
        #[serde(default = "one_time")]
        compression: f64,
    },
    Constant {
        calls_per_second: f64,
        duration: Time,
        #[serde(default)]
        spacing: RawSpacing,
    },
    Ramp {
        from_calls_per_second: f64,
        to_calls_per_second: f64,
        duration: Time,
    },
    Steps {
        first_calls_per_second: f64,
        step_calls_per_second: f64,
        last_calls_per_second: f64,
        step_duration: Time,
    },
    Soak {
        calls_per_second: f64,
        duration: Time,
    },
    Replay {
        file: PathBuf,
        #[serde(default)]
        separator: Option<Separator>,
        #[serde(default = "one_time")]
        compression: f64,
    },
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSpacing {
    #[default]
    Poisson,
    Even,
}

fn one_time() -> f64 {
    1.0
}

impl RawArrivals {
    pub(super) fn check(
        self,
        folder: &Path,
        overrides: &Overrides,
        calls_per_start: f64,
        warm_up: Duration,
    ) -> Result<Arrivals, Refusal> {
        let over_a_day = overrides.from.is_some() || overrides.to.is_some();
        if over_a_day && !matches!(self, Self::Day { .. }) {
            return Err((
                "arrivals",
                "have no hours: --from and --to are for form = \"day\"".to_owned(),
            ));
        }
        let starts = |key, calls: f64| {
            if calls.is_finite() && calls > 0.0 && calls <= FASTEST {
                Ok(calls / calls_per_start)
            } else {
                Err((key, format!("is {calls}: more than 0, up to {FASTEST} calls a second")))
            }
        };
        let warm = |rate| RateCurve::default().then(warm_up, 0.0, rate);
        match self {
            Self::Day { calls_per_day, shape, weights, from, to, compression } => {
                let day = Day {
                    calls_per_day,
                    weights: weights_of(shape.as_deref(), weights)?,
                    from: instant(
                        "arrivals.from",
                        overrides.from.as_deref().or(from.as_deref()),
                        0,
                    )?,
                    to: instant("arrivals.to", overrides.to.as_deref().or(to.as_deref()), 86_400)?,
                    compression: checked_compression(overrides.compression.unwrap_or(compression))?,
                };
                day.arrivals(calls_per_start, warm_up)
            }
            Self::Constant { calls_per_second, duration, spacing } => {
                let rate = starts("arrivals.calls_per_second", calls_per_second)?;
                let spacing = match spacing {
                    RawSpacing::Poisson => Spacing::Poisson,
                    RawSpacing::Even => Spacing::Even,
                };
                let curve = warm(rate).then(lasting(duration)?, rate, rate);
                Ok(Arrivals::along(curve, spacing))
            }
            Self::Soak { calls_per_second, duration } => {
                let rate = starts("arrivals.calls_per_second", calls_per_second)?;
                let curve = warm(rate).then(lasting(duration)?, rate, rate);
                Ok(Arrivals::along(curve, Spacing::Poisson))
            }
            Self::Ramp { from_calls_per_second, to_calls_per_second, duration } => {
                let from = starts("arrivals.from_calls_per_second", from_calls_per_second)?;
                let to = starts("arrivals.to_calls_per_second", to_calls_per_second)?;
                let curve = warm(from).then(lasting(duration)?, from, to);
                Ok(Arrivals::along(curve, Spacing::Poisson))
            }
            Self::Steps {
                first_calls_per_second,
                step_calls_per_second,
                last_calls_per_second,
                step_duration,
            } => {
                starts("arrivals.first_calls_per_second", first_calls_per_second)?;
                starts("arrivals.step_calls_per_second", step_calls_per_second)?;
                starts("arrivals.last_calls_per_second", last_calls_per_second)?;
                let length = lasting(step_duration)?;
                let mut curve = warm(first_calls_per_second / calls_per_start);
                let mut steps = Vec::new();
                let mut level = first_calls_per_second;
                while level <= last_calls_per_second + 1e-9 {
                    let rate = level / calls_per_start;
                    steps.push(RateStep {
                        asked_per_s: rate,
                        from_s: curve.length().as_secs(),
                        duration_s: length.as_secs(),
                        kept: None,
                    });
                    curve = curve.then(length, rate, rate);
                    level += step_calls_per_second;
                    if steps.len() > 10_000 {
                        return Err((
                            "arrivals.step_calls_per_second",
                            "makes more than 10000 steps: make it larger".to_owned(),
                        ));
                    }
                }
                let mut arrivals = Arrivals::along(curve, Spacing::Poisson);
                arrivals.steps = steps;
                Ok(arrivals)
            }
            Self::Replay { file, separator, compression } => {
                let compression =
                    checked_compression(overrides.compression.unwrap_or(compression))?;
                let instants = replayed(&folder.join(file), separator, compression, warm_up)?;
                Ok(Arrivals::replay(instants))
            }
        }
    }
}

/// A stretch of a day, compressed.
struct Day {
    calls_per_day: f64,
    /// Weights, and how much of an ordinary day they carry.
    weights: (Vec<f64>, f64),
    from: u32,
    to: u32,
    compression: f64,
}

impl Day {
    /// The rate goes in straight lines from the middle of each hour (or quarter) to the next: no
    /// steps that no day has.
    fn arrivals(self, calls_per_start: f64, warm_up: Duration) -> Result<Arrivals, Refusal> {
        if !(self.calls_per_day > 0.0 && self.calls_per_day <= 1e10) {
            return Err((
                "arrivals.calls_per_day",
                format!("is {}: more than 0, up to 10 billion", self.calls_per_day),
            ));
        }
        if self.from >= self.to {
            return Err(("arrivals.from", "is not before arrivals.to".to_owned()));
        }
        let (weights, volume) = self.weights;
        let cells = weights.len();
        let width = 86_400.0 / cells as f64;
        let total: f64 = weights.iter().sum();
        // Calls a second of the day itself, at the middle of a cell.
        let level =
            |cell: usize| weights[cell % cells] / total * self.calls_per_day * volume / width;
        let at = |second: f64| {
            let position = second / width - 0.5;
            let cell = position.floor();
            let share = position - cell;
            let rank = cell.rem_euclid(cells as f64) as usize;
            level(rank) * (1.0 - share) + level(rank + 1) * share
        };
        let starts = |second: f64| at(second) * self.compression / calls_per_start;
        let mut corners = vec![f64::from(self.from)];
        let middles = (0..cells).map(|cell| (cell as f64 + 0.5) * width);
        corners.extend(middles.filter(|m| *m > f64::from(self.from) && *m < f64::from(self.to)));
        corners.push(f64::from(self.to));
        let mut curve = RateCurve::default().then(warm_up, 0.0, starts(corners[0]));
        for pair in corners.windows(2) {
            let length = Duration::from_secs_f64((pair[1] - pair[0]) / self.compression);
            curve = curve.then(length, starts(pair[0]), starts(pair[1]));
        }
        if curve.peak() * calls_per_start > FASTEST {
            return Err((
                "arrivals.compression",
                format!("asks for more than {FASTEST} calls a second: compress less"),
            ));
        }
        Ok(Arrivals::along(curve, Spacing::Poisson))
    }
}

fn weights_of(shape: Option<&str>, weights: Option<Vec<f64>>) -> Result<(Vec<f64>, f64), Refusal> {
    match (shape, weights) {
        (Some(_), Some(_)) => {
            Err(("arrivals.weights", "stand beside arrivals.shape: give one of them".to_owned()))
        }
        (None, None) => Ok((Shape::Weekday.weights(), 1.0)),
        (Some(name), None) => {
            Shape::named(name).map(|shape| (shape.weights(), shape.volume())).ok_or_else(|| {
                let names: Vec<_> = Shape::ALL.iter().map(|(name, _)| *name).collect();
                ("arrivals.shape", format!("is \"{name}\": choose among {}", names.join(", ")))
            })
        }
        (None, Some(weights)) => {
            let right = matches!(weights.len(), 24 | 96)
                && weights.iter().all(|w| *w >= 0.0 && w.is_finite())
                && weights.iter().sum::<f64>() > 0.0;
            if right {
                Ok((weights, 1.0))
            } else {
                Err((
                    "arrivals.weights",
                    "are to be 24 (hours) or 96 (quarters) positive numbers".to_owned(),
                ))
            }
        }
    }
}

/// Seconds of the day of an instant such as `9:00` or `24:00`.
fn instant(key: &'static str, text: Option<&str>, default: u32) -> Result<u32, Refusal> {
    let Some(text) = text else { return Ok(default) };
    let parsed = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour * 60 + minute <= 1440 && minute < 60).then_some(hour * 3600 + minute * 60)
    });
    parsed.ok_or_else(|| (key, format!("is \"{text}\": write it as 9:00, up to 24:00")))
}

fn checked_compression(compression: f64) -> Result<f64, Refusal> {
    if (0.01..=100_000.0).contains(&compression) {
        Ok(compression)
    } else {
        Err(("arrivals.compression", format!("is {compression}: from 0.01 to 100000")))
    }
}

fn lasting(duration: Time) -> Result<Duration, Refusal> {
    if duration.0.is_zero() {
        Err(("arrivals.duration", "is 0: write 60s, 10m or 2h".to_owned()))
    } else {
        Ok(duration.0)
    }
}
