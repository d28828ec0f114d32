use contract::status::{AttachmentStatus, CaseStatus};

use super::memory::{HubInMemory, SI_A, SI_B, announced, reasons, received, request};
use crate::domain::{Command, DomainError, DueWork, FileAddress, Missing, Settings};

const NUMBER: &str = "DGS-ETALO-0000000000001";

#[test]
fn a_new_folder_waits_for_its_files() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A, SI_B])).unwrap();
    assert_eq!(folder.global_status, CaseStatus::HubeeReceived);
    assert_eq!(folder.cases.len(), 2);
    assert!(folder.attachments.iter().all(|file| file.status == AttachmentStatus::Pending));
    assert!(hub.notifications.is_empty(), "nobody is notified before completion (FOL-13)");
}

#[test]
fn every_reason_is_told_in_the_words_people_look_for() {
    let mut hub = HubInMemory::default();
    let mut wrong = request(NUMBER, &["SI-99999999999999-99999", "SI-21330063500017-33063"]);
    wrong.attachments.push(announced("photo.bmp", "image/bmp"));
    wrong.attachments[0].kind = "secret".to_owned();
    wrong.attachments[0].size = u64::MAX;
    let told = reasons(hub.create(wrong).unwrap_err());
    assert_eq!(
        told,
        [
            "Case recipient SI-99999999999999-99999 does not exist",
            "Case recipient SI-21330063500017-33063 does not suscribed to ETALON",
            "Attachment document.pdf type secret is not allowed",
            "Attachment document.pdf size 18446744073709551615 is above 1073741824",
            "Attachment photo.bmp format image/bmp is not allowed",
        ]
    );
    assert!(hub.folders.is_empty());
}

#[test]
fn a_recipient_must_be_subscribed_and_active() {
    for organization in
        ["SI-21750001600019-75101", "SI-21690123100011-69123", "SI-21130055300016-13055"]
    {
        let refused = HubInMemory::default().create(request(NUMBER, &[organization])).unwrap_err();
        assert!(reasons(refused)[0].contains("does not suscribed to ETALON"), "{organization}");
    }
}

#[test]
fn a_process_must_exist_be_active_and_be_the_callers() {
    let with_process = |code: &str| {
        let mut request = request(NUMBER, &[SI_A]);
        request.process_code = code.to_owned();
        request.attachments[0].kind = "document".to_owned();
        HubInMemory::default().create(request)
    };
    assert!(
        reasons(with_process("NOWHERE").unwrap_err())[0].contains("Process NOWHERE does not exist")
    );
    assert_eq!(
        reasons(with_process("ETALON-INACTIF").unwrap_err()),
        ["Process ETALON-INACTIF is not activated"]
    );
    assert_eq!(with_process("EtatCivil").unwrap_err(), DomainError::Forbidden);
}

#[test]
fn a_number_serves_once_until_its_folder_is_gone() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    let again = hub.create(request(NUMBER, &[SI_A])).unwrap_err();
    assert_eq!(reasons(again), [format!("Folder {NUMBER} already exists")]);
    hub.run(Command::DeleteFolder { caller: hub.osl(), folder: folder.id }).unwrap();
    hub.create(request(NUMBER, &[SI_A])).expect("the number is free again (FOL-12)");
}

#[test]
fn strict_numbering_is_an_option() {
    let mut hub = HubInMemory::default();
    hub.create(request("whatever", &[SI_A])).expect("any number is taken (D5)");
    hub.settings = Settings { strict_numbering: true, ..Settings::default() };
    assert!(hub.create(request("whatever else", &[SI_A])).is_err());
    hub.create(request(NUMBER, &[SI_A])).expect("5 + 5 + 13 with separators");
}

#[test]
fn completion_notifies_each_recipient_once_even_when_repeated() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A, SI_B]);
    hub.set_folder(folder.id, "HUBEE_COMPLETED").expect("its answer may have been lost");
    for organization in [SI_A, SI_B] {
        let queue = hub.queue_of(organization);
        assert_eq!(queue.len(), 1, "FOL-19");
        assert_eq!(queue[0].event, None);
    }
    let kept = &hub.folders[&folder.id];
    assert_eq!(kept.status, CaseStatus::HubeeNotified);
    assert!(kept.cases.iter().all(|case| case.status == CaseStatus::HubeeNotified));
    assert_eq!(hub.mails.len(), 1, "only SI A asks for a mail each time (MAIL-01, MAIL-02)");
    assert!(!hub.mails[0].body.contains("Œdipe"), "MAIL-04");
}

#[test]
fn completion_waits_for_pending_files_but_not_for_refused_ones() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    assert!(hub.set_folder(folder.id, "HUBEE_COMPLETED").is_err(), "D11");
    let address = FileAddress::Folder(folder.id, folder.attachments[0].id);
    hub.upload(hub.osl(), address, received(11, "too-short")).unwrap();
    hub.set_folder(folder.id, "HUBEE_COMPLETED").expect("FOL-21");
    assert!(hub.blobs.is_empty(), "a refused file keeps no bytes");
}

#[test]
fn a_late_delivery_shows_completed_meanwhile() {
    let mut hub = HubInMemory::default();
    hub.settings.delivery_delay = std::time::Duration::from_millis(1500);
    let folder = hub.deposited(NUMBER, &[SI_A]);
    assert_eq!(hub.folders[&folder.id].status, CaseStatus::HubeeCompleted);
    assert!(hub.notifications.is_empty());
    let (at, work) = hub.due.pop().unwrap();
    assert_eq!(at.unix_ms() - hub.now.unix_ms(), 1500);
    assert_eq!(work, DueWork::Deliver { folder: folder.id });
    hub.now = at;
    hub.work(&work);
    assert_eq!(hub.folders[&folder.id].status, CaseStatus::HubeeNotified);
    assert_eq!(hub.queue_of(SI_A)[0].visible_from, hub.now);
}

#[test]
fn a_folder_is_deleted_before_completion_only() {
    let mut hub = HubInMemory::default();
    let early = hub.create(request(NUMBER, &[SI_A])).unwrap();
    hub.run(Command::DeleteFolder { caller: hub.osl(), folder: early.id }).unwrap();
    let gone = hub.set_folder(early.id, "CLOSED").unwrap_err();
    assert_eq!(gone, DomainError::NotFound(Missing::Folder));
    let late = hub.deposited(NUMBER, &[SI_A]);
    assert!(
        hub.run(Command::DeleteFolder { caller: hub.osl(), folder: late.id }).is_err(),
        "FOL-23"
    );
    assert!(hub.folders.contains_key(&late.id));
}

#[test]
fn another_osl_may_do_nothing_to_it() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    let other = hub.caller("osl-dila");
    let delete = Command::DeleteFolder { caller: other.clone(), folder: folder.id };
    assert_eq!(hub.run(delete).unwrap_err(), DomainError::Forbidden, "OWN-07");
    let address = FileAddress::Folder(folder.id, folder.attachments[0].id);
    assert_eq!(hub.upload(other, address, received(12, "x")).unwrap_err(), DomainError::Forbidden);
}

#[test]
fn closing_and_reopening_change_no_case() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    hub.set_folder(folder.id, "CLOSED").unwrap();
    assert!(hub.folders[&folder.id].closed.is_some());
    assert_eq!(hub.case_status(folder.cases[0].id), CaseStatus::HubeeNotified, "FOL-26");
    hub.set_folder(folder.id, "HUBEE_NOTIFIED").expect("FOL-25");
    assert_eq!(hub.folders[&folder.id].closed, None);
    assert_eq!(hub.queue_of(SI_A).len(), 1, "reopening notifies nobody by itself");
    assert!(hub.set_folder(folder.id, "OPEN").is_err(), "FOL-27");
}

#[test]
fn each_of_these_faults_changes_what_its_rule_is_about() {
    let notified = |fault: &str| {
        let mut hub = HubInMemory::breaking(fault);
        let folder = hub.deposited(NUMBER, &[SI_A, SI_B]);
        (hub.notifications.len(), hub.folders[&folder.id].status)
    };
    assert_eq!(notified("FOL-13").0, 4);
    assert_eq!(notified("FOL-17").1, CaseStatus::HubeeReceived);
    assert_eq!(notified("FOL-18").0, 1);
    assert_eq!(notified("FOL-19").0, 4);
}
