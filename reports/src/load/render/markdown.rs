//! `summary.md`: what a reviewer needs in a merge request, on one screen. Texts from the campaign
//! are escaped.

use std::fmt::Write as _;

use contract::exchange::Exchange;

use super::super::texts::figures::{decimal, integer, latency, share};
use super::super::texts::{
    Labels, bottleneck_sentence, error_name, hub_limit_sentence, outcome_name, violation,
};
use super::{outcome_sign, verdict_sign};
use crate::load::{LoadRun, Timed, load_verdict_sentence, objective_sentence, observed_sentence};
use crate::render::markdown::text;
use crate::texts::{Lang, instant};

/// Characters of an answer that are shown of a failure: `report.html` has more.
const SHOWN_OF_AN_ANSWER: usize = 300;

pub(super) fn render(run: &LoadRun, lang: Lang) -> String {
    let words = Labels::of(lang);
    let mut page = String::new();
    let sentence = text(&load_verdict_sentence(run, lang));
    let _ = writeln!(page, "# {} {sentence}\n", verdict_sign(run.verdict));
    if let Some(alarm) = run.run.provenance.as_ref().and_then(|it| it.alarm(lang)) {
        let _ = writeln!(page, "> **{}**\n", text(&alarm));
    }
    for bottleneck in &run.generator.bottlenecks {
        let _ = writeln!(page, "- {}", text(&bottleneck_sentence(bottleneck, lang)));
    }
    if let Some(limit) = &run.generator.hub_limit {
        let _ = writeln!(page, "- {}", text(&hub_limit_sentence(limit, lang)));
    }
    facts(&mut page, run, words, lang);
    objectives(&mut page, run, words, lang);
    operations(&mut page, run, words, lang);
    errors(&mut page, run, words, lang);
    refused_by_quota(&mut page, run, words, lang);
    audit(&mut page, run, words, lang);
    page
}

fn facts(page: &mut String, run: &LoadRun, words: &Labels, lang: Lang) {
    let (facts, achieved) = (&run.run, &run.achieved);
    let common = lang.labels();
    let rows = [
        (words.plan, text(&facts.plan.name)),
        (common.target, text(&format!("{} ({})", facts.target.name, facts.target.url))),
        (common.started, text(&instant(&facts.started_at, lang))),
        (words.measured, format!("{} s", decimal(achieved.measured_s, 3, lang))),
        (
            words.journeys_started,
            format!(
                "{} / {}",
                integer(achieved.started_journeys, lang),
                integer(achieved.due_journeys, lang)
            ),
        ),
        (
            words.calls,
            format!(
                "{} ({}/s)",
                integer(achieved.calls, lang),
                decimal(achieved.calls_per_s, 1, lang)
            ),
        ),
        (common.run, text(&format!("{} (étalon {})", facts.id, facts.etalon))),
    ];
    let _ = writeln!(page, "\n| | |\n|---|---|");
    for (label, value) in rows {
        let _ = writeln!(page, "| {label} | {value} |");
    }
}

fn objectives(page: &mut String, run: &LoadRun, words: &Labels, lang: Lang) {
    if run.objectives.is_empty() {
        return;
    }
    let _ = writeln!(
        page,
        "\n## {}\n\n| {} | {} | {} | {} |\n|---|---|---:|---|",
        words.objectives, words.objective, words.window, words.observed, words.outcome
    );
    for objective in &run.objectives {
        let window = objective
            .window_s
            .map_or_else(|| words.whole_run.to_owned(), |window| format!("{window} s"));
        let _ = writeln!(
            page,
            "| {} | {window} | {} | {} {} |",
            text(&objective_sentence(objective, lang)),
            observed_sentence(objective, lang),
            outcome_sign(objective.outcome),
            outcome_name(objective.outcome, lang)
        );
    }
}

fn operations(page: &mut String, run: &LoadRun, words: &Labels, lang: Lang) {
    let _ = writeln!(
        page,
        "\n## {}\n\n| {} | {} | {} | p50 | p99 | p99{}9 | max | p99 {} |\n|---|---:|---:|---:|---:|---:|---:|---:|",
        words.response_time,
        words.operation,
        words.calls,
        words.errors,
        lang.pick(",", "."),
        words.service_time.to_lowercase(),
    );
    let all = std::iter::once((words.all_calls, &run.all_calls));
    for (name, timed) in all.chain(run.operations.iter().map(|timed| (timed.name.as_str(), timed)))
    {
        operation(page, name, timed, lang);
    }
}

fn operation(page: &mut String, name: &str, timed: &Timed, lang: Lang) {
    let shown = |us: Option<u64>| us.map_or_else(|| "–".to_owned(), |us| latency(us, lang));
    let response = timed.response_time.as_ref();
    let _ = writeln!(
        page,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        text(name),
        integer(timed.count, lang),
        integer(timed.errors, lang),
        shown(response.map(|times| times.latency_us_p50)),
        shown(response.map(|times| times.latency_us_p99)),
        shown(response.map(|times| times.latency_us_p99_9)),
        shown(response.map(|times| times.latency_us_max)),
        shown(timed.service_time.as_ref().map(|times| times.latency_us_p99)),
    );
}

fn refused_by_quota(page: &mut String, run: &LoadRun, words: &Labels, lang: Lang) {
    if run.refused_by_quota.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n## {}\n", words.refused_by_quota);
    for (system, count) in &run.refused_by_quota {
        let _ = writeln!(page, "- {}{}{}", text(system), lang.colon(), integer(*count, lang));
    }
}

fn errors(page: &mut String, run: &LoadRun, words: &Labels, lang: Lang) {
    if run.errors.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n## {}\n", words.errors);
    for (kind, count) in &run.errors {
        let of = *count as f64 / run.all_calls.count.max(1) as f64;
        let _ = writeln!(
            page,
            "- {}{}{} ({})",
            text(&error_name(kind, lang)),
            lang.colon(),
            integer(*count, lang),
            share(of, lang)
        );
    }
    for sample in &run.samples {
        let Exchange { method, path, .. } = &sample.exchange;
        let answer = sample.answer(lang);
        let _ = writeln!(
            page,
            "- {}{}{} → {}",
            text(&sample.title(lang)),
            lang.colon(),
            text(&format!("{method} {path}")),
            text(&answer.chars().take(SHOWN_OF_AN_ANSWER).collect::<String>())
        );
    }
}

fn audit(page: &mut String, run: &LoadRun, words: &Labels, lang: Lang) {
    let Some(audit) = &run.audit else {
        return;
    };
    let _ = writeln!(
        page,
        "\n## {}\n\n{}{}{} · {}{}{}",
        words.audit,
        words.deposited,
        lang.colon(),
        integer(audit.deposited, lang),
        words.delivered,
        lang.colon(),
        integer(audit.delivered, lang)
    );
    let findings = audit.violations().into_iter().chain([("pending", &audit.pending)]);
    for (kind, finding) in findings.filter(|(_, finding)| finding.count > 0) {
        let (one, many) = violation(kind, lang);
        let noun = if finding.count == 1 { one } else { many };
        let cases: Vec<String> = finding.cases.iter().map(|case| text(case)).collect();
        let _ = writeln!(
            page,
            "\n- {} {noun}{}{}",
            integer(finding.count, lang),
            lang.colon(),
            cases.join(", ")
        );
    }
}
