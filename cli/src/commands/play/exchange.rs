//! An exchange as a person reads it on a terminal: the request, then the answer, as `curl -v`
//! shows them. What may be shown was decided before.

use contract::exchange::{Answer, BodyExcerpt, Exchange};

/// The lines of an exchange.
pub(super) fn lines(exchange: &Exchange) -> Vec<String> {
    let by = exchange.actor.as_ref().map_or(String::new(), |actor| format!(" ({actor})"));
    let mut lines = vec![format!("> {} {}{by}", exchange.method, exchange.url)];
    push_headers(&mut lines, '>', &exchange.request_headers);
    push_body(&mut lines, '>', &exchange.request_body);
    let duration = exchange.duration_us / 1000;
    match &exchange.answer {
        Answer::Received { status, version, headers, body } => {
            lines.push(format!("< {version} {status} ({duration} ms)"));
            push_headers(&mut lines, '<', headers);
            push_body(&mut lines, '<', body);
        }
        Answer::Broken(reason) => lines.push(format!("< {reason} ({duration} ms)")),
    }
    lines.push(String::new());
    lines
}

fn push_headers(lines: &mut Vec<String>, mark: char, headers: &[(String, String)]) {
    lines.extend(headers.iter().map(|(name, value)| format!("{mark} {name}: {value}")));
}

fn push_body(lines: &mut Vec<String>, mark: char, body: &BodyExcerpt) {
    let shown = match &body.text {
        _ if body.length == 0 => return,
        Some(text) if body.whole => text.clone(),
        Some(text) => format!("{text}…"),
        None => format!("[{} bytes, sha256 {}]", body.length, body.sha256.as_deref().unwrap_or("")),
    };
    lines.push(mark.to_string());
    lines.extend(shown.lines().map(|line| format!("{mark} {line}")));
}
