//! What actors do with a hub, move by move, as the cinématiques describe it (contract §9): the
//! moves that scenarios are made of. A move breaks the scenario when the hub does not do its part;
//! judging is left to the steps.

pub mod access;
pub(crate) mod at_once;
pub mod bending;
pub mod bodies;
pub mod cases;
pub mod cleanup;
pub mod clock;
pub mod connection;
pub mod delivery;
pub mod deposit;
pub mod estate;
pub mod event_files;
pub mod events;
pub mod formats;
pub mod journeys;
pub mod lifecycle;
pub mod lost_answers;
pub mod mails;
pub mod notifications;
pub mod order;
pub mod ownership;
pub mod queues;
pub(crate) mod quotas;
pub mod referential;
pub mod restoration;
pub mod turns;
pub mod verdicts;
