//! The description and the types of this crate speak of the same things: what the description
//! accepts as a request is read by the type, and what a type writes as an answer agrees with the
//! description.

use contract::case::{Case, CaseUpdateRequest, MigrationRequest, PurgeLink};
use contract::description::Description;
use contract::event::{Event, EventRequest, EventUpdateRequest};
use contract::folder::{Folder, FolderRequest, FolderUpdateRequest};
use contract::notification::Notification;
use contract::operations::Operation;
use contract::organization::Organization;
use contract::process::Process;
use contract::status::{ActionType, AttachmentStatus, CaseStatus, EventStatus, SubscriptionStatus};
use contract::subscription::{Subscription, SubscriptionRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const ID: &str = "6f1c1e1e-0000-4000-8000-000000000000";
const DATE: &str = "2024-11-30T09:15:00.000+01:00";

fn operation(id: &str) -> Operation {
    serde_json::from_value(json!(id)).expect("an operation of the matrix")
}

/// The request as it is, and with each of its properties, at any depth, changed in ways that
/// clients may think of.
fn variants(request: &Value) -> Vec<Value> {
    fn pointers(node: &Value, place: &str, found: &mut Vec<String>) {
        match node {
            Value::Object(map) => map.iter().for_each(|(name, value)| {
                found.push(format!("{place}/{name}"));
                pointers(value, &format!("{place}/{name}"), found);
            }),
            Value::Array(list) => {
                list.iter()
                    .enumerate()
                    .for_each(|(index, value)| pointers(value, &format!("{place}/{index}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    pointers(request, "", &mut found);
    let values = [
        json!(null),
        json!(""),
        json!(" "),
        json!("é"),
        json!("\u{7f}"),
        json!("\u{85}"),
        json!("x".repeat(400)),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(4_294_967_296_i64),
        json!(1.0),
        json!(true),
        json!([]),
        json!([null]),
        json!({}),
        json!(DATE),
        json!("2024-11-30"),
    ];
    let mut variants = vec![request.clone()];
    for pointer in found {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer starts with /");
        let mut without = request.clone();
        without
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .map(|object| object.remove(name));
        variants.push(without);
        for value in &values {
            let mut changed = request.clone();
            *changed.pointer_mut(&pointer).expect("a pointer of this request") = value.clone();
            variants.push(changed);
        }
    }
    variants
}

/// Whatever the description accepts, the type reads.
fn read_what_is_accepted<T: DeserializeOwned>(operation_id: &str, request: &Value) {
    let violations =
        |body: &Value| Description::bundled().request_violations(operation(operation_id), body);
    assert_eq!(violations(request), [], "{operation_id}: the sample itself");
    for variant in variants(request) {
        if violations(&variant).is_empty() {
            let read = serde_json::from_value::<T>(variant.clone());
            assert!(read.is_ok(), "{operation_id}: {} for {variant}", read.err().expect("checked"));
        }
    }
}

fn organization_identifier() -> Value {
    json!({ "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108" })
}

#[test]
fn requests_about_folders_are_read() {
    read_what_is_accepted::<FolderRequest>(
        "createFolder",
        &json!({
            "processCode": "CERTDC", "externalId": "n", "closeDateTime": DATE,
            "applicant": { "firstName": "a", "lastName": "b", "email": "a@b" },
            "cases": [{ "recipient": organization_identifier(), "externalId": "n-01", "partnerAttributes": "{}" }],
            "attachments": [{
                "fileName": "a.pdf", "type": "t", "size": 1, "mimeType": "application/pdf", "recipients": ["n-01"],
            }],
        }),
    );
    read_what_is_accepted::<FolderUpdateRequest>(
        "updateFolder",
        &json!({ "globalStatus": "CLOSED", "closeDateTime": DATE }),
    );
}

#[test]
fn requests_about_cases_are_read() {
    read_what_is_accepted::<CaseUpdateRequest>("updateCase", &json!({ "status": "SENT" }));
    read_what_is_accepted::<MigrationRequest>(
        "migrateCases",
        &json!({ "organizationSource": organization_identifier(), "organizationTarget": organization_identifier() }),
    );
    read_what_is_accepted::<Vec<PurgeLink>>(
        "confirmPurge",
        &json!([{ "folder_attachment_id": ID, "case_id": ID }]),
    );
}

#[test]
fn requests_about_events_are_read() {
    read_what_is_accepted::<EventRequest>(
        "createEvent",
        &json!({
            "actionType": "ATTACH_DEPOSIT", "notification": true, "message": "m", "comment": "c", "author": "a",
            "caseCurrentStatus": "SENT", "caseNewStatus": "DONE", "partnerAttributes": "{}",
            "attachments": [{ "fileName": "a.pdf", "type": "t", "size": 1, "mimeType": "application/pdf" }],
        }),
    );
    read_what_is_accepted::<EventUpdateRequest>("updateEvent", &json!({ "status": "SENT" }));
}

fn subscription() -> Value {
    json!({
        "datapassId": 1, "processCode": "CERTDC", "accessMode": "API", "notificationFrequency": "unitaire",
        "subscriber": { "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108", "name": "POF" },
        "activateDateTime": DATE, "validateDateTime": DATE, "rejectDateTime": DATE, "endDateTime": DATE,
        "updateDateTime": DATE, "delegationActor": { "email": null }, "rejectionReason": "r", "status": "Actif",
        "email": "a@b",
        "localAdministrator": {
            "email": "a@b", "firstName": "a", "lastName": "b", "function": "f", "phoneNumber": "0123456789",
            "mobileNumber": "",
        },
    })
}

fn organization() -> Value {
    json!({
        "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108", "name": "POF", "code": "c",
        "country": "FR", "postalCode": "75008", "territory": "Paris", "email": "a@b", "phoneNumber": "0",
        "status": "Actif", "createDateTime": DATE, "updateDateTime": DATE,
    })
}

fn process() -> Value {
    json!({
        "code": "ETALON", "name": "Étalon", "description": "d", "isActivated": true,
        "osl": { "type": "OSL", "companyRegister": "11001401600015", "branchCode": "1" },
        "attachmentFormatsEnabled": ["application/pdf"], "siAttachmentFormatsEnabled": ["application/xml"],
        "attachmentTypesEnabled": ["t"], "attachmentMaxSizeEnabled": 1, "statusBeforeFileDeletion": "CLOSED",
        "timeBeforeFileDeletion": 0, "timeBeforeArchiving": 1, "timeBeforeFolderDeletion": 1,
        "messageToTransmitter": true, "messageWithStatus": true, "authorizedAwaiting": false,
        "subscriptionValidation": "Auto", "legalJustification": "l", "creationDateTime": DATE, "updateDateTime": DATE,
    })
}

#[test]
fn requests_about_the_referential_are_read() {
    read_what_is_accepted::<SubscriptionRequest>("createSubscription", &subscription());
    read_what_is_accepted::<Organization>("createOrganization", &organization());
    read_what_is_accepted::<Process>("createProcess", &process());
}

/// What a type writes agrees with the description of an answer, and names every property of it.
fn answered<T: Serialize + DeserializeOwned>(schema: &str, file: &str, answer: &Value) {
    use contract::check::{Observed, check};
    use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
    use contract::timestamp::Timestamp;

    let written = serde_json::to_value(serde_json::from_value::<T>(answer.clone()).expect(schema))
        .expect(schema);
    let texts = contract::description::TEXTS;
    let text = texts.iter().find(|(name, _)| *name == file).expect(file).1;
    let document: Value = serde_norway::from_str(text).expect(file);
    let described =
        document["components"]["schemas"][schema]["properties"].as_object().expect(schema);
    for name in described.keys() {
        assert!(written.get(name).is_some(), "{schema}.{name} is not written: {written}");
    }
    let (api, path, written) = match schema {
        "Folder" => (Api::Teledossiers, format!("/folders/{ID}"), written),
        "Case" => (Api::Teledossiers, format!("/cases/{ID}"), written),
        "Event" => (Api::Teledossiers, format!("/cases/{ID}/events/{ID}"), written),
        "Notification" => (Api::Teledossiers, "/notifications".to_owned(), json!([written])),
        "Subscription" => (Api::Referential, format!("/subscriptions/{ID}"), written),
        "Organization" => {
            (Api::Referential, "/organizations/SI-11001401600015-75108".to_owned(), written)
        }
        _ => (Api::Referential, "/processes/ETALON".to_owned(), written),
    };
    let exchange = Exchange {
        id: String::new(),
        scenario: None,
        actor: None,
        method: "GET".to_owned(),
        url: String::new(),
        path,
        api,
        query: None,
        request_headers: Vec::new(),
        request_body: BodyExcerpt::default(),
        sent_at: Timestamp::from_unix_ms(0).expect("1970 can be written"),
        duration_us: 0,
        answer: Answer::Received {
            status: 200,
            version: "HTTP/1.1".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: BodyExcerpt::default(),
        },
    };
    let body = written.to_string();
    assert_eq!(
        check(&Observed { exchange: &exchange, request_body: b"", answer_body: body.as_bytes() }),
        [],
        "{schema}"
    );
}

fn event() -> Value {
    json!({
        "id": ID, "transmitter": organization_identifier(), "actionType": "COM_ADD", "status": "SENT",
        "createDateTime": DATE, "updateDateTime": DATE, "attachments": [], "partnerInfo": {},
    })
}

#[test]
fn answers_written_by_the_types_agree_with_the_description() {
    let attachment = json!({ "id": ID, "status": "PENDING", "fileName": "a", "type": "t", "size": 0, "mimeType": "m" });
    let mut addressed = attachment.clone();
    addressed["recipients"] = json!(["n-01"]);
    answered::<Folder>(
        "Folder",
        "teledossiers.yaml",
        &json!({
            "id": ID, "globalStatus": "HUBEE_RECEIVED", "processCode": "CERTDC", "createDateTime": DATE,
            "updateDateTime": DATE, "applicant": { "firstName": "a", "lastName": "b" }, "externalId": "n",
            "partnerInfo": {}, "attachments": [addressed],
            "cases": [{
                "id": ID, "status": "HUBEE_RECEIVED", "recipient": organization_identifier(), "externalId": "n-01",
                "updateDateTime": DATE,
            }],
        }),
    );
    answered::<Case>(
        "Case",
        "teledossiers.yaml",
        &json!({
            "id": ID, "status": "SENT", "recipient": organization_identifier(), "externalId": "n-01",
            "processCode": "CERTDC", "createDateTime": DATE, "updateDateTime": DATE,
            "applicant": { "firstName": "a", "lastName": "b" }, "attachments": [attachment], "events": [event()],
        }),
    );
    answered::<Event>("Event", "teledossiers.yaml", &event());
    answered::<Notification>(
        "Notification",
        "teledossiers.yaml",
        &json!({
            "id": ID, "recipient": organization_identifier(), "transmitter": organization_identifier(),
            "processCode": "CERTDC", "caseId": ID, "eventId": ID, "dateTime": DATE, "eventActionType": "COM_ADD",
            "eventStatus": "SENT",
        }),
    );
}

#[test]
fn answers_of_the_referential_written_by_the_types_agree_with_the_description() {
    let mut read = subscription();
    read["id"] = json!(ID);
    read["creationDateTime"] = json!(DATE);
    answered::<Subscription>("Subscription", "referential.yaml", &read);
    answered::<Organization>("Organization", "referential.yaml", &organization());
    answered::<Process>("Process", "referential.yaml", &process());
}

#[test]
fn closed_lists_are_those_of_the_description() {
    let documents = contract::description::TEXTS
        .map(|(_, text)| serde_norway::from_str::<Value>(text).expect("YAML"));
    let listed = |document: usize, schema: &str| {
        documents[document]["components"]["schemas"][schema]["enum"].clone()
    };
    let names = |names: Vec<&str>| json!(names);
    assert_eq!(
        listed(0, "CaseStatus"),
        names(CaseStatus::ALL.iter().map(|status| status.name()).collect())
    );
    assert_eq!(
        listed(0, "AttachmentStatus"),
        names(AttachmentStatus::ALL.iter().map(|status| status.name()).collect())
    );
    assert_eq!(
        listed(0, "EventStatus"),
        names(EventStatus::ALL.iter().map(|status| status.name()).collect())
    );
    assert_eq!(
        listed(0, "ActionType"),
        names(ActionType::ALL.iter().map(|action| action.name()).collect())
    );
    let subscriptions = SubscriptionStatus::ALL.iter().map(|status| status.name()).collect();
    let mut listed: Vec<Value> =
        listed(1, "SubscriptionStatus").as_array().expect("a list").clone();
    let mut expected: Vec<Value> = names(subscriptions).as_array().expect("a list").clone();
    listed.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!(listed, expected);
}
