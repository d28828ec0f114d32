//! The TOML of a plan, before it is known to make sense; and what the command line puts over it.

mod arrivals;
mod objective;
mod replay;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use contract::quota::{Amount, Quota};
use scenarios::target::parse_size;
use serde::Deserialize;

use super::arrivals::Arrivals;
use super::mix::{Journey, Mix};
use super::size::{Bracket, Sizes};
use super::{Calls, Generator, Http, Plan, Refusal};
use crate::allowances::Quotas;
use crate::generator::{processors, threads};
use arrivals::RawArrivals;
use objective::{RawObjective, share};

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
    /// What a gateway lets each application do; the plan's own when empty.
    pub quotas: Vec<Quota>,
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
    quotas: BTreeMap<String, Vec<Quota>>,
    #[serde(default)]
    generator: RawGenerator,
    #[serde(default = "a_minute")]
    drain: Time,
    #[serde(default, rename = "objective")]
    objectives: Vec<RawObjective>,
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
    connections: Option<usize>,
    http: Http,
    users: Option<usize>,
    grain: Time,
    latest: Option<Time>,
    busy_share: Option<String>,
}

/// A duration written as people write it, up to [`LONGEST_TIME`]: sums of some of them and an
/// instant stay within what instants can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Time(Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match humantime::parse_duration(&text) {
            Ok(time) if time <= LONGEST_TIME => Ok(Self(time)),
            Ok(_) => Err(serde::de::Error::custom(format!("\"{text}\" is longer than a year"))),
            Err(error) => Err(serde::de::Error::custom(format!(
                "\"{text}\" is no duration ({error}): write 500ms, 30s, 10m or 2h"
            ))),
        }
    }
}

fn one() -> u64 {
    1
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
                RawBracket { up_to: "10KB".to_owned(), weight: 30.0 },
                RawBracket { up_to: "200KB".to_owned(), weight: 50.0 },
                RawBracket { up_to: "2MB".to_owned(), weight: 20.0 },
            ],
            think: Time::default(),
        }
    }
}

impl Default for RawCalls {
    fn default() -> Self {
        Self { timeout: Time(Duration::from_secs(30)), honour_retry_after: true }
    }
}

/// Longest duration of a plan: a year.
const LONGEST_TIME: Duration = Duration::from_secs(366 * 24 * 3600);
/// Longest campaign: two days.
const LONGEST: Duration = Duration::from_secs(48 * 3600);

impl RawPlan {
    /// Makes a plan of it, or says which key is wrong and why.
    pub(super) fn check(self, folder: &Path, overrides: &Overrides) -> Result<Plan, Refusal> {
        let mix = mix(&self.journeys, &self.deposit)?;
        let calls_per_start = mix.calls_per_start();
        let warm_up = self.warm_up.0;
        let arrivals = self.arrivals.check(folder, overrides, calls_per_start, warm_up)?;
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
            return Err(("calls.timeout", "is out of reach: from 1ms to 1h".to_owned()));
        }
        let objectives =
            self.objectives.into_iter().map(RawObjective::check).collect::<Result<_, _>>()?;
        Ok(Plan {
            name: self.name,
            description: self.description,
            seed: overrides.seed.unwrap_or(self.seed),
            generator: self.generator.check(&arrivals, calls_per_start)?,
            arrivals,
            warm_up,
            systems: self.systems,
            mix,
            calls,
            quotas: quotas(self.quotas, &overrides.quotas)?,
            drain: self.drain.0,
            objectives,
        })
    }
}

/// The quotas of all systems without any of their own.
const EACH: &str = "each";

fn quotas(mut of: BTreeMap<String, Vec<Quota>>, instead: &[Quota]) -> Result<Quotas, Refusal> {
    if !instead.is_empty() {
        of = BTreeMap::from([(EACH.to_owned(), instead.to_vec())]);
    }
    let in_bytes = |quota: &&Quota| matches!(quota.amount, Amount::Bytes(_));
    if let Some(quota) = of.values().flatten().find(in_bytes) {
        return Err(("quotas", format!("have {quota}: a campaign knows quotas of requests alone")));
    }
    Ok(Quotas { each: of.remove(EACH).unwrap_or_default(), of })
}

/// Weights by default: see `docs/traffic.md`, "The mix".
const WEIGHTS: [f64; 4] = [96.0, 1.0, 0.1, 2.9];

fn mix(journeys: &BTreeMap<String, f64>, deposit: &RawDeposit) -> Result<Mix, Refusal> {
    let mut weights = if journeys.is_empty() { WEIGHTS } else { [0.0; 4] };
    for (name, weight) in journeys {
        let rank = Journey::ALL.iter().position(|journey| journey.name() == name);
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
        return Err(("deposit.cases", "are the weights of 1, 2 and 3 recipients".to_owned()));
    }
    if deposit.files.len() > 6 || !positive(&deposit.files) {
        return Err(("deposit.files", "are the weights of 1 to 6 files".to_owned()));
    }
    let brackets = deposit
        .sizes
        .iter()
        .map(|raw| Ok(Bracket { up_to: parse_size(&raw.up_to)?, weight: raw.weight }));
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

/// Starts that are handed out together are late by as much, and that is not what a campaign is to
/// measure.
const LONGEST_GRAIN: Duration = Duration::from_millis(10);

/// How long an answer is expected to take, in seconds: as many calls are under way at once as come
/// in that time.
const EXPECTED_S: f64 = 0.1;
/// The fewest connections, where the plan does not say.
const FEWEST: usize = 32;
/// The most for each processor: a hub beside the generator is slowed by more.
const MOST_OF_A_PROCESSOR: usize = 128;
/// How many calls at once are meant for a connection that carries many.
const CALLS_OF_A_CONNECTION: usize = 10;

/// Users that share the work of a thread, where there are several threads.
const USERS_OF_A_THREAD: usize = 4;

impl RawGenerator {
    /// Without a word on it: room for two seconds of the highest rate, since that is how long a hub
    /// may stall before the generator itself is what is waited for.
    fn check(self, arrivals: &Arrivals, calls_per_start: f64) -> Result<Generator, Refusal> {
        let most = MOST_OF_A_PROCESSOR * processors();
        let calls_per_second = arrivals.peak() * calls_per_start;
        let at_once =
            ((calls_per_second * EXPECTED_S).ceil() as usize).clamp(FEWEST.min(most), most);
        let connections = self.connections.unwrap_or_else(|| match self.http {
            Http::One => at_once,
            Http::Two => at_once.div_ceil(CALLS_OF_A_CONNECTION),
        });
        if !(1..=100_000).contains(&connections) {
            return Err(("generator.connections", format!("is {connections}: from 1 to 100000")));
        }
        let workers = self
            .workers
            .unwrap_or_else(|| ((arrivals.peak() * 2.0).ceil() as usize).clamp(64, 4096));
        if !(1..=100_000).contains(&workers) {
            return Err(("generator.workers", format!("is {workers}: from 1 to 100000")));
        }
        // A user is a task: more of them than threads only wake each other.
        let users = self.users.unwrap_or_else(|| match threads(calls_per_second) {
            1 => 1,
            several => (several * USERS_OF_A_THREAD).min(workers),
        });
        if users == 0 || users > workers {
            return Err((
                "generator.users",
                format!("is {users}: from 1 to the number of workers"),
            ));
        }
        if self.grain.0 > LONGEST_GRAIN {
            return Err((
                "generator.grain",
                format!("is {:?}: up to {LONGEST_GRAIN:?}", self.grain.0),
            ));
        }
        Ok(Generator {
            workers,
            connections,
            http: self.http,
            users,
            grain: self.grain.0,
            latest: self.latest.map_or(Duration::from_millis(20), |time| time.0),
            busy_share: self
                .busy_share
                .map_or(Ok(0.2), |text| share("generator.busy_share", &text))?,
        })
    }
}
