//! `junit.xml`, for continuous integration: a suite with the verdict and the rules, then a suite
//! for each feature with its scenarios. The verdict is a test case of its own, so that no pipeline
//! takes an undecided run for green; what is mandatory and was not decided is an error; what does
//! not apply or is a known failure is skipped, with its reason.

use std::fmt::Write as _;

use contract::rules::{Level, RuleId};

use crate::curl::curl;
use crate::event::CheckOutcome;
use crate::run::{RuleOutcome, RuleResult, Run, ScenarioOutcome, ScenarioResult};
use crate::texts::{
    Lang, counts_sentence, family_title, outcome_name, reason_sentence, rule_title,
    scenario_outcome_name, verdict_sentence,
};
use crate::verdict::Verdict;

/// One test case, ready to be written.
pub(crate) struct Case {
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) duration_ms: u64,
    pub(crate) result: CaseResult,
}

pub(crate) enum CaseResult {
    Passed { output: String },
    Failed { kind: String, message: String, text: String },
    Error { kind: String, message: String, text: String },
    Skipped { message: String },
}

pub(super) fn render(run: &Run, lang: Lang) -> String {
    let rules = run.rules.iter().map(|rule| rule_case(rule, run, lang));
    let rules = std::iter::once(verdict_case(run, lang)).chain(rules).collect();
    let mut suites: Vec<(String, Vec<Case>)> = vec![(rules_name(lang).to_owned(), rules)];
    for scenario in &run.scenarios {
        let case = scenario_case(scenario, run, lang);
        match suites.iter_mut().skip(1).find(|(feature, _)| *feature == scenario.feature) {
            Some((_, cases)) => cases.push(case),
            None => suites.push((scenario.feature.clone(), vec![case])),
        }
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let total = totals(suites.iter().flat_map(|(_, cases)| cases));
    let name = verdict_sentence(run, lang);
    line(&mut xml, &format!("<testsuites name=\"{}\" {total}>", escaped(&name)));
    for (at, (name, cases)) in suites.iter().enumerate() {
        let name = escaped(name);
        let started = escaped(&run.header.started_at);
        let totals = totals(cases);
        line(&mut xml, &format!("  <testsuite name=\"{name}\" {totals} timestamp=\"{started}\">"));
        if at == 0 {
            write_properties(&mut xml, run, lang);
        }
        cases.iter().for_each(|case| write_case(&mut xml, case));
        line(&mut xml, "  </testsuite>");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn write_properties(xml: &mut String, run: &Run, lang: Lang) {
    line(xml, "    <properties>");
    for (key, value) in [
        ("counts", counts_sentence(run, lang)),
        ("target", run.header.target.name.clone()),
        ("contract", run.header.contract.clone()),
        ("run", run.header.id.clone()),
        ("etalon", run.header.etalon.clone()),
    ] {
        let value = escaped(&value);
        line(xml, &format!("      <property name=\"{key}\" value=\"{value}\"/>"));
    }
    line(xml, "    </properties>");
}

pub(crate) fn write_case(xml: &mut String, case: &Case) {
    let (class, name) = (escaped(&case.class), escaped(&case.name));
    let time = seconds(case.duration_ms);
    let head = format!("    <testcase classname=\"{class}\" name=\"{name}\" time=\"{time}\"");
    match &case.result {
        CaseResult::Passed { output } if output.is_empty() => line(xml, &format!("{head}/>")),
        result => {
            line(xml, &format!("{head}>"));
            line(xml, &format!("      {}", inner(result)));
            line(xml, "    </testcase>");
        }
    }
}

fn inner(result: &CaseResult) -> String {
    match result {
        CaseResult::Passed { output } => format!("<system-out>{}</system-out>", escaped(output)),
        CaseResult::Skipped { message } => format!("<skipped message=\"{}\"/>", escaped(message)),
        CaseResult::Failed { kind, message, text } => format!(
            "<failure type=\"{}\" message=\"{}\">{}</failure>",
            escaped(kind),
            escaped(message),
            escaped(text)
        ),
        CaseResult::Error { kind, message, text } => format!(
            "<error type=\"{}\" message=\"{}\">{}</error>",
            escaped(kind),
            escaped(message),
            escaped(text)
        ),
    }
}

fn rules_name(lang: Lang) -> &'static str {
    lang.pick("Règles", "Rules")
}

fn verdict_case(run: &Run, lang: Lang) -> Case {
    let name = verdict_sentence(run, lang);
    let (kind, message) = ("verdict".to_owned(), name.clone());
    let text = counts_sentence(run, lang);
    let result = match run.verdict {
        Verdict::Conforms => CaseResult::Passed { output: text },
        Verdict::DoesNotConform => CaseResult::Failed { kind, message, text },
        Verdict::Undecided => CaseResult::Error { kind, message, text },
    };
    Case { class: rules_name(lang).to_owned(), name, duration_ms: 0, result }
}

fn rule_case(rule: &RuleResult, run: &Run, lang: Lang) -> Case {
    let reason = rule.reason.as_ref().map(|reason| reason_sentence(reason, run, lang));
    let reason = reason.unwrap_or_default();
    let name = outcome_name(rule.outcome, 1, lang);
    let kind = rule.outcome.name().to_owned();
    let text = findings(rule, run, lang);
    let result = match (rule.outcome, rule.level) {
        (RuleOutcome::Passed, _) => CaseResult::Passed { output: String::new() },
        (RuleOutcome::Recorded, _) => CaseResult::Passed { output: text },
        (RuleOutcome::Failed, _) => {
            let message = first_observation(rule).unwrap_or(reason);
            CaseResult::Failed { kind: rule.id.to_string(), message, text }
        }
        (RuleOutcome::Inconclusive | RuleOutcome::NotRun, Level::Must) => {
            CaseResult::Error { kind, message: format!("{name}{}{reason}", lang.colon()), text }
        }
        _ => CaseResult::Skipped { message: format!("{name}{}{reason}", lang.colon()) },
    };
    let class = format!("{}.{}", rules_name(lang), family_title(&rule.family, lang));
    let name = format!("{} {} [{}]", rule.id, rule_title(rule, lang), rule.source);
    Case { class, name, duration_ms: 0, result }
}

fn first_observation(rule: &RuleResult) -> Option<String> {
    let failed = rule.findings.iter().find(|check| check.outcome == CheckOutcome::Failed);
    failed.map(|check| check.observed.clone())
}

fn findings(rule: &RuleResult, run: &Run, lang: Lang) -> String {
    let labels = lang.labels();
    let mut text = String::new();
    for check in &rule.findings {
        let scenario = check.scenario.as_deref().and_then(|id| run.scenario(id));
        let scenario = scenario.map_or(labels.run_wide, |scenario| scenario.name.as_str());
        let _ = writeln!(text, "{scenario}");
        let _ = writeln!(text, "  {}{}{}", labels.expected, lang.colon(), check.expected);
        let _ = writeln!(text, "  {}{}{}", labels.observed, lang.colon(), check.observed);
        text.push_str(&commands(&check.exchanges, run, lang));
    }
    text
}

fn commands(ids: &[String], run: &Run, lang: Lang) -> String {
    let found = ids.iter().filter_map(|id| run.exchanges.get(id).map(|exchange| (id, exchange)));
    found
        .map(|(id, exchange)| format!("{id}\n{}\n", curl(exchange, run.authority(), lang)))
        .collect()
}

fn scenario_case(scenario: &ScenarioResult, run: &Run, lang: Lang) -> Case {
    let name = scenario_outcome_name(scenario.outcome, lang);
    let reason = scenario.reason.as_ref().map(|reason| reason_sentence(reason, run, lang));
    let message = match &scenario.failure {
        Some(failure) => failure.message.clone(),
        None => format!("{name}{}{}", lang.colon(), reason.unwrap_or_default()),
    };
    let kind = scenario.outcome.name().to_owned();
    let text = story(scenario, run, lang);
    let weighs = weighs(scenario, run);
    let result = match scenario.outcome {
        ScenarioOutcome::Failed | ScenarioOutcome::Broken | ScenarioOutcome::Inconclusive
            if !weighs =>
        {
            CaseResult::Skipped { message: format!("{name}{}{message}", lang.colon()) }
        }
        ScenarioOutcome::Passed => CaseResult::Passed { output: String::new() },
        ScenarioOutcome::Failed => CaseResult::Failed { kind, message, text },
        ScenarioOutcome::Broken | ScenarioOutcome::Inconclusive => {
            CaseResult::Error { kind, message, text }
        }
        ScenarioOutcome::NotApplicable | ScenarioOutcome::NotRun => CaseResult::Skipped { message },
    };
    let rules: Vec<&str> = scenario.rules.iter().map(RuleId::as_str).collect();
    let name = format!("{} [{}]", scenario.name, rules.join(" "));
    Case { class: scenario.feature.clone(), name, duration_ms: scenario.duration_ms, result }
}

/// Whether a scenario that did not pass weighs on the verdict: not when its failure is a known one,
/// or when only rules that are merely recorded were at stake.
fn weighs(scenario: &ScenarioResult, run: &Run) -> bool {
    use RuleOutcome::{ExpectedFailure, NotScored, Recorded};
    let rules = run.rules.iter().filter(|rule| scenario.rules.contains(&rule.id));
    let mut bound = rules.filter(|rule| rule.level == Level::Must);
    bound.any(|rule| !matches!(rule.outcome, ExpectedFailure | NotScored | Recorded))
}

/// The steps and what went wrong, as lines of text.
fn story(scenario: &ScenarioResult, run: &Run, lang: Lang) -> String {
    use crate::event::StepOutcome::{Failed, Passed, Skipped};
    let labels = lang.labels();
    let mut text = format!("{}:{}\n", scenario.feature, scenario.line);
    for step in &scenario.steps {
        let sign = match step.outcome {
            Passed => "✓",
            Failed => "✗",
            Skipped => "–",
        };
        let _ = writeln!(text, "{sign} {} {}", step.keyword, step.text);
    }
    if let Some(failure) = &scenario.failure {
        let _ = writeln!(text, "{}", failure.message);
        for (label, value) in
            [(labels.expected, &failure.expected), (labels.observed, &failure.observed)]
        {
            if let Some(value) = value {
                let _ = writeln!(text, "{label}{}{value}", lang.colon());
            }
        }
    }
    text + &commands(&scenario.shown, run, lang)
}

pub(crate) fn totals<'a>(cases: impl IntoIterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped, mut duration_ms) = (0, 0, 0, 0, 0);
    for case in cases {
        tests += 1;
        duration_ms += case.duration_ms;
        match case.result {
            CaseResult::Passed { .. } => {}
            CaseResult::Failed { .. } => failures += 1,
            CaseResult::Error { .. } => errors += 1,
            CaseResult::Skipped { .. } => skipped += 1,
        }
    }
    let time = seconds(duration_ms);
    format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\""
    )
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}

pub(crate) fn line(xml: &mut String, text: &str) {
    xml.push_str(text);
    xml.push('\n');
}

/// A text for an element or an attribute (where a line break reads as a space), without the
/// characters that XML 1.0 cannot hold at all.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
