//! The evidence of the page: a request and its answer as they were on the wire, and the command
//! that sends it again.

use contract::exchange::{Answer, BodyExcerpt, Exchange};
use maud::{Markup, html};

use super::Page;
use crate::curl::curl;
use crate::texts::{Lang, duration, time_of_day};

impl<'a> Page<'a> {
    /// Lays the exchanges out: the decisive one first, then, folded, those that led there.
    pub(super) fn exchanges(&self, ids: &'a [String]) -> Markup {
        let Some((decisive, led_there)) = ids.split_last() else {
            return html! {};
        };
        html! {
            div.exchanges {
                p.meta { (self.labels.decisive) }
                div.decisive { (self.placed_exchange(decisive)) }
                @if !led_there.is_empty() {
                    details.led-there {
                        summary { (self.labels.led_there) " (" (led_there.len()) ")" }
                        @for id in led_there { (self.placed_exchange(id)) }
                    }
                }
            }
        }
    }

    /// An exchange, or a link to where it already is.
    fn placed_exchange(&self, id: &'a String) -> Markup {
        match self.run.exchanges.get(id) {
            None => html! { p.meta { (id) (self.lang.colon()) (self.labels.exchange_missing) } },
            Some(_) if !self.placed.borrow_mut().insert(id) => {
                html! { p { a href={ "#x-" (id) } { (id) } } }
            }
            Some(exchange) => self.exchange(exchange),
        }
    }

    /// The command that sends it again, or a link to where the same stands.
    fn command(&self, exchange: &'a Exchange) -> Markup {
        let command = visible(&curl(exchange, self.run.authority(), self.lang));
        let mut commands = self.commands.borrow_mut();
        match commands.get(&command) {
            Some(first) => {
                html! { p { (self.labels.same_command) " " a href={ "#x-" (first) } { (first) } } }
            }
            None => {
                let page = html! { pre.command tabindex="0" { (command) } };
                commands.insert(command, &exchange.id);
                page
            }
        }
    }

    fn exchange(&self, exchange: &'a Exchange) -> Markup {
        let title = |text: &str| html! { h4 { (text) } };
        let command = html! {
            (title(self.labels.replay))
            (self.command(exchange))
        };
        laid_out(exchange, self.lang, title, &command)
    }
}

/// A request and its answer, folded, each under a title, with what is said below them.
pub(super) fn laid_out(
    exchange: &Exchange,
    lang: Lang,
    title: impl Fn(&str) -> Markup,
    below: &Markup,
) -> Markup {
    let labels = lang.labels();
    let status = exchange.status().map(|status| status.to_string());
    let status = status.unwrap_or_else(|| labels.no_answer.to_owned());
    html! {
        details.exchange id={ "x-" (exchange.id) } {
            summary {
                code { (exchange.method) " " (exchange.url) }
                " → " strong { (status) }
                span.meta {
                    (exchange.id)
                    @if let Some(actor) = &exchange.actor { " · " (actor) }
                    " · " (time_of_day(&exchange.sent_at.to_string()))
                    " · " (duration(exchange.duration_us / 1_000, lang))
                }
            }
            (title(labels.request))
            pre tabindex="0" { (request(exchange)) }
            (body_of(&exchange.request_body, lang))
            (title(labels.answer))
            @match &exchange.answer {
                Answer::Broken(why) => p { (labels.no_answer) (lang.colon()) (why) },
                Answer::Received { status, version, headers, body } => {
                    pre tabindex="0" { (lines(format!("{version} {status}"), headers)) }
                    (body_of(body, lang))
                }
            }
            (below)
        }
    }
}

fn body_of(body: &BodyExcerpt, lang: Lang) -> Markup {
    let labels = lang.labels();
    html! {
        @if body.length == 0 {
            p.meta { (labels.no_body) }
        } @else {
            @if let Some(text) = &body.text { pre tabindex="0" { (visible(text)) } }
            p.meta {
                (body.length) " " (labels.bytes)
                @if body.text.is_none() { ", " (labels.binary_body) }
                @else if !body.whole { ", " (labels.body_cut) }
                @if let Some(sha256) = &body.sha256 { ", SHA-256 " (sha256) }
            }
        }
    }
}

fn request(exchange: &Exchange) -> String {
    lines(format!("{} {}", exchange.method, exchange.url), &exchange.request_headers)
}

fn lines(first: String, headers: &[(String, String)]) -> String {
    let headers = headers.iter().map(|(name, value)| format!("\n{name}: {value}"));
    visible(&headers.fold(first, |text, header| text + &header))
}

/// Control characters shown rather than obeyed.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}
