//! `etalon doctor`: reaches the URLs of a target, tries each credential, says what can be played
//! and what cannot.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scenarios::plan::{Plan, Selection};
use scenarios::roles::Role;
use scenarios::run::{draw_run_id, try_base_urls};
use scenarios::session::Session;
use scenarios::target::Target;

use super::{fail, read_target};
use crate::exit::Exit;
use crate::output::{listed, redactor};

pub(crate) fn run(path: &Path) -> Exit {
    let target = match read_target(path) {
        Ok(target) => Arc::new(target),
        Err(exit) => return exit,
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let reached = runtime.block_on(try_each(&target));
    match reached {
        Ok(Exit::Success) => print_playable(&target),
        Ok(exit) => exit,
        Err(error) => fail(Exit::Usage, &error),
    }
}

async fn try_each(target: &Arc<Target>) -> Result<Exit, scenarios::target::TargetError> {
    let session = Session::new(
        draw_run_id(),
        target.clone(),
        Duration::ZERO,
        redactor().clone(),
        Arc::new(|_| ()),
    )?;
    let mut exit = Exit::Success;
    for credential in session.credentials.all() {
        let tried = session.client.token_of(credential, None).await;
        let (result, worst) = match tried {
            Ok(_) => ("jeton obtenu".to_owned(), Exit::Success),
            Err(error @ scenarios::client::ClientError::Unreachable { .. }) => {
                (error.to_string(), Exit::Unreachable)
            }
            Err(error) => (error.to_string(), Exit::Usage),
        };
        listed(format_args!("{:<24} {:<8} {result}", credential.name, credential.scope.name()));
        exit = exit.min(worst);
    }
    if exit == Exit::Success
        && let Err(error) = try_base_urls(&session).await
    {
        exit = fail(Exit::of_error(&error), &error);
    }
    Ok(exit)
}

fn print_playable(target: &Target) -> Exit {
    let plan = match Plan::make(target, &Selection::default()) {
        Ok(plan) => plan,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let credentials = scenarios::roles::Credentials::of(target);
    for role in Role::ALL {
        let played = match credentials.assign(&[role].into()) {
            Ok(assignment) => assignment
                .credential(role)
                .map(|credential| credential.name.clone())
                .unwrap_or_default(),
            Err(missing) => missing.to_string(),
        };
        listed(format_args!("{:<45} {played}", role.in_french()));
    }
    let mut unplayed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for planned in &plan.scenarios {
        if let Err(skip) = &planned.assignment {
            unplayed
                .entry(&skip.reason)
                .or_default()
                .extend(planned.rules.iter().map(ToString::to_string));
        }
    }
    for (reason, mut rules) in unplayed {
        rules.sort();
        rules.dedup();
        listed(format_args!("non jouable : {reason} — {}", rules.join(" ")));
    }
    let played = plan.scenarios.iter().filter(|planned| planned.assignment.is_ok()).count();
    listed(format_args!("{played} scénarios jouables sur {}", plan.scenarios.len()));
    Exit::Success
}
