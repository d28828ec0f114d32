//! Which exchanges a check of a scenario shows: those since the check before it, without the
//! readings between the first and the last of the same thing, and the last exchange that may have
//! changed something.

use std::collections::HashMap;
use std::time::Instant;

use contract::exchange::{Api, Exchange};

/// How many exchanges a check shows at most: the last ones before it.
const EXCHANGES_SHOWN: usize = 12;

/// What a scenario has done so far.
#[derive(Default)]
pub(crate) struct Track {
    since_check: Vec<Seen>,
    /// The last exchange that may have changed something, whatever was checked since.
    last_change: Option<String>,
    /// The exchange that decided the last check.
    decisive: Option<String>,
    pub(crate) inconclusive: bool,
    pub(crate) started: Option<Instant>,
}

struct Seen {
    id: String,
    /// What was read; none of what may have changed something, or decides by itself.
    reading: Option<String>,
}

impl Track {
    /// An exchange was made.
    pub(crate) fn saw(&mut self, exchange: &Exchange) {
        let id = exchange.id.clone();
        let reads = matches!(exchange.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        if !reads && exchange.api != Api::Token {
            self.last_change = Some(id.clone());
        }
        let reading = reads.then(|| {
            let actor = exchange.actor.as_deref().unwrap_or_default();
            format!("{} {} {actor}", exchange.method, exchange.url)
        });
        self.since_check.push(Seen { id, reading });
    }

    /// This exchange decides the next check.
    pub(crate) fn decided_by(&mut self, exchange: &str) {
        self.since_check.retain(|seen| seen.id != exchange);
        self.since_check.push(Seen { id: exchange.to_owned(), reading: None });
    }

    /// What the check that is made now shows, the exchange that decides it last.
    pub(crate) fn shown(&mut self) -> Vec<String> {
        let mut shown = without_repetitions(&std::mem::take(&mut self.since_check));
        shown = shown.split_off(shown.len().saturating_sub(EXCHANGES_SHOWN));
        if shown.is_empty() {
            // A second check of one answer has no exchange of its own.
            shown.extend(self.decisive.take());
        } else if let Some(change) = self.last_change.as_ref().filter(|id| !shown.contains(*id)) {
            if shown.len() == EXCHANGES_SHOWN {
                shown.remove(0);
            }
            shown.insert(0, change.clone());
        }
        self.decisive = shown.last().cloned();
        shown
    }
}

/// The ids, without what was read between the first and the last time.
fn without_repetitions(seen: &[Seen]) -> Vec<String> {
    let mut places: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, one) in seen.iter().enumerate() {
        if let Some(reading) = &one.reading {
            places.entry(reading).or_insert((at, at)).1 = at;
        }
    }
    let is_told = |at: usize, one: &Seen| match &one.reading {
        Some(reading) => places.get(reading.as_str()).is_some_and(|(a, b)| at == *a || at == *b),
        None => true,
    };
    let told = seen.iter().enumerate().filter(|(at, one)| is_told(*at, one));
    told.map(|(_, one)| one.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(exchanges: &[(&str, &str)]) -> Track {
        let mut track = Track::default();
        for (rank, (method, url)) in exchanges.iter().enumerate() {
            let exchange = serde_json::from_value(serde_json::json!({
                "id": format!("ex-{rank}"), "scenario": "s", "actor": "si", "method": method,
                "url": url, "path": url, "api": "teledossiers", "query": null,
                "request_headers": [], "request_body": { "length": 0, "sha256": null, "text": null },
                "sent_at": "2026-11-21T09:15:02Z", "duration_us": 1,
                "answer": { "broken": "closed" }
            }));
            track.saw(&exchange.unwrap());
        }
        track
    }

    #[test]
    fn what_was_read_again_and_again_is_shown_twice() {
        let polls = [("GET", "/q"); 40];
        let mut track = track(&[&[("PATCH", "/c")], &polls[..], &[("GET", "/c")]].concat());
        assert_eq!(track.shown(), ["ex-0", "ex-1", "ex-40", "ex-41"]);
    }

    #[test]
    fn the_last_change_is_shown_even_when_a_check_came_between() {
        let mut track = track(&[("PATCH", "/c"), ("GET", "/c")]);
        assert_eq!(track.shown(), ["ex-0", "ex-1"]);
        track.decided_by("ex-7");
        assert_eq!(track.shown(), ["ex-0", "ex-7"]);
        assert_eq!(track.shown(), ["ex-7"], "a second check of one answer");
    }
}
