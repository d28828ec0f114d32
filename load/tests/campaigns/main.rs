//! Campaigns against servers that behave in a known way: what is measured must be what they did.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod audit;
mod campaign;
mod connections;
mod endings;
mod http2;
mod lacks;
mod merging;
mod quotas;
mod recorded;
mod refusals;
mod server;
mod shards;
mod stall;
mod waits;
