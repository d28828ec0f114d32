//! Answers held against the description: each kind of deviation, and what is none.

use contract::check::{Deviation, Level, Observed, check, check_against};
use contract::description::Description;
use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::timestamp::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

const ID: &str = "6f1c1e1e-0000-4000-8000-000000000000";

/// A request and what is answered to it.
#[derive(Clone)]
struct Call {
    api: Api,
    method: String,
    path: String,
    query: Option<String>,
    request_headers: Vec<(String, String)>,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    fn new(method: &str, path: &str, status: u16) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self {
            api: Api::Teledossiers,
            method,
            path,
            query: None,
            request_headers: vec![],
            status,
            headers: vec![],
            body: vec![],
        }
    }

    fn at(mut self, api: Api) -> Self {
        self.api = api;
        self
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn json(self, body: &Value) -> Self {
        Self { body: body.to_string().into_bytes(), ..self }
            .header("content-type", "application/json")
    }

    fn bytes(self, media_type: &str, body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..self }.header("content-type", media_type)
    }

    fn exchange(&self) -> Exchange {
        Exchange {
            id: "ex-000001".to_owned(),
            scenario: None,
            actor: None,
            method: self.method.clone(),
            url: String::new(),
            path: self.path.clone(),
            api: self.api,
            query: self.query.clone(),
            request_headers: self.request_headers.clone(),
            request_body: BodyExcerpt::default(),
            sent_at: Timestamp::from_unix_ms(0).expect("1970 can be written"),
            duration_us: 0,
            answer: Answer::Received {
                status: self.status,
                version: "HTTP/1.1".to_owned(),
                headers: self.headers.clone(),
                body: BodyExcerpt::of(&self.body),
            },
        }
    }

    fn deviations(&self) -> Vec<Deviation> {
        check(&Observed { exchange: &self.exchange(), request_body: b"", answer_body: &self.body })
    }

    /// Pointers and levels of what deviates.
    fn found(&self) -> Vec<(String, Level)> {
        self.deviations()
            .into_iter()
            .map(|deviation| (deviation.pointer, deviation.level))
            .collect()
    }
}

fn must(pointer: &str) -> (String, Level) {
    (pointer.to_owned(), Level::Must)
}

fn free(pointer: &str) -> (String, Level) {
    (pointer.to_owned(), Level::Free)
}

fn notification() -> Value {
    let organization =
        json!({ "type": "SI", "companyRegister": "11001401600015", "branchCode": "75108" });
    json!({
        "id": ID, "recipient": organization, "transmitter": organization, "processCode": "CERTDC", "caseId": ID,
        "eventId": null, "dateTime": "2024-11-30T08:15:00.000+01:00",
    })
}

fn errors() -> Value {
    json!({ "errors": [{ "code": 400, "message": "Bad Request" }] })
}

fn notifications(body: &Value) -> Call {
    Call::new("GET", "/notifications", 200).json(body)
}

#[test]
fn a_right_answer_has_no_deviation() {
    assert_eq!(notifications(&json!([notification()])).deviations(), []);
    assert_eq!(Call::new("PATCH", &format!("/folders/{ID}"), 204).deviations(), []);
}

#[test]
fn a_hub_may_say_more_and_leave_nulls_out() {
    let mut body = notification();
    body["colour"] = json!({ "red": true });
    body.as_object_mut().unwrap().remove("eventId");
    body["dateTime"] = json!("2024-11-30T08:15:00Z");
    assert_eq!(notifications(&json!([body])).deviations(), []);
}

#[test]
fn content_types_may_carry_parameters_in_any_case() {
    for media_type in ["application/json;charset=UTF-8", "Application/JSON ; charset=utf-8"] {
        assert_eq!(Call::new("GET", "/notifications", 200).bytes(media_type, b"[]").found(), []);
    }
}

#[test]
fn a_breach_of_the_schema_is_shown_by_its_pointer() {
    let mut body = json!([notification(), notification()]);
    body[1]["id"] = json!("7");
    body[1]["dateTime"] = json!("30/11/2024 08:15:00");
    body[1].as_object_mut().unwrap().remove("recipient");
    let deviations = notifications(&body).deviations();
    assert_eq!(notifications(&body).found(), [must("/1"), must("/1/dateTime"), must("/1/id")]);
    assert_eq!(deviations[0].message, "Object has missing required properties ([\"recipient\"])");
    assert_eq!(deviations[0].source.to_string(), "listNotifications 200");
}

#[test]
fn a_breach_of_what_the_documents_leave_open_is_free() {
    let osl = json!({ "type": "OSL", "companyRegister": "11001401600015", "branchCode": "1" });
    let body = json!({ "code": "C", "name": "N", "isActivated": true, "osl": osl, "authorizedAwaiting": "yes" });
    let call = Call::new("GET", "/processes/C", 200).at(Api::Referential).json(&body);
    assert_eq!(call.found(), [free("/authorizedAwaiting")]);
}

#[test]
fn statuses_are_those_of_the_description() {
    for status in [200, 202, 301, 304, 500, 501, 505] {
        assert_eq!(
            Call::new("PATCH", &format!("/cases/{ID}"), status).found(),
            [must("@status")],
            "{status}"
        );
    }
}

#[test]
fn statuses_of_gateways_and_of_other_rules_are_no_deviation() {
    for status in [401, 402, 403, 405, 406, 409, 413, 415, 422, 429, 431, 451, 502, 503, 504] {
        assert_eq!(
            Call::new("GET", "/notifications", status).bytes("text/html", b"<p>").found(),
            [],
            "{status}"
        );
    }
}

#[test]
fn a_client_error_that_an_operation_is_not_described_with_is_no_deviation() {
    assert_eq!(Call::new("POST", "/folders", 404).found(), []);
}

#[test]
fn the_status_of_an_upload_is_free_beyond_204() {
    let path = format!("/folders/{ID}/attachments/{ID}");
    for call in [
        Call::new("PUT", &path, 200).json(&json!({ "verdict": "infected" })),
        Call::new("PUT", &path, 202),
    ] {
        assert_eq!(call.found(), []);
    }
    assert_eq!(Call::new("PUT", &path, 302).found(), [must("@status")]);
}

#[test]
fn an_answer_without_a_body_has_none() {
    assert_eq!(
        Call::new("DELETE", &format!("/notifications/{ID}"), 204).json(&json!({})).found(),
        [must("")]
    );
}

#[test]
fn what_is_not_json_is_said_so_without_repeating_it() {
    for body in ["", "{", "secret", "[1]]"] {
        let call =
            Call::new("GET", "/notifications", 200).bytes("application/json", body.as_bytes());
        assert_eq!(call.found(), [must("")], "{body}");
        assert!(!call.deviations()[0].message.contains("secret"));
    }
}

#[test]
fn content_types_are_those_of_the_description() {
    let path = format!("/cases/{ID}/attachments/{ID}");
    assert_eq!(Call::new("GET", &path, 200).bytes("application/octet-stream", b"\0").found(), []);
    assert_eq!(
        Call::new("GET", &path, 200).bytes("application/pdf", b"%PDF").found(),
        [must("@header.content-type")]
    );
    assert_eq!(
        Call { body: b"[]".to_vec(), ..Call::new("GET", "/notifications", 200) }.found(),
        [must("@header.content-type")]
    );
}

#[test]
fn errors_carry_a_code_and_a_message() {
    let bad = |body: &Value| Call::new("GET", "/notifications", 400).json(body).found();
    assert_eq!(bad(&errors()), []);
    assert_eq!(bad(&json!({ "errors": [] })), [must("/errors")]);
    assert_eq!(bad(&json!({ "errors": [{ "code": 400 }] })), [must("/errors/0")]);
    assert_eq!(bad(&json!({ "error": "oops" })), [must("")]);
    let gone = Call::new("DELETE", &format!("/notifications/{ID}"), 404);
    assert_eq!(gone.clone().json(&errors()).found(), []);
    assert_eq!(gone.bytes("text/html", b"<p>").found(), [must("@header.content-type"), must("")]);
}

#[test]
fn a_lighter_case_may_leave_anything_out() {
    let light = Call::new("GET", &format!("/cases/{ID}"), 200).json(&json!({ "id": ID }));
    assert!(!light.found().is_empty());
    assert_eq!(Call { query: Some("x=1&lite=true".to_owned()), ..light.clone() }.found(), []);
    assert!(!Call { query: Some("lite=false".to_owned()), ..light }.found().is_empty());
}

#[test]
fn a_post_is_judged_as_the_patch_it_stands_for() {
    let mut call = Call::new("POST", &format!("/cases/{ID}"), 200);
    assert_eq!(call.found(), [], "a POST without the header is no described operation");
    call.request_headers.push(("x-http-method-override".to_owned(), "PATCH".to_owned()));
    assert_eq!(call.found(), [must("@status")]);
}

#[test]
fn a_page_of_subscriptions_says_where_it_stands_if_it_likes() {
    let page = Call::new("GET", "/subscriptions", 200).at(Api::Referential).json(&json!([]));
    assert_eq!(page.found(), [free("@header.content-range")]);
    assert_eq!(page.header("content-range", "Susbscriptions 0-0/0").found(), []);
}

#[test]
fn tokens_follow_rfc_6749_wherever_they_are_given() {
    let token = json!({ "access_token": "t", "token_type": "bearer", "expires_in": 3600 });
    let given = |body: &Value| {
        Call::new("POST", "/token", 200)
            .at(Api::Token)
            .json(body)
            .header("cache-control", "no-store")
    };
    assert_eq!(given(&token).found(), []);
    let mut wrong = token.clone();
    wrong["expires_in"] = json!(0);
    wrong["token_type"] = json!("mac");
    assert_eq!(given(&wrong).found(), [must("/expires_in"), must("/token_type")]);
    let cached = Call::new("POST", "/", 200).at(Api::Token).json(&token);
    assert_eq!(cached.clone().found(), [free("@header.cache-control")]);
    assert_eq!(
        cached.header("cache-control", "max-age=60").found(),
        [free("@header.cache-control")]
    );
    assert_eq!(
        Call::new("POST", "/token", 400)
            .at(Api::Token)
            .json(&json!({ "error": "invalid_scope" }))
            .found(),
        []
    );
    assert_eq!(Call::new("POST", "/token", 400).at(Api::Token).json(&errors()).found(), [must("")]);
}

#[test]
fn a_header_that_a_cited_fact_asks_for_must_be_there() {
    let text = "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /notifications:
    get:
      operationId: listNotifications
      responses:
        '200':
          description: d
          headers: { X-Total: { required: true, schema: { type: string, pattern: '^[0-9]+$' } } }
          content: { application/json: { schema: { type: array, items: {} } } }";
    let description = Description::parse([text]).unwrap();
    let found = |call: Call| {
        let exchange = call.exchange();
        let observed = Observed { exchange: &exchange, request_body: b"", answer_body: &call.body };
        check_against(&description, &observed)
            .into_iter()
            .map(|found| (found.pointer, found.level))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(notifications(&json!([]))), [must("@header.x-total")]);
    assert_eq!(
        found(notifications(&json!([])).header("x-total", "many")),
        [must("@header.x-total")]
    );
    assert_eq!(found(notifications(&json!([])).header("x-total", "3")), []);
}

#[test]
fn everything_about_an_answer_that_is_free_is_free() {
    let text = "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /notifications:
    get:
      operationId: listNotifications
      responses:
        '200':
          description: d
          x-etalon-level: free
          content: { application/json: { schema: { type: array, items: { type: string } } } }";
    let description = Description::parse([text]).unwrap();
    for call in [
        notifications(&json!([1])),
        Call::new("GET", "/notifications", 200).bytes("application/json", b"{"),
        Call::new("GET", "/notifications", 200).bytes("text/plain", b"[]"),
    ] {
        let exchange = call.exchange();
        let observed = Observed { exchange: &exchange, request_body: b"", answer_body: &call.body };
        let levels: Vec<Level> =
            check_against(&description, &observed).into_iter().map(|found| found.level).collect();
        assert_eq!(levels, [Level::Free]);
    }
}

#[test]
fn nothing_is_said_of_unknown_operations_and_broken_answers() {
    assert_eq!(Call::new("GET", "/nowhere", 500).found(), []);
    assert_eq!(Call::new("GET", "/notifications", 500).at(Api::Other).found(), []);
    assert_eq!(Call::new("GET", "/oauth2/token", 500).at(Api::Token).found(), []);
    let exchange = Exchange {
        answer: Answer::Broken("reset".to_owned()),
        ..notifications(&json!([])).exchange()
    };
    assert_eq!(check(&Observed { exchange: &exchange, request_body: b"", answer_body: b"" }), []);
}

proptest! {
    #[test]
    fn no_byte_soup_panics(
        body in prop::collection::vec(any::<u8>(), 0..200),
        query in prop::option::of(".{0,40}"),
        status in 100u16..1000,
        place in 0usize..5,
    ) {
        let paths = ["/notifications".to_owned(), format!("/cases/{ID}"), format!("/folders/{ID}"), "/folders".to_owned(), "//".to_owned()];
        let call = Call { query, body, ..Call::new("GET", &paths[place], status) };
        for deviation in call.header("content-type", "application/json").deviations() {
            prop_assert!(!deviation.message.is_empty());
        }
    }
}
