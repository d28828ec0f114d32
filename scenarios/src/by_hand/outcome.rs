//! What comes of a move: what was done, by whom, with which calls; or why it was not, and what is
//! usually done first. Says nothing in words for people.

use serde::Serialize;

use super::reception::Step;
use crate::actor::ActorError;
use crate::client::Reply;
use crate::target::TargetError;

/// Something that was done.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// By which credential.
    pub by: String,
    /// On what: the number of the télédossier or of the case.
    pub on: String,
    /// Its id.
    pub id: String,
    /// The calls that it took.
    pub calls: Vec<CallMade>,
}

/// A call and what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallMade {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

impl CallMade {
    pub(super) fn of(reply: &Reply) -> Self {
        let exchange = &reply.exchange;
        Self {
            method: exchange.method.clone(),
            path: exchange.path.clone(),
            status: reply.status(),
        }
    }
}

/// What can be done.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "done", rename_all = "snake_case")]
pub enum What {
    /// A télédossier was created and its files sent.
    Deposited {
        /// How many cases.
        cases: usize,
        /// How many files.
        files: usize,
    },
    /// It was completed, and its recipients notified.
    Completed {
        /// How many cases.
        cases: usize,
    },
    /// A case was received, from its notification to the removal of it.
    Received {
        /// How many files were downloaded.
        files: usize,
        /// How large they are, together.
        bytes: usize,
    },
    /// One step of a reception was made.
    Stepped {
        /// Which.
        step: Step,
    },
    /// The statuses as the hub shows them.
    Statuses {
        /// The global one.
        global: String,
        /// Those of the cases, by number.
        cases: Vec<(String, String)>,
    },
    /// A case was given a status, and the other side told.
    StatusSet {
        /// The one before, as far as it could be read.
        from: String,
        /// The one now.
        to: String,
        /// The event that tells it.
        event: String,
    },
    /// A message was sent to the other side.
    MessageSent {
        /// The event that carries it.
        event: String,
    },
    /// Files were sent to the other side.
    FilesSent {
        /// The event that carries them.
        event: String,
        /// How many.
        files: usize,
    },
    /// An event of the other side was read and acknowledged.
    Acknowledged {
        /// The event.
        event: String,
        /// What it does.
        action: String,
        /// What it says.
        message: String,
        /// How many files it carried.
        files: usize,
    },
    /// The notification of an event that needs no acknowledgement any more was removed.
    NoticeRemoved {
        /// The event.
        event: String,
    },
    /// A télédossier was closed.
    FolderClosed,
    /// A case was reopened with files.
    Reopened {
        /// The event that carries them.
        event: String,
        /// How many.
        files: usize,
    },
    /// A télédossier was reopened.
    FolderReopened,
    /// A case was handed to its recipient again.
    Resent,
    /// An organization was enrolled.
    Enrolled {
        /// The démarche.
        process: String,
        /// Whether the organization had to be created.
        created: bool,
        /// Its subscription.
        subscription: String,
    },
    /// A status was seen to change.
    StatusSeen {
        /// The one before; empty for the first look.
        from: String,
        /// The one now.
        to: String,
    },
    /// An event of the other side was seen.
    EventSeen {
        /// The event.
        event: String,
        /// What it does.
        action: String,
        /// What it says.
        message: String,
        /// Its status.
        status: String,
        /// The status that it gives to the case.
        case_status: String,
        /// How many files it carries.
        files: usize,
    },
    /// What was made by hand was taken away.
    Cleaned,
}

/// Why a move was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It cannot be asked for so.
    #[error(transparent)]
    Usage(#[from] Usage),
    /// No answer came.
    #[error(transparent)]
    NoAnswer(#[from] ActorError),
    /// The hub refused.
    #[error("{} {}: {}", .0.reply.exchange.method, .0.reply.exchange.path, .0.reply.in_short())]
    Refused(Box<Refusal>),
    /// The hub granted it, and what had to follow did not.
    #[error(transparent)]
    NotAsExpected(Box<Unexpected>),
}

/// A refusal of the hub.
#[derive(Debug)]
pub struct Refusal {
    /// What it answered.
    pub reply: Reply,
    /// What would usually have come first.
    pub usual: Option<Usual>,
}

/// What did not come.
#[derive(Debug, thiserror::Error)]
#[error("{missing:?} on {on}: not seen")]
pub struct Unexpected {
    /// What was waited for, or looked at.
    pub missing: Missing,
    /// On what: a number.
    pub on: String,
    /// What would usually have come first.
    pub usual: Option<Usual>,
}

/// What was waited for and did not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "missing", rename_all = "snake_case")]
pub enum Missing {
    /// The recipient's notification of a new télédossier.
    NewCase {
        /// Whose queue was looked into.
        by: String,
    },
    /// The notification of an event.
    Event {
        /// Whose queue was looked into.
        by: String,
    },
    /// The status that comes by itself.
    Status {
        /// Which.
        wanted: String,
        /// The one that is there.
        present: String,
    },
    /// A file that is well received.
    ReceivedFile {
        /// Its name.
        name: String,
        /// Its status.
        status: String,
    },
    /// Nothing left on the hub.
    NothingLeft {
        /// What is left.
        left: Vec<String>,
    },
}

/// What would usually have come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "usually", rename_all = "snake_case")]
pub enum Usual {
    /// The télédossier is completed first.
    Complete,
    /// The télédossier is not on the hub any more.
    Gone,
    /// It is so already.
    Already {
        /// The status that it has.
        status: String,
    },
    /// Other statuses come first.
    Before {
        /// The status that it has.
        present: String,
        /// Those to go through.
        way: Vec<String>,
    },
    /// Others may make this call.
    Others {
        /// Scopes that the access matrix lets make it.
        scopes: Vec<String>,
        /// Credentials of the target that hold one.
        credentials: Vec<String>,
    },
    /// It is somebody else's.
    Owners {
        /// Credentials that it belongs to.
        credentials: Vec<String>,
    },
}

/// What cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Usage {
    /// No télédossier is known.
    #[error(
        "no télédossier is remembered for this target: `etalon play deposit` makes one, \
         --folder ID names one"
    )]
    NothingRemembered,
    /// A move on a télédossier of which only a case is known.
    #[error("of {number} only this case is known: name its télédossier with --folder ID")]
    OnlyACase {
        /// The number of the case.
        number: String,
    },
    /// No credential has this name.
    #[error("no credential is called \"{name}\": the target file has {}", known.join(", "))]
    NoSuchCredential {
        /// The name.
        name: String,
        /// Those that the target has.
        known: Vec<String>,
    },
    /// No credential plays this part.
    #[error(
        "no credential of the target file plays {part} on {on}: add one, or name one with --as"
    )]
    Nobody {
        /// The part.
        part: &'static str,
        /// The démarche, or the case.
        on: String,
    },
    /// The télédossier has no such case.
    #[error("no case \"{case}\": the télédossier has {}", known.join(", "))]
    NoSuchCase {
        /// What was asked for.
        case: String,
        /// The numbers of its cases.
        known: Vec<String>,
    },
    /// Fewer recipients than cases.
    #[error(
        "{asked} cases need as many recipients, and there are {found} on {process}: name more with \
         --to, or ask for fewer with --cases"
    )]
    TooFewRecipients {
        /// How many were asked for.
        asked: usize,
        /// How many there are.
        found: usize,
        /// The démarche.
        process: String,
    },
    /// The owner of the hub does not allow it.
    #[error(
        "enrolling changes the référentiel: the target file must allow it, with \
         change_referential = true in [may]"
    )]
    ReferentialLocked,
    /// What the target file names cannot be used.
    #[error("{0}")]
    Target(String),
}

impl NotDone {
    pub(super) fn refused(reply: Reply) -> Self {
        Self::Refused(Box::new(Refusal { reply, usual: None }))
    }

    pub(super) fn missing(missing: Missing, on: &str) -> Self {
        Self::NotAsExpected(Box::new(Unexpected { missing, on: on.to_owned(), usual: None }))
    }
}

impl From<TargetError> for NotDone {
    fn from(error: TargetError) -> Self {
        Usage::Target(error.to_string()).into()
    }
}
