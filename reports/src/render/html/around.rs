//! What stands around the rules: the sides taken where the documents disagree, the delays measured,
//! what the run left behind, and its notes.

use std::collections::BTreeMap;

use contract::divergences;
use maud::{Markup, html};

use super::Page;
use crate::event::NoteLevel;
use crate::render::frame::table;
use crate::run::Divergence;
use crate::texts::{Lang, duration, notes};

impl Page<'_> {
    pub(super) fn divergences(&self) -> Markup {
        let labels = self.labels;
        let rows = html! {
            thead { tr {
                th scope="col" { (labels.divergence) }
                th scope="col" { (labels.observed) }
                th scope="col" { (labels.side) }
                th.number scope="col" { (labels.seen) }
            } }
            tbody {
                @for divergence in &self.run.divergences {
                    tr {
                        th scope="row" { (divergence.id) }
                        td {
                            @if let Some(subject) = subject_of(divergence, self.lang) {
                                (subject) (self.lang.colon())
                            }
                            (self.said(&divergence.observed))
                        }
                        td { (side_of(divergence, self.lang).unwrap_or("–")) }
                        td.number { (divergence.times) }
                    }
                }
            }
        };
        html! {
            p.intro { (labels.divergences_intro) }
            (table(labels.divergences, self.lang, &rows))
        }
    }

    pub(super) fn times(&self) -> Markup {
        let labels = self.labels;
        let rows = html! {
            thead { tr {
                th scope="col" { (labels.what) }
                th.number scope="col" { (labels.measures) }
                th.number scope="col" { (labels.shortest) }
                th.number scope="col" { (labels.median) }
                th.number scope="col" { (labels.longest) }
            } }
            tbody {
                @for times in &self.run.times {
                    tr {
                        th scope="row" { (self.said(&times.what)) }
                        td.number { (times.count) }
                        @for ms in [times.min_ms, times.median_ms, times.max_ms] {
                            td.number { (duration(ms, self.lang)) }
                        }
                    }
                }
            }
        };
        html! {
            p.intro { (labels.times_intro) }
            (table(labels.times, self.lang, &rows))
        }
    }

    /// What was created, what of it was taken away, and what is left, with the reason: what the hub
    /// lets nobody delete counts beside the télédossiers.
    pub(super) fn cleanup(&self) -> Markup {
        let (labels, cleanup) = (self.labels, &self.run.cleanup);
        let open = cleanup.created.saturating_sub(cleanup.removed);
        let mut left: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in &cleanup.left {
            let (what, why) = what_and_why(line);
            left.entry(why).or_default().push(what);
        }
        html! {
            dl.facts {
                div { dt { (labels.created) } dd { (cleanup.created) } }
                div { dt { (labels.removed) } dd { (cleanup.removed) } }
                div { dt { (labels.not_removed) } dd { (open) } }
                div { dt { (labels.left_over) } dd { (cleanup.left.len()) } }
            }
            @if cleanup.left.is_empty() && open == 0 {
                p { (labels.cleanup_none_left) }
            } @else {
                p { (labels.cleanup_left) }
                ul {
                    @for (why, things) in left {
                        li {
                            @if !why.is_empty() { (self.said(why)) (self.lang.colon()) }
                            @for (nth, thing) in things.into_iter().enumerate() {
                                @if nth > 0 { "; " }
                                (self.said(thing))
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn notes(&self) -> Markup {
        html! {
            ul.notes {
                @for note in notes(self.run, self.lang) {
                    li {
                        @match note.level {
                            NoteLevel::Info => strong { (self.labels.info) (self.lang.colon()) },
                            NoteLevel::Warning => strong { (self.labels.warning) (self.lang.colon()) },
                        }
                        (self.said(&note.text))
                    }
                }
            }
        }
    }
}

/// What is left, and why, where the line ends with its reason in parentheses.
fn what_and_why(line: &str) -> (&str, &str) {
    let parts = line.strip_suffix(')').and_then(|line| line.split_once(" ("));
    parts.unwrap_or((line, ""))
}

/// What a divergence is about, in words.
fn subject_of(divergence: &Divergence, lang: Lang) -> Option<&'static str> {
    let subject = &divergences::find(&divergence.id)?.subject;
    Some(lang.pick(&subject.fr, &subject.en))
}

/// The side that was taken, in words; as it was recorded when no words are known.
fn side_of(divergence: &Divergence, lang: Lang) -> Option<&str> {
    let id = divergence.side.as_deref()?;
    let known = divergences::find(&divergence.id).and_then(|known| known.side(id));
    Some(known.map_or(id, |side| lang.pick(&side.text.fr, &side.text.en)))
}
