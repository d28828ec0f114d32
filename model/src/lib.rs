//! A small model of a hub: télédossiers, cases, events, files and notifications, what each call
//! must answer and what must then be read back. It knows what the contract cites and nothing else:
//! where the documents are silent or disagree, it takes what the hub answers for what is. Pure: it
//! calls nothing, waits for nothing, and what is drawn is handed to it. Whoever plays makes the
//! calls, over HTTP or in memory, and hands back the answers.

mod action;
mod asking;
mod call;
mod cases;
mod drafts;
mod events;
mod expectation;
pub mod files;
mod folders;
mod generate;
mod play;
mod queues;
mod reading;
mod roles;
mod setting;
mod state;
mod strangers;
mod transitions;

pub use action::{Action, Content, Deed, EventFlaw, FolderFlaw, Pick, Unknown};
pub use call::{Answer, Body, Call, as_sent, digest_of, ids_as_announced};
pub use drafts::RECIPIENTS;
pub use expectation::{Allowed, Disagreement, Expectation, Limit, step};
pub use generate::{Drawn, Generator, Mix};
pub use play::Play;
pub use roles::Role;
pub use setting::Setting;
pub use state::Model;
pub use strangers::rule_of_ownership;
