//! A small model of a hub: télédossiers, cases, events, files and notifications, what each call
//! must answer and what must then be read back. It knows what the contract cites and nothing else:
//! where the documents are silent or disagree, it takes what the hub answers for what is. Pure: it
//! calls nothing, waits for nothing, draws nothing.

pub mod action;
pub mod model;
pub mod transitions;

pub use action::{Action, Content, Deed, EventFlaw, FolderFlaw, Pick, Unknown};
pub use model::{Case, Disagreement, Event, File, Folder, Model, Notice, Possible};
