//! Load campaigns on any hub of the HubEE kind: a plan says what arrives and when, journeys carry
//! it over real HTTP, two clocks time each call, an account follows each télédossier. The arrivals
//! are open: what is due is due, whatever the hub does. It never links the hub it loads, and judges
//! it by the contract alone.

pub mod alarm;
mod allowances;
mod audit;
mod beginnings;
mod campaign;
mod collector;
pub mod compare;
pub mod draw;
mod error;
mod failure;
mod fold;
pub mod generator;
mod histograms;
mod interval_log;
pub mod live;
mod manners;
pub mod merge;
pub mod metrics;
pub mod outcome;
mod pacer;
pub mod percentiles;
pub mod plan;
mod probe;
mod random;
mod rate;
mod reconciliation;
mod record;
pub mod records;
pub mod referential;
mod samples;
pub mod schedule;
mod series;
mod stop;
pub mod systems;
mod traffic;

pub use campaign::{Campaign, Finding};
pub use error::CampaignError;
pub use plan::Plan;
