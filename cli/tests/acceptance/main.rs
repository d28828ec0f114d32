//! The program as its users meet it: its commands, messages and exit codes, against hubs that are
//! really served.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod again;
mod api;
mod by_hand;
mod client;
mod commands;
mod damage;
mod durability;
mod exploration;
mod faults;
mod forwarder;
mod hostile_hubs;
mod hubs;
mod interruption;
mod live;
mod load;
mod load_interruption;
mod load_shards;
mod messages;
mod records;
mod schemas;
mod seal;
mod secrets;
mod strangers;
mod support;
