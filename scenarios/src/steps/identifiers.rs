//! Words of the identifiers in a path: the right one, one that nobody gave, one that is none.

use bytes::Bytes;
use contract::operations::Operation;
use cucumber::{given, when};
use serde_json::json;

use super::actors::Actor;
use super::deletions::note_deleted;
use super::notifications;
use super::words::words;
use crate::actor::{joining, silent};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Call;
use crate::roles::Role;
use crate::world::World;

words! {
    /// What is demanded.
    enum Demand in "demand" {
        ReadFolder => "la lecture d'un télédossier",
        CompleteFolder => "la complétude d'un télédossier",
        DeleteFolder => "la suppression d'un télédossier",
        ReadCase => "la lecture d'un dossier",
        AcknowledgeCase => "le passage à SENT d'un dossier",
        DeleteNotification => "la suppression d'une notification",
        CreateEvent => "la création d'un événement",
        ReadEvent => "la lecture d'un événement",
        SendEvent => "l'émission d'un événement",
        DeleteEvent => "la suppression d'un événement",
        UploadEventFile => "l'envoi d'une pièce jointe d'événement",
        DownloadEventFile => "la lecture d'une pièce jointe d'événement",
    }
}

words! {
    /// Whose identifier is looked at.
    enum Named in "named" {
        Folder => "du télédossier",
        Case => "du dossier",
        Notification => "de la notification",
        Event => "de l'événement",
        Attachment => "de la pièce jointe",
    }
}

words! {
    /// What the identifier is.
    enum Which in "which" {
        Right => "juste",
        Unknown => "inconnu",
        Malformed => "mal formé",
    }
}

#[given(expr = "de quoi demander {demand}")]
async fn prepares(world: &mut World, demand: Demand) -> Step {
    let case = world.case_id()?;
    let author = if demand == Demand::DownloadEventFile { Role::Osl } else { Role::Si };
    let enclosures = world.enclosures(author, 1)?;
    let body = joining(&enclosures, false);
    world
        .join(author, &case, &enclosures, body)
        .await?
        .needed("création d'un événement avec une pièce jointe", 201)?;
    if demand != Demand::UploadEventFile {
        world.enclose_all(author, &case).await?;
    }
    if demand == Demand::DownloadEventFile {
        let event = world.last_event()?;
        world
            .set_event_status(author, &case, &event, "SENT")
            .await?
            .needed("émission de l'événement", 204)?;
    }
    Ok(())
}

#[when(expr = "{actor} demande {demand}, l'identifiant {named} étant {which}")]
async fn demands(
    world: &mut World,
    actor: Actor,
    demand: Demand,
    named: Named,
    which: Which,
) -> Step {
    let other = match which {
        Which::Right => None,
        Which::Unknown => Some(uuid::Uuid::new_v4().to_string()),
        Which::Malformed => Some("pas-un-identifiant".to_owned()),
    };
    let id = |own: String, object: Named| match &other {
        Some(other) if object == named => other.clone(),
        _ => own,
    };
    match demand {
        Demand::ReadFolder | Demand::CompleteFolder | Demand::DeleteFolder => {
            let id = id(world.deposited()?.id.clone(), Named::Folder);
            demand_of_folder(world, actor.0, demand, &id).await
        }
        Demand::ReadCase => {
            let id = id(world.case_id()?, Named::Case);
            world.read_case(actor.0, &id).await.map(drop)
        }
        Demand::AcknowledgeCase => {
            let id = id(world.case_id()?, Named::Case);
            world.set_case_status(actor.0, &id, "SENT").await.map(drop)
        }
        Demand::DeleteNotification => {
            let id = match &other {
                Some(other) => other.clone(),
                None => notifications::of_the_folder(world, actor.0).await?,
            };
            world.delete_notification(actor.0, &id).await.map(drop)
        }
        _ => {
            let (attachment, bytes) = world.event_file(1)?;
            let path = EventPath {
                case: id(world.case_id()?, Named::Case),
                event: id(world.last_event()?, Named::Event),
                attachment: id(attachment, Named::Attachment),
            };
            demand_of_event(world, actor.0, demand, path, bytes).await
        }
    }
}

async fn demand_of_folder(world: &mut World, role: Role, demand: Demand, id: &str) -> Step {
    let call = match demand {
        Demand::CompleteFolder => Call::operation(Operation::UpdateFolder, &[id])
            .json(json!({ "globalStatus": "HUBEE_COMPLETED" })),
        Demand::DeleteFolder => Call::operation(Operation::DeleteFolder, &[id]),
        _ => Call::operation(Operation::GetFolder, &[id]),
    };
    world.send_as(role, call).await?;
    if demand == Demand::DeleteFolder && world.deposited()?.id == id {
        note_deleted(world, id).await?;
    }
    Ok(())
}

/// The identifiers in the path of a call on a file of an event.
struct EventPath {
    case: String,
    event: String,
    attachment: String,
}

async fn demand_of_event(
    world: &mut World,
    role: Role,
    demand: Demand,
    EventPath { case, event, attachment }: EventPath,
    bytes: Bytes,
) -> Step {
    let reply: Result<_, Stop> = match demand {
        Demand::CreateEvent => world.send_event(role, &case, silent("STATUS_UPDATE")).await,
        Demand::SendEvent => world.set_event_status(role, &case, &event, "SENT").await,
        Demand::DeleteEvent => world.delete_event(role, &case, &event).await,
        Demand::UploadEventFile => {
            world.upload_to_event(role, &case, &event, &attachment, bytes).await
        }
        Demand::DownloadEventFile => {
            world.download_from_event(role, &case, &event, &attachment).await
        }
        _ => world.read_event(role, &case, &event).await,
    };
    reply.map(drop)
}
