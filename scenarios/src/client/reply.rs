//! The answer to a call, as scenarios read it.

use std::io::Read;
use std::time::SystemTime;

use bytes::Bytes;
use contract::exchange::Exchange;
use serde_json::Value;

/// A complete answer, with the exchange that shows it.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The evidence.
    pub exchange: Exchange,
    /// The whole body.
    pub body: Bytes,
    json: Option<Value>,
}

impl Reply {
    pub(crate) fn new(exchange: Exchange, body: Bytes) -> Self {
        let json = serde_json::from_slice(&body).ok();
        Self { exchange, body, json }
    }

    /// Status code.
    pub fn status(&self) -> u16 {
        self.exchange.status().expect("a reply is made of a received answer")
    }

    /// Whether the call succeeded (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// First value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.exchange.answer_header(name)
    }

    /// The hub's time when it answered.
    pub fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header("date")?).ok()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> &Value {
        self.json.as_ref().unwrap_or(&Value::Null)
    }

    /// The text at a JSON pointer; empty when there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The array at a JSON pointer; empty when there is none.
    pub fn array(&self, pointer: &str) -> &[Value] {
        self.json().pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The codes and messages of an error, in whichever form it came.
    pub fn problems(&self) -> Vec<(String, String)> {
        contract::problem::codes_and_messages(self.json())
    }

    /// What the reports say was observed: the status and, for an error, its first message.
    pub fn in_short(&self) -> String {
        match self.problems().first() {
            Some((_, message)) => format!("{} « {} »", self.status(), shorten(message)),
            None => self.status().to_string(),
        }
    }
}

fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// Undoes gzip, up to a limit.
pub(crate) fn gunzip(bytes: &[u8], limit: usize) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).take(limit as u64 + 1).read_to_end(&mut plain)?;
    if plain.len() > limit {
        return Err(std::io::Error::other("too long once uncompressed"));
    }
    Ok(plain)
}
