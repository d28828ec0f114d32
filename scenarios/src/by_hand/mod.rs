//! The moves of the cinématiques (contract §9) made one by one, by a person: each on the
//! télédossier that the last one left, as whoever plays that part in the target. Composed of the
//! actor's moves and nothing else; prints nothing, keeps nothing on disk, judges nothing.

mod cleaning;
mod deposit;
mod enrolment;
mod events;
mod given;
mod memory;
mod outcome;
mod reception;
mod statuses;
mod usual;
mod watching;
mod who;

use std::sync::Arc;
use std::time::Duration;

pub use deposit::Deposit;
pub use enrolment::Enrolment;
pub use given::{GivenFile, files_of};
pub use memory::{CaseOf, EventSent, Memory, Reception, Teledossier};
pub use outcome::{CallMade, Done, Missing, NotDone, Refusal, Unexpected, Usage, Usual, What};
pub use reception::Step;

use crate::actor::{Actor, ActorError, Answered};
use crate::client::Reply;
use crate::session::Session;
use crate::target::Credential;

/// A move that can be asked for.
#[derive(Clone, Debug)]
pub enum Move {
    /// The OSL creates a télédossier and sends its files.
    Deposit(Deposit),
    /// The OSL completes it: its recipients are notified.
    Complete,
    /// Its recipients receive their cases: the whole of it, or the next step.
    Receive {
        /// Only the next step.
        step: bool,
        /// The first case that waits for its recipient, whoever deposited it.
        new: bool,
    },
    /// Its statuses are read.
    Statuses,
    /// A status is given to its cases, and told to the other side.
    SetStatus {
        /// The status, whatever it is.
        status: String,
        /// What the event says beside it.
        message: Option<String>,
    },
    /// A message is sent to the other side.
    Message(String),
    /// Files are sent to the other side; some are made up when none are given.
    Attach(Vec<GivenFile>),
    /// What the other side sent is read and acknowledged.
    Acknowledge,
    /// The OSL closes the cases, then the télédossier.
    Close,
    /// The OSL reopens them with files.
    Reopen(Vec<GivenFile>),
    /// The OSL hands the cases that an SI could not integrate to it again.
    Resend,
    /// An organization is enrolled on a démarche.
    Enrol(Enrolment),
    /// What the other side does is told as it comes.
    Watch {
        /// For how long; without it, until the télédossier is closed.
        limit: Option<Duration>,
    },
    /// What was made by hand is taken away: the last télédossier, or all of them.
    Clean {
        /// All of them.
        all: bool,
    },
}

/// Who makes a move, on what, and how long the hub is waited for.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The name of a credential, or `osl`, `si`, `admin`, `datapass`.
    pub by: Option<String>,
    /// One case: its rank from 1, its number or its id.
    pub case: Option<String>,
    /// Another télédossier than the last one: its id or number.
    pub folder: Option<String>,
    /// How long something is waited for, instead of the target's limits.
    pub wait: Option<Duration>,
}

/// Somebody who makes moves by hand.
pub struct ByHand<'a> {
    session: &'a Session,
    memory: &'a mut Memory,
    choice: Choice,
    told: &'a (dyn Fn(Done) + Send + Sync),
}

impl<'a> ByHand<'a> {
    /// Prepares to make a move; `told` hears of everything that was done, as it is.
    pub fn new(
        session: &'a Session,
        memory: &'a mut Memory,
        choice: Choice,
        told: &'a (dyn Fn(Done) + Send + Sync),
    ) -> Self {
        Self { session, memory, choice, told }
    }

    /// Makes a move. What the memory holds is right whenever it stops, however far it came.
    pub async fn make(&mut self, asked: &Move) -> Result<(), NotDone> {
        if let Some(folder) = self.choice.folder.clone() {
            self.take_up(&folder).await?;
        }
        let made = match asked {
            Move::Deposit(deposit) => self.deposit(deposit).await,
            Move::Complete => self.complete().await,
            Move::Receive { step, new } => self.receive(*step, *new).await,
            Move::Statuses => self.tell_statuses().await,
            Move::SetStatus { status, message } => {
                self.set_status(status, message.as_deref()).await
            }
            Move::Message(message) => self.send_message(message).await,
            Move::Attach(files) => self.attach(files).await,
            Move::Acknowledge => self.acknowledge().await,
            Move::Close => self.close().await,
            Move::Reopen(files) => self.reopen(files).await,
            Move::Resend => self.resend().await,
            Move::Enrol(enrolment) => self.enrol(enrolment).await,
            Move::Watch { limit } => self.watch(*limit).await,
            Move::Clean { all } => self.clean(*all).await,
        };
        match made {
            Ok(()) => Ok(()),
            Err(error) => Err(self.with_usual(error, asked).await),
        }
    }

    fn turn(&self, by: &Arc<Credential>) -> Turn<'a> {
        Turn { session: self.session, by: by.clone(), replies: Vec::new() }
    }

    fn tell(&self, turn: Turn<'_>, what: What, on: &str, id: &str) {
        let Turn { by, replies, .. } = turn;
        (self.told)(Done {
            what,
            by: by.name.clone(),
            on: on.to_owned(),
            id: id.to_owned(),
            calls: replies.iter().map(CallMade::of).collect(),
        });
    }

    /// How long something is waited for that a target has a limit for.
    fn patience(&self, limit: Duration) -> Duration {
        self.choice.wait.unwrap_or(limit)
    }
}

/// Somebody who is making a move, and what was answered.
struct Turn<'a> {
    session: &'a Session,
    by: Arc<Credential>,
    replies: Vec<Reply>,
}

impl Turn<'_> {
    fn actor(&mut self) -> Actor<'_> {
        Actor::new(&self.session.client, &self.by).remembering(&mut self.replies)
    }

    /// What was waited for, or the refusal that ended the waiting.
    fn seen<T>(&self, outcome: Result<T, ActorError>) -> Result<T, NotDone> {
        outcome.map_err(|error| match (&error, self.replies.last()) {
            (ActorError::Refused { .. }, Some(reply)) => NotDone::refused(reply.clone()),
            _ => error.into(),
        })
    }
}

/// An answer that grants what was asked for.
fn granted(answered: Answered) -> Result<Reply, NotDone> {
    let reply = answered?;
    if reply.is_success() { Ok(reply) } else { Err(NotDone::refused(reply)) }
}
