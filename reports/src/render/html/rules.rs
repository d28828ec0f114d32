//! The rules of the page: those that failed, with everything that helps to mend them; those without
//! decision, with the reason; then all of them by family.

use contract::rules::Level;
use maud::{Markup, html};

use super::Page;
use crate::event::{Check, CheckOutcome};
use crate::render::frame::table;
use crate::render::rule_sign;
use crate::run::{RuleOutcome, RuleResult, Run};
use crate::texts::{
    Lang, family_title, level_name, needs, outcome_name, reason_sentence, rule_title, spaced,
};

/// How many failed rules the printed summary tells of (`summary.css` says the same); the index has
/// the others.
const PRINTED: usize = 10;

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
                        (self.source(rule))
                    }
                    @let why = self.why(rule);
                    @if !why.is_empty() { p { (why) } }
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
            @if rules.len() > PRINTED {
                p.printed-only { (self.labels.not_printed) (self.lang.colon()) (rules.len() - PRINTED) "." }
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
                    div.expected { dt { (labels.expected) } dd { (self.said(&check.expected)) } }
                    div.observed { dt { (labels.observed) } dd { (self.said(&check.observed)) } }
                    @if let Some(note) = &check.note {
                        div.note { dt { (labels.note) } dd { (self.said(note)) } }
                    }
                }
                (self.exchanges(&check.exchanges))
            }
        }
    }

    /// The rules without decision, under what kept them from it: one reason often holds many.
    pub(super) fn undecided(&self, rules: &[&'a RuleResult]) -> Markup {
        let labels = self.labels;
        let mut reasons: Vec<(RuleOutcome, String, Vec<&RuleResult>)> = Vec::new();
        for rule in rules {
            let reason = self.why(rule);
            match reasons
                .iter_mut()
                .find(|(outcome, why, _)| *outcome == rule.outcome && *why == reason)
            {
                Some((_, _, rules)) => rules.push(rule),
                None => reasons.push((rule.outcome, reason, vec![rule])),
            }
        }
        let rows = html! {
            thead { tr {
                th scope="col" { (labels.reason) }
                th scope="col" { (labels.outcome) }
                th scope="col" { (labels.rules_concerned) }
            } }
            tbody {
                @for (outcome, reason, rules) in reasons {
                    tr {
                        th scope="row" { (reason) }
                        td { (self.badge(outcome)) }
                        td {
                            ul.plain {
                                @for rule in rules {
                                    li {
                                        a.id href={ "#r-" (rule.id) } { (rule.id) }
                                        span.title { " " (rule_title(rule, self.lang)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        };
        html! {
            p.intro { (labels.not_decided_intro) }
            (table(labels.not_decided, self.lang, &rows))
        }
    }

    /// Why a rule has its outcome.
    fn why(&self, rule: &RuleResult) -> String {
        let reason = rule.reason.as_ref();
        let reason = reason.map(|reason| reason_sentence(reason, self.run, self.lang));
        let mut reason = reason.unwrap_or_default();
        if self.lang == Lang::Fr {
            reason = spaced(&reason);
        }
        if rule.excused {
            reason = format!("{reason} ({})", self.labels.excused);
        }
        reason
    }

    pub(super) fn families(&self) -> Markup {
        html! {
            (self.index())
            div.families {
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
                    @for rule in rules { (self.described(rule)) }
                }
            }
            }
        }
    }

    /// A rule: what it says, where from, what it needs, why it has its outcome, and the evidence.
    fn described(&self, rule: &'a RuleResult) -> Markup {
        let (labels, colon) = (self.labels, self.lang.colon());
        let why = self.why(rule);
        html! {
            article.rule id={ "r-" (rule.id) } data-family=(rule.family) data-outcome=(rule.outcome.name()) {
                h4 { span.id { (rule.id) } " " (rule_title(rule, self.lang)) }
                p {
                    (self.badge(rule.outcome))
                    @if rule.level == Level::Recorded {
                        span.meta { " " (labels.level) (colon) (level_name(rule.level, self.lang)) }
                    }
                }
                (self.source(rule))
                @if !why.is_empty() { p.why { span.meta { (labels.reason) (colon) } (why) } }
                @if !rule.needs.is_empty() {
                    p.meta { (labels.needs) (colon) (needs(&rule.needs, self.lang)) }
                }
                @if rule.checks().next().is_none() && !rule.scenarios.is_empty() {
                    (self.checked_by(rule))
                }
                (self.evidence(rule))
            }
        }
    }

    /// The document that a rule comes from, and what is written there.
    fn source(&self, rule: &RuleResult) -> Markup {
        let passage = rule.passage.as_ref().map(|text| self.lang.pick(&text.fr, &text.en));
        html! {
            p.meta { (self.labels.source) (self.lang.colon()) (self.cited(&rule.source)) }
            @if let Some(passage) = passage {
                p.passage { span.meta { (self.labels.passage) (self.lang.colon()) } (spaced(passage)) }
            }
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
