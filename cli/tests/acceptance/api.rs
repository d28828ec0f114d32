//! Calls a hub as any client would, apart from the suite: what a run left alone is seen by somebody
//! else than the run.

use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::read_target;

/// The démarche that other people use here.
pub(crate) const PROCESS: &str = "EtatCivil";

/// A client with a token.
#[derive(Clone)]
pub(crate) struct Api {
    client: reqwest::Client,
    token: String,
    teledossiers: String,
    referential: String,
    organization: Value,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status, status, "{text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

impl Api {
    /// A client with the credential of this name, of a hub served in clear.
    pub(crate) async fn of(target: &Path, name: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let target = read_target(target);
        let hub = |key: &str| target["hub"][key].as_str().unwrap().to_owned();
        let credentials = target["credential"].as_array().unwrap();
        let credential = credentials
            .iter()
            .find(|credential| credential["name"].as_str() == Some(name))
            .unwrap_or_else(|| panic!("no credential \"{name}\""));
        let field = |key: &str| credential[key].as_str().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let pair = format!("{}:{}", field("client_id"), field("client_secret"));
        let basic = base64::engine::general_purpose::STANDARD.encode(pair);
        let form = format!("grant_type=client_credentials&scope={}", field("scope"));
        let request = client
            .post(hub("token_url"))
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let token = send(request).await.unwrap().json(200);
        Self {
            client,
            token: token["access_token"].as_str().unwrap().to_owned(),
            teledossiers: hub("teledossiers_url"),
            referential: hub("referential_url"),
            organization: serde_json::to_value(&credential["organization"]).unwrap(),
        }
    }

    /// Whose credential it is.
    pub(crate) fn organization(&self) -> &Value {
        &self.organization
    }

    /// A call to the télédossiers; `None` when no whole answer came.
    pub(crate) async fn try_call(&self, method: &str, path: &str, body: Vec<u8>) -> Option<Answer> {
        let url = format!("{}{path}", self.teledossiers);
        let binary = method == "PUT";
        let media = if binary { "application/octet-stream" } else { "application/json" };
        let request = self
            .client
            .request(method.parse().unwrap(), url)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", media)
            .body(body);
        send(request).await
    }

    /// A call to the télédossiers that is answered.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.try_call(method, path, body).await.expect("the hub answers")
    }

    /// What a path of the télédossiers gives.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null).await.json(200)
    }

    /// What a path of the référentiel gives.
    pub(crate) async fn get_referential(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.referential);
        let request =
            self.client.get(url).header("authorization", format!("Bearer {}", self.token));
        send(request).await.expect("the hub answers").json(200)
    }

    /// The whole queue.
    pub(crate) async fn queue(&self) -> Vec<Value> {
        let batch = self.get("/notifications?maxResult=100000").await;
        batch.as_array().expect("a batch is a list").clone()
    }
}

async fn send(request: reqwest::RequestBuilder) -> Option<Answer> {
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    Some(Answer { status, bytes: answer.bytes().await.ok()?.to_vec() })
}

/// A folder with one file for an SI.
pub(crate) fn folder(number: &str, recipient: &Value, content: &[u8]) -> Value {
    let case = format!("{number}-01");
    json!({
        "processCode": PROCESS,
        "applicant": { "firstName": "Zoé", "lastName": "Nguyễn", "email": "zoe@example.org" },
        "externalId": number,
        "cases": [{ "recipient": recipient, "externalId": case }],
        "attachments": [{
            "fileName": "acte.xml", "type": "ActeEtatCivil-XML", "size": content.len(), "mimeType": "text/xml",
            "recipients": [case],
        }],
    })
}

/// The file of that folder, told apart by its number.
pub(crate) fn content(number: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><acte numero=\"{number}\">{}</acte>", number.repeat(50))
        .into_bytes()
}
