//! A campaign while it runs: what is asked and achieved, what is under way, times and errors by
//! operation over the last seconds and since the start, the objectives as they stand; in charts
//! those of the report.

use std::sync::{Mutex, PoisonError};

use maud::{Markup, html};

use super::words::Words;
use super::{Screen, button, page, section};
use crate::load::render::{SoFar, verdict};
use crate::load::texts::Labels;
use crate::load::texts::figures::{decimal, integer, latency};
use crate::load::{LoadRun, Objective, Phase, Second, SecondLatency, error_name};
use crate::render::frame::table;
use crate::texts::Lang;

/// What is known of a campaign at the end of one of its seconds.
pub struct CampaignFigures {
    /// The second.
    pub second: Second,
    /// Each operation that was called.
    pub operations: Vec<OperationFigures>,
    /// From completion to a visible notification, over the last seconds.
    pub delivery: Option<SecondLatency>,
    /// Failures since the start, by kind.
    pub failures: Vec<(String, u64)>,
    /// The objectives as they stand.
    pub objectives: Vec<Objective>,
}

/// An operation, since the start of the measure.
pub struct OperationFigures {
    /// Its name.
    pub name: String,
    /// Calls.
    pub calls: u64,
    /// Those without a good answer.
    pub failures: u64,
    /// Response times over the last seconds.
    pub recent: Option<SecondLatency>,
    /// Response times since the start.
    pub since_start: Option<SecondLatency>,
}

/// Follows a campaign.
pub struct Campaign {
    lang: Lang,
    length_s: u64,
    known: Mutex<Known>,
}

/// What was shown last.
#[derive(Default)]
struct Known {
    seconds: Vec<Second>,
    objectives: Vec<Objective>,
}

impl Campaign {
    /// Follows one whose journeys start during so many seconds.
    pub fn new(length_s: u64, lang: Lang) -> Self {
        Self { lang, length_s, known: Mutex::default() }
    }

    /// Its page.
    pub fn page(plan: &str, target: &str, lang: Lang) -> String {
        let (words, labels) = (Words::of(lang), Labels::of(lang));
        let now = html! {
            div #figures { p { (words.preparing) } }
            div.moves { (button("stop", words.stop, words.stop_about)) }
        };
        let content = html! {
            div #verdict role="status" {
                div.verdict.going {
                    p.target { (lang.labels().target) (lang.colon()) strong { (target) } }
                    h1 { (labels.plan) (lang.colon()) (plan) }
                }
            }
            (section("present", words.now, &now))
            (section("objective", labels.objectives, &html! { div #objectives {} }))
            (section("chart", labels.latencies, &charts(words)))
            (section("operation", labels.operations, &html! { div #operations {} }))
            (section("error", labels.errors, &html! { div #errors { p { (labels.errors_none) } } }))
        };
        page(words.campaign, lang, &content)
    }

    /// Takes a second in, and shows what it changes.
    pub fn on(&self, figures: &CampaignFigures, screen: &dyn Screen) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.seconds.push(figures.second.clone());
        known.objectives.clone_from(&figures.objectives);
        screen.show("figures", self.figures(&figures.second).into_string());
        screen.show("operations", self.operations(figures).into_string());
        screen.show("errors", self.errors(&figures.failures).into_string());
        self.show_charts(&known.seconds, &known.objectives, screen);
    }

    /// The charts of so many seconds, up to one of them or else to the present: every second is
    /// drawn where the whole would not have room for it.
    pub fn closer(&self, length: u64, to: Option<u64>) -> String {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let end = known.seconds.last().map_or(0, |second| second.second + 1);
        let to = to.unwrap_or(end).min(end);
        let from = to.saturating_sub(length);
        let within = |second: &&Second| (from..to).contains(&second.second);
        let seconds: Vec<_> = known.seconds.iter().filter(within).cloned().collect();
        SoFar::of(&seconds, &known.objectives, self.lang).charts.into_string()
    }

    /// Shows what came of it.
    pub fn finished(&self, run: &LoadRun, screen: &dyn Screen) {
        screen.show("verdict", verdict(run, self.lang).into_string());
        screen.show("figures", html! { p { (Words::of(self.lang).over) } }.into_string());
        self.show_charts(&run.seconds, &run.objectives, screen);
    }

    fn show_charts(&self, seconds: &[Second], objectives: &[Objective], screen: &dyn Screen) {
        let so_far = SoFar::of(seconds, objectives, self.lang);
        screen.show("objectives", so_far.objectives.into_string());
        screen.show("charts", so_far.charts.into_string());
    }

    fn figures(&self, second: &Second) -> Markup {
        let (lang, words, labels) = (self.lang, Words::of(self.lang), Labels::of(self.lang));
        let p99 = second.response.map_or("–".to_owned(), |it| latency(it.latency_us_p99, lang));
        let phase = match second.phase {
            Phase::WarmUp => labels.warm_up_short,
            Phase::Measured => words.measuring,
            Phase::Drain => labels.drain_short,
        };
        let journeys = |which| format!("{}, {which}", labels.journeys_per_s);
        let tiles = [
            (journeys(labels.asked), decimal(second.asked_starts, 1, lang)),
            (journeys(labels.achieved), integer(second.started, lang)),
            (labels.calls_per_s.to_owned(), integer(second.calls, lang)),
            (labels.in_flight.to_owned(), integer(second.in_flight, lang)),
            (words.undelivered.to_owned(), integer(second.undelivered, lang)),
            (format!("{} p99", labels.response_time), p99),
        ];
        html! {
            p.figures-line {
                strong { (second.second + 1) "\u{a0}s" } " " (words.of) " " (self.length_s)
                "\u{a0}s, " (phase)
            }
            dl.tiles { @for (label, value) in tiles { div { dt { (label) } dd { (value) } } } }
        }
    }

    fn operations(&self, figures: &CampaignFigures) -> Markup {
        let (lang, words, labels) = (self.lang, Words::of(self.lang), Labels::of(self.lang));
        let groups = [words.recently, words.since_start];
        let rows = html! {
            thead {
                tr {
                    th scope="col" rowspan="2" { (labels.operation) }
                    th.number scope="col" rowspan="2" { (labels.calls) }
                    th.number scope="col" rowspan="2" { (labels.errors) }
                    @for group in groups { th.group scope="colgroup" colspan="3" { (group) } }
                }
                tr { @for _ in groups { @for column in ["p50", "p99", labels.maximum] {
                    th.number scope="col" { (column) }
                } } }
            }
            tbody {
                @for one in &figures.operations { tr {
                    th scope="row" { (one.name) }
                    td.number { (integer(one.calls, lang)) }
                    td.number { (integer(one.failures, lang)) }
                    (self.times(one.recent)) (self.times(one.since_start))
                } }
                @if figures.delivery.is_some() { tr {
                    th scope="row" colspan="3" { (labels.notification) }
                    (self.times(figures.delivery)) (self.times(None))
                } }
            }
        };
        html! { div.figures { (table(labels.operations, lang, &rows)) } }
    }

    /// Three cells of times.
    fn times(&self, times: Option<SecondLatency>) -> Markup {
        let all = times.map(|it| [it.latency_us_p50, it.latency_us_p99, it.latency_us_max]);
        html! {
            @for rank in 0..3 {
                td.number { (all.map_or("–".to_owned(), |all| latency(all[rank], self.lang))) }
            }
        }
    }

    fn errors(&self, failures: &[(String, u64)]) -> Markup {
        let labels = Labels::of(self.lang);
        let rows = html! {
            thead { tr {
                th scope="col" { (labels.error_kind) } th.number scope="col" { (labels.count) }
            } }
            tbody { @for (kind, count) in failures { tr {
                th scope="row" { (error_name(kind, self.lang)) }
                td.number { (integer(*count, self.lang)) }
            } } }
        };
        html! {
            @if failures.is_empty() { p { (labels.errors_none) } }
            @else { (table(labels.errors, self.lang, &rows)) }
        }
    }
}

/// The charts, and the buttons that look at a stretch of them more closely. A range that is drawn
/// with the mouse does so too; nothing needs one.
fn charts(words: &Words) -> Markup {
    let buttons = [
        ("in", words.closer),
        ("out", words.wider),
        ("earlier", words.earlier),
        ("later", words.later),
        ("all", words.all_of_it),
    ];
    html! {
        p.intro { (words.charts_about) }
        div.zoom role="group" aria-label=(words.stretch) {
            @for (name, label) in buttons { button type="button" data-zoom=(name) { (label) } }
            output data-last=(words.last_seconds) {}
        }
        div #charts data-view="/views/charts" {}
    }
}
