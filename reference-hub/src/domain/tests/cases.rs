use contract::case::{MigrationReport, MigrationRequest};
use contract::status::CaseStatus;

use super::memory::{HubInMemory, SI_A, SI_B, request};
use crate::domain::{self, Command, DomainError, Missing, Outcome};

const NUMBER: &str = "DGS-ETALO-0000000000003";

#[test]
fn each_listed_status_is_reached_from_each_listed_one() {
    for &to in CaseStatus::ALL {
        for from in to.incoming() {
            let mut hub = HubInMemory::default();
            let folder = hub.deposited(NUMBER, &[SI_A]);
            let case = folder.cases[0].id;
            hub.set_case(hub.si_a(), case, from.name()).unwrap();
            let (caller, strict) =
                if to.is_meant_for_si() { (hub.si_a(), true) } else { (hub.osl(), true) };
            hub.settings.strict_transitions = strict;
            hub.set_case(caller, case, to.name())
                .unwrap_or_else(|error| panic!("{from} → {to}: {error}"));
            assert_eq!(hub.case_status(case), to);
        }
    }
}

#[test]
fn other_jumps_are_refused_when_the_hub_is_strict() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let case = folder.cases[0].id;
    hub.settings.strict_transitions = true;
    assert!(hub.set_case(hub.si_a(), case, "DONE").is_err());
    assert!(hub.set_case(hub.osl(), case, "SENT").is_err(), "not an OSL's to set");
    hub.settings.strict_transitions = false;
    hub.set_case(hub.si_a(), case, "DONE").expect("D7");
}

#[test]
fn a_status_alone_notifies_nobody_and_unknown_ones_are_refused() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let case = folder.cases[0].id;
    hub.set_case(hub.si_a(), case, "SENT").unwrap();
    assert_eq!(hub.notifications.len(), 1, "CAS-05: the deposit's only");
    assert!(hub.set_case(hub.si_a(), case, "sent").is_err(), "CAS-03");
    assert_eq!(hub.case_status(case), CaseStatus::Sent);
    assert!(hub.folders[&folder.id].cases[0].transmitted.is_some());
}

#[test]
fn sending_again_notifies_again_and_leaves_the_case_notified() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let case = folder.cases[0].id;
    hub.set_case(hub.si_a(), case, "SI_INTG_ERROR").unwrap();
    hub.set_case(hub.osl(), case, "HUBEE_COMPLETED").unwrap();
    assert_eq!(hub.case_status(case), CaseStatus::HubeeNotified);
    assert_eq!(hub.queue_of(SI_A).len(), 2, "CAS-08");
}

#[test]
fn a_case_is_not_sent_before_its_folder_is_complete() {
    let mut hub = HubInMemory::default();
    let folder = hub.create(request(NUMBER, &[SI_A])).unwrap();
    assert!(hub.set_case(hub.osl(), folder.cases[0].id, "HUBEE_COMPLETED").is_err());
    assert!(hub.notifications.is_empty(), "FOL-13");
}

#[test]
fn a_case_belongs_to_its_recipient_by_branch_and_by_process() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let (case, kept) = (folder.cases[0].id, &hub.folders[&folder.id].clone());
    for client in ["si-b-etalon", "si-a-annexe-etalon", "si-a-etatcivil", "osl-dila"] {
        let caller = hub.caller(client);
        let read = hub.with_context(|context| domain::case(kept, &caller, case, false, context));
        assert_eq!(read, Err(DomainError::Forbidden), "{client} (OWN-01, OWN-06)");
        assert_eq!(
            hub.set_case(caller, case, "SENT"),
            Err(DomainError::Forbidden),
            "{client} (OWN-03)"
        );
    }
    for client in ["si-a-etalon", "osl-dgs", "admin"] {
        let caller = hub.caller(client);
        assert!(
            hub.with_context(|it| domain::case(kept, &caller, case, false, it)).is_ok(),
            "{client}"
        );
    }
}

#[test]
fn a_lite_case_comes_without_files_and_events() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A]);
    let kept = &hub.folders[&folder.id];
    let lite = hub
        .with_context(|it| domain::case(kept, &hub.si_a(), folder.cases[0].id, true, it))
        .unwrap();
    assert_eq!((lite.attachments, lite.events), (None, None));
    assert_eq!(lite.applicant, kept.applicant);
}

#[test]
fn migration_moves_the_cases_of_one_organization() {
    let mut hub = HubInMemory::default();
    let folder = hub.deposited(NUMBER, &[SI_A, SI_B]);
    let migrate = |source: &str, target: &str, caller| Command::MigrateCases {
        caller,
        request: MigrationRequest {
            organization_source: source.parse().unwrap(),
            organization_target: target.parse().unwrap(),
        },
    };
    let nowhere = migrate(SI_A, "SI-99999999999999-1", hub.caller("admin"));
    assert_eq!(hub.run(nowhere), Err(DomainError::NotFound(Missing::Organization)));
    assert_eq!(hub.run(migrate(SI_A, SI_B, hub.si_b())), Err(DomainError::Forbidden));
    let moved = hub.run_on(folder.id, migrate(SI_A, SI_B, hub.si_a())).unwrap();
    assert_eq!(moved, Outcome::Migrated(MigrationReport { case_updated: 1 }));
    assert!(hub.folders[&folder.id].cases.iter().all(|case| case.recipient.to_string() == SI_B));
}
