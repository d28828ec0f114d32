//! How many mixed transactions a second the store takes: `cargo run --release -p reference-hub
//! --example store_throughput [FOLDERS] [CONCURRENCY]`. Prints figures, judges nothing. What HTTP
//! costs is not in them.

use std::sync::Arc;
use std::time::Instant;

use contract::attachment::AttachmentRequest;
use contract::case::CaseUpdateRequest;
use contract::event::EventRequest;
use contract::folder::{Applicant, FolderCaseRequest, FolderRequest, FolderUpdateRequest};
use futures::StreamExt as _;
use reference_hub::clock::SystemClock;
use reference_hub::config::Durability;
use reference_hub::domain::{
    BlobKey, Caller, Command, FileAddress, Mail, NotificationFilter, Outcome, Settings, Upload,
};
use reference_hub::faults::Conduct;
use reference_hub::referential::Seed;
use reference_hub::store::{Observer, Options, SqliteStore, Store as _};

type Failure = Box<dyn std::error::Error>;

struct Deaf;

impl Observer for Deaf {
    fn blob_released(&self, _: &BlobKey) {}

    fn mail_written(&self, _: &Mail) {}
}

/// Calls of one journey: six writes of the deposit and the instruction, and four reads.
const CALLS: usize = 10;

fn caller(store: &SqliteStore, client_id: &str) -> Result<Caller, Failure> {
    let credential =
        store.referential().credential(client_id).ok_or("not in the bundled référentiel")?;
    Ok(Caller {
        scope: credential.scope,
        organization: credential.organization.clone(),
        coverage: credential.coverage.clone(),
        partner_info: Default::default(),
    })
}

fn request(rank: usize, recipient: &Caller) -> FolderRequest {
    let number = format!("DGS-ETALO-{rank:013}");
    FolderRequest {
        process_code: "ETALON".into(),
        applicant: Applicant { first_name: "Zoé".into(), last_name: "Martin".into(), email: None },
        cases: vec![FolderCaseRequest {
            recipient: Some(recipient.organization.clone()),
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
        external_id: number,
        close_date_time: None,
    }
}

async fn journey(
    store: &SqliteStore,
    rank: usize,
    osl: &Caller,
    si: &Caller,
) -> Result<(), Failure> {
    let create = Command::CreateFolder { caller: osl.clone(), request: request(rank, si) };
    let Outcome::Folder(folder) = store.transact(create).await? else {
        return Err("no folder".into());
    };
    let (file, case) = (folder.attachments[0].id, folder.cases[0].id);
    let address = FileAddress::Folder(folder.id, file);
    store.upload_target(osl.clone(), address).await?;
    let upload = Upload {
        blob: Some(BlobKey(file.to_string())),
        size: 12,
        sha256: [7; 32],
        type_matches: true,
        digest_matches: true,
        can_be_scanned: true,
        infected: false,
    };
    store.transact(Command::RecordUpload { caller: osl.clone(), file: address, upload }).await?;
    let request =
        FolderUpdateRequest { global_status: "HUBEE_COMPLETED".into(), close_date_time: None };
    store
        .transact(Command::UpdateFolder { caller: osl.clone(), folder: folder.id, request })
        .await?;
    let batch = store.notifications(si.clone(), NotificationFilter::default()).await?;
    store.case(si.clone(), case, false).await?;
    store.download(si.clone(), FileAddress::Case(case, file)).await?;
    let request = CaseUpdateRequest { status: "IN_PROGRESS".into() };
    store.transact(Command::UpdateCase { caller: si.clone(), case, request }).await?;
    let request = EventRequest {
        action_type: "STATUS_UPDATE".into(),
        notification: Some(true),
        case_new_status: Some("DONE".into()),
        ..EventRequest::default()
    };
    store.transact(Command::CreateEvent { caller: si.clone(), case, request }).await?;
    if let Some(notification) = batch.get(rank % batch.len().max(1)).map(|found| found.id) {
        // Another journey may have taken it first: that is a call too.
        let _ =
            store.transact(Command::DeleteNotification { caller: si.clone(), notification }).await;
    }
    Ok(())
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let folders = arguments.next().transpose()?.unwrap_or(5_000);
    let concurrency = arguments.next().transpose()?.unwrap_or(64);
    for durability in [Durability::Process, Durability::Power] {
        let directory = tempfile::tempdir()?;
        let store = SqliteStore::open(Options {
            directory: directory.path().to_owned(),
            may_be_new: true,
            durability,
            settings: Settings::default(),
            conduct: Conduct::default(),
            clock: Arc::new(SystemClock),
            referential: Seed::bundled(),
            observer: Arc::new(Deaf),
            readers: 2,
        })?;
        let (osl, si) = (caller(&store, "osl-dgs")?, caller(&store, "si-a-etalon")?);
        let started = Instant::now();
        let journeys = (0..folders).map(|rank| journey(&store, rank, &osl, &si));
        let mut running = futures::stream::iter(journeys).buffer_unordered(concurrency);
        while let Some(done) = running.next().await {
            done?;
        }
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{durability:?}: {folders} journeys of {CALLS} calls, {concurrency} at a time: {:.0} calls/s, {seconds:.2} s",
            (folders * CALLS) as f64 / seconds
        );
    }
    Ok(())
}
