//! A hub without transport nor disk: the bundled référentiel, and what was decided, in plain
//! collections. The callers are those of the bundled credentials.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::LazyLock;

use contract::attachment::AttachmentRequest;
use contract::case::CaseUpdateRequest;
use contract::event::{Event, EventRequest, EventUpdateRequest};
use contract::folder::{Applicant, Folder, FolderCaseRequest, FolderRequest, FolderUpdateRequest};
use contract::ids::{CaseId, EventId, FolderId, OrganizationIdentifier};
use contract::status::CaseStatus;
use contract::timestamp::Timestamp;
use uuid::Uuid;

use crate::domain::{
    BlobKey, Caller, Change, Command, Context, Decision, DomainError, DueWork, FileAddress,
    IdSource, Mail, NotificationFilter, NotificationRecord, Outcome, Receipt, Settings, State,
    Subject, Teledossier, Upload, decide, decide_due,
};
use crate::faults::Conduct;
use crate::referential::{Referential, Seed};

pub(super) const SI_A: &str = "SI-21380544300016-38544";
pub(super) const SI_B: &str = "SI-22770001000019-77372";

/// Identifiers in order.
#[derive(Default)]
pub(super) struct Counter(Cell<u128>);

impl IdSource for Counter {
    fn fresh(&self) -> Uuid {
        self.0.set(self.0.get() + 1);
        Uuid::from_u128(self.0.get())
    }
}

pub(super) struct HubInMemory {
    pub(super) referential: Referential,
    pub(super) folders: HashMap<FolderId, Teledossier>,
    pub(super) notifications: Vec<NotificationRecord>,
    pub(super) mails: Vec<Mail>,
    pub(super) blobs: Vec<BlobKey>,
    pub(super) due: Vec<(Timestamp, DueWork)>,
    pub(super) now: Timestamp,
    pub(super) conduct: Conduct,
    pub(super) settings: Settings,
    ids: Counter,
}

/// Read once: thousands of hubs start with it.
fn bundled() -> &'static Referential {
    static BUNDLED: LazyLock<Referential> = LazyLock::new(|| Seed::bundled().into_referential());
    &BUNDLED
}

impl Default for HubInMemory {
    fn default() -> Self {
        Self {
            referential: bundled().clone(),
            folders: HashMap::new(),
            notifications: Vec::new(),
            mails: Vec::new(),
            blobs: Vec::new(),
            due: Vec::new(),
            now: "2026-03-02T09:00:00Z".parse().unwrap(),
            conduct: Conduct::default(),
            settings: Settings::default(),
            ids: Counter::default(),
        }
    }
}

impl HubInMemory {
    pub(super) fn breaking(fault: &str) -> Self {
        Self { conduct: Conduct::breaking([fault]).unwrap(), ..Self::default() }
    }

    pub(super) fn caller(&self, client_id: &str) -> Caller {
        let credential =
            self.referential.credential(client_id).unwrap_or_else(|| panic!("no {client_id}"));
        Caller {
            scope: credential.scope,
            organization: credential.organization.clone(),
            coverage: credential.coverage.clone(),
            partner_info: Default::default(),
        }
    }

    pub(super) fn osl(&self) -> Caller {
        self.caller("osl-dgs")
    }

    pub(super) fn si_a(&self) -> Caller {
        self.caller("si-a-etalon")
    }

    pub(super) fn si_b(&self) -> Caller {
        self.caller("si-b-etalon")
    }

    pub(super) fn with_context<T>(&self, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let Self { now, conduct, settings, ids, .. } = self;
        work(&Context { now: *now, ids, conduct, settings })
    }

    pub(super) fn run(&mut self, command: Command) -> Result<Outcome, DomainError> {
        let mut state = State::of(&self.referential);
        match command.subject() {
            Subject::Number(number) => {
                let found = self.folders.values().find(|folder| folder.external_id == number);
                state.teledossier = found.cloned().map(Box::new);
            }
            Subject::Folder(id) => state.teledossier = self.folders.get(&id).cloned().map(Box::new),
            Subject::Case(id) => state.teledossier = self.folder_of(id).cloned().map(Box::new),
            Subject::Notification(id) => {
                state.notification = self.notifications.iter().find(|it| it.id == id).cloned();
            }
            Subject::Nothing | Subject::CasesOf(_) | Subject::Cases(_) => {}
        }
        let Decision { changes, outcome } =
            self.with_context(|context| decide(state, command, context))?;
        changes.into_iter().for_each(|change| self.keep(change));
        Ok(outcome)
    }

    /// Decides a command that concerns several télédossiers for one of them.
    pub(super) fn run_on(
        &mut self,
        folder: FolderId,
        command: Command,
    ) -> Result<Outcome, DomainError> {
        let state = State::with(&self.referential, self.folders[&folder].clone());
        let Decision { changes, outcome } =
            self.with_context(|context| decide(state, command, context))?;
        changes.into_iter().for_each(|change| self.keep(change));
        Ok(outcome)
    }

    pub(super) fn work(&mut self, work: &DueWork) {
        let mut state = State::of(&self.referential);
        state.teledossier = self.folders.get(&work.folder()).cloned().map(Box::new);
        let decision = self.with_context(|context| decide_due(state, work, context));
        decision.changes.into_iter().for_each(|change| self.keep(change));
    }

    /// Lets days pass, the batches running at the end.
    pub(super) fn days_pass(&mut self, days: i64) {
        self.now = self.now.plus_seconds(days * 24 * 60 * 60 + 1);
        let folders: Vec<FolderId> = self.folders.keys().copied().collect();
        for folder in folders {
            self.work(&DueWork::Age { folder });
        }
    }

    fn keep(&mut self, change: Change) {
        match change {
            Change::Create(folder) | Change::Save(folder) => {
                self.folders.insert(folder.id, *folder);
            }
            Change::Remove(folder) => {
                self.folders.remove(&folder.id);
                self.notifications.retain(|it| it.folder != folder.id);
            }
            Change::Notify(record) => self.notifications.push(record),
            Change::RemoveNotification(id) => self.notifications.retain(|it| it.id != id),
            Change::KeepBlob(key) => self.blobs.push(key),
            Change::ReleaseBlob(key) => self.blobs.retain(|kept| *kept != key),
            Change::Mail(mail) => self.mails.push(mail),
            Change::Schedule { at, work } => self.due.push((at, work)),
            Change::PutSubscription(record) => self.referential.put_subscription(*record),
            Change::PutOrganization(organization) => {
                self.referential.put_organization(*organization);
            }
            Change::PutProcess(process) => self.referential.put_process(*process),
            Change::Event { .. }
            | Change::RemoveEvent(_)
            | Change::MoveCase { .. }
            | Change::Grant { .. } => {}
        }
    }

    pub(super) fn folder_of(&self, case: CaseId) -> Option<&Teledossier> {
        self.folders.values().find(|folder| folder.case(case).is_some())
    }

    pub(super) fn queue_of(&self, organization: &str) -> Vec<&NotificationRecord> {
        self.notifications.iter().filter(|it| it.recipient.to_string() == organization).collect()
    }

    pub(super) fn seen_by(
        &self,
        caller: &Caller,
        filter: &NotificationFilter,
    ) -> Vec<&NotificationRecord> {
        let query = self.with_context(|context| filter.for_caller(caller, context));
        let asked = |it: &&NotificationRecord| {
            it.recipient == query.recipient
                && query.processes.as_ref().is_none_or(|list| list.contains(&it.process))
        };
        self.notifications.iter().filter(asked).take(query.limit).collect()
    }

    pub(super) fn create(&mut self, request: FolderRequest) -> Result<Folder, DomainError> {
        match self.run(Command::CreateFolder { caller: self.osl(), request })? {
            Outcome::Folder(folder) => Ok(*folder),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn upload(
        &mut self,
        caller: Caller,
        file: FileAddress,
        upload: Upload,
    ) -> Result<Receipt, DomainError> {
        match self.run(Command::RecordUpload { caller, file, upload })? {
            Outcome::Uploaded(verdict) => Ok(verdict),
            other => panic!("{other:?}"),
        }
    }

    /// Sends every file of a folder as announced.
    pub(super) fn fill(&mut self, folder: &Folder) {
        for attachment in &folder.attachments {
            let upload = received(attachment.size, &attachment.id.to_string());
            self.upload(self.osl(), FileAddress::Folder(folder.id, attachment.id), upload).unwrap();
        }
    }

    pub(super) fn set_folder(
        &mut self,
        folder: FolderId,
        status: &str,
    ) -> Result<Outcome, DomainError> {
        let request =
            FolderUpdateRequest { global_status: status.to_owned(), close_date_time: None };
        self.run(Command::UpdateFolder { caller: self.osl(), folder, request })
    }

    /// A folder deposited for these organizations, its recipients notified.
    pub(super) fn deposited(&mut self, number: &str, recipients: &[&str]) -> Folder {
        let folder = self.create(request(number, recipients)).unwrap();
        self.fill(&folder);
        self.set_folder(folder.id, "HUBEE_COMPLETED").unwrap();
        folder
    }

    pub(super) fn set_case(
        &mut self,
        caller: Caller,
        case: CaseId,
        status: &str,
    ) -> Result<Outcome, DomainError> {
        self.run(Command::UpdateCase {
            caller,
            case,
            request: CaseUpdateRequest { status: status.to_owned() },
        })
    }

    pub(super) fn case_status(&self, case: CaseId) -> CaseStatus {
        self.folder_of(case).unwrap().case(case).unwrap().status
    }

    pub(super) fn add_event(
        &mut self,
        caller: Caller,
        case: CaseId,
        request: EventRequest,
    ) -> Result<Event, DomainError> {
        match self.run(Command::CreateEvent { caller, case, request })? {
            Outcome::Event(event) => Ok(*event),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn set_event(
        &mut self,
        caller: Caller,
        case: CaseId,
        event: EventId,
        status: &str,
    ) -> Result<Outcome, DomainError> {
        let request = EventUpdateRequest { status: status.to_owned() };
        self.run(Command::UpdateEvent { caller, case, event, request })
    }
}

/// A request that every rule accepts: one case for each recipient, one file for all of them.
pub(super) fn request(number: &str, recipients: &[&str]) -> FolderRequest {
    let case_number = |rank: usize| format!("{number}-{:02}", rank + 1);
    FolderRequest {
        process_code: "ETALON".to_owned(),
        applicant: Applicant {
            first_name: "Zoé".to_owned(),
            last_name: "Œdipe".to_owned(),
            email: None,
        },
        external_id: number.to_owned(),
        cases: recipients
            .iter()
            .enumerate()
            .map(|(rank, recipient)| FolderCaseRequest {
                recipient: Some(recipient.parse::<OrganizationIdentifier>().unwrap()),
                external_id: case_number(rank),
                partner_attributes: None,
            })
            .collect(),
        attachments: vec![AttachmentRequest {
            recipients: (0..recipients.len()).map(case_number).collect(),
            ..announced("document.pdf", "application/pdf")
        }],
        close_date_time: None,
    }
}

pub(super) fn announced(name: &str, mime_type: &str) -> AttachmentRequest {
    AttachmentRequest {
        file_name: name.to_owned(),
        kind: "document".to_owned(),
        size: 12,
        mime_type: mime_type.to_owned(),
        recipients: Vec::new(),
    }
}

/// Bytes that are what was announced.
pub(super) fn received(size: u64, key: &str) -> Upload {
    Upload {
        blob: Some(BlobKey(key.to_owned())),
        size,
        sha256: [7; 32],
        type_matches: true,
        digest_matches: true,
        can_be_scanned: true,
        infected: false,
    }
}

pub(super) fn status_update(notification: bool, new_status: Option<&str>) -> EventRequest {
    EventRequest {
        action_type: "STATUS_UPDATE".to_owned(),
        notification: Some(notification),
        case_new_status: new_status.map(str::to_owned),
        ..EventRequest::default()
    }
}

pub(super) fn deposit_of(attachments: Vec<AttachmentRequest>) -> EventRequest {
    EventRequest {
        action_type: "ATTACH_DEPOSIT".to_owned(),
        notification: Some(true),
        attachments: Some(attachments),
        ..EventRequest::default()
    }
}

pub(super) fn reasons(error: DomainError) -> Vec<String> {
    match error {
        DomainError::Invalid(reasons) => reasons,
        other => panic!("{other:?}"),
    }
}
