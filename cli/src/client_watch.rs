//! What a person sees while a client is certified: what the bench has done and awaits, and each
//! call as it comes.

use reports::Event;
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
        Event::ExchangeMade { exchange } if live => match exchange.get("mark") {
            Some(mark) => awaited(mark),
            None => Some(format!(
                "    {} {} → {}",
                exchange["method"].as_str().unwrap_or_default(),
                exchange["path"].as_str().unwrap_or_default(),
                exchange["answer"]["received"]["status"]
                    .as_u64()
                    .map_or_else(|| "rompu".to_owned(), |status| status.to_string()),
            )),
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

    #[test]
    fn a_call_is_told_only_to_who_watches() {
        let call = Event::exchange_made(serde_json::json!({
            "id": "ex-000001", "method": "GET", "path": "/notifications",
            "answer": { "received": { "status": 200 } }
        }));
        assert_eq!(line_of(&call, true).as_deref(), Some("    GET /notifications → 200"));
        assert_eq!(line_of(&call, false), None);
    }

    #[test]
    fn a_deposit_says_what_is_awaited() {
        let mark = Event::exchange_made(serde_json::json!({ "id": "mark-000002",
            "mark": { "what": "deposited", "number": "DGS-CERTDC-1", "attachments": [{}, {}] } }));
        assert!(line_of(&mark, true).unwrap().contains("DGS-CERTDC-1 déposé, 2 pièces"));
    }
}
