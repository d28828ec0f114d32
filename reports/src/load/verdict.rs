//! The verdict of a campaign. What the hub did to the télédossiers counts whoever was the
//! bottleneck; the times count only when the generator was not.

use serde::{Deserialize, Serialize};

use super::{LoadRun, Outcome};

/// The verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadVerdict {
    /// Every objective was kept and every télédossier was delivered.
    WithinObjectives,
    /// An objective broke, or a télédossier was lost, repeated, misdelivered or altered.
    OutsideObjectives,
    /// Nothing can be said: the generator was the bottleneck, or something was not measured to its
    /// end.
    Invalid,
}

impl LoadVerdict {
    /// Its name in `report.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WithinObjectives => "within_objectives",
            Self::OutsideObjectives => "outside_objectives",
            Self::Invalid => "invalid",
        }
    }

    /// The verdict of what was measured.
    pub fn of(run: &LoadRun) -> Self {
        if run.audit.as_ref().is_some_and(super::Audit::is_broken) {
            return Self::OutsideObjectives;
        }
        if run.reconciliation.as_ref().is_some_and(|it| !it.differences.is_empty()) {
            return Self::OutsideObjectives;
        }
        if run.generator.bottleneck {
            return Self::Invalid;
        }
        let any = |outcome| run.objectives.iter().any(|o| o.outcome == outcome);
        if any(Outcome::Broken) {
            return Self::OutsideObjectives;
        }
        let incomplete = run.audit.as_ref().is_some_and(super::Audit::is_incomplete);
        // A shard that stopped itself by a window may be part of a whole in which that window
        // holds.
        let facts = &run.run;
        let cut_short = facts.interrupted
            || facts.unreachable.is_some()
            || facts.aborted_by.is_some()
            || facts.total_failure.is_some();
        if any(Outcome::NotMeasured) || incomplete || cut_short || run.all_calls.count == 0 {
            return Self::Invalid;
        }
        Self::WithinObjectives
    }
}
