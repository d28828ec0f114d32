//! The runner: plays the features against any hub of the HubEE kind, over real HTTP, and says rule
//! by rule whether it keeps the contract. It expects what the contract says and nothing else: it
//! never links a hub, and never learns from the one it judges.

pub mod actor;
pub mod by_hand;
pub mod check;
pub mod client;
pub mod cost;
pub mod explore;
pub mod features;
pub mod interrupt;
pub mod ledger;
pub mod leftovers;
pub mod observed;
pub mod plan;
pub mod play;
mod presence;
mod quotas;
pub mod recorder;
pub mod restorations;
pub mod roles;
pub mod run;
pub mod session;
pub mod shortfalls;
mod steps;
pub mod target;
pub mod token_request;
mod track;
pub mod world;
