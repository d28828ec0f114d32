//! The raw client: sends any HTTP request, well formed or not, and records what was exchanged. It
//! follows nothing, retries nothing (but `429`, as the hub asks), hides nothing: what a hub answers
//! is what a scenario sees. What HTTP libraries refuse to send goes through [`raw`].

pub mod call;
pub mod generated;
mod hashing;
pub mod raw;
pub mod reply;
pub mod tls;
pub mod tokens;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::timestamp::Timestamp;
use parking_lot::Mutex;

pub use call::{Authorization, Body, Call};
pub use generated::Generated;
pub use reply::Reply;

use self::hashing::Hashing;
use crate::observed::ObservedBehaviour;
use crate::target::{Credential, Target, TargetError};

/// Largest answer kept in memory, in bytes; a longer one is a broken exchange. Downloads of large
/// files are streamed.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// How often a `429` is honoured for one call.
const LONGEST_PATIENCE: u32 = 5;

/// Why a call gave nothing to judge.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection could be made.
    #[error("no connection to {url}: {reason}")]
    Unreachable {
        /// Where to.
        url: String,
        /// Why.
        reason: String,
    },
    /// The connection broke, or the answer took too long.
    #[error("{method} {path} got no complete answer: {reason}")]
    Broken {
        /// Method.
        method: String,
        /// Path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The call cannot be written as HTTP.
    #[error("{method} {path} cannot be sent: {reason}")]
    Unsendable {
        /// Method.
        method: String,
        /// Path.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Gets every exchange of the run, with the whole bodies, as they come.
pub trait Witness: Send + Sync {
    /// One exchange was made.
    fn witness(&self, exchange: &Exchange, request_body: &[u8], answer_body: &[u8]);
}

/// How to reach a target: its certificates and proxy, and nothing done behind the caller's back (no
/// redirects, no retries, no proxy variables, no decompression).
///
/// # Errors
/// When a certificate or a proxy that the target file names cannot be read or used.
pub fn builder(target: &Target) -> Result<reqwest::ClientBuilder, TargetError> {
    // Several clients may live in one process: whoever comes first installs the provider.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(target.limits.request_timeout.min(Duration::from_secs(10)))
        .timeout(target.limits.request_timeout)
        .no_proxy()
        .no_gzip();
    if let Some(proxy) = &target.http.proxy {
        let proxy = reqwest::Proxy::all(proxy.clone())
            .map_err(|error| unusable("the proxy", proxy.as_str(), &error))?;
        builder = builder.proxy(proxy);
    }
    if let Some(path) = &target.hub.ca_certificate {
        let pem = read("the authority", path)?;
        let authorities = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|error| unusable("the authority", &path.display().to_string(), &error))?;
        builder = builder.tls_certs_only(authorities);
    }
    if let Some(path) = &target.http.client_certificate {
        let pem = read("the client certificate", path)?;
        let identity = reqwest::Identity::from_pem(&pem).map_err(|error| {
            unusable("the client certificate", &path.display().to_string(), &error)
        })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

/// Calls one target.
pub struct Client {
    http: reqwest::Client,
    target: Arc<Target>,
    tokens: tokens::Tokens,
    witness: Arc<dyn Witness>,
    observed: ObservedBehaviour,
    count: AtomicU64,
    recent: Mutex<VecDeque<Instant>>,
}

impl Client {
    /// Prepares to call a target; connects to nothing yet.
    ///
    /// # Errors
    /// When a certificate that the target file names cannot be read or used.
    pub fn new(target: Arc<Target>, witness: Arc<dyn Witness>) -> Result<Self, TargetError> {
        let http = builder(&target)?
            .build()
            .map_err(|error| unusable("the TLS set-up", "of this machine", &error))?;
        Ok(Self {
            http,
            target,
            tokens: tokens::Tokens::default(),
            witness,
            observed: ObservedBehaviour::default(),
            count: AtomicU64::new(0),
            recent: Mutex::new(VecDeque::new()),
        })
    }

    /// The target that is called.
    #[must_use]
    pub fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// What the target was seen to do.
    #[must_use]
    pub fn observed(&self) -> &ObservedBehaviour {
        &self.observed
    }

    /// The tokens in use.
    #[must_use]
    pub fn tokens(&self) -> &tokens::Tokens {
        &self.tokens
    }

    /// Sends a call and gives the answer, whatever it is.
    ///
    /// # Errors
    /// When no complete answer came.
    pub async fn send(&self, call: &Call) -> Result<Reply, ClientError> {
        let reply = self.send_patiently(call).await?;
        if let (401, Authorization::As(credential)) = (reply.status(), &call.authorization) {
            let slot = self.tokens.slot(&credential.name);
            if slot.lock().await.forget_if_ended(&reply) {
                return self.send_patiently(call).await;
            }
        }
        Ok(reply)
    }

    /// Sends a call, and again when the hub asks to wait (`429`).
    async fn send_patiently(&self, call: &Call) -> Result<Reply, ClientError> {
        let bearer = match &call.authorization {
            Authorization::None => None,
            Authorization::Bearer(token) => Some(token.clone()),
            Authorization::As(credential) => {
                Some(self.token_of(credential, call.scenario.as_deref()).await?)
            }
        };
        let mut honoured = 0;
        loop {
            let reply = self.send_once(call, bearer.as_deref()).await?;
            if reply.status() != 429 || honoured == LONGEST_PATIENCE {
                return Ok(reply);
            }
            honoured += 1;
            let seconds =
                reply.header("retry-after").and_then(|text| text.parse().ok()).unwrap_or(1_u64);
            tokio::time::sleep(Duration::from_secs(seconds.clamp(1, 60))).await;
        }
    }

    /// A token for a credential, fresh enough to use; asks for one when needed.
    ///
    /// # Errors
    /// When none could be had.
    pub async fn token_of(
        &self,
        credential: &Arc<Credential>,
        scenario: Option<&str>,
    ) -> Result<String, ClientError> {
        let slot = self.tokens.slot(&credential.name);
        let mut slot = slot.lock().await;
        if let Some(token) = slot.usable() {
            return Ok(token);
        }
        let mut call = Call::token(credential, credential.scope.name());
        call.scenario = scenario.map(str::to_owned);
        let reply = Box::pin(self.send_once(&call, None)).await?;
        slot.fill(&reply).map_err(|reason| ClientError::Broken {
            method: "POST".to_owned(),
            path: self.target.hub.token_url.path().to_owned(),
            reason: format!("no token for \"{}\": {reason}", credential.name),
        })
    }

    /// Keeps the token of an answer for the calls to come, if there is one: a client does not ask
    /// for two.
    pub async fn keep_token(&self, credential: &Credential, reply: &Reply) {
        let slot = self.tokens.slot(&credential.name);
        let _ = slot.lock().await.fill(reply);
    }

    /// A call as it is written on a connection (HTTP/1.1), for [`raw`].
    #[must_use]
    pub fn written(&self, call: &Call, bearer: Option<&str>) -> Vec<u8> {
        let url = call.url(&self.target.hub);
        let body = call.body.bytes();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        let mut text =
            format!("{} {}{query} HTTP/1.1\r\nhost: {host}\r\n", call.method, url.path());
        for (name, value) in self.headers_of(call, bearer) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        [text.as_bytes(), body.as_ref()].concat()
    }

    async fn send_once(&self, call: &Call, bearer: Option<&str>) -> Result<Reply, ClientError> {
        self.keep_to_rate().await;
        let url = call.url(&self.target.hub);
        let unsendable = |reason: String| ClientError::Unsendable {
            method: call.method.clone(),
            path: call.path.clone(),
            reason,
        };
        let method = reqwest::Method::from_bytes(call.method.as_bytes())
            .map_err(|error| unsendable(error.to_string()))?;
        let mut headers = self.headers_of(call, bearer);
        let mut request = self.http.request(method, url.as_str());
        if let Some(limit) = call.timeout {
            request = request.timeout(limit);
        }
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let body = call.body.bytes();
        request = match &call.body {
            Body::None => request,
            Body::Generated(file) => {
                request.body(stream_of(file)).header("content-length", file.length())
            }
            _ => request.body(body.clone()),
        };
        let request = request.build().map_err(|error| unsendable(describe(&error)))?;
        headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());

        let sent_at = Timestamp::from(SystemTime::now());
        let started = Instant::now();
        let outcome = if call.discard {
            self.receive_and_discard(request).await
        } else {
            self.receive(request).await
        };
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);

        let id = format!("ex-{:06}", self.count.fetch_add(1, Ordering::Relaxed) + 1);
        let (answer, answer_body) = match &outcome {
            Ok(received) => (received.answer(), received.body.clone()),
            Err(reason) => (Answer::Broken(reason.text.clone()), Bytes::new()),
        };
        let exchange = Exchange {
            id,
            scenario: call.scenario.clone(),
            actor: call.actor(),
            method: call.method.clone(),
            path: call.path.clone(),
            api: call.api,
            query: url.query().map(str::to_owned),
            url: url.to_string(),
            request_headers: headers,
            request_body: match &call.body {
                Body::Generated(file) => file.excerpt(),
                _ => BodyExcerpt::of(&body),
            },
            sent_at,
            duration_us,
            answer,
        };
        self.witness.witness(&exchange, &body, &answer_body);
        match outcome {
            Ok(_) => Ok(Reply::new(exchange, answer_body)),
            Err(reason) if reason.no_connection => {
                Err(ClientError::Unreachable { url: url.to_string(), reason: reason.text })
            }
            Err(reason) => Err(ClientError::Broken {
                method: call.method.clone(),
                path: call.path.clone(),
                reason: reason.text,
            }),
        }
    }

    fn headers_of(&self, call: &Call, bearer: Option<&str>) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> = Vec::new();
        headers.extend(
            self.target.http.headers.iter().map(|(name, value)| (name.clone(), value.clone())),
        );
        if let Some(token) = bearer {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if let Some(content_type) = call.body.content_type() {
            headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
        if !call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-encoding")) {
            headers.push(("accept-encoding".to_owned(), "gzip".to_owned()));
        }
        headers.extend(call.headers.iter().cloned());
        headers
    }

    async fn receive(&self, request: reqwest::Request) -> Result<Received, Failed> {
        let mut response = self.http.execute(request).await.map_err(|error| Failed::of(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Failed::of(&error))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Failed {
                    no_connection: false,
                    text: format!("the answer is longer than {LARGEST_ANSWER} bytes"),
                });
            }
            body.extend_from_slice(&chunk);
        }
        let headers = headers_from(&response);
        let compressed = headers
            .iter()
            .any(|(name, value)| name == "content-encoding" && value.eq_ignore_ascii_case("gzip"));
        if compressed {
            body = reply::gunzip(&body, LARGEST_ANSWER).map_err(|error| Failed {
                no_connection: false,
                text: format!("the answer says it is gzip and is not: {error}"),
            })?;
        }
        let excerpt = BodyExcerpt::of(&body);
        Ok(Received {
            status: response.status().as_u16(),
            version: format!("{:?}", response.version()),
            headers,
            body: body.into(),
            excerpt,
        })
    }

    /// Receives a file of any size without keeping it: only its length and digest are known. What
    /// is no success is kept.
    async fn receive_and_discard(&self, request: reqwest::Request) -> Result<Received, Failed> {
        let mut response = self.http.execute(request).await.map_err(|error| Failed::of(&error))?;
        let is_file = response.status().is_success();
        let (mut hashing, mut body) = (Hashing::default(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| Failed::of(&error))? {
            hashing.update(&chunk);
            if !is_file && body.len() + chunk.len() <= LARGEST_ANSWER {
                body.extend_from_slice(&chunk);
            }
        }
        Ok(Received {
            status: response.status().as_u16(),
            version: format!("{:?}", response.version()),
            headers: headers_from(&response),
            excerpt: if is_file { hashing.finish() } else { BodyExcerpt::of(&body) },
            body: body.into(),
        })
    }

    /// Waits until one more request keeps to the rate that the target allows.
    async fn keep_to_rate(&self) {
        let Some(rate) = self.target.limits.rate.filter(|rate| *rate > 0.0) else {
            return;
        };
        let window = Duration::from_secs(1);
        let most = (rate.ceil() as usize).max(1);
        loop {
            let wait = {
                let mut recent = self.recent.lock();
                let now = Instant::now();
                while recent.front().is_some_and(|sent| now.duration_since(*sent) >= window) {
                    recent.pop_front();
                }
                if recent.len() < most {
                    recent.push_back(now);
                    return;
                }
                recent
                    .front()
                    .map_or(window, |oldest| window.saturating_sub(now.duration_since(*oldest)))
            };
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
    }
}

struct Received {
    status: u16,
    version: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    excerpt: BodyExcerpt,
}

impl Received {
    fn answer(&self) -> Answer {
        Answer::Received {
            status: self.status,
            version: self.version.clone(),
            headers: self.headers.clone(),
            body: self.excerpt.clone(),
        }
    }
}

fn headers_from(response: &reqwest::Response) -> Vec<(String, String)> {
    let headers = response.headers().iter();
    headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

fn stream_of(file: &Generated) -> reqwest::Body {
    reqwest::Body::wrap_stream(futures::stream::iter(file.blocks().map(Ok::<_, std::io::Error>)))
}

struct Failed {
    no_connection: bool,
    text: String,
}

impl Failed {
    fn of(error: &reqwest::Error) -> Self {
        let text =
            if error.is_timeout() { "no answer in time".to_owned() } else { describe(error) };
        Self { no_connection: error.is_connect(), text }
    }
}

/// An error with its causes, which reqwest keeps apart; without the URL, which the caller names.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() { "the request failed".to_owned() } else { text }
}

fn read(what: &'static str, path: &std::path::Path) -> Result<Vec<u8>, TargetError> {
    std::fs::read(path).map_err(|source| TargetError::Companion {
        what,
        path: path.to_owned(),
        source,
    })
}

fn unusable(what: &'static str, path: &str, error: &reqwest::Error) -> TargetError {
    TargetError::Companion {
        what,
        path: path.into(),
        source: std::io::Error::other(describe(error)),
    }
}

/// The URL of an API's base.
#[must_use]
pub fn base(hub: &crate::target::Hub, api: Api) -> &url::Url {
    match api {
        Api::Teledossiers | Api::Other => &hub.teledossiers_url,
        Api::Referential => &hub.referential_url,
        Api::Token => &hub.token_url,
    }
}
