use std::collections::BTreeSet;

use contract::journeys::JOURNEYS;
use contract::operations::Scope;
use contract::status::SubscriptionStatus;

use super::*;

#[test]
fn the_bundled_processes_are_those_in_use() {
    let referential = Seed::bundled().into_referential();
    let texts = |texts: &[String]| texts.iter().cloned().collect::<BTreeSet<_>>();
    for journey in JOURNEYS {
        let code = ProcessCode::try_from(journey.process).unwrap();
        let process = referential.process(&code).unwrap_or_else(|| panic!("{code}"));
        let osl = referential.organization(&process.osl).unwrap();
        assert_eq!(osl.code.as_deref(), Some(journey.osl), "{code}");
        let kinds: BTreeSet<String> =
            journey.attachments.iter().map(|it| it.kind.to_owned()).collect();
        assert_eq!(texts(&process.attachment_types_enabled), kinds, "{code}");
        let formats: BTreeSet<String> = journey
            .attachments
            .iter()
            .flat_map(|it| it.mime_types)
            .map(|&it| it.to_owned())
            .collect();
        assert_eq!(texts(&process.attachment_formats_enabled), formats, "{code}");
    }
    let sandboxes =
        referential.processes().filter(|it| it.code.as_str().starts_with("ETALON")).count();
    assert_eq!(referential.processes().count(), JOURNEYS.len() + sandboxes);
}

#[test]
fn every_process_in_use_has_an_active_recipient_and_who_deposits() {
    let referential = Seed::bundled().into_referential();
    for process in referential.processes() {
        let now = process.creation_date_time.unwrap();
        let active = |record: &&SubscriptionRecord| {
            record.subscription.content.process_code == process.code && record.is_active(now)
        };
        assert!(referential.subscriptions().any(|record| active(&record)), "{}", process.code);
        let deposits = |it: &&Credential| it.scope == Scope::Osl && it.organization == process.osl;
        assert!(referential.credentials().any(|it| deposits(&it)), "{}", process.code);
    }
}

#[test]
fn each_status_of_a_subscription_is_there() {
    let referential = Seed::bundled().into_referential();
    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    let found: BTreeSet<_> = referential.subscriptions().map(|record| record.status(now)).collect();
    assert_eq!(found, SubscriptionStatus::ALL.iter().copied().collect());
}

#[test]
fn an_si_has_one_credential_for_each_process() {
    let referential = Seed::bundled().into_referential();
    let credential = referential.credential("si-a-etatcivil").unwrap();
    assert_eq!(
        credential.coverage,
        Coverage::Only([ProcessCode::try_from("EtatCivil").unwrap()].into())
    );
    assert_eq!(format!("{:?}", credential.client_secret), "Secret(…)");
}

const ORGANIZATION: &str = r#"
[[organization]]
id = "OSL-13000548100014-75007"
name = "Une OSL"
postal_code = "75007"
territory = "National"
"#;

#[test]
fn a_fault_in_the_file_tells_its_line_and_what_to_do() {
    let credential = format!(
        "{ORGANIZATION}[[credential]]\nname = \"osl\"\nscope = \"OSL\"\nclient_id = \"osl\"\n\
         organization = \"OSL-13000548100014-75007\"\nprocesses = [\"NOWHERE\"]\n"
    );
    let told = Seed::parse(&credential).unwrap_err();
    assert_eq!(told, "line 12: no process NOWHERE: add a [[process]] with this code");
    let told = Seed::parse("[[organization]]\nid = 3\n").unwrap_err();
    assert!(told.contains("line 2"), "{told}");
    let told = Seed::parse("[[organisation]]\n").unwrap_err();
    assert!(told.contains("unknown field `organisation`"), "{told}");
    let told = Seed::parse(&format!("{ORGANIZATION}{ORGANIZATION}")).unwrap_err();
    assert_eq!(told, "line 9: this organization is there twice: keep one");
}

#[test]
fn a_secret_left_out_is_made_up_anew() {
    let text = format!(
        "{ORGANIZATION}[[credential]]\nname = \"osl\"\nscope = \"OSL\"\nclient_id = \"osl\"\n\
         organization = \"OSL-13000548100014-75007\"\n"
    );
    let secret = || {
        let referential = Seed::parse(&text).unwrap().into_referential();
        referential.credential("osl").unwrap().client_secret.expose().to_owned()
    };
    assert!(secret().len() >= 32);
    assert_ne!(secret(), secret());
}

#[test]
fn an_empty_secret_is_nobody_s() {
    let secret = |text: &str| Secret::from(text.to_owned());
    assert!(secret("secret").is("secret"));
    assert!(!secret("secret").is("secreT"));
    assert!(!secret("").is(""));
    assert_ne!(Secret::made_up(), Secret::made_up());
}
