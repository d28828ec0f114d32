//! Calling the hub: a token used until it ends, renewed after a 401, patient repetitions, and what
//! is special about each fault of transport.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// Why a call gave nothing to go on with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No answer.
    Lost(String),
    /// Not the answer that was hoped for.
    Status(u16, String),
    /// The token was refused, and this client gives up then.
    Dead,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(why) => write!(formatter, "no answer: {why}"),
            Self::Status(status, body) => write!(formatter, "{status}: {body}"),
            Self::Dead => write!(formatter, "the token was refused"),
        }
    }
}

pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Option<String>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
}

pub(crate) struct Hub {
    http: reqwest::Client,
    pub(crate) fault: String,
    pub(crate) scope: String,
    pub(crate) process: String,
    pub(crate) recipients: Vec<String>,
    token: Option<String>,
    calls: usize,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// How often a call that may be repeated is, each time after a longer pause.
const PAUSES: [u64; 4] = [0, 150, 500, 2200];

impl Hub {
    pub(crate) fn from_environment(fault: String) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .retry(reqwest::retry::never());
        builder = match std::fs::read(variable("HUBEE_CA_FILE")) {
            Ok(pem) => {
                let authority =
                    reqwest::Certificate::from_pem(&pem).expect("the authority's file is a PEM");
                builder.tls_certs_only([authority])
            }
            Err(_) => builder.tls_certs_only([]),
        };
        Self {
            http: builder.build().expect("the settings are right"),
            fault,
            scope: variable("HUBEE_SCOPE"),
            process: variable("HUBEE_PROCESS"),
            recipients: variable("HUBEE_RECIPIENTS").split(',').map(str::to_owned).collect(),
            token: None,
            calls: 0,
        }
    }

    pub(crate) fn has(&self, fault: &str) -> bool {
        self.fault == fault
    }

    async fn ask_token(&mut self) -> Result<String, Failure> {
        let basic = BASE64_STANDARD.encode(format!(
            "{}:{}",
            variable("HUBEE_CLIENT_ID"),
            variable("HUBEE_CLIENT_SECRET")
        ));
        let scopes = if self.has("wrong-scope") {
            vec!["ADMIN".to_owned(), self.scope.clone()]
        } else {
            vec![self.scope.clone()]
        };
        let mut last = Failure::Lost("no scope".into());
        for scope in scopes {
            let answer = self
                .http
                .post(variable("HUBEE_TOKEN_URL"))
                .header("authorization", format!("Basic {basic}"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("grant_type=client_credentials&scope={scope}"))
                .send()
                .await;
            let answer = answer.map_err(|error| Failure::Lost(error.to_string()))?;
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap_or_default();
            let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            match body["access_token"].as_str() {
                Some(token) if scope == self.scope => return Ok(token.to_owned()),
                _ => last = Failure::Status(status, text),
            }
        }
        Err(last)
    }

    /// One call, once, with a fresh token when the old one is refused.
    pub(crate) async fn once(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        for second in [false, true] {
            if self.token.is_none() || self.has("token-each-call") {
                self.token = Some(self.ask_token().await?);
            }
            self.calls += 1;
            if self.has("crash") && self.calls == 4 {
                std::process::exit(3);
            }
            match self.send(method, path, body.clone()).await {
                Err(Failure::Status(401, _)) if self.has("die-on-401") => {
                    return Err(Failure::Dead);
                }
                Err(Failure::Status(401, _)) if !second => self.token = None,
                other => return other,
            }
        }
        Err(Failure::Dead)
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let is_referential = ["/organizations", "/subscriptions", "/processes"]
            .iter()
            .any(|one| path.starts_with(one));
        let base = variable(if is_referential {
            "HUBEE_REFERENTIAL_URL"
        } else {
            "HUBEE_TELEDOSSIERS_URL"
        });
        let lost = |error: reqwest::Error| Failure::Lost(error.to_string());
        let method_name = method.parse().expect("methods are written right");
        let mut request = self.http.request(method_name, format!("{base}{path}")).header(
            "authorization",
            format!("Bearer {}", self.token.as_deref().unwrap_or_default()),
        );
        if !self.has("no-headers") {
            request = request
                .header("editorName", "étalon")
                .header("applicationName", "client de référence")
                .header("softwareVersion", env!("CARGO_PKG_VERSION"));
        }
        if let Some(body) = body {
            let kind = if method == "PUT" && path.contains("/attachments/") {
                "application/octet-stream"
            } else {
                "application/json"
            };
            request = request.header("content-type", kind).body(body);
        }
        let answer = request.send().await.map_err(lost)?;
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let digest =
            answer.headers().get("digest").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = answer.bytes().await.map_err(lost)?.to_vec();
        if status == 429 {
            tokio::time::sleep(Duration::from_secs(retry_after.unwrap_or(1))).await;
        }
        if (200..300).contains(&status) {
            return Ok(Answer { bytes, digest });
        }
        Err(Failure::Status(status, String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A call that may be repeated, tried again after a pause when the hub fails.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let pauses = match self.fault.as_str() {
            "hammer" => vec![0; 400],
            "delete-on-error" => vec![0],
            _ => PAUSES.to_vec(),
        };
        let mut last = Failure::Lost("never tried".into());
        for pause in pauses {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match self.once(method, path, body.clone()).await {
                Err(failure) if may_pass(&failure) => last = failure,
                other => return other,
            }
        }
        Err(last)
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        self.call("GET", path, None).await.map(|answer| answer.json())
    }

    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Result<(), Failure> {
        self.call("PATCH", path, Some(body.to_string().into_bytes())).await.map(drop)
    }

    /// Deletes; what is gone already is as good.
    pub(crate) async fn delete(&mut self, path: &str) -> Result<(), Failure> {
        match self.call("DELETE", path, None).await {
            Ok(_) | Err(Failure::Status(404, _)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

/// Whether trying again may help.
pub(crate) fn may_pass(failure: &Failure) -> bool {
    match failure {
        Failure::Lost(_) => true,
        Failure::Status(status, _) => *status >= 500 || *status == 429,
        Failure::Dead => false,
    }
}
