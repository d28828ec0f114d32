//! Words of the files of events: joining, sending, rejecting, infecting, downloading.

use bytes::Bytes;
use cucumber::{given, then, when};
use serde_json::json;

use super::actors::Actor;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::deposit::digest_of;
use crate::play::event_files::{Enclosure, joining};
use crate::play::files;
use crate::roles::Role;
use crate::world::World;

#[given(expr = "un événement ATTACH_DEPOSIT créé par {actor}, ses fichiers envoyés")]
async fn joined_and_sent(world: &mut World, actor: Actor) -> Step {
    joins(world, actor, "ATTACH_DEPOSIT".to_owned(), 1).await?;
    sends_all(world, actor).await
}

#[when(expr = "{actor} crée un événement {word} avec {int} fichier(s)")]
async fn joins(world: &mut World, actor: Actor, action: String, count: usize) -> Step {
    join(world, actor, &action, count, false).await
}

#[when(
    expr = "{actor} crée un événement {word} avec {int} fichier(s), qui demande une notification"
)]
async fn joins_notifying(world: &mut World, actor: Actor, action: String, count: usize) -> Step {
    join(world, actor, &action, count, true).await
}

async fn join(
    world: &mut World,
    actor: Actor,
    action: &str,
    count: usize,
    notification: bool,
) -> Step {
    let case = world.case_id()?;
    let enclosures = world.enclosures(actor.0, count)?;
    let mut body = joining(&enclosures, notification);
    body["actionType"] = json!(action);
    world.join(actor.0, &case, &enclosures, body).await?;
    Ok(())
}

#[when(
    regex = r"^le SI crée un événement ATTACH_DEPOSIT dont la liste des pièces jointes est (vide|absente)$"
)]
async fn joins_nothing(world: &mut World, list: String) -> Step {
    let case = world.case_id()?;
    let mut body = joining(&[], false);
    if let (Some(fields), true) = (body.as_object_mut(), list == "absente") {
        fields.remove("attachments");
    }
    world.send_event(Role::Si, &case, body).await?;
    Ok(())
}

#[when(expr = "{actor} envoie les fichiers de l'événement")]
async fn sends_all(world: &mut World, actor: Actor) -> Step {
    let case = world.case_id()?;
    world.enclose_all(actor.0, &case).await
}

#[when(expr = "{actor} envoie le fichier {int} de l'événement")]
async fn sends_one(world: &mut World, actor: Actor, rank: usize) -> Step {
    let (_, bytes) = world.event_file(rank)?;
    send_as_is(world, actor, rank, bytes).await?.needed("envoi d'un fichier d'événement", 204)?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    world.settled_event_files(actor.0, &case, &event, &[rank - 1]).await?;
    Ok(())
}

#[when(expr = "{actor} envoie le fichier {int} de l'événement, tronqué")]
async fn sends_one_short(world: &mut World, actor: Actor, rank: usize) -> Step {
    let (_, bytes) = world.event_file(rank)?;
    let half = bytes.slice(..bytes.len() / 2);
    send_as_is(world, actor, rank, half).await?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    let statuses = world.settled_event_files(actor.0, &case, &event, &[rank - 1]).await?;
    match statuses.get(rank - 1).map(String::as_str) {
        Some("RECEIVED") => {
            Err(Stop::broken("envoi d'un fichier tronqué", "un fichier non reçu", "RECEIVED"))
        }
        _ => Ok(()),
    }
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

#[then(expr = "{actor} télécharge chaque pièce jointe de l'événement à l'octet près {rule}")]
async fn downloads_all(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    for (id, bytes) in world.event_files.clone() {
        let reply = world.download_from_event(actor.0, &case, &event, &id).await?;
        let expected = digest_of(&bytes);
        let same = reply.is_success() && reply.body == bytes;
        let seen = format!(
            "{}, {} octets d'empreinte {}",
            reply.status(),
            reply.body.len(),
            digest_of(&reply.body)
        );
        world.check(
            &rule,
            format!("200, {} octets d'empreinte {expected}", bytes.len()),
            seen,
            same,
        )?;
        if let Some(told) = reply.header("digest") {
            let told = told
                .strip_prefix("SHA-256=")
                .or_else(|| told.strip_prefix("sha-256="))
                .unwrap_or(told);
            world.check(
                &rule,
                format!("l'en-tête digest {expected}"),
                told.to_owned(),
                told == expected,
            )?;
        }
    }
    Ok(())
}

#[when(
    regex = r"^(l'OSL|le SI) joint au dossier un fichier d'un format que la démarche (n'admet pas|admet)$"
)]
async fn joins_format(world: &mut World, actor: Actor, which: String) -> Step {
    let case = world.case_id()?;
    let seed = world.session().free_number();
    let enclosures = match which.as_str() {
        "admet" => world.enclosures(actor.0, 1)?,
        _ => vec![Enclosure::of_no_allowed_format(&seed)],
    };
    // Every stage is tried, whatever the one before gave: the format may be refused at any of them
    // (D9).
    let created = world.join(actor.0, &case, &enclosures, joining(&enclosures, false)).await?;
    world.notes.insert("joined", json!(created.status() == 201));
    if created.status() == 201 {
        let event = world.last_event()?;
        let (id, bytes) = world.event_file(1)?;
        world.upload_to_event(actor.0, &case, &event, &id, bytes).await?;
        world.settled_event_files(actor.0, &case, &event, &[0]).await?;
        world.set_event_status(actor.0, &case, &event, "SENT").await?;
    }
    Ok(())
}

/// Whether a role can download the file that was just joined, and what it was answered.
async fn can_download(world: &mut World, actor: Actor) -> Result<(bool, String), Stop> {
    if world.notes.get("joined") != Some(&json!(true)) {
        return Ok((false, format!("refusée à la création : {}", world.reply()?.in_short())));
    }
    let (case, event) = (world.case_id()?, world.last_event()?);
    let (id, _) = world.event_file(1)?;
    let reply = world.download_from_event(actor.0, &case, &event, &id).await?;
    Ok((reply.is_success(), format!("téléchargement : {}", reply.in_short())))
}

#[then(expr = "la pièce jointe est refusée, ou {actor} ne peut pas la télécharger {rule}")]
async fn not_delivered(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let (delivered, seen) = can_download(world, actor).await?;
    world.check(&rule, "une pièce jointe qui n'est pas délivrée", seen, !delivered)
}

#[then(expr = "{actor} peut télécharger la pièce jointe {rule}")]
async fn delivered(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let (delivered, seen) = can_download(world, actor).await?;
    world.check(&rule, "une pièce jointe délivrée", seen, delivered)
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

#[then(expr = "ce que fait le hub de l'émission de l'événement infecté est relevé {rule}")]
async fn records_infected_sending(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let reply = world.set_event_status(Role::Osl, &case, &event, "SENT").await?;
    let (side, done) =
        if reply.is_success() { ("allowed", "permise") } else { ("refused", "refusée") };
    world.record(
        &rule,
        format!("émission avec une pièce jointe infectée {done} : {}", reply.in_short()),
    );
    world.observe_divergence(
        "D17",
        side,
        format!("émission d'un événement dont une pièce jointe est infectée {done}"),
    );
    Ok(())
}
