//! One observed request and its answer: the only evidence type of the project. The suite's client
//! fills it, the hub's journal fills it, reports show it. It keeps an excerpt of each body, never a
//! whole file; it judges nothing (see [`crate::check`]) and hides nothing (redaction happens where
//! data leaves the program).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::timestamp::Timestamp;

/// How much of a body an [`Exchange`] usually keeps, in bytes. Who needs more keeps more: whether
/// all of it is there is said by [`BodyExcerpt::whole`], and by nothing else.
pub const EXCERPT_BYTES: usize = 4096;

/// One HTTP request and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Identifier within the run, such as `ex-000123`.
    pub id: String,
    /// The scenario that sent it, by its name in the run; `None` for the runner's own housekeeping.
    pub scenario: Option<String>,
    /// What the reports call the credential that was used; `None` when the call carried no token.
    pub actor: Option<String>,
    /// Method, in capitals.
    pub method: String,
    /// The whole URL as sent.
    pub url: String,
    /// Path relative to the API's base, starting with `/`, without the query: what the access
    /// matrix speaks of.
    pub path: String,
    /// Which API the path belongs to.
    pub api: Api,
    /// Query string as sent, without `?`; `None` when there was none.
    pub query: Option<String>,
    /// Request headers in order, names in lower case.
    pub request_headers: Vec<(String, String)>,
    /// Request body.
    pub request_body: BodyExcerpt,
    /// When the request was sent.
    pub sent_at: Timestamp,
    /// Time from sending to the last byte of the answer, in microseconds.
    pub duration_us: u64,
    /// The answer, or what prevented one.
    pub answer: Answer,
}

/// The API that an exchange addresses; each may stand at its own URL (contract §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Folders, cases, events, attachments, notifications.
    Teledossiers,
    /// Subscriptions, organizations, processes.
    Referential,
    /// The token endpoint.
    Token,
    /// Anything else: paths outside the description, hub controls.
    Other,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A complete HTTP answer.
    Received {
        /// Status code.
        status: u16,
        /// Protocol version as seen, such as `HTTP/1.1`.
        version: String,
        /// Answer headers in order, names in lower case.
        headers: Vec<(String, String)>,
        /// Answer body.
        body: BodyExcerpt,
    },
    /// No complete answer: refused, reset, timed out, closed on purpose. The text says which.
    Broken(String),
}

/// What is kept of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "RecordedBody")]
pub struct BodyExcerpt {
    /// Whole length in bytes.
    pub length: u64,
    /// SHA-256 of the whole body, in hexadecimal; `None` for an empty one.
    pub sha256: Option<String>,
    /// Its beginning, when that is UTF-8 text.
    pub text: Option<String>,
    /// Whether the text is the whole body, and not only its beginning. What was masked in it since
    /// does not change that.
    pub whole: bool,
}

impl Default for BodyExcerpt {
    /// The body that is none.
    fn default() -> Self {
        Self { length: 0, sha256: None, text: None, whole: true }
    }
}

impl BodyExcerpt {
    /// Keeps the excerpt of a body held in memory.
    pub fn of(body: &[u8]) -> Self {
        let head = &body[..body.len().min(EXCERPT_BYTES)];
        Self::seen(body.len() as u64, &Sha256::digest(body), head)
    }

    /// What is kept of a body that passed by: so long, with this digest, of which only a beginning
    /// was held in memory.
    pub fn seen(length: u64, sha256: &[u8], head: &[u8]) -> Self {
        if length == 0 {
            return Self::default();
        }
        let text = readable(head);
        let whole = text.as_ref().is_some_and(|text| text.len() as u64 == length);
        Self { length, sha256: Some(hexadecimal(sha256)), text, whole }
    }
}

/// A body as it stands in a record: those of before the mark do not bear it.
#[derive(Deserialize)]
struct RecordedBody {
    length: u64,
    sha256: Option<String>,
    text: Option<String>,
    whole: Option<bool>,
}

impl From<RecordedBody> for BodyExcerpt {
    fn from(recorded: RecordedBody) -> Self {
        let RecordedBody { length, sha256, text, whole } = recorded;
        let whole = whole.unwrap_or_else(|| was_whole(length, text.as_deref()));
        Self { length, sha256, text, whole }
    }
}

/// Whether a body without the mark was kept whole: one no longer than an excerpt, and, where more
/// was kept of JSON, one that still reads as JSON. Its length is no proof: what was masked changed
/// it.
fn was_whole(length: u64, text: Option<&str>) -> bool {
    let Some(text) = text else { return length == 0 };
    let is_document = || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    length <= EXCERPT_BYTES as u64 || (text.starts_with(['{', '[']) && is_document())
}

/// The beginning of a body as text, when it is UTF-8. The cut may fall inside a character: what
/// stands before it is still text.
fn readable(head: &[u8]) -> Option<String> {
    if head.is_empty() {
        return None;
    }
    match std::str::from_utf8(head) {
        Ok(text) => Some(text.to_owned()),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok().map(str::to_owned)
        }
        Err(_) => None,
    }
}

impl Exchange {
    /// Status code of the answer, if one came.
    pub fn status(&self) -> Option<u16> {
        match &self.answer {
            Answer::Received { status, .. } => Some(*status),
            Answer::Broken(_) => None,
        }
    }

    /// First value of an answer header, by its lower-case name.
    pub fn answer_header(&self, name: &str) -> Option<&str> {
        match &self.answer {
            Answer::Received { headers, .. } => header(headers, name),
            Answer::Broken(_) => None,
        }
    }

    /// First value of a request header, by its lower-case name.
    pub fn request_header(&self, name: &str) -> Option<&str> {
        header(&self.request_headers, name)
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Lower-case hexadecimal of a digest.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_keeps_the_length_and_digest_of_the_whole_body() {
        let body = "é".repeat(EXCERPT_BYTES);
        let excerpt = BodyExcerpt::of(body.as_bytes());
        assert_eq!(excerpt.length, 2 * EXCERPT_BYTES as u64);
        assert_eq!(excerpt.text.unwrap().len(), EXCERPT_BYTES);
        assert!(!excerpt.whole);
    }

    #[test]
    fn a_body_says_whether_it_was_kept_whole() {
        let long = "é".repeat(EXCERPT_BYTES);
        assert!(BodyExcerpt::seen(long.len() as u64, &[0; 32], long.as_bytes()).whole);
        assert!(!BodyExcerpt::seen(long.len() as u64, &[0; 32], &long.as_bytes()[..9]).whole);
        assert!(!BodyExcerpt::seen(9, &[0; 32], &[]).whole, "nothing of it was kept");
        assert!(BodyExcerpt::default().whole && BodyExcerpt::of(b"ok").whole);
        let written = serde_json::to_value(BodyExcerpt::of(b"ok")).unwrap();
        assert_eq!(written["whole"], true);
    }

    #[test]
    fn a_record_without_the_mark_is_read_by_what_it_kept() {
        let long = format!("{{\"a\":\"{}\"}}", "b".repeat(2 * EXCERPT_BYTES));
        for (length, text, whole) in [
            (0, None, true),
            (9, Some("[masqué]"), true),
            (9, None, false),
            (long.len(), Some(&long[..EXCERPT_BYTES]), false),
            (long.len() + 3, Some(long.as_str()), true),
        ] {
            let recorded = serde_json::json!({ "length": length, "sha256": null, "text": text });
            let read: BodyExcerpt = serde_json::from_value(recorded).unwrap();
            assert_eq!(read.whole, whole, "{length} {:?}", text.map(str::len));
        }
    }

    #[test]
    fn binary_bytes_have_no_text() {
        let excerpt = BodyExcerpt::of(&[0xff, 0xfe, 0x00]);
        assert_eq!((excerpt.length, excerpt.text), (3, None));
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_excerpt_does_not_hide_the_text() {
        let body = format!("a{}", "é".repeat(EXCERPT_BYTES));
        assert_eq!(BodyExcerpt::of(body.as_bytes()).text.unwrap().len(), EXCERPT_BYTES - 1);
    }
}
