//! Certifying a client: a bench plays the other side, watches every call that the client makes, and
//! judges them. What was seen is recorded as it comes (`journal`); the verdict is a pure function
//! of that record (`judge`), so that it can be given again later, offline. Links no hub: whoever
//! runs the bench hands it over as a [`Bench`].

mod act;
mod client_log;
mod client_process;
mod driver;
mod environment;
mod gist;
pub mod journal;
mod judge;
mod plan;
mod recorder;
mod run;
mod script;
mod work;

use contract::exchange::Exchange;
use contract::misbehaviour::{Misbehaved, Misbehaviour};
use contract::operations::Scope;

pub use client_process::Keeper;
pub use driver::DriverError;
pub use environment::environments;

pub use run::{BenchError, Launch, Options, certify_client, judge_again, judge_so_far};

/// The hub of the bench, as whoever started it hands it over: it keeps the client's exchanges, and
/// misbehaves on demand.
pub trait Bench: Send + Sync {
    /// The client's exchanges since the last time, in the order in which they ended.
    fn take_exchanges(&self) -> Vec<Exchange>;
    /// How many calls of the client are being served. One that is not any more is among the
    /// exchanges.
    fn calls_being_served(&self) -> usize;
    /// Replaces what is to be done badly from now on.
    fn misbehave(&self, plan: Vec<Misbehaviour>);
    /// What was done badly so far but the first `from`.
    fn misbehaved_from(&self, from: usize) -> Vec<Misbehaved>;
}

/// The actors that a client can be certified as.
pub const ACTORS: [Scope; 3] = [Scope::Si, Scope::Osl, Scope::Datapass];
