//! Campaigns against servers that behave in a known way: what is measured must be what they did.

mod audit;
mod campaign;
mod server;
mod shards;
mod stall;
