//! Bodies of events, and the files that they join (contract §6, "Event").

use bytes::Bytes;
use contract::attachment::AttachmentRequest;
use contract::event::EventRequest;
use serde_json::{Value, json};

use super::files;

/// Who writes the events of the suite.
const AUTHOR: &str = "Agent instructeur";

/// The body of an event without files, which notifies the other side.
pub fn notified(action_type: &str) -> Value {
    json!(EventRequest::new(action_type, true, AUTHOR))
}

/// The body of an event without files, which notifies nobody.
pub fn silent(action_type: &str) -> Value {
    json!(EventRequest::new(action_type, false, AUTHOR))
}

/// The body of an event that tells a change of status and notifies the other side of it.
pub fn status_event(from: &str, to: &str) -> Value {
    json!(EventRequest::new("STATUS_UPDATE", true, AUTHOR).taking(Some(from), to))
}

/// A file to be joined: what is announced of it, and its bytes.
#[derive(Clone, Debug)]
pub struct Enclosure {
    /// Announced mime type.
    pub mime_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Enclosure {
    /// A well-formed file of a mime type.
    pub fn of(mime_type: &str, seed: &str) -> Self {
        Self { mime_type: mime_type.to_owned(), bytes: files::of(mime_type, seed).into() }
    }

    /// A picture, of a format that no démarche allows.
    pub(crate) fn of_no_allowed_format(seed: &str) -> Self {
        let mut bytes = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
        bytes.extend_from_slice(seed.as_bytes());
        Self { mime_type: "image/gif".to_owned(), bytes: bytes.into() }
    }
}

/// The body of an event that joins files.
pub fn joining(enclosures: &[Enclosure], notification: bool) -> Value {
    let announced = enclosures.iter().enumerate().map(|(rank, file)| AttachmentRequest {
        file_name: format!("complement-{}", rank + 1),
        kind: "complement".to_owned(),
        size: file.bytes.len() as u64,
        mime_type: file.mime_type.clone(),
        recipients: Vec::new(),
    });
    let event = EventRequest::new("ATTACH_DEPOSIT", notification, AUTHOR);
    json!(event.joining(announced.collect()))
}
