//! The run as it was judged: what every report shows, and nothing that only one of them needs.
//! Built by [`crate::fold`] from the events; holds no text of its own (see [`crate::texts`]) and
//! decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use contract::bilingual::Bilingual;
use contract::exchange::Exchange;
use contract::rules::{Level, RuleId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::event::{
    Check, Cleanup, Client, Expectation, Failure, NoteLevel, RunHeader, StepOutcome,
};
use crate::provenance::Provenance;
use crate::verdict::Verdict;

/// A judged run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The facts of the run.
    pub header: RunHeader,
    /// When it ended; `None` when it was killed.
    pub finished_at: Option<String>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// Panics of étalon or its bundled hub.
    pub panics: u32,
    /// What was tried when the target stopped answering.
    pub unreachable: Option<String>,
    /// Where it comes from; unknown in records of before.
    pub provenance: Option<Provenance>,
    /// The digest of the last line of its record: what paper and file are matched by. None when the
    /// record is not chained.
    pub head: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Rules by outcome; adds up.
    pub counts: Counts,
    /// The mandatory rules alone, which the verdict speaks of.
    pub mandatory: Mandatory,
    /// Every rule in scope, in the order of the catalogue.
    pub rules: Vec<RuleResult>,
    /// Every scenario of the run, in the order planned.
    pub scenarios: Vec<ScenarioResult>,
    /// The titles of the features, by their paths.
    pub features: BTreeMap<String, String>,
    /// The sides the hub was seen to take, each once.
    pub divergences: Vec<Divergence>,
    /// Delays measured, by what was waited for.
    pub times: Vec<Times>,
    /// What the run left behind.
    pub cleanup: Cleanup,
    /// Notes of the runner, in order.
    pub notes: Vec<Note>,
    /// Rules seen to fail that this run does not account for; see [`crate::texts::notes`].
    pub failed_out_of_scope: Vec<RuleId>,
    /// The client, when one was judged.
    pub client: Option<Client>,
    /// The exchanges that show a failure, and those that decided a check, by id.
    pub exchanges: BTreeMap<String, Exchange>,
    /// By how many seconds the clock of what was judged is ahead of the machine's, by the `Date` of
    /// its answers; none when no answer says.
    pub clock_ahead_s: Option<i64>,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// Every scenario tagged with it reached its checks, and none failed.
    Passed,
    /// A check of it failed.
    Failed,
    /// A check of it failed, as the user's list of known non-conformities says.
    ExpectedFailure,
    /// The target cannot show it.
    NotApplicable,
    /// It was reached and could not be decided.
    Inconclusive,
    /// It was to be decided and was not reached.
    NotRun,
    /// Not mandatory: what the hub does was noted.
    Recorded,
    /// Not judged by this run.
    NotScored,
}

impl RuleOutcome {
    /// Every outcome, in the order in which reports count them.
    pub const ALL: [Self; 8] = [
        Self::Passed,
        Self::Failed,
        Self::ExpectedFailure,
        Self::NotApplicable,
        Self::Inconclusive,
        Self::NotRun,
        Self::Recorded,
        Self::NotScored,
    ];

    /// Its name in `report.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::ExpectedFailure => "expected_failure",
            Self::NotApplicable => "not_applicable",
            Self::Inconclusive => "inconclusive",
            Self::NotRun => "not_run",
            Self::Recorded => "recorded",
            Self::NotScored => "not_scored",
        }
    }
}

/// Rules by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The sum of all the others, always: the rules that the run has to account for.
    pub expected: usize,
    /// See [`RuleOutcome::Passed`].
    pub passed: usize,
    /// See [`RuleOutcome::Failed`].
    pub failed: usize,
    /// See [`RuleOutcome::ExpectedFailure`].
    pub expected_failure: usize,
    /// See [`RuleOutcome::NotApplicable`].
    pub not_applicable: usize,
    /// See [`RuleOutcome::Inconclusive`].
    pub inconclusive: usize,
    /// See [`RuleOutcome::NotRun`].
    pub not_run: usize,
    /// See [`RuleOutcome::Recorded`].
    pub recorded: usize,
    /// See [`RuleOutcome::NotScored`].
    pub not_scored: usize,
}

impl Counts {
    /// Counts rules one by one.
    pub fn of<'a>(rules: impl IntoIterator<Item = &'a RuleResult>) -> Self {
        let mut counts = Self::default();
        for rule in rules {
            counts.expected += 1;
            *counts.slot(rule.outcome) += 1;
        }
        let sum: usize = RuleOutcome::ALL.iter().map(|outcome| counts.get(*outcome)).sum();
        debug_assert_eq!(counts.expected, sum, "an outcome is missing from `RuleOutcome::ALL`");
        counts
    }

    /// How many rules have this outcome.
    pub fn get(mut self, outcome: RuleOutcome) -> usize {
        *self.slot(outcome)
    }

    fn slot(&mut self, outcome: RuleOutcome) -> &mut usize {
        match outcome {
            RuleOutcome::Passed => &mut self.passed,
            RuleOutcome::Failed => &mut self.failed,
            RuleOutcome::ExpectedFailure => &mut self.expected_failure,
            RuleOutcome::NotApplicable => &mut self.not_applicable,
            RuleOutcome::Inconclusive => &mut self.inconclusive,
            RuleOutcome::NotRun => &mut self.not_run,
            RuleOutcome::Recorded => &mut self.recorded,
            RuleOutcome::NotScored => &mut self.not_scored,
        }
    }
}

/// The mandatory rules that this run judges: those not scored are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mandatory {
    /// All of them.
    pub total: usize,
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Known non-conformities.
    pub expected_failure: usize,
    /// Not applicable, and declared under `[not_offered]`.
    pub excused: usize,
    /// Not decided: not applicable without being declared, inconclusive, or not reached.
    pub undecided: usize,
}

/// What became of one rule, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleResult {
    /// Id in the catalogue.
    pub id: RuleId,
    /// Level under the contract of the run.
    pub level: Level,
    /// What it says.
    pub title: Bilingual,
    /// The document it comes from.
    pub source: String,
    /// What is written there, in our words.
    pub passage: Option<Bilingual>,
    /// Its family.
    pub family: String,
    /// What it needs.
    pub needs: Vec<String>,
    /// What became of it.
    pub outcome: RuleOutcome,
    /// Why, unless it simply passed or failed.
    pub reason: Option<Reason>,
    /// Whether the target file declares that it does not offer it.
    pub excused: bool,
    /// The scenarios tagged with it, by id.
    pub scenarios: Vec<String>,
    /// How many of its checks passed.
    pub passed_checks: usize,
    /// How many of its checks failed.
    pub failed_checks: usize,
    /// Checks that did not pass, the same observation once, the first [`KEPT_CHECKS`] of them.
    pub findings: Vec<Check>,
    /// Checks that passed, likewise.
    pub proofs: Vec<Check>,
}

impl RuleResult {
    /// Every check that is kept, those that did not pass first.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.findings.iter().chain(&self.proofs)
    }
}

impl Run {
    /// The authority that `curl` must know to reach the hub, when its target names one.
    pub(crate) fn authority(&self) -> Option<&str> {
        self.header.target.ca_certificate.as_deref()
    }

    /// How many known gaps the verdict leaves out of account.
    pub fn reserves(&self) -> usize {
        self.mandatory.expected_failure
    }

    /// The rules that are listed as known non-conformities, and pass: the list is out of date.
    pub fn mended(&self) -> impl Iterator<Item = &RuleResult> {
        self.rules.iter().filter(|rule| matches!(rule.reason, Some(Reason::UnexpectedPass(_))))
    }

    /// How long it took, in milliseconds, when it came to its end.
    pub fn lasted_ms(&self) -> Option<u64> {
        let at = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        let lasted = at(self.finished_at.as_deref()?)? - at(&self.header.started_at)?;
        u64::try_from(lasted.whole_milliseconds()).ok()
    }

    /// Why the hub's owner contests a rule, when they do.
    pub fn disputed(&self, rule: &RuleId) -> Option<&str> {
        self.header.target.disputed.get(rule.as_str()).map(String::as_str)
    }
}

/// How many distinct findings are kept for a rule: a hub that breaks one rule at every call must
/// not fill the report.
pub(crate) const KEPT_CHECKS: usize = 20;
/// Of what is only noted, more: it is compared scenario by scenario.
pub(crate) const KEPT_RECORDED: usize = 200;

/// Why a rule or a scenario has its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// In the words of the runner.
    Given(String),
    /// No scenario and no check speaks of it.
    NoScenario,
    /// These scenarios, by id, were to check it and did not get there.
    NotReached(Vec<String>),
    /// Some of its scenarios, by id, could not be played, for the reason given.
    PartlySkipped {
        /// Those that were not played.
        scenarios: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Mandatory, but nothing decided it: its checks only noted what the hub does.
    OnlyRecorded,
    /// It failed, as expected.
    Known(Expectation),
    /// It failed as expected, but the expectation is past its date.
    Expired(Expectation),
    /// It was expected to fail and passes: the expectation is to be removed.
    UnexpectedPass(Expectation),
}

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioResult {
    /// Unique within the run.
    pub id: String,
    /// Its name in the feature.
    pub name: String,
    /// Path of its feature.
    pub feature: String,
    /// Line in that file.
    pub line: u32,
    /// The rules it is tagged with.
    pub rules: Vec<RuleId>,
    /// The rules that a check failed in it, whether or not it is tagged with them.
    pub failed_rules: BTreeSet<RuleId>,
    /// The démarche that it is played on; see [`crate::event::PlannedScenario::process`].
    pub process: Option<String>,
    /// What became of it.
    pub outcome: ScenarioOutcome,
    /// Why it was not played.
    pub reason: Option<Reason>,
    /// How long it took.
    pub duration_ms: u64,
    /// Its steps, as far as they were played.
    pub steps: Vec<StepResult>,
    /// What went wrong.
    pub failure: Option<Failure>,
    /// Every exchange it made, by id.
    pub exchanges: Vec<String>,
    /// Those of them that show what went wrong.
    pub shown: Vec<String>,
}

/// What became of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioOutcome {
    /// Played to its end, nothing failed.
    Passed,
    /// One of its checks failed.
    Failed,
    /// What it needed was not there.
    Broken,
    /// Could not be decided.
    Inconclusive,
    /// Cannot be played on this target.
    NotApplicable,
    /// Not played, or not to its end.
    NotRun,
}

impl ScenarioOutcome {
    /// Its name in `report.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Broken => "broken",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not_applicable",
            Self::NotRun => "not_run",
        }
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// "Étant donné", "Quand"…
    pub keyword: String,
    /// The text after it.
    pub text: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// Why it failed.
    pub message: Option<String>,
    /// How long it took.
    pub duration_us: u64,
}

/// A side that the hub was seen to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// The divergence, such as `D6`.
    pub id: String,
    /// What was seen.
    pub observed: String,
    /// The side, when it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    /// How often it was seen.
    pub times: usize,
}

/// The delays measured for one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// What was waited for.
    pub what: String,
    /// How many measures.
    pub count: usize,
    /// The shortest.
    pub min_ms: u64,
    /// The one in the middle.
    pub median_ms: u64,
    /// The longest.
    pub max_ms: u64,
}

/// A note of the runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// How much it matters.
    pub level: NoteLevel,
    /// The text.
    pub text: String,
}

impl Run {
    /// Ids of the exchanges that reports show: those that findings and failed scenarios point to,
    /// and those that decided what passed.
    pub(crate) fn cited_exchanges(&self) -> impl Iterator<Item = &str> {
        let by_rules = self.rules.iter().flat_map(|rule| &rule.findings).flat_map(|c| &c.exchanges);
        let by_scenarios = self.scenarios.iter().flat_map(|scenario| &scenario.shown);
        let proofs = self.rules.iter().flat_map(|rule| &rule.proofs);
        let decisive = proofs.filter_map(Check::shown_by).map(|(decisive, _)| decisive);
        by_rules.chain(by_scenarios).chain(decisive).map(String::as_str)
    }

    /// The scenario with this id.
    pub fn scenario(&self, id: &str) -> Option<&ScenarioResult> {
        self.scenarios.iter().find(|scenario| scenario.id == id)
    }

    /// The rules of each family, families in the order in which they first appear.
    pub fn families(&self) -> Vec<(&str, Vec<&RuleResult>)> {
        let mut families: Vec<(&str, Vec<&RuleResult>)> = Vec::new();
        for rule in &self.rules {
            match families.iter_mut().find(|(family, _)| *family == rule.family) {
                Some((_, rules)) => rules.push(rule),
                None => families.push((&rule.family, vec![rule])),
            }
        }
        families
    }
}
