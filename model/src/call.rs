//! A call as the model asks for it, and the answer that is handed back: what crosses the wire, and
//! nothing of how.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use contract::operations::{Method, Operation};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A call to be made.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is asked for; none for a path or a method of nothing.
    pub operation: Option<Operation>,
    /// Its method; `POST` that says `PATCH` when that is asked for.
    pub method: Method,
    /// The values of the path's parameters, in order.
    pub parameters: Vec<String>,
    /// Its path below the base of the télédossiers.
    pub path: String,
    /// Query parameters.
    pub query: Vec<(&'static str, String)>,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Body,
}

/// Body of a call.
#[derive(Clone, Debug)]
pub enum Body {
    /// None at all.
    None,
    /// A JSON value.
    Json(Value),
    /// What claims to be JSON and is none.
    Truncated(String),
    /// The bytes of a file.
    File(Bytes),
}

impl Call {
    /// A call of an operation, its path parameters filled in order.
    pub(crate) fn of(operation: Operation, parameters: &[&str]) -> Self {
        Self {
            operation: Some(operation),
            parameters: parameters.iter().map(|&parameter| parameter.to_owned()).collect(),
            ..Self::of_nothing(operation.method(), operation.path(parameters))
        }
    }

    /// A call that is no operation's.
    pub(crate) fn of_nothing(method: Method, path: impl Into<String>) -> Self {
        Self {
            operation: None,
            method,
            parameters: Vec::new(),
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
        }
    }

    pub(crate) fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    pub(crate) fn truncated(self, text: impl Into<String>) -> Self {
        Self { body: Body::Truncated(text.into()), ..self }
    }

    pub(crate) fn file(self, bytes: impl Into<Bytes>) -> Self {
        Self { body: Body::File(bytes.into()), ..self }
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The folder number that its body carries.
    pub fn folder_number(&self) -> Option<&str> {
        match &self.body {
            Body::Json(body) => body["externalId"].as_str(),
            Body::None | Body::Truncated(_) | Body::File(_) => None,
        }
    }

    /// The PATCH as it is, or the POST that says so.
    pub(crate) fn by_post(self, by_post: bool) -> Self {
        if by_post {
            Self { method: Method::Post, ..self }.header("X-HTTP-Method-Override", "PATCH")
        } else {
            self
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The body as JSON; null when it is none.
    pub json: Value,
    /// The bytes of the body.
    pub bytes: Bytes,
    /// The digest that came with them.
    pub digest: Option<String>,
    /// What is said of it in a sentence: the status, and the message of a refusal.
    pub in_short: String,
}

impl Answer {
    /// Whether the call succeeded (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The text at a JSON pointer; empty when there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The array at a JSON pointer; empty when there is none.
    pub fn array(&self, pointer: &str) -> &[Value] {
        self.json.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// The value of the `digest` header for these bytes (contract §1).
pub fn digest_of(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

/// What was answered for each thing that a list of the request holds, in the order of the request;
/// null where nothing was. No document promises that order in the answer (contract §6, "Order";
/// divergence D26): the value of `name` tells them apart, the size does where files share it, and
/// their ranks do where a hub has lost both.
pub fn as_sent<'a>(request: &Value, answer: &'a Value, list: &str, name: &str) -> Vec<&'a Value> {
    let answered = answer[list].as_array().map_or(&[][..], Vec::as_slice);
    let sent = request[list].as_array().map_or(&[][..], Vec::as_slice);
    let of = |(rank, one): (usize, &Value)| {
        let namesakes = answered.iter().filter(|other| other[name] == one[name]);
        let twins = namesakes.clone().filter(|other| other["size"] == one["size"]);
        let found = only(namesakes).or_else(|| only(twins)).or_else(|| answered.get(rank));
        found.unwrap_or(&Value::Null)
    };
    sent.iter().enumerate().map(of).collect()
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next();
    first.filter(|_| found.next().is_none())
}

/// The ids of the files that an event announces, in the order of the request.
pub fn ids_as_announced(request: &Value, answer: &Value) -> Vec<String> {
    let files = as_sent(request, answer, "attachments", "fileName").into_iter();
    let there = files.filter(|file| !file.is_null());
    there.map(|file| file["id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_told_apart_by_their_names_and_else_by_their_ranks() {
        let request = json!({"attachments": [{"fileName": "a"}, {"fileName": "b"}]});
        let shuffled =
            json!({"attachments": [{"id": "2", "fileName": "b"}, {"id": "1", "fileName": "a"}]});
        assert_eq!(ids_as_announced(&request, &shuffled), ["1", "2"]);
        let nameless = json!({"attachments": [{"id": "1"}, {"id": "2"}]});
        assert_eq!(ids_as_announced(&request, &nameless), ["1", "2"]);
        let fewer = json!({"attachments": [{"id": "1"}]});
        assert_eq!(ids_as_announced(&request, &fewer), ["1"]);
        let same = json!({"attachments": [{"fileName": "a"}, {"fileName": "a"}]});
        let answer =
            json!({"attachments": [{"id": "1", "fileName": "a"}, {"id": "2", "fileName": "a"}]});
        assert_eq!(ids_as_announced(&same, &answer), ["1", "2"]);
        let sized =
            json!({"attachments": [{"fileName": "a", "size": 1}, {"fileName": "a", "size": 2}]});
        let answer = json!({"attachments": [
            {"id": "2", "fileName": "a", "size": 2}, {"id": "1", "fileName": "a", "size": 1}]});
        assert_eq!(ids_as_announced(&sized, &answer), ["1", "2"]);
    }
}
