//! Reads an exchange as reports show it. It is `contract`'s `Exchange` as JSON, since nothing here
//! depends on the contract; whatever is missing reads as empty, so that an older record can still
//! be shown.

use serde_json::Value;

/// How much of a body an exchange keeps, in bytes: as in `contract`.
pub(crate) const EXCERPT_BYTES: u64 = 4096;

/// One request and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a>(pub(crate) &'a Value);

/// What is kept of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    /// Whole length in bytes.
    pub(crate) length: u64,
    /// SHA-256 of the whole, in hexadecimal.
    pub(crate) sha256: Option<&'a str>,
    /// Its beginning, when it is text.
    pub(crate) text: Option<&'a str>,
    /// Whether the text is the whole of it.
    pub(crate) whole: bool,
}

impl<'a> Exchange<'a> {
    pub(crate) fn id(self) -> &'a str {
        self.text("id")
    }

    pub(crate) fn actor(self) -> Option<&'a str> {
        self.0["actor"].as_str()
    }

    pub(crate) fn method(self) -> &'a str {
        self.text("method")
    }

    pub(crate) fn url(self) -> &'a str {
        self.text("url")
    }

    pub(crate) fn sent_at(self) -> &'a str {
        self.text("sent_at")
    }

    pub(crate) fn duration_us(self) -> u64 {
        self.0["duration_us"].as_u64().unwrap_or_default()
    }

    pub(crate) fn request_headers(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        headers(&self.0["request_headers"])
    }

    pub(crate) fn request_body(self) -> Body<'a> {
        Body::of(&self.0["request_body"])
    }

    pub(crate) fn status(self) -> Option<u64> {
        self.0.pointer("/answer/received/status").and_then(Value::as_u64)
    }

    pub(crate) fn version(self) -> &'a str {
        self.0.pointer("/answer/received/version").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn answer_headers(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        headers(self.0.pointer("/answer/received/headers").unwrap_or(&Value::Null))
    }

    pub(crate) fn answer_body(self) -> Body<'a> {
        Body::of(self.0.pointer("/answer/received/body").unwrap_or(&Value::Null))
    }

    /// What prevented an answer.
    pub(crate) fn broken(self) -> Option<&'a str> {
        self.0.pointer("/answer/broken").and_then(Value::as_str)
    }

    fn text(self, key: &str) -> &'a str {
        self.0[key].as_str().unwrap_or_default()
    }
}

impl<'a> Body<'a> {
    fn of(value: &'a Value) -> Self {
        let length = value["length"].as_u64().unwrap_or_default();
        let text = value["text"].as_str();
        // Redaction changes lengths: what is shorter than an excerpt can be was kept whole.
        let whole = length == 0 || (text.is_some() && length <= EXCERPT_BYTES);
        Self { length, sha256: value["sha256"].as_str(), text, whole }
    }
}

fn headers(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    let pairs = value.as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.iter().filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?)))
}
