//! The hub over real HTTP: what only shows on the wire. The rules themselves are tested next to the
//! domain.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod access;
mod authentication;
mod bench;
mod control;
mod data;
mod faults;
mod files;
mod gateway;
mod hostile;
mod journey;
mod support;
