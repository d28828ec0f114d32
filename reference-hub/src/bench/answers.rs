//! Bad answers: how each misbehaviour looks on the wire.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;

use crate::error::json;

/// Left among the extensions of an answer that must not be sent: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

/// Why a body breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the bench closes the connection here")]
struct BrokenOff;

/// An ordinary error, in the ordinary body.
pub(super) fn refusal(status: StatusCode, retry_after_seconds: Option<u32>) -> Response<Body> {
    let message = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({ "errors": [{ "code": status.as_u16(), "message": message }] });
    let mut answer = json(status, &body);
    if let Some(seconds) = retry_after_seconds {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A request whose file lacks its last byte.
pub(super) async fn without_last_byte(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let kept = bytes.slice(..bytes.len().saturating_sub(1));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(kept.len()));
    Request::from_parts(parts, Body::from(kept))
}

/// No answer at all. Its body is never sent; it only must not look complete.
pub(super) fn closed() -> Response<Body> {
    let mut answer = Response::new(Body::from("closed"));
    answer.extensions_mut().insert(CloseConnection);
    answer
}

/// Rewrites an answer, whole in memory: a bench deals in small files.
pub(super) async fn rewritten(
    answer: Response<Body>,
    change: fn(http::response::Parts, &Bytes) -> Response<Body>,
) -> Response<Body> {
    let (parts, body) = answer.into_parts();
    match body.collect().await {
        Ok(body) => change(parts, &body.to_bytes()),
        Err(_) => closed(),
    }
}

/// Half of the bytes, then nothing.
pub(super) fn truncated(mut parts: http::response::Parts, bytes: &Bytes) -> Response<Body> {
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    let pieces = futures::stream::iter([Ok(half), Err(BrokenOff)]);
    Response::from_parts(parts, Body::from_stream(pieces))
}

/// As many bytes, the last of them another.
pub(super) fn altered(parts: http::response::Parts, bytes: &Bytes) -> Response<Body> {
    let mut bytes = bytes.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last = last.wrapping_add(1);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Properties that no description knows, in every object.
pub(super) fn with_unknown_fields(parts: http::response::Parts, bytes: &Bytes) -> Response<Body> {
    changed_json(parts, bytes, add_unknown_fields)
}

fn add_unknown_fields(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(add_unknown_fields),
        Value::Object(fields) => {
            fields.values_mut().for_each(add_unknown_fields);
            fields.insert(
                "laterAddition".to_owned(),
                serde_json::json!({ "since": "9.9.9", "values": [1, null, "x"] }),
            );
        }
        _ => {}
    }
}

/// The list from its end.
pub(super) fn reversed(parts: http::response::Parts, bytes: &Bytes) -> Response<Body> {
    changed_json(parts, bytes, |value| {
        if let Value::Array(values) = value {
            values.reverse();
        }
    })
}

/// Nothing in the list.
pub(super) fn emptied(parts: http::response::Parts, bytes: &Bytes) -> Response<Body> {
    changed_json(parts, bytes, |value| {
        if let Value::Array(values) = value {
            values.clear();
        }
    })
}

/// Changes what the hub itself says in JSON. A file may be JSON too: it goes as it was deposited,
/// or its digest would lie.
fn changed_json(
    mut parts: http::response::Parts,
    bytes: &Bytes,
    change: impl Fn(&mut Value),
) -> Response<Body> {
    let is_json = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let parsed = is_json.then(|| serde_json::from_slice::<Value>(bytes));
    let Some(Ok(mut value)) = parsed else {
        return Response::from_parts(parts, Body::from(bytes.clone()));
    };
    change(&mut value);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn with_additions(kind: &'static str) -> Bytes {
        let answer = Response::builder()
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(r#"{"a":1}"#))
            .unwrap();
        let changed = rewritten(answer, with_unknown_fields).await;
        changed.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn fields_are_added_to_what_the_hub_says_and_never_to_a_file() {
        let file = with_additions("application/octet-stream").await;
        assert_eq!(file, r#"{"a":1}"#);
        let said = with_additions("application/json").await;
        assert!(String::from_utf8_lossy(&said).contains("laterAddition"));
    }
}
