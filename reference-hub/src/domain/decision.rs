//! Deciding: from what is stored and a command to the changes to keep and the outcome to show. Each
//! family of commands has its own file; this one says what a command needs loaded, and hands it
//! over.

use contract::case::MigrationReport;
use contract::ids::{CaseId, EventId, FolderId, NotificationId, OrganizationIdentifier};
use contract::operations::Scope;
use contract::organization::Organization;
use contract::process::Process;
use contract::status::{ActionType, EventStatus};
use contract::timestamp::Timestamp;

use super::command::{
    BlobKey, Command, Context, DomainError, DueWork, FileAddress, Missing, Outcome, TokenDigest,
};
use super::mail::Mail;
use super::teledossier::{NotificationRecord, Teledossier};
use super::{
    attachment, case, event, folder, lifecycle, notification, organization, process, subscription,
};
use crate::referential::{Referential, SubscriptionRecord};

/// What a command is about, for the store to load it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Nothing beside the référentiel.
    Nothing,
    /// The télédossier of this number.
    Number(String),
    /// This télédossier.
    Folder(FolderId),
    /// The télédossier of this case.
    Case(CaseId),
    /// This notification.
    Notification(NotificationId),
    /// Every télédossier with a case addressed to this organization: the command is decided once
    /// without any, then for each of them, and the outcomes are added.
    CasesOf(OrganizationIdentifier),
    /// The télédossiers of these cases, in the same manner.
    Cases(Vec<CaseId>),
}

impl Command {
    /// What must be loaded to decide it.
    pub fn subject(&self) -> Subject {
        match self {
            Self::CreateFolder { request, .. } => Subject::Number(request.external_id.clone()),
            Self::UpdateFolder { folder, .. }
            | Self::DeleteFolder { folder, .. }
            | Self::RecordUpload { file: FileAddress::Folder(folder, _), .. } => {
                Subject::Folder(*folder)
            }
            Self::UpdateCase { case, .. }
            | Self::CreateEvent { case, .. }
            | Self::UpdateEvent { case, .. }
            | Self::DeleteEvent { case, .. }
            | Self::RecordUpload {
                file: FileAddress::Case(case, _) | FileAddress::Event(case, _, _),
                ..
            } => Subject::Case(*case),
            Self::DeleteNotification { notification, .. } => Subject::Notification(*notification),
            Self::MigrateCases { request, .. } => {
                Subject::CasesOf(request.organization_source.clone())
            }
            Self::ConfirmPurge { links, .. } => {
                Subject::Cases(links.iter().map(|link| link.case_id).collect())
            }
            Self::CreateSubscription { .. }
            | Self::ReplaceSubscription { .. }
            | Self::CreateOrganization { .. }
            | Self::ReplaceOrganization { .. }
            | Self::CreateProcess { .. }
            | Self::ReplaceProcess { .. }
            | Self::IssueToken { .. }
            | Self::RunDueWork => Subject::Nothing,
        }
    }
}

/// What is stored of a command's [`Subject`].
#[derive(Debug)]
pub struct State<'a> {
    /// Organizations, démarches, subscriptions.
    pub referential: &'a Referential,
    /// The télédossier, if it exists.
    pub teledossier: Option<Box<Teledossier>>,
    /// The notification, if it exists.
    pub notification: Option<NotificationRecord>,
}

impl<'a> State<'a> {
    /// The référentiel alone.
    pub fn of(referential: &'a Referential) -> Self {
        Self { referential, teledossier: None, notification: None }
    }

    /// The référentiel and a télédossier.
    pub fn with(referential: &'a Referential, teledossier: Teledossier) -> Self {
        Self { teledossier: Some(Box::new(teledossier)), ..Self::of(referential) }
    }

    pub(super) fn found(&mut self, missing: Missing) -> Result<Box<Teledossier>, DomainError> {
        self.teledossier.take().ok_or(DomainError::NotFound(missing))
    }
}

/// Something to be kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A télédossier is new.
    Create(Box<Teledossier>),
    /// A télédossier is now this.
    Save(Box<Teledossier>),
    /// A télédossier is gone, with everything about it.
    Remove(Box<Teledossier>),
    /// An event is new or has another status: what notifications show of it.
    Event {
        /// The event.
        id: EventId,
        /// Its télédossier.
        folder: FolderId,
        /// What it does.
        action: ActionType,
        /// Where it stands.
        status: EventStatus,
    },
    /// An event is gone.
    RemoveEvent(EventId),
    /// A notification enters its queue.
    Notify(NotificationRecord),
    /// A notification is gone.
    RemoveNotification(NotificationId),
    /// A case and its notifications change hands.
    MoveCase {
        /// The case.
        case: CaseId,
        /// From whom.
        source: OrganizationIdentifier,
        /// To whom.
        target: OrganizationIdentifier,
    },
    /// A binary is referred to from now on.
    KeepBlob(BlobKey),
    /// A binary is referred to no more.
    ReleaseBlob(BlobKey),
    /// A mail is to be sent.
    Mail(Mail),
    /// Something is to be done later.
    Schedule {
        /// When.
        at: Timestamp,
        /// What.
        work: DueWork,
    },
    /// A subscription is new or now this.
    PutSubscription(Box<SubscriptionRecord>),
    /// An organization is new or now this.
    PutOrganization(Box<Organization>),
    /// A démarche is new or now this.
    PutProcess(Box<Process>),
    /// A token is valid.
    Grant {
        /// Its digest.
        token: TokenDigest,
        /// Whose it is.
        client_id: String,
        /// What for.
        scope: Scope,
        /// Until when.
        expires: Timestamp,
    },
}

/// What is to be kept, in this order, and what is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What is to be kept.
    pub changes: Vec<Change>,
    /// What is to be shown.
    pub outcome: Outcome,
}

impl Decision {
    /// Changes with nothing to show.
    pub fn done(changes: Vec<Change>) -> Self {
        Self { changes, outcome: Outcome::Done }
    }

    /// Nothing to keep, nothing to show.
    pub fn nothing() -> Self {
        Self::done(Vec::new())
    }
}

/// Decides a command. When it is refused, nothing is to be kept.
pub fn decide(
    state: State<'_>,
    command: Command,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    match command {
        Command::CreateFolder { caller, request } => {
            folder::create(state, &caller, request, context)
        }
        Command::UpdateFolder { caller, request, .. } => {
            folder::update(state, &caller, &request, context)
        }
        Command::DeleteFolder { caller, .. } => folder::delete(state, &caller, context),
        Command::UpdateCase { caller, case, request } => {
            case::update(state, &caller, case, &request, context)
        }
        Command::CreateEvent { caller, case, request } => {
            event::create(state, &caller, case, request, context)
        }
        Command::UpdateEvent { caller, case, event, request } => {
            event::update(state, &caller, case, event, &request, context)
        }
        Command::DeleteEvent { caller, case, event } => {
            event::delete(state, &caller, case, event, context)
        }
        Command::RecordUpload { caller, file, upload } => {
            attachment::record(state, &caller, file, &upload, context)
        }
        Command::DeleteNotification { caller, .. } => notification::delete(state, &caller, context),
        Command::CreateSubscription { caller, request } => {
            subscription::create(state.referential, &caller, request, context)
        }
        Command::ReplaceSubscription { subscription, request, .. } => {
            subscription::replace(state.referential, subscription, request, context)
        }
        Command::CreateOrganization { request } => {
            organization::create(state.referential, request, context)
        }
        Command::ReplaceOrganization { organization, request } => {
            organization::replace(state.referential, &organization, request, context)
        }
        Command::CreateProcess { request } => process::create(state.referential, request, context),
        Command::ReplaceProcess { process, request } => {
            process::replace(state.referential, &process, request, context)
        }
        Command::MigrateCases { caller, request } => {
            case::migrate(state, &caller, &request, context)
        }
        Command::ConfirmPurge { caller, links } => {
            lifecycle::confirm_purge(state, &caller, &links, context)
        }
        Command::IssueToken { token, client_id, scope, expires } => {
            Ok(Decision::done(vec![Change::Grant { token, client_id, scope, expires }]))
        }
        Command::RunDueWork => Ok(Decision::nothing()),
    }
}

/// Decides work whose time has come. What it was about may be gone or changed meanwhile: then
/// nothing is to be done.
pub fn decide_due(state: State<'_>, work: &DueWork, context: &Context<'_>) -> Decision {
    match work {
        DueWork::GiveVerdict { attachment, blob, infected, .. } => {
            attachment::give_verdict(state, *attachment, blob, *infected, context)
        }
        DueWork::Deliver { .. } => folder::deliver_due(state, context),
        DueWork::Age { .. } => lifecycle::age(state, context),
    }
}

impl Outcome {
    /// The outcome of a command decided in parts.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Migrated(left), Self::Migrated(right)) => Self::Migrated(MigrationReport {
                case_updated: left.case_updated + right.case_updated,
            }),
            (first, _) => first,
        }
    }
}
