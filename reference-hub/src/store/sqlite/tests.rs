//! The store by example: what is acknowledged stays, what is refused leaves nothing, what is due is
//! done.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use contract::attachment::AttachmentRequest;
use contract::folder::{Applicant, FolderCaseRequest, FolderRequest, FolderUpdateRequest};
use contract::ids::CaseId;
use contract::status::{AttachmentStatus, CaseStatus};
use futures::future::join_all;
use parking_lot::Mutex;

use super::*;
use crate::domain::{Receipt, Upload};

const SI_A: &str = "SI-21380544300016-38544";

/// A clock that moves when told.
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[derive(Default)]
struct Notes {
    released: Mutex<Vec<BlobKey>>,
    mails: Mutex<Vec<Mail>>,
}

impl Observer for Notes {
    fn blob_released(&self, key: &BlobKey) {
        self.released.lock().push(key.clone());
    }

    fn mail_written(&self, mail: &Mail) {
        self.mails.lock().push(mail.clone());
    }
}

struct Bench {
    directory: tempfile::TempDir,
    clock: Arc<HandClock>,
    notes: Arc<Notes>,
    settings: Settings,
    conduct: Conduct,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            clock: Arc::new(HandClock(AtomicI64::new(1_772_442_000_000))),
            notes: Arc::default(),
            settings: Settings::default(),
            conduct: Conduct::default(),
        }
    }
}

impl Bench {
    fn open(&self) -> SqliteStore {
        SqliteStore::open(Options {
            directory: self.directory.path().to_owned(),
            may_be_new: true,
            durability: Durability::Process,
            settings: self.settings.clone(),
            conduct: self.conduct.clone(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            referential: Seed::bundled(),
            observer: Arc::clone(&self.notes) as Arc<dyn Observer>,
            readers: 1,
        })
        .unwrap()
    }
}

fn caller(store: &SqliteStore, client_id: &str) -> Caller {
    let credential = store.referential().credential(client_id).unwrap();
    Caller {
        scope: credential.scope,
        organization: credential.organization.clone(),
        coverage: credential.coverage.clone(),
        partner_info: Default::default(),
    }
}

fn request(rank: u32) -> FolderRequest {
    let number = format!("DGS-ETALO-{rank:013}");
    FolderRequest {
        process_code: "ETALON".into(),
        applicant: Applicant { first_name: "Zoé".into(), last_name: "Œdipe".into(), email: None },
        external_id: number.clone(),
        cases: vec![FolderCaseRequest {
            recipient: Some(SI_A.parse().unwrap()),
            external_id: format!("{number}-01"),
            partner_attributes: None,
        }],
        attachments: vec![AttachmentRequest {
            file_name: "document.pdf".into(),
            kind: "document".into(),
            size: 12,
            mime_type: "application/pdf".into(),
            recipients: vec![format!("{number}-01")],
        }],
        close_date_time: None,
    }
}

async fn create(store: &SqliteStore, rank: u32) -> Result<Folder, StoreError> {
    let command =
        Command::CreateFolder { caller: caller(store, "osl-dgs"), request: request(rank) };
    match store.transact(command).await? {
        Outcome::Folder(folder) => Ok(*folder),
        other => panic!("{other:?}"),
    }
}

async fn upload(store: &SqliteStore, folder: &Folder, key: &str) -> Receipt {
    let file = FileAddress::Folder(folder.id, folder.attachments[0].id);
    let upload = Upload {
        blob: Some(BlobKey(key.into())),
        size: 12,
        sha256: [7; 32],
        type_matches: true,
        digest_matches: true,
        can_be_scanned: true,
        infected: false,
    };
    let command = Command::RecordUpload { caller: caller(store, "osl-dgs"), file, upload };
    match store.transact(command).await.unwrap() {
        Outcome::Uploaded(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

async fn complete(store: &SqliteStore, folder: FolderId) {
    let request =
        FolderUpdateRequest { global_status: "HUBEE_COMPLETED".into(), close_date_time: None };
    store
        .transact(Command::UpdateFolder { caller: caller(store, "osl-dgs"), folder, request })
        .await
        .unwrap();
}

async fn queue(store: &SqliteStore) -> Vec<Notification> {
    store.notifications(caller(store, "si-a-etalon"), NotificationFilter::default()).await.unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let bench = Bench::default();
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    upload(&store, &folder, "bytes").await;
    complete(&store, folder.id).await;
    let token = TokenDigest([9; 32]);
    let expires = bench.clock.now().plus_seconds(60);
    let issue =
        Command::IssueToken { token, client_id: "osl-dgs".into(), scope: Scope::Osl, expires };
    store.transact(issue).await.unwrap();
    drop(store);
    let store = bench.open();
    let read = store.folder(caller(&store, "osl-dgs"), folder.id).await.unwrap();
    assert_eq!(read.global_status, CaseStatus::HubeeNotified);
    let found = queue(&store).await;
    assert_eq!(found[0].case_id, Some(folder.cases[0].id));
    assert_eq!(store.grant(&token).unwrap().credential.name, "osl-dgs");
    assert_eq!(store.known_blobs().await.unwrap(), HashSet::from([BlobKey("bytes".into())]));
    assert_eq!(store.mails().await.unwrap(), *bench.notes.mails.lock());
    let address = FileAddress::Case(folder.cases[0].id, folder.attachments[0].id);
    let download = store.download(caller(&store, "si-a-etalon"), address).await.unwrap();
    assert_eq!((download.blob.unwrap().0.as_str(), download.sha256), ("bytes", [7; 32]));
}

#[tokio::test]
async fn commands_sent_together_do_not_disturb_each_other() {
    let bench = Bench::default();
    let store = bench.open();
    // Every number is asked for twice: one of the two is refused, whatever commit they share.
    let answers = join_all((0..100).map(|rank| create(&store, rank / 2))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 50);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(refused, StoreError::Domain(DomainError::Invalid(_))), "{refused}");
    }
    for folder in answers.into_iter().flatten() {
        store.folder(caller(&store, "osl-dgs"), folder.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_command_that_fails_half_way_leaves_nothing() {
    let bench = Bench { conduct: Conduct::breaking(["NUM-01"]).unwrap(), ..Bench::default() };
    let store = bench.open();
    create(&store, 1).await.unwrap();
    // With that rule broken, the number kept is not the number asked for: the table refuses what
    // the rules did not.
    let failed = create(&store, 1).await.unwrap_err();
    assert!(matches!(failed, StoreError::Unavailable(_)), "{failed}");
    assert_eq!(queue(&store).await.len(), 0);
    create(&store, 2).await.expect("the store goes on");
}

#[tokio::test]
async fn what_is_unknown_or_anothers_is_told_apart() {
    let bench = Bench::default();
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    let nowhere = store
        .case(caller(&store, "si-a-etalon"), CaseId(Uuid::from_u128(1)), false)
        .await
        .unwrap_err();
    assert!(matches!(nowhere, StoreError::Domain(DomainError::NotFound(Missing::Case))));
    let anothers =
        store.case(caller(&store, "si-b-etalon"), folder.cases[0].id, false).await.unwrap_err();
    assert!(matches!(anothers, StoreError::Domain(DomainError::Forbidden)));
}

#[tokio::test]
async fn a_queue_is_read_by_process_with_what_became_of_its_events() {
    let bench = Bench::default();
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    let case = folder.cases[0].id;
    let request = contract::event::EventRequest {
        action_type: "COM_ADD".into(),
        notification: Some(true),
        ..Default::default()
    };
    store
        .transact(Command::CreateEvent { caller: caller(&store, "osl-dgs"), case, request })
        .await
        .unwrap();
    let filter = NotificationFilter {
        processes: vec!["ETALON".try_into().unwrap(), "CERTDC".try_into().unwrap()],
        priorities: vec!["CERTDC".try_into().unwrap()],
        event_details: true,
        ..NotificationFilter::default()
    };
    let found = store.notifications(caller(&store, "si-a-etalon"), filter).await.unwrap();
    let details = found[0].event_details.unwrap();
    assert_eq!(details.event_action_type, Some(contract::status::ActionType::CommentAddition));
    assert_eq!(details.event_status, Some(contract::status::EventStatus::Sent));
    let (caller, notification) = (caller(&store, "si-a-etalon"), found[0].id);
    store.transact(Command::DeleteNotification { caller, notification }).await.unwrap();
    assert!(queue(&store).await.is_empty());
}

#[tokio::test]
async fn late_verdicts_and_deliveries_come_with_the_clock_even_after_a_restart() {
    let delay = Duration::from_secs(2);
    let settings = Settings { scan_delay: delay, delivery_delay: delay, ..Settings::default() };
    let bench = Bench { settings, ..Bench::default() };
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    assert_eq!(upload(&store, &folder, "bytes").await, Receipt::Taken(AttachmentStatus::Pending));
    drop(store);
    bench.clock.0.fetch_add(2000, Ordering::SeqCst);
    let store = bench.open();
    store.transact(Command::RunDueWork).await.unwrap();
    complete(&store, folder.id).await;
    assert!(queue(&store).await.is_empty());
    bench.clock.0.fetch_add(2000, Ordering::SeqCst);
    store.transact(Command::RunDueWork).await.unwrap();
    assert_eq!(queue(&store).await.len(), 1);
}

#[tokio::test]
async fn the_batches_run_when_their_time_has_come() {
    let bench = Bench::default();
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    upload(&store, &folder, "bytes").await;
    complete(&store, folder.id).await;
    let request = contract::case::CaseUpdateRequest { status: "CLOSED".into() };
    let case = folder.cases[0].id;
    store
        .transact(Command::UpdateCase { caller: caller(&store, "osl-dgs"), case, request })
        .await
        .unwrap();
    for (days, status) in [(2, Some(CaseStatus::Archived)), (3, None)] {
        bench.clock.0.fetch_add(days * 86_400_000, Ordering::SeqCst);
        store.transact(Command::RunDueWork).await.unwrap();
        let read = store
            .case(caller(&store, "si-a-etalon"), case, true)
            .await
            .ok()
            .map(|case| case.status);
        assert_eq!(read, status);
    }
    assert_eq!(*bench.notes.released.lock(), [BlobKey("bytes".into())]);
    assert!(queue(&store).await.is_empty());
    create(&store, 1).await.expect("its number is free again");
}

#[tokio::test]
async fn batches_that_leave_something_undone_do_not_run_for_ever() {
    let bench = Bench { conduct: Conduct::breaking(["LIFE-05"]).unwrap(), ..Bench::default() };
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    let request = contract::case::CaseUpdateRequest { status: "CLOSED".into() };
    let case = folder.cases[0].id;
    store
        .transact(Command::UpdateCase { caller: caller(&store, "osl-dgs"), case, request })
        .await
        .unwrap();
    bench.clock.0.fetch_add(10 * 86_400_000, Ordering::SeqCst);
    store.transact(Command::RunDueWork).await.unwrap();
    let read = store.case(caller(&store, "si-a-etalon"), case, true).await.unwrap();
    assert_eq!(read.status, CaseStatus::Closed);
}

#[tokio::test]
async fn migration_takes_the_queue_along() {
    let bench = Bench::default();
    let store = bench.open();
    let folder = create(&store, 1).await.unwrap();
    upload(&store, &folder, "bytes").await;
    complete(&store, folder.id).await;
    let request = contract::case::MigrationRequest {
        organization_source: SI_A.parse().unwrap(),
        organization_target: "SI-22770001000019-77372".parse().unwrap(),
    };
    let migrate = Command::MigrateCases { caller: caller(&store, "admin"), request };
    let moved = store.transact(migrate).await.unwrap();
    assert_eq!(moved, Outcome::Migrated(contract::case::MigrationReport { case_updated: 1 }));
    assert!(queue(&store).await.is_empty());
    let target = store
        .notifications(caller(&store, "si-b-etalon"), NotificationFilter::default())
        .await
        .unwrap();
    assert_eq!(target.len(), 1, "CAS-14");
}

#[tokio::test]
async fn a_change_of_the_referential_is_kept_over_the_file() {
    let bench = Bench::default();
    let store = bench.open();
    let id = SI_A.parse().unwrap();
    let mut organization =
        domain::organization(&store.referential(), &id, &Conduct::default()).unwrap();
    organization.name = "Autre nom".into();
    let command = Command::ReplaceOrganization { organization: id.clone(), request: organization };
    store.transact(command).await.unwrap();
    drop(store);
    let store = bench.open();
    assert_eq!(store.referential().organization(&id).unwrap().name, "Autre nom");
}

#[tokio::test]
async fn data_of_another_version_is_refused_with_what_to_do() {
    let bench = Bench::default();
    drop(bench.open());
    let connection = Connection::open(bench.directory.path().join("hub.sqlite")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let refused = SqliteStore::open(Options {
        directory: bench.directory.path().to_owned(),
        may_be_new: true,
        durability: Durability::Process,
        settings: Settings::default(),
        conduct: Conduct::default(),
        clock: Arc::clone(&bench.clock) as Arc<dyn Clock>,
        referential: Seed::bundled(),
        observer: Arc::clone(&bench.notes) as Arc<dyn Observer>,
        readers: 1,
    });
    let told = refused.err().expect("another version").to_string();
    assert!(told.contains("use another --data directory"), "{told}");
}
