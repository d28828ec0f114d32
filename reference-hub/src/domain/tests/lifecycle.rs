use contract::case::PurgeLink;
use contract::status::{AttachmentStatus, CaseStatus};

use super::memory::{HubInMemory, SI_A, SI_B, status_update};
use crate::domain::{self, Command};

const NUMBER: &str = "DGS-ETALO-0000000000005";

#[test]
fn a_binary_is_purged_a_day_after_its_delay_once_all_its_cases_are_done() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A, SI_B]);
    let status = |hub: &HubInMemory| hub.folders[&folder.id].files[0].status;
    hub.set_case(hub.si_a(), folder.cases[0].id, "DONE").unwrap();
    hub.days_pass(3);
    assert_eq!(status(&hub), AttachmentStatus::Received, "LIFE-03: the other case is not done");
    hub.set_case(hub.si_b(), folder.cases[1].id, "DONE").unwrap();
    hub.days_pass(1);
    assert_eq!(
        status(&hub),
        AttachmentStatus::Received,
        "LIFE-02: the delay is 1 day, and one more"
    );
    hub.days_pass(1);
    assert_eq!(status(&hub), AttachmentStatus::Deleted, "LIFE-01, LIFE-04");
    assert!(hub.blobs.is_empty());
}

#[test]
fn a_closed_case_is_archived_frozen_then_deleted() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let case = folder.cases[0].id;
    hub.set_case(hub.osl(), case, "CLOSED").unwrap();
    hub.add_event(hub.si_a(), case, status_update(false, None))
        .expect("a closed case takes events");
    hub.days_pass(2);
    assert_eq!(hub.case_status(case), CaseStatus::Archived, "LIFE-05");
    assert_eq!(hub.folders[&folder.id].status, CaseStatus::Archived);
    assert!(hub.blobs.is_empty());
    assert!(hub.add_event(hub.si_a(), case, status_update(false, None)).is_err());
    assert!(hub.set_case(hub.osl(), case, "HUBEE_NOTIFIED").is_err());
    assert!(hub.set_folder(folder.id, "HUBEE_NOTIFIED").is_err());
    hub.days_pass(2);
    assert!(hub.folders.contains_key(&folder.id));
    hub.days_pass(1);
    assert!(hub.folders.is_empty() && hub.notifications.is_empty(), "LIFE-06");
}

#[test]
fn the_next_date_is_the_earliest_thing_to_do() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let next = |hub: &HubInMemory| {
        domain::next_due(&hub.folders[&folder.id], &hub.referential, &hub.conduct)
    };
    assert_eq!(next(&hub), None);
    let start = hub.now;
    hub.set_case(hub.osl(), folder.cases[0].id, "CLOSED").unwrap();
    assert_eq!(next(&hub), Some(start.plus_seconds(2 * 86_400)));
}

#[test]
fn purges_are_listed_until_confirmed_and_to_their_parties_only() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A, SI_B]);
    for (caller, case) in [(hub.si_a(), 0), (hub.si_b(), 1)] {
        hub.set_case(caller, folder.cases[case].id, "DONE").unwrap();
    }
    let listed = |hub: &HubInMemory, client: &str| {
        let (kept, caller) = (&hub.folders[&folder.id], hub.caller(client));
        hub.with_context(|it| domain::purgeable(kept, &caller, it))
    };
    assert!(listed(&hub, "osl-dgs").is_empty());
    hub.days_pass(2);
    assert_eq!(listed(&hub, "osl-dgs").len(), 2);
    let own = listed(&hub, "si-a-etalon");
    let link =
        PurgeLink { folder_attachment_id: folder.attachments[0].id, case_id: folder.cases[0].id };
    assert_eq!(own, [link], "LIFE-07");
    let confirm = |caller| Command::ConfirmPurge { caller, links: vec![link] };
    assert!(hub.run_on(folder.id, confirm(hub.si_b())).is_err());
    hub.run_on(folder.id, confirm(hub.si_a())).unwrap();
    hub.run_on(folder.id, confirm(hub.si_a())).expect("its answer may have been lost");
    assert!(listed(&hub, "si-a-etalon").is_empty());
    assert_eq!(listed(&hub, "osl-dgs").len(), 1);
}
