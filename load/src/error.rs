//! Why a campaign could not be run.

use std::io;

use crate::systems::SystemsError;

/// Why a campaign could not be run.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// The target has not what the plan needs.
    #[error(transparent)]
    Systems(#[from] SystemsError),
    /// The target's certificates or proxy cannot be used.
    #[error(transparent)]
    Target(#[from] scenarios::target::TargetError),
    /// Something that the target file says would not be sent.
    #[error("the target file: {0}")]
    Unsendable(String),
    /// The target does not answer: what it was asked, and what to do about it.
    #[error("the target does not answer: {0}")]
    Unreachable(String),
    /// The generator cannot make a call.
    #[error(
        "the generator cannot call: {0}; give this machine or this process more of it (ulimit -n)"
    )]
    Lack(&'static str),
    /// The target takes no deposit.
    #[error(
        "none of the démarches of the target file takes a deposit of its credentials: correct the target file, or use a plan with polls alone{0}"
    )]
    NothingTaken(String),
    /// Somebody stopped it before it began.
    #[error("stopped before the first start")]
    Stopped,
    /// The token endpoint answers, and gives no token.
    #[error(
        "{0}: the token endpoint gives no token for the credential \"{1}\"; it is the hub's to answer, or token_url is wrong"
    )]
    NoToken(String, String),
    /// A credential is refused.
    #[error("the hub refuses the credential \"{0}\" of the target file")]
    Refused(String),
    /// The run directory cannot be written.
    #[error("the run directory cannot be written: {0}; check the rights and the room left there")]
    Directory(#[from] io::Error),
    /// The system gives no timer to wake up by.
    #[error("the system gives no timer: {0}; allow this process more open files (ulimit -n)")]
    Alarm(#[source] io::Error),
    /// goose could not run.
    #[error("goose could not run the campaign: {0}")]
    Goose(String),
}
