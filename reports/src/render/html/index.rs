//! The index of the rules: every one by its id, with its outcome, a link away; and the filter of
//! what follows it. The filter is a convenience of whoever lets scripts run: without them it is not
//! shown, and the page is whole.

use maud::{Markup, html};

use super::Page;
use crate::render::rule_sign;
use crate::texts::{counted, family_title, outcome_name};

impl Page<'_> {
    pub(super) fn index(&self) -> Markup {
        let labels = self.labels;
        html! {
            (self.filter())
            nav.index aria-label=(labels.index) {
                @for (family, rules) in self.run.families() {
                    p {
                        strong { (family) } " "
                        @for rule in rules {
                            a.(rule.outcome.name()) href={ "#r-" (rule.id) } data-rule=(rule.id) {
                                span role="img" aria-label=(outcome_name(rule.outcome, 1, self.lang)) {
                                    (rule_sign(rule.outcome))
                                }
                                (rule.id)
                            }
                            " "
                        }
                    }
                }
            }
            p.meta.legend {
                @for (nth, (outcome, _)) in counted(self.run).enumerate() {
                    @if nth > 0 { " · " }
                    (rule_sign(outcome)) " " (outcome_name(outcome, 1, self.lang))
                }
            }
        }
    }

    fn filter(&self) -> Markup {
        let labels = self.labels;
        html! {
            form #filter hidden aria-label=(labels.filter) {
                label { (labels.filter_words) " " input type="search" name="words" autocomplete="off"; }
                label {
                    (labels.family) " "
                    select name="family" {
                        option value="" { (labels.all_families) }
                        @for (family, _) in self.run.families() {
                            option value=(family) { (family) " — " (family_title(family, self.lang)) }
                        }
                    }
                }
                label {
                    (labels.outcome) " "
                    select name="outcome" {
                        option value="" { (labels.all_outcomes) }
                        @for (outcome, _) in counted(self.run) {
                            option value=(outcome.name()) { (outcome_name(outcome, 1, self.lang)) }
                        }
                    }
                }
                output name="count" { }
            }
        }
    }
}
