use contract::event::EventRequest;
use contract::status::{ActionType, CaseStatus, EventStatus};

use super::memory::{HubInMemory, SI_A, announced, deposit_of, received, request, status_update};
use crate::domain::{self, Command, DomainError, FileAddress};

const NUMBER: &str = "DGS-ETALO-0000000000004";
const OSL: &str = "OSL-13000548100014-75007";

#[test]
fn every_action_but_a_deposit_is_sent_at_once() {
    for action in ActionType::ALL.iter().filter(|action| **action != ActionType::AttachmentDeposit)
    {
        let mut hub = HubInMemory::default();
        let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
        let asked =
            EventRequest { action_type: action.name().to_owned(), ..status_update(true, None) };
        let event = hub.add_event(hub.si_a(), case, asked).unwrap();
        assert_eq!(event.status, EventStatus::Sent, "{action} (EVT-06)");
        assert_eq!(hub.queue_of(OSL)[0].event, Some(event.id), "{action} (EVT-07)");
    }
}

#[test]
fn the_other_side_is_notified_if_asked() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    hub.add_event(hub.osl(), case, status_update(false, None)).unwrap();
    assert_eq!(hub.queue_of(SI_A).len(), 1, "EVT-09");
    hub.add_event(hub.osl(), case, status_update(true, None)).unwrap();
    assert_eq!(hub.queue_of(SI_A).len(), 2, "EVT-08");
    assert_eq!(hub.mails.len(), 2, "the deposit's and this one's (MAIL-03)");
}

#[test]
fn a_deposit_goes_through_its_files() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    let asked = EventRequest {
        case_new_status: Some("IN_PROGRESS".to_owned()),
        ..deposit_of(vec![announced("piece.pdf", "application/pdf")])
    };
    let event = hub.add_event(hub.si_a(), case, asked).unwrap();
    assert_eq!(event.status, EventStatus::InProgress, "EVT-05");
    assert!(hub.queue_of(OSL).is_empty());
    assert!(hub.set_event(hub.si_a(), case, event.id, "SENT").is_err(), "EVT-10");
    let address = FileAddress::Event(case, event.id, event.attachments[0].id);
    assert_eq!(hub.upload(hub.osl(), address, received(12, "x")), Err(DomainError::Forbidden));
    hub.upload(hub.si_a(), address, received(12, "piece")).unwrap();
    hub.set_event(hub.si_a(), case, event.id, "SENT").unwrap();
    assert_eq!(hub.queue_of(OSL)[0].event, Some(event.id), "EVT-11");
    assert_eq!(hub.case_status(case), CaseStatus::InProgress);
    let kept = hub.folder_of(case).unwrap();
    let found = hub.with_context(|it| domain::download(kept, &hub.osl(), address, it)).unwrap();
    assert_eq!(found.blob.unwrap().0, "piece", "EVT-21");
}

#[test]
fn files_go_with_a_deposit_and_with_nothing_else() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    assert!(hub.add_event(hub.si_a(), case, deposit_of(Vec::new())).is_err(), "EVT-03");
    let with_file = EventRequest {
        attachments: Some(vec![announced("piece.pdf", "application/pdf")]),
        ..status_update(true, None)
    };
    assert!(hub.add_event(hub.si_a(), case, with_file).is_err(), "EVT-04");
    let forbidden = deposit_of(vec![announced("photo.png", "image/png")]);
    assert!(
        hub.add_event(hub.si_a(), case, forbidden.clone()).is_err(),
        "EVT-19: not allowed to an SI"
    );
    hub.add_event(hub.osl(), case, forbidden).expect("allowed to an OSL");
}

#[test]
fn a_process_may_silence_the_si() {
    let mut hub = HubInMemory::default();
    let mut asked = request(NUMBER, &[SI_A]);
    asked.process_code = "ETALON-MUET".to_owned();
    let folder = hub.create(asked).unwrap();
    let (case, si) = (folder.cases[0].id, hub.caller("si-a-etalon-muet"));
    let message =
        EventRequest { action_type: "SENDING_MESSAGE".to_owned(), ..status_update(true, None) };
    assert!(hub.add_event(si.clone(), case, message.clone()).is_err(), "EVT-16");
    hub.add_event(hub.osl(), case, message).expect("an OSL may write to the SI (D13)");
    let deposit = deposit_of(vec![announced("piece.pdf", "application/pdf")]);
    assert!(hub.add_event(si, case, deposit).is_err(), "EVT-20");
}

#[test]
fn the_recipient_acknowledges_and_the_author_learns_of_it_once() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    let event = hub.add_event(hub.osl(), case, status_update(true, None)).unwrap();
    assert_eq!(hub.set_event(hub.osl(), case, event.id, "RECEIVED"), Err(DomainError::Forbidden));
    hub.set_event(hub.si_a(), case, event.id, "RECEIVED").unwrap();
    hub.set_event(hub.si_a(), case, event.id, "RECEIVED").expect("its answer may have been lost");
    assert_eq!(hub.queue_of(OSL).len(), 1, "EVT-12, D18");
    assert!(hub.set_event(hub.osl(), case, event.id, "DONE").is_err(), "EVT-27");
}

#[test]
fn only_a_deposit_in_progress_is_deleted() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    let sent = hub.add_event(hub.si_a(), case, status_update(true, None)).unwrap();
    let delete = |caller, event| Command::DeleteEvent { caller, case, event };
    assert!(hub.run(delete(hub.si_a(), sent.id)).is_err(), "EVT-14");
    let asked = deposit_of(vec![announced("piece.pdf", "application/pdf")]);
    let started = hub.add_event(hub.si_a(), case, asked).unwrap();
    assert_eq!(hub.run(delete(hub.osl(), started.id)), Err(DomainError::Forbidden));
    hub.run(delete(hub.si_a(), started.id)).expect("EVT-13");
    assert_eq!(hub.folder_of(case).unwrap().cases[0].events.len(), 1);
}

#[test]
fn an_event_gives_its_status_to_the_case_beside_a_patch_or_alone() {
    for patch_first in [None, Some(true), Some(false)] {
        let mut hub = HubInMemory::default();
        let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
        if patch_first == Some(true) {
            hub.set_case(hub.si_a(), case, "SENT").unwrap();
        }
        hub.add_event(hub.si_a(), case, status_update(true, Some("SENT"))).unwrap();
        if patch_first == Some(false) {
            hub.set_case(hub.si_a(), case, "SENT").unwrap();
        }
        assert_eq!(hub.case_status(case), CaseStatus::Sent, "{patch_first:?} (EVT-17, EVT-18)");
    }
}

#[test]
fn complements_send_the_case_again_with_one_notification() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    hub.set_case(hub.si_a(), case, "ADD_AWAITING").unwrap();
    hub.add_event(hub.osl(), case, status_update(true, Some("HUBEE_COMPLETED"))).unwrap();
    assert_eq!(hub.case_status(case), CaseStatus::HubeeNotified);
    assert_eq!(hub.queue_of(SI_A).len(), 2, "the deposit's and the event's own");
}

#[test]
fn an_si_keeps_its_comments_from_the_osl() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    let asked =
        EventRequest { comment: Some("entre nous".to_owned()), ..status_update(true, None) };
    let event = hub.add_event(hub.si_a(), case, asked.clone()).unwrap();
    assert_eq!(event.comment.as_deref(), Some("entre nous"));
    let seen = |hub: &HubInMemory, client: &str| {
        let (kept, caller) = (hub.folder_of(case).unwrap(), hub.caller(client));
        hub.with_context(|it| domain::event(kept, &caller, case, event.id, it)).unwrap().comment
    };
    assert_eq!(seen(&hub, "osl-dgs"), None, "EVT-15");
    assert_eq!(seen(&hub, "si-a-etalon").as_deref(), Some("entre nous"));
    let by_osl = hub.add_event(hub.osl(), case, asked).unwrap();
    assert_eq!(by_osl.comment.as_deref(), Some("entre nous"), "an OSL may send one of its own");
}

#[test]
fn an_administrators_event_counts_as_the_osls() {
    let mut hub = HubInMemory::default();
    let case = hub.deposited(NUMBER, &[SI_A]).cases[0].id;
    let event = hub.add_event(hub.caller("admin"), case, status_update(true, None)).unwrap();
    assert_eq!(event.transmitter.to_string(), OSL);
    assert_eq!(hub.queue_of(SI_A).len(), 2);
}
