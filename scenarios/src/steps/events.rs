//! Words of the events: creating one, its status, who is notified of it, deleting it, and what of
//! it each side sees.

use std::str::FromStr;

use contract::rules::{Catalogue, Level};
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::actors::Actor;
use super::cases;
use super::words::words;
use crate::actor::{Wanted, joining, notified, silent};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::world::World;

/// Who created the last event that the other side acknowledges.
#[derive(Clone, Default)]
struct Author(Option<Role>);

words! {
    /// Whether the event is there.
    enum Presence in "presence" {
        Gone => "n'existe plus",
        There => "existe toujours",
    }
}

/// What an event bears besides its action, in the words that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bearing {
    Nothing,
    Files(usize),
    EmptyFileList,
    NoFileList,
    Message,
    Signature(String),
    TransmitterOf(Actor),
}

impl FromStr for Bearing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_start();
        let mistake = || format!("« {text} » is nothing that an event bears");
        match text {
            "" => return Ok(Self::Nothing),
            "portant un message" => return Ok(Self::Message),
            "dont la liste des pièces jointes est vide" => return Ok(Self::EmptyFileList),
            "dont la liste des pièces jointes est absente" => return Ok(Self::NoFileList),
            _ => {}
        }
        if let Some(name) = text.strip_prefix("signé ") {
            return Ok(Self::Signature(name.trim_matches('"').to_owned()));
        }
        if let Some(actor) = text.strip_prefix("dont l'émetteur annoncé est ") {
            return actor.parse().map(Self::TransmitterOf);
        }
        let files = text.strip_prefix("avec ").and_then(|rest| rest.split_once(" fichier"));
        let (count, _) = files.ok_or_else(mistake)?;
        count.parse().map(Self::Files).map_err(|_| mistake())
    }
}

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
    world.memory::<Author>().0 = Some(actor.0);
    Ok(())
}

#[when(
    regex = r"^(l'OSL|le SI|le second SI) crée un événement ([A-Z_]+)((?: [^,]+)?)((?:, qui demande une notification)?)$"
)]
async fn creates(
    world: &mut World,
    actor: Actor,
    action: String,
    bearing: Bearing,
    demand: String,
) -> Step {
    let case = world.case_id()?;
    let notifies = !demand.is_empty();
    let mut body = if notifies { notified(&action) } else { silent(&action) };
    match bearing {
        Bearing::Nothing | Bearing::NoFileList => {}
        Bearing::Files(count) => {
            let enclosures = world.enclosures(actor.0, count)?;
            let mut body = joining(&enclosures, notifies);
            body["actionType"] = json!(action);
            return world.join(actor.0, &case, &enclosures, body).await.map(drop);
        }
        Bearing::EmptyFileList => body["attachments"] = json!([]),
        Bearing::Message => body["message"] = json!("Votre dossier est en cours d'examen."),
        Bearing::Signature(author) => {
            body["author"] = json!(author);
            return cases::sign(world, actor.0, &case, body).await;
        }
        Bearing::TransmitterOf(other) => {
            body["transmitter"] = json!(world.credential(other.0)?.organization);
        }
    }
    world.send_event(actor.0, &case, body).await.map(drop)
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
    // Whether the other side sees an event in progress is free (D28).
    let author = world.event_author.unwrap_or(Role::Si);
    let read =
        world.read_event(author, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = (reply.text("/status"), read.text("/status"));
    let holds = seen == (status.as_str(), status.as_str());
    world.check(
        &rule,
        format!("l'événement créé et relu au statut {status}"),
        format!("créé {}, relu {}", seen.0, seen.1),
        holds,
    )
}

#[then(expr = "l'événement {presence} {rule}")]
async fn is_present(world: &mut World, presence: Presence, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    world.read_event(Role::Si, &case, &event).await?;
    let status = if presence == Presence::There { 200 } else { 404 };
    world.check_status(&rule, &[status])
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

/// What is checked next supposes that the event was created, sent or acknowledged.
pub(super) fn needs_success(world: &World) -> Step {
    let reply = world.reply()?;
    if reply.is_success() {
        return Ok(());
    }
    Err(Stop::broken(
        "création, émission ou accusé de réception de l'événement",
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
    let event = world.last_event()?;
    // Whichever of the télédossier's cases it is said to be about.
    let cases = world.deposited()?.cases.iter();
    let wanted: Vec<_> = cases.map(|case| Wanted::event(case, &event)).collect();
    let found = world.settled_queue(actor.0, &wanted, &rule.0).await?;
    world.check(
        &rule,
        "aucune notification de l'événement",
        format!("{} notification(s)", found.len()),
        found.is_empty(),
    )
}

/// Whether an author is notified that the other side acknowledged the event (divergence D18).
pub(super) async fn record_acknowledgement(world: &mut World, rule: &Rule) -> Step {
    let author = world.memory::<Author>().0.ok_or_else(|| {
        Stop::broken("lecture de la file de l'auteur", "un événement notifié", "aucun")
    })?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    let found = world.settled_queue(author, &[Wanted::event(&case, &event)], &rule.0).await?;
    let (side, told) = if found.is_empty() {
        ("silent", "n'est pas notifié")
    } else {
        ("notified", "est notifié")
    };
    world.record(rule, format!("l'auteur de l'événement {told} de l'accusé de réception"));
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
    let own = json!(world.credential(actor.0)?.organization);
    let created = world.reply()?.json()["transmitter"].clone();
    let read =
        world.read_event(actor.0, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let read = read.json()["transmitter"].clone();
    let same = |seen: &Value| {
        ["type", "companyRegister", "branchCode"].iter().all(|field| seen[field] == own[field])
    };
    world.check(
        rule,
        own.to_string(),
        format!("créé par {created}, relu {read}"),
        same(&created) && same(&read),
    )
}
