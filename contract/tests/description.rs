//! The bundled descriptions: they say the same as the access matrix, avoid the traps of their
//! tools, and find every kind of violation in a request.

use std::collections::{BTreeMap, BTreeSet};

use contract::description::{Description, RequestBody, TEXTS, Violation, ViolationKind};
use contract::operations::Operation;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};

fn violations(operation: Operation, body: &Value) -> Vec<(String, ViolationKind)> {
    let violations = Description::bundled().request_violations(operation, body);
    violations.into_iter().map(|Violation { pointer, kind, .. }| (pointer, kind)).collect()
}

fn violation(pointer: &str, kind: ViolationKind) -> (String, ViolationKind) {
    (pointer.to_owned(), kind)
}

fn missing(pointer: &str, property: &str) -> (String, ViolationKind) {
    violation(pointer, ViolationKind::Missing(property.to_owned()))
}

fn folder() -> Value {
    json!({
        "processCode": "CERTDC",
        "externalId": "DGS-CERTDC-0000000000001",
        "applicant": { "firstName": "Zoé", "lastName": "Дюпон", "email": null },
        "cases": [{
            "recipient": { "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108" },
            "externalId": "DGS-CERTDC-0000000000001-01",
        }],
        "attachments": [{
            "fileName": "certificat.pdf", "type": "DD_Certificatdedeces", "size": 0, "mimeType": "application/pdf",
            "recipients": ["DGS-CERTDC-0000000000001-01"],
        }],
    })
}

fn event() -> Value {
    json!({ "actionType": "STATUS_UPDATE", "notification": null })
}

fn subscription() -> Value {
    json!({
        "datapassId": 1, "processCode": "CERTDC", "notificationFrequency": "unitaire",
        "subscriber": { "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108" },
        "localAdministrator": { "email": "a@b.fr" },
    })
}

fn organization() -> Value {
    json!({
        "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108", "name": "POF",
        "postalCode": "75008", "territory": "Paris", "status": "Actif",
    })
}

fn process() -> Value {
    json!({
        "code": "ETALON", "name": "Étalon", "isActivated": true,
        "osl": { "type": "OSL", "companyRegister": "11001401600015", "branchCode": "1" },
        "attachmentFormatsEnabled": ["application/pdf"], "attachmentTypesEnabled": [],
        "attachmentMaxSizeEnabled": 1, "statusBeforeFileDeletion": "CLOSED", "timeBeforeFileDeletion": 0,
        "timeBeforeArchiving": 1, "timeBeforeFolderDeletion": 1, "messageToTransmitter": true,
        "messageWithStatus": true, "authorizedAwaiting": false, "subscriptionValidation": "Auto",
    })
}

fn documents() -> Vec<(&'static str, Value)> {
    TEXTS.map(|(name, text)| (name, serde_norway::from_str(text).expect("a YAML text"))).into()
}

// The descriptions themselves

#[test]
fn every_operation_of_the_matrix_is_described_and_no_other() {
    let mut expected: BTreeSet<(String, String, String)> = BTreeSet::new();
    for &operation in Operation::ALL {
        let path = operation.path_template().to_owned();
        expected.insert((
            operation.operation_id().to_owned(),
            operation.method().name().to_owned(),
            path.clone(),
        ));
        if operation.override_post() {
            expected.insert((
                format!("{}ByPost", operation.operation_id()),
                "POST".to_owned(),
                path,
            ));
        }
    }
    expected.insert(("requestToken".to_owned(), "POST".to_owned(), "/oauth2/token".to_owned()));
    let described = Description::bundled().operations();
    let described =
        described.map(|(id, method, path)| (id.to_owned(), method.to_owned(), path.to_owned()));
    assert_eq!(described.collect::<BTreeSet<_>>(), expected);
}

#[test]
fn an_operation_stands_in_the_file_of_its_api() {
    use contract::exchange::Api;
    let files: BTreeMap<&str, &str> = TEXTS.into();
    for &operation in Operation::ALL {
        let file = if operation.api() == Api::Referential {
            "referential.yaml"
        } else {
            "teledossiers.yaml"
        };
        assert!(
            files[file].contains(&format!("operationId: {}\n", operation.operation_id())),
            "{} in {file}",
            operation.operation_id()
        );
    }
}

#[test]
fn nothing_is_written_that_the_tools_would_lose() {
    fn walk(node: &Value, place: &str) {
        match node {
            Value::Object(map) => {
                assert!(
                    !map.contains_key("const"),
                    "const vanishes: write an enum of one at {place}"
                );
                assert!(
                    !map.contains_key("$ref") || map.len() == 1,
                    "what stands beside $ref is lost at {place}"
                );
                map.iter().for_each(|(key, value)| walk(value, &format!("{place}/{key}")));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, place)),
            _ => {}
        }
    }
    documents().iter().for_each(|(name, document)| walk(document, name));
}

#[test]
fn a_level_is_free_or_not_written() {
    for (name, text) in TEXTS {
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#') && line.contains("x-etalon-level"))
        {
            assert!(line.contains("x-etalon-level: free"), "{name}: {line}");
        }
    }
}

#[test]
fn what_both_files_name_is_the_same_in_both() {
    let documents = documents();
    for kind in ["schemas", "parameters", "responses"] {
        let [first, second] =
            [0, 1].map(|index: usize| documents[index].1["components"][kind].as_object().unwrap());
        for (name, component) in first {
            // The batch of notifications and the page of the référentiel are not the same thing.
            if let Some(other) = second.get(name).filter(|_| name != "maxResult") {
                assert_eq!(component, other, "{kind} {name}");
            }
        }
    }
}

#[test]
fn an_optional_property_of_an_answer_may_be_null() {
    let mut looked_at = 0;
    for (file, document) in documents() {
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let answers = schemas.iter().filter(|(name, _)| !name.ends_with("Request"));
        for (name, schema) in answers {
            let required: Vec<&str> = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            for (property, node) in schema["properties"].as_object().into_iter().flatten() {
                let untyped = node.get("type").is_none()
                    && node.get("$ref").is_none()
                    && node.get("allOf").is_none();
                let nullable = node.get("nullable") == Some(&json!(true)) || untyped;
                assert!(
                    required.contains(&property.as_str()) || nullable,
                    "{file} {name}.{property}"
                );
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}

#[test]
fn each_operation_refuses_without_a_token_and_says_what_it_answers() {
    let description = Description::bundled();
    for &operation in Operation::ALL {
        let statuses = description.statuses(operation.operation_id());
        assert!(
            statuses.contains(&"401".to_owned()) && statuses.contains(&"403".to_owned()),
            "{}",
            operation.operation_id()
        );
        let success = statuses.iter().filter(|status| status.starts_with("20")).count();
        assert_eq!(success, 1, "{operation} {statuses:?}");
        assert!(statuses.contains(&operation.success().to_string()), "{operation} {statuses:?}");
    }
}

#[test]
fn a_request_has_a_json_body_a_file_or_none() {
    let body = |operation| Description::bundled().request_body(operation);
    assert_eq!(
        (
            body(Operation::CreateFolder),
            body(Operation::PutFolderAttachment),
            body(Operation::GetFolder)
        ),
        (RequestBody::Json, RequestBody::Bytes, RequestBody::None)
    );
}

#[test]
fn a_description_that_cannot_be_used_says_why() {
    let head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n";
    let broken = [
        ("paths: [", "no OpenAPI"),
        ("  /a: {get: {responses: {'200': {description: d}}}}", "get /a has no operationId"),
        (
            "  /a: {get: {operationId: a, responses: {'200': {$ref: '#/components/responses/R'}}}}",
            "leads nowhere",
        ),
        (
            "  /a:\n    get: {operationId: a, responses: {}}\n    put: {operationId: a, responses: {}}",
            "two operations are named \"a\"",
        ),
    ];
    for (text, expected) in broken {
        let error = Description::parse([format!("{head}{text}").as_str()]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

// Bodies

#[test]
fn right_requests_have_no_violation() {
    for (operation, body) in [
        (Operation::CreateFolder, folder()),
        (Operation::CreateEvent, event()),
        (
            Operation::UpdateFolder,
            json!({ "globalStatus": "HUBEE_COMPLETED", "closeDateTime": null }),
        ),
        (Operation::UpdateCase, json!({ "status": "SENT" })),
        (Operation::UpdateEvent, json!({ "status": "RECEIVED" })),
        (Operation::CreateSubscription, subscription()),
        (Operation::UpdateSubscription, subscription()),
        (Operation::CreateOrganization, organization()),
        (Operation::CreateProcess, process()),
        (Operation::ConfirmPurge, json!([])),
    ] {
        assert_eq!(violations(operation, &body), [], "{operation}");
    }
}

#[test]
fn each_required_property_is_asked_for() {
    for (operation, body) in [
        (Operation::CreateFolder, folder()),
        (Operation::CreateEvent, event()),
        (Operation::CreateSubscription, subscription()),
        (Operation::CreateOrganization, organization()),
        (Operation::CreateProcess, process()),
    ] {
        for name in body.as_object().unwrap().keys() {
            let mut lacking = body.clone();
            lacking.as_object_mut().unwrap().remove(name);
            assert_eq!(violations(operation, &lacking), [missing("", name)], "{operation}");
        }
    }
}

#[test]
fn all_the_violations_of_a_body_are_reported_at_once_in_its_order() {
    let mut body = folder();
    let object = body.as_object_mut().unwrap();
    object.remove("applicant");
    object.remove("processCode");
    body["externalId"] = json!("x".repeat(31));
    body["cases"][0]["recipient"] =
        json!({ "type": 3, "companyRegister": "123", "branchCode": "12345678901" });
    body["attachments"][0]["size"] = json!(-1);
    body["attachments"][0]["fileName"] = json!("../passwd");
    body["attachments"][0]["recipients"] = json!([]);
    assert_eq!(
        violations(Operation::CreateFolder, &body),
        [
            missing("", "applicant"),
            missing("", "processCode"),
            violation("/attachments/0/fileName", ViolationKind::Pattern),
            violation("/attachments/0/recipients", ViolationKind::TooFew),
            violation("/attachments/0/size", ViolationKind::Range),
            violation("/cases/0/recipient/branchCode", ViolationKind::TooLong { limit: 10 }),
            violation("/cases/0/recipient/companyRegister", ViolationKind::Pattern),
            violation("/cases/0/recipient/type", ViolationKind::Type),
            violation("/externalId", ViolationKind::TooLong { limit: 30 }),
        ]
    );
}

#[test]
fn positions_in_a_list_are_ordered_as_numbers() {
    let mut body = folder();
    let case = json!({ "recipient": body["cases"][0]["recipient"] });
    body["cases"] = Value::Array(vec![case; 12]);
    let pointers: Vec<String> = violations(Operation::CreateFolder, &body)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    let expected: Vec<String> = (0..12).map(|index| format!("/cases/{index}")).collect();
    assert_eq!(pointers, expected);
}

#[test]
fn messages_are_worded_as_clients_know_them_and_repeat_no_value() {
    let mut body = folder();
    body["applicant"] = json!({ "lastName": "Secret".repeat(100), "email": "secret" });
    let told: Vec<String> = Description::bundled()
        .request_violations(Operation::CreateFolder, &body)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "[Path '/applicant'] Object has missing required properties ([\"firstName\"])",
            "[Path '/applicant/email'] Input string is not of the format \"email\"",
            "[Path '/applicant/lastName'] String is too long (length: 600, maximum allowed: 255)",
        ]
    );
}

#[test]
fn lengths_are_counted_in_characters() {
    let mut body = folder();
    body["applicant"]["firstName"] = json!("é".repeat(255));
    assert_eq!(violations(Operation::CreateFolder, &body), []);
}

#[test]
fn control_characters_are_refused_in_names_and_let_through_in_messages() {
    let mut body = folder();
    body["applicant"]["firstName"] = json!("a\nb");
    body["attachments"][0]["fileName"] = json!("a\u{0}b");
    assert_eq!(
        violations(Operation::CreateFolder, &body),
        [
            violation("/applicant/firstName", ViolationKind::Pattern),
            violation("/attachments/0/fileName", ViolationKind::Pattern)
        ]
    );
    let mut body = event();
    body["message"] = json!("première ligne\n\tseconde ligne");
    assert_eq!(violations(Operation::CreateEvent, &body), []);
    body["message"] = json!("a\u{0}b");
    assert_eq!(
        violations(Operation::CreateEvent, &body),
        [violation("/message", ViolationKind::Pattern)]
    );
}

#[test]
fn a_file_name_names_no_directory() {
    let verdict = |name: &str| {
        let mut body = folder();
        body["attachments"][0]["fileName"] = json!(name);
        violations(Operation::CreateFolder, &body).is_empty()
    };
    for name in ["a", ".a", "..a", "...", "a.b", "pièce n°1.pdf", ".htaccess"] {
        assert!(verdict(name), "{name}");
    }
    for name in [".", "..", "../a", "a/b", "a\\b", "/", "a\r"] {
        assert!(!verdict(name), "{name:?}");
    }
}

#[test]
fn unknown_properties_and_those_of_the_hub_are_ignored() {
    let mut body = folder();
    body["id"] = json!(42);
    body["globalStatus"] = json!("whatever");
    body["cases"][0]["status"] = json!([]);
    body["partnerInfo"] = json!("x");
    body["unknown"] = json!({ "deep": [null] });
    assert_eq!(violations(Operation::CreateFolder, &body), []);
}

#[test]
fn values_outside_a_list_are_refused() {
    assert_eq!(
        violations(Operation::CreateEvent, &json!({ "actionType": "DANCE", "notification": true })),
        [violation("/actionType", ViolationKind::Enum)]
    );
    assert_eq!(
        violations(Operation::UpdateCase, &json!({ "status": "LOST" })),
        [violation("/status", ViolationKind::Enum)]
    );
    assert_eq!(
        violations(Operation::UpdateFolder, &json!({ "globalStatus": "LOST" })),
        [violation("/globalStatus", ViolationKind::Enum)]
    );
    assert_eq!(
        violations(Operation::UpdateEvent, &json!({ "status": "IN_PROGRESS" })),
        [violation("/status", ViolationKind::Enum)]
    );
}

#[test]
fn what_two_parts_of_a_schema_ask_for_is_reported_once() {
    // The status is a text both for its property and for the list it names.
    assert_eq!(
        violations(Operation::UpdateFolder, &json!({ "globalStatus": 3 })),
        [
            violation("/globalStatus", ViolationKind::Type),
            violation("/globalStatus", ViolationKind::Enum)
        ]
    );
}

#[test]
fn bodies_of_another_type_are_one_violation() {
    for body in [json!(null), json!([]), json!("x"), json!(1.5)] {
        assert_eq!(
            violations(Operation::CreateFolder, &body),
            [violation("", ViolationKind::Type)],
            "{body}"
        );
    }
}

#[test]
fn sizes_are_whole_numbers_that_a_machine_counts() {
    for (size, expected) in [
        (json!(1.5), Some(ViolationKind::Type)),
        (json!("1"), Some(ViolationKind::Type)),
        (json!(i64::MAX), None),
        (json!(u64::MAX), Some(ViolationKind::Range)),
    ] {
        let mut body = folder();
        body["attachments"][0]["size"] = size;
        let found: Vec<_> =
            violations(Operation::CreateFolder, &body).into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_subscription_takes_back_what_reading_gave() {
    let mut body = subscription();
    for name in [
        "accessMode",
        "activateDateTime",
        "endDateTime",
        "rejectionReason",
        "status",
        "email",
        "delegationActor",
    ] {
        body[name] = Value::Null;
    }
    body["id"] = json!("6f1c1e1e-0000-4000-8000-000000000000");
    body["creationDateTime"] = json!("2024-11-30T08:15:00+0100");
    body["subscriber"]["name"] = json!("POF");
    body["localAdministrator"] =
        json!({ "email": "a@b.fr", "firstName": null, "phoneNumber": "", "mobileNumber": null });
    assert_eq!(violations(Operation::UpdateSubscription, &body), []);
    for actor in [
        json!({ "email": null }),
        json!({ "type": "EDT", "companyRegister": "1", "branchCode": null }),
        json!([]),
    ] {
        body["delegationActor"] = actor;
        assert_eq!(violations(Operation::UpdateSubscription, &body), []);
    }
}

#[test]
fn addresses_phones_and_registers_have_a_form() {
    let mut body = subscription();
    body["email"] = json!("no-at-sign");
    body["localAdministrator"] =
        json!({ "email": "a@b.fr", "phoneNumber": "12", "mobileNumber": "+33612345678" });
    body["subscriber"]["companyRegister"] = json!("1100140160001X");
    body["activateDateTime"] = json!("30/11/2024");
    assert_eq!(
        violations(Operation::CreateSubscription, &body),
        [
            violation("/activateDateTime", ViolationKind::Format),
            violation("/email", ViolationKind::Format),
            violation("/localAdministrator/phoneNumber", ViolationKind::Pattern),
            violation("/subscriber/companyRegister", ViolationKind::Pattern),
        ]
    );
}

#[test]
fn an_administrator_is_spelled_both_ways() {
    for (spelling, expected) in [("ADMIN", 0), ("ADM_NAT", 0), ("OTHER", 1)] {
        let mut body = organization();
        body["type"] = json!(spelling);
        assert_eq!(violations(Operation::CreateOrganization, &body).len(), expected, "{spelling}");
    }
}

// Parameters

const ID: &str = "6f1c1e1e-0000-4000-8000-000000000000";

fn parameter_violations(
    operation: Operation,
    path: &[(&str, &str)],
    query: &[(&str, &str)],
    headers: &HeaderMap,
) -> Vec<Violation> {
    Description::bundled().parameter_violations(operation, path, query, headers)
}

#[test]
fn path_ids_are_uuids() {
    let headers = HeaderMap::new();
    assert_eq!(parameter_violations(Operation::GetFolder, &[("folderId", ID)], &[], &headers), []);
    let found = parameter_violations(
        Operation::PutFolderAttachment,
        &[("folderId", "1"), ("attachmentId", "..")],
        &[],
        &headers,
    );
    let pointers: Vec<&str> = found.iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, ["@path.folderId", "@path.attachmentId"]);
    assert_eq!(found[0].kind, ViolationKind::Format);
}

#[test]
fn a_parameter_of_the_path_has_to_be_there() {
    let found = parameter_violations(Operation::GetFolder, &[], &[], &HeaderMap::new());
    assert_eq!(found[0].kind, ViolationKind::Missing("folderId".to_owned()));
}

#[test]
fn an_organization_is_named_by_its_three_parts() {
    for (id, expected) in [
        ("SI-21380544300016-38544", 0),
        ("ADM_NAT-21380544300016-a_-1", 0),
        ("SI-2138-38544", 1),
        ("x", 1),
    ] {
        assert_eq!(
            parameter_violations(
                Operation::GetOrganization,
                &[("organizationId", id)],
                &[],
                &HeaderMap::new()
            )
            .len(),
            expected,
            "{id}"
        );
    }
}

#[test]
fn the_size_of_a_batch_is_a_positive_number() {
    let found = |text| {
        parameter_violations(
            Operation::ListNotifications,
            &[],
            &[("maxResult", text)],
            &HeaderMap::new(),
        )
        .into_iter()
        .next()
        .map(|violation| violation.kind)
    };
    for text in ["1", "100000", "2147483647"] {
        assert_eq!(found(text), None, "{text}");
    }
    for text in ["abc", "", "2.5", "1e3", "+1", "0x10"] {
        assert_eq!(found(text), Some(ViolationKind::Type), "{text}");
    }
    for text in ["0", "-1", "99999999999999999999999"] {
        assert_eq!(found(text), Some(ViolationKind::Range), "{text}");
    }
}

#[test]
fn lists_are_repeated_or_comma_joined_and_unknown_parameters_ignored() {
    let long = "x".repeat(31);
    let query =
        [("processCode", "a,b"), ("processCode", "c"), ("unknown", "y"), ("eventDetails", "TRUE")];
    assert_eq!(
        parameter_violations(Operation::ListNotifications, &[], &query, &HeaderMap::new()),
        []
    );
    let found = parameter_violations(
        Operation::ListNotifications,
        &[],
        &[("processCode", "a"), ("processCode", &format!("b,{long}"))],
        &HeaderMap::new(),
    );
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].pointer.as_str(), &found[0].kind),
        ("@query.processCode", &ViolationKind::TooLong { limit: 30 })
    );
}

#[test]
fn subscriptions_are_ordered_by_a_direction_and_a_field() {
    for (order, expected) in [
        ("asc(access_mode)", 0),
        ("desc(si_company_register)", 0),
        ("access_mode", 1),
        ("asc()", 1),
    ] {
        assert_eq!(
            parameter_violations(
                Operation::ListSubscriptions,
                &[],
                &[("orderBy", order)],
                &HeaderMap::new()
            )
            .len(),
            expected,
            "{order}"
        );
    }
    assert_eq!(
        parameter_violations(
            Operation::ListOrganizations,
            &[],
            &[("orderBy", "branche_code")],
            &HeaderMap::new()
        ),
        []
    );
}

#[test]
fn technical_headers_hold_fifty_characters() {
    for &operation in Operation::ALL {
        for name in ["editorName", "applicationName", "softwareVersion"] {
            for (length, expected) in [(50, 0), (51, 1)] {
                let mut headers = HeaderMap::new();
                headers.insert(
                    http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_bytes("é".repeat(length).as_bytes()).unwrap(),
                );
                let path: Vec<(&str, &str)> = Vec::new();
                let found =
                    Description::bundled().parameter_violations(operation, &path, &path, &headers);
                let found = found
                    .iter()
                    .filter(|violation| violation.pointer == format!("@header.{name}"))
                    .count();
                assert_eq!(found, expected, "{} {name} {length}", operation.operation_id());
            }
        }
    }
}

// Anything at all

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        "[a-z~/]{0,5}",
        Just("cases".to_owned()),
        Just("attachments".to_owned()),
        Just("applicant".to_owned()),
        Just("recipient".to_owned()),
        Just("status".to_owned())
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_document_is_too_much(body in any_json(), operation in prop::sample::select(Operation::ALL)) {
        let violations = Description::bundled().request_violations(operation, &body);
        for violation in &violations {
            prop_assert!(violation.pointer.is_empty() || body.pointer(&violation.pointer).is_some(), "{}", violation.pointer);
        }
        let mut once = violations.clone();
        once.dedup();
        prop_assert_eq!(once.len(), violations.len());
    }

    #[test]
    fn no_parameter_is_too_much(name in "[a-zA-Z]{0,12}", value in ".{0,60}", operation in prop::sample::select(Operation::ALL)) {
        let pairs = [(name.as_str(), value.as_str()), ("maxResult", value.as_str()), ("processCode", value.as_str())];
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert("editorname", value);
        }
        let _ = Description::bundled().parameter_violations(operation, &pairs, &pairs, &headers);
    }
}
