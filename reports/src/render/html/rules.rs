//! The rules of the page: those that failed, with everything that helps to mend them; those without
//! decision, with the reason; then all of them by family.

use contract::rules::Level;
use maud::{Markup, html};

use super::Page;
use crate::event::{Check, CheckOutcome};
use crate::render::rule_sign;
use crate::run::{RuleOutcome, RuleResult, Run};
use crate::texts::{family_title, level_name, outcome_name, reason_sentence, rule_title};

/// The rules that failed, known failures last.
pub(super) fn failed(run: &Run) -> Vec<&RuleResult> {
    let with = |outcome| run.rules.iter().filter(move |rule| rule.outcome == outcome);
    with(RuleOutcome::Failed).chain(with(RuleOutcome::ExpectedFailure)).collect()
}

/// The mandatory rules without decision.
pub(super) fn undecided(run: &Run) -> Vec<&RuleResult> {
    use RuleOutcome::{Inconclusive, NotApplicable, NotRun};
    let open = |rule: &&RuleResult| {
        rule.level == Level::Must && matches!(rule.outcome, NotRun | Inconclusive | NotApplicable)
    };
    run.rules.iter().filter(open).collect()
}

impl<'a> Page<'a> {
    pub(super) fn failed(&self, rules: &[&'a RuleResult]) -> Markup {
        html! {
            @for rule in rules {
                article.card.(rule.outcome.name()) {
                    header {
                        (self.badge(rule.outcome))
                        h3 { a href={ "#r-" (rule.id) } { (rule.id) } " " (rule_title(rule, self.lang)) }
                        p.meta { (self.labels.source) (self.lang.colon()) (rule.source) }
                    }
                    @if let Some(reason) = &rule.reason {
                        p { (reason_sentence(reason, self.run, self.lang)) }
                    }
                    @if let Some(why) = self.run.disputed(&rule.id) {
                        p.disputed { strong { (self.labels.disputed) } (self.lang.colon()) (why) }
                    }
                    @for check in rule.findings.iter().filter(|c| c.outcome == CheckOutcome::Failed) {
                        (self.finding(check))
                    }
                    @if rule.failed_checks > 1 {
                        p.meta { (rule.failed_checks) " " (self.labels.failed_checks) }
                    }
                }
            }
        }
    }

    /// One failed check: what was expected, what was observed, and the exchanges that show it.
    fn finding(&self, check: &'a Check) -> Markup {
        let labels = self.labels;
        html! {
            div.finding {
                p.where { (self.place(check)) }
                dl.compare {
                    div.expected { dt { (labels.expected) } dd lang=[self.spoken()] { (check.expected) } }
                    div.observed { dt { (labels.observed) } dd lang=[self.spoken()] { (check.observed) } }
                    @if let Some(note) = &check.note {
                        div.note { dt { (labels.note) } dd lang=[self.spoken()] { (note) } }
                    }
                }
                (self.exchanges(&check.exchanges))
            }
        }
    }

    fn place(&self, check: &Check) -> Markup {
        let at = check
            .scenario
            .as_ref()
            .and_then(|id| self.run.scenarios.iter().position(|scenario| scenario.id == *id));
        html! {
            @match at {
                Some(at) => {
                    (self.labels.in_scenario) (self.lang.colon())
                    a href={ "#s-" (at) } { (self.run.scenarios[at].name) }
                }
                None => (self.labels.run_wide),
            }
        }
    }

    pub(super) fn undecided(&self, rules: &[&'a RuleResult]) -> Markup {
        html! {
            p.intro { (self.labels.not_decided_intro) }
            (self.table(rules))
        }
    }

    pub(super) fn families(&self) -> Markup {
        html! {
            @for (family, rules) in self.run.families() {
                @let counts: Vec<_> = RuleOutcome::ALL
                    .into_iter()
                    .map(|outcome| (outcome, rules.iter().filter(|r| r.outcome == outcome).count()))
                    .filter(|(_, count)| *count > 0)
                    .collect();
                details.family open[rules.iter().any(|rule| rule.outcome == RuleOutcome::Failed)] {
                    summary {
                        h3 { (family) " — " (family_title(family, self.lang)) }
                        span.tally {
                            @for (outcome, count) in counts {
                                span.(outcome.name()) {
                                    (rule_sign(outcome)) " " (count) " "
                                    (outcome_name(outcome, count, self.lang))
                                }
                            }
                        }
                    }
                    (self.table_with_anchors(&rules))
                }
            }
        }
    }

    fn table(&self, rules: &[&'a RuleResult]) -> Markup {
        self.rows(rules, false)
    }

    fn table_with_anchors(&self, rules: &[&'a RuleResult]) -> Markup {
        self.rows(rules, true)
    }

    fn rows(&self, rules: &[&'a RuleResult], anchored: bool) -> Markup {
        let labels = self.labels;
        html! {
            table.rules {
                thead { tr {
                    th scope="col" { (labels.rule) }
                    th scope="col" { (labels.source) }
                    th scope="col" { (labels.outcome) }
                } }
                tbody {
                    @for rule in rules {
                        tr id=[anchored.then(|| format!("r-{}", rule.id))] {
                            th scope="row" { (self.described(rule, anchored)) }
                            td.source { (rule.source) }
                            td.outcome { (self.badge(rule.outcome)) }
                        }
                    }
                }
            }
        }
    }

    /// A rule, what it says, and why it has its outcome.
    fn described(&self, rule: &'a RuleResult, anchored: bool) -> Markup {
        let (run, labels, colon) = (self.run, self.labels, self.lang.colon());
        html! {
            p.title {
                @if anchored { span.id { (rule.id) } } @else { a.id href={ "#r-" (rule.id) } { (rule.id) } }
                " " (rule_title(rule, self.lang))
            }
            @if rule.level == Level::Recorded {
                p.meta { (labels.level) (colon) (level_name(rule.level, self.lang)) }
            }
            @if let Some(reason) = &rule.reason {
                p.why {
                    span.meta { (labels.reason) (colon) }
                    (reason_sentence(reason, run, self.lang))
                    @if rule.excused { " (" (labels.excused) ")" }
                }
            }
            @for check in rule.findings.iter().filter(|c| c.outcome == CheckOutcome::Recorded) {
                p.why { span.meta { (labels.observed) (colon) } (check.observed) }
            }
            @if anchored && !rule.needs.is_empty() {
                p.meta { (labels.needs) (colon) (rule.needs.join(", ")) }
            }
            @if anchored && !rule.scenarios.is_empty() { (self.checked_by(rule)) }
        }
    }

    fn checked_by(&self, rule: &RuleResult) -> Markup {
        let scenarios: Vec<_> = self
            .run
            .scenarios
            .iter()
            .enumerate()
            .filter(|(_, scenario)| rule.scenarios.contains(&scenario.id))
            .collect();
        html! {
            p.meta {
                (self.labels.checked_by) (self.lang.colon())
                @for (nth, (at, scenario)) in scenarios.iter().enumerate() {
                    @if nth > 0 { ", " }
                    a href={ "#s-" (at) } { (scenario.name) }
                }
            }
        }
    }

    fn badge(&self, outcome: RuleOutcome) -> Markup {
        html! {
            span.badge.(outcome.name()) {
                span aria-hidden="true" { (rule_sign(outcome)) }
                " " (outcome_name(outcome, 1, self.lang))
            }
        }
    }
}
