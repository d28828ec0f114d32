//! `junit.xml`, for continuous integration: the verdict, then a suite for each family with its
//! rules. The verdict is a test case of its own, so that no pipeline takes an undecided run for
//! green; what is mandatory and was not decided is an error; what does not apply or is a known
//! failure is skipped, with its reason. Scenarios are no cases of their own, which would count a
//! failure twice: a rule stands at the file and line of the scenario that shows it, and tells how
//! that one went. Names stay the same from run to run, and no two cases share theirs. Its shape is
//! `docs/schemas/junit.xsd`.

use std::fmt::Write as _;

use contract::rules::Level;

use crate::curl::curl;
use crate::event::CheckOutcome;
use crate::run::{RuleOutcome, RuleResult, Run, ScenarioOutcome, ScenarioResult};
use crate::texts::{
    Lang, counts_sentence, family_title, outcome_name, reason_sentence, rule_title, told,
    verdict_sentence,
};
use crate::verdict::Verdict;

/// One test case, ready to be written.
pub(crate) struct Case {
    pub(crate) class: String,
    pub(crate) name: String,
    /// The file and the line of what is tested.
    pub(crate) place: Option<(String, u32)>,
    pub(crate) duration_ms: u64,
    pub(crate) result: CaseResult,
}

pub(crate) enum CaseResult {
    Passed { output: String },
    Failed { kind: String, message: String, text: String },
    Error { kind: String, message: String, text: String },
    Skipped { message: String },
}

/// What a pipeline follows from run to run, whatever the verdict is and in whichever language.
pub(crate) const VERDICT: [&str; 2] = ["étalon", "Verdict"];

impl Case {
    pub(crate) fn verdict(result: CaseResult) -> Self {
        let [class, name] = VERDICT.map(str::to_owned);
        Self { class, name, place: None, duration_ms: 0, result }
    }
}

pub(super) fn render(run: &Run, lang: Lang) -> String {
    let mut suites = vec![(VERDICT[0], vec![verdict_case(run, lang)])];
    suites.extend(run.families().into_iter().map(|(family, rules)| {
        let cases = rules.into_iter().map(|rule| rule_case(rule, run, lang));
        (family_title(family, lang), cases.collect())
    }));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = escaped(&verdict_sentence(run, lang));
    let all = Totals::of(suites.iter().flat_map(|(_, cases)| cases));
    line(&mut xml, &format!("<testsuites name=\"{name}\" {}>", all.of_suites()));
    for (at, (name, cases)) in suites.iter().enumerate() {
        let name = escaped(name);
        let started = escaped(&run.header.started_at);
        let totals = Totals::of(cases).of_suite();
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
    let place = case.place.as_ref().map_or_else(String::new, |(file, at)| {
        format!(" file=\"{}\" line=\"{at}\"", escaped(file))
    });
    let head =
        format!("    <testcase classname=\"{class}\" name=\"{name}\"{place} time=\"{time}\"");
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

fn verdict_case(run: &Run, lang: Lang) -> Case {
    let (kind, message) = ("verdict".to_owned(), verdict_sentence(run, lang));
    let text = counts_sentence(run, lang);
    let result = match run.verdict {
        Verdict::Conforms => CaseResult::Passed { output: text },
        Verdict::DoesNotConform => CaseResult::Failed { kind, message, text },
        Verdict::Undecided => CaseResult::Error { kind, message, text },
    };
    Case::verdict(result)
}

fn rule_case(rule: &RuleResult, run: &Run, lang: Lang) -> Case {
    let reason = rule.reason.as_ref().map(|reason| reason_sentence(reason, run, lang));
    let reason = reason.unwrap_or_default();
    let name = outcome_name(rule.outcome, 1, lang);
    let kind = rule.outcome.name().to_owned();
    let text = findings(rule, run, lang) + &stories(rule, run, lang);
    let result = match (rule.outcome, rule.level) {
        (RuleOutcome::Passed, _) => CaseResult::Passed { output: String::new() },
        (RuleOutcome::Recorded, _) => CaseResult::Passed { output: text },
        (RuleOutcome::Failed, _) => {
            let message = first_observation(rule, lang).unwrap_or(reason);
            CaseResult::Failed { kind: rule.id.to_string(), message, text }
        }
        (RuleOutcome::Inconclusive | RuleOutcome::NotRun, Level::Must) => {
            CaseResult::Error { kind, message: format!("{name}{}{reason}", lang.colon()), text }
        }
        _ => CaseResult::Skipped { message: format!("{name}{}{reason}", lang.colon()) },
    };
    let class = format!("{}.{}", lang.pick("Règles", "Rules"), family_title(&rule.family, lang));
    let name = format!("{} {}", rule.id, rule_title(rule, lang));
    let place = shown_by(rule, run).map(|scenario| (scenario.feature.clone(), scenario.line));
    Case { class, name, place, duration_ms: duration_ms(rule, run), result }
}

pub(super) fn first_observation(rule: &RuleResult, lang: Lang) -> Option<String> {
    let failed = rule.findings.iter().find(|check| check.outcome == CheckOutcome::Failed);
    failed.map(|check| told(&check.observed, lang))
}

fn findings(rule: &RuleResult, run: &Run, lang: Lang) -> String {
    let labels = lang.labels();
    let mut text = String::new();
    for check in &rule.findings {
        let scenario = check.scenario.as_deref().and_then(|id| run.scenario(id));
        let scenario = scenario.map_or(labels.run_wide, |scenario| scenario.name.as_str());
        let _ = writeln!(text, "{scenario}");
        let _ =
            writeln!(text, "  {}{}{}", labels.expected, lang.colon(), told(&check.expected, lang));
        let _ =
            writeln!(text, "  {}{}{}", labels.observed, lang.colon(), told(&check.observed, lang));
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

/// The scenario that shows what became of a rule: one that it failed in, else one that was to check
/// it and did not pass, else the first.
pub(super) fn shown_by<'a>(rule: &RuleResult, run: &'a Run) -> Option<&'a ScenarioResult> {
    let tagged = || run.scenarios.iter().filter(|scenario| scenario.rules.contains(&rule.id));
    let failed = run.scenarios.iter().find(|scenario| scenario.failed_rules.contains(&rule.id));
    failed.or_else(|| tagged().find(|one| untold(one))).or_else(|| tagged().next())
}

/// Whether a scenario was played and has more to tell than the checks of its rules.
fn untold(scenario: &ScenarioResult) -> bool {
    use ScenarioOutcome::{Broken, Failed, Inconclusive};
    matches!(scenario.outcome, Broken | Failed | Inconclusive)
}

/// The time of the scenarios that begin with this rule, among those that the run accounts for: each
/// is counted once.
fn duration_ms(rule: &RuleResult, run: &Run) -> u64 {
    let begins = |scenario: &&ScenarioResult| {
        let mut rules = scenario.rules.iter();
        rules.find(|id| run.rules.iter().any(|rule| rule.id == **id)) == Some(&rule.id)
    };
    run.scenarios.iter().filter(begins).map(|scenario| scenario.duration_ms).sum()
}

/// How the scenarios of a rule went that did not pass.
fn stories(rule: &RuleResult, run: &Run, lang: Lang) -> String {
    let of_rule = |scenario: &&ScenarioResult| {
        scenario.rules.contains(&rule.id) || scenario.failed_rules.contains(&rule.id)
    };
    let untold = run.scenarios.iter().filter(of_rule).filter(|scenario| untold(scenario));
    untold.map(|scenario| story(scenario, rule, run, lang)).collect()
}

/// The steps and what went wrong, as lines of text.
fn story(scenario: &ScenarioResult, rule: &RuleResult, run: &Run, lang: Lang) -> String {
    use crate::event::StepOutcome::{Failed, Passed, Skipped};
    let labels = lang.labels();
    let mut text = format!("{}:{} {}\n", scenario.feature, scenario.line, scenario.name);
    for step in &scenario.steps {
        let sign = match step.outcome {
            Passed => "✓",
            Failed => "✗",
            Skipped => "–",
        };
        let _ = writeln!(text, "{sign} {} {}", step.keyword, step.text);
    }
    if let Some(failure) = &scenario.failure {
        let _ = writeln!(text, "{}", told(&failure.message, lang));
        for (label, value) in
            [(labels.expected, &failure.expected), (labels.observed, &failure.observed)]
        {
            if let Some(value) = value {
                let _ = writeln!(text, "{label}{}{}", lang.colon(), told(value, lang));
            }
        }
    }
    let is_told = |id: &&String| rule.findings.iter().any(|check| check.exchanges.contains(id));
    let shown: Vec<_> = scenario.shown.iter().filter(|id| !is_told(id)).cloned().collect();
    text + &commands(&shown, run, lang)
}

/// What cases add up to.
#[derive(Default)]
pub(crate) struct Totals {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    duration_ms: u64,
}

impl Totals {
    pub(crate) fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let mut totals = Self::default();
        for case in cases {
            totals.tests += 1;
            totals.duration_ms += case.duration_ms;
            match case.result {
                CaseResult::Passed { .. } => {}
                CaseResult::Failed { .. } => totals.failures += 1,
                CaseResult::Error { .. } => totals.errors += 1,
                CaseResult::Skipped { .. } => totals.skipped += 1,
            }
        }
        totals
    }

    /// As attributes of `<testsuites>`, which has none for what was skipped.
    pub(crate) fn of_suites(&self) -> String {
        let Self { tests, failures, errors, .. } = self;
        let time = seconds(self.duration_ms);
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time}\"")
    }

    /// As attributes of `<testsuite>`.
    pub(crate) fn of_suite(&self) -> String {
        format!("{} skipped=\"{}\"", self.of_suites(), self.skipped)
    }
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
