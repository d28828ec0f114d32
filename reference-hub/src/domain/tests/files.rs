use contract::folder::Folder;
use contract::status::AttachmentStatus;

use super::memory::{HubInMemory, SI_A, SI_B, received, request};
use crate::domain::{self, BlobKey, Caller, DomainError, FileAddress, Missing, Receipt, Upload};

const NUMBER: &str = "DGS-ETALO-0000000000002";

fn first_file(folder: &Folder) -> FileAddress {
    FileAddress::Folder(folder.id, folder.attachments[0].id)
}

fn download(
    hub: &HubInMemory,
    folder: &Folder,
    caller: &Caller,
    rank: usize,
) -> Result<BlobKey, DomainError> {
    let address = FileAddress::Case(folder.cases[rank].id, folder.attachments[0].id);
    let kept = &hub.folders[&folder.id];
    hub.with_context(|context| domain::download(kept, caller, address, context))
        .map(|found| found.blob.unwrap())
}

#[test]
fn what_was_announced_is_received_and_can_be_downloaded_by_its_recipient() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    assert_eq!(
        download(&hub, &folder, &hub.si_a(), 0),
        Err(DomainError::NotFound(Missing::File)),
        "PJ-19"
    );
    let receipt = hub.upload(hub.osl(), first_file(&folder), received(12, "bytes")).unwrap();
    assert_eq!(receipt, Receipt::Taken(AttachmentStatus::Received));
    assert_eq!(download(&hub, &folder, &hub.si_a(), 0), Ok(BlobKey("bytes".into())));
    assert_eq!(download(&hub, &folder, &hub.si_b(), 0), Err(DomainError::Forbidden), "OWN-02");
}

#[test]
fn what_was_not_announced_is_rejected_with_every_reason() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    let wrong = Upload { type_matches: false, digest_matches: false, ..received(13, "wrong") };
    let Receipt::Rejected(reasons) = hub.upload(hub.osl(), first_file(&folder), wrong).unwrap()
    else {
        panic!("PJ-02, PJ-03")
    };
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert_eq!(hub.folders[&folder.id].files[0].status, AttachmentStatus::Rejected);
    assert_eq!(
        download(&hub, &folder, &hub.si_a(), 0),
        Err(DomainError::NotFound(Missing::File)),
        "PJ-08"
    );
}

#[test]
fn an_infected_file_is_taken_and_shown_to_nobody() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    let infected = Upload { infected: true, ..received(12, "eicar") };
    let receipt = hub.upload(hub.osl(), first_file(&folder), infected).unwrap();
    assert_eq!(receipt, Receipt::Taken(AttachmentStatus::Corrupted), "PJ-06, D10");
    assert!(hub.blobs.is_empty());
    assert_eq!(
        download(&hub, &folder, &hub.si_a(), 0),
        Err(DomainError::NotFound(Missing::File)),
        "PJ-07"
    );
}

#[test]
fn sending_again_replaces_until_completion() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    hub.upload(hub.osl(), first_file(&folder), received(11, "short")).unwrap();
    hub.upload(hub.osl(), first_file(&folder), received(12, "right")).unwrap();
    hub.upload(hub.osl(), first_file(&folder), received(12, "again")).unwrap();
    assert_eq!(hub.blobs, [BlobKey("again".into())]);
    hub.set_folder(folder.id, "HUBEE_COMPLETED").unwrap();
    assert!(hub.upload(hub.osl(), first_file(&folder), received(12, "late")).is_err());
    assert_eq!(hub.blobs, [BlobKey("again".into())]);
}

#[test]
fn a_late_verdict_is_about_the_bytes_it_saw() {
    let mut hub = HubInMemory::default();
    hub.settings.scan_delay = std::time::Duration::from_secs(2);
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    let infected = Upload { infected: true, ..received(12, "eicar") };
    let receipt = hub.upload(hub.osl(), first_file(&folder), infected).unwrap();
    assert_eq!(receipt, Receipt::Taken(AttachmentStatus::Pending));
    hub.upload(hub.osl(), first_file(&folder), received(12, "clean")).unwrap();
    let [(_, about_eicar), (_, about_clean)] = &hub.due.clone()[..] else {
        panic!("two verdicts wait")
    };
    hub.work(about_eicar);
    assert_eq!(
        hub.folders[&folder.id].files[0].status,
        AttachmentStatus::Pending,
        "those bytes were replaced"
    );
    hub.work(about_clean);
    assert_eq!(hub.folders[&folder.id].files[0].status, AttachmentStatus::Received);
}

#[test]
fn a_case_gives_and_lists_its_own_files_only() {
    let mut hub = HubInMemory::default();
    let mut asked = request(NUMBER, &[SI_A, SI_B]);
    asked.attachments[0].recipients.truncate(1);
    let folder = hub.create(asked).unwrap();
    hub.fill(&folder);
    assert!(download(&hub, &folder, &hub.si_a(), 0).is_ok());
    let refused = download(&hub, &folder, &hub.si_b(), 1);
    assert_eq!(refused, Err(DomainError::NotFound(Missing::Attachment)), "PJ-15");
    let kept = &hub.folders[&folder.id];
    let case = hub
        .with_context(|it| domain::case(kept, &hub.si_b(), folder.cases[1].id, false, it))
        .unwrap();
    assert_eq!(case.attachments, Some(Vec::new()), "PJ-14");
}

#[test]
fn xml_has_two_names() {
    let mut asked = request(NUMBER, &[SI_A]);
    asked.attachments[0].mime_type = "text/xml; charset=iso-8859-1".to_owned();
    HubInMemory::default().create(asked).expect("application/xml is allowed");
}
