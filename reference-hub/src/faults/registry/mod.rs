//! The registry of faults: one table a family. An entry says beforehand what it breaks;
//! expectations are reasons from the contract, never results of a run. Beside the entries stands
//! what spoils bytes, headers and delays, and decides nothing.

use super::FaultEntry;

mod access;
pub(crate) mod attachments;
mod authentication;
mod cases;
pub(crate) mod delivery;
mod events;
pub(crate) mod folders;
pub(crate) mod gateway;
mod lifecycle;
pub(crate) mod notifications;
mod referential;
pub(crate) mod token_uses;
pub(crate) mod wire;

/// The families, in the order of the catalogue.
pub(super) const FAMILIES: &[&[FaultEntry]] = &[
    authentication::FAULTS,
    access::FAULTS,
    notifications::FAULTS,
    folders::FAULTS,
    attachments::FAULTS,
    cases::FAULTS,
    events::FAULTS,
    referential::FAULTS,
    lifecycle::FAULTS,
    wire::FAULTS,
    delivery::FAULTS,
    gateway::FAULTS,
];
