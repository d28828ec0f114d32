//! `etalon doctor`: reaches the URLs of a target, tries each credential, says what can be played
//! and what cannot.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use load::plan::Overrides;
use load::systems::Shard;
use load::{Campaign, CampaignError};
use reports::Lang;
use scenarios::plan::{Plan, Selection};
use scenarios::roles::Role;
use scenarios::run::{draw_run_id, try_base_urls};
use scenarios::session::Session;
use scenarios::target::Target;

use super::{fail, read_target};
use crate::arguments::DoctorArguments;
use crate::exit::Exit;
use crate::output::{listed, redactor};

pub(crate) fn run(arguments: &DoctorArguments) -> Exit {
    let target = match read_target(&arguments.target) {
        Ok(target) => Arc::new(target),
        Err(exit) => return exit,
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let reached = runtime.block_on(try_each(&target));
    match reached {
        Ok(Exit::Success) => {
            let played = print_playable(&target);
            let Some(plan) = &arguments.load else { return played };
            played.min(runtime.block_on(print_loadable(&target, plan)))
        }
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

/// Says what a campaign could use: what each démarche takes is found as the campaign finds it.
async fn print_loadable(target: &Arc<Target>, path: &Path) -> Exit {
    let plan = match load::Plan::read(path, &Overrides::default()) {
        Ok(plan) => plan,
        Err(error) => return fail(Exit::Usage, &error),
    };
    let failed = |error: &CampaignError| fail(Exit::of_campaign_error(error), error);
    let campaign = Campaign::new(plan, target, Shard::WHOLE, draw_run_id(), None, Arc::default());
    let mut campaign = match campaign {
        Ok(campaign) => campaign,
        Err(error) => return failed(&error),
    };
    if let Err(error) = campaign.greet().await {
        return failed(&error);
    }
    match campaign.learn(target).await {
        Ok(findings) => {
            let sentences = findings.iter().map(|finding| finding.sentence(Lang::Fr));
            sentences.for_each(|sentence| listed(format_args!("charge : {sentence}")));
            Exit::Success
        }
        Err(error) => failed(&error),
    }
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
