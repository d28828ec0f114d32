//! One observed exchange against the description: is the answer one that the documents allow? Says
//! what deviates, where, and whether a cited fact or only a choice of ours is breached. Judges
//! answers, never requests; judges no rule but the agreement with the description (WIRE-01).
//!
//! Statuses outside the table (401, 403, 405, 413, 415, 429, other 4xx, 502 to 504) belong to
//! gateways and to the rules that name them: they are never deviations.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::description::{DescribedAnswer, DescribedOperation, Description, REQUEST_TOKEN};
use crate::exchange::{Answer, Api, Exchange};
use crate::operations::Operation;

/// An exchange with its bodies whole: an [`Exchange`] itself keeps only their beginning.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// The exchange.
    pub exchange: &'a Exchange,
    /// Body of the request, as sent.
    pub request_body: &'a [u8],
    /// Body of the answer, content encoding removed. Of a downloaded file nothing is read.
    pub answer_body: &'a [u8],
}

/// How much a deviation weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Breaches a cited fact: fails the hub.
    Must,
    /// Breaches only what the documents leave open: recorded.
    Free,
}

/// Which part of the description an answer was held against.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// `operationId`.
    pub operation: String,
    /// Status that was answered.
    pub status: u16,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.operation, self.status)
    }
}

/// One way in which an answer is not what the description says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    /// JSON pointer into the body; empty for the body as a whole; `@status`, `@header.content-type`
    /// for the rest.
    pub pointer: String,
    /// How much it weighs.
    pub level: Level,
    /// What deviates, without repeating the value.
    pub message: String,
    /// What it was held against.
    pub source: Source,
}

/// Holds an answer against the bundled descriptions. Nothing is said of an exchange without a
/// complete answer, or of an operation that is not described.
pub fn check(observed: &Observed<'_>) -> Vec<Deviation> {
    check_against(Description::bundled(), observed)
}

/// Holds an answer against a description.
pub fn check_against(description: &Description, observed: &Observed<'_>) -> Vec<Deviation> {
    let Answer::Received { status, headers, .. } = &observed.exchange.answer else {
        return Vec::new();
    };
    let described = operation_id(observed.exchange)
        .and_then(|id| description.operation(id).map(|found| (id, found)));
    let Some((id, operation)) = described else {
        return Vec::new();
    };
    let source = Source { operation: id.to_owned(), status: *status };
    let mut judge = Judge { source, deviations: Vec::new() };
    match operation.answer(*status) {
        _ if belongs_to_other_rules(*status) => {}
        Some(answer) => judge.answer(answer, observed, headers),
        None => judge.undescribed(operation, *status),
    }
    judge.deviations
}

fn operation_id(exchange: &Exchange) -> Option<&'static str> {
    if exchange.api == Api::Token {
        return (exchange.method == "POST").then_some(REQUEST_TOKEN);
    }
    let method_override = exchange.request_header("x-http-method-override");
    Operation::find(exchange.api, &exchange.method, &exchange.path, method_override)
        .map(Operation::operation_id)
}

/// Only 400 and 404 of the client errors are described as answers; gateways and named rules have
/// the others.
const fn belongs_to_other_rules(status: u16) -> bool {
    matches!(status, 401..=403 | 405..=499 | 502..=504)
}

struct Judge {
    source: Source,
    deviations: Vec<Deviation>,
}

impl Judge {
    fn deviates(&mut self, pointer: impl Into<String>, free: bool, message: impl Into<String>) {
        let level = if free { Level::Free } else { Level::Must };
        let (pointer, message) = (pointer.into(), message.into());
        self.deviations.push(Deviation { pointer, level, message, source: self.source.clone() });
    }

    /// A 400 or a 404 that an operation is not described with needs no place in the table either.
    fn undescribed(&mut self, operation: &DescribedOperation, status: u16) {
        if !(400..500).contains(&status) {
            let known = operation.statuses().join(", ");
            self.deviates(
                "@status",
                false,
                format!("status {status} is not described here (described: {known})"),
            );
        }
    }

    fn answer(
        &mut self,
        described: &DescribedAnswer,
        observed: &Observed<'_>,
        headers: &[(String, String)],
    ) {
        self.headers(described, headers);
        match described.media_type.as_deref() {
            // An answer that the documents leave open may carry anything.
            None if described.free => {}
            None => {
                if !observed.answer_body.is_empty() {
                    self.deviates("", false, "this answer has no body, yet one came");
                }
            }
            Some(media_type) => {
                self.content_type(described, media_type, header(headers, "content-type"));
                if media_type == "application/json" {
                    self.json(described, observed);
                }
            }
        }
    }

    fn headers(&mut self, described: &DescribedAnswer, headers: &[(String, String)]) {
        for wanted in &described.headers {
            let (pointer, free) =
                (format!("@header.{}", wanted.name), wanted.free || described.free);
            match header(headers, &wanted.name) {
                Some(value) => {
                    for violation in wanted.violations(value) {
                        self.deviates(pointer.clone(), free, violation.message);
                    }
                }
                None if wanted.required => self.deviates(pointer, free, "this header is missing"),
                None => {}
            }
        }
    }

    /// Parameters such as `charset` are nobody's business.
    fn content_type(&mut self, described: &DescribedAnswer, wanted: &str, found: Option<&str>) {
        let essence = found.map(|value| value.split(';').next().unwrap_or_default().trim());
        if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(wanted)) {
            let found = found.unwrap_or("none");
            let message = format!("the content type should be {wanted}, not {found}");
            self.deviates("@header.content-type", described.free, message);
        }
    }

    fn json(&mut self, described: &DescribedAnswer, observed: &Observed<'_>) {
        match serde_json::from_slice::<Value>(observed.answer_body) {
            Ok(body) => {
                for (violation, free) in
                    described.violations(&body, &query_pairs(observed.exchange.query.as_deref()))
                {
                    self.deviates(violation.pointer, free, violation.message);
                }
            }
            Err(error) => {
                // The error's own text may quote the body.
                let (line, column) = (error.line(), error.column());
                self.deviates(
                    "",
                    described.free,
                    format!("the body is not JSON (line {line}, column {column})"),
                );
            }
        }
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The decoded pairs of a query string.
fn query_pairs(query: Option<&str>) -> Vec<(String, String)> {
    let decoded =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    query.unwrap_or_default().split('&').filter(|part| !part.is_empty()).map(pair).collect()
}
