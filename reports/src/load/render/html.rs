//! `report.html` of a campaign: one self-contained page that loads nothing and runs nothing, as
//! that of a certification. The verdict comes first, then the objectives, then the charts, then
//! every figure. Each number that was measured stands in a `<data>` element whose `value` is the
//! number of `report.json` that it writes.

mod chart;
mod charts;
mod heat;
mod tables;

use std::collections::BTreeMap;
use std::fmt::Display;

use maud::{Markup, html};

use super::super::texts::figures::{decimal, elapsed, integer, latency};
use super::super::texts::{Labels, bottleneck_sentence, hub_limit_sentence};
use super::verdict_sign;
use crate::load::{
    Achieved, Facts, Generator, HeatMap, LOAD_REPORT_FORMAT, LoadRun, LoadVerdict, Objective,
    Second, Timed, WarmUp, load_verdict_sentence, objective_sentence,
};
use crate::render::frame::{Frame, Section, all, contents};
use crate::texts::{Lang, instant};

pub(crate) const CHARTS_STYLE: &str = include_str!("html/charts.css");

/// What the parts of the page share.
struct Page<'a> {
    run: &'a LoadRun,
    lang: Lang,
    words: &'static Labels,
}

pub(super) fn render(run: &LoadRun, lang: Lang) -> String {
    let page = Page { run, lang, words: Labels::of(lang) };
    let sections = page.sections();
    let title = format!("{} — {}", load_verdict_sentence(run, lang), run.run.plan.name);
    let frame = Frame {
        lang,
        title: &title,
        kind: page.words.report_title,
        etalon: &run.run.etalon,
        id: &run.run.id,
        script: "",
        more_style: CHARTS_STYLE,
    };
    let content = html! {
        (page.verdict())
        (page.key_figures())
        (contents(&sections, lang))
        (all(&sections))
    };
    frame.around(&content, &page.footer())
}

/// What is known of a campaign while it runs, or in a stretch of it, drawn as in its report.
pub(crate) struct SoFar {
    pub(crate) objectives: Markup,
    pub(crate) charts: Markup,
}

impl SoFar {
    /// Of these seconds, and of objectives as they stand.
    pub(crate) fn of(seconds: &[Second], objectives: &[Objective], lang: Lang) -> Self {
        let run = LoadRun {
            format: LOAD_REPORT_FORMAT,
            run: Facts::default(),
            verdict: LoadVerdict::Invalid,
            achieved: Achieved::default(),
            warm_up: WarmUp::default(),
            all_calls: Timed::default(),
            operations: Vec::new(),
            journeys: Vec::new(),
            notification_visible: None,
            errors: BTreeMap::new(),
            samples: Vec::new(),
            refused_by_quota: BTreeMap::new(),
            reconciliation: None,
            objectives: objectives.to_vec(),
            steps: Vec::new(),
            generator: Generator::default(),
            audit: None,
            seconds: seconds.to_vec(),
            heat_map: HeatMap::new(),
        };
        let page = Page { run: &run, lang, words: Labels::of(lang) };
        let ((from, to), width) = (page.stretch(), chart::WIDTH);
        let (left, right) = (chart::LEFT / width, chart::RIGHT / width);
        // Where the plot is, in shares of a drawing: what a person points at there is a second.
        let charts = html! {
            div data-from=(from) data-to=(to) data-left=(left) data-right=(right)
                data-said={ (elapsed(from)) " – " (elapsed(to)) } {
                (page.rate_over_time())
                (page.latency_over_time())
                (page.calls_over_time())
            }
        };
        Self { objectives: page.objectives(), charts }
    }
}

/// The verdict of a campaign, its facts and its key figures.
pub(crate) fn verdict(run: &LoadRun, lang: Lang) -> Markup {
    let page = Page { run, lang, words: Labels::of(lang) };
    html! {
        (page.verdict())
        (page.key_figures())
    }
}

impl Page<'_> {
    /// A number as people write it, with the number that it is.
    fn data(&self, value: impl Display, text: impl Display) -> Markup {
        html! { data value=(value) { (text.to_string()) } }
    }

    /// A time in microseconds.
    fn latency(&self, us: Option<u64>) -> Markup {
        match us {
            Some(us) => self.data(us, latency(us, self.lang)),
            None => html! { "–" },
        }
    }

    fn footer(&self) -> Markup {
        let common = self.lang.labels();
        html! {
            footer {
                p {
                    (common.produced_by) " " (self.run.run.etalon) " · " (common.run) (self.lang.colon()) (self.run.run.id)
                }
            }
        }
    }

    fn sections(&self) -> Vec<Section> {
        let words = self.words;
        let section = |id, title: &str, body| Section { id, title: title.to_owned(), body };
        let mut sections = vec![
            section("objectives", words.objectives, self.objectives()),
            section("times", words.latencies, self.charts()),
            section("operations", words.operations, self.operations()),
        ];
        if !self.run.journeys.is_empty() {
            sections.push(section("journeys", words.journeys, self.journeys()));
        }
        sections.push(section("errors", words.errors, self.errors()));
        if !self.run.steps.is_empty() {
            sections.push(section("steps", words.steps, self.steps()));
        }
        sections.push(section(
            "audit",
            words.audit,
            html! { (self.audit()) (self.reconciliation()) },
        ));
        sections.push(section("generator", words.generator, self.generator()));
        sections.push(section("plan", words.plan, self.plan()));
        sections
    }

    fn verdict(&self) -> Markup {
        let run = self.run;
        let class = match run.verdict {
            LoadVerdict::WithinObjectives => "good",
            LoadVerdict::OutsideObjectives => "bad",
            LoadVerdict::Invalid => "open",
        };
        html! {
            @if let Some(alarm) = run.run.provenance.as_ref().and_then(|it| it.alarm(self.lang)) {
                p.alarm { strong { (self.lang.labels().warning) } (self.lang.colon()) (alarm) }
            }
            div.verdict.(class) {
                p.target { (self.lang.labels().target) (self.lang.colon()) strong { (run.run.target.name) } }
                h1 {
                    span.sign aria-hidden="true" { (verdict_sign(run.verdict)) }
                    span { (load_verdict_sentence(run, self.lang)) }
                }
                @if let Some(limit) = &run.generator.hub_limit {
                    p { (hub_limit_sentence(limit, self.lang)) }
                }
                @for bottleneck in &run.generator.bottlenecks {
                    p { (bottleneck_sentence(bottleneck, self.lang)) }
                }
                @if let Some(tried) = &run.run.unreachable { p { (tried) } }
            }
            (self.facts())
        }
    }

    fn facts(&self) -> Markup {
        let (facts, lang, words) = (&self.run.run, self.lang, self.words);
        let common = lang.labels();
        let version = facts.target.version.as_deref().unwrap_or_default();
        let text = |text: &str| html! { (text) };
        let seconds = |s: f64| html! { (self.data(s, decimal(s, 3, lang))) "\u{a0}s" };
        let mut rows = vec![
            (words.plan, text(&facts.plan.name)),
            (common.target, text(&format!("{} {version}", facts.target.name))),
            (common.address, text(&facts.target.url)),
            (common.started, text(&instant(&facts.started_at, lang))),
            (words.measured, seconds(self.run.achieved.measured_s)),
            (
                words.warm_up,
                html! {
                    (seconds(self.run.warm_up.duration_s)) ", "
                    (self.data(self.run.warm_up.calls, integer(self.run.warm_up.calls, lang))) " "
                    (words.calls.to_lowercase())
                },
            ),
            (common.run, text(&facts.id)),
            (common.seed, self.data(facts.seed, facts.seed)),
        ];
        if let Some(shard) = facts.shard {
            rows.push((
                words.shard,
                html! { (self.data(shard.index, shard.index)) "/" (self.data(shard.count, shard.count)) },
            ));
        }
        if !facts.merged_from.is_empty() {
            rows.push((words.merged_from, text(&facts.merged_from.join(", "))));
        }
        if let Some(objective) = facts.aborted_by.and_then(|rank| self.run.objectives.get(rank)) {
            rows.push((words.aborted_by, text(&objective_sentence(objective, lang))));
        }
        html! {
            dl.facts aria-label=(common.run_facts) {
                @for (label, value) in rows { div { dt { (label) } dd { (value) } } }
            }
        }
    }

    /// The figures that a reader looks for first.
    fn key_figures(&self) -> Markup {
        let (words, lang) = (self.words, self.lang);
        let achieved = &self.run.achieved;
        let response = self.run.all_calls.response_time.as_ref();
        let p = |name: &str| format!("{} {name}", words.response_time);
        let count = |count| self.data(count, integer(count, lang));
        let tiles = [
            (words.calls.to_owned(), count(achieved.calls)),
            (
                words.calls_per_s.to_owned(),
                self.data(achieved.calls_per_s, decimal(achieved.calls_per_s, 1, lang)),
            ),
            (p("p50"), self.latency(response.map(|times| times.latency_us_p50))),
            (p("p99"), self.latency(response.map(|times| times.latency_us_p99))),
            (words.errors.to_owned(), count(achieved.errors)),
            (words.journeys_started.to_owned(), count(achieved.started_journeys)),
            (
                words.journeys_asked.to_owned(),
                self.data(achieved.asked_journeys, decimal(achieved.asked_journeys, 0, lang)),
            ),
        ];
        html! {
            section.counts aria-labelledby="key-title" {
                h2 #key-title { (words.key_figures) }
                dl.tiles {
                    @for (label, value) in tiles { div { dt { (label) } dd { (value) } } }
                }
            }
        }
    }

    fn charts(&self) -> Markup {
        html! {
            p.intro { (self.words.latencies_intro) }
            (self.percentile_curve())
            (self.latency_over_time())
            (self.rate_over_time())
            (self.calls_over_time())
            (self.worst_seconds())
            (self.heat_map())
        }
    }

    fn plan(&self) -> Markup {
        html! {
            details {
                summary { (self.words.plan_text) }
                pre { (self.run.run.plan.text) }
            }
        }
    }
}
