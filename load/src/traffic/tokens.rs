//! Tokens: asked for by a system's first call, used until shortly before they end, then renewed, as
//! clients in service do. A request for a token is a call like any other, and counts.

use std::time::{Duration, Instant};

use http::{HeaderValue, Method};
use scenarios::token_request::TokenRequest;
use serde::Deserialize;
use serde_json::Value;

use super::asked::{Asked, Content, Wanted};
use super::call::Caller;
use crate::failure::Failure;
use crate::series::SeriesKey;
use crate::systems::System;

/// Longest life that is believed, in seconds.
const LONGEST_LIFE: u64 = 10_000_000;
/// The life of a token that is given without one, in seconds: its `expires_in` is only recommended
/// (RFC 6749 §5.1).
const LIFE: u64 = 300;

/// What is read of the answer of a token endpoint.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: Value,
}

impl TokenAnswer {
    /// How long it may be used, in seconds; some hubs write it as a string.
    fn life(&self) -> u64 {
        let told = match &self.expires_in {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        };
        told.unwrap_or(LIFE).min(LONGEST_LIFE)
    }
}

/// The token of a system as a header; and when it was had, if it had to be asked for.
pub(crate) async fn bearer(
    caller: &Caller,
    system: &System,
    due: Instant,
    measured: bool,
) -> Result<(HeaderValue, Option<Instant>), Failure> {
    if let Some(token) = usable(system) {
        return Ok((token, None));
    }
    let _turn = system.renewing.lock().await;
    if let Some(token) = usable(system) {
        // Somebody else renewed it meanwhile: the call was due when it was, and its wait for that
        // counts.
        return Ok((token, None));
    }
    let credential = &system.credential;
    let request = TokenRequest::of(credential, credential.scope.name());
    let authorization = request.authorization.map(HeaderValue::try_from).transpose();
    let asked = Asked {
        subject: SeriesKey::Token,
        system,
        method: Method::POST,
        place: caller.token_endpoint(),
        authorization: authorization.map_err(|_| Failure::Content)?,
        content: Content::Text(request.content_type, request.body),
        expected: 200,
        wanted: Wanted::Body,
        due,
        measured,
    };
    let received = caller.make(asked).await?;
    let answer: TokenAnswer =
        serde_json::from_slice(&received.body).map_err(|_| Failure::Content)?;
    let mut token = HeaderValue::try_from(format!("Bearer {}", answer.access_token))
        .map_err(|_| Failure::Content)?;
    token.set_sensitive(true);
    // Renewed after 80 % of its life, or a minute before its end when it lives long.
    let life = answer.life() as f64;
    let used = Duration::from_secs_f64((life * 0.8).max(life - 60.0));
    *system.token.lock() = Some((token.clone(), received.ended + used));
    Ok((token, Some(received.ended)))
}

/// Forgets a token that the hub no longer takes.
pub(crate) fn forget(system: &System) {
    *system.token.lock() = None;
}

fn usable(system: &System) -> Option<HeaderValue> {
    system
        .token
        .lock()
        .as_ref()
        .filter(|(_, until)| Instant::now() < *until)
        .map(|(token, _)| token.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_a_number_a_string_or_left_out() {
        for (text, life) in [
            (r#"{"access_token":"t","expires_in":3600}"#, 3_600),
            (r#"{"access_token":"t","expires_in":"3600"}"#, 3_600),
            (r#"{"access_token":"t","expires_in":null}"#, LIFE),
            (r#"{"access_token":"t"}"#, LIFE),
        ] {
            assert_eq!(serde_json::from_str::<TokenAnswer>(text).unwrap().life(), life, "{text}");
        }
    }
}
