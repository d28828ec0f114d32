//! Words of the files of events: joining, sending, rejecting, infecting, downloading.

use std::str::FromStr;

use bytes::Bytes;
use cucumber::{then, when};

use super::actors::Actor;
use crate::actor::{Enclosure, files, joining};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::world::World;

/// Whether the hub took the event that joins a file.
#[derive(Clone, Default)]
struct Joined(bool);

/// Which files of an event are sent, and whether whole; ranks count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "event_files",
    regex = r"les fichiers de l'événement|le fichier \d+ de l'événement(?:, tronqué|, d'un autre contenu)?"
)]
enum EventFiles {
    All,
    Whole(usize),
    CutShort(usize),
    OtherContent(usize),
}

impl FromStr for EventFiles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "les fichiers de l'événement" {
            return Ok(Self::All);
        }
        let rank = text.split(' ').find_map(|word| word.parse().ok());
        let rank = rank.ok_or_else(|| format!("« {text} » are no files of an event"))?;
        Ok(match text.split_once(", ") {
            Some((_, "tronqué")) => Self::CutShort(rank),
            Some(_) => Self::OtherContent(rank),
            None => Self::Whole(rank),
        })
    }
}

#[when(expr = "{actor} envoie {event_files}")]
async fn sends(world: &mut World, actor: Actor, files: EventFiles) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let (EventFiles::Whole(rank) | EventFiles::CutShort(rank) | EventFiles::OtherContent(rank)) =
        files
    else {
        return world.enclose_all(actor.0, &case).await;
    };
    let (_, bytes) = world.event_file(rank)?;
    let bytes = match files {
        EventFiles::CutShort(_) => bytes.slice(..bytes.len() / 2),
        EventFiles::OtherContent(_) => files::picture_of(bytes.len()).into(),
        _ => bytes,
    };
    let reply = send_as_is(world, actor, rank, bytes).await?;
    if files == EventFiles::Whole(rank) {
        reply.needed("envoi d'un fichier d'événement", 204)?;
    }
    world.settled_event_files(actor.0, &case, &event, &[rank - 1]).await.map(drop)
}

#[when(expr = "{actor} envoie le fichier {int} dans l'événement de l'autre partie")]
async fn sends_into_others(world: &mut World, actor: Actor, rank: usize) -> Step {
    let (_, bytes) = world.event_file(rank)?;
    send_as_is(world, actor, rank, bytes).await?;
    Ok(())
}

#[then(expr = "le fichier {int} de l'événement est au statut {word} {rule}")]
async fn file_is_at(world: &mut World, rank: usize, status: String, rule: Rule) -> Step {
    let seen = file_status(world, rank).await?;
    let holds = seen == status;
    world.check(&rule, format!("le fichier au statut {status}"), seen, holds)
}

/// The status of a file of the last event, by its rank from 1, as the author of the event sees it.
async fn file_status(world: &mut World, rank: usize) -> Result<String, Stop> {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let author = world.event_author.unwrap_or(Role::Si);
    let statuses = world.settled_event_files(author, &case, &event, &[rank - 1]).await?;
    Ok(statuses.get(rank - 1).cloned().unwrap_or_default())
}

/// What the hub does of a file that was sent as no document forbids.
pub(super) async fn record_file(world: &mut World, how: &str, rule: &Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let sent = world.replies.iter().rev().find(|reply| reply.exchange.method == "PUT");
    let answer = sent.map(crate::client::Reply::in_short).unwrap_or_default();
    let author = world.event_author.unwrap_or(Role::Si);
    let read = world.read_event(author, &case, &event).await?;
    let status = read.text("/attachments/0/status");
    world.record(rule, format!("fichier envoyé {how} : {answer}, puis {status}"));
    Ok(())
}

async fn send_as_is(
    world: &mut World,
    actor: Actor,
    rank: usize,
    bytes: Bytes,
) -> Result<crate::client::Reply, Stop> {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let (id, _) = world.event_file(rank)?;
    world.upload_to_event(actor.0, &case, &event, &id, bytes).await
}

#[when(
    regex = r"^(l'OSL|le SI) joint au dossier (un fichier|un fichier admis, puis un autre) d'un format que la démarche (n'admet pas|admet)$"
)]
async fn joins_format(world: &mut World, actor: Actor, files: String, which: String) -> Step {
    let case = world.case_id()?;
    let seed = world.session().free_number();
    let mut enclosures = match files.as_str() {
        "un fichier" => Vec::new(),
        _ => world.enclosures(actor.0, 1)?,
    };
    match which.as_str() {
        "admet" => enclosures.extend(world.enclosures(actor.0, 1)?),
        _ => enclosures.push(Enclosure::of_no_allowed_format(&seed)),
    }
    // Every stage is tried, whatever the one before gave: the format may be refused at any of them
    // (D9).
    let created = world.join(actor.0, &case, &enclosures, joining(&enclosures, false)).await?;
    world.memory::<Joined>().0 = created.status() == 201;
    if created.status() == 201 {
        let event = world.last_event()?;
        for (id, bytes) in world.event_files.clone() {
            world.upload_to_event(actor.0, &case, &event, &id, bytes).await?;
        }
        let ranks: Vec<_> = (0..enclosures.len()).collect();
        world.settled_event_files(actor.0, &case, &event, &ranks).await?;
        world.set_event_status(actor.0, &case, &event, "SENT").await?;
    }
    Ok(())
}

/// Checks whether a role can download the file that was just joined, wherever it is refused.
pub(super) async fn downloads_joined(
    world: &mut World,
    actor: Actor,
    can: bool,
    rule: &Rule,
) -> Step {
    let (delivered, seen) = if world.memory::<Joined>().0 {
        let (case, event) = (world.case_id()?, world.last_event()?);
        let (id, _) = world.event_file(world.event_files.len())?;
        let reply = world.download_from_event(actor.0, &case, &event, &id).await?;
        (reply.is_success(), format!("téléchargement : {}", reply.in_short()))
    } else {
        (false, format!("refusée à la création : {}", world.reply()?.in_short()))
    };
    let expected = if can {
        "une pièce jointe délivrée"
    } else {
        "une pièce jointe qui n'est pas délivrée"
    };
    world.check(rule, expected, seen, delivered == can)
}

#[when(
    regex = r"^l'OSL crée un événement avec une pièce jointe saine et une pièce jointe infectée, (en texte|dans une archive zip)$"
)]
async fn joins_infected(world: &mut World, form: String) -> Step {
    let case = world.case_id()?;
    let seed = world.session().free_number();
    let (mime_type, infected) = match form.as_str() {
        "en texte" => ("text/plain", files::eicar()),
        _ => ("application/zip", files::zipped(&[("document.txt", &files::eicar())])),
    };
    let enclosures = [
        Enclosure::of(mime_type, &seed),
        Enclosure { mime_type: mime_type.to_owned(), bytes: infected.into() },
    ];
    world
        .join(Role::Osl, &case, &enclosures, joining(&enclosures, false))
        .await?
        .needed("création d'un événement", 201)?;
    for rank in [1, 2] {
        let (_, bytes) = world.event_file(rank)?;
        // What is answered for an infected file is free (D10): its status tells.
        send_as_is(world, Actor(Role::Osl), rank, bytes).await?;
    }
    Ok(())
}

#[then(expr = "la pièce jointe saine est RECEIVED et la pièce jointe infectée CORRUPTED {rule}")]
async fn told_apart(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let statuses = world.settled_event_files(Role::Osl, &case, &event, &[0, 1]).await?;
    let holds = statuses == ["RECEIVED", "CORRUPTED"];
    world.check(&rule, "RECEIVED puis CORRUPTED", statuses.join(" puis "), holds)
}

/// What the hub does of an event that is sent with an infected file (divergence D17).
pub(super) async fn record_infected_sending(world: &mut World, rule: &Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let reply = world.set_event_status(Role::Osl, &case, &event, "SENT").await?;
    let (side, done) =
        if reply.is_success() { ("allowed", "permise") } else { ("refused", "refusée") };
    world.record(
        rule,
        format!("émission avec une pièce jointe infectée {done} : {}", reply.in_short()),
    );
    world.observe_divergence(
        "D17",
        side,
        format!("émission d'un événement dont une pièce jointe est infectée {done}"),
    );
    Ok(())
}
