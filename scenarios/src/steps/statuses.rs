//! Words of the status of a télédossier, of a dossier, of an event: asking for one, by PATCH or by
//! the POST that stands for it, and reading it.

use std::collections::BTreeMap;

use contract::exchange::Api;
use contract::operations::Method;
use cucumber::{then, when};
use serde_json::json;

use super::actors::Actor;
use super::words::words;
use crate::check::{Needed as _, Rule, Step};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

words! {
    /// What has a status.
    enum Bearer in "bearer" {
        Folder => "le télédossier",
        Case => "le dossier",
        Event => "l'événement",
    }
}

words! {
    /// Whether a POST says that it stands for a PATCH.
    enum Override in "override" {
        With => "avec l'en-tête de substitution",
        Without => "sans en-tête de substitution",
    }
}

words! {
    /// What may keep the status that it had.
    enum Keeper in "keeper" {
        Folder => "le télédossier",
        Cases => "chaque dossier",
    }
}

/// What was asked for last, and the statuses before it.
#[derive(Clone, Default)]
pub(super) struct Asked {
    /// The status asked for.
    pub(super) status: String,
    folder_before: String,
    cases_before: BTreeMap<String, String>,
}

/// Remembers the statuses of a télédossier and of its cases, before a change is asked for.
pub(super) async fn note_folder(world: &mut World) -> Step {
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let asked = world.memory::<Asked>();
    folder.text("/globalStatus").clone_into(&mut asked.folder_before);
    asked.cases_before = case_statuses(&folder);
    Ok(())
}

/// The status of each case, in words.
fn told(cases: &BTreeMap<String, String>) -> String {
    let cases: Vec<_> = cases.iter().map(|(id, status)| format!("{id} {status}")).collect();
    format!("dossiers {}", cases.join(", "))
}

fn case_statuses(folder: &Reply) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let cases = folder.array("/cases").iter();
    cases.map(|case| (text(&case["id"]), text(&case["status"]))).collect()
}

#[when(expr = "{actor} demande le statut {word} pour {bearer}")]
async fn asks(world: &mut World, actor: Actor, status: String, bearer: Bearer) -> Step {
    world.memory::<Asked>().status.clone_from(&status);
    match bearer {
        Bearer::Folder => {
            note_folder(world).await?;
            world.set_folder_status(&status).await?;
        }
        Bearer::Case => {
            let case = world.case_id()?;
            world.set_case_status(actor.0, &case, &status).await?;
        }
        Bearer::Event => {
            let (case, event) = (world.case_id()?, world.last_event()?);
            world.set_event_status(actor.0, &case, &event, &status).await?;
        }
    }
    Ok(())
}

#[when(expr = "{actor} demande par POST le statut {word} pour {bearer}, {override}")]
async fn posts(
    world: &mut World,
    actor: Actor,
    status: String,
    bearer: Bearer,
    header: Override,
) -> Step {
    let (path, field) = match bearer {
        Bearer::Folder => {
            note_folder(world).await?;
            (format!("/folders/{}", world.deposited()?.id), "globalStatus")
        }
        Bearer::Case => (format!("/cases/{}", world.case_id()?), "status"),
        Bearer::Event => {
            (format!("/cases/{}/events/{}", world.case_id()?, world.last_event()?), "status")
        }
    };
    let call = Call::new(Method::Post, Api::Teledossiers, path).json(json!({ field: status }));
    let call = match header {
        Override::With => call.header("X-HTTP-Method-Override", "PATCH"),
        Override::Without => call,
    };
    world.send_as(actor.0, call).await?;
    Ok(())
}

#[then(expr = "{bearer} est au statut {word} {rule}")]
async fn is_at(world: &mut World, bearer: Bearer, status: String, rule: Rule) -> Step {
    let (what, seen) = match bearer {
        Bearer::Folder => {
            let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
            ("le télédossier", folder.text("/globalStatus").to_owned())
        }
        Bearer::Case => {
            let case = world.case_id()?;
            ("le dossier", world.await_case_status(Role::Si, &case, &status).await?)
        }
        Bearer::Event => {
            let case = world.case_id()?;
            let reader = world.event_author.unwrap_or(Role::Si);
            ("l'événement", world.await_event_status(reader, &case, &status).await?)
        }
    };
    let holds = seen == status;
    world.check(&rule, format!("{what} au statut {status}"), seen, holds)
}

#[then(expr = "{keeper} a gardé son statut {rule}")]
async fn is_kept(world: &mut World, keeper: Keeper, rule: Rule) -> Step {
    let folder = world.read_folder().await?;
    let before = world.memory::<Asked>().clone();
    match keeper {
        Keeper::Folder => {
            let seen = folder.text("/globalStatus");
            let holds = folder.status() == 200 && seen == before.folder_before;
            let observed = format!("{} {seen}", folder.in_short());
            world.check(&rule, format!("télédossier lu, {}", before.folder_before), observed, holds)
        }
        Keeper::Cases => {
            let seen = case_statuses(&folder);
            let holds = seen == before.cases_before;
            world.check(&rule, told(&before.cases_before), told(&seen), holds)
        }
    }
}

/// What the hub does of a status of télédossier that no document names.
pub(super) async fn record_folder_status(world: &mut World, rule: &Rule) -> Step {
    let answer = world.reply()?.in_short();
    let folder = world.read_folder().await?;
    let seen = crate::play::verdicts::statuses_of(&folder);
    world.record(rule, format!("statut hors liste : {answer}, puis {seen}"));
    Ok(())
}

/// What the hub does of a status that an event may not be led to.
pub(super) async fn record_event_status(world: &mut World, rule: &Rule) -> Step {
    let asked = world.replies.iter().rev().find(|reply| reply.exchange.method == "PATCH");
    let by = asked.and_then(|reply| reply.exchange.actor.clone()).unwrap_or_default();
    let (answer, status) = (world.reply()?.in_short(), world.memory::<Asked>().status.clone());
    let (case, event) = (world.case_id()?, world.last_event()?);
    let seen = world.read_event(Role::Si, &case, &event).await?.text("/status").to_owned();
    world.record(
        rule,
        format!("statut {status} demandé par {by} : {answer}, événement au statut {seen}"),
    );
    Ok(())
}
