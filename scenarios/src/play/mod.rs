//! What actors do with a hub, move by move, as the cinématiques describe it (contract §9): the moves that scenarios
//! are made of. A move breaks the scenario when the hub does not do its part; judging is left to the steps.

pub mod cleanup;
pub mod deposit;
pub mod events;
pub mod files;
pub mod notifications;
pub mod profile;
pub mod restoration;
