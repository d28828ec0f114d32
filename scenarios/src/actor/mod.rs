//! Somebody who acts on a hub: a credential, the client that sends its calls, and the moves that
//! the cinématiques are made of (contract §9). The scenarios, the exploration and the bench's other
//! side act through it, each with errors of its own; campaigns make their own calls, for their
//! clocks, with the same bodies. Judges nothing.

mod deposit;
mod events;
mod moves;
pub mod profile;
mod queue;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use contract::operations::Operation;

pub use deposit::{Deposited, Draft, described};
pub use events::{Enclosure, joining, notified, silent, status_event};
pub use model::{digest_of, files, ids_as_announced};
pub use moves::has_all_verdicts;
pub use queue::{Sight, Wanted};
pub use wait::{Look, Waited, until};

use crate::client::{Call, Client, ClientError, Reply};
use crate::target::{Credential, Limits};

/// Why a move was not made.
#[derive(Debug, thiserror::Error)]
pub enum ActorError {
    /// No answer came.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The hub did not do its part.
    #[error("{what}: {expected} expected, {observed} observed")]
    Refused {
        /// What was being done.
        what: String,
        /// What was needed.
        expected: String,
        /// What came.
        observed: String,
    },
}

/// How a call ends.
pub type Answered = Result<Reply, ActorError>;

impl Reply {
    /// Gives the reply back when it has this status; `what` says what was being done, in the
    /// language of those who may read it.
    pub fn granted(self, what: &str, status: u16) -> Answered {
        if self.status() == status {
            return Ok(self);
        }
        let (what, expected, observed) = (what.to_owned(), status.to_string(), self.in_short());
        Err(ActorError::Refused { what, expected, observed })
    }
}

/// Somebody who acts on a hub.
pub struct Actor<'a> {
    client: &'a Client,
    credential: Arc<Credential>,
    scenario: Option<&'a str>,
    replies: Option<&'a mut Vec<Reply>>,
}

impl<'a> Actor<'a> {
    /// Somebody who has a credential.
    pub fn new(client: &'a Client, credential: &Arc<Credential>) -> Self {
        Self { client, credential: credential.clone(), scenario: None, replies: None }
    }

    /// Makes every call in the name of a scenario.
    pub fn in_scenario(mut self, scenario: &'a str) -> Self {
        self.scenario = Some(scenario);
        self
    }

    /// Keeps every answer, in order.
    pub(crate) fn remembering(mut self, replies: &'a mut Vec<Reply>) -> Self {
        self.replies = Some(replies);
        self
    }

    fn limits(&self) -> &'a Limits {
        &self.client.target().limits
    }

    /// Makes a call, whatever the hub answers.
    pub async fn send(&mut self, call: Call) -> Answered {
        let mut call = call.by(&self.credential);
        call.scenario = self.scenario.map(str::to_owned);
        let reply = self.client.send(&call).await?;
        if let Some(replies) = &mut self.replies {
            replies.push(reply.clone());
        }
        Ok(reply)
    }

    /// Looks until there is nothing more to wait for, and learns how long this hub takes.
    async fn until<T>(
        &mut self,
        limit: Duration,
        look: impl AsyncFn(&mut Self) -> Result<Look<T>, ActorError>,
    ) -> Result<Waited<T>, ActorError> {
        let waited = until(limit, async || look(self).await).await?;
        if waited.done && !waited.at_once {
            self.client.observed().settled_after(waited.time);
        }
        Ok(waited)
    }

    async fn make(&mut self, operation: Operation, ids: &[&str]) -> Answered {
        self.send(Call::operation(operation, ids)).await
    }
}
