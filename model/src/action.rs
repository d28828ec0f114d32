//! What actors can do, as the generator draws it: an action names its objects by rank among those
//! that suit it, so that a sequence stays playable when some of it is taken away.

use contract::operations::Operation;
use serde::{Deserialize, Serialize};

use crate::roles::Role;

/// The rank of an object among those that suit, counted round.
pub type Pick = u8;

/// One move of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// The OSL creates a télédossier.
    Create {
        /// For the second SI too.
        both: bool,
        /// What its files will be, one for each; at least one is sent.
        files: Vec<Content>,
        /// Whether the technical headers are sent.
        headers: bool,
    },
    /// The OSL deposits a whole télédossier: creation, files, completion.
    Deposit {
        /// For the second SI too.
        both: bool,
        /// What its files are: one refused does not keep it from being completed.
        files: Vec<Content>,
    },
    /// The OSL creates a télédossier that has a flaw.
    CreateFlawed {
        /// Which.
        flaw: FolderFlaw,
        /// Whether it then sends it again without the flaw, under the same number.
        corrected: bool,
    },
    /// The OSL creates a télédossier under a number in use.
    Reuse {
        /// Whose number.
        folder: Pick,
    },
    /// The OSL sends the bytes of a file that waits for them.
    Upload {
        /// Which.
        file: Pick,
        /// Whether with its digest.
        digest: bool,
    },
    /// The OSL completes a télédossier.
    Complete {
        /// Which.
        folder: Pick,
        /// As a POST that says PATCH.
        by_post: bool,
    },
    /// The OSL deletes a télédossier, completed or not.
    DeleteFolder {
        /// Which.
        folder: Pick,
    },
    /// The OSL closes or reopens a télédossier.
    FolderStatus {
        /// Which.
        folder: Pick,
        /// Closed, or else reopened.
        closed: bool,
        /// With a closing date.
        dated: bool,
    },
    /// Whoever may sets the status of a case, along the listed ones.
    CaseStatus {
        /// Which case.
        case: Pick,
        /// Which of the statuses that may follow.
        status: Pick,
        /// As a POST that says PATCH.
        by_post: bool,
    },
    /// The OSL closes a case, which is first brought to where that is listed.
    CloseCase {
        /// Which case.
        case: Pick,
    },
    /// The SI or the OSL sets a case to a status that is none.
    CaseStatusFlawed {
        /// Which case.
        case: Pick,
        /// By the OSL.
        osl: bool,
        /// By a body that is no JSON.
        truncated: bool,
    },
    /// An event without files.
    Event {
        /// On which case.
        case: Pick,
        /// By the OSL.
        osl: bool,
        /// Which kind.
        kind: Pick,
        /// Whether the other side is to be notified.
        notified: bool,
        /// Whether it carries a new status, one that may follow.
        new_status: bool,
    },
    /// An event that announces files.
    FileEvent {
        /// On which case.
        case: Pick,
        /// By the OSL.
        osl: bool,
        /// What its files will be.
        files: Vec<Content>,
        /// Whether the other side is to be notified.
        notified: bool,
    },
    /// An event that has a flaw.
    EventFlawed {
        /// On which case.
        case: Pick,
        /// By the OSL.
        osl: bool,
        /// Which.
        flaw: EventFlaw,
    },
    /// The author sends the bytes of a file of an event.
    UploadEvent {
        /// Which.
        file: Pick,
    },
    /// The author sends an event that announced files.
    SendEvent {
        /// Which.
        event: Pick,
    },
    /// The other side acknowledges an event.
    Acknowledge {
        /// Which.
        event: Pick,
        /// As a POST that says PATCH.
        by_post: bool,
    },
    /// The author deletes an event.
    DeleteEvent {
        /// Which.
        event: Pick,
    },
    /// A recipient downloads a file of its télédossier, one that is addressed to it or not.
    Download {
        /// By the recipient of which case.
        case: Pick,
        /// Which file of the télédossier.
        file: Pick,
    },
    /// The other side downloads a file of an event.
    DownloadEvent {
        /// Which.
        file: Pick,
    },
    /// Somebody does what is not theirs to do.
    #[serde(rename = "trespass")]
    ActAsStranger {
        /// Who.
        who: Role,
        /// What.
        deed: Deed,
        /// To which object.
        pick: Pick,
    },
    /// Somebody asks for what is not there.
    Ask {
        /// What.
        unknown: Unknown,
        /// By the SI rather than the OSL, where both may.
        si: bool,
    },
    /// An actor reads a batch of notifications.
    ReadQueue {
        /// Which.
        who: Role,
        /// How many at most; zero stands for a size that is no number.
        size: u8,
    },
    /// An actor filters its notifications by another démarche.
    FilterQueue {
        /// Which.
        who: Role,
    },
    /// A recipient deletes a notification of its own.
    DeleteNotification {
        /// Which.
        notice: Pick,
        /// And again.
        again: bool,
    },
}

/// The bytes of a file, against what was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// As announced.
    Right,
    /// One byte less.
    Shorter,
    /// One byte more.
    Longer,
    /// An image.
    OtherType,
    /// Infected.
    Infected,
}

/// A flaw of a creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say what lacks or is too long")]
pub enum FolderFlaw {
    NoApplicant,
    NoFirstName,
    NoLastName,
    NoNumber,
    NoCases,
    EmptyCases,
    NoAttachments,
    NoFileName,
    NoSize,
    NoRecipients,
    NegativeSize,
    LongFirstName,
    LongEmail,
    LongFileName,
    LongNumber,
    UnknownProcess,
    UnknownRecipient,
    CasesOfAnotherType,
    Truncated,
}

impl FolderFlaw {
    /// All of them.
    pub(crate) const ALL: [Self; 19] = [
        Self::NoApplicant,
        Self::NoFirstName,
        Self::NoLastName,
        Self::NoNumber,
        Self::NoCases,
        Self::EmptyCases,
        Self::NoAttachments,
        Self::NoFileName,
        Self::NoSize,
        Self::NoRecipients,
        Self::NegativeSize,
        Self::LongFirstName,
        Self::LongEmail,
        Self::LongFileName,
        Self::LongNumber,
        Self::UnknownProcess,
        Self::UnknownRecipient,
        Self::CasesOfAnotherType,
        Self::Truncated,
    ];

    /// The rule that asks for the refusal.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::LongFirstName | Self::LongEmail | Self::LongFileName => "FOL-05",
            Self::LongNumber => "NUM-06",
            Self::UnknownProcess => "FOL-06",
            Self::UnknownRecipient => "FOL-08",
            Self::Truncated => "ERR-02",
            _ => "FOL-03",
        }
    }

    /// What the télédossier is, in French.
    pub(crate) const fn in_french(self) -> &'static str {
        match self {
            Self::NoApplicant => "sans demandeur",
            Self::NoFirstName => "dont le demandeur n'a pas de prénom",
            Self::NoLastName => "dont le demandeur n'a pas de nom",
            Self::NoNumber => "sans numéro",
            Self::NoCases => "sans dossier",
            Self::EmptyCases => "dont la liste de dossiers est vide",
            Self::NoAttachments => "sans pièce jointe",
            Self::NoFileName => "dont une pièce n'a pas de nom",
            Self::NoSize => "dont une pièce n'a pas de taille",
            Self::NoRecipients => "dont une pièce n'a pas de destinataire",
            Self::NegativeSize => "dont une pièce a une taille négative",
            Self::LongFirstName => "dont le prénom a 256 caractères",
            Self::LongEmail => "dont l'adresse électronique a plus de 320 caractères",
            Self::LongFileName => "dont une pièce a un nom de 256 caractères",
            Self::LongNumber => "dont le numéro a 31 caractères",
            Self::UnknownProcess => "d'une démarche inconnue",
            Self::UnknownRecipient => "pour un destinataire qui n'existe pas",
            Self::CasesOfAnotherType => "dont les dossiers ne sont pas une liste",
            Self::Truncated => "en JSON tronqué",
        }
    }
}

/// A flaw of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say what is wrong")]
pub enum EventFlaw {
    UnknownAction,
    NoAction,
    DepositWithoutFile,
    FileWithoutDeposit,
    LongMessage,
    ActionOfAnotherType,
    Truncated,
}

impl EventFlaw {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::UnknownAction,
        Self::NoAction,
        Self::DepositWithoutFile,
        Self::FileWithoutDeposit,
        Self::LongMessage,
        Self::ActionOfAnotherType,
        Self::Truncated,
    ];

    /// The rule that asks for the refusal.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::UnknownAction | Self::NoAction | Self::ActionOfAnotherType => "EVT-02",
            Self::DepositWithoutFile => "EVT-03",
            Self::FileWithoutDeposit => "EVT-04",
            Self::LongMessage => "EVT-24",
            Self::Truncated => "ERR-02",
        }
    }

    /// What the event is, in French.
    pub(crate) const fn in_french(self) -> &'static str {
        match self {
            Self::UnknownAction => "d'un type inconnu",
            Self::NoAction => "sans type",
            Self::DepositWithoutFile => "de dépôt de fichiers sans fichier",
            Self::FileWithoutDeposit => "de changement de statut avec un fichier",
            Self::LongMessage => "dont le message a 1 001 caractères",
            Self::ActionOfAnotherType => "dont le type est un nombre",
            Self::Truncated => "en JSON tronqué",
        }
    }
}

/// What one may do to another's object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say what is done")]
pub enum Deed {
    ReadFolder,
    CompleteFolder,
    DeleteFolder,
    FillFolder,
    ReadCase,
    ChangeCase,
    AddEvent,
    ReadEvent,
    DeleteEvent,
    DownloadFile,
    DeleteNotification,
}

impl Deed {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::ReadFolder,
        Self::CompleteFolder,
        Self::DeleteFolder,
        Self::FillFolder,
        Self::ReadCase,
        Self::ChangeCase,
        Self::AddEvent,
        Self::ReadEvent,
        Self::DeleteEvent,
        Self::DownloadFile,
        Self::DeleteNotification,
    ];

    /// The operation of the matrix.
    pub(crate) const fn operation(self) -> Operation {
        match self {
            Self::ReadFolder => Operation::GetFolder,
            Self::CompleteFolder => Operation::UpdateFolder,
            Self::DeleteFolder => Operation::DeleteFolder,
            Self::FillFolder => Operation::PutFolderAttachment,
            Self::ReadCase => Operation::GetCase,
            Self::ChangeCase => Operation::UpdateCase,
            Self::AddEvent => Operation::CreateEvent,
            Self::ReadEvent => Operation::GetEvent,
            Self::DeleteEvent => Operation::DeleteEvent,
            Self::DownloadFile => Operation::GetCaseAttachment,
            Self::DeleteNotification => Operation::DeleteNotification,
        }
    }
}

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say what is asked for")]
pub enum Unknown {
    Folder,
    FolderNoUuid,
    Case,
    CaseNoUuid,
    Event,
    EventNoUuid,
    Attachment,
    Notification,
    NotificationNoUuid,
    Path,
    Method,
}

impl Unknown {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Folder,
        Self::FolderNoUuid,
        Self::Case,
        Self::CaseNoUuid,
        Self::Event,
        Self::EventNoUuid,
        Self::Attachment,
        Self::Notification,
        Self::NotificationNoUuid,
        Self::Path,
        Self::Method,
    ];
}
