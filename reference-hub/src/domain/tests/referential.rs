use crate::faults::Conduct;
use contract::status::SubscriptionStatus;
use contract::subscription::{Subscription, SubscriptionRequest};

use super::memory::{HubInMemory, SI_A, reasons, request};
use crate::domain::{
    self, Command, DomainError, OrganizationFilter, Outcome, PageRequest, ProcessFilter,
    SubscriptionFilter,
};

fn subscribed(outcome: Outcome) -> Subscription {
    match outcome {
        Outcome::Subscription(subscription) => *subscription,
        other => panic!("{other:?}"),
    }
}

fn asked(hub: &HubInMemory) -> SubscriptionRequest {
    let mut request = hub.referential.subscriptions().next().unwrap().subscription.content.clone();
    request.process_code = "ETALON".try_into().unwrap();
    request.subscriber.company_register = "21330063500017".try_into().unwrap();
    request.subscriber.branch_code = "33063".try_into().unwrap();
    request.status = None;
    request
}

#[test]
fn a_subscription_starts_inactive_and_once() {
    let mut hub = HubInMemory::default();
    let create = |hub: &HubInMemory| Command::CreateSubscription {
        caller: hub.caller("datapass"),
        request: asked(hub),
    };
    let created = subscribed(hub.run(create(&hub)).unwrap());
    assert_eq!(created.content.status, Some(SubscriptionStatus::Inactive), "SUB-05");
    assert_eq!(created.content.subscriber.name.as_deref(), Some("Commune sans abonnement"));
    let again = reasons(hub.run(create(&hub)).unwrap_err());
    assert_eq!(
        again,
        ["Subscription ETALON for organization SI-21330063500017-33063 already exists"],
        "SUB-06"
    );
}

#[test]
fn it_is_active_from_one_past_midnight_of_its_day() {
    let mut hub = HubInMemory::default();
    let create =
        Command::CreateSubscription { caller: hub.caller("datapass"), request: asked(&hub) };
    let created = subscribed(hub.run(create).unwrap());
    let day = "2026-03-05T15:00:00+01:00".parse().unwrap();
    let replaced = SubscriptionRequest { activate_date_time: Some(day), ..created.content.clone() };
    let put = |request| Command::ReplaceSubscription {
        caller: HubInMemory::default().caller("admin"),
        subscription: created.id,
        request,
    };
    hub.run(put(replaced.clone())).unwrap();
    let deposit = |hub: &mut HubInMemory| {
        hub.create(request("DGS-ETALO-0000000000009", &["SI-21330063500017-33063"]))
    };
    hub.now = "2026-03-04T23:00:00Z".parse().unwrap();
    assert!(deposit(&mut hub).is_err(), "SUB-07");
    hub.now = "2026-03-04T23:01:00Z".parse().unwrap();
    deposit(&mut hub).expect("00:01 in Paris");
    let off = SubscriptionRequest { status: Some(SubscriptionStatus::Inactive), ..replaced };
    let shown = subscribed(hub.run(put(off)).unwrap());
    assert_eq!(shown.content.status, Some(SubscriptionStatus::Inactive), "switched off on purpose");
}

#[test]
fn an_inactive_process_takes_no_subscription() {
    let mut hub = HubInMemory::default();
    let mut request = asked(&hub);
    request.process_code = "ETALON-INACTIF".try_into().unwrap();
    let refused = hub.run(Command::CreateSubscription { caller: hub.caller("datapass"), request });
    assert_eq!(
        reasons(refused.unwrap_err()),
        ["Process ETALON-INACTIF is not activated"],
        "SUB-13"
    );
}

#[test]
fn lists_are_filtered_ordered_and_cut() {
    let hub = HubInMemory::default();
    let list = |client: &str, filter: &SubscriptionFilter| {
        domain::subscriptions(&hub.referential, &hub.caller(client), filter, hub.now, &hub.conduct)
    };
    let page = PageRequest {
        order_by: Some("desc(si_company_register)".into()),
        offset: 1,
        max_result: Some(2),
    };
    let filter = SubscriptionFilter {
        processes: vec!["CERTDC".try_into().unwrap()],
        page,
        ..Default::default()
    };
    let found = list("osl-dgs", &filter).unwrap();
    assert_eq!((found.total, found.offset, found.items.len()), (7, 1, 2), "SUB-02");
    let registers: Vec<_> =
        found.items.iter().map(|it| it.content.subscriber.company_register.as_str()).collect();
    assert!(registers[0] >= registers[1], "SUB-03");
    let suspended =
        SubscriptionFilter { status: Some(SubscriptionStatus::Suspended), ..Default::default() };
    assert_eq!(list("admin", &suspended).unwrap().total, 2, "SUB-01");
    assert_eq!(
        list("osl-dila", &SubscriptionFilter::default())
            .unwrap()
            .items
            .iter()
            .filter(|it| it.content.process_code.as_str() == "CERTDC")
            .count(),
        0
    );
    let wrong = PageRequest { order_by: Some("asc(colour)".into()), ..PageRequest::default() };
    assert!(list("admin", &SubscriptionFilter { page: wrong, ..Default::default() }).is_err());
}

#[test]
fn a_subscription_of_another_osl_is_not_shown() {
    let hub = HubInMemory::default();
    let subscription = hub
        .referential
        .subscription_of(&"CERTDC".try_into().unwrap(), &SI_A.parse().unwrap())
        .unwrap();
    let read = |client: &str| {
        let id = subscription.subscription.id;
        domain::subscription(&hub.referential, &hub.caller(client), id, hub.now, &hub.conduct)
    };
    assert_eq!(read("osl-dila"), Err(DomainError::Forbidden));
    assert!(read("osl-dgs").is_ok() && read("admin").is_ok() && read("datapass").is_ok());
}

#[test]
fn an_update_of_a_process_is_in_effect_at_once() {
    let mut hub = HubInMemory::default();
    let code = "ETALON".try_into().unwrap();
    let mut process = domain::process(&hub.referential, &code, &Conduct::default()).unwrap();
    process.is_activated = false;
    hub.run(Command::ReplaceProcess { process: code, request: process }).unwrap();
    let refused = hub.create(request("DGS-ETALO-0000000000008", &[SI_A])).unwrap_err();
    assert_eq!(reasons(refused), ["Process ETALON is not activated"], "PROC-03");
}

#[test]
fn organizations_and_processes_are_found_by_siret() {
    let hub = HubInMemory::default();
    let filter = OrganizationFilter {
        kind: Some("SI".into()),
        company_register: Some("21380544300016".into()),
        page: PageRequest { order_by: Some("branche_code".into()), ..PageRequest::default() },
    };
    let found = domain::organizations(&hub.referential, &filter, &hub.conduct).unwrap().items;
    let branches: Vec<&str> = found.iter().map(|it| it.branch_code.as_str()).collect();
    assert_eq!(branches, ["38544", "38545"], "ORG-03");
    let filter = ProcessFilter {
        company_register: Some("13000548100014".into()),
        order_by: Some("code".into()),
    };
    let found = domain::processes(&hub.referential, &filter, &hub.conduct).unwrap();
    let codes: Vec<&str> = found.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["CERTDC", "ETALON", "ETALON-INACTIF", "ETALON-MUET"], "PROC-02");
}

#[test]
fn an_organization_is_created_once() {
    let mut hub = HubInMemory::default();
    let request =
        domain::organization(&hub.referential, &SI_A.parse().unwrap(), &Conduct::default())
            .unwrap();
    let refused = hub.run(Command::CreateOrganization { request }).unwrap_err();
    assert_eq!(reasons(refused), [format!("Organization {SI_A} already exists")], "ORG-02");
}
