//! Words of deletion: of a télédossier, of an event, of a notification.

use contract::operations::Operation;
use cucumber::when;

use super::actors::Actor;
use super::words::words;
use super::{notifications, statuses};
use crate::check::Step;
use crate::client::Call;
use crate::world::World;

words! {
    /// What may be deleted.
    enum Deletable in "deletable" {
        Folder => "le télédossier",
        Event => "l'événement",
        NewCaseNotification => "la notification du télédossier",
        FirstNotification => "la première de ces notifications",
    }
}

#[when(expr = "{actor} supprime {deletable}")]
async fn deletes(world: &mut World, actor: Actor, deletable: Deletable) -> Step {
    match deletable {
        Deletable::Folder => {
            statuses::note_folder(world).await?;
            let id = world.deposited()?.id.clone();
            world.send_as(actor.0, Call::operation(Operation::DeleteFolder, &[&id])).await?;
            note_deleted(world, &id).await?;
        }
        Deletable::Event => {
            let (case, event) = (world.case_id()?, world.last_event()?);
            world.delete_event(actor.0, &case, &event).await?;
        }
        Deletable::NewCaseNotification => {
            let id = notifications::of_the_folder(world, actor.0).await?;
            world.delete_notification(actor.0, &id).await?;
        }
        Deletable::FirstNotification => {
            let id = notifications::first(world, actor.0).await?;
            world.delete_notification(actor.0, &id).await?;
        }
    }
    Ok(())
}

/// Takes a télédossier that was just deleted out of what is to be cleaned up. A hub that says 204
/// and keeps it is found out by the next step; what it kept is for the report to list.
pub(super) async fn note_deleted(world: &mut World, id: &str) -> Step {
    let answer = world.reply()?.clone();
    if answer.status() == 204 && world.read_folder().await?.status() == 404 {
        world.session().ledger.gone(id);
    }
    world.replies.push(answer);
    Ok(())
}
