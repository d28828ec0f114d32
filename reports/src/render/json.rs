//! `report.json`: an interface that others script against, described by
//! `docs/schemas/report.schema.json`. Fields may be added; none may be renamed or change its
//! meaning.

use contract::bilingual::Bilingual;
use contract::rules::{Level, RuleId};
use serde::Serialize;

use crate::curl::curl;
use crate::event::{Check, CheckOutcome, Cleanup};
use crate::provenance::Provenance;
use crate::run::{
    Counts, Divergence, Note, RuleOutcome, RuleResult, Run, ScenarioOutcome, ScenarioResult, Times,
};
use crate::sheet::Sheet;
use crate::texts::{Lang, notes, reason_sentence, verdict_sentence};
use crate::verdict::Verdict;

/// Version of the shape below.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    summary: String,
    run: RunFacts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a Provenance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_head: Option<&'a str>,
    verdict: Verdict,
    reserves: usize,
    counts: Counts,
    rules: Vec<Rule<'a>>,
    scenarios: Vec<Scenario<'a>>,
    divergences: &'a [Divergence],
    times: &'a [Times],
    cleanup: &'a Cleanup,
    notes: Vec<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<Sheet<'a>>,
}

#[derive(Serialize)]
struct RunFacts<'a> {
    id: &'a str,
    started_at: &'a str,
    finished_at: Option<&'a str>,
    etalon: &'a str,
    contract: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue_edition: Option<u32>,
    target: Target<'a>,
    partial: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_reason: Option<&'a str>,
    seed: u64,
    interrupted: bool,
    panics: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreachable: Option<&'a str>,
}

#[derive(Serialize)]
struct Target<'a> {
    name: &'a str,
    version: Option<&'a str>,
    url: &'a str,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a RuleId,
    level: Level,
    outcome: RuleOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    excused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    disputed: Option<&'a str>,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    passage: Option<&'a Bilingual>,
    title: &'a Bilingual,
    family: &'a str,
    needs: &'a [String],
    scenarios: Vec<&'a str>,
    passed_checks: usize,
    failed_checks: usize,
    findings: Vec<CheckJson<'a>>,
    checks: Vec<CheckMade<'a>>,
}

/// A check, whatever its result, and what decided it.
#[derive(Serialize)]
struct CheckMade<'a> {
    outcome: CheckOutcome,
    expected: &'a str,
    observed: &'a str,
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decisive: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    led_there: &'a [String],
}

#[derive(Serialize)]
struct CheckJson<'a> {
    #[serde(flatten)]
    check: &'a Check,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    curl: Vec<String>,
}

#[derive(Serialize)]
struct Scenario<'a> {
    id: &'a str,
    name: &'a str,
    feature: &'a str,
    line: u32,
    rules: &'a [RuleId],
    outcome: ScenarioOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure<'a>>,
    exchanges: &'a [String],
}

#[derive(Serialize)]
struct Failure<'a> {
    step: &'a str,
    message: &'a str,
    expected: Option<&'a str>,
    observed: Option<&'a str>,
    exchanges: &'a [String],
    curl: Vec<String>,
}

pub(super) fn render(run: &Run, lang: Lang) -> String {
    let report = Report {
        format: FORMAT,
        summary: verdict_sentence(run, lang),
        run: facts(run),
        provenance: run.provenance.as_ref(),
        record_head: run.head.as_deref(),
        verdict: run.verdict,
        reserves: run.reserves(),
        counts: run.counts,
        rules: run.rules.iter().map(|rule| judged(rule, run, lang)).collect(),
        scenarios: run.scenarios.iter().map(|scenario| played(scenario, run, lang)).collect(),
        divergences: &run.divergences,
        times: &run.times,
        cleanup: &run.cleanup,
        notes: notes(run, lang),
        sheet: Sheet::of(run),
    };
    let mut text = serde_json::to_string_pretty(&report)
        .expect("the report has only string keys and no fallible serializer");
    text.push('\n');
    text
}

fn facts(run: &Run) -> RunFacts<'_> {
    let header = &run.header;
    RunFacts {
        id: &header.id,
        started_at: &header.started_at,
        finished_at: run.finished_at.as_deref(),
        etalon: &header.etalon,
        contract: &header.contract,
        catalogue_edition: header.catalogue_edition,
        target: Target {
            name: &header.target.name,
            version: header.target.version.as_deref(),
            url: &header.target.url,
        },
        partial: header.partial,
        partial_reason: header.partial_reason.as_deref(),
        seed: header.seed,
        interrupted: run.interrupted,
        panics: run.panics,
        unreachable: run.unreachable.as_deref(),
    }
}

fn judged<'a>(rule: &'a RuleResult, run: &'a Run, lang: Lang) -> Rule<'a> {
    let name = |id: &'a String| run.scenario(id).map_or(id.as_str(), |s| s.name.as_str());
    Rule {
        id: &rule.id,
        level: rule.level,
        outcome: rule.outcome,
        reason: rule.reason.as_ref().map(|reason| reason_sentence(reason, run, lang)),
        excused: rule.excused,
        disputed: run.disputed(&rule.id),
        source: &rule.source,
        passage: rule.passage.as_ref(),
        title: &rule.title,
        family: &rule.family,
        needs: &rule.needs,
        scenarios: rule.scenarios.iter().map(name).collect(),
        passed_checks: rule.passed_checks,
        failed_checks: rule.failed_checks,
        findings: rule
            .findings
            .iter()
            .map(|check| CheckJson { check, curl: commands(&check.exchanges, run, lang) })
            .collect(),
        checks: rule.checks().map(|check| made(check, run)).collect(),
    }
}

fn made<'a>(check: &'a Check, run: &'a Run) -> CheckMade<'a> {
    let scenario = check.scenario.as_deref();
    let (decisive, led_there) = check.shown_by().unzip();
    let exchange = decisive.and_then(|id| run.exchanges.get(id));
    CheckMade {
        outcome: check.outcome,
        expected: &check.expected,
        observed: &check.observed,
        scenario,
        process: scenario.and_then(|id| run.scenario(id)?.process.as_deref()),
        credential: exchange.and_then(|exchange| exchange.actor.as_deref()),
        at: exchange.map(|exchange| exchange.sent_at.to_string()),
        decisive: decisive.map(String::as_str),
        led_there: led_there.unwrap_or_default(),
    }
}

fn played<'a>(scenario: &'a ScenarioResult, run: &'a Run, lang: Lang) -> Scenario<'a> {
    Scenario {
        id: &scenario.id,
        name: &scenario.name,
        feature: &scenario.feature,
        line: scenario.line,
        rules: &scenario.rules,
        outcome: scenario.outcome,
        reason: scenario.reason.as_ref().map(|reason| reason_sentence(reason, run, lang)),
        duration_ms: scenario.duration_ms,
        failure: scenario.failure.as_ref().map(|failure| Failure {
            step: &failure.step,
            message: &failure.message,
            expected: failure.expected.as_deref(),
            observed: failure.observed.as_deref(),
            exchanges: &scenario.shown,
            curl: commands(&scenario.shown, run, lang),
        }),
        exchanges: &scenario.exchanges,
    }
}

fn commands(ids: &[String], run: &Run, lang: Lang) -> Vec<String> {
    let found = ids.iter().filter_map(|id| run.exchanges.get(id));
    let mut commands: Vec<String> = Vec::new();
    for command in found.map(|exchange| curl(exchange, run.authority(), lang)) {
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, RunHeader};
    use crate::sample;
    use serde_json::Value;

    const SCHEMA: &str = include_str!("../../../docs/schemas/report.schema.json");

    fn deviations(report: &str) -> Vec<String> {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let report: Value = serde_json::from_str(report).unwrap();
        validator
            .iter_errors(&report)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect()
    }

    #[test]
    fn the_report_keeps_its_schema() {
        assert_eq!(deviations(&render(&sample::run(), Lang::Fr)), [""; 0]);
        let start = Event::run_started(RunHeader::default(), Vec::new(), Vec::new());
        let killed = crate::fold::fold([start]).unwrap();
        assert_eq!(deviations(&render(&killed, Lang::En)), [""; 0]);
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let report = render(&sample::run(), Lang::Fr);
        for (from, to) in [
            ("\"does_not_conform\"", "\"perhaps\""),
            ("\"expected_failure\": 1", "\"expected_failure\": -1"),
            ("\"duration_ms\"", "\"duration\""),
        ] {
            assert!(report.contains(from));
            assert!(!deviations(&report.replace(from, to)).is_empty(), "{to}");
        }
    }
}
