//! The tables: objectives, times by operation and journey, errors, the delivery audit, the
//! generator.

use maud::{Markup, html};

use super::super::outcome_sign;
use super::Page;
use crate::curl::curl;
use crate::load::texts::figures::{bytes, decimal, elapsed, integer, share};
use crate::load::texts::{clock_name, error_name, journey_name, outcome_name, subject_name};
use crate::load::{Accounted, Audit, Latencies, Objective, Outcome, Requirement, Timed};

/// Percentiles shown of the response time of each operation; `report.json` has more.
type Column = (&'static str, fn(&Latencies) -> u64);
const RESPONSE: [Column; 7] = [
    ("p50", |l| l.latency_us_p50),
    ("p90", |l| l.latency_us_p90),
    ("p99", |l| l.latency_us_p99),
    ("p99,9", |l| l.latency_us_p99_9),
    ("p99,99", |l| l.latency_us_p99_99),
    ("p99,999", |l| l.latency_us_p99_999),
    ("max", |l| l.latency_us_max),
];
const SHORT: [Column; 3] =
    [("p50", |l| l.latency_us_p50), ("p99", |l| l.latency_us_p99), ("max", |l| l.latency_us_max)];

impl<'a> Page<'a> {
    /// A heading of a percentile, with the decimal sign of the language.
    fn column(&self, name: &str) -> String {
        name.replace(',', self.lang.pick(",", "."))
    }

    fn count(&self, count: u64) -> Markup {
        self.data(count, integer(count, self.lang))
    }

    pub(super) fn objectives(&self) -> Markup {
        let words = self.words;
        if self.run.objectives.is_empty() {
            return html! { p { (words.objectives_none) } };
        }
        html! {
            div.wide tabindex="0" role="group" aria-label={ (words.objectives) ", " (self.lang.labels().scrolls) } {
                table.judged {
                    caption { (words.objectives) }
                    thead { tr {
                        th scope="col" { (words.outcome) }
                        th scope="col" { (words.objective) }
                        th scope="col" { (words.window) }
                        th.number scope="col" { (words.limit) }
                        th.number scope="col" { (words.observed) }
                        th.number scope="col" { (words.worst_at) }
                    } }
                    tbody { @for objective in &self.run.objectives { (self.objective(objective)) } }
                }
            }
        }
    }

    fn objective(&self, objective: &Objective) -> Markup {
        let (words, lang) = (self.words, self.lang);
        let class = match objective.outcome {
            _ if self.run.generator.bottleneck => "not_run",
            Outcome::Kept => "passed",
            Outcome::Broken => "failed",
            Outcome::NotMeasured => "inconclusive",
        };
        let share_of = |value: f64| self.data(value, share(value, lang));
        let sign = |sign: &'static str, value: Markup| html! { (sign) " " (value) };
        let (what, limit, observed) = match objective.requirement {
            Requirement::Latency { clock, percentile, limit_us, observed_us } => (
                html! { (clock_name(clock, lang)) " p" (self.data(percentile, decimal(percentile, 6, lang))) },
                sign("<", self.latency(Some(limit_us))),
                self.latency(observed_us),
            ),
            Requirement::ErrorRate { limit_share, observed_share } => (
                html! { (words.errors.to_lowercase()) },
                sign("<", share_of(limit_share)),
                observed_share.map_or_else(|| html! { "–" }, share_of),
            ),
            Requirement::Achieved { limit_share, observed_share } => (
                html! { (lang.pick("parcours partis / demandés", "journeys started / asked")) },
                sign("≥", share_of(limit_share)),
                observed_share.map_or_else(|| html! { "–" }, share_of),
            ),
            Requirement::Delivered { limit_share, observed_share } => (
                html! { (lang.pick("télédossiers livrés / déposés", "cases delivered / deposited")) },
                sign("≥", share_of(limit_share)),
                observed_share.map_or_else(|| html! { "–" }, share_of),
            ),
        };
        html! {
            tr {
                td.(class) { span.badge { (outcome_sign(objective.outcome)) " " (outcome_name(objective.outcome, lang)) } }
                th scope="row" { (subject_name(objective.subject.as_deref(), lang)) ", " (what) }
                td {
                    @match objective.window_s {
                        Some(window) => { (self.data(window, window)) "\u{a0}s" },
                        None => (words.whole_run),
                    }
                }
                td.number { (limit) }
                td.number { (observed) }
                td.number {
                    @match objective.worst_second {
                        Some(second) => (self.data(second, elapsed(second))),
                        None => "–",
                    }
                }
            }
        }
    }

    pub(super) fn operations(&self) -> Markup {
        let all = (self.words.all_calls, &self.run.all_calls);
        let each = self.run.operations.iter().map(|timed| (timed.name.as_str(), timed));
        let rows: Vec<(&str, &Timed)> = std::iter::once(all).chain(each).collect();
        self.timed(self.words.operation, &rows, true)
    }

    pub(super) fn journeys(&self) -> Markup {
        let row = |timed: &'a Timed| (journey_name(&timed.name, self.lang), timed);
        let rows: Vec<(&str, &Timed)> = self.run.journeys.iter().map(row).collect();
        html! {
            (self.timed(self.words.journey, &rows, false))
            @if let Some(visible) = &self.run.notification_visible {
                h3.after { (self.words.notification) }
                (self.percentile_table(&[(self.words.time, Some(visible))]))
            }
        }
    }

    fn timed(&self, heading: &str, rows: &[(&str, &Timed)], first_byte: bool) -> Markup {
        let words = self.words;
        html! {
            div.wide tabindex="0" role="group" aria-label={ (heading) ", " (self.lang.labels().scrolls) } {
                table.figures {
                    caption { (heading) }
                    thead {
                        tr {
                            th scope="col" rowspan="2" { (heading) }
                            th.number scope="col" rowspan="2" { (words.count) }
                            th.number scope="col" rowspan="2" { (words.errors) }
                            th.group scope="colgroup" colspan=(RESPONSE.len()) { (words.response_time) }
                            th.group scope="colgroup" colspan=(SHORT.len()) { (words.service_time) }
                            @if first_byte { th.group scope="colgroup" colspan=(SHORT.len()) { (words.first_byte) } }
                        }
                        tr {
                            @for (name, _) in RESPONSE { th.number scope="col" { (self.column(name)) } }
                            @for (name, _) in SHORT { th.number scope="col" { (name) } }
                            @if first_byte { @for (name, _) in SHORT { th.number scope="col" { (name) } } }
                        }
                    }
                    tbody { @for (name, timed) in rows { tr {
                        th scope="row" { (name) }
                        td.number { (self.count(timed.count)) }
                        td.number { (self.count(timed.errors)) }
                        (self.cells(timed.response_time.as_ref(), &RESPONSE))
                        (self.cells(timed.service_time.as_ref(), &SHORT))
                        @if first_byte { (self.cells(timed.time_to_first_byte.as_ref(), &SHORT)) }
                    } } }
                }
            }
        }
    }

    fn cells(&self, latencies: Option<&Latencies>, columns: &[Column]) -> Markup {
        html! { @for (_, figure) in columns { td.number { (self.latency(latencies.map(figure))) } } }
    }

    /// Percentiles in rows, one distribution a column.
    pub(super) fn percentile_table(&self, columns: &[(&str, Option<&Latencies>)]) -> Markup {
        let words = self.words;
        type Row = fn(&Latencies) -> u64;
        let ends: [(&str, Row); 2] =
            [(words.minimum, |l| l.latency_us_min), (words.mean, |l| l.latency_us_mean)];
        let row = |name: Markup, figures: Vec<Option<u64>>| {
            html! {
                tr { th scope="row" { (name) } @for us in figures { td.number { (self.latency(us)) } } }
            }
        };
        let named = Latencies::default().percentiles().map(|(percentile, _)| percentile);
        html! {
            div.wide tabindex="0" role="group" aria-label={ (words.percentile) ", " (self.lang.labels().scrolls) } {
                table.figures {
                    caption { (words.percentile) }
                    thead { tr {
                        th scope="col" { (words.percentile) }
                        @for (name, _) in columns { th.number scope="col" { (name) } }
                    } }
                    tbody {
                        @for (name, figure) in ends {
                            (row(html! { (name) }, columns.iter().map(|(_, l)| l.map(figure)).collect()))
                        }
                        @for (rank, percentile) in named.into_iter().enumerate() {
                            @let figures = columns.iter().map(|(_, l)| l.map(|l| l.percentiles()[rank].1)).collect();
                            @let name = format!("{}\u{a0}%", decimal(percentile, 6, self.lang));
                            (row(html! { span.constant { (name) } }, figures))
                        }
                        (row(html! { (words.maximum) }, columns.iter().map(|(_, l)| l.map(|l| l.latency_us_max)).collect()))
                        tr {
                            th scope="row" { (words.count) }
                            @for (_, latencies) in columns { td.number {
                                @match latencies { Some(l) => (self.count(l.count)), None => "–" }
                            } }
                        }
                    }
                }
            }
        }
    }

    /// Who was refused beyond its quota.
    fn refused_by_quota(&self) -> Markup {
        let refused = &self.run.refused_by_quota;
        html! {
            @if !refused.is_empty() {
                h3 { (self.words.refused_by_quota) }
                dl.facts {
                    @for (system, count) in refused {
                        div { dt { (system) } dd { (self.count(*count)) } }
                    }
                }
            }
        }
    }

    /// The calls as both sides counted them.
    pub(super) fn reconciliation(&self) -> Markup {
        let words = self.words;
        let Some(told) = &self.run.reconciliation else { return html! {} };
        html! {
            h3.after { (words.reconciliation) }
            @if told.differences.is_empty() { p { (words.reconciled_none) } }
            dl.facts {
                @for (name, count) in [
                    (words.calls_ours, told.ours),
                    (words.calls_unanswered, told.without_answer),
                    (words.calls_theirs, told.theirs),
                ] { div { dt { (name) } dd { (self.count(count)) } } }
                @for one in &told.differences {
                    div {
                        dt { (one.application) ", " (one.operation) }
                        dd { "✗ " (self.count(one.ours)) " ≠ " (self.count(one.theirs)) }
                    }
                }
            }
        }
    }

    pub(super) fn errors(&self) -> Markup {
        let words = self.words;
        if self.run.errors.is_empty() {
            return html! { p { (words.errors_none) } (self.refused_by_quota()) };
        }
        let failing: Vec<&Timed> =
            self.run.operations.iter().filter(|timed| timed.errors > 0).collect();
        html! {
            div.wide tabindex="0" role="group" aria-label={ (words.errors) ", " (self.lang.labels().scrolls) } {
                table.figures {
                    caption { (words.errors) }
                    thead { tr {
                        th scope="col" { (words.error_kind) }
                        th.number scope="col" { (words.all_calls) }
                        @for timed in &failing { th.number scope="col" { (timed.name) } }
                    } }
                    tbody { @for (kind, count) in &self.run.errors { tr {
                        th scope="row" { (self.data(kind, error_name(kind, self.lang))) }
                        td.number { (self.count(*count)) }
                        @for timed in &failing { td.number {
                            @match timed.errors_by_kind.get(kind) { Some(count) => (self.count(*count)), None => "–" }
                        } }
                    } } }
                }
            }
            (self.refused_by_quota())
            @if !self.run.samples.is_empty() {
                h3 { (words.samples) }
                @for sample in &self.run.samples { details {
                    summary { (sample.title(self.lang)) }
                    pre { (curl(&sample.exchange, None, self.lang)) }
                    pre { (sample.answer(self.lang)) }
                } }
            }
        }
    }

    pub(super) fn steps(&self) -> Markup {
        let (words, lang) = (self.words, self.lang);
        html! {
            div.wide tabindex="0" role="group" aria-label={ (words.steps) ", " (self.lang.labels().scrolls) } {
                table.judged {
                    caption { (words.steps) }
                    thead { tr {
                        th scope="col" { (words.outcome) }
                        th.number scope="col" { (words.rate_asked) }
                        th.number scope="col" { (words.step_from) }
                        th.number scope="col" { (words.duration) }
                    } }
                    tbody { @for step in &self.run.steps {
                        @let (class, outcome) = match step.kept {
                            Some(true) => ("passed", outcome_name(Outcome::Kept, lang)),
                            Some(false) => ("failed", outcome_name(Outcome::Broken, lang)),
                            None => ("not_run", words.step_unfinished),
                        };
                        tr {
                            td.(class) { span.badge { (outcome) } }
                            td.number { (self.data(step.asked_per_s, decimal(step.asked_per_s, 3, lang))) }
                            td.number { (self.data(step.from_s, elapsed(step.from_s))) }
                            td.number { (self.data(step.duration_s, step.duration_s)) "\u{a0}s" }
                        }
                    } }
                }
            }
        }
    }

    pub(super) fn audit(&self) -> Markup {
        let words = self.words;
        let Some(audit) = &self.run.audit else {
            return html! { p { (words.audit_none) } };
        };
        html! {
            @if !audit.is_broken() && !audit.is_incomplete() { p.intro { (words.audit_clean) } }
            dl.facts {
                @for (name, count) in [
                    (words.attempted, audit.attempted),
                    (words.deposited, audit.deposited),
                    (words.delivered, audit.delivered),
                    (words.files_compared, audit.files_compared),
                    (words.unread_queues, audit.unread_queues),
                ] { div { dt { (name) } dd { (self.count(count)) } } }
                div { dt { (words.sent) } dd { (self.bytes(self.run.achieved.sent_bytes)) } }
                div { dt { (words.received) } dd { (self.bytes(self.run.achieved.received_bytes)) } }
            }
            (self.findings(audit))
        }
    }

    fn bytes(&self, count: u64) -> Markup {
        self.data(count, bytes(count, self.lang))
    }

    fn findings(&self, audit: &Audit) -> Markup {
        let words = self.words;
        let rows: [(&str, &str, &Accounted); 5] = [
            ("failed", words.lost, &audit.lost),
            ("failed", words.duplicated, &audit.duplicated),
            ("failed", words.misdelivered, &audit.misdelivered),
            ("failed", words.altered, &audit.altered),
            ("not_run", words.pending, &audit.pending),
        ];
        html! {
            div.wide tabindex="0" role="group" aria-label={ (words.audit) ", " (self.lang.labels().scrolls) } {
                table.judged {
                    caption { (words.audit) }
                    thead { tr {
                        th scope="col" { (words.error_kind) }
                        th.number scope="col" { (words.count) }
                        th scope="col" { (words.cases) }
                    } }
                    tbody { @for (class, name, finding) in rows { tr {
                        th scope="row" { (name) }
                        td.number.(if finding.count > 0 { class } else { "passed" }) {
                            span.badge { @if finding.count == 0 { "✓ " } @else { "✗ " } (self.count(finding.count)) }
                        }
                        td.meta {
                            (finding.cases.join(", "))
                            @if finding.count > finding.cases.len() as u64 { "…" }
                        }
                    } } }
                }
            }
        }
    }

    pub(super) fn generator(&self) -> Markup {
        let (words, lang) = (self.words, self.lang);
        let generator = &self.run.generator;
        let cpu = |s: f64| html! { (self.data(s, decimal(s, 3, lang))) "\u{a0}s" };
        let kept = generator.kept_connections.as_ref();
        let late = [
            (words.late_starts, generator.late_starts.as_ref()),
            (words.own_late_starts, generator.own_late_starts.as_ref()),
        ];
        let of_connections = kept.map(|kept| {
            [
                (words.connection_waits, kept.waits.as_ref()),
                (words.connecting, kept.connecting.as_ref()),
                (words.tls, kept.tls.as_ref()),
            ]
        });
        let timed = of_connections.into_iter().flatten().filter(|(_, times)| times.is_some());
        let columns: Vec<_> = late.into_iter().chain(timed).collect();
        let facts = [
            (words.cpu, cpu(generator.cpu_s)),
            (words.cpu_share, self.data(generator.cpu_share, share(generator.cpu_share, lang))),
            (words.cpu_per_calls, cpu(generator.cpu_s_per_100000_calls)),
            (words.processors, self.count(generator.processors)),
            (words.busy, self.count(generator.busy_s)),
            (words.connections, self.count(generator.peak_connections)),
            (words.memory, self.bytes(generator.peak_memory_bytes)),
            (words.workers, self.count(generator.workers)),
            (words.waited, self.count(generator.waited_for_worker)),
        ];
        html! {
            @if !generator.bottleneck { p.intro { (words.generator_fine) } }
            @for bottleneck in &generator.bottlenecks {
                p { strong { (crate::load::texts::bottleneck_sentence(bottleneck, lang)) } }
            }
            @if let Some(limit) = &generator.hub_limit {
                p { strong { (crate::load::texts::hub_limit_sentence(limit, lang)) } }
            }
            dl.facts {
                @for (name, value) in facts { div { dt { (name) } dd { (value) } } }
                @if let Some(kept) = kept {
                    div { dt { (words.most_connections) } dd { (self.count(kept.most)) } }
                    @if let Some(http) = &kept.http { div { dt { (words.http) } dd { (http) } } }
                    @if let Some(calls) = kept.calls_of_each {
                        div { dt { (words.calls_of_each) } dd { (self.count(calls)) } }
                    }
                    div { dt { (words.made_again) } dd { (self.count(kept.made_again)) } }
                }
            }
            (self.percentile_table(&columns))
        }
    }
}
