//! Bodies: JSON within a bound, held against the description, then decoded once.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use contract::description::Description;
use contract::operations::Operation;
use futures::StreamExt as _;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Call;
use crate::error::Refusal;
use crate::faults::{rule, spared, wire};

/// How long a refused body is read and thrown away, so that its sender gets to read the answer.
const DRAIN_TIME: Duration = Duration::from_secs(60);

/// Reads a body of at most `limit` bytes; of a longer one, enough for its sender to notice.
pub(crate) async fn read_limited(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut first = None;
    let mut rest = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::BrokenBody)?;
        let length = first.as_ref().map_or(0, Bytes::len) + rest.len() + chunk.len();
        if length > limit {
            drop(rest);
            throw_away(&mut stream).await;
            return Err(Refusal::TooLarge(limit));
        }
        // Most bodies come in one piece, which is then used as it is.
        match first.take() {
            None if rest.is_empty() => first = Some(chunk),
            None => rest.extend_from_slice(&chunk),
            Some(before) => {
                rest.extend_from_slice(&before);
                rest.extend_from_slice(&chunk);
            }
        }
    }
    Ok(first.unwrap_or_else(|| rest.freeze()))
}

/// Reads what is left of a refused call's body, within reason. A sender that waits for leave to
/// send it (`Expect`) is not given it.
pub(crate) async fn drain(body: Body, headers: &HeaderMap) {
    if !headers.contains_key(http::header::EXPECT) {
        throw_away(&mut body.into_data_stream()).await;
    }
}

/// Reads what is left of a body that is being sent.
pub(crate) async fn throw_away(stream: &mut BodyDataStream) {
    let reading = async { while let Some(Ok(_)) = stream.next().await {} };
    let _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}

impl Call {
    /// The body, decoded: JSON, as described, without NUL characters. Everything that is wrong with
    /// it is told at once.
    pub(crate) async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        let body = std::mem::take(&mut self.body);
        let bytes = read_limited(body, self.json_bytes).await?;
        let is_json =
            |value: &http::HeaderValue| value.to_str().is_ok_and(|it| it.contains("json"));
        let announced = self.headers.get(http::header::CONTENT_TYPE);
        if !announced.is_some_and(is_json) && !self.keeps(rule!("ERR-03")) {
            return Err(self.refuse("@header.Content-Type", &["application/json is expected"]));
        }
        let mut value: Value = serde_json::from_slice(&bytes)
            // The position says enough: serde's own words may quote the body.
            .map_err(|error| {
                if !self.keeps(rule!("ERR-02")) {
                    return wire::fallen("ERR-02");
                }
                self.refuse(
                    "@body",
                    &[format!("Malformed JSON at line {} column {}", error.line(), error.column())],
                )
            })?;
        let found = Description::bundled().request_violations(self.operation, &value);
        let found = spared::spare(self.operation, found, &mut value, &self.conduct);
        let mut reasons: Vec<String> = found.iter().map(ToString::to_string).collect();
        unstorable(&value, &mut String::new(), &mut reasons);
        if !reasons.is_empty() {
            if value["actionType"].is_number() && !self.keeps(rule!("WIRE-03", "refusal")) {
                return Err(wire::fallen("WIRE-03"));
            }
            if !self.tells_all() {
                reasons.truncate(1);
            }
            return Err(self.refuse("@body", &reasons));
        }
        serde_json::from_value(value).map_err(|error| self.refuse("@body", &[error.to_string()]))
    }
}

impl Call {
    /// Whether every fault of a body is told, as it should, or the first one only.
    fn tells_all(&self) -> bool {
        match self.operation {
            Operation::CreateEvent => self.keeps(rule!("ERR-07", "event")),
            Operation::CreateSubscription => self.keeps(rule!("ERR-07", "subscription")),
            _ => true,
        }
    }
}

/// Notes the texts that no hub should keep: with NUL characters, or file names that are paths.
fn unstorable(value: &Value, pointer: &mut String, reasons: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            reasons.push(format!("[Path '{pointer}'] NUL characters are not allowed"));
        }
        Value::String(text) if pointer.ends_with("/fileName") && is_path(text) => {
            reasons.push(format!("[Path '{pointer}'] A file name is expected, not a path"));
        }
        Value::Array(items) => descend(items.iter().enumerate(), pointer, reasons),
        Value::Object(members) => descend(members.iter(), pointer, reasons),
        _ => {}
    }
}

fn descend<'a, K: ToString>(
    members: impl Iterator<Item = (K, &'a Value)>,
    pointer: &mut String,
    reasons: &mut Vec<String>,
) {
    for (key, member) in members {
        if member.is_string() || member.is_array() || member.is_object() {
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&key.to_string());
            unstorable(member, pointer, reasons);
            pointer.truncate(length);
        }
    }
}

fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || matches!(name, "." | "..")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_are_paths_and_nul_characters_are_refused_with_their_place() {
        let body = json!({"attachments": [{"fileName": "../../etc/passwd"}, {"fileName": "a.pdf"}], "applicant": {"lastName": "D\u{0}"}});
        let mut reasons = Vec::new();
        unstorable(&body, &mut String::new(), &mut reasons);
        reasons.sort();
        assert_eq!(
            reasons,
            [
                "[Path '/applicant/lastName'] NUL characters are not allowed",
                "[Path '/attachments/0/fileName'] A file name is expected, not a path",
            ]
        );
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let pieces = |count: usize| {
            let pieces = (0..count).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"12345")));
            Body::from_stream(futures::stream::iter(pieces))
        };
        assert_eq!(read_limited(pieces(3), 15).await.unwrap(), "123451234512345");
        assert_eq!(read_limited(pieces(1), 15).await.unwrap(), "12345");
        assert_eq!(read_limited(Body::empty(), 15).await.unwrap(), "");
        assert!(matches!(read_limited(pieces(4), 15).await, Err(Refusal::TooLarge(15))));
        let broken = Body::from_stream(futures::stream::iter([Err::<Bytes, _>(
            std::io::Error::other("gone"),
        )]));
        assert!(matches!(read_limited(broken, 15).await, Err(Refusal::BrokenBody)));
    }
}
