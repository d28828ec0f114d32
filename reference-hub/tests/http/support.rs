//! A hub of its own for each test, and a client that sends what it is told.

use std::time::Duration;

use base64::Engine as _;
use reference_hub::{Config, RunningHub};
use serde_json::{Value, json};

/// The démarche the tests deposit for.
pub(crate) const PROCESS: &str = "EtatCivil";

/// A hub and a client of it.
pub(crate) struct Bench {
    pub(crate) hub: RunningHub,
    client: reqwest::Client,
    target: toml::Table,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The message of the first error; the answer must be one, with the code of its status.
    pub(crate) fn message(&self) -> String {
        let body = self.json();
        assert_eq!(body["errors"][0]["code"], self.status, "{body}");
        body["errors"][0]["message"].as_str().expect("an error has a message").to_owned()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A call to be sent.
pub(crate) struct Call<'a> {
    bench: &'a Bench,
    request: reqwest::RequestBuilder,
}

impl Call<'_> {
    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        let request =
            self.request.header("content-type", "application/json").body(body.to_string());
        Self { request, ..self }
    }

    pub(crate) fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self { request: self.request.body(body), ..self }
    }

    pub(crate) async fn send(self) -> Answer {
        let answer = self.request.send().await.expect("the hub answers");
        assert_eq!(self.bench.hub.panics(), 0);
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer {
            status,
            headers,
            bytes: answer.bytes().await.expect("the answer is whole").to_vec(),
        }
    }
}

impl Bench {
    pub(crate) async fn start(config: Config) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let hub = reference_hub::start(config).await.expect("the hub starts");
        let target = hub.target_file().parse().expect("the target file is TOML");
        let mut builder = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30));
        if let Some((_, pem)) = hub.authority() {
            builder =
                builder.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()]);
        }
        Self { hub, client: builder.build().unwrap(), target }
    }

    pub(crate) fn call(&self, method: &str, url: &str) -> Call<'_> {
        Call { bench: self, request: self.client.request(method.parse().unwrap(), url) }
    }

    /// A call by whoever started the hub.
    pub(crate) fn control(&self, method: &str, url: &str) -> Call<'_> {
        self.call(method, url).token(self.target["may"]["control_secret"].as_str().unwrap())
    }

    /// A call to a path of the télédossiers, such as `/folders`.
    pub(crate) fn teledossiers(&self, method: &str, path: &str) -> Call<'_> {
        self.call(method, &format!("{}{path}", self.hub.urls().teledossiers))
    }

    /// A call to a path of the référentiel.
    pub(crate) fn referential(&self, method: &str, path: &str) -> Call<'_> {
        self.call(method, &format!("{}{path}", self.hub.urls().referential))
    }

    /// The first credential of a scope; for OSL and SI, one that covers [`PROCESS`].
    pub(crate) fn credential(&self, scope: &str) -> &toml::Table {
        let covers = |table: &toml::Table| {
            let Some(processes) = table.get("processes").and_then(toml::Value::as_array) else {
                return scope == "ADMIN" || scope == "DATAPASS";
            };
            processes.iter().any(|process| process.as_str() == Some(PROCESS))
        };
        let all =
            self.target["credential"].as_array().unwrap().iter().filter_map(toml::Value::as_table);
        all.filter(|table| table["scope"].as_str() == Some(scope))
            .find(|table| covers(table) || matches!(scope, "ADMIN" | "DATAPASS"))
            .unwrap_or_else(|| panic!("the bundled référentiel has a credential for {scope}"))
    }

    /// Client id and secret of a scope.
    pub(crate) fn secrets(&self, scope: &str) -> (String, String) {
        let credential = self.credential(scope);
        let text = |name: &str| credential[name].as_str().unwrap().to_owned();
        (text("client_id"), text("client_secret"))
    }

    pub(crate) async fn ask_token(&self, client_id: &str, secret: &str, form: &str) -> Answer {
        let basic =
            base64::engine::general_purpose::STANDARD.encode(format!("{client_id}:{secret}"));
        let call = self
            .call("POST", &self.hub.urls().token)
            .header("authorization", &format!("Basic {basic}"));
        call.body(form.to_owned()).send().await
    }

    pub(crate) async fn token(&self, scope: &str) -> String {
        let (client_id, secret) = self.secrets(scope);
        let form = format!("grant_type=client_credentials&scope={scope}");
        let answer = self.ask_token(&client_id, &secret, &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// The organization of the SI that receives.
    pub(crate) fn recipient(&self) -> Value {
        serde_json::to_value(&self.credential("SI")["organization"]).unwrap()
    }

    /// A folder with one text file for the SI.
    pub(crate) fn folder(&self, number: &str, content: &[u8], mime_type: &str) -> Value {
        let case = format!("{number}-01");
        json!({
            "processCode": PROCESS,
            "applicant": { "firstName": "Zoé", "lastName": "Nguyễn", "email": "zoe@example.org" },
            "externalId": number,
            "cases": [{ "recipient": self.recipient(), "externalId": case }],
            "attachments": [{
                "fileName": "acte.xml", "type": "ActeEtatCivil-XML", "size": content.len(), "mimeType": mime_type,
                "recipients": [case],
            }],
        })
    }
}
