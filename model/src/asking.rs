//! Asking for what is not there: objects unknown or badly named, paths and methods of nothing. A
//! clean refusal is due.

use contract::operations::{Method, Operation};

use crate::action::Unknown;
use crate::call::Call;
use crate::expectation::{Allowed, Expectation};
use crate::roles::Role;
use crate::state::{Model, picked};

const UNKNOWN_ID: &str = "00000000-0000-4000-8000-000000000000";
const NO_UUID: &str = "pas-un-uuid";

/// Asks for what is not there (rules FOL-29, CAS-11, EVT-23, PJ-09, NOT-07, NOT-08, ERR-04).
pub(crate) fn step(model: &Model, unknown: Unknown, si: bool) -> Option<Expectation> {
    let either = if si { Role::Si } else { Role::Osl };
    let an_open_case = || {
        let place = picked(&model.cases_where(|case| case.recipient == Role::Si), 0)?;
        Some(&model.case(place).id)
    };
    let a_folder = || {
        let rank = picked(&model.folders_where(|folder| !folder.completed), 0)?;
        Some(&model.folders[rank].id)
    };
    let of = Call::of;
    let (what, by, call, statuses, rule): (_, _, _, &[u16], _) = match unknown {
        Unknown::Folder => (
            "un télédossier qui n'existe pas",
            Role::Osl,
            of(Operation::GetFolder, &[UNKNOWN_ID]),
            &[404],
            "FOL-29",
        ),
        Unknown::FolderNoUuid => (
            "un télédossier par un identifiant mal formé",
            Role::Osl,
            of(Operation::GetFolder, &[NO_UUID]),
            &[400],
            "FOL-29",
        ),
        Unknown::Case => (
            "un dossier qui n'existe pas",
            Role::Si,
            of(Operation::GetCase, &[UNKNOWN_ID]),
            &[404],
            "CAS-11",
        ),
        Unknown::CaseNoUuid => (
            "un dossier par un identifiant mal formé",
            Role::Si,
            of(Operation::GetCase, &[NO_UUID]),
            &[400],
            "CAS-11",
        ),
        Unknown::Event => (
            "un événement qui n'existe pas",
            either,
            of(Operation::GetEvent, &[an_open_case()?, UNKNOWN_ID]),
            &[404],
            "EVT-23",
        ),
        Unknown::EventNoUuid => (
            "un événement qui n'existe pas",
            either,
            of(Operation::GetEvent, &[an_open_case()?, NO_UUID]),
            &[400],
            "EVT-23",
        ),
        Unknown::Attachment => (
            "l'envoi d'une pièce qui n'existe pas",
            Role::Osl,
            of(Operation::PutFolderAttachment, &[a_folder()?, UNKNOWN_ID]).file("x"),
            &[404],
            "PJ-09",
        ),
        Unknown::Notification => (
            "la suppression d'une notification qui n'existe pas",
            either,
            of(Operation::DeleteNotification, &[UNKNOWN_ID]),
            &[404],
            "NOT-07",
        ),
        Unknown::NotificationNoUuid => (
            "la suppression d'une notification par un identifiant mal formé",
            either,
            of(Operation::DeleteNotification, &[NO_UUID]),
            &[400],
            "NOT-08",
        ),
        Unknown::Path => (
            "un chemin qui n'existe pas",
            either,
            Call::of_nothing(Method::Get, "/inconnu"),
            &[404, 405],
            "ERR-04",
        ),
        Unknown::Method => (
            "une méthode qui n'existe pas",
            either,
            Call::of_nothing(Method::Delete, "/folders"),
            &[404, 405],
            "ERR-04",
        ),
    };
    Some(
        Expectation::new((by, call), Allowed::Only(statuses), rule, "un refus propre")
            .saying(format!("{} demande {what}", by.named())),
    )
}
