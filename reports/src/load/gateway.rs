//! What a gateway before the hub did, and whether it counted the calls that were made.

use serde::{Deserialize, Serialize};

/// The campaign's own count of its calls, held against the gateway's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Calls that got an answer, those of the warm-up and those refused included.
    pub ours: u64,
    /// Calls that got none: the gateway may have seen them or not.
    pub without_answer: u64,
    /// Calls that the gateway counted meanwhile.
    pub theirs: u64,
    /// Where one of them knows of a call that the other does not.
    pub differences: Vec<Difference>,
}

/// A count that is not the same on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The client id.
    pub application: String,
    /// The `operationId`, or `token`.
    pub operation: String,
    /// Calls that got an answer.
    pub ours: u64,
    /// Calls that the gateway counted.
    pub theirs: u64,
}
