//! What the validation sheet says of the client itself; its results are those of the run, and are
//! worked out from it.

use std::collections::BTreeSet;

use reports::event::Client;

use super::window::Window;
use crate::journal::Started;

/// The client of a session.
pub(super) fn client(window: &Window<'_>, started: Started) -> Client {
    Client {
        actor: started.actor.name().to_owned(),
        software: started.software,
        announced: announced(window),
        api_version: "1.2.6 (contrat CI-SI-1.2.6)".to_owned(),
        processes: started.processes,
        lines: Vec::new(),
    }
}

/// What the client says of itself in its calls, each once.
fn announced(window: &Window<'_>) -> Vec<String> {
    let said: BTreeSet<String> = window
        .calls
        .iter()
        .filter_map(|call| {
            let name = call.exchange.request_header("applicationname")?;
            let version = call.exchange.request_header("softwareversion").unwrap_or_default();
            Some(format!("{name} {version}").trim().to_owned())
        })
        .collect();
    said.into_iter().take(3).collect()
}
