//! What a person sees while a client is certified: what the bench has done and awaits, and each
//! call as it comes.

use reports::Event;
use reports::event::Evidence;
use serde_json::Value;

use crate::output::say;

/// Tells of every event on standard error: all of them when somebody watches, only the scenarios
/// otherwise.
pub(crate) fn listener(live: bool) -> impl Fn(&Event) + Send + Sync + 'static {
    move |event| {
        if let Some(line) = line_of(event, live) {
            say(line);
        }
    }
}

fn line_of(event: &Event, live: bool) -> Option<String> {
    match event {
        Event::ScenarioStarted { id, at } if !at.is_empty() => Some(format!("▶ {id}")),
        Event::Note { text, .. } => Some(format!("! {text}")),
        Event::ExchangeMade { exchange } if live => match exchange {
            Evidence::Mark { mark, .. } => awaited(mark),
            Evidence::Exchange(exchange) => {
                let status = exchange.status().map(|status| status.to_string());
                let status = status.as_deref().unwrap_or("rompu");
                Some(format!("    {} {} → {status}", exchange.method, exchange.path))
            }
            Evidence::Place { .. } => None,
        },
        _ => None,
    }
}

/// What a mark means to who waits for the client.
fn awaited(mark: &Value) -> Option<String> {
    Some(match mark["what"].as_str()? {
        "deposited" => format!(
            "  + télédossier {} déposé, {} pièces : le client doit le relever",
            mark["number"].as_str().unwrap_or_default(),
            mark["attachments"].as_array().map_or(0, Vec::len)
        ),
        "event_sent" => format!(
            "  + événement {} envoyé : le client doit le relever",
            mark["action"].as_str().unwrap_or_default()
        ),
        "armed" => format!("  ! le banc {}", mark["fault"].as_str().unwrap_or_default()),
        "pass_ended" => match mark["why"].as_str()? {
            "done" => "  ✓ tout est traité".to_owned(),
            "exited" => "  · le client s'est terminé".to_owned(),
            _ => "  … le délai est passé".to_owned(),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(line_of(&call, true).as_deref(), Some("    GET /notifications → 200"));
        assert_eq!(line_of(&call, false), None);
    }

    #[test]
    fn a_deposit_says_what_is_awaited() {
        let mark = exchange_made(serde_json::json!({ "id": "mark-000002",
            "mark": { "what": "deposited", "number": "DGS-CERTDC-1", "attachments": [{}, {}] } }));
        assert!(line_of(&mark, true).unwrap().contains("DGS-CERTDC-1 déposé, 2 pièces"));
    }
}
