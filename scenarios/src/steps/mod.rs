//! The words of the features, one file a family: a step does one move or makes one check, and says so in French. What
//! actors do is in [`crate::play`]; what a rule asks for is in the step that checks it.

mod common;
mod notifications;
