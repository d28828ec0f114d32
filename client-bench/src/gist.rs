//! What a record keeps of bodies, so that it stays small whatever a client sends: JSON whole, as
//! long as there is room, and then only what the judge reads; of files nothing but what every
//! excerpt has (length and digest). Judges nothing.

use std::collections::HashSet;

use contract::exchange::{Answer, BodyExcerpt, Exchange};
use contract::operations::Operation;
use serde_json::Value;

use crate::journal::Gist;

/// A body no longer than this is kept in any case: it costs less than its call.
const SMALL: usize = 512;
/// The properties that the judge reads.
const READ: [&str; 26] = [
    "actionType",
    "attachments",
    "branchCode",
    "caseId",
    "caseNewStatus",
    "cases",
    "companyRegister",
    "error",
    "errors",
    "eventActionType",
    "eventId",
    "eventStatus",
    "events",
    "externalId",
    "globalStatus",
    "grant_type",
    "id",
    "message",
    "processCode",
    "recipient",
    "recipients",
    "scope",
    "size",
    "status",
    "subscriber",
    "type",
];

/// What is left of a document when only what the judge reads is kept.
pub(crate) fn of(document: Value) -> Value {
    match document {
        Value::Object(properties) => properties
            .into_iter()
            .filter(|(name, _)| READ.contains(&name.as_str()))
            .map(|(name, value)| (name, of(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(of).collect(),
        plain => plain,
    }
}

/// Leaves out of a list what was listed before: it says no more.
pub(crate) fn once(list: &mut Value, listed: &mut HashSet<String>) {
    if let Value::Array(items) = list {
        items.retain(|item| listed.insert(item.to_string()));
    }
}

/// What there is still room for in a record.
pub(crate) struct Room {
    /// Bytes of bodies.
    bodies: usize,
    /// Bytes of what stands in the place of bodies.
    gists: usize,
    /// The digests of what is there: the same again need not be.
    known: HashSet<String>,
    /// What the lists of this scenario were said to hold: it is said once.
    listed: HashSet<String>,
}

impl Room {
    /// Room for so many bytes of bodies, and as many of what stands in their place.
    pub(crate) fn of(bytes: usize) -> Self {
        Self { bodies: bytes, gists: bytes, known: HashSet::new(), listed: HashSet::new() }
    }

    /// Another scenario, which is judged by what the client was told in it.
    pub(crate) fn start_scenario(&mut self) {
        self.listed.clear();
    }

    /// Leaves out of an exchange what there is no room for, and gives what the judge needs of it.
    pub(crate) fn make(&mut self, exchange: &mut Exchange) -> Option<Gist> {
        let (sends_file, receives_file) = files(exchange);
        let sent = self.leave(&mut exchange.request_body, sends_file);
        let received = match &mut exchange.answer {
            Answer::Received { body, .. } => self.leave(body, receives_file),
            Answer::Broken(_) => Value::Null,
        };
        let is_empty = sent.is_null() && received.is_null();
        (!is_empty).then(|| Gist { exchange: exchange.id.clone(), sent, received })
    }

    /// Leaves a body out when it is a file, or when there is no room for it; gives what the judge
    /// needs of it then, if there is room for that. A body that was too long to be held whole has
    /// no gist.
    fn leave(&mut self, body: &mut BodyExcerpt, is_file: bool) -> Value {
        let (Some(text), Some(digest)) = (&body.text, &body.sha256) else { return Value::Null };
        let length = text.len();
        if !is_file && (length <= SMALL || length <= self.bodies) {
            self.bodies = self.bodies.saturating_sub(length);
            if body.whole {
                self.known.insert(digest.clone());
            }
            return Value::Null;
        }
        let mut gist = match is_file || self.known.contains(digest) {
            true => Value::Null,
            false => serde_json::from_str(text).map_or(Value::Null, of),
        };
        if let Value::Array(items) = &mut gist {
            items.retain(|item| !self.listed.contains(&item.to_string()));
        }
        body.whole = false;
        body.text = None;
        let length = gist.to_string().len();
        if gist.is_null() || length > self.gists {
            return Value::Null;
        }
        self.gists -= length;
        self.listed.extend(gist.as_array().into_iter().flatten().map(Value::to_string));
        self.known.extend(body.sha256.clone());
        gist
    }
}

/// Whether it sends or fetches a file.
pub(crate) fn moves_file(exchange: &Exchange) -> bool {
    let (sends, receives) = files(exchange);
    sends || receives
}

/// Whether a body is not kept, which is no file.
pub(crate) fn has_left_body(exchange: &Exchange) -> bool {
    let is_left = |body: &BodyExcerpt| body.length > 0 && body.text.is_none();
    let received = match &exchange.answer {
        Answer::Received { body, .. } => is_left(body),
        Answer::Broken(_) => false,
    };
    !moves_file(exchange) && (is_left(&exchange.request_body) || received)
}

/// Whether the bytes of a file are sent, or received.
fn files(exchange: &Exchange) -> (bool, bool) {
    let overridden = exchange.request_header("x-http-method-override");
    match Operation::find(exchange.api, &exchange.method, &exchange.path, overridden) {
        Some(Operation::PutFolderAttachment | Operation::PutEventAttachment) => (true, false),
        Some(Operation::GetCaseAttachment | Operation::GetEventAttachment) => {
            (false, exchange.status().is_some_and(|status| (200..300).contains(&status)))
        }
        _ => (false, false),
    }
}

#[cfg(test)]
mod tests {
    use contract::exchange::Api;
    use serde_json::json;

    use super::*;

    /// A reading of so many notifications.
    fn listed(count: usize) -> Exchange {
        let all: Vec<_> = (0..count)
            .map(|rank| json!({ "id": format!("n-{rank}"), "caseId": "c-1", "dateTime": "today" }))
            .collect();
        Exchange {
            id: format!("ex-{count:06}"),
            scenario: None,
            actor: None,
            method: "GET".into(),
            url: "http://hub/notifications".into(),
            path: "/notifications".into(),
            api: Api::Teledossiers,
            query: None,
            request_headers: Vec::new(),
            request_body: BodyExcerpt::default(),
            sent_at: "2024-11-30T09:15:00Z".parse().unwrap(),
            duration_us: 10,
            answer: Answer::Received {
                status: 200,
                version: "HTTP/1.1".into(),
                headers: Vec::new(),
                body: {
                    let bytes = json!(all).to_string();
                    let whole = BodyExcerpt::of(bytes.as_bytes());
                    BodyExcerpt { text: Some(bytes), whole: true, ..whole }
                },
            },
        }
    }

    fn text(exchange: &Exchange) -> Option<&str> {
        let Answer::Received { body, .. } = &exchange.answer else { return None };
        body.text.as_deref()
    }

    #[test]
    fn a_record_keeps_bodies_then_gists_and_each_once() {
        let mut room = Room::of(5_000);
        let mut kept = listed(50);
        assert_eq!(room.make(&mut kept), None);
        assert!(text(&kept).is_some());
        let mut left = listed(90);
        let gist = room.make(&mut left).unwrap();
        assert_eq!(text(&left), None);
        assert_eq!(gist.received[89], json!({ "id": "n-89", "caseId": "c-1" }));
        let mut again = listed(90);
        assert_eq!((room.make(&mut again), text(&again)), (None, None));
        let more = room.make(&mut listed(91)).unwrap();
        assert_eq!(more.received, json!([{ "id": "n-90", "caseId": "c-1" }]));
        let mut too_much = listed(400);
        assert_eq!((room.make(&mut too_much), text(&too_much)), (None, None));
        // What there was no room for was not said.
        assert_eq!(room.make(&mut listed(92)).unwrap().received.as_array().unwrap().len(), 1);
    }
}
