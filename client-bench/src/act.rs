//! What the bench misbehaves by, under the names that the features give it.

use std::time::Duration;

use contract::misbehaviour::{Act, Misbehaviour, Target};
use contract::operations::Operation;

/// A misbehaviour as a feature names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedMisbehaviour {
    /// Its words, after "le banc".
    pub name: &'static str,
    on: On,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    Operation(Operation),
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    EndToken,
    Refuse(u16),
    TooMany,
    Outage,
    CloseBefore,
    CloseAfter,
    Slow,
    Spoil,
    Infect,
    Truncate,
    AlterBytes,
    UnknownFields,
    Reverse,
    EmptyList,
}

const fn named(name: &'static str, on: On, kind: Kind) -> NamedMisbehaviour {
    NamedMisbehaviour { name, on, kind }
}

/// Every misbehaviour that a feature may name.
const MISBEHAVIOURS: &[NamedMisbehaviour] = &[
    named(
        "met fin au jeton pendant le traitement",
        On::Operation(Operation::GetCase),
        Kind::EndToken,
    ),
    named(
        "met fin au jeton pendant le dépôt",
        On::Operation(Operation::PutFolderAttachment),
        Kind::EndToken,
    ),
    named(
        "répond 500 à la lecture d'un dossier",
        On::Operation(Operation::GetCase),
        Kind::Refuse(500),
    ),
    named(
        "répond 500 à un téléchargement",
        On::Operation(Operation::GetCaseAttachment),
        Kind::Refuse(500),
    ),
    named(
        "répond 503 à la lecture des notifications",
        On::Operation(Operation::ListNotifications),
        Kind::Refuse(503),
    ),
    named(
        "répond 503 à l'envoi d'un événement",
        On::Operation(Operation::CreateEvent),
        Kind::Refuse(503),
    ),
    named(
        "répond 500 à la suppression d'une notification",
        On::Operation(Operation::DeleteNotification),
        Kind::Refuse(500),
    ),
    named(
        "abîme une pièce jointe en chemin, qui est rejetée",
        On::Operation(Operation::PutFolderAttachment),
        Kind::Spoil,
    ),
    named(
        "trouve une pièce jointe infectée",
        On::Operation(Operation::PutFolderAttachment),
        Kind::Infect,
    ),
    named("est indisponible un moment", On::Everything, Kind::Outage),
    named("répond 429 avec Retry-After", On::Everything, Kind::TooMany),
    named(
        "rompt la connexion avant de lire un événement envoyé",
        On::Operation(Operation::CreateEvent),
        Kind::CloseBefore,
    ),
    named(
        "rompt la connexion après avoir enregistré un événement",
        On::Operation(Operation::CreateEvent),
        Kind::CloseAfter,
    ),
    named(
        "rompt la connexion après avoir supprimé une notification",
        On::Operation(Operation::DeleteNotification),
        Kind::CloseAfter,
    ),
    named("tarde à répondre", On::Operation(Operation::ListNotifications), Kind::Slow),
    named("tronque un téléchargement", On::Operation(Operation::GetCaseAttachment), Kind::Truncate),
    named(
        "envoie d'autres octets que ceux de l'empreinte",
        On::Operation(Operation::GetCaseAttachment),
        Kind::AlterBytes,
    ),
    named(
        "donne les notifications dans un autre ordre",
        On::Operation(Operation::ListNotifications),
        Kind::Reverse,
    ),
    named("ajoute des champs inconnus à toutes ses réponses", On::Everything, Kind::UnknownFields),
    named("donne une liste vide", On::Operation(Operation::ListNotifications), Kind::EmptyList),
    named(
        "répond 503 à la création d'un télédossier",
        On::Operation(Operation::CreateFolder),
        Kind::Refuse(503),
    ),
    named(
        "répond 500 au dépôt d'une pièce jointe",
        On::Operation(Operation::PutFolderAttachment),
        Kind::Refuse(500),
    ),
    named(
        "rompt la connexion après avoir créé le télédossier",
        On::Operation(Operation::CreateFolder),
        Kind::CloseAfter,
    ),
    named(
        "rompt la connexion avant de recevoir une pièce jointe",
        On::Operation(Operation::PutFolderAttachment),
        Kind::CloseBefore,
    ),
    named(
        "rompt la connexion après avoir terminé le dépôt",
        On::Operation(Operation::UpdateFolder),
        Kind::CloseAfter,
    ),
];

impl NamedMisbehaviour {
    /// The misbehaviour of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        MISBEHAVIOURS.iter().find(|misbehaviour| misbehaviour.name == name).copied()
    }

    /// Whether what the client makes of it is only noted: no document says what it must (429).
    pub(crate) fn is_only_recorded(self) -> bool {
        self.kind == Kind::TooMany
    }

    /// How long it lasts from the first call that suffers it, when it does so until it is lifted.
    pub(crate) fn lasts(self) -> Option<Duration> {
        (self.kind == Kind::Outage).then_some(Duration::from_secs(2))
    }

    /// What the hub is asked to do; a slow answer comes `slow` later.
    pub(crate) fn plan(self, slow: Duration) -> Vec<Misbehaviour> {
        let on = match self.on {
            On::Operation(operation) => Target::Operation(operation),
            On::Everything => Target::Everything,
        };
        let (times, act) = match self.kind {
            Kind::EndToken => (1, Act::EndToken),
            Kind::Refuse(status) => (1, refuse(status, None)),
            Kind::TooMany => (1, refuse(429, Some(1))),
            Kind::Outage => (u32::MAX, refuse(503, None)),
            Kind::CloseBefore => (1, Act::CloseBefore),
            Kind::CloseAfter => (1, Act::CloseAfter),
            Kind::Slow => {
                let milliseconds = u64::try_from(slow.as_millis()).unwrap_or(u64::MAX);
                (1, Act::Delay { milliseconds })
            }
            Kind::Spoil => (1, Act::SpoilUpload),
            Kind::Infect => (1, Act::InfectUpload),
            Kind::Truncate => (1, Act::Truncate),
            Kind::AlterBytes => (1, Act::AlterBytes),
            Kind::UnknownFields => (u32::MAX, Act::AddUnknownFields),
            Kind::Reverse => (u32::MAX, Act::Reverse),
            Kind::EmptyList => (1, Act::EmptyList),
        };
        vec![Misbehaviour { on, skip: 0, times, act }]
    }
}

fn refuse(status: u16, retry_after_seconds: Option<u32>) -> Act {
    Act::Refuse { status, retry_after_seconds }
}

/// A case that the client finds gone, whenever it reads it.
pub(crate) fn gone(case: &str) -> Misbehaviour {
    Misbehaviour {
        on: Target::OperationOn(Operation::GetCase, case.to_owned()),
        skip: 0,
        times: u32::MAX,
        act: refuse(404, None),
    }
}
