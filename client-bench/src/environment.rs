//! What a client is given: where the hub answers, and its credential, one for each démarche as in
//! production.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::operations::Scope;
use scenarios::target::Target;

use crate::driver::Driver;
use crate::run::{BenchError, Options};

/// What the client of each démarche of a session finds in its environment.
pub fn environments(
    target: &Arc<Target>,
    options: &Options,
) -> Result<Vec<BTreeMap<String, String>>, BenchError> {
    let started = &options.started;
    let processes = started.processes.iter();
    processes
        .map(|process| {
            let driver = Driver::new(target, started, process)?;
            Ok(environment(&driver, options))
        })
        .collect()
}

/// Whom the client is told to address, or to enrol.
pub(crate) fn recipients(driver: &Driver) -> Vec<String> {
    match driver.played() {
        // An organization that the bench does not know: it is for the client to enrol.
        Scope::Datapass => vec!["SI-21380185100019-38185".to_owned()],
        _ => {
            let known = driver.recipient_organizations();
            known.iter().map(ToString::to_string).collect()
        }
    }
}

/// What the client finds in its environment.
pub(crate) fn environment(driver: &Driver, options: &Options) -> BTreeMap<String, String> {
    let mut variables = options.environment.clone();
    let client = &driver.client;
    for (name, value) in [
        ("HUBEE_SCOPE", client.scope.name()),
        ("HUBEE_CLIENT_ID", client.client_id.as_str()),
        ("HUBEE_CLIENT_SECRET", client.secret().reveal()),
        ("HUBEE_PROCESS", driver.process()),
        ("HUBEE_RECIPIENTS", &recipients(driver).join(",")),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
    variables
}
