//! What a campaign sends: calls, timed; files, made while they are sent; journeys, made of calls.

pub(crate) mod call;
pub(crate) mod files;
pub(crate) mod journeys;
pub(crate) mod tokens;
pub(crate) mod walk;
