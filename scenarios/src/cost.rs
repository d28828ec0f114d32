//! What a plan will cost a hub, about: calls and télédossiers, from what each feature cost on the
//! bundled hub. A hub that answers later, or that other people use meanwhile, is asked more often.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::plan::Plan;

/// What was measured.
static MEASURED: LazyLock<Measured> = LazyLock::new(|| {
    toml::from_str(include_str!("../../features/hub/cost.toml"))
        .expect("the table of costs is embedded, and a test reads it")
});

#[derive(Deserialize)]
struct Measured {
    /// For one télédossier.
    cleaning_calls: f64,
    /// By the name of the feature's file.
    features: BTreeMap<String, FeatureCost>,
}

/// All the scenarios of a feature.
#[derive(Clone, Copy, Deserialize)]
struct FeatureCost {
    scenarios: f64,
    calls: f64,
    folders: f64,
}

impl Default for FeatureCost {
    fn default() -> Self {
        Self { scenarios: 1.0, calls: 0.0, folders: 0.0 }
    }
}

/// A cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Calls made, cleaning included.
    pub calls: u64,
    /// Télédossiers created.
    pub folders: u64,
}

impl Cost {
    /// Of the scenarios that a plan plays.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, of some hundreds of scenarios"
    )]
    pub fn of(plan: &Plan) -> Self {
        let mut sum = FeatureCost::default();
        for planned in plan.scenarios.iter().filter(|planned| planned.assignment.is_ok()) {
            let file = planned.feature.rsplit('/').next().unwrap_or_default();
            let whole = MEASURED.features.get(file.trim_end_matches(".feature"));
            let whole = whole.copied().unwrap_or_default();
            sum.calls += whole.calls / whole.scenarios;
            sum.folders += whole.folders / whole.scenarios;
        }
        let calls = sum.folders.mul_add(MEASURED.cleaning_calls, sum.calls);
        Self { calls: calls.round() as u64, folders: sum.folders.round() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{HUB_FEATURES, read};

    #[test]
    fn every_feature_has_its_cost_and_nothing_else_has_one() {
        let mut scenarios = BTreeMap::new();
        for feature in read(HUB_FEATURES).unwrap() {
            let path = feature.path.unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            scenarios.insert(name, feature.scenarios.len().to_string());
        }
        let measured = MEASURED.features.iter();
        let measured: BTreeMap<_, _> =
            measured.map(|(name, cost)| (name.clone(), cost.scenarios.to_string())).collect();
        assert_eq!(measured, scenarios, "cost.toml speaks of other scenarios than there are");
    }
}
