//! The parameters of a request: path, query, headers. Turns texts into the values that the
//! description speaks of. Takes lists repeated or comma-joined (contract §1); knows neither bodies
//! nor answers.

use http::HeaderMap;
use openapiv3::Parameter as Described;
use serde_json::{Number, Value};

use super::schema::Schema;
use super::violation::Violation;

/// What a request carries beside its body.
pub(super) struct Sent<'a> {
    path: Vec<(&'a str, &'a str)>,
    query: Vec<(&'a str, &'a str)>,
    headers: &'a HeaderMap,
}

impl<'a> Sent<'a> {
    pub(super) fn new<P: AsRef<str>, Q: AsRef<str>>(
        path: &'a [(P, P)],
        query: &'a [(Q, Q)],
        headers: &'a HeaderMap,
    ) -> Self {
        Self { path: pairs(path), query: pairs(query), headers }
    }
}

fn pairs<T: AsRef<str>>(pairs: &[(T, T)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect()
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Path,
    Query,
    Header,
}

/// One described parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    place: Place,
    name: String,
    required: bool,
    schema: Option<Schema>,
}

impl Parameter {
    pub(super) fn new(described: &Described, schema: Option<Schema>) -> Self {
        let data = described.parameter_data_ref();
        let place = match described {
            Described::Path { .. } => Place::Path,
            Described::Query { .. } => Place::Query,
            Described::Header { .. } | Described::Cookie { .. } => Place::Header,
        };
        Self { place, name: data.name.clone(), required: data.required, schema }
    }

    /// Everything that is wrong with this parameter of a request.
    pub(super) fn violations(&self, sent: &Sent<'_>) -> Vec<Violation> {
        let texts = self.texts(sent);
        if texts.is_empty() {
            let missing =
                self.required.then(|| Violation::missing_parameter(self.pointer(), &self.name));
            return missing.into_iter().collect();
        }
        let Some(schema) = &self.schema else {
            return Vec::new();
        };
        let violations =
            values(schema, &texts).into_iter().flat_map(|value| schema.violations(&value));
        violations.map(|found| Violation { pointer: self.pointer(), ..found.violation }).collect()
    }

    fn texts(&self, sent: &Sent<'_>) -> Vec<String> {
        let named = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .filter(|(name, _)| *name == self.name)
                .map(|(_, value)| (*value).to_owned())
                .collect()
        };
        match self.place {
            Place::Path => named(&sent.path),
            Place::Query => named(&sent.query),
            Place::Header => {
                let values = sent.headers.get_all(&self.name).into_iter();
                values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
            }
        }
    }

    fn pointer(&self) -> String {
        let place = match self.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        format!("@{place}.{}", self.name)
    }
}

/// The values that texts stand for: one list when the schema asks for a list, otherwise one value
/// each.
fn values(schema: &Schema, texts: &[String]) -> Vec<Value> {
    match schema.json_type() {
        Some("array") => {
            vec![texts.iter().flat_map(|text| text.split(',')).map(Value::from).collect()]
        }
        Some("integer") => texts.iter().map(|text| integer(text)).collect(),
        Some("boolean") => texts.iter().map(|text| boolean(text)).collect(),
        _ => texts.iter().map(|text| Value::from(text.as_str())).collect(),
    }
}

/// A number beyond what a machine counts is still a number: it stays at the limit, for the bounds
/// to refuse.
fn integer(text: &str) -> Value {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Value::from(text);
    }
    let limit = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Value::Number(Number::from(text.parse().unwrap_or(limit)))
}

fn boolean(text: &str) -> Value {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        _ if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        _ => Value::from(text),
    }
}
