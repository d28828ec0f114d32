//! What is not one's own to do: by scope (contract §4, the matrix) or because the télédossier is
//! another's. It is refused, and shows in nothing that is read back.

use contract::operations::{Access, Operation, Scope};
use serde_json::json;

use super::player::{Move, Player, case_name, folder_name, named, picked};
use crate::client::{Call, Reply};
use crate::oracle::{Case, Deed};
use crate::roles::Role;

/// Somebody does a deed to the first object that it is not theirs to do it to.
pub(super) async fn trespass(player: &mut Player<'_>, who: Role, deed: Deed, pick: u8) -> Move {
    match deed {
        Deed::ReadFolder | Deed::CompleteFolder | Deed::DeleteFolder | Deed::FillFolder => {
            on_folder(player, who, deed, pick).await
        }
        Deed::DeleteNotification => on_notification(player, who, pick).await,
        _ => on_case(player, who, deed, pick).await,
    }
}

fn scope_of(who: Role) -> Scope {
    match who {
        Role::Osl | Role::SecondOsl => Scope::Osl,
        Role::Admin => Scope::Admin,
        Role::Datapass => Scope::Datapass,
        _ => Scope::Si,
    }
}

/// The rule that a refusal belongs to: the matrix where the scope is refused, ownership elsewhere.
fn rule_of(who: Role, deed: Deed) -> String {
    let operation = deed.operation();
    if operation.access(scope_of(who)) == Access::Refused {
        return format!("ACC-{:02}", operation.number());
    }
    let owned = match (who, deed) {
        (Role::OtherProcess, _) => "OWN-06",
        (_, Deed::DeleteNotification) => "OWN-05",
        (Role::SecondOsl, _) => "OWN-07",
        (_, Deed::ReadCase) => "OWN-01",
        (_, Deed::DownloadFile) => "OWN-02",
        (_, Deed::ChangeCase) => "OWN-03",
        _ => "OWN-04",
    };
    owned.to_owned()
}

fn refused(player: &Player<'_>, reply: &Reply, rule: &str) -> Move {
    // A hub may well say that what is another's does not exist.
    let statuses: &[u16] = if rule.starts_with("ACC") { &[403] } else { &[403, 404] };
    player.need(reply, statuses, rule, "un refus faute de droit")
}

async fn on_folder(player: &mut Player<'_>, who: Role, deed: Deed, pick: u8) -> Move {
    let found = match deed {
        Deed::FillFolder | Deed::CompleteFolder => {
            player.model.folders_where(|folder| !folder.completed)
        }
        _ => player.model.folders_where(|_| true),
    };
    let Some(rank) = picked(&found, pick) else {
        return Ok(());
    };
    let folder = player.model.folders[rank].clone();
    let call = match deed {
        Deed::ReadFolder => Call::operation(Operation::GetFolder, &[&folder.id]),
        Deed::DeleteFolder => Call::operation(Operation::DeleteFolder, &[&folder.id]),
        Deed::CompleteFolder => Call::operation(Operation::UpdateFolder, &[&folder.id])
            .json(json!({ "globalStatus": "HUBEE_COMPLETED" })),
        _ => {
            let Some(file) = folder.files.first() else {
                return Ok(());
            };
            Call::operation(Operation::PutFolderAttachment, &[&folder.id, &file.id])
                .file(file.bytes.clone())
        }
    };
    let verb = match deed {
        Deed::ReadFolder => "lit",
        Deed::DeleteFolder => "supprime",
        Deed::CompleteFolder => "déclare complet",
        _ => "envoie une pièce pour",
    };
    player.say(format!("{} {verb} {}", named(who), folder_name(rank)));
    let reply = player.call(who, call).await?;
    refused(player, &reply, &rule_of(who, deed))?;
    player.read_back(rank).await
}

/// Whether a case is not somebody's.
fn is_foreign(who: Role, case: &Case) -> bool {
    who != Role::Osl && who != case.recipient
}

async fn on_case(player: &mut Player<'_>, who: Role, deed: Deed, pick: u8) -> Move {
    let found = player.model.cases_where(|case| is_foreign(who, case));
    let Some(place) = picked(&found, pick) else {
        return Ok(());
    };
    let case = player.model.case(place).clone();
    let event = case.events.iter().find(|event| !event.deleted);
    let (verb, call) = match (deed, event) {
        (Deed::ReadCase, _) => ("lit", Call::operation(Operation::GetCase, &[&case.id])),
        (Deed::ChangeCase, _) => (
            "change le statut de",
            Call::operation(Operation::UpdateCase, &[&case.id])
                .json(json!({ "status": "SI_RECEIVED" })),
        ),
        (Deed::AddEvent, _) => (
            "ajoute un événement sur",
            Call::operation(Operation::CreateEvent, &[&case.id]).json(
                json!({ "actionType": "COM_ADD", "notification": false, "author": "Intrus" }),
            ),
        ),
        (Deed::ReadEvent, Some(event)) => {
            ("lit un événement sur", Call::operation(Operation::GetEvent, &[&case.id, &event.id]))
        }
        (Deed::DeleteEvent, Some(event)) => (
            "supprime un événement sur",
            Call::operation(Operation::DeleteEvent, &[&case.id, &event.id]),
        ),
        (Deed::DownloadFile, _) => {
            let folder = &player.model.folders[place.0];
            let file = folder
                .files
                .iter()
                .find(|file| file.recipients.contains(&place.1) && file.status.is("RECEIVED"));
            let Some(file) = file else { return Ok(()) };
            (
                "télécharge une pièce sur",
                Call::operation(Operation::GetCaseAttachment, &[&case.id, &file.id]),
            )
        }
        _ => return Ok(()),
    };
    player.say(format!("{} {verb} {}", named(who), case_name(place)));
    let reply = player.call(who, call).await?;
    refused(player, &reply, &rule_of(who, deed))?;
    player.read_back(place.0).await
}

async fn on_notification(player: &mut Player<'_>, who: Role, pick: u8) -> Move {
    let mut found = Vec::new();
    for (rank, notice) in player.model.notices.iter().enumerate() {
        if notice.required && !notice.deleted && notice.queue != who {
            found.push(rank);
        }
    }
    let Some(rank) = picked(&found, pick) else {
        return Ok(());
    };
    let owner = player.model.notices[rank].queue;
    player.say(format!("{} supprime une notification qui est pour {}", named(who), named(owner)));
    let Some(id) = player.seen(rank).await? else {
        return Ok(());
    };
    let reply = player.call(who, Call::operation(Operation::DeleteNotification, &[&id])).await?;
    refused(player, &reply, &rule_of(who, Deed::DeleteNotification))?;
    let still = player.seen(rank).await?;
    player.hold(
        still.is_some(),
        "OWN-05",
        || "la notification toujours là".to_owned(),
        || "elle a disparu".to_owned(),
    )
}
