//! What a client is in the middle of: what it has begun and not brought to its end, and whether it
//! still does anything but wait. The turn of a client is not over before. Judges nothing.

use std::collections::{BTreeSet, HashMap};

use contract::exchange::{Answer, Api, Exchange};
use contract::operations::Operation;
use serde_json::Value;

/// What the client has begun in a scenario, and done in its turn.
#[derive(Default)]
pub(crate) struct Work {
    /// Folders neither completed nor deleted, and events with files neither sent nor deleted, by
    /// their ids.
    open: BTreeSet<String>,
    /// What each reading of this turn gave last, by its URL: status and digest.
    read: HashMap<String, (Option<u16>, Option<String>)>,
    /// The notifications that the client was told of.
    told: BTreeSet<String>,
    completed: usize,
    subscribed: usize,
}

impl Work {
    /// Another turn: what was begun before stays begun.
    pub(crate) fn start_turn(&mut self) {
        self.read.clear();
        self.completed = 0;
        self.subscribed = 0;
    }

    /// Takes note of a call, and says whether the client does more than wait by it.
    pub(crate) fn see(&mut self, exchange: &Exchange, took_effect: bool) -> bool {
        self.follow(exchange, took_effect);
        self.is_news(exchange)
    }

    /// Whether the client was told of a notification.
    pub(crate) fn was_told(&self, id: &Value) -> bool {
        id.as_str().is_some_and(|id| self.told.contains(id))
    }

    /// Whether something was begun and not brought to its end.
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether a folder was completed in this turn, to the client's knowledge.
    pub(crate) fn has_deposited(&self) -> bool {
        self.completed > 0
    }

    /// Whether a subscription was asked for in this turn.
    pub(crate) fn has_asked_for_a_subscription(&self) -> bool {
        self.subscribed > 0
    }

    fn follow(&mut self, exchange: &Exchange, took_effect: bool) {
        let overridden = exchange.request_header("x-http-method-override");
        let operation = Operation::find(exchange.api, &exchange.method, &exchange.path, overridden);
        let Some(operation) = operation else { return };
        let sent = json(exchange.request_body.text.as_deref());
        let says = |name: &str, value: &str| sent[name].as_str() == Some(value);
        match operation {
            Operation::CreateSubscription => self.subscribed += 1,
            _ if !took_effect => {}
            Operation::ListNotifications => self.told.extend(ids(&received(exchange))),
            Operation::CreateFolder => self.begin(exchange),
            Operation::CreateEvent if says("actionType", "ATTACH_DEPOSIT") => self.begin(exchange),
            Operation::UpdateFolder if says("globalStatus", "HUBEE_COMPLETED") => {
                self.end(exchange);
                self.completed += usize::from(exchange.status().is_some_and(|it| it < 300));
            }
            Operation::UpdateEvent if says("status", "SENT") => self.end(exchange),
            Operation::DeleteFolder | Operation::DeleteEvent => self.end(exchange),
            _ => {}
        }
    }

    /// What the client was not told the id of, it cannot go on with: it is not counted.
    fn begin(&mut self, exchange: &Exchange) {
        let created = received(exchange);
        if let (Some(id), false) = (created["id"].as_str(), created["status"] == "SENT") {
            self.open.insert(id.to_owned());
        }
    }

    fn end(&mut self, exchange: &Exchange) {
        if let Some(id) = exchange.path.rsplit('/').next() {
            self.open.remove(id);
        }
    }

    /// A client that only asks again what it was told already, however often, waits.
    fn is_news(&mut self, exchange: &Exchange) -> bool {
        if exchange.api == Api::Token {
            return false;
        }
        if exchange.method != "GET" {
            return true;
        }
        let digest = match &exchange.answer {
            Answer::Received { body, .. } => body.sha256.clone(),
            Answer::Broken(_) => None,
        };
        let given = (exchange.status(), digest);
        let before = self.read.insert(exchange.url.clone(), given.clone());
        before != Some(given)
    }
}

fn received(exchange: &Exchange) -> Value {
    match &exchange.answer {
        Answer::Received { body, .. } => json(body.text.as_deref()),
        Answer::Broken(_) => Value::Null,
    }
}

/// The ids of the objects of a list.
fn ids(list: &Value) -> impl Iterator<Item = String> {
    let all = list.as_array().into_iter().flatten();
    all.filter_map(|one| one["id"].as_str()).map(str::to_owned)
}

fn json(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use contract::exchange::BodyExcerpt;

    use super::*;

    fn call(method: &str, path: &str, sent: &str, status: u16, received: &str) -> Exchange {
        Exchange {
            id: "ex-000001".into(),
            scenario: None,
            actor: None,
            method: method.into(),
            url: format!("http://hub{path}"),
            path: path.into(),
            api: Api::Teledossiers,
            query: None,
            request_headers: Vec::new(),
            request_body: BodyExcerpt::of(sent.as_bytes()),
            sent_at: "2024-11-30T09:15:00Z".parse().unwrap(),
            duration_us: 10,
            answer: Answer::Received {
                status,
                version: "HTTP/1.1".into(),
                headers: Vec::new(),
                body: BodyExcerpt::of(received.as_bytes()),
            },
        }
    }

    #[test]
    fn a_folder_is_open_until_it_is_completed_or_deleted() {
        for (method, sent) in [("PATCH", r#"{"globalStatus":"HUBEE_COMPLETED"}"#), ("DELETE", "")] {
            let mut work = Work::default();
            work.see(&call("POST", "/folders", "{}", 201, r#"{"id":"f-1"}"#), true);
            assert!(work.is_open());
            work.see(&call(method, "/folders/f-1", sent, 503, ""), false);
            assert!(work.is_open(), "{method} that did nothing");
            work.see(&call(method, "/folders/f-1", sent, 204, ""), true);
            assert!(!work.is_open());
            assert_eq!(work.has_deposited(), method == "PATCH");
        }
    }

    #[test]
    fn an_event_with_files_is_open_until_it_is_sent() {
        let mut work = Work::default();
        let sent = r#"{"actionType":"ATTACH_DEPOSIT"}"#;
        let created = r#"{"id":"e-1","status":"HUBEE_IN_PROGRESS"}"#;
        work.see(&call("POST", "/cases/c-1/events", sent, 201, created), true);
        assert!(work.is_open());
        work.start_turn();
        assert!(work.is_open(), "another turn does not end it");
        let done = r#"{"status":"SENT"}"#;
        work.see(&call("PATCH", "/cases/c-1/events/e-1", done, 204, ""), true);
        assert!(!work.is_open());
    }

    #[test]
    fn reading_the_same_again_is_waiting() {
        let mut work = Work::default();
        let empty = call("GET", "/notifications", "", 200, "[]");
        assert!(work.see(&empty, true));
        assert!(!work.see(&empty, true));
        assert!(work.see(&call("GET", "/notifications", "", 200, "[1]"), true));
        let deletion = call("DELETE", "/notifications/n-1", "", 204, "");
        assert!(work.see(&deletion, true) && work.see(&deletion, true));
    }
}
