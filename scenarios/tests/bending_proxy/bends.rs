//! What a hub may do differently and still be a hub: the documents leave it open, or say so. None
//! of these may make the suite fail anything.

use std::io::Write as _;
use std::time::Duration;

use contract::timestamp::Timestamp;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use time::macros::{format_description, offset};
use time::{OffsetDateTime, UtcOffset};

use crate::proxy::{Alteration, Answer, Call};

/// How a hub may be different.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bend {
    /// Properties that no document knows, in every object of every answer.
    UnknownFields,
    /// What is null is not written at all.
    AbsentNulls,
    /// Errors in other words, but for those that clients in service match (contract §3).
    OtherWording,
    /// The body of the gateway for every 401 (contract §2, D12).
    GatewayUnauthorized,
    /// Arrays in another order wherever none is promised.
    Shuffled,
    /// Answers compressed for those who accept it (contract §1).
    Gzip,
    /// Bodies in pieces, their length not announced.
    Chunked,
    /// `Application/JSON;Charset="UTF-8"`.
    Charset,
    /// Every date in this form (D20).
    Dates(DateForm),
    /// Each call takes so much longer.
    Latency(Duration),
}

/// A form of ISO 8601.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DateForm {
    /// `2024-11-30T09:15:00.123Z`
    Zulu,
    /// `2024-11-30T11:15:00+02:00`
    ColonNoFraction,
    /// `2024-11-30T11:15:00.123+0200`
    NoColon,
}

impl Alteration for Bend {
    fn name(&self) -> String {
        format!("{self:?}")
    }

    fn latency(&self) -> Duration {
        match self {
            Self::Latency(latency) => *latency,
            _ => Duration::ZERO,
        }
    }

    fn alter(&self, call: &Call, answer: &mut Answer) -> bool {
        match self {
            Self::UnknownFields => edit_json(answer, |body| every_object(body, &mut add_unknown)),
            Self::AbsentNulls => edit_json(answer, |body| every_object(body, &mut drop_nulls)),
            Self::OtherWording if answer.status.is_client_error() => {
                edit_json(answer, |body| every_object(body, &mut reword))
            }
            Self::OtherWording => false,
            Self::GatewayUnauthorized => gateway_fault(call, answer),
            Self::Shuffled => {
                let ordered = call.query.contains("orderBy");
                let created = call.method == "POST" && call.path.ends_with("/folders");
                !ordered && !created && edit_json(answer, shuffle)
            }
            Self::Gzip => gzip(call, answer),
            Self::Chunked => {
                // Small pieces for what is read as text, larger ones for files of megabytes.
                let size = if answer.body.len() < 100_000 { 97 } else { 9973 };
                answer.pieces_of_bytes = Some(size);
                !answer.body.is_empty()
            }
            Self::Charset => {
                let json = is_json(answer);
                if json {
                    let odd = HeaderValue::from_static("Application/JSON;Charset=\"UTF-8\"");
                    answer.headers.insert(CONTENT_TYPE, odd);
                }
                json
            }
            Self::Dates(form) => edit_json(answer, |body| rewrite_dates(body, *form)),
            Self::Latency(_) => true,
        }
    }
}

pub(crate) fn is_json(answer: &Answer) -> bool {
    let content_type = answer.headers.get(CONTENT_TYPE);
    content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"))
}

/// Edits a JSON body in place; says whether the edit found anything to do.
pub(crate) fn edit_json(answer: &mut Answer, edit: impl FnOnce(&mut Value) -> bool) -> bool {
    if !is_json(answer) {
        return false;
    }
    let Ok(mut body) = serde_json::from_slice(&answer.body) else {
        return false;
    };
    let edited = edit(&mut body);
    if edited {
        answer.body = body.to_string().into();
    }
    edited
}

type Members = serde_json::Map<String, Value>;

/// Edits every object, the innermost first.
pub(crate) fn every_object(value: &mut Value, edit: &mut impl FnMut(&mut Members) -> bool) -> bool {
    match value {
        Value::Array(items) => {
            items.iter_mut().fold(false, |any, item| any | every_object(item, edit))
        }
        Value::Object(members) => {
            let inner =
                members.values_mut().fold(false, |any, member| any | every_object(member, edit));
            edit(members) || inner
        }
        _ => false,
    }
}

fn add_unknown(members: &mut Members) -> bool {
    members.insert(
        "uneExtension".to_owned(),
        json!({"version": 3, "liste": [1, null, "x"], "vide": {}}),
    );
    members.insert("_links".to_owned(), json!([]));
    true
}

fn drop_nulls(members: &mut Members) -> bool {
    let before = members.len();
    members.retain(|_, member| !member.is_null());
    members.len() < before
}

/// What clients in service look for in a message (contract §3), and must find again.
const MATCHED: [&str; 3] = ["already exists", "does not exist", "suscribed"];

fn reword(members: &mut Members) -> bool {
    let Some(Value::String(message)) = members.get_mut("message") else {
        return false;
    };
    let kept: Vec<_> = MATCHED.iter().filter(|text| message.contains(**text)).copied().collect();
    // What is wrong is still told, all of it (SFD-1.2.2 "Gestion des erreurs"): the places and the
    // values stay.
    let quoted = message.split('"').skip(1).step_by(2);
    let numbered = message.split_whitespace().filter(|word| {
        word.starts_with("'/") || word.contains(|letter: char| letter.is_ascii_digit())
    });
    let told: Vec<_> = quoted.chain(numbered).collect();
    *message = format!("Demande refusée, à corriger : {}. {}", told.join(" ; "), kept.join(", "));
    true
}

fn gateway_fault(call: &Call, answer: &mut Answer) -> bool {
    // Token errors follow RFC 6749 whoever answers.
    if answer.status != 401 || call.path.ends_with("/token") {
        return false;
    }
    let (code, message) = if call.headers.contains_key("authorization") {
        (900_901, "Invalid Credentials")
    } else {
        (900_902, "Missing Credentials")
    };
    let fault = json!({"fault": {"code": code, "message": message, "description": "Access failure for API"}});
    answer.body = fault.to_string().into();
    let json = HeaderValue::from_static("application/json");
    answer.headers.insert(CONTENT_TYPE, json);
    true
}

/// Clients read the first error of a refusal (contract §3): that order stays.
const ORDERED: &str = "errors";

fn shuffle(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => {
            let inner = items.iter_mut().fold(false, |any, item| any | shuffle(item));
            let several = items.len() > 1;
            items.reverse();
            // Neither the order of before nor its reverse.
            if items.len() > 2 {
                items.swap(0, 1);
            }
            several || inner
        }
        Value::Object(members) => members
            .iter_mut()
            .filter(|(name, _)| *name != ORDERED)
            .fold(false, |any, (_, member)| any | shuffle(member)),
        _ => false,
    }
}

fn gzip(call: &Call, answer: &mut Answer) -> bool {
    let accepted = call
        .headers
        .get(ACCEPT_ENCODING)
        .is_some_and(|value| value.to_str().is_ok_and(|text| text.contains("gzip")));
    if !accepted || answer.body.is_empty() {
        return false;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&answer.body).unwrap();
    answer.body = encoder.finish().unwrap().into();
    answer.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    true
}

fn rewrite_dates(value: &mut Value, form: DateForm) -> bool {
    match value {
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(date) => {
                *text = form.write(date.into());
                true
            }
            Err(_) => false,
        },
        Value::Array(items) => {
            items.iter_mut().fold(false, |any, item| any | rewrite_dates(item, form))
        }
        Value::Object(members) => {
            members.values_mut().fold(false, |any, member| any | rewrite_dates(member, form))
        }
        _ => false,
    }
}

impl DateForm {
    fn write(self, date: OffsetDateTime) -> String {
        let summer = date.to_offset(offset!(+2));
        let text = match self {
            Self::Zulu => date.to_offset(UtcOffset::UTC).format(format_description!(
                "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
            )),
            Self::ColonNoFraction => summer.format(format_description!(
                "[year]-[month]-[day]T[hour]:[minute]:[second][offset_hour sign:mandatory]:[offset_minute]"
            )),
            Self::NoColon => summer.format(format_description!(
                "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3][offset_hour sign:mandatory][offset_minute]"
            )),
        };
        text.unwrap()
    }
}
