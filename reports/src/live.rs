//! Pages that follow a run while it runs: projections of the same events as the reports, in the
//! same words and style. A view takes events in and shows what has changed on a [`Screen`], by the
//! ids of the elements of its page. How that reaches a browser is not known here; nothing here is
//! needed for any verdict.

mod awaited;
mod campaign;
mod certification;
mod client;
mod moves;
mod service;
pub(crate) mod words;

use maud::{DOCTYPE, Markup, html};

pub use awaited::awaited;
pub use campaign::{Campaign, CampaignFigures, OperationFigures};
pub use certification::Certification;
pub use client::{ClientSession, Handed};
pub use moves::{FieldKind, MOVES, MoveForm, Players};
pub use service::{Fault, Mail, Queue, ServedCase, ServedTeledossier, Service};

use crate::load::render::CHARTS_STYLE;
use crate::render::frame::STYLE;
use crate::texts::Lang;
use words::Words;

/// Where a view shows what has changed. What is shown is HTML.
pub trait Screen {
    /// Shows a content in the element of this id.
    fn show(&self, part: &str, content: String);
    /// Puts an item on the list whose element has this id, the newest first.
    fn add(&self, list: &str, item: String);
}

/// The style of all pages.
pub fn style() -> String {
    format!("{STYLE}{CHARTS_STYLE}{}", include_str!("live/live.css"))
}

/// A page around its content. What it loads is served beside it.
fn page(kind: &str, lang: Lang, content: &Markup) -> String {
    let words = Words::of(lang);
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (kind) " — étalon" }
                link rel="stylesheet" href="/style.css";
                script src="/page.js" defer {}
            }
            body {
                a.skip href="#content" { (lang.labels().skip_to_content) }
                header.top {
                    p.brand { strong { "étalon" } span { (kind) } }
                    p #connection role="status" data-following=(words.following)
                        data-lost=(words.lost) data-ended=(words.ended) { (words.connecting) }
                    noscript { p.alarm { (words.needs_script) } }
                }
                main #content { (content) }
                footer { p { (words.not_the_report) } }
            }
        }
    }
    .into_string()
}

/// A part of a page, under its title, with an element that is filled as things come.
fn section(id: &str, title: &str, body: &Markup) -> Markup {
    html! {
        section aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            (body)
        }
    }
}

/// A list that items are put on, the newest first, with what stands there before any comes. It
/// scrolls, which the keyboard must reach.
fn list(id: &str, title: &str, none: &str) -> Markup {
    html! {
        div.live-list #(id) data-list tabindex="0" role="group" aria-label=(title) {}
        p.none { (none) }
    }
}

/// A form of one button.
fn button(action: &str, label: &str, about: &str) -> Markup {
    html! {
        form.move method="post" action={ "/actions/" (action) } {
            button type="submit" aria-describedby={ (action) "-about" } { (label) }
            p.meta id={ (action) "-about" } { (about) }
            output {}
        }
    }
}

/// A share, drawn: parts of a whole, each with its class.
fn bar(parts: &[(&str, usize)], whole: usize) -> Markup {
    let share = |count: usize| count as f64 / whole.max(1) as f64 * 100.0;
    let mut before = 0;
    let placed = parts.iter().map(|(class, count)| {
        before += count;
        (class, share(before - count), share(*count))
    });
    html! {
        svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
            @for (class, at, width) in placed {
                rect.(class) x=(at) y="0" width=(width) height="4" {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
