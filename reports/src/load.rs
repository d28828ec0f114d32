//! A load campaign as it is reported: the model that is written to `report.json` ([`LoadRun`]), its
//! verdict, and the other formats, each a projection of that model. Nothing here measures, knows
//! histograms or HTTP, prints or exits: whoever ran the campaign fills the model in, and
//! `docs/schemas/load-report.schema.json` describes it to scripts.

pub mod audit;
pub mod directory;
pub mod failure;
pub mod gateway;
pub mod generator;
pub mod heat_map;
pub mod latency;
pub mod objective;
pub mod render;
pub mod run;
pub mod second;
pub mod texts;
pub mod verdict;

#[cfg(test)]
mod sample;

pub use audit::{Accounted, Audit};
pub use directory::LoadFormat;
pub use failure::{FailureSample, TotalFailure};
pub use gateway::{Difference, Reconciliation};
pub use generator::{Bottleneck, Connections, Generator, HubLimit};
pub use heat_map::HeatMap;
pub use latency::{Clock, CurvePoint, Latencies};
pub use objective::{Objective, Outcome, Requirement};
pub use render::{render_load, write_load_reports};
pub use run::{
    Achieved, Facts, LOAD_REPORT_FORMAT, LoadRun, Plan, RateStep, Shard, Target, Timed, WarmUp,
};
pub use second::{Phase, Second, SecondLatency};
pub use texts::{
    bottleneck_sentence, error_name, figures, load_verdict_sentence, objective_sentence,
    observed_sentence, outcome_name,
};
pub use verdict::LoadVerdict;

/// A figure to three decimals: what a report shows and what it writes are then the same number.
pub fn thousandths(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}
