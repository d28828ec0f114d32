//! The model of a campaign: `report.json` is this, and its summary in a sentence. Fields may be
//! added in later versions; none is renamed and none changes its meaning while the format stays the
//! same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Audit, FailureSample, Generator, HeatMap, Latencies, LoadVerdict, Objective, Reconciliation,
    Second, TotalFailure,
};
use crate::provenance::Provenance;

/// The version of the model.
pub const LOAD_REPORT_FORMAT: u32 = 1;

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadRun {
    /// [`LOAD_REPORT_FORMAT`].
    pub format: u32,
    /// The facts of the campaign.
    pub run: Facts,
    /// [`LoadVerdict::of`] the rest.
    pub verdict: LoadVerdict,
    /// What was asked of the generator, and what it achieved.
    pub achieved: Achieved,
    /// What came before the measure, and is in none of its figures.
    pub warm_up: WarmUp,
    /// All calls together.
    pub all_calls: Timed,
    /// Each operation that was called.
    pub operations: Vec<Timed>,
    /// Each journey, or part of one, that was made.
    pub journeys: Vec<Timed>,
    /// From the answer to a completion to the first batch that shows its notification (DEL-04).
    pub notification_visible: Option<Latencies>,
    /// Calls without a good answer, by kind.
    pub errors: BTreeMap<String, u64>,
    /// One exchange for each kind of failure of each operation; earlier versions kept none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<FailureSample>,
    /// Calls that a gateway refused beyond what the plan lets a system do, by system: no errors.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused_by_quota: BTreeMap<String, u64>,
    /// Its calls, held against the gateway's count; none where that cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciliation: Option<Reconciliation>,
    /// What was required.
    pub objectives: Vec<Objective>,
    /// The steps of a plan that seeks the ceiling, in order.
    pub steps: Vec<RateStep>,
    /// How the generator did.
    pub generator: Generator,
    /// The account of every case; none when the plan deposits nothing.
    pub audit: Option<Audit>,
    /// Each second, from the start of the campaign.
    pub seconds: Vec<Second>,
    /// Response times of all measured calls by second.
    pub heat_map: HeatMap,
}

/// The facts of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Carried by the numbers of the télédossiers of this campaign.
    pub id: String,
    /// ISO 8601, with an offset.
    pub started_at: String,
    /// ISO 8601, with an offset.
    pub finished_at: String,
    /// Version of étalon.
    pub etalon: String,
    /// What was to be done.
    pub plan: Plan,
    /// The seed of the schedule.
    pub seed: u64,
    /// Against what.
    pub target: Target,
    /// The part of the plan that this generator took; none for the whole.
    pub shard: Option<Shard>,
    /// The campaigns that this one puts together, by id.
    pub merged_from: Vec<String>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// What was tried when the target stopped answering.
    pub unreachable: Option<String>,
    /// The rank, in `objectives`, of the one that stopped it.
    pub aborted_by: Option<usize>,
    /// What stopped it when every journey of a kind failed alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_failure: Option<TotalFailure>,
    /// Where it comes from; unknown in reports of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
}

/// A plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its text, to run it again.
    pub text: String,
}

/// A target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its version, when known.
    pub version: Option<String>,
    /// Its address.
    pub url: String,
}

/// A part of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its rank, from 0.
    pub index: u64,
    /// How many there are.
    pub count: u64,
}

/// What was asked and what was achieved, warm-up left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Achieved {
    /// How long the measure lasted, in seconds.
    pub measured_s: f64,
    /// Journeys to start, in the mean of their random schedule.
    pub asked_journeys: f64,
    /// Journeys that the schedule drew, and that were to start.
    pub due_journeys: u64,
    /// Journeys that started.
    pub started_journeys: u64,
    /// Calls that the journeys were expected to make; none when the plan does not say.
    pub asked_calls: Option<f64>,
    /// Calls that ended.
    pub calls: u64,
    /// Calls that ended, by second of the measure.
    pub calls_per_s: f64,
    /// Those of them without a good answer.
    pub errors: u64,
    /// Bytes of attachments sent.
    pub sent_bytes: u64,
    /// Bytes of attachments received.
    pub received_bytes: u64,
}

/// What came before the measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WarmUp {
    /// How long it lasted, in seconds.
    pub duration_s: f64,
    /// Calls that it made.
    pub calls: u64,
}

/// A kind of call, or a journey, with its times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// The `operationId` of the contract, or the name of a journey.
    pub name: String,
    /// How many ended.
    pub count: u64,
    /// Those without a good answer.
    pub errors: u64,
    /// The same, by kind.
    pub errors_by_kind: BTreeMap<String, u64>,
    /// Due → last byte.
    pub response_time: Option<Latencies>,
    /// Sent → last byte.
    pub service_time: Option<Latencies>,
    /// Sent → head of the answer.
    pub time_to_first_byte: Option<Latencies>,
}

/// A step of a plan that seeks the ceiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RateStep {
    /// Journeys asked for, by second.
    pub asked_per_s: f64,
    /// When it began, in seconds from the start of the campaign.
    pub from_s: u64,
    /// How long it was to last, in seconds.
    pub duration_s: u64,
    /// Whether the objectives held; none when it was not played to its end.
    pub kept: Option<bool>,
}

impl LoadRun {
    /// The same, judged: whoever builds or changes one ends with this.
    pub fn judged(mut self) -> Self {
        self.generator.bottleneck = !self.generator.bottlenecks.is_empty();
        self.verdict = LoadVerdict::of(&self);
        self
    }
}
