//! The charts: percentiles on the HDR axis, and what happened second by second.

use maud::{Markup, html};

use super::Page;
use super::chart::{self, Axis, BOTTOM, LEFT, RIGHT, TOP, rounded};
use crate::load::texts::figures::{decimal, elapsed, integer, latency, percentile};
use crate::load::{Clock, CurvePoint, Latencies, Phase, Requirement, Second};

/// Most points of a line: more than there are pixels.
const MOST_POINTS: usize = 700;
/// Percentiles named on the HDR axis.
const NAMED_PERCENTILES: [f64; 7] = [0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999];
/// The halves, tenths, hundredths… that the axis is long: five nines.
const NINES: f64 = 5.0;

/// A line over time.
struct Series<'a> {
    class: &'static str,
    name: &'a str,
    value: fn(&Second) -> Option<f64>,
}

/// What stands for several seconds, where there are more of them than pixels.
#[derive(Clone, Copy)]
enum Summary {
    /// The worst of them, a value that was measured.
    Greatest,
    /// Their mean.
    Mean,
}

/// How far along the HDR axis a percentile is: each nine is as long as the one before.
fn nines(percentile: f64) -> f64 {
    -((1.0 - percentile / 100.0).max(1e-9)).log10()
}

impl Page<'_> {
    /// The percentile curve of all calls, by both clocks.
    pub(super) fn percentile_curve(&self) -> Markup {
        let all = &self.run.all_calls;
        let (Some(response), Some(service)) = (&all.response_time, &all.service_time) else {
            return html! {};
        };
        let words = self.words;
        let least = response.latency_us_min.min(service.latency_us_min);
        let greatest = response.latency_us_max.max(service.latency_us_max);
        let y = Axis::logarithmic(least as f64, greatest as f64, BOTTOM, TOP);
        let x = Axis::linear(0.0, NINES, LEFT, RIGHT - 14.0);
        let curve = |latencies: &Latencies| {
            let end = (latencies.count as f64).log10();
            let point = move |point: &CurvePoint| {
                let at = nines(point.percentile).min(end).min(NINES);
                Some((x.place(at), y.place(point.latency_us as f64)))
            };
            latencies.curve.iter().map(point).collect::<Vec<_>>()
        };
        let ticks = NAMED_PERCENTILES.map(|named| {
            (x.place(nines(named)), format!("{}\u{a0}%", percentile(named, self.lang)))
        });
        let marks = html! {
            (chart::vertical(&y, words.time, |us| latency(us as u64, self.lang)))
            (chart::horizontal(ticks, words.percentile))
            (chart::line("service", curve(service)))
            (chart::line("response", curve(response)))
        };
        let legend =
            chart::legend(&[("response", words.response_time), ("service", words.service_time)]);
        let table = self.percentile_table(&[
            (words.response_time, Some(response)),
            (words.service_time, Some(service)),
            (words.first_byte, all.time_to_first_byte.as_ref()),
        ]);
        self.figure("curve", words.curve, words.curve_text, &legend, &marks, Some(table))
    }

    /// Percentiles of every second.
    pub(super) fn latency_over_time(&self) -> Markup {
        let words = self.words;
        let p99 = format!("{} p99", words.response_time.to_lowercase());
        let p50 = format!("{} p50", words.response_time.to_lowercase());
        let max = format!("{} {}", words.response_time.to_lowercase(), words.maximum);
        let service = format!("{} p99", words.service_time.to_lowercase());
        let series = [
            Series {
                class: "longest",
                name: &max,
                value: |s| s.response.map(|l| l.latency_us_max as f64),
            },
            Series {
                class: "median",
                name: &p50,
                value: |s| s.response.map(|l| l.latency_us_p50 as f64),
            },
            Series {
                class: "response",
                name: &p99,
                value: |s| s.response.map(|l| l.latency_us_p99 as f64),
            },
            Series {
                class: "service",
                name: &service,
                value: |s| s.service.map(|l| l.latency_us_p99 as f64),
            },
        ];
        let values =
            || self.run.seconds.iter().flat_map(|s| series.iter().filter_map(|one| (one.value)(s)));
        let limits = self.limits_us();
        let least = values().fold(f64::INFINITY, f64::min);
        let greatest = values().chain(limits.iter().map(|us| *us as f64)).fold(0.0, f64::max);
        if !least.is_finite() {
            return html! {};
        }
        let y = Axis::logarithmic(least, greatest, BOTTOM, TOP);
        let marks = html! {
            (chart::vertical(&y, words.time, |us| latency(us as u64, self.lang)))
            (self.over_time(&series, y, Summary::Greatest))
            @for us in limits {
                @let place = rounded(y.place(us as f64));
                path.limit d={ "M" (LEFT) " " (place) "H" (RIGHT) } {}
                text.limit x=(RIGHT - 4.0) y=(place - 5.0) text-anchor="end" {
                    (words.objective) " p99 < " (latency(us, self.lang))
                }
            }
        };
        self.chart_over_time(
            "latency",
            words.latency_over_time,
            words.latency_over_time_text,
            &series,
            &marks,
        )
    }

    /// Limits on the 99th percentile of the response time of all calls, which is what the chart
    /// draws.
    fn limits_us(&self) -> Vec<u64> {
        let limit = |requirement: &Requirement| match *requirement {
            Requirement::Latency { clock: Clock::Response, percentile: 99.0, limit_us, .. } => {
                Some(limit_us)
            }
            _ => None,
        };
        let all_calls = self.run.objectives.iter().filter(|objective| objective.subject.is_none());
        all_calls.filter_map(|objective| limit(&objective.requirement)).collect()
    }

    /// Journeys asked and started.
    pub(super) fn rate_over_time(&self) -> Markup {
        let words = self.words;
        let series = [
            Series {
                class: "response",
                name: words.achieved,
                value: |s| (s.phase != Phase::Drain).then_some(s.started as f64),
            },
            Series {
                class: "asked",
                name: words.asked,
                value: |s| (s.phase != Phase::Drain).then_some(s.asked_starts),
            },
        ];
        self.counts_over_time(
            "rate",
            words.rate_over_time,
            words.rate_over_time_text,
            words.journeys_per_s,
            &series,
        )
    }

    /// Calls, errors and journeys under way.
    pub(super) fn calls_over_time(&self) -> Markup {
        let words = self.words;
        let series = [
            Series { class: "response", name: words.calls, value: |s| Some(s.calls as f64) },
            Series { class: "errors", name: words.errors, value: |s| Some(s.errors as f64) },
        ];
        self.counts_over_time(
            "calls",
            words.calls_over_time,
            words.calls_over_time_text,
            words.calls_s,
            &series,
        )
    }

    fn counts_over_time(
        &self,
        id: &str,
        title: &str,
        text: &str,
        unit: &str,
        series: &[Series<'_>],
    ) -> Markup {
        let values =
            self.run.seconds.iter().flat_map(|s| series.iter().filter_map(|one| (one.value)(s)));
        let greatest = values.fold(0.0, f64::max);
        let y = Axis::linear(0.0, greatest * 1.05, BOTTOM, TOP);
        let marks = html! {
            (chart::vertical(&y, unit, |count| decimal(count, 1, self.lang)))
            (self.over_time(series, y, Summary::Mean))
        };
        self.chart_over_time(id, title, text, series, &marks)
    }

    fn chart_over_time(
        &self,
        id: &str,
        title: &str,
        text: &str,
        series: &[Series<'_>],
        marks: &Markup,
    ) -> Markup {
        let mut entries: Vec<(&str, &str)> =
            series.iter().map(|one| (one.class, one.name)).collect();
        entries.reverse();
        self.figure(id, title, text, &chart::legend(&entries), marks, None)
    }

    /// The axis of the seconds, the parts of the campaign, and the lines.
    fn over_time(&self, series: &[Series<'_>], y: Axis, summary: Summary) -> Markup {
        let seconds = &self.run.seconds;
        let x = self.time_axis();
        let group = seconds.len().div_ceil(MOST_POINTS).max(1);
        let points = |one: &Series<'_>| {
            let value = one.value;
            let of = move |chunk: &[Second]| {
                let values: Vec<f64> = chunk.iter().filter_map(value).collect();
                let middle = chunk[chunk.len() / 2].second as f64 + 0.5;
                let height = match summary {
                    Summary::Greatest => values.iter().copied().reduce(f64::max)?,
                    Summary::Mean if values.is_empty() => return None,
                    Summary::Mean => values.iter().sum::<f64>() / values.len() as f64,
                };
                Some((x.place(middle), y.place(height)))
            };
            seconds.chunks(group).map(of).collect::<Vec<_>>()
        };
        html! {
            (self.phases(&x))
            (self.time_ticks(&x))
            @for one in series { (chart::line(one.class, points(one))) }
        }
    }

    /// The axis of the seconds of the campaign.
    pub(super) fn time_axis(&self) -> Axis {
        let (first, end) = self.stretch();
        Axis::linear(first as f64, end as f64, LEFT, RIGHT)
    }

    /// The seconds that are drawn: from the first to the end of the last.
    pub(super) fn stretch(&self) -> (u64, u64) {
        let seconds = &self.run.seconds;
        let first = seconds.first().map_or(0, |second| second.second);
        (first, seconds.last().map_or(first + 1, |second| second.second + 1))
    }

    /// Round instants along it.
    pub(super) fn time_ticks(&self, x: &Axis) -> Markup {
        let (first, end) = self.stretch();
        let steps =
            [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200];
        let step = steps.into_iter().find(|step| (end - first) / step <= 9).unwrap_or(86_400);
        let ticks = (first.div_ceil(step)..=end / step)
            .map(|tick| (x.place((tick * step) as f64), elapsed(tick * step)));
        chart::horizontal(ticks, self.words.elapsed)
    }

    /// The seconds that are not measured, shaded and named.
    fn phases(&self, x: &Axis) -> Markup {
        let shaded =
            [(Phase::WarmUp, self.words.warm_up_short), (Phase::Drain, self.words.drain_short)];
        html! {
            @for (phase, name) in shaded {
                @let mut seconds = self.run.seconds.iter().filter(|second| second.phase == phase);
                @if let Some(first) = seconds.next() {
                    @let last = seconds.next_back().unwrap_or(first);
                    @let (from, to) = (rounded(x.place(first.second as f64)), rounded(x.place((last.second + 1) as f64)));
                    rect.unmeasured x=(from) y=(TOP) width=(rounded(to - from)) height=(BOTTOM - TOP) {}
                    @if phase == Phase::WarmUp {
                        text.unit x=(from + 4.0) y=(TOP + 14.0) { (name) }
                    } @else {
                        text.unit x=(to - 4.0) y=(TOP + 14.0) text-anchor="end" { (name) }
                    }
                }
            }
        }
    }

    /// A chart with its title, its legend, and the table behind it.
    pub(super) fn figure(
        &self,
        id: &str,
        title: &str,
        text: &str,
        legend: &Markup,
        marks: &Markup,
        table: Option<Markup>,
    ) -> Markup {
        html! {
            figure.figure #(id) {
                figcaption { h3 { (title) } p.meta { (text) } }
                (legend)
                div.wide.drawn tabindex="0" role="group" aria-label=(title) {
                    (chart::drawing(id, title, text, marks))
                }
                @if let Some(table) = table {
                    details { summary { (self.words.table_behind) } (table) }
                }
            }
        }
    }

    /// Seconds, as figures: the worst of each stretch.
    pub(super) fn worst_seconds(&self) -> Markup {
        const MOST_ROWS: usize = 40;
        let (words, lang) = (self.words, self.lang);
        let group = self.run.seconds.len().div_ceil(MOST_ROWS).max(1);
        let badness = |second: &&Second| second.response.map(|latency| latency.latency_us_p99);
        let rows =
            self.run.seconds.chunks(group).filter_map(|chunk| chunk.iter().max_by_key(badness));
        let headings = [words.asked, words.achieved, words.calls, words.errors, words.in_flight];
        let times = [words.response_time, words.service_time];
        html! {
            details {
                summary { (words.table_behind) }
                p.meta { (words.worst_seconds) }
                div.wide tabindex="0" role="group" aria-label={ (words.worst_seconds) ", " (self.lang.labels().scrolls) } {
                    table.figures {
                        caption { (words.worst_seconds) }
                        thead {
                            tr {
                                th scope="col" rowspan="2" { (words.elapsed_short) }
                                @for heading in headings { th.number scope="col" rowspan="2" { (heading) } }
                                @for time in times { th.group scope="colgroup" colspan="3" { (time) } }
                            }
                            tr { @for _ in times { @for column in ["p50", "p99", words.maximum] {
                                th.number scope="col" { (column) }
                            } } }
                        }
                        tbody { @for second in rows { tr {
                            th scope="row" { (self.data(second.second, elapsed(second.second))) }
                            td.number { (self.data(second.asked_starts, decimal(second.asked_starts, 3, lang))) }
                            @for count in [second.started, second.calls, second.errors, second.in_flight] {
                                td.number { (self.data(count, integer(count, lang))) }
                            }
                            @for latency in [second.response, second.service] {
                                @for us in [
                                    latency.map(|l| l.latency_us_p50),
                                    latency.map(|l| l.latency_us_p99),
                                    latency.map(|l| l.latency_us_max),
                                ] {
                                    td.number { (self.latency(us)) }
                                }
                            }
                        } } }
                    }
                }
            }
        }
    }
}
