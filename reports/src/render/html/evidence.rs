//! The evidence of every rule, passed ones too: each of its checks, what it asked for and what was
//! seen, where, on which démarche, and the exchange that decided it, on one line: the record holds
//! the rest under its id. What failed is laid out whole by [`super::rules`].

use contract::exchange::Exchange;
use maud::{Markup, html};

use super::Page;
use crate::event::{Check, CheckOutcome};
use crate::run::RuleResult;
use crate::texts::{counted_checks, time_of_day};

impl<'a> Page<'a> {
    /// What was checked of a rule, folded.
    pub(super) fn evidence(&self, rule: &'a RuleResult) -> Markup {
        let labels = self.labels;
        if rule.checks().next().is_none() {
            return html! {};
        }
        html! {
            details.evidence {
                summary {
                    (labels.evidence_of) " " (rule.id) " ("
                    (counted_checks(rule.checks().count(), self.lang)) ")"
                }
                ol.checks { @for check in rule.checks() { (self.checked(check)) } }
                @if rule.passed_checks > rule.proofs.len() {
                    p.meta { (labels.checks_alike) (self.lang.colon()) (rule.passed_checks) "." }
                }
            }
        }
    }

    fn checked(&self, check: &'a Check) -> Markup {
        let labels = self.labels;
        let (class, sign, name) = match check.outcome {
            CheckOutcome::Passed => ("passed", "✓", labels.check_passed),
            CheckOutcome::Failed => ("failed", "✗", labels.check_failed),
            CheckOutcome::Inconclusive => ("inconclusive", "?", labels.check_undecided),
            CheckOutcome::Recorded => ("recorded", "•", labels.check_recorded),
        };
        html! {
            li.(class) {
                p {
                    span.sign role="img" aria-label=(name) { (sign) } " "
                    @if !check.expected.is_empty() {
                        span.meta { (labels.expected) (self.lang.colon()) }
                        (self.said(&check.expected)) " · "
                    }
                    span.meta { (labels.observed) (self.lang.colon()) }
                    (self.said(&check.observed))
                }
                p.meta { (self.place(check)) }
                @if let Some((decisive, led_there)) = check.shown_by() {
                    p.meta { (labels.decisive) (self.lang.colon()) (self.in_one_line(decisive)) }
                    @if !led_there.is_empty() {
                        details.led-there {
                            summary { (labels.led_there) " (" (led_there.len()) ")" }
                            p.meta { (led_there.join(", ")) }
                        }
                    }
                }
            }
        }
    }

    /// An exchange in a line; a link to the whole, where the page has it.
    fn in_one_line(&self, id: &String) -> Markup {
        let Some(exchange) = self.run.exchanges.get(id) else {
            return html! { (id) ", " (self.labels.exchange_missing) };
        };
        html! {
            code { (asked(exchange)) } " → "
            @match exchange.status() { Some(status) => (status), None => (self.labels.no_answer) }
            " · "
            @if self.placed.borrow().contains(id.as_str()) { a href={ "#x-" (id) } { (id) } } @else { (id) }
            @if let Some(actor) = &exchange.actor { " · " (self.labels.credential) " " (actor) }
            " · " (time_of_day(&exchange.sent_at.to_string()))
        }
    }

    /// Where a check was made: its scenario, and the démarche that this one was played on.
    pub(super) fn place(&self, check: &Check) -> Markup {
        let at = check
            .scenario
            .as_ref()
            .and_then(|id| self.run.scenarios.iter().position(|scenario| scenario.id == *id));
        let Some(at) = at else {
            return html! { (self.labels.run_wide) };
        };
        let scenario = &self.run.scenarios[at];
        html! {
            (self.labels.in_scenario) (self.lang.colon())
            a href={ "#s-" (at) } lang=[self.spoken()] { (scenario.name) }
            @if let Some(process) = &scenario.process {
                " · " (self.labels.process) (self.lang.colon()) (process)
            }
        }
    }
}

/// What was asked for, without the address that all calls share.
fn asked(exchange: &Exchange) -> String {
    let path = if exchange.path.is_empty() { &exchange.url } else { &exchange.path };
    let query = exchange.query.iter().filter(|_| !exchange.path.is_empty());
    let query: String = query.map(|query| format!("?{query}")).collect();
    format!("{} {path}{query}", exchange.method)
}
