//! `etalon doctor`: reaches the URLs of a target, tries each credential, says what can be played
//! and what is lacking for the rest, in rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contract::rules::Level;
use load::plan::Overrides;
use load::systems::Shard;
use load::{Campaign, CampaignError};
use reports::Lang;
use reports::event::{RuleInScope, RuleScope};
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
    let reached = runtime.block_on(try_each(&target, arguments.lang.into()));
    match reached {
        Ok(Exit::Success) => {
            let played = print_playable(&target, arguments.lang.into());
            let exit = match &arguments.load {
                None => played,
                Some(plan) => played.min(runtime.block_on(print_loadable(
                    &target,
                    plan,
                    arguments.lang.into(),
                ))),
            };
            listed(format_args!("etalon certify hub --target {}", arguments.target.display()));
            exit
        }
        Ok(exit) => exit,
        Err(error) => fail(Exit::Usage, &error),
    }
}

async fn try_each(
    target: &Arc<Target>,
    lang: Lang,
) -> Result<Exit, scenarios::target::TargetError> {
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
            Ok(_) => (lang.pick("jeton obtenu", "token obtained").to_owned(), Exit::Success),
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
    if exit == Exit::Success {
        match scenarios::shortfalls::find(&session).await {
            Ok(found) => found.iter().for_each(|shortfall| listed(shortfall.sentence(lang))),
            Err(error) => exit = fail(Exit::Unreachable, &error),
        }
    }
    Ok(exit)
}

/// Says what a campaign could use: what each démarche takes is found as the campaign finds it.
async fn print_loadable(target: &Arc<Target>, path: &Path, lang: Lang) -> Exit {
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
            let sentences = findings.iter().map(|finding| finding.sentence(lang));
            let (load, colon) = (lang.pick("charge", "load"), lang.colon());
            sentences.for_each(|sentence| listed(format_args!("{load}{colon}{sentence}")));
            Exit::Success
        }
        Err(error) => failed(&error),
    }
}

fn print_playable(target: &Target, lang: Lang) -> Exit {
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
    let lacking = Lacking::of(&plan);
    for (reason, rules) in &lacking.by_reason {
        listed(match lang {
            Lang::Fr => format!("+{} : {reason} — {}", rules.len(), rules.join(" ")),
            Lang::En => format!("+{}: {reason} — {}", rules.len(), rules.join(" ")),
        });
    }
    let (decided, all) = (lacking.decided, lacking.all);
    let played = plan.scenarios.iter().filter(|planned| planned.assignment.is_ok()).count();
    let scenarios = plan.scenarios.len();
    listed(match lang {
        Lang::Fr => format!(
            "{decided} des {all} règles obligatoires seront décidées, par {played} scénarios sur {scenarios}"
        ),
        Lang::En => format!(
            "{decided} of {all} mandatory rules will be decided, by {played} scenarios of {scenarios}"
        ),
    });
    Exit::Success
}

/// What a run would decide, and what would keep it from the rest.
struct Lacking {
    /// The mandatory rules that are judged.
    all: usize,
    /// Those that a run decides, or that the target declares not to offer.
    decided: usize,
    /// The others, each under every reason that stands against it: the most telling first.
    by_reason: Vec<(String, Vec<String>)>,
}

impl Lacking {
    fn of(plan: &Plan) -> Self {
        let judged = plan.rules.iter().filter(|rule| {
            rule.level == Level::Must && !matches!(rule.scope, RuleScope::NotScored { .. })
        });
        let judged: Vec<&RuleInScope> = judged.collect();
        let mut by_reason: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut lacking = BTreeSet::new();
        for rule in judged.iter().filter(|rule| rule.scope == RuleScope::Expected) {
            let own = plan.scenarios.iter().filter(|planned| planned.rules.contains(&rule.id));
            let skips = own.filter_map(|planned| planned.assignment.as_ref().err());
            for skip in skips.filter(|skip| !skip.excused) {
                lacking.insert(&rule.id);
                by_reason.entry(skip.reason.clone()).or_default().insert(rule.id.to_string());
            }
        }
        let mut by_reason: Vec<(String, Vec<String>)> =
            by_reason.into_iter().map(|(why, rules)| (why, rules.into_iter().collect())).collect();
        by_reason.sort_by_key(|(_, rules)| std::cmp::Reverse(rules.len()));
        Self { all: judged.len(), decided: judged.len() - lacking.len(), by_reason }
    }
}
