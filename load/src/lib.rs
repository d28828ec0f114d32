//! Load campaigns on any hub of the HubEE kind: a plan says what arrives and when, journeys carry
//! it over real HTTP, two clocks time each call, an account follows each télédossier. The arrivals
//! are open: what is due is due, whatever the hub does. It never links the hub it loads, and judges
//! it by the contract alone.

pub mod alarm;
pub mod audit;
pub mod campaign;
pub mod compare;
pub mod failure;
pub mod generator;
pub mod histograms;
pub mod judge;
pub mod live;
pub mod merge;
pub mod metrics;
pub mod outcome;
mod pacer;
pub mod percentiles;
pub mod plan;
pub mod random;
pub mod record;
pub mod referential;
pub mod schedule;
pub mod series;
pub mod systems;
mod traffic;

pub use campaign::{Campaign, CampaignError};
pub use plan::Plan;
