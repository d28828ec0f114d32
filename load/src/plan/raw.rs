//! The TOML of a plan, before it is known to make sense; and what the command line puts over it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use scenarios::target::parse_size;
use serde::Deserialize;

use super::arrivals::{Arrivals, Step};
use super::mix::{Journey, Mix};
use super::objective::{Measure, Objective};
use super::rate::RateCurve;
use super::shape::Shape;
use super::size::{Bracket, Sizes};
use super::{Calls, Fault, Generator, Plan};
use crate::schedule::Spacing;
use crate::series::{Clock, Subject};

/// What the command line puts over a plan.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// First instant of the day to replay, such as `9:00`.
    pub from: Option<String>,
    /// Last instant.
    pub to: Option<String>,
    /// How many times faster than the day.
    pub compression: Option<f64>,
    /// Seed.
    pub seed: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlan {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "one")]
    seed: u64,
    arrivals: RawArrivals,
    #[serde(default)]
    warm_up: Time,
    #[serde(default = "some_systems")]
    systems: u32,
    #[serde(default)]
    journeys: BTreeMap<String, f64>,
    #[serde(default)]
    deposit: RawDeposit,
    #[serde(default)]
    calls: RawCalls,
    #[serde(default)]
    generator: RawGenerator,
    #[serde(default = "a_minute")]
    drain: Time,
    #[serde(default, rename = "objective")]
    objectives: Vec<RawObjective>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
enum RawArrivals {
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
        #[serde(default = "one_time")]
        compression: f64,
    },
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawSpacing {
    #[default]
    Poisson,
    Even,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawDeposit {
    cases: Vec<f64>,
    files: Vec<f64>,
    sizes: Vec<RawBracket>,
    think: Time,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBracket {
    up_to: String,
    weight: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawCalls {
    timeout: Time,
    honour_retry_after: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawGenerator {
    workers: Option<usize>,
    users: Option<usize>,
    latest: Option<Time>,
    busy_share: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObjective {
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    percentile: Option<f64>,
    #[serde(default)]
    response: Option<Time>,
    #[serde(default)]
    service: Option<Time>,
    #[serde(default)]
    first_byte: Option<Time>,
    #[serde(default)]
    error_rate: Option<String>,
    #[serde(default)]
    achieved: Option<String>,
    #[serde(default)]
    window: Option<Time>,
    #[serde(default)]
    abort: bool,
}

/// A duration written as people write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Time(Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text).map(Self).map_err(|error| {
            serde::de::Error::custom(format!(
                "\"{text}\" is no duration ({error}): write 500ms, 30s, 10m or 2h"
            ))
        })
    }
}

fn one() -> u64 {
    1
}
fn one_time() -> f64 {
    1.0
}
fn some_systems() -> u32 {
    200
}
fn a_minute() -> Time {
    Time(Duration::from_secs(60))
}

impl Default for RawDeposit {
    fn default() -> Self {
        Self {
            cases: vec![80.0, 15.0, 5.0],
            files: vec![35.0, 30.0, 15.0, 10.0, 6.0, 4.0],
            sizes: vec![
                RawBracket {
                    up_to: "10KB".to_owned(),
                    weight: 30.0,
                },
                RawBracket {
                    up_to: "200KB".to_owned(),
                    weight: 50.0,
                },
                RawBracket {
                    up_to: "2MB".to_owned(),
                    weight: 20.0,
                },
            ],
            think: Time::default(),
        }
    }
}

impl Default for RawCalls {
    fn default() -> Self {
        Self {
            timeout: Time(Duration::from_secs(30)),
            honour_retry_after: true,
        }
    }
}

/// Longest campaign: two days.
const LONGEST: Duration = Duration::from_secs(48 * 3600);
/// Highest rate that is believed, in calls a second.
const FASTEST: f64 = 200_000.0;

impl RawPlan {
    /// Makes a plan of it, or says which key is wrong and why.
    pub(super) fn check(self, folder: &Path, overrides: &Overrides) -> Result<Plan, Fault> {
        let mix = mix(&self.journeys, &self.deposit)?;
        let calls_per_start = mix.calls_per_start();
        let warm_up = self.warm_up.0;
        let arrivals = self
            .arrivals
            .check(folder, overrides, calls_per_start, warm_up)?;
        if arrivals.length() > LONGEST {
            return Err((
                "arrivals",
                "last longer than two days: shorten them, or compress them more".to_owned(),
            ));
        }
        if !(2..=100_000).contains(&self.systems) {
            return Err(("systems", format!("is {}: from 2 to 100000", self.systems)));
        }
        let calls = Calls {
            timeout: self.calls.timeout.0,
            honour_retry_after: self.calls.honour_retry_after,
        };
        if calls.timeout.is_zero() || calls.timeout > Duration::from_secs(3600) {
            return Err((
                "calls.timeout",
                "is out of reach: from 1ms to 1h".to_owned(),
            ));
        }
        let objectives = self
            .objectives
            .into_iter()
            .map(RawObjective::check)
            .collect::<Result<_, _>>()?;
        Ok(Plan {
            name: self.name,
            description: self.description,
            seed: overrides.seed.unwrap_or(self.seed),
            generator: self.generator.check(&arrivals)?,
            arrivals,
            warm_up,
            systems: self.systems,
            mix,
            calls,
            drain: self.drain.0,
            objectives,
        })
    }
}

impl RawArrivals {
    fn check(
        self,
        folder: &Path,
        overrides: &Overrides,
        calls_per_start: f64,
        warm_up: Duration,
    ) -> Result<Arrivals, Fault> {
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
                Err((
                    key,
                    format!("is {calls}: more than 0, up to {FASTEST} calls a second"),
                ))
            }
        };
        let warm = |rate| RateCurve::default().then(warm_up, 0.0, rate);
        match self {
            Self::Day {
                calls_per_day,
                shape,
                weights,
                from,
                to,
                compression,
            } => {
                let day = Day {
                    calls_per_day,
                    weights: weights_of(shape.as_deref(), weights)?,
                    from: instant(
                        "arrivals.from",
                        overrides.from.as_deref().or(from.as_deref()),
                        0,
                    )?,
                    to: instant(
                        "arrivals.to",
                        overrides.to.as_deref().or(to.as_deref()),
                        86_400,
                    )?,
                    compression: checked_compression(overrides.compression.unwrap_or(compression))?,
                };
                day.arrivals(calls_per_start, warm_up)
            }
            Self::Constant {
                calls_per_second,
                duration,
                spacing,
            } => {
                let rate = starts("arrivals.calls_per_second", calls_per_second)?;
                let spacing = match spacing {
                    RawSpacing::Poisson => Spacing::Poisson,
                    RawSpacing::Even => Spacing::Even,
                };
                let curve = warm(rate).then(lasting(duration)?, rate, rate);
                Ok(Arrivals::along("constant", curve, spacing))
            }
            Self::Soak {
                calls_per_second,
                duration,
            } => {
                let rate = starts("arrivals.calls_per_second", calls_per_second)?;
                let curve = warm(rate).then(lasting(duration)?, rate, rate);
                Ok(Arrivals::along("soak", curve, Spacing::Poisson))
            }
            Self::Ramp {
                from_calls_per_second,
                to_calls_per_second,
                duration,
            } => {
                let from = starts("arrivals.from_calls_per_second", from_calls_per_second)?;
                let to = starts("arrivals.to_calls_per_second", to_calls_per_second)?;
                let curve = warm(from).then(lasting(duration)?, from, to);
                Ok(Arrivals::along("ramp", curve, Spacing::Poisson))
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
                    steps.push(Step {
                        starts_at: curve.length(),
                        length,
                        calls_per_second: level,
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
                let mut arrivals = Arrivals::along("steps", curve, Spacing::Poisson);
                arrivals.steps = steps;
                Ok(arrivals)
            }
            Self::Replay { file, compression } => {
                let compression =
                    checked_compression(overrides.compression.unwrap_or(compression))?;
                let instants = replayed(&folder.join(file), compression, warm_up)?;
                let mut arrivals = Arrivals::replay(instants);
                arrivals.compression = compression;
                Ok(arrivals)
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
    /// The rate goes in straight lines from the middle of each hour (or quarter) to the next: no steps that no day has.
    fn arrivals(self, calls_per_start: f64, warm_up: Duration) -> Result<Arrivals, Fault> {
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
        let mut arrivals = Arrivals::along("day", curve, Spacing::Poisson);
        arrivals.compression = self.compression;
        arrivals.day_from = Some(self.from);
        Ok(arrivals)
    }
}

fn weights_of(shape: Option<&str>, weights: Option<Vec<f64>>) -> Result<(Vec<f64>, f64), Fault> {
    match (shape, weights) {
        (Some(_), Some(_)) => Err((
            "arrivals.weights",
            "stand beside arrivals.shape: give one of them".to_owned(),
        )),
        (None, None) => Ok((Shape::Weekday.weights(), 1.0)),
        (Some(name), None) => Shape::named(name)
            .map(|shape| (shape.weights(), shape.volume()))
            .ok_or_else(|| {
                let names: Vec<_> = Shape::ALL.iter().map(|(name, _)| *name).collect();
                (
                    "arrivals.shape",
                    format!("is \"{name}\": choose among {}", names.join(", ")),
                )
            }),
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
fn instant(key: &'static str, text: Option<&str>, default: u32) -> Result<u32, Fault> {
    let Some(text) = text else { return Ok(default) };
    let parsed = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour * 60 + minute <= 1440 && minute < 60).then_some(hour * 3600 + minute * 60)
    });
    parsed.ok_or_else(|| (key, format!("is \"{text}\": write it as 9:00, up to 24:00")))
}

fn checked_compression(compression: f64) -> Result<f64, Fault> {
    if (0.01..=100_000.0).contains(&compression) {
        Ok(compression)
    } else {
        Err((
            "arrivals.compression",
            format!("is {compression}: from 0.01 to 100000"),
        ))
    }
}

fn lasting(duration: Time) -> Result<Duration, Fault> {
    if duration.0.is_zero() {
        Err(("arrivals.duration", "is 0: write 60s, 10m or 2h".to_owned()))
    } else {
        Ok(duration.0)
    }
}

/// Instants of a CSV file: the first column of each line, in seconds (a decimal number); lines that begin with no digit
/// are headings. The first instant is the start of the measured campaign.
fn replayed(path: &Path, compression: f64, warm_up: Duration) -> Result<Arc<[Duration]>, Fault> {
    let key = "arrivals.file";
    let text = std::fs::read_to_string(path)
        .map_err(|error| (key, format!("{} cannot be read: {error}", path.display())))?;
    let mut seconds = Vec::new();
    for (line, content) in text.lines().enumerate() {
        let field = content.split([',', ';']).next().unwrap_or_default().trim();
        if !field.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let number: f64 = field.parse().map_err(|_| {
            (
                key,
                format!("line {}: \"{field}\" is no number of seconds", line + 1),
            )
        })?;
        seconds.push(number);
    }
    seconds.sort_by(f64::total_cmp);
    let Some(first) = seconds.first().copied() else {
        return Err((key, format!("{} holds no instant", path.display())));
    };
    let instants = seconds
        .iter()
        .map(|second| Duration::try_from_secs_f64((second - first) / compression))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| (key, format!("holds an instant out of reach: {error}")))?;
    Ok(instants
        .into_iter()
        .map(|instant| instant + warm_up)
        .collect())
}

/// Weights by default: see `docs/traffic.md`, "The mix".
const WEIGHTS: [f64; 4] = [96.0, 1.0, 0.1, 2.9];

fn mix(journeys: &BTreeMap<String, f64>, deposit: &RawDeposit) -> Result<Mix, Fault> {
    let mut weights = if journeys.is_empty() {
        WEIGHTS
    } else {
        [0.0; 4]
    };
    for (name, weight) in journeys {
        let rank = Journey::ALL
            .iter()
            .position(|journey| journey.name() == name);
        let Some(rank) = rank else {
            let names = Journey::ALL.map(Journey::name).join(", ");
            return Err(("journeys", format!("name \"{name}\": choose among {names}")));
        };
        weights[rank] = *weight;
    }
    let positive = |weights: &[f64]| {
        weights.iter().all(|w| *w >= 0.0 && w.is_finite()) && weights.iter().sum::<f64>() > 0.0
    };
    if !positive(&weights) {
        return Err(("journeys", "have no positive weight".to_owned()));
    }
    if deposit.cases.len() > 3 || !positive(&deposit.cases) {
        return Err((
            "deposit.cases",
            "are the weights of 1, 2 and 3 recipients".to_owned(),
        ));
    }
    if deposit.files.len() > 6 || !positive(&deposit.files) {
        return Err((
            "deposit.files",
            "are the weights of 1 to 6 files".to_owned(),
        ));
    }
    let brackets = deposit.sizes.iter().map(|raw| {
        Ok(Bracket {
            up_to: parse_size(&raw.up_to)?,
            weight: raw.weight,
        })
    });
    let sizes = brackets
        .collect::<Result<_, String>>()
        .and_then(Sizes::new)
        .map_err(|reason| ("deposit.sizes", reason))?;
    Ok(Mix {
        weights,
        cases: deposit.cases.clone(),
        files: deposit.files.clone(),
        sizes,
        think_seconds: deposit.think.0.as_secs_f64(),
    })
}

impl RawGenerator {
    /// Without a word on it: room for two seconds of the highest rate, since that is how long a hub may stall before the
    /// generator itself is what is waited for.
    fn check(self, arrivals: &Arrivals) -> Result<Generator, Fault> {
        let workers = self
            .workers
            .unwrap_or_else(|| ((arrivals.peak() * 2.0).ceil() as usize).clamp(64, 4096));
        if !(1..=100_000).contains(&workers) {
            return Err((
                "generator.workers",
                format!("is {workers}: from 1 to 100000"),
            ));
        }
        let users = self
            .users
            .unwrap_or_else(|| workers.div_ceil(32).clamp(1, 64));
        if users == 0 || users > workers {
            return Err((
                "generator.users",
                format!("is {users}: from 1 to the number of workers"),
            ));
        }
        Ok(Generator {
            workers,
            users,
            latest: self.latest.map_or(Duration::from_millis(20), |time| time.0),
            busy_share: self
                .busy_share
                .map_or(Ok(0.2), |text| share("generator.busy_share", &text))?,
        })
    }
}

impl RawObjective {
    fn check(self) -> Result<Objective, Fault> {
        let subject = self
            .subject
            .as_deref()
            .map(|name| {
                Subject::named(name).ok_or_else(|| {
                    let names: Vec<_> = Subject::all().map(Subject::name).collect();
                    (
                        "objective.subject",
                        format!("is \"{name}\": choose among {}", names.join(", ")),
                    )
                })
            })
            .transpose()?;
        let percentile = self.percentile.unwrap_or(99.0);
        if !(0.0..=100.0).contains(&percentile) {
            return Err((
                "objective.percentile",
                format!("is {percentile}: from 0 to 100"),
            ));
        }
        let latency = |clock, time: Option<Time>| {
            time.map(|time| Measure::Latency {
                clock,
                percentile,
                below: time.0,
            })
        };
        let rate = self.error_rate.as_deref();
        let achieved = self.achieved.as_deref();
        let measures = [
            latency(Clock::Response, self.response),
            latency(Clock::Service, self.service),
            latency(Clock::FirstByte, self.first_byte),
            rate.map(|text| share("objective.error_rate", text).map(Measure::ErrorRate))
                .transpose()?,
            achieved
                .map(|text| share("objective.achieved", text).map(Measure::Achieved))
                .transpose()?,
        ];
        let measures: Vec<_> = measures.into_iter().flatten().collect();
        let [measure] = measures[..] else {
            return Err((
                "objective",
                "says one thing each: response, service, first_byte, error_rate or achieved"
                    .to_owned(),
            ));
        };
        if let (Measure::Latency { clock, .. }, Some(subject)) = (measure, subject)
            && !subject.clocks().contains(&clock)
        {
            return Err((
                "objective",
                format!(
                    "asks for the {} of {}, which has none",
                    clock.name(),
                    subject.name()
                ),
            ));
        }
        if self.window.is_some_and(|window| {
            window.0 < Duration::from_secs(1) || window.0 > Duration::from_secs(3600)
        }) {
            return Err(("objective.window", "is from 1s to 1h".to_owned()));
        }
        Ok(Objective {
            subject,
            measure,
            window: self.window.map(|window| window.0),
            abort: self.abort,
        })
    }
}

/// A share written as `0.1%`.
fn share(key: &'static str, text: &str) -> Result<f64, Fault> {
    text.trim()
        .strip_suffix('%')
        .and_then(|number| number.trim().parse::<f64>().ok())
        .filter(|number| (0.0..=100.0).contains(number))
        .map(|number| number / 100.0)
        .ok_or_else(|| {
            (
                key,
                format!("is \"{text}\": write a share such as \"0.1%\""),
            )
        })
}
