//! The registry of faults: one table a family. An entry says beforehand what it breaks;
//! expectations are reasons from the contract, never results of a run.

use super::FaultEntry;

mod access;
mod attachments;
mod authentication;
mod cases;
mod events;
mod folders;
mod lifecycle;
mod notifications;
mod referential;
mod wire;

/// The families, in the order of the catalogue.
pub const FAMILIES: &[&[FaultEntry]] = &[
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
];
