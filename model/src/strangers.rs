//! What is not one's own to do: by scope (contract §4, the matrix) or because the télédossier is
//! another's. It is refused, and shows in nothing that is read back.

use contract::operations::{Access, Operation};
use serde_json::json;

use crate::action::Deed;
use crate::call::Call;
use crate::expectation::{Allowed, Expectation, Todo, calls};
use crate::queues::seen;
use crate::reading::read_folder;
use crate::roles::Role;
use crate::state::{Case, Folder, Model, case_name, folder_name, picked};

/// Somebody does a deed to the first object that it is not theirs to do it to.
pub(crate) fn step(model: &Model, who: Role, deed: Deed, pick: u8) -> Option<Expectation> {
    if !model.setting.has(who) {
        return None;
    }
    match deed {
        Deed::ReadFolder | Deed::CompleteFolder | Deed::DeleteFolder | Deed::FillFolder => {
            on_folder(model, who, deed, pick)
        }
        Deed::DeleteNotification => on_notification(model, who, pick),
        _ => on_case(model, who, deed, pick),
    }
}

/// The rule that a refusal belongs to: the matrix where the scope is refused, ownership elsewhere.
fn rule_of(who: Role, deed: Deed) -> String {
    let operation = deed.operation();
    if operation.access(who.scope()) == Access::Refused {
        return format!("ACC-{:02}", operation.number());
    }
    rule_of_ownership(who, operation).to_owned()
}

/// The rule by which what belongs to others is refused to somebody whose scope may ask for it.
pub fn rule_of_ownership(who: Role, operation: Operation) -> &'static str {
    use Operation as On;
    match (who, operation) {
        (Role::OtherProcess, _) => "OWN-06",
        (Role::OtherBranch, _) => "OWN-10",
        (
            Role::SecondOsl,
            On::GetFolder | On::UpdateFolder | On::DeleteFolder | On::PutFolderAttachment,
        ) => "OWN-07",
        (Role::SecondOsl, _) => "OWN-11",
        (_, On::DeleteNotification) => "OWN-05",
        (_, On::GetCase) => "OWN-01",
        (_, On::GetCaseAttachment) => "OWN-02",
        (_, On::UpdateCase) => "OWN-03",
        _ => "OWN-04",
    }
}

fn refused(asked: (Role, Call), deed: Deed) -> Expectation {
    let rule = rule_of(asked.0, deed);
    // A hub may well say that what is another's does not exist.
    let allowed: &[u16] = if rule.starts_with("ACC") { &[403] } else { &[403, 404] };
    Expectation::new(asked, Allowed::Only(allowed), rule, "un refus faute de droit")
}

fn on_folder(model: &Model, who: Role, deed: Deed, pick: u8) -> Option<Expectation> {
    let open_only = matches!(deed, Deed::FillFolder | Deed::CompleteFolder);
    let suits = |folder: &Folder| !(open_only && folder.completed);
    let rank = picked(&model.folders_where(suits), pick)?;
    let folder = &model.folders[rank];
    let on = |operation| Call::of(operation, &[&folder.id]);
    let (verb, call) = match deed {
        Deed::ReadFolder => ("lit", on(Operation::GetFolder)),
        Deed::DeleteFolder => ("supprime", on(Operation::DeleteFolder)),
        Deed::CompleteFolder => {
            let body = json!({ "globalStatus": "HUBEE_COMPLETED" });
            ("déclare complet", on(Operation::UpdateFolder).json(body))
        }
        _ => {
            let file = folder.files.first()?;
            let call = Call::of(Operation::PutFolderAttachment, &[&folder.id, &file.id]);
            ("envoie une pièce pour", call.file(file.bytes.clone()))
        }
    };
    let sentence = format!("{} {verb} {}", who.named(), folder_name(rank));
    Some(refused((who, call), deed).saying(sentence).followed_by([read_folder(rank)]))
}

/// Whether a case is not somebody's.
fn is_foreign(who: Role, case: &Case) -> bool {
    who != Role::Osl && who != case.recipient
}

fn on_case(model: &Model, who: Role, deed: Deed, pick: u8) -> Option<Expectation> {
    let place = picked(&model.cases_where(|case| is_foreign(who, case)), pick)?;
    let case = model.case(place);
    let event = case.events.iter().find(|event| !event.deleted);
    let on = |operation| Call::of(operation, &[&case.id]);
    let (verb, call) = match deed {
        Deed::ReadCase => ("lit", on(Operation::GetCase)),
        Deed::ChangeCase => {
            let body = json!({ "status": "SI_RECEIVED" });
            ("change le statut de", on(Operation::UpdateCase).json(body))
        }
        Deed::AddEvent => {
            let body =
                json!({ "actionType": "COM_ADD", "notification": false, "author": "Intrus" });
            ("ajoute un événement sur", on(Operation::CreateEvent).json(body))
        }
        Deed::ReadEvent => {
            ("lit un événement sur", Call::of(Operation::GetEvent, &[&case.id, &event?.id]))
        }
        Deed::DeleteEvent => {
            ("supprime un événement sur", Call::of(Operation::DeleteEvent, &[&case.id, &event?.id]))
        }
        Deed::DownloadFile => {
            let mut files = model.folders[place.0].files.iter();
            let file = files
                .find(|file| file.recipients.contains(&place.1) && file.status.is("RECEIVED"))?;
            (
                "télécharge une pièce sur",
                Call::of(Operation::GetCaseAttachment, &[&case.id, &file.id]),
            )
        }
        _ => return None,
    };
    let sentence = format!("{} {verb} {}", who.named(), case_name(place));
    Some(refused((who, call), deed).saying(sentence).followed_by([read_folder(place.0)]))
}

fn on_notification(model: &Model, who: Role, pick: u8) -> Option<Expectation> {
    let notices = model.notices.iter().enumerate();
    let others = notices.filter(|(_, it)| it.must_be_there() && it.queue != who);
    let rank = picked(&others.map(|(rank, _)| rank).collect::<Vec<_>>(), pick)?;
    let owner = model.notices[rank].queue.named();
    let sentence = format!("{} supprime une notification qui est pour {owner}", who.named());
    let refused_to_stranger = move |id: String| {
        let asked = calls(who, Operation::DeleteNotification, &[&id]);
        let still_there = Todo::new(move |model| seen(model, rank, |_| None));
        let refusal = refused(asked, Deed::DeleteNotification).followed_by([still_there]);
        Some(Todo::new(move |_| refusal))
    };
    Some(seen(model, rank, refused_to_stranger).saying(sentence))
}
