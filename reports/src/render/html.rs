//! `report.html`: the report for people. One self-contained page that loads nothing, and is whole
//! without its script: it reads the same offline, printed, in the dark, with a keyboard or a screen
//! reader. The verdict comes first, then what to mend, then everything that was checked. `maud`
//! escapes whatever comes from the run.

mod annex;
mod around;
mod documents;
mod evidence;
mod exchanges;
mod glossary;
mod index;
mod rules;
mod scenarios;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use contract::exchange::Exchange;
use maud::{Markup, html};

use super::frame::{Frame, Section, all, contents};
use super::{Print, rule_sign, verdict_sign};
use crate::run::Run;
use crate::texts::{
    Labels, Lang, agreed, counted, counts_sentence, english, in_seconds, instant, notes,
    outcome_name, seconds_ahead, spaced, told, verdict_sentence,
};
use crate::verdict::Verdict;

const SCRIPT: &str = include_str!("html/page.js");

/// What the parts of the page share.
struct Page<'a> {
    run: &'a Run,
    lang: Lang,
    labels: &'static Labels,
    /// Exchanges already laid out: each stands once, and is linked to elsewhere.
    placed: RefCell<BTreeSet<&'a str>>,
    /// Commands already written, by the exchange that they stand at: each stands once.
    commands: RefCell<BTreeMap<String, &'a str>>,
}

/// A request and its answer as they were on the wire, folded, in a part of a page.
pub(crate) fn exchange_as_it_was(exchange: &Exchange, lang: Lang) -> Markup {
    exchanges::laid_out(exchange, lang, |text| html! { h3 { (text) } }, &html! {})
}

/// The verdict of a run, its facts and its counts.
pub(crate) fn verdict(run: &Run, lang: Lang) -> Markup {
    Page::of(run, lang).verdict()
}

pub(super) fn render(run: &Run, lang: Lang, print: Print) -> String {
    let page = Page::of(run, lang);
    let sections = page.sections();
    let title = format!("{} — {}", verdict_sentence(run, lang), run.header.target.name);
    let frame = Frame {
        lang,
        title: &title,
        kind: page.labels.report_title,
        etalon: &run.header.etalon,
        id: &run.header.id,
        script: SCRIPT,
        more_style: match print {
            Print::Summary => include_str!("html/summary.css"),
            Print::Full => "",
        },
    };
    let content = html! {
        (page.verdict())
        (contents(&sections, lang))
        (all(&sections))
    };
    frame.around(&content, &page.footer())
}

impl<'a> Page<'a> {
    fn of(run: &'a Run, lang: Lang) -> Self {
        let (placed, commands) = (RefCell::default(), RefCell::default());
        Self { run, lang, labels: lang.labels(), placed, commands }
    }

    /// The language of what the run itself says, where the page speaks another.
    fn spoken(&self) -> Option<&'static str> {
        (self.lang != Lang::Fr).then(|| Lang::Fr.code())
    }

    /// What the run itself says, in the language of the page; what is only known in French is
    /// marked as such.
    fn said(&self, text: &str) -> Markup {
        match (self.lang, english(text)) {
            (Lang::Fr, _) => html! { (spaced(&agreed(text))) },
            (Lang::En, Some(text)) => html! { (text) },
            (Lang::En, None) => html! { span lang=(Lang::Fr.code()) { (text) } },
        }
    }

    /// The sections that have something to say, in the order in which they are read.
    fn sections(&self) -> Vec<Section> {
        let labels = self.labels;
        let section = |id, title: &str, body| Some(Section { id, title: title.to_owned(), body });
        let run = self.run;
        let counted = |title: &str, count: usize| format!("{title} ({count})");
        let failed = rules::failed(run);
        let open = rules::undecided(run);
        [
            (!failed.is_empty()).then(|| {
                section("failed", &counted(labels.to_fix, failed.len()), self.failed(&failed))
            }),
            (!open.is_empty()).then(|| {
                section("open", &counted(labels.not_decided, open.len()), self.undecided(&open))
            }),
            Some(section("rules", &counted(labels.all_rules, run.rules.len()), self.families())),
            (!run.scenarios.is_empty()).then(|| {
                let title = counted(labels.scenarios, run.scenarios.len());
                section("scenarios", &title, self.features())
            }),
            (!run.divergences.is_empty())
                .then(|| section("divergences", labels.divergences, self.divergences())),
            (!run.times.is_empty()).then(|| section("times", labels.times, self.times())),
            (!self.sources().is_empty())
                .then(|| section("sources", labels.sources, self.documents())),
            run.provenance.as_ref().map(|provenance| {
                section("provenance", labels.provenance, facts(&provenance.facts(self.lang)))
            }),
            Some(section("cleanup", labels.cleanup, self.cleanup())),
            (!notes(run, self.lang).is_empty())
                .then(|| section("notes", labels.notes, self.notes())),
            Some(section("glossary", labels.glossary, self.glossary())),
        ]
        .into_iter()
        .flatten()
        .flatten()
        .collect()
    }

    fn verdict(&self) -> Markup {
        let run = self.run;
        let class = match run.verdict {
            Verdict::Conforms if run.reserves() > 0 => "open",
            Verdict::Conforms => "good",
            Verdict::DoesNotConform => "bad",
            Verdict::Undecided => "open",
        };
        html! {
            @if let Some(alarm) = run.provenance.as_ref().and_then(|it| it.alarm(self.lang)) {
                p.alarm { strong { (self.labels.warning) } (self.lang.colon()) (alarm) }
            }
            div.verdict.(class) {
                p.target { (self.labels.judged(run)) (self.lang.colon()) strong { (run.header.target.name) } }
                h1 {
                    span.sign aria-hidden="true" { (verdict_sign(run)) }
                    span { (verdict_sentence(run, self.lang)) }
                }
                @if run.panics > 0 { p { (self.labels.internal_error) } }
                @if let Some(tried) = &run.unreachable { p { (tried) } }
            }
            (self.facts())
            (self.counts())
        }
    }

    fn facts(&self) -> Markup {
        let (run, labels) = (self.run, self.labels);
        let header = &run.header;
        let version = header.target.version.as_deref().unwrap_or_default();
        let finished = run.finished_at.as_deref().map(|at| instant(at, self.lang));
        let scope = match (header.partial, &header.partial_reason) {
            (false, _) => labels.scope_whole.to_owned(),
            (true, None) => labels.scope_partial.to_owned(),
            (true, Some(reason)) => {
                let reason = told(reason, self.lang);
                format!("{}{}{reason}", labels.scope_partial, self.lang.colon())
            }
        };
        let facts = [
            (labels.judged(run), format!("{} {version}", header.target.name)),
            (labels.address, header.target.url.clone()),
            (labels.contract, header.contract.clone()),
            (labels.catalogue, header.catalogue_edition.map_or("—".to_owned(), |n| n.to_string())),
            (labels.scope, scope),
            (labels.started, instant(&header.started_at, self.lang)),
            (labels.finished, finished.unwrap_or_else(|| labels.not_finished.to_owned())),
            (labels.lasted, run.lasted_ms().map_or("—".to_owned(), |ms| in_seconds(ms, self.lang))),
            (labels.run, header.id.clone()),
            (labels.seed, header.seed.to_string()),
            (
                labels.clock_ahead,
                run.clock_ahead_s.map_or("—".to_owned(), |s| seconds_ahead(s, self.lang)),
            ),
            (labels.record, run.head.clone().unwrap_or_else(|| labels.unsealed.to_owned())),
        ];
        html! {
            dl.facts aria-label=(labels.run_facts) {
                @for (label, value) in facts {
                    div { dt { (label) } dd { (value) } }
                }
            }
        }
    }

    /// The counts, as an addition.
    fn counts(&self) -> Markup {
        let total = self.run.counts.expected;
        html! {
            section.counts aria-labelledby="counts-title" {
                h2 #counts-title { (self.labels.counts) }
                p.sum aria-label=(counts_sentence(self.run, self.lang)) {
                    span.term.total { strong { (total) } span { (self.labels.rules) } }
                    @for (index, (outcome, count)) in counted(self.run).enumerate() {
                        span.term.(outcome.name()) {
                            span.operator aria-hidden="true" { @if index == 0 { "=" } @else { "+" } }
                            strong { (count) }
                            span { (rule_sign(outcome)) " " (outcome_name(outcome, count, self.lang)) }
                        }
                    }
                }
                details.help {
                    summary { (self.labels.how_to_read) }
                    p { (self.labels.how_to_read_text) }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let header = &self.run.header;
        html! {
            footer {
                p {
                    (self.labels.produced_by) " " (header.etalon) " · " (self.labels.contract)
                    (self.lang.colon()) (header.contract) " · " (self.labels.run) (self.lang.colon())
                    (header.id)
                }
            }
        }
    }
}

/// Facts, each under its label.
fn facts(facts: &[(&str, String)]) -> Markup {
    html! {
        dl.facts {
            @for (label, value) in facts {
                div { dt { (label) } dd { (value) } }
            }
        }
    }
}
