//! Words of the events: creating one, its status, who is notified of it, deleting it, and what of
//! it each side sees.

use contract::exchange::Api;
use contract::operations::Method;
use contract::rules::{Catalogue, Level};
use cucumber::{given, then, when};
use serde_json::json;

use super::actors::Actor;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::events::{notified, silent};
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

#[given(expr = "un événement {word} créé par {actor}, et dont {actor} est notifié")]
async fn created_and_notified(
    world: &mut World,
    action: String,
    actor: Actor,
    other: Actor,
) -> Step {
    let case = world.case_id()?;
    world
        .send_event(actor.0, &case, notified(&action))
        .await?
        .needed("création d'un événement", 201)?;
    let event = world.last_event()?;
    world.need_notification(other.0, &Wanted::event(&case, &event)).await?;
    Ok(())
}

#[when(expr = "{actor} crée un événement {word}")]
async fn creates(world: &mut World, actor: Actor, action: String) -> Step {
    let case = world.case_id()?;
    world.send_event(actor.0, &case, silent(&action)).await?;
    Ok(())
}

#[when(expr = "{actor} crée un événement {word}, qui demande une notification")]
async fn creates_notifying(world: &mut World, actor: Actor, action: String) -> Step {
    let case = world.case_id()?;
    world.send_event(actor.0, &case, notified(&action)).await?;
    Ok(())
}

#[when(expr = "{actor} crée un événement {word}, sans demander de notification")]
async fn creates_silently(world: &mut World, actor: Actor, action: String) -> Step {
    creates(world, actor, action).await
}

#[when(expr = "{actor} crée un événement {word} portant un message")]
async fn creates_with_message(world: &mut World, actor: Actor, action: String) -> Step {
    let case = world.case_id()?;
    let mut body = silent(&action);
    body["message"] = json!("Votre dossier est en cours d'examen.");
    world.send_event(actor.0, &case, body).await?;
    Ok(())
}

#[when(expr = "{actor} crée un événement STATUS_UPDATE dont l'émetteur annoncé est {actor}")]
async fn creates_in_the_name_of(world: &mut World, actor: Actor, other: Actor) -> Step {
    let case = world.case_id()?;
    let mut body = silent("STATUS_UPDATE");
    body["transmitter"] = json!(world.player(other.0)?.organization);
    world.send_event(actor.0, &case, body).await?;
    Ok(())
}

#[when(expr = "{actor} passe l'événement au statut {word}")]
async fn sets_status(world: &mut World, actor: Actor, status: String) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    world.set_event_status(actor.0, &case, &event, &status).await?;
    Ok(())
}

#[when(
    regex = r"^le SI demande par POST le statut (\w+) pour l'événement, (avec l'|sans )en-tête de substitution$"
)]
async fn posts_status(world: &mut World, status: String, with: String) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let path = format!("/cases/{case}/events/{event}");
    let call = Call::new(Method::Post, Api::Teledossiers, path).json(json!({ "status": status }));
    let call =
        if with == "avec l'" { call.header("X-HTTP-Method-Override", "PATCH") } else { call };
    world.send_as(Role::Si, call).await?;
    Ok(())
}

#[when(expr = "{actor} supprime l'événement")]
async fn deletes(world: &mut World, actor: Actor) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    world.delete_event(actor.0, &case, &event).await?;
    Ok(())
}

#[then(expr = "le hub accepte l'événement {rule}")]
async fn taken(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    world.check(&rule, "l'événement accepté", reply.in_short(), reply.is_success())
}

#[then(expr = "le hub supprime l'événement {rule}")]
async fn deleted(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])
}

#[then(expr = "le hub n'admet pas la méthode pour l'événement {rule}")]
async fn method_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400, 405])
}

#[then(expr = "l'événement porte l'action {word} {rule}")]
async fn bears_action(world: &mut World, action: String, rule: Rule) -> Step {
    let seen = world.reply()?.text("/actionType").to_owned();
    let holds = seen == action;
    world.check(&rule, action, seen, holds)
}

#[then(expr = "l'événement commence au statut {word} {rule}")]
async fn starts_at(world: &mut World, status: String, rule: Rule) -> Step {
    let reply = world.reply()?.clone().needed("création d'un événement", 201)?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    let read =
        world.read_event(Role::Si, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = (reply.text("/status"), read.text("/status"));
    let holds = seen == (status.as_str(), status.as_str());
    world.check(
        &rule,
        format!("l'événement créé et relu au statut {status}"),
        format!("créé {}, relu {}", seen.0, seen.1),
        holds,
    )
}

#[then(expr = "l'événement est au statut {word} {rule}")]
async fn is_at(world: &mut World, status: String, rule: Rule) -> Step {
    let case = world.case_id()?;
    let seen = world.await_event_status(Role::Si, &case, &status).await?;
    let holds = seen == status;
    world.check(&rule, format!("l'événement au statut {status}"), seen, holds)
}

#[then(expr = "l'événement n'existe plus {rule}")]
async fn is_gone(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    world.read_event(Role::Si, &case, &event).await?;
    world.check_status(&rule, &[404])
}

#[then(expr = "l'événement existe toujours {rule}")]
async fn is_still_there(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    world.read_event(Role::Si, &case, &event).await?;
    world.check_status(&rule, &[200])
}

#[then(expr = "l'événement n'est pas passé au statut {word} {rule}")]
async fn is_not_at(world: &mut World, status: String, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let read =
        world.read_event(Role::Si, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = read.text("/status").to_owned();
    let holds = seen != status;
    world.check(&rule, format!("un autre statut que {status}"), seen, holds)
}

#[then(expr = "le dossier compte {int} événement(s) {rule}")]
async fn counts_events(world: &mut World, count: usize, rule: Rule) -> Step {
    let case = world.case_id()?;
    let seen = world
        .read_case(Role::Si, &case)
        .await?
        .needed("lecture du dossier", 200)?
        .array("/events")
        .len();
    world.check(
        &rule,
        format!("{count} événement(s)"),
        format!("{seen} événement(s)"),
        seen == count,
    )
}

/// What is checked next supposes that the event was created or sent.
fn needs_success(world: &World) -> Step {
    let reply = world.reply()?;
    if reply.is_success() {
        return Ok(());
    }
    Err(Stop::broken(
        "création ou émission de l'événement",
        "une réponse favorable",
        reply.in_short(),
    ))
}

#[then(expr = "{actor} est notifié de l'événement {rule}")]
async fn is_notified(world: &mut World, actor: Actor, rule: Rule) -> Step {
    needs_success(world)?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    let wanted = Wanted::event(&case, &event);
    let found = world.await_notifications(actor.0, &[wanted], Some(&rule.0)).await?;
    world.check(
        &rule,
        "une notification de l'événement",
        format!("{} notification(s)", found.len()),
        found.len() == 1,
    )
}

#[then(expr = "{actor} n'est pas notifié de l'événement {rule}")]
async fn is_not_notified(world: &mut World, actor: Actor, rule: Rule) -> Step {
    needs_success(world)?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    let found = world.settled_queue(actor.0, &[Wanted::event(&case, &event)], &rule.0).await?;
    world.check(
        &rule,
        "aucune notification de l'événement",
        format!("{} notification(s)", found.len()),
        found.is_empty(),
    )
}

#[then(expr = "l'événement est accepté, et {actor} n'en est pas notifié {rule}")]
async fn taken_in_silence(world: &mut World, actor: Actor, rule: Rule) -> Step {
    is_not_notified(world, actor, rule).await
}

#[then(expr = "la façon dont {actor} apprend cet accusé de réception est relevée {rule}")]
async fn records_acknowledgement(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let found = world.settled_queue(actor.0, &[Wanted::event(&case, &event)], &rule.0).await?;
    let (side, told) = if found.is_empty() {
        ("silent", "n'est pas notifié")
    } else {
        ("notified", "est notifié")
    };
    world.record(&rule, format!("l'auteur de l'événement {told} de l'accusé de réception"));
    world.observe_divergence("D18", side, format!("l'auteur {told} de l'accusé de réception"));
    Ok(())
}

#[then(expr = "l'événement seul a fait passer le dossier au statut {word} {rule}")]
async fn changed_case(world: &mut World, status: String, rule: Rule) -> Step {
    world.reply()?.clone().needed("création d'un événement", 201)?;
    let case = world.case_id()?;
    let limits = world.session().target.limits.clone();
    let contract = world.session().target.hub.contract;
    let required =
        Catalogue::bundled().rule(&rule.0).is_ok_and(|found| found.level(contract) == Level::Must);
    let limit = if required { limits.delivery } else { limits.quiet };
    let seen = world.await_case_status_for(Role::Si, &case, &status, limit).await?;
    let (side, effect) =
        if seen == status { ("changes_case", "change") } else { ("informative", "ne change pas") };
    world.observe_divergence("D6", side, format!("l'événement seul {effect} le statut du dossier"));
    let holds = seen == status;
    world.check(&rule, format!("le dossier au statut {status}"), seen, holds)
}

#[then(expr = "l'émetteur de l'événement est {actor} {rule}")]
async fn is_transmitted_by(world: &mut World, actor: Actor, rule: Rule) -> Step {
    world.reply()?.clone().needed("création d'un événement", 201)?;
    check_transmitter(world, actor, &rule).await
}

#[then(expr = "l'événement est refusé, ou son émetteur est {actor} {rule}")]
async fn is_refused_or_transmitted_by(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let reply = world.reply()?;
    match reply.status() {
        400 => {
            world.check(&rule, "un refus, ou l'organisation de l'appelant", reply.in_short(), true)
        }
        201 => check_transmitter(world, actor, &rule).await,
        _ => world.check(
            &rule,
            "un refus (400), ou l'organisation de l'appelant",
            reply.in_short(),
            false,
        ),
    }
}

async fn check_transmitter(world: &mut World, actor: Actor, rule: &Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let own = json!(world.player(actor.0)?.organization);
    let created = world.reply()?.json()["transmitter"].clone();
    let read =
        world.read_event(actor.0, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let read = read.json()["transmitter"].clone();
    let same = |seen: &serde_json::Value| {
        ["type", "companyRegister", "branchCode"].iter().all(|field| seen[field] == own[field])
    };
    world.check(
        rule,
        own.to_string(),
        format!("créé par {created}, relu {read}"),
        same(&created) && same(&read),
    )
}

#[then(expr = "ce que fait le hub du statut d'événement {word} est relevé {rule}")]
async fn records_event_status(world: &mut World, status: String, rule: Rule) -> Step {
    let answer = world.reply()?.in_short();
    let (case, event) = (world.case_id()?, world.last_event()?);
    let seen = world.read_event(Role::Si, &case, &event).await?.text("/status").to_owned();
    world.record(&rule, format!("statut {status} demandé : {answer}, événement au statut {seen}"));
    Ok(())
}
