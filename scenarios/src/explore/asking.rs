//! Asking for what is not there: objects unknown or badly named, paths and methods of nothing. A
//! clean refusal is due.

use super::player::{Move, Player, named, picked};
use crate::client::Call;
use crate::oracle::Unknown;
use crate::roles::Role;
use contract::operations::Operation;

const UNKNOWN_ID: &str = "00000000-0000-4000-8000-000000000000";
const NO_UUID: &str = "pas-un-uuid";

impl Player<'_> {
    /// Asks for what is not there (rules FOL-29, CAS-11, EVT-23, PJ-09, NOT-07, NOT-08, ERR-04).
    pub(super) async fn ask(&mut self, unknown: Unknown, si: bool) -> Move {
        let role = if si { Role::Si } else { Role::Osl };
        let an_open_case = picked(&self.model.cases_where(|case| case.recipient == Role::Si), 0)
            .map(|place| self.model.case(place).id.clone());
        let a_folder = picked(&self.model.folders_where(|folder| !folder.completed), 0)
            .map(|rank| self.model.folders[rank].id.clone());
        let (what, by, call, statuses, rule): (_, _, _, &[u16], _) = match unknown {
            Unknown::Folder => (
                "un télédossier qui n'existe pas",
                Role::Osl,
                Call::operation(Operation::GetFolder, &[UNKNOWN_ID]),
                &[404],
                "FOL-29",
            ),
            Unknown::FolderNoUuid => (
                "un télédossier par un identifiant mal formé",
                Role::Osl,
                Call::operation(Operation::GetFolder, &[NO_UUID]),
                &[400],
                "FOL-29",
            ),
            Unknown::Case => (
                "un dossier qui n'existe pas",
                Role::Si,
                Call::operation(Operation::GetCase, &[UNKNOWN_ID]),
                &[404],
                "CAS-11",
            ),
            Unknown::CaseNoUuid => (
                "un dossier par un identifiant mal formé",
                Role::Si,
                Call::operation(Operation::GetCase, &[NO_UUID]),
                &[400],
                "CAS-11",
            ),
            Unknown::Event | Unknown::EventNoUuid => {
                let Some(case) = an_open_case else {
                    return Ok(());
                };
                let known = unknown == Unknown::Event;
                let id = if known { UNKNOWN_ID } else { NO_UUID };
                (
                    "un événement qui n'existe pas",
                    role,
                    Call::operation(Operation::GetEvent, &[&case, id]),
                    if known { &[404] } else { &[400] },
                    "EVT-23",
                )
            }
            Unknown::Attachment => {
                let Some(folder) = a_folder else {
                    return Ok(());
                };
                let call = Call::operation(Operation::PutFolderAttachment, &[&folder, UNKNOWN_ID]);
                ("l'envoi d'une pièce qui n'existe pas", Role::Osl, call.file("x"), &[404], "PJ-09")
            }
            Unknown::Notification => (
                "la suppression d'une notification qui n'existe pas",
                role,
                Call::operation(Operation::DeleteNotification, &[UNKNOWN_ID]),
                &[404],
                "NOT-07",
            ),
            Unknown::NotificationNoUuid => (
                "la suppression d'une notification par un identifiant mal formé",
                role,
                Call::operation(Operation::DeleteNotification, &[NO_UUID]),
                &[400],
                "NOT-08",
            ),
            Unknown::Path => (
                "un chemin qui n'existe pas",
                role,
                Call::new(
                    contract::operations::Method::Get,
                    contract::exchange::Api::Teledossiers,
                    "/inconnu",
                ),
                &[404, 405],
                "ERR-04",
            ),
            Unknown::Method => (
                "une méthode qui n'existe pas",
                role,
                Call::new(
                    contract::operations::Method::Delete,
                    contract::exchange::Api::Teledossiers,
                    "/folders",
                ),
                &[404, 405],
                "ERR-04",
            ),
        };
        self.say(format!("{} demande {what}", named(by)));
        let reply = self.call(by, call).await?;
        self.need(&reply, statuses, rule, "un refus propre")
    }
}
