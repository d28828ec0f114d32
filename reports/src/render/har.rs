//! HAR 1.2, for the developer tools of a browser: every exchange of a run, those of a scenario on
//! one page. As the record has it: what was masked stays masked, a body that was not kept is told
//! by its size and its digest.

use std::collections::BTreeSet;

use contract::exchange::{Answer, BodyExcerpt, Exchange};
use serde_json::{Value, json};

use crate::run::Run;
use crate::texts::Lang;

/// Exchanges on their way into a HAR.
pub(crate) struct Har<'a> {
    run: &'a Run,
    lang: Lang,
    pages: Vec<Value>,
    known: BTreeSet<String>,
    entries: Vec<Value>,
}

impl<'a> Har<'a> {
    pub(crate) const fn new(run: &'a Run, lang: Lang) -> Self {
        Self { run, lang, pages: Vec::new(), known: BTreeSet::new(), entries: Vec::new() }
    }

    /// Takes the next exchange.
    pub(crate) fn push(&mut self, exchange: &Exchange) {
        let mut entry = entry(exchange, self.lang);
        if let Some(id) = &exchange.scenario {
            if self.known.insert(id.clone()) {
                let name = self.run.scenario(id).map_or("", |scenario| scenario.name.as_str());
                self.pages.push(json!({
                    "startedDateTime": exchange.sent_at,
                    "id": id,
                    "title": format!("{id} {name}"),
                    "pageTimings": {},
                }));
            }
            entry["pageref"] = json!(id);
        }
        self.entries.push(entry);
    }

    /// The whole.
    pub(crate) fn finish(self) -> String {
        let header = &self.run.header;
        let har = json!({ "log": {
            "version": "1.2",
            "creator": { "name": "étalon", "version": header.etalon },
            "pages": self.pages,
            "entries": self.entries,
            "comment": format!("{} · {}", header.target.name, header.id),
        } });
        format!("{har}\n")
    }
}

fn entry(exchange: &Exchange, lang: Lang) -> Value {
    let duration = exchange.duration_us as f64 / 1_000.0;
    let version = match &exchange.answer {
        Answer::Received { version, .. } => version,
        Answer::Broken(_) => "unknown",
    };
    let named = [Some(exchange.id.as_str()), exchange.actor.as_deref()];
    json!({
        "startedDateTime": exchange.sent_at,
        "time": duration,
        "request": request(exchange, version, lang),
        "response": response(&exchange.answer, version, lang),
        "cache": {},
        "timings": { "send": 0, "wait": duration, "receive": 0 },
        "comment": named.into_iter().flatten().collect::<Vec<_>>().join(" · "),
    })
}

fn request(exchange: &Exchange, version: &str, lang: Lang) -> Value {
    let query = exchange.query.as_deref().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": version,
        "cookies": [],
        "headers": headers(&exchange.request_headers),
        "queryString": pairs.map(|(name, value)| pair(name, value)).collect::<Vec<_>>(),
        "headersSize": -1,
        "bodySize": exchange.request_body.length,
    });
    if exchange.request_body.length > 0 {
        let kind = exchange.request_header("content-type").unwrap_or_default();
        request["postData"] = json!({
            "mimeType": kind,
            "text": exchange.request_body.text.as_deref().unwrap_or_default(),
            "comment": kept(&exchange.request_body, lang),
        });
    }
    request
}

fn response(answer: &Answer, version: &str, lang: Lang) -> Value {
    let none = (Vec::new(), BodyExcerpt::default());
    let (status, headers_of, body) = match answer {
        Answer::Received { status, headers, body, .. } => (*status, headers, body),
        // As browsers write a call that had no answer.
        Answer::Broken(_) => (0, &none.0, &none.1),
    };
    let value = |name: &str| {
        let found = headers_of.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let mut response = json!({
        "status": status,
        "statusText": "",
        "httpVersion": version,
        "cookies": [],
        "headers": headers(headers_of),
        "content": {
            "size": body.length,
            "mimeType": value("content-type"),
            "text": body.text.as_deref().unwrap_or_default(),
            "comment": kept(body, lang),
        },
        "redirectURL": value("location"),
        "headersSize": -1,
        "bodySize": body.length,
    });
    if let Answer::Broken(reason) = answer {
        response["_error"] = json!(reason);
        response["comment"] = json!(reason);
    }
    response
}

/// What the text is of a body.
fn kept(body: &BodyExcerpt, lang: Lang) -> String {
    let digest = body.sha256.as_deref().unwrap_or_default();
    match (body.whole, body.text.is_some()) {
        (true, _) => String::new(),
        (false, true) => {
            format!(
                "{} ; sha256 {digest}",
                lang.pick("seul le début est gardé", "only its beginning is kept")
            )
        }
        (false, false) => {
            format!("{} ; sha256 {digest}", lang.pick("n'est pas gardé", "is not kept"))
        }
    }
}

fn headers(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| pair(name, value)).collect()
}

fn pair(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn exchanges_stand_on_the_page_of_their_scenario() {
        let run = sample::run();
        let mut har = Har::new(&run, Lang::Fr);
        run.exchanges.values().for_each(|exchange| har.push(exchange));
        har.push(&Exchange {
            answer: Answer::Broken("connexion coupée".into()),
            query: Some("maxResult=2&lite".into()),
            request_body: BodyExcerpt::seen(9_000, &[0xab; 32], b"%PDF-1.7"),
            ..sample::exchange()
        });
        har.push(&Exchange { scenario: None, ..sample::exchange() });
        let har: Value = serde_json::from_str(&har.finish()).unwrap();
        insta::assert_json_snapshot!(har);
    }
}
