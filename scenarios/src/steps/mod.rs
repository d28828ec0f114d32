//! The words of the features, one file a family: a step does one move or makes one check, and says
//! so in French. What actors do is in [`crate::play`]; what a rule asks for is in the step that
//! checks it. A sentence that another family needs takes what differs as a parameter ([`words`]).

mod access;
mod actors;
mod attachments;
mod attachments_delivered;
mod attachments_limits;
mod attachments_sizes;
mod auth;
mod auth_lifetime;
mod cases;
mod common;
mod deletions;
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
mod identifiers;
mod journeys;
mod journeys_processes;
mod lifecycle;
mod lost_answers;
mod mails;
mod notification_contents;
mod notifications;
mod numbering;
mod ownership;
mod quotas;
mod races;
mod recorded;
mod referential;
mod referential_lists;
mod refusals;
mod resources;
mod sandbox;
mod statuses;
mod wire;
mod wire_answers;
mod words;

/// The rows of a step's table, its header left out.
fn rows(step: &gherkin::Step) -> Vec<Vec<String>> {
    step.table.as_ref().map_or_else(Vec::new, |table| table.rows.iter().skip(1).cloned().collect())
}

#[cfg(test)]
mod tests {
    use cucumber::World as _;

    use crate::features::{HUB_FEATURES, read};
    use crate::world::World;

    #[test]
    fn every_sentence_of_the_features_is_defined_once() {
        let definitions = World::collection();
        let features = read(HUB_FEATURES).unwrap();
        let scenarios = features.iter().flat_map(|feature| &feature.scenarios);
        for step in scenarios.flat_map(|scenario| &scenario.steps) {
            let found = definitions.find(step);
            assert!(matches!(found, Ok(Some(_))), "« {} » is no sentence, or two", step.value);
        }
    }
}
