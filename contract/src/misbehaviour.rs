//! What a test bench can be asked to do badly to a client, on which call and how often: the words
//! that the bench's hub and whoever drives it have in common. All of it is within what a hub of the
//! HubEE kind may do, or may suffer (contract §6; PRES-2021 "Les Fonctions des API", exigences).
//! Nothing here does anything: the hub's bench layer does.

use serde::{Deserialize, Serialize};

use crate::operations::Operation;

/// One misbehaviour, armed until it has been done as often as asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misbehaviour {
    /// On which calls.
    pub on: Target,
    /// How many such calls are answered properly before.
    #[serde(default)]
    pub skip: u32,
    /// On how many of them it is done.
    pub times: u32,
    /// What is done.
    pub act: Act,
}

/// The calls that a misbehaviour falls on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Token requests.
    Token,
    /// Calls of one operation.
    Operation(Operation),
    /// Calls of one operation whose path holds a text: one case among all.
    OperationOn(Operation, String),
    /// Every call of the two APIs, token requests excepted.
    Everything,
}

/// What the bench does instead of answering properly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Ends the token that the call carries: 401 now and whenever it is used again.
    EndToken,
    /// Answers with a status, and does nothing of what was asked.
    Refuse {
        /// The status.
        status: u16,
        /// Value of `Retry-After`, in seconds.
        retry_after_seconds: Option<u32>,
    },
    /// Loses the last byte of the file that is sent: what arrives is not what was announced.
    SpoilUpload,
    /// Finds the file that is sent infected, whatever it holds: it is taken, and becomes CORRUPTED.
    InfectUpload,
    /// Closes the connection without an answer, and does nothing of what was asked.
    CloseBefore,
    /// Does what was asked, then closes the connection without an answer.
    CloseAfter,
    /// Answers properly, that much later, in milliseconds.
    Delay {
        /// How much later.
        milliseconds: u64,
    },
    /// Closes the connection in the middle of the body.
    Truncate,
    /// Sends other bytes of the same length, under the digest of the right ones.
    AlterBytes,
    /// Adds properties that no description knows to each JSON object.
    AddUnknownFields,
    /// Turns the order of a list around.
    Reverse,
    /// Gives an empty list.
    EmptyList,
}

/// One misbehaviour done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misbehaved {
    /// Id of the exchange that suffered it.
    pub exchange: String,
    /// What was done.
    pub act: Act,
    /// Status of what the hub really did, where it did anything.
    pub effect: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misbehaviour_reads_back_as_written() {
        let plan = Misbehaviour {
            on: Target::OperationOn(Operation::GetCase, "0b1c".into()),
            skip: 1,
            times: 2,
            act: Act::Refuse { status: 503, retry_after_seconds: Some(1) },
        };
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Misbehaviour>(&text).unwrap(), plan);
    }
}
