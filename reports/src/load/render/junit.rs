//! `junit.xml`, for continuous integration: the verdict, each objective, the delivery audit and the
//! generator are test cases. What could not be judged is an error, so that no pipeline takes it for
//! green.

use super::super::texts::{self, Labels, figures, outcome_name};
use crate::load::{LoadRun, LoadVerdict, Objective, Outcome};
use crate::load::{load_verdict_sentence, objective_sentence, observed_sentence};
use crate::render::junit::{Case, CaseResult, Totals, escaped, line, write_case};
use crate::texts::Lang;

pub(super) fn render(run: &LoadRun, lang: Lang) -> String {
    let mut cases = vec![verdict(run, lang), generator(run, lang)];
    cases.extend(run.objectives.iter().map(|objective| judged(objective, run, lang)));
    cases.extend(audit(run, lang));
    let sentence = escaped(&load_verdict_sentence(run, lang));
    let totals = Totals::of(&cases);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    line(&mut xml, &format!("<testsuites name=\"{sentence}\" {}>", totals.of_suites()));
    let totals = totals.of_suite();
    let (name, started) = (escaped(&run.run.plan.name), escaped(&run.run.started_at));
    line(&mut xml, &format!("  <testsuite name=\"{name}\" {totals} timestamp=\"{started}\">"));
    properties(&mut xml, run);
    cases.iter().for_each(|case| write_case(&mut xml, case));
    line(&mut xml, "  </testsuite>");
    xml.push_str("</testsuites>\n");
    xml
}

fn properties(xml: &mut String, run: &LoadRun) {
    line(xml, "    <properties>");
    for (key, value) in
        [("run", &run.run.id), ("target", &run.run.target.name), ("etalon", &run.run.etalon)]
    {
        let value = escaped(value);
        line(xml, &format!("      <property name=\"{key}\" value=\"{value}\"/>"));
    }
    line(xml, "    </properties>");
}

fn case(class: &str, name: String, result: CaseResult) -> Case {
    Case { class: class.to_owned(), name, place: None, duration_ms: 0, result }
}

fn failed(kind: &str, message: String) -> CaseResult {
    CaseResult::Failed { kind: kind.to_owned(), text: message.clone(), message }
}

fn error(kind: &str, message: String) -> CaseResult {
    CaseResult::Error { kind: kind.to_owned(), text: message.clone(), message }
}

fn passed(output: String) -> CaseResult {
    CaseResult::Passed { output }
}

fn verdict(run: &LoadRun, lang: Lang) -> Case {
    let sentence = load_verdict_sentence(run, lang);
    let result = match run.verdict {
        LoadVerdict::WithinObjectives => passed(String::new()),
        LoadVerdict::OutsideObjectives => failed("verdict", sentence),
        LoadVerdict::Invalid => error("verdict", sentence),
    };
    Case::verdict(result)
}

fn generator(run: &LoadRun, lang: Lang) -> Case {
    let reasons: Vec<String> = run
        .generator
        .bottlenecks
        .iter()
        .map(|bottleneck| texts::bottleneck_sentence(bottleneck, lang))
        .collect();
    let result = if run.generator.bottleneck {
        error("bottleneck", reasons.join(" "))
    } else {
        passed(String::new())
    };
    case("generator", Labels::of(lang).generator.to_owned(), result)
}

fn judged(objective: &Objective, run: &LoadRun, lang: Lang) -> Case {
    let observed = observed_sentence(objective, lang);
    let text = format!(
        "{} ({}{}{observed})",
        outcome_name(objective.outcome, lang),
        Labels::of(lang).observed,
        lang.colon()
    );
    let result = match objective.outcome {
        // Its times say nothing of the hub: neither good nor bad.
        _ if run.generator.bottleneck => error("bottleneck", text),
        Outcome::Kept => passed(text),
        Outcome::Broken => failed("objective", text),
        Outcome::NotMeasured => error("objective", text),
    };
    let window = objective.window_s.map_or_else(String::new, |window| {
        format!(" ({}{}{window} s)", Labels::of(lang).window, lang.colon())
    });
    case("objectives", format!("{}{window}", objective_sentence(objective, lang)), result)
}

fn audit(run: &LoadRun, lang: Lang) -> Vec<Case> {
    let Some(audit) = &run.audit else {
        return Vec::new();
    };
    let kinds = audit.violations().into_iter().chain([("pending", &audit.pending)]);
    kinds
        .map(|(kind, finding)| {
            let (one, many) = texts::violation(kind, lang);
            let noun = if finding.count == 1 { one } else { many };
            let count = figures::integer(finding.count, lang);
            let message = format!("{count} {noun} : {}", finding.cases.join(", "));
            let result = match (finding.count, kind) {
                (0, _) => passed(String::new()),
                (_, "pending") => error(kind, message),
                _ => failed(kind, message),
            };
            case("audit", format!("{}{}{many}", Labels::of(lang).audit, lang.colon()), result)
        })
        .collect()
}
