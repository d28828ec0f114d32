//! The reference hub: a complete, durable hub that keeps the contract, started with [`Config`] and
//! stopped with the handle it gives. It knows the contract and nothing of the suite that certifies
//! it.

mod antivirus;
mod auth;
pub mod bench;
mod blobs;
pub mod clock;
pub mod config;
mod control;
pub mod domain;
mod error;
mod extract;
pub mod faults;
mod gateway;
mod handlers;
mod hub;
mod intake;
mod journal;
pub mod log;
mod mail;
mod media_type;
pub mod private;
pub mod referential;
mod router;
mod running;
mod serve;
mod start;
pub mod store;
mod target;
mod watch;

pub use config::Config;
pub use running::{RunningHub, Urls};
pub use start::{StartError, start};
