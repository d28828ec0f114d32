//! The scenarios of the page: by feature, each step by step in the words of the feature.

use maud::{Markup, html};

use super::Page;
use crate::event::StepOutcome;
use crate::render::scenario_sign;
use crate::run::{ScenarioOutcome, ScenarioResult, StepResult};
use crate::texts::{duration, reason_sentence, scenario_outcome_name};

impl<'a> Page<'a> {
    pub(super) fn features(&self) -> Markup {
        let mut features: Vec<(&str, Vec<(usize, &'a ScenarioResult)>)> = Vec::new();
        for (at, scenario) in self.run.scenarios.iter().enumerate() {
            match features.iter_mut().find(|(feature, _)| *feature == scenario.feature) {
                Some((_, scenarios)) => scenarios.push((at, scenario)),
                None => features.push((&scenario.feature, vec![(at, scenario)])),
            }
        }
        html! {
            @for (feature, scenarios) in features {
                @let title = self.run.features.get(feature).map_or(feature, String::as_str);
                h3.feature lang=[self.spoken()] { (title) }
                @if title != feature { p.meta { (feature) } }
                @for (at, scenario) in scenarios { (self.scenario(at, scenario)) }
            }
        }
    }

    fn scenario(&self, at: usize, scenario: &'a ScenarioResult) -> Markup {
        let outcome = scenario.outcome;
        let bad = matches!(outcome, ScenarioOutcome::Failed | ScenarioOutcome::Broken);
        html! {
            details.scenario id={ "s-" (at) } open[bad] {
                summary {
                    span.badge.(outcome.name()) {
                        span aria-hidden="true" { (scenario_sign(outcome)) }
                        " " (scenario_outcome_name(outcome, self.lang))
                    }
                    span.name lang=[self.spoken()] { (scenario.name) }
                    span.meta {
                        @if scenario.duration_ms > 0 { (duration(scenario.duration_ms, self.lang)) }
                    }
                }
                div.body {
                    p.meta {
                        (scenario.feature) ":" (scenario.line)
                        @if let Some(process) = &scenario.process {
                            " · " (self.labels.process) (self.lang.colon()) (process)
                        }
                        @for rule in &scenario.rules { " · " a href={ "#r-" (rule) } { (rule) } }
                    }
                    @if let Some(reason) = &scenario.reason {
                        p.why { (reason_sentence(reason, self.run, self.lang)) }
                    }
                    @if !scenario.steps.is_empty() {
                        ol.steps aria-label=(self.labels.steps) lang=[self.spoken()] {
                            @for step in &scenario.steps { (self.step(step)) }
                        }
                    }
                    (self.failure(scenario))
                }
            }
        }
    }

    fn step(&self, step: &StepResult) -> Markup {
        let labels = self.labels;
        let (class, sign, name) = match step.outcome {
            StepOutcome::Passed => ("passed", "✓", labels.step_passed),
            StepOutcome::Failed => ("failed", "✗", labels.step_failed),
            StepOutcome::Skipped => ("skipped", "–", labels.step_skipped),
        };
        html! {
            li.(class) {
                span.sign role="img" aria-label=(name) title=(name) { (sign) }
                span {
                    strong { (step.keyword) } " " (step.text)
                    @if step.outcome != StepOutcome::Passed { span.state { " (" (name) ")" } }
                    @if let Some(message) = &step.message { span.message { (message) } }
                }
            }
        }
    }

    fn failure(&self, scenario: &'a ScenarioResult) -> Markup {
        let Some(failure) = &scenario.failure else {
            return html! {};
        };
        let labels = self.labels;
        // Neither the step that failed nor what was observed needs to be said twice.
        let said = |text: &str| {
            failure.observed.as_deref() == Some(text)
                || scenario.steps.iter().any(|step| step.message.as_deref() == Some(text))
        };
        html! {
            div.finding {
                @if !said(&failure.message) { p { (self.said(&failure.message)) } }
                dl.compare {
                    @if let Some(expected) = &failure.expected {
                        div.expected { dt { (labels.expected) } dd { (self.said(expected)) } }
                    }
                    @if let Some(observed) = &failure.observed {
                        div.observed { dt { (labels.observed) } dd { (self.said(observed)) } }
                    }
                }
                (self.exchanges(&scenario.shown))
            }
        }
    }
}
