//! How many mixed calls a second the hub answers over HTTP, the generator on the same machine:
//! `cargo run --release -p reference-hub --example http_throughput [SECONDS] [CONNECTIONS]`. Prints
//! figures, judges nothing. Most calls poll an empty queue, as most of the traffic does; the others
//! deposit a télédossier and process it.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use reference_hub::{Config, Urls, start};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Polls of an empty queue for one télédossier processed (9 calls): most of the traffic of a hub.
const POLLS: usize = 16;

/// One depositor and one recipient, on connections of their own.
struct Pair {
    http: reqwest::Client,
    urls: Urls,
    depositor: String,
    recipient: String,
    idle: String,
    rank: usize,
    calls: Arc<AtomicU64>,
}

impl Pair {
    async fn call(
        &self,
        request: reqwest::RequestBuilder,
        token: &str,
        expected: u16,
    ) -> Result<Value, Failure> {
        let answer = request.bearer_auth(token).send().await?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?;
        self.calls.fetch_add(1, Ordering::Relaxed);
        if status != expected {
            return Err(format!(
                "{expected} expected, {status} came: {}",
                String::from_utf8_lossy(&body)
            )
            .into());
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.urls.teledossiers))
    }

    fn json(&self, method: reqwest::Method, path: &str, body: &Value) -> reqwest::RequestBuilder {
        self.request(method, path).header("content-type", "application/json").body(body.to_string())
    }

    async fn journey(&self, round: usize) -> Result<(), Failure> {
        use reqwest::Method;
        for _ in 0..POLLS {
            self.call(self.request(Method::GET, "/notifications"), &self.idle, 200).await?;
        }
        let number = format!("DILA-AEC-{:04}{round:09}", self.rank);
        let file = format!("<acte>{number}</acte>");
        let folder = json!({
            "processCode": "EtatCivil", "externalId": number,
            "applicant": { "firstName": "Camille", "lastName": "Essai" },
            "cases": [{ "externalId": format!("{number}-01"), "recipient":
                { "type": "SI", "companyRegister": "21380544300016", "branchCode": "38544" } }],
            "attachments": [{ "fileName": "acte.xml", "type": "ActeEtatCivil-XML", "size": file.len(),
                "mimeType": "application/xml", "recipients": [format!("{number}-01")] }],
        });
        let created =
            self.call(self.json(Method::POST, "/folders", &folder), &self.depositor, 201).await?;
        let text = |pointer: &str| {
            created.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let (id, case, attachment) = (text("/id"), text("/cases/0/id"), text("/attachments/0/id"));
        let upload = self.request(Method::PUT, &format!("/folders/{id}/attachments/{attachment}"));
        self.call(
            upload.header("content-type", "application/octet-stream").body(file),
            &self.depositor,
            204,
        )
        .await?;
        let complete = self.json(
            Method::PATCH,
            &format!("/folders/{id}"),
            &json!({ "globalStatus": "HUBEE_COMPLETED" }),
        );
        self.call(complete, &self.depositor, 204).await?;
        let batch = self
            .call(self.request(Method::GET, "/notifications?maxResult=100"), &self.recipient, 200)
            .await?;
        let own =
            batch.as_array().into_iter().flatten().find(|found| found["caseId"] == case.as_str());
        let own =
            own.and_then(|found| found["id"].as_str()).ok_or("the notification is not there")?;
        self.call(self.request(Method::GET, &format!("/cases/{case}")), &self.recipient, 200)
            .await?;
        let download =
            self.request(Method::GET, &format!("/cases/{case}/attachments/{attachment}"));
        self.call(download, &self.recipient, 200).await?;
        let event = json!({ "actionType": "STATUS_UPDATE", "notification": false, "caseNewStatus": "SENT" });
        self.call(
            self.json(Method::POST, &format!("/cases/{case}/events"), &event),
            &self.recipient,
            201,
        )
        .await?;
        self.call(self.request(Method::GET, &format!("/folders/{id}")), &self.depositor, 200)
            .await?;
        self.call(
            self.request(Method::DELETE, &format!("/notifications/{own}")),
            &self.recipient,
            204,
        )
        .await?;
        Ok(())
    }
}

async fn token(
    http: &reqwest::Client,
    urls: &Urls,
    target: &toml::Table,
    name: &str,
) -> Result<String, Failure> {
    let credentials = target["credential"].as_array().ok_or("no credentials")?;
    let own = credentials
        .iter()
        .find(|credential| credential["name"].as_str() == Some(name))
        .ok_or("no such credential")?;
    let text = |key: &str| own[key].as_str().unwrap_or_default().to_owned();
    let basic = base64::prelude::BASE64_STANDARD.encode(format!(
        "{}:{}",
        text("client_id"),
        text("client_secret")
    ));
    let form = format!("grant_type=client_credentials&scope={}", text("scope"));
    let request = http.post(&urls.token).header("authorization", format!("Basic {basic}"));
    let answer = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let body: Value = serde_json::from_slice(&answer.bytes().await?)?;
    Ok(body["access_token"].as_str().ok_or("no token")?.to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let argument = |rank: usize, otherwise: usize| {
        std::env::args().nth(rank).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (seconds, connections) = (argument(1, 10), argument(2, 32));
    let hub = start(Config::default()).await?;
    let target: toml::Table = toml::from_str(&hub.target_file())?;
    let calls = Arc::new(AtomicU64::new(0));
    let http = reqwest::Client::builder().no_proxy().build()?;
    let deadline = Instant::now() + Duration::from_secs(seconds as u64);
    let mut tasks = tokio::task::JoinSet::new();
    for rank in 0..connections {
        let pair = Pair {
            http: http.clone(),
            urls: hub.urls(),
            depositor: token(&http, &hub.urls(), &target, "osl-dila").await?,
            recipient: token(&http, &hub.urls(), &target, "si-a-etatcivil").await?,
            idle: token(&http, &hub.urls(), &target, "si-a-otv").await?,
            rank,
            calls: calls.clone(),
        };
        tasks.spawn(async move {
            for round in 0.. {
                if Instant::now() >= deadline {
                    break;
                }
                pair.journey(round).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    let started = Instant::now();
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    let total = calls.load(Ordering::Relaxed);
    let rate = total as f64 / started.elapsed().as_secs_f64();
    println!("{total} calls over {connections} connections: {rate:.0} a second");
    hub.stop().await;
    Ok(())
}
