//! What happens during a run, one event at a time: the versioned record that every report is
//! projected from, written one JSON object a line in `events.jsonl`. The runner emits these and
//! judges nothing with them; what they amount to is decided by [`crate::fold`]. Instants are ISO
//! 8601 texts with an offset, as the contract writes them. How the lines follow one another is told
//! in [`crate::chain`].

use std::collections::BTreeMap;

use contract::bilingual::Bilingual;
use contract::exchange::Exchange;
use contract::rules::{ContractVersion, Level, Rule, RuleId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::provenance::Provenance;
use crate::verdict::Verdict;

/// Version of the event model. A reader refuses a newer one, and says so.
pub const EVENT_FORMAT: u32 = 1;

/// One line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first event: what is to be judged, and everything that is in scope.
    RunStarted(Box<RunStarted>),
    /// A scenario begins.
    ScenarioStarted {
        /// The scenario, as in [`PlannedScenario::id`].
        id: String,
        /// When.
        at: String,
    },
    /// A step of a scenario ended.
    StepFinished {
        /// The scenario it belongs to.
        scenario: String,
        /// The keyword as written: "Étant donné", "Quand", "Alors", "Et"…
        keyword: String,
        /// The text after the keyword.
        text: String,
        /// How it ended.
        outcome: StepOutcome,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// How long it took, in microseconds.
        duration_us: u64,
    },
    /// A check named its rule and gave its result.
    CheckMade(Check),
    /// A request was sent, and its answer received or not; or a bench made a mark between two of
    /// them. In `events.jsonl` only its place remains; the whole of it stands in
    /// `exchanges.jsonl`.
    ExchangeMade {
        /// The exchange, the mark, or its place.
        exchange: Evidence,
    },
    /// A scenario ended.
    ScenarioFinished {
        /// The scenario.
        id: String,
        /// How it ended.
        outcome: ScenarioEnd,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// What went wrong, unless it passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// The hub was seen to take a side where the documents disagree.
    DivergenceObserved {
        /// The divergence, such as `D6`.
        id: String,
        /// What was seen, in a sentence.
        observed: String,
        /// The side, in a word or two, when the sides have names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        side: Option<String>,
        /// The scenario that saw it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scenario: Option<String>,
    },
    /// A delay of the hub was measured (FOL-20, DEL-04, antivirus verdicts).
    TimeObserved {
        /// What was waited for, in a few French words: the same words for the same thing, they are
        /// counted together.
        what: String,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// The rule it matters to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<RuleId>,
        /// The scenario that measured it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scenario: Option<String>,
    },
    /// The run cleaned up behind itself.
    CleanupDone(Cleanup),
    /// Something worth telling that is no result: what was waited for, what was renewed, what
    /// looked odd.
    Note {
        /// How much it matters.
        level: NoteLevel,
        /// The text.
        text: String,
    },
    /// A client was judged: what its validation sheet says of it beside the results, which are
    /// those of the run.
    #[serde(alias = "sheet_filled")]
    ClientDescribed(Client),
    /// The last event. Its absence means that the run was killed.
    RunFinished(RunFinished),
}

/// What an `exchange_made` event carries, and a line of `exchanges.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Evidence {
    /// A request and its answer.
    Exchange(Box<Exchange>),
    /// What a bench did between two exchanges, in its own words.
    Mark {
        /// Its place among the marks, such as `mark-000002`.
        id: String,
        /// What it did.
        mark: Value,
    },
    /// One of the two, by its id alone.
    Place {
        /// The id.
        id: String,
        /// The scenario that the exchange belongs to.
        #[serde(default)]
        scenario: Option<String>,
    },
}

impl Evidence {
    /// Where it belongs, without what it is.
    pub fn place(&self) -> Self {
        let (id, scenario) = match self {
            Self::Exchange(exchange) => (&exchange.id, exchange.scenario.clone()),
            Self::Mark { id, .. } => (id, None),
            Self::Place { id, scenario } => (id, scenario.clone()),
        };
        Self::Place { id: id.clone(), scenario }
    }
}

/// Everything known before the first scenario runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// [`EVENT_FORMAT`].
    pub format: u32,
    /// The facts of the run.
    pub run: RunHeader,
    /// Every rule that this run has to account for, in the order of the catalogue. A partial run
    /// lists its part only.
    pub rules: Vec<RuleInScope>,
    /// Every scenario that belongs to the run, those that will be skipped included.
    pub scenarios: Vec<PlannedScenario>,
    /// The titles of the features, by their paths; unknown in records of before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, String>,
    /// Where the run comes from; unknown in records of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// The known non-conformities that the user accepts (`--expect`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expectations: Vec<Expectation>,
}

/// The facts of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// Identifier of the run, which its télédossier numbers carry.
    pub id: String,
    /// When it started.
    pub started_at: String,
    /// Version of étalon.
    pub etalon: String,
    /// The frozen contract that was required, such as `CI-SI-1.2.6`.
    pub contract: String,
    /// The edition of the catalogue of rules that it was judged by; unknown in records of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_edition: Option<u32>,
    /// What was judged.
    pub target: TargetHeader,
    /// Whether only a part of the rules or scenarios was selected.
    pub partial: bool,
    /// How the part was selected, in words: "règles NOT-01, NOT-02".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_reason: Option<String>,
    /// Seed of whatever was drawn at random.
    pub seed: u64,
}

/// The hub that was judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetHeader {
    /// Name given by the target file.
    pub name: String,
    /// Version given by the target file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// URL of its télédossiers API.
    pub url: String,
    /// The private authority that its certificate is from, as a path on the machine of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_certificate: Option<String>,
    /// The rules that its owner contests, by their ids, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub disputed: BTreeMap<String, String>,
}

/// One rule that the run has to account for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleInScope {
    /// Its id in the catalogue, such as `NOT-01`.
    pub id: RuleId,
    /// Whether it is required, under the contract of this run.
    pub level: Level,
    /// What it says.
    pub title: Bilingual,
    /// The document and paragraph it comes from.
    pub source: String,
    /// What is written there, in our words; records of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<Bilingual>,
    /// Its family, such as `NOT`.
    pub family: String,
    /// What a hub or a tester may lack: `SI2`, `VIRUS`…
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Whether the run is expected to decide it.
    pub scope: RuleScope,
}

impl RuleInScope {
    /// A rule of the catalogue as a run under this contract accounts for it. `not_offered` says
    /// why the target does without a rule, or without what a rule needs, by their names.
    pub fn of(
        rule: &Rule,
        contract: ContractVersion,
        not_offered: &BTreeMap<String, String>,
    ) -> Self {
        Self {
            id: rule.id.clone(),
            level: rule.level(contract),
            title: rule.title.clone(),
            source: rule.source.clone(),
            passage: Some(rule.passage.clone()),
            family: rule.id.family().to_owned(),
            needs: rule.needs.iter().map(ToString::to_string).collect(),
            scope: RuleScope::of(rule, contract, not_offered),
        }
    }
}

/// What is expected of the run about a rule, known before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleScope {
    /// Scenarios are to decide it.
    Expected,
    /// The target cannot show it.
    NotApplicable {
        /// Why, for the reader.
        reason: String,
        /// Whether the target file declares it under `[not_offered]`: only then may the verdict do
        /// without it.
        excused: bool,
    },
    /// It is not judged: no scenario is written yet, or it is later than the frozen contract.
    NotScored {
        /// Why, for the reader.
        reason: String,
    },
}

impl RuleScope {
    fn of(rule: &Rule, contract: ContractVersion, not_offered: &BTreeMap<String, String>) -> Self {
        if rule.planned {
            return Self::NotScored { reason: "aucun scénario ne la vérifie encore".to_owned() };
        }
        if !rule.is_scored_under(contract) {
            let reason = format!("règle postérieure au contrat {contract}");
            return Self::NotScored { reason };
        }
        let needs = rule.needs.iter().map(|need| need.name());
        let mut names = std::iter::once(rule.id.as_str()).chain(needs);
        match names.find_map(|name| not_offered.get(name)) {
            Some(reason) => Self::NotApplicable { reason: reason.clone(), excused: true },
            // A rule whose scenarios cannot be played is judged not applicable when the run is
            // folded.
            None => Self::Expected,
        }
    }
}

/// One scenario that belongs to the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedScenario {
    /// Unique within the run; exchanges and checks refer to it.
    pub id: String,
    /// Its name, as the feature gives it.
    pub name: String,
    /// Path of its feature file.
    pub feature: String,
    /// Its line in that file.
    pub line: u32,
    /// The rules it is tagged with.
    pub rules: Vec<RuleId>,
    /// The démarche that it is played on; none when on no one in particular. When a client is
    /// judged, the one that its result is of; none when it is of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Set when it will not be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Skip>,
}

/// Why a scenario is not played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// For the reader: "aucun accès ne joue « un second SI »".
    pub reason: String,
    /// Whether the target file declares it under `[not_offered]`.
    #[serde(default)]
    pub excused: bool,
}

/// A known non-conformity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The rule that is expected to fail.
    pub rule: RuleId,
    /// Why it is accepted for now.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it is accepted, as `2026-12-31`.
    pub expires: String,
    /// Whether that day was past when the run started.
    pub expired: bool,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Done.
    Passed,
    /// It or one of its checks failed.
    Failed,
    /// Not done, because an earlier one failed.
    Skipped,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The scenario in which it was made; `None` for a check on the run as a whole.
    pub scenario: Option<String>,
    /// The rule it is about; only this rule fails by it.
    pub rule: RuleId,
    /// Its result.
    pub outcome: CheckOutcome,
    /// What the contract asks for, in French.
    pub expected: String,
    /// What was seen, in French.
    pub observed: String,
    /// The exchanges that show it: what led there, and last the one that decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<String>,
    /// Anything that helps the reader to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Check {
    /// The exchange that decided it, and those that led there.
    pub fn shown_by(&self) -> Option<(&String, &[String])> {
        self.exchanges.split_last()
    }
}

/// Result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// As required.
    Passed,
    /// Not as required.
    Failed,
    /// Could not be decided: a queue too full, a life too long to wait for.
    Inconclusive,
    /// What the hub does was noted, without judging.
    Recorded,
}

/// How a scenario ended, as its runner saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioEnd {
    /// Every step was done.
    Passed,
    /// A check failed.
    Failed,
    /// A step failed that was no check: what the scenario needed was not there.
    Broken,
    /// A check could not be decided.
    Inconclusive,
}

/// What went wrong in a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The step, keyword included.
    pub step: String,
    /// What happened, in a sentence.
    pub message: String,
    /// What was expected, when a check says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was observed instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
}

/// What the run created on the hub, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleanup {
    /// Objects created: télédossiers, and whatever else the run counts.
    pub created: u64,
    /// Objects deleted or closed.
    pub removed: u64,
    /// What could not be cleaned, one line each. Not a non-conformity.
    pub left: Vec<String>,
}

/// A client that was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// What it plays: `SI`, `OSL`, `DATAPASS`.
    pub actor: String,
    /// Name and version of the software, as its editor gives them; empty when it did not.
    pub software: String,
    /// Name and version that the software itself announces in its calls (`applicationName`,
    /// `softwareVersion`).
    pub announced: Vec<String>,
    /// Version of the API.
    pub api_version: String,
    /// The démarches it is certified for.
    #[serde(default)]
    pub processes: Vec<String>,
    /// The results, in a record of before, whose scenarios do not say their démarche.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<SheetLine>,
}

/// The result of a client on one démarche.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetLine {
    /// The démarche.
    pub process: String,
    /// The result: what failed on this démarche fails it; what fails everywhere fails all.
    pub result: Verdict,
    /// How many scenarios were played on it.
    pub scenarios: usize,
    /// How many of them passed.
    pub passed: usize,
    /// The rules that failed on it.
    pub failed_rules: Vec<RuleId>,
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteLevel {
    /// Good to know.
    Info,
    /// Should be looked at.
    Warning,
}

/// The end of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFinished {
    /// When.
    pub at: String,
    /// Whether somebody stopped it.
    #[serde(default)]
    pub interrupted: bool,
    /// Panics counted in étalon or its bundled hub: bugs of ours. Above zero, the run decides
    /// nothing.
    #[serde(default)]
    pub panics: u32,
    /// Set when the target stopped answering: what was tried, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
}

impl Event {
    /// Wraps the facts known at the start.
    pub fn run_started(
        run: RunHeader,
        rules: Vec<RuleInScope>,
        scenarios: Vec<PlannedScenario>,
    ) -> Self {
        Self::RunStarted(Box::new(RunStarted {
            provenance: None,
            format: EVENT_FORMAT,
            run,
            rules,
            scenarios,
            features: BTreeMap::new(),
            expectations: Vec::new(),
        }))
    }

    /// Gives the first event the titles of the features, by their paths.
    pub fn with_titles(mut self, titles: BTreeMap<String, String>) -> Self {
        if let Self::RunStarted(start) = &mut self {
            start.features = titles;
        }
        self
    }

    /// Wraps an exchange.
    pub fn exchange_made(exchange: Exchange) -> Self {
        Self::ExchangeMade { exchange: Evidence::Exchange(Box::new(exchange)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_flat_json_object_named_by_its_tag() {
        let event = Event::CheckMade(Check {
            scenario: Some("notifications:12".into()),
            rule: "NOT-01".parse().unwrap(),
            outcome: CheckOutcome::Failed,
            expected: "25 notifications".into(),
            observed: "30 notifications".into(),
            exchanges: vec!["ex-000123".into()],
            note: None,
        });
        let line = serde_json::to_string(&event).unwrap();
        let written = concat!(
            r#"{"event":"check_made","scenario":"notifications:12","rule":"NOT-01","#,
            r#""outcome":"failed","expected":"25 notifications","observed":"30 notifications","#,
            r#""exchanges":["ex-000123"]}"#
        );
        assert_eq!(line, written);
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), event);
    }

    #[test]
    fn a_scope_says_its_kind() {
        let scope = RuleScope::NotApplicable { reason: "aucun second SI".into(), excused: false };
        let written = r#"{"kind":"not_applicable","reason":"aucun second SI","excused":false}"#;
        assert_eq!(serde_json::to_string(&scope).unwrap(), written);
    }
}
