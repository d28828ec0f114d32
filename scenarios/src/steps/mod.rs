//! The words of the features, one file a family: a step does one move or makes one check, and says
//! so in French. What actors do is in [`crate::play`]; what a rule asks for is in the step that
//! checks it.

mod access;
mod actors;
mod attachments;
mod attachments_delivered;
mod attachments_limits;
mod auth;
mod auth_lifetime;
mod cases;
mod common;
mod delivery;
mod enrolment;
mod errors;
mod events;
mod events_contents;
mod events_files;
mod exploration;
mod folders;
mod folders_completed;
mod folders_life;
mod folders_refused;
mod journeys;
mod journeys_processes;
mod lifecycle;
mod lost_answers;
mod mails;
mod notification_contents;
mod notifications;
mod numbering;
mod ownership;
mod referential;
mod referential_lists;
mod resources;
mod sandbox;

/// The rows of a step's table, its header left out.
fn rows(step: &gherkin::Step) -> Vec<Vec<String>> {
    step.table.as_ref().map_or_else(Vec::new, |table| table.rows.iter().skip(1).cloned().collect())
}
mod wire;
