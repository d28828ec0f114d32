//! What a campaign is judged by, as the TOML of a plan says it.

use std::time::Duration;

use reports::load::{Objective, Outcome, Requirement};
use serde::Deserialize;

use super::super::Refusal;
use super::Time;
use crate::series::{Clock, SeriesKey};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawObjective {
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

impl RawObjective {
    pub(super) fn check(self) -> Result<Objective, Refusal> {
        let subject = self
            .subject
            .as_deref()
            .map(|name| {
                SeriesKey::named(name).ok_or_else(|| {
                    let names: Vec<_> = SeriesKey::all().map(SeriesKey::name).collect();
                    (
                        "objective.subject",
                        format!("is \"{name}\": choose among {}", names.join(", ")),
                    )
                })
            })
            .transpose()?;
        let percentile = self.percentile.unwrap_or(99.0);
        if !(1.0..=100.0).contains(&percentile) {
            let hint = if (0.0..1.0).contains(&percentile) && percentile > 0.0 {
                format!("; write {} where {percentile} is a share", percentile * 100.0)
            } else {
                String::new()
            };
            let reason = format!("is {percentile}: from 1 to 100{hint}");
            return Err(("objective.percentile", reason));
        }
        let latency = |clock, time: Option<Time>| {
            time.map(|below| Requirement::Latency {
                clock,
                percentile,
                limit_us: u64::try_from(below.0.as_micros()).unwrap_or(u64::MAX),
                observed_us: None,
            })
        };
        let limit = |key, text: Option<String>| text.map(|text| share(key, &text)).transpose();
        let error_rate = limit("objective.error_rate", self.error_rate)?;
        let achieved = limit("objective.achieved", self.achieved)?;
        let observed_share = None;
        let measures = [
            latency(Clock::Response, self.response),
            latency(Clock::Service, self.service),
            latency(Clock::FirstByte, self.first_byte),
            error_rate.map(|limit_share| Requirement::ErrorRate { limit_share, observed_share }),
            achieved.map(|limit_share| Requirement::Achieved { limit_share, observed_share }),
        ];
        let measures: Vec<_> = measures.into_iter().flatten().collect();
        let [requirement] = measures[..] else {
            return Err((
                "objective",
                "says one thing each: response, service, first_byte, error_rate or achieved"
                    .to_owned(),
            ));
        };
        if let (Requirement::Latency { clock, .. }, Some(subject)) = (requirement, subject)
            && !subject.clocks().contains(&clock)
        {
            return Err((
                "objective",
                format!("asks for the {} of {}, which has none", clock.name(), subject.name()),
            ));
        }
        if self.window.is_some_and(|window| {
            window.0 < Duration::from_secs(1) || window.0 > Duration::from_secs(3600)
        }) {
            return Err(("objective.window", "is from 1s to 1h".to_owned()));
        }
        refuse_what_is_not_measured(subject, requirement, self.window.is_some(), self.abort)?;
        Ok(Objective {
            subject: self.subject,
            requirement,
            window_s: self.window.map(|window| window.0.as_secs()),
            worst_second: None,
            abort: self.abort,
            outcome: Outcome::NotMeasured,
        })
    }
}

/// Refuses what would be judged by something else than it says: a campaign keeps shares of all
/// calls by second, and those of one operation over the whole.
fn refuse_what_is_not_measured(
    subject: Option<SeriesKey>,
    requirement: Requirement,
    has_window: bool,
    abort: bool,
) -> Result<(), Refusal> {
    let refused = match (requirement, subject) {
        (Requirement::Achieved { .. }, Some(_)) => {
            "achieved is of all journeys: leave its subject out"
        }
        (Requirement::ErrorRate { .. }, Some(_)) if has_window => {
            "an error_rate over a window is of all calls: leave out its subject, or its window"
        }
        (Requirement::ErrorRate { .. }, Some(SeriesKey::Span(_))) => {
            "an error_rate is of calls: name an operation, not a journey"
        }
        _ if abort && !has_window => "abort needs a window: the whole is judged at the end only",
        _ => return Ok(()),
    };
    Err(("objective", refused.to_owned()))
}

/// A share written as `0.1%`.
pub(super) fn share(key: &'static str, text: &str) -> Result<f64, Refusal> {
    text.trim()
        .strip_suffix('%')
        .and_then(|number| number.trim().parse::<f64>().ok())
        .filter(|number| (0.0..=100.0).contains(number))
        .map(|number| number / 100.0)
        .ok_or_else(|| (key, format!("is \"{text}\": write a share such as \"0.1%\"")))
}
