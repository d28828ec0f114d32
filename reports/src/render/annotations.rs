//! What a pipeline shows beside the code: for GitHub, workflow commands on standard output; for
//! GitLab, a Code Quality file. One finding for each rule that failed, that is mandatory and was
//! not decided, or that is a known failure, at the file and line of the scenario that shows it.
//! Whether the pipeline goes on is for the exit code.

use contract::exchange::hexadecimal;
use contract::rules::Level;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::junit::{first_observation, shown_by};
use crate::run::{RuleOutcome, RuleResult, Run};
use crate::texts::{Lang, outcome_name, reason_sentence, rule_title, verdict_sentence};
use crate::verdict::Verdict;

/// The file that GitLab collects as `codequality`.
pub const CODE_QUALITY_FILE: &str = "code-quality.json";
/// How many annotations of a level GitHub shows of a step: the others are left out in silence.
const SHOWN_BY_GITHUB: usize = 10;
/// Where a rule stands that no scenario of the run is tagged with.
const CATALOGUE: &str = "contract/rules.toml";

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Failed,
    Undecided,
    Known,
}

impl Weight {
    fn of(rule: &RuleResult) -> Option<Self> {
        use RuleOutcome::{ExpectedFailure, Failed, Inconclusive, NotApplicable, NotRun};
        match rule.outcome {
            Failed => Some(Self::Failed),
            ExpectedFailure => Some(Self::Known),
            Inconclusive | NotRun | NotApplicable if rule.level == Level::Must && !rule.excused => {
                Some(Self::Undecided)
            }
            _ => None,
        }
    }

    /// As GitHub calls its annotations.
    fn command(self) -> &'static str {
        match self {
            Self::Failed => "error",
            Self::Undecided => "warning",
            Self::Known => "notice",
        }
    }

    /// As GitLab weighs its findings.
    fn severity(self) -> &'static str {
        match self {
            Self::Failed => "critical",
            Self::Undecided => "minor",
            Self::Known => "info",
        }
    }
}

/// What is said of one rule.
struct Finding<'a> {
    rule: &'a RuleResult,
    weight: Weight,
    title: String,
    message: String,
    place: Option<(&'a str, u32)>,
}

fn findings(run: &Run, lang: Lang) -> Vec<Finding<'_>> {
    let of = |rule| Weight::of(rule).map(|weight| finding(rule, weight, run, lang));
    run.rules.iter().filter_map(of).collect()
}

fn finding<'a>(rule: &'a RuleResult, weight: Weight, run: &'a Run, lang: Lang) -> Finding<'a> {
    let reason = rule.reason.as_ref().map(|reason| reason_sentence(reason, run, lang));
    let observed = first_observation(rule, lang).filter(|_| weight == Weight::Failed);
    let said = observed.or(reason).unwrap_or_default();
    let place = shown_by(rule, run).map(|scenario| (scenario.feature.as_str(), scenario.line));
    Finding {
        rule,
        weight,
        title: format!("{} {}", rule.id, rule_title(rule, lang)),
        message: format!("{}{}{said}", outcome_name(rule.outcome, 1, lang), lang.colon()),
        place,
    }
}

/// The workflow commands of GitHub, one a line, the verdict first.
pub fn workflow_commands(run: &Run, lang: Lang) -> Vec<String> {
    let verdict = match run.verdict {
        Verdict::Conforms => "notice",
        Verdict::DoesNotConform => "error",
        Verdict::Undecided => "warning",
    };
    let mut commands = vec![command(verdict, None, "étalon", &verdict_sentence(run, lang))];
    let findings = findings(run, lang);
    for weight in [Weight::Failed, Weight::Undecided, Weight::Known] {
        let of_weight: Vec<_> = findings.iter().filter(|found| found.weight == weight).collect();
        // The verdict may be of this level, and what is left out is said in one more.
        let shown =
            if of_weight.len() < SHOWN_BY_GITHUB { of_weight.len() } else { SHOWN_BY_GITHUB - 2 };
        let (shown, others) = of_weight.split_at(shown);
        commands.extend(
            shown
                .iter()
                .map(|found| command(weight.command(), found.place, &found.title, &found.message)),
        );
        if !others.is_empty() {
            let ids: Vec<_> = others.iter().map(|found| found.rule.id.as_str()).collect();
            let more = lang.pick("Et encore", "And also");
            commands.push(command(weight.command(), None, more, &ids.join(", ")));
        }
    }
    commands
}

fn command(level: &str, place: Option<(&str, u32)>, title: &str, message: &str) -> String {
    let place = place
        .map_or_else(String::new, |(file, line)| format!("file={},line={line},", property(file)));
    format!("::{level} {place}title={}::{}", property(title), data(message))
}

/// A text in a workflow command: it ends no line, and so begins no command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text among the properties of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The Code Quality file of GitLab. A finding has the same fingerprint in every run: the merge
/// request shows what came and what went.
pub fn code_quality(run: &Run, lang: Lang) -> String {
    let findings: Vec<_> = findings(run, lang)
        .into_iter()
        .map(|found| {
            let (path, line) = found.place.unwrap_or((CATALOGUE, 1));
            json!({
                "description": format!("{} — {}", found.title, found.message),
                "check_name": found.rule.id,
                "fingerprint": hexadecimal(&Sha256::digest(found.rule.id.as_str())),
                "severity": found.weight.severity(),
                "location": { "path": path, "lines": { "begin": line } },
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(findings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn github_is_told_the_verdict_and_each_finding() {
        insta::assert_snapshot!(workflow_commands(&sample::run(), Lang::Fr).join("\n"));
    }

    #[test]
    fn gitlab_is_told_each_finding() {
        insta::assert_snapshot!(code_quality(&sample::run(), Lang::Fr));
    }

    #[test]
    fn no_text_makes_a_command_or_a_property_of_its_own() {
        let made =
            command("error", None, "a,b=c::d\n::error::e", "100 %\r\n::set-output name=x::1");
        assert_eq!(
            made,
            "::error title=a%2Cb=c%3A%3Ad%0A%3A%3Aerror%3A%3Ae::100 %25%0D%0A::set-output name=x::1"
        );
    }

    #[test]
    fn what_github_would_leave_out_is_named() {
        let mut run = sample::run();
        let failed = run.rules.iter().find(|rule| rule.outcome == RuleOutcome::Failed).unwrap();
        run.rules = vec![failed.clone(); 9];
        let errors = |run: &Run| {
            let commands = workflow_commands(run, Lang::En);
            commands.into_iter().filter(|line| line.starts_with("::error")).collect::<Vec<_>>()
        };
        assert_eq!(errors(&run).len(), SHOWN_BY_GITHUB, "all of them, and the verdict");
        run.rules = vec![run.rules[0].clone(); 30];
        let shown = errors(&run);
        assert_eq!(shown.len(), SHOWN_BY_GITHUB);
        assert_eq!(shown.last().unwrap().matches("NOT-01").count(), 22);
    }
}
