//! `summary.md`: what a reviewer needs in a merge request, on one screen: the verdict, the counts,
//! what failed and how to see it again, what was not decided. Texts from the run are escaped for
//! Markdown and HTML alike.

use std::fmt::Write as _;

use super::{rule_sign, verdict_sign};
use crate::curl::curl;
use crate::event::CheckOutcome;
use crate::run::{RuleOutcome, RuleResult, Run};
use crate::texts::{
    Lang, counted, counts_sentence, instant, notes, outcome_name, reason_sentence, rule_title,
    told, verdict_sentence,
};
use crate::visible::{shown, visible_lines};

/// Findings shown for a rule; the page shows them all.
const SHOWN_FINDINGS: usize = 3;

pub(super) fn render(run: &Run, lang: Lang) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "# {} {}\n", verdict_sign(run), text(&verdict_sentence(run, lang)));
    if let Some(alarm) = run.provenance.as_ref().and_then(|it| it.alarm(lang)) {
        let _ = writeln!(page, "> **{}**\n", text(&alarm));
    }
    facts(&mut page, run, lang);
    counts(&mut page, run, lang);
    failed(&mut page, run, lang);
    undecided(&mut page, run, lang);
    ending(&mut page, run, lang);
    page
}

fn facts(page: &mut String, run: &Run, lang: Lang) {
    let labels = lang.labels();
    let header = &run.header;
    let version = header.target.version.as_ref().map(|version| format!(" {version}"));
    let target = format!("{}{}", header.target.name, version.unwrap_or_default());
    let finished = run.finished_at.as_ref().map(|at| instant(at, lang));
    let rows = [
        (labels.judged(run), target),
        (labels.address, header.target.url.clone()),
        (labels.contract, header.contract.clone()),
        (labels.catalogue, header.catalogue_edition.map_or("—".to_owned(), |n| n.to_string())),
        (labels.started, instant(&header.started_at, lang)),
        (labels.finished, finished.unwrap_or_else(|| labels.not_finished.to_owned())),
        (labels.run, format!("{} (étalon {})", header.id, header.etalon)),
        (labels.record, run.head.clone().unwrap_or_else(|| labels.unsealed.to_owned())),
    ];
    let _ = writeln!(page, "| | |\n|---|---|");
    for (label, value) in rows {
        let _ = writeln!(page, "| {label} | {} |", text(&value));
    }
    page.push('\n');
}

fn counts(page: &mut String, run: &Run, lang: Lang) {
    let _ = writeln!(page, "**{}**\n", text(&counts_sentence(run, lang)));
    if run.counts.expected == 0 {
        return;
    }
    let (names, numbers): (Vec<_>, Vec<_>) = counted(run)
        .map(|(o, n)| (format!("{} {}", rule_sign(o), outcome_name(o, n, lang)), n.to_string()))
        .unzip();
    let _ = writeln!(page, "| {} |", names.join(" | "));
    let _ = writeln!(page, "|{}", "---:|".repeat(names.len()));
    let _ = writeln!(page, "| {} |\n", numbers.join(" | "));
}

fn failed(page: &mut String, run: &Run, lang: Lang) {
    let is_failed = |rule: &&RuleResult| {
        matches!(rule.outcome, RuleOutcome::Failed | RuleOutcome::ExpectedFailure)
    };
    let rules: Vec<_> = run.rules.iter().filter(is_failed).collect();
    if rules.is_empty() {
        return;
    }
    let labels = lang.labels();
    let _ = writeln!(page, "## {}\n", labels.to_fix);
    for rule in rules {
        let _ = writeln!(
            page,
            "### {} {} — {} ({})\n",
            rule_sign(rule.outcome),
            text(rule.id.as_str()),
            text(rule_title(rule, lang)),
            outcome_name(rule.outcome, 1, lang)
        );
        let _ = writeln!(page, "{}{}{}\n", labels.source, lang.colon(), text(&rule.source));
        if let Some(reason) = &rule.reason {
            let _ = writeln!(page, "{}\n", text(&reason_sentence(reason, run, lang)));
        }
        if let Some(why) = run.disputed(&rule.id) {
            let _ = writeln!(page, "**{}**{}{}\n", labels.disputed, lang.colon(), text(why));
        }
        let failed = rule.findings.iter().filter(|check| check.outcome == CheckOutcome::Failed);
        for check in failed.take(SHOWN_FINDINGS) {
            let _ = writeln!(
                page,
                "- {}{}{}",
                labels.expected,
                lang.colon(),
                text(&told(&check.expected, lang))
            );
            let _ = writeln!(
                page,
                "- {}{}{}\n",
                labels.observed,
                lang.colon(),
                text(&told(&check.observed, lang))
            );
            commands(page, &check.exchanges, run, lang);
        }
        if rule.failed_checks > SHOWN_FINDINGS {
            let _ = writeln!(page, "({} {})\n", rule.failed_checks, labels.failed_checks);
        }
    }
}

fn commands(page: &mut String, ids: &[String], run: &Run, lang: Lang) {
    let authority = run.authority();
    let mut written: Vec<String> = Vec::new();
    for (id, exchange) in ids.iter().rev().filter_map(|id| run.exchanges.get(id).map(|e| (id, e))) {
        let replay = lang.labels().replay;
        let command = curl(exchange, authority, lang);
        if written.contains(&command) {
            continue;
        }
        let _ = writeln!(page, "<details><summary>{} ({})</summary>\n", replay, text(id));
        // A fence longer than any in the command cannot be closed by it.
        let longest = command.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let shown = visible_lines(&command);
        let _ = writeln!(page, "{fence}sh\n{shown}\n{fence}\n\n</details>\n");
        written.push(command);
    }
}

fn undecided(page: &mut String, run: &Run, lang: Lang) {
    let shown = [RuleOutcome::NotRun, RuleOutcome::Inconclusive, RuleOutcome::NotApplicable];
    let rules: Vec<_> = run.rules.iter().filter(|rule| shown.contains(&rule.outcome)).collect();
    if rules.is_empty() {
        return;
    }
    let labels = lang.labels();
    let _ = writeln!(page, "## {}\n", labels.not_decided);
    let _ = writeln!(
        page,
        "| {} | {} | {} |\n|---|---|---|",
        labels.rule, labels.outcome, labels.reason
    );
    for rule in rules {
        let reason = rule.reason.as_ref().map(|reason| reason_sentence(reason, run, lang));
        let excused = if rule.excused { format!(" ({})", labels.excused) } else { String::new() };
        let _ = writeln!(
            page,
            "| {} {} | {} {} | {}{excused} |",
            text(rule.id.as_str()),
            text(rule_title(rule, lang)),
            rule_sign(rule.outcome),
            outcome_name(rule.outcome, 1, lang),
            text(&reason.unwrap_or_default()),
        );
    }
    page.push('\n');
}

fn ending(page: &mut String, run: &Run, lang: Lang) {
    let labels = lang.labels();
    if !run.cleanup.left.is_empty() {
        let _ = writeln!(page, "## {}\n\n{}\n", labels.cleanup, labels.cleanup_left);
        for left in &run.cleanup.left {
            let _ = writeln!(page, "- {}", text(&told(left, lang)));
        }
        page.push('\n');
    }
    for note in notes(run, lang) {
        let _ = writeln!(page, "> {}\n", text(&told(&note.text, lang)));
    }
}

/// A text that Markdown and HTML leave as it is: no markup, no link, no mention, no line of its
/// own.
pub(crate) fn text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars().map(shown) {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '@' => text.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                text.push('\\');
                text.push(c);
            }
            c => text.push(c),
        }
    }
    text
}
