//! What must not leave the program: secrets collected during the run, whatever stands in an
//! `Authorization` header, and people's data in kept bodies. Everything written to a file or a
//! terminal passes through here on its way out. Judges nothing, and is not meant to protect what
//! étalon holds in memory.

mod applicant;
mod contacts;
mod personal;
mod secrets;
mod spellings;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use contract::description::Description;
use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::operations::Operation;
use serde_json::Value;

use self::secrets::Secrets;
use crate::event::Evidence;

/// What stands in place of a secret.
pub(crate) const MASK: &str = "[masqué]";

/// Headers that carry credentials: their values never leave. Those that a target file adds are
/// told to [`Redactor::add_header`].
const SECRET_HEADERS: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "apikey",
    "x-auth-token",
];

/// JSON properties and form fields whose values never leave.
const SECRET_FIELDS: [&str; 5] =
    ["access_token", "refresh_token", "id_token", "client_secret", "client_assertion"];

/// Keys of an event whose values are words of ours, and structure its line.
const STRUCTURE: [&str; 4] = ["event", "outcome", "level", "kind"];

/// The secrets of a run, shared by everything that writes, and whose bodies it records.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    known: Arc<RwLock<Known>>,
    bodies: Bodies,
}

/// What is kept of bodies. Files are never kept but with [`Bodies::Kept`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bodies {
    /// The answers are those of a hub that others use: people's data in them is masked.
    #[default]
    OfAHub,
    /// The requests are a client's, and the evidence: applicants alone are masked.
    OfAClient,
    /// Nobody's data is in them: all is kept but secrets.
    Kept,
}

#[derive(Debug, Default)]
struct Known {
    secrets: Secrets,
    headers: BTreeSet<String>,
}

impl Redactor {
    /// A redactor that knows no secret yet, and masks what is secret by its place.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with the same secrets, for bodies of this kind.
    pub fn of_bodies(&self, bodies: Bodies) -> Self {
        Self { known: self.known.clone(), bodies }
    }

    /// Adds a secret: a client secret, a token. It is masked wherever it stands and however it is
    /// spelt, when it is long enough to be told from ordinary text.
    pub fn add_secret(&self, secret: &str) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).secrets.add(secret);
    }

    /// Adds the name of a header whose values never leave, whatever they are.
    pub fn add_header(&self, name: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.headers.insert(name.to_ascii_lowercase());
    }

    /// The text without any secret or applicant's data.
    pub fn text(&self, text: &str) -> String {
        self.text_of(text, false)
    }

    fn text_of(&self, text: &str, is_cut: bool) -> String {
        let text = self.without_secrets(text, is_cut);
        let text = without_passwords(without_secret_fields(text));
        if self.bodies == Bodies::Kept { text } else { applicant::masked(&text) }
    }

    fn without_secrets(&self, text: &str, is_cut: bool) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.secrets.is_empty() {
            return text.to_owned();
        }
        let look = |bytes: &[u8], is_cut| known.secrets.find(bytes, is_cut);
        let mut found = spellings::search(text.as_bytes(), is_cut, &look);
        found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        masked_at(text, &found)
    }

    /// Redacts every text of an event, given as JSON; its own words (`event`, `outcome`…) and the
    /// names of rules stay. What an exchange carries is for [`Self::evidence`].
    pub fn event(&self, event: &mut Value) {
        self.inside(event);
    }

    /// Redacts an exchange, or what a bench noted.
    pub fn evidence(&self, evidence: &mut Evidence) {
        match evidence {
            Evidence::Exchange(exchange) => self.exchange(exchange),
            Evidence::Mark { mark, .. } => self.everything(mark),
            Evidence::Place { .. } => {}
        }
    }

    /// Redacts an exchange. Its fields are named one by one: one that is added is thought of here.
    pub fn exchange(&self, exchange: &mut Exchange) {
        let patches = exchange.request_header("x-http-method-override");
        let operation = Operation::find(exchange.api, &exchange.method, &exchange.path, patches);
        let Exchange {
            id,
            scenario,
            actor,
            method,
            url,
            path,
            api,
            query,
            request_headers,
            request_body,
            sent_at: _,
            duration_us: _,
            answer,
        } = exchange;
        let given = [scenario, actor, query].into_iter().flatten();
        for text in [id, method, url, path].into_iter().chain(given) {
            *text = self.text(text);
        }
        self.body(request_body, is_file(operation.map(sends_file), request_headers));
        self.headers(request_headers);
        match answer {
            Answer::Received { status, version, headers, body } => {
                *version = self.text(version);
                let gives = operation.map(|it| gives_file(it) && *status < 300);
                self.body(body, is_file(gives, headers));
                self.headers(headers);
                if self.bodies == Bodies::OfAHub && *api != Api::Token {
                    let described = operation.map_or_else(Vec::new, |it| described(it, *status));
                    let is_refusal = *status >= 300;
                    body.text = body.text.take().and_then(|text| {
                        let no_json = || is_refusal.then(|| contacts::masked(&text));
                        personal::masked(&text, &described, is_refusal).or_else(no_json)
                    });
                    // What is no JSON and no refusal is nothing that a description knows.
                    body.whole &= body.text.is_some() || body.length == 0;
                }
            }
            Answer::Broken(why) => *why = self.text(why),
        }
    }

    /// Masks what headers carry; the scheme of a credential stays, since a reader needs it.
    fn headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            if self.is_secret_header(&name.to_ascii_lowercase()) {
                let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
                let scheme = scheme.filter(|scheme| {
                    ["bearer", "basic", "digest"].contains(&scheme.to_ascii_lowercase().as_str())
                });
                *value =
                    scheme.map_or_else(|| MASK.to_owned(), |scheme| format!("{scheme} {MASK}"));
            }
            *name = self.text(name);
            *value = self.text(value);
        }
    }

    fn is_secret_header(&self, name: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        SECRET_HEADERS.contains(&name) || known.headers.contains(name)
    }

    /// Of a file, length and digest stay; its type is in the headers.
    fn body(&self, body: &mut BodyExcerpt, is_file: bool) {
        if is_file && self.bodies != Bodies::Kept && body.length > 0 {
            body.text = None;
            body.whole = false;
        }
        if let Some(text) = &mut body.text {
            *text = self.text_of(text, !body.whole);
        }
    }

    fn inside(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.quoted(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.inside(value)),
            Value::Object(fields) => {
                let free = fields.iter_mut().filter(|(key, _)| !STRUCTURE.contains(&key.as_str()));
                free.for_each(|(_, value)| self.inside(value));
            }
            _ => {}
        }
    }

    /// What is said of an exchange: what it quotes stays, but for secrets and people's addresses.
    fn quoted(&self, text: &str) -> String {
        let text = self.text(text);
        if self.bodies == Bodies::Kept { text } else { contacts::masked(&text) }
    }

    fn everything(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.everything(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.everything(value)),
            _ => {}
        }
    }
}

const fn sends_file(operation: Operation) -> bool {
    matches!(operation, Operation::PutFolderAttachment | Operation::PutEventAttachment)
}

const fn gives_file(operation: Operation) -> bool {
    matches!(operation, Operation::GetCaseAttachment | Operation::GetEventAttachment)
}

/// Whether a body is a file: by the operation, or by its type where there is none.
fn is_file(by_operation: Option<bool>, headers: &[(String, String)]) -> bool {
    let of_files = |kind: &str| {
        let kind = kind.trim().to_ascii_lowercase();
        ["application/octet-stream", "application/pdf", "application/zip", "image/"]
            .iter()
            .any(|file| kind.starts_with(file))
    };
    let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    by_operation.unwrap_or_else(|| kind.is_some_and(|(_, kind)| of_files(kind)))
}

/// What is described of an answer; of one with a status that is not, what the operation answers.
fn described(operation: Operation, status: u16) -> Vec<&'static Value> {
    let description = Description::bundled();
    let schemas = description.answer_schemas(operation, status);
    if schemas.is_empty() && status < 400 {
        return description.answer_schemas(operation, operation.success());
    }
    schemas
}

/// The text with a mask in place of each of these ranges, which come in order; what overlaps is one
/// secret.
fn masked_at(text: &str, ranges: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut shown_to = 0;
    let mut ranges = ranges.iter().peekable();
    while let Some(first) = ranges.next() {
        let mut end = first.end;
        while let Some(next) = ranges.next_if(|next| next.start < end) {
            end = end.max(next.end);
        }
        // The beginning of a secret may end inside a character.
        let start = text.floor_char_boundary(first.start).max(shown_to);
        masked.push_str(&text[shown_to..start]);
        masked.push_str(MASK);
        shown_to = text.ceil_char_boundary(end).max(shown_to);
    }
    masked.push_str(&text[shown_to..]);
    masked
}

/// Masks the password of every URL in a text, and a name that stands alone before its host: some
/// carry a token there.
fn without_passwords(text: String) -> String {
    if !text.contains("://") {
        return text;
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("://") {
        let (before, authority) = rest.split_at(at + 3);
        masked.push_str(before);
        let ends = |c: char| "/?#\"'<>`\\".contains(c) || c.is_whitespace();
        let length = authority.find(ends).unwrap_or(authority.len());
        let user = authority[..length].rfind('@').unwrap_or(0);
        if user > 0 {
            let name = authority[..user].find(':').map_or(0, |colon| colon + 1);
            masked.push_str(&authority[..name]);
            masked.push_str(MASK);
        }
        rest = &authority[user..];
    }
    masked + rest
}

/// Masks `"access_token":"…"` and `client_secret=…` in a text, whether or not their values are
/// known.
fn without_secret_fields(text: String) -> String {
    if !SECRET_FIELDS.iter().any(|field| text.contains(field)) {
        return text;
    }
    let mut masked = text;
    for field in SECRET_FIELDS {
        masked = applicant::with_json_values_replaced(&masked, field, |_| MASK.to_owned());
        masked = with_form_value_masked(&masked, field);
    }
    masked
}

fn with_form_value_masked(text: &str, field: &str) -> String {
    let mark = format!("{field}=");
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&mark) {
        let value = at + mark.len();
        masked.push_str(&rest[..value]);
        rest = &rest[value..];
        if !rest.starts_with(MASK) {
            masked.push_str(MASK);
            let end = rest.find(|c: char| c == '&' || c == '"' || c.is_whitespace());
            rest = &rest[end.unwrap_or(rest.len())..];
        }
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests;
