//! The model of a run and the reports projected from it. The runner emits [`Event`]s into an
//! [`EventLog`], which records them redacted; [`fold`] judges them; everything shown is a
//! projection of the resulting [`Run`]. Rules, exchanges and levels are those of the contract.
//! Nothing here speaks HTTP or knows a hub, and nothing here prints or exits.
//!
//! ```
//! use reports::{Event, EventLog, Redactor, event::{NoteLevel, RunHeader}};
//!
//! let directory = tempfile::tempdir()?;
//! let redactor = Redactor::new();
//! redactor.add_secret("a client secret");
//! let log = EventLog::create(directory.path(), redactor)?;
//! log.emit(Event::run_started(RunHeader::default(), Vec::new(), Vec::new()));
//! log.emit(Event::Note { level: NoteLevel::Info, text: "rien à jouer".into() });
//! let run = log.finish()?;
//! assert_eq!(run.verdict, reports::Verdict::DoesNotConform);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[macro_use]
mod words;

pub mod alteration;
pub mod bounded;
pub mod catalogue;
pub mod chain;
pub mod curl;
pub mod diff;
pub mod directory;
pub mod envelope;
pub mod event;
mod fold;
pub mod fresh;
pub mod live;
pub mod load;
pub mod log;
pub mod manifest;
pub mod possession;
pub mod provenance;
pub mod redact;
pub mod render;
pub mod run;
#[cfg(test)]
mod sample;
pub mod seal;
pub mod self_test;
pub mod sheet;
pub mod texts;
mod verdict;
pub mod verify;
mod visible;

pub use directory::{ReportError, for_each_exchange, har_from_dir, open_run, render_from_dir};
pub use event::Event;
pub use fold::fold;
pub use log::EventLog;
pub use redact::{Bodies, Redactor};
pub use render::{Format, render};
pub use run::{RuleOutcome, Run};
pub use texts::{Lang, verdict_sentence};
pub use verdict::Verdict;
pub use visible::{visible, visible_lines};
