//! What a person sees while a client is certified: what the bench has done and awaits, and each
//! call as it comes.

use reports::event::Evidence;
use reports::live::awaited;
use reports::{Event, Lang};

use crate::output::say;

/// Tells of every event on standard error: all of them when somebody watches, only the scenarios
/// otherwise.
pub(crate) fn listener(live: bool, lang: Lang) -> impl Fn(&Event) + Send + Sync + 'static {
    move |event| {
        if let Some(line) = line_of(event, live, lang) {
            say(line);
        }
    }
}

fn line_of(event: &Event, live: bool, lang: Lang) -> Option<String> {
    match event {
        Event::ScenarioStarted { id, at } if !at.is_empty() => Some(format!("▶ {id}")),
        Event::Note { text, .. } => Some(format!("! {text}")),
        Event::ExchangeMade { exchange } if live => match exchange {
            Evidence::Mark { mark, .. } => awaited(mark, lang).map(|line| format!("  {line}")),
            Evidence::Exchange(exchange) => {
                let status = exchange.status().map(|status| status.to_string());
                let status = status.as_deref().unwrap_or(lang.pick("rompu", "broken off"));
                Some(format!("    {} {} → {status}", exchange.method, exchange.path))
            }
            Evidence::Place { .. } => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn exchange_made(line: Value) -> Event {
        Event::ExchangeMade { exchange: serde_json::from_value(line).unwrap() }
    }

    #[test]
    fn a_call_is_told_only_to_who_watches() {
        let body = serde_json::json!({ "length": 0, "sha256": null, "text": null });
        let call = exchange_made(serde_json::json!({
            "id": "ex-000001", "scenario": null, "actor": null, "method": "GET",
            "url": "http://hub/notifications", "path": "/notifications", "api": "teledossiers",
            "query": null, "request_headers": [], "request_body": body,
            "sent_at": "2026-11-21T09:15:02Z", "duration_us": 1,
            "answer": { "received":
                { "status": 200, "version": "HTTP/1.1", "headers": [], "body": body } }
        }));
        assert_eq!(line_of(&call, true, Lang::Fr).as_deref(), Some("    GET /notifications → 200"));
        assert_eq!(line_of(&call, false, Lang::Fr), None);
    }
}
