//! From events to the judged run, purely: the same events always give the same run. Says what
//! became of each scenario and gathers what each rule was seen to do; [`judge`] then decides each
//! rule, and the verdict. Reads no file and writes none.

mod judge;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::exchange::Exchange;
use contract::rules::{Level, RuleId};

use crate::event::{
    Check, CheckOutcome, Cleanup, Client, Event, Evidence, Failure, PlannedScenario, RuleInScope,
    RuleScope, RunFinished, RunStarted, ScenarioEnd,
};
use crate::run::{
    Counts, Divergence, KEPT_CHECKS, KEPT_RECORDED, Note, Reason, RuleOutcome, Run,
    ScenarioOutcome, ScenarioResult, StepResult, Times,
};

/// Why events make no run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Nothing says what was to be judged.
    #[error(
        "the run does not begin with a `run_started` event: it was stopped before its plan was \
         written; run the certification again"
    )]
    NoStart,
}

/// Judges a run.
pub fn fold(events: impl IntoIterator<Item = Event>) -> Result<Run, FoldError> {
    let mut events = events.into_iter();
    let Some(Event::RunStarted(start)) = events.next() else {
        return Err(FoldError::NoStart);
    };
    let mut fold = Fold::new(*start);
    for event in events {
        fold.apply(event);
    }
    Ok(fold.finish())
}

/// A run being gathered.
#[derive(Debug)]
pub(crate) struct Fold {
    start: RunStarted,
    scenarios: Vec<ScenarioResult>,
    scenario_index: HashMap<String, usize>,
    /// How the runner says that each scenario ended.
    ended: HashMap<usize, ScenarioEnd>,
    seen: HashMap<RuleId, Seen>,
    divergences: Vec<Divergence>,
    times: Vec<(String, Vec<u64>)>,
    cleanup: Cleanup,
    notes: Vec<Note>,
    client: Option<Client>,
    exchanges: BTreeMap<String, Exchange>,
    finished: Option<RunFinished>,
}

/// What the checks of one rule gave.
#[derive(Debug, Default)]
struct Seen {
    passed: usize,
    failed: usize,
    inconclusive: usize,
    recorded: usize,
    findings: Vec<Check>,
    proofs: Vec<Check>,
    /// Scenarios that made a check for it.
    reached: BTreeSet<usize>,
    /// Scenarios in which a check of it failed.
    failed_in: BTreeSet<usize>,
}

impl Fold {
    pub(crate) fn new(start: RunStarted) -> Self {
        let scenarios: Vec<_> = start
            .scenarios
            .iter()
            .map(|planned| ScenarioResult {
                id: planned.id.clone(),
                name: planned.name.clone(),
                feature: planned.feature.clone(),
                line: planned.line,
                rules: planned.rules.clone(),
                failed_rules: BTreeSet::new(),
                process: planned.process.clone(),
                outcome: if planned.skipped.is_some() {
                    ScenarioOutcome::NotApplicable
                } else {
                    ScenarioOutcome::NotRun
                },
                reason: planned.skipped.as_ref().map(|skip| Reason::Given(skip.reason.clone())),
                duration_ms: 0,
                steps: Vec::new(),
                failure: None,
                exchanges: Vec::new(),
                shown: Vec::new(),
            })
            .collect();
        let scenario_index =
            scenarios.iter().enumerate().map(|(at, scenario)| (scenario.id.clone(), at)).collect();
        Self {
            start,
            scenarios,
            scenario_index,
            ended: HashMap::new(),
            seen: HashMap::new(),
            divergences: Vec::new(),
            times: Vec::new(),
            cleanup: Cleanup::default(),
            notes: Vec::new(),
            client: None,
            exchanges: BTreeMap::new(),
            finished: None,
        }
    }

    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            // A second plan would change what is expected after the fact: the first one holds.
            Event::RunStarted(_) | Event::ScenarioStarted { .. } => {}
            Event::StepFinished { scenario, keyword, text, outcome, message, duration_us } => {
                if let Some(scenario) = self.scenario(&scenario) {
                    let step = StepResult { keyword, text, outcome, message, duration_us };
                    scenario.steps.push(step);
                }
            }
            Event::CheckMade(check) => self.check(check),
            Event::ExchangeMade { exchange } => self.evidence(exchange),
            Event::ScenarioFinished { id, outcome, duration_ms, failure } => {
                self.scenario_finished(&id, outcome, duration_ms, failure);
            }
            Event::DivergenceObserved { id, observed, side, scenario: _ } => {
                self.divergence(id, observed, side);
            }
            Event::TimeObserved { what, duration_ms, .. } => {
                match self.times.iter_mut().find(|(name, _)| *name == what) {
                    Some((_, measures)) => measures.push(duration_ms),
                    None => self.times.push((what, vec![duration_ms])),
                }
            }
            Event::CleanupDone(cleanup) => self.cleanup = cleanup,
            Event::ClientDescribed(client) => self.client = Some(client),
            Event::Note { level, text } => self.notes.push(Note { level, text }),
            Event::RunFinished(finished) => self.finished = Some(finished),
        }
    }

    /// What becomes of a rule, as far as was seen; none while a scenario that may still decide it
    /// has not ended.
    pub(crate) fn decided(&self, rule: &RuleInScope) -> Option<RuleOutcome> {
        let outcome = judge::rule(rule, self).outcome;
        if matches!(outcome, RuleOutcome::Failed | RuleOutcome::ExpectedFailure) {
            return Some(outcome);
        }
        let scenarios = self.start.scenarios.iter().enumerate();
        let mut of_rule = scenarios.filter(|(_, planned)| planned.rules.contains(&rule.id));
        let is_open = |(at, planned): (usize, &PlannedScenario)| {
            planned.skipped.is_none() && !self.ended.contains_key(&at)
        };
        // What is checked on every answer is decided at the very end.
        let is_run_wide = rule.scope == RuleScope::Expected && of_rule.clone().next().is_none();
        (!is_run_wide && !of_rule.any(is_open)).then_some(outcome)
    }

    fn scenario(&mut self, id: &str) -> Option<&mut ScenarioResult> {
        self.scenario_index.get(id).map(|at| &mut self.scenarios[*at])
    }

    fn check(&mut self, check: Check) {
        let at = check.scenario.as_ref().and_then(|id| self.scenario_index.get(id)).copied();
        let seen = self.seen.entry(check.rule.clone()).or_default();
        seen.reached.extend(at);
        match check.outcome {
            CheckOutcome::Passed => {
                seen.passed += 1;
                keep(&mut seen.proofs, check);
                return;
            }
            CheckOutcome::Failed => {
                seen.failed += 1;
                seen.failed_in.extend(at);
                if let Some(at) = at {
                    let scenario = &mut self.scenarios[at];
                    scenario.shown.extend(check.exchanges.iter().cloned());
                    scenario.failed_rules.insert(check.rule.clone());
                }
            }
            CheckOutcome::Inconclusive => seen.inconclusive += 1,
            CheckOutcome::Recorded => seen.recorded += 1,
        }
        keep(&mut seen.findings, check);
    }

    fn evidence(&mut self, evidence: Evidence) {
        if let Evidence::Place { id, scenario: Some(scenario) } = evidence.place()
            && let Some(scenario) = self.scenario(&scenario)
        {
            scenario.exchanges.push(id);
        }
        if let Evidence::Exchange(exchange) = evidence {
            self.exchanges.insert(exchange.id.clone(), *exchange);
        }
    }

    fn scenario_finished(
        &mut self,
        id: &str,
        end: ScenarioEnd,
        duration_ms: u64,
        failure: Option<Failure>,
    ) {
        let Some(at) = self.scenario_index.get(id).copied() else {
            return;
        };
        self.ended.insert(at, end);
        let scenario = &mut self.scenarios[at];
        scenario.duration_ms = duration_ms;
        scenario.failure = failure;
        scenario.reason = None;
        scenario.outcome = match end {
            ScenarioEnd::Passed => ScenarioOutcome::Passed,
            ScenarioEnd::Failed => ScenarioOutcome::Failed,
            ScenarioEnd::Broken => ScenarioOutcome::Broken,
            ScenarioEnd::Inconclusive => ScenarioOutcome::Inconclusive,
        };
    }

    fn divergence(&mut self, id: String, observed: String, side: Option<String>) {
        let same = |d: &&mut Divergence| d.id == id && d.observed == observed && d.side == side;
        match self.divergences.iter_mut().find(same) {
            Some(divergence) => divergence.times += 1,
            None => self.divergences.push(Divergence { id, observed, side, times: 1 }),
        }
    }

    pub(crate) fn finish(mut self) -> Run {
        self.complete_scenarios();
        let failed_out_of_scope = self.failed_out_of_scope();
        let rules: Vec<_> = self.start.rules.iter().map(|rule| judge::rule(rule, &self)).collect();
        let counts = Counts::of(&rules);
        let mandatory = judge::mandatory(&rules);
        // A run without its last event was killed.
        let killed = RunFinished { interrupted: true, ..RunFinished::default() };
        let finished = self.finished.take().unwrap_or(killed);
        let verdict = judge::verdict(&mandatory, self.scenarios.len(), &finished);
        let mut divergences = self.divergences;
        divergences.sort_by_key(|divergence| natural_order(&divergence.id));
        let mut run = Run {
            header: self.start.run,
            provenance: self.start.provenance,
            head: None,
            finished_at: Some(finished.at).filter(|at| !at.is_empty()),
            interrupted: finished.interrupted,
            panics: finished.panics,
            unreachable: finished.unreachable,
            verdict,
            counts,
            mandatory,
            rules,
            scenarios: self.scenarios,
            features: self.start.features,
            divergences,
            times: self.times.into_iter().map(summary).collect(),
            cleanup: self.cleanup,
            notes: self.notes,
            failed_out_of_scope,
            client: self.client,
            exchanges: BTreeMap::new(),
            clock_ahead_s: None,
        };
        let cited: BTreeSet<String> = run.cited_exchanges().map(str::to_owned).collect();
        self.exchanges.retain(|id, _| cited.contains(id));
        run.exchanges = self.exchanges;
        run
    }

    /// Gives each scenario what its checks say about it. A check of a rule that the scenario is not
    /// tagged with (the run-wide ones) fails that rule, not the scenario.
    pub(crate) fn complete_scenarios(&mut self) {
        let required = self.start.rules.iter().filter(|rule| rule.level == Level::Must);
        let required: BTreeSet<&RuleId> = required.map(|rule| &rule.id).collect();
        for (at, scenario) in self.scenarios.iter_mut().enumerate() {
            let failed = scenario.rules.iter().filter(|id| required.contains(id));
            let failed =
                failed.filter_map(|id| self.seen.get(id)).find(|seen| seen.failed_in.contains(&at));
            match (failed, scenario.outcome) {
                (Some(seen), _) => {
                    scenario.outcome = ScenarioOutcome::Failed;
                    complete_failure(scenario, &seen.findings);
                }
                // Stopped by something that is no required check of its own: what it needed was not
                // there.
                (None, ScenarioOutcome::Failed) => scenario.outcome = ScenarioOutcome::Broken,
                (None, _) => {}
            }
            show_what_went_wrong(scenario);
        }
    }

    /// A check may name a rule that this run does not account for (a partial run): it judges
    /// nothing, but is told.
    fn failed_out_of_scope(&self) -> Vec<RuleId> {
        let known: BTreeSet<&RuleId> = self.start.rules.iter().map(|rule| &rule.id).collect();
        let failed = self.seen.iter().filter(|(_, seen)| seen.failed > 0).map(|(id, _)| id);
        let outside: BTreeSet<&RuleId> = failed.filter(|id| !known.contains(id)).collect();
        outside.into_iter().cloned().collect()
    }
}

/// Keeps the exchanges to show only where something went wrong, each once; the last one when no
/// check points to any.
fn show_what_went_wrong(scenario: &mut ScenarioResult) {
    if !matches!(scenario.outcome, ScenarioOutcome::Failed | ScenarioOutcome::Broken) {
        scenario.shown.clear();
        return;
    }
    if scenario.shown.is_empty() {
        scenario.shown.extend(scenario.exchanges.last().cloned());
    }
    let mut met = BTreeSet::new();
    scenario.shown.retain(|id| met.insert(id.clone()));
}

/// Fills in what the runner left out of a failure, from the check that failed.
fn complete_failure(scenario: &mut ScenarioResult, findings: &[Check]) {
    let own = |check: &&Check| {
        check.outcome == CheckOutcome::Failed && check.scenario.as_ref() == Some(&scenario.id)
    };
    let Some(check) = findings.iter().find(own) else {
        return;
    };
    let failure = scenario.failure.get_or_insert_with(|| Failure {
        message: check.note.clone().unwrap_or_else(|| check.observed.clone()),
        ..Failure::default()
    });
    if failure.expected.is_none() {
        failure.expected = Some(check.expected.clone());
        failure.observed = Some(check.observed.clone());
    }
}

/// Keeps a check unless the same was kept already, or too many were. What is only noted is kept of
/// each scenario: which of two that note the same came first is chance.
fn keep(checks: &mut Vec<Check>, check: Check) {
    let noted = check.outcome == CheckOutcome::Recorded;
    let alike = checks.iter().filter(|kept| kept.outcome == check.outcome);
    let same = |kept: &Check| {
        kept.expected == check.expected
            && kept.observed == check.observed
            && (!noted || kept.scenario == check.scenario)
    };
    let most = if noted { KEPT_RECORDED } else { KEPT_CHECKS };
    if alike.clone().count() < most && !alike.clone().any(same) {
        checks.push(check);
    }
}

fn summary((what, mut measures): (String, Vec<u64>)) -> Times {
    measures.sort_unstable();
    let at = |index: usize| measures.get(index).copied().unwrap_or_default();
    Times {
        what,
        count: measures.len(),
        min_ms: at(0),
        median_ms: at(measures.len() / 2),
        max_ms: at(measures.len().saturating_sub(1)),
    }
}

/// Sorts `D6` before `D12`.
fn natural_order(id: &str) -> (String, u64) {
    let digits = id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len());
    (id[..digits].to_owned(), id[digits..].parse().unwrap_or(0))
}
