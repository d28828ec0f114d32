use super::memory::{HubInMemory, SI_A};
use crate::domain::{Command, DomainError, Missing, NotificationFilter};

fn number(rank: u32) -> String {
    format!("DGS-ETALO-{rank:013}")
}

#[test]
fn a_batch_is_25_unless_asked_otherwise() {
    let mut hub = HubInMemory::default();
    for rank in 0..30 {
        hub.deposited(&number(rank), &[SI_A]);
    }
    let seen = |max_result| {
        let filter = NotificationFilter { max_result, ..NotificationFilter::default() };
        hub.seen_by(&hub.si_a(), &filter).len()
    };
    assert_eq!([seen(None), seen(Some(3)), seen(Some(100_000))], [25, 3, 30], "NOT-01, NOT-02");
}

#[test]
fn a_credential_sees_its_organization_and_its_processes() {
    let mut hub = HubInMemory::default();
    hub.deposited(&number(1), &[SI_A]);
    let all = NotificationFilter::default();
    assert_eq!(hub.seen_by(&hub.si_a(), &all).len(), 1);
    for client in ["si-b-etalon", "si-a-annexe-etalon", "si-a-etatcivil", "osl-dgs", "admin"] {
        assert!(hub.seen_by(&hub.caller(client), &all).is_empty(), "{client} (NOT-11 to NOT-14)");
    }
    let other = NotificationFilter { processes: vec!["EtatCivil".try_into().unwrap()], ..all };
    assert!(hub.seen_by(&hub.si_a(), &other).is_empty(), "NOT-09");
}

#[test]
fn a_notification_is_deleted_once_by_its_recipient() {
    let mut hub = HubInMemory::default();
    hub.deposited(&number(1), &[SI_A]);
    let notification = hub.notifications[0].id;
    let delete = |caller| Command::DeleteNotification { caller, notification };
    assert_eq!(hub.run(delete(hub.si_b())), Err(DomainError::Forbidden), "OWN-05");
    assert_eq!(
        hub.run(delete(hub.caller("si-a-etatcivil"))),
        Err(DomainError::Forbidden),
        "OWN-06"
    );
    hub.run(delete(hub.si_a())).unwrap();
    assert_eq!(
        hub.run(delete(hub.si_a())),
        Err(DomainError::NotFound(Missing::Notification)),
        "NOT-07"
    );
}

#[test]
fn a_broken_rule_of_the_queue_shows() {
    let hub = HubInMemory::breaking("NOT-01");
    let query = hub.with_context(|it| NotificationFilter::default().for_caller(&hub.si_a(), it));
    assert_ne!(query.limit, 25);
    let hub = HubInMemory::breaking("NOT-09");
    let filter = NotificationFilter {
        processes: vec!["EtatCivil".try_into().unwrap()],
        ..Default::default()
    };
    let query = hub.with_context(|it| filter.for_caller(&hub.osl(), it));
    assert_eq!(query.processes, None);
}
