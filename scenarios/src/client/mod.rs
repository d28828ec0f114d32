//! The raw client: sends any HTTP request, well formed or not, and records what was exchanged. It
//! follows nothing and hides nothing: what a hub answers is what a scenario sees. A call is made
//! again in three cases only: after a `429`, as the hub asks; once when the kept connection that it
//! went over had died (`contract::retry` for both); and once when its connection was closed while
//! it was being sent. The report says so of the last two. What HTTP libraries refuse to send goes
//! through [`raw`].

mod allowances;
mod answers;
pub mod call;
mod connections;
mod failures;
pub mod generated;
mod hashing;
pub mod raw;
mod reach;
pub mod reply;
mod sending;
#[cfg(test)]
mod tests;
pub mod tls;
pub mod tokens;
mod traces;
mod waits;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::retry::may_be_made_again;
use contract::timestamp::Timestamp;

pub use call::{Admission, Authorization, Body, Call};
pub use failures::ClientError;
pub use generated::Generated;
pub use reach::builder;
pub use reply::Reply;
pub use waits::Waits;

use self::allowances::Allowances;
use self::answers::{receive, receive_and_discard};
use self::failures::{Unanswered, When, describe};
use self::reach::unusable;
use self::sending::{Pace, with_body_of};
use crate::observed::ObservedBehaviour;
use crate::target::{Credential, Target, TargetError};

/// How long `429` is waited for, all its waits for one call together, when nothing else is said.
const PATIENCE: Duration = Duration::from_secs(120);

/// Gets every exchange of the run, with the whole bodies, as they come.
pub trait Witness: Send + Sync {
    /// One exchange was made.
    fn witness(&self, exchange: &Exchange, request_body: &[u8], answer_body: &[u8]);

    /// A call is made again, over a connection of its own.
    fn made_again(&self, _exchange: &Exchange, _why: MadeAgain) {}
}

/// Why a call is made again, other than after a `429`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeAgain {
    /// The kept connection had died.
    KeptConnectionDied,
    /// The hub, or a gateway before it, closed before it had got the whole call.
    ClosedWhileSending,
}

/// Calls one target.
pub struct Client {
    http: reqwest::Client,
    /// The same without kept connections: used once the hub was seen to close one unannounced.
    unkept: reqwest::Client,
    closes_kept_connections: AtomicBool,
    patience: Duration,
    target: Arc<Target>,
    tokens: tokens::Tokens,
    traces: traces::Traces,
    witness: Arc<dyn Witness>,
    observed: ObservedBehaviour,
    count: Arc<AtomicU64>,
    allowances: Allowances,
}

impl Client {
    /// Prepares to call a target; connects to nothing yet.
    pub fn new(target: Arc<Target>, witness: Arc<dyn Witness>) -> Result<Self, TargetError> {
        let built = |builder: reqwest::ClientBuilder| {
            let built = connections::noted(builder).build();
            built.map_err(|error| unusable("the TLS set-up", "of this machine", &error))
        };
        Ok(Self {
            http: built(builder(&target)?)?,
            unkept: built(builder(&target)?.pool_max_idle_per_host(0))?,
            closes_kept_connections: AtomicBool::new(false),
            patience: PATIENCE,
            allowances: Allowances::of(&target),
            target,
            tokens: tokens::Tokens::default(),
            traces: traces::Traces::new(),
            witness,
            observed: ObservedBehaviour::default(),
            count: Arc::default(),
        })
    }

    /// Waits that long at most when the hub answers `429`, for one call.
    pub(crate) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Numbers its exchanges together with another's, so that no two have one id.
    pub(crate) fn numbering_with(self, other: &Self) -> Self {
        Self { count: other.count.clone(), ..self }
    }

    /// The target that is called.
    pub fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// What the target was seen to do.
    pub fn observed(&self) -> &ObservedBehaviour {
        &self.observed
    }

    /// The tokens in use.
    pub fn tokens(&self) -> &tokens::Tokens {
        &self.tokens
    }

    /// Sends a call and gives the answer, whatever it is.
    pub async fn send(&self, call: &Call) -> Result<Reply, ClientError> {
        let bearer = self.bearer_of(call).await?;
        let reply = self.send_until_admitted(call, bearer.as_deref()).await?;
        if let Some(credential) = &call.asks_for {
            // No document says that an older token survives a new request (contract §2): the newest
            // one serves whoever calls next.
            let _ = self.tokens.slot(credential).lock().await.fill(&reply);
        }
        if let (401, Authorization::As(credential)) = (reply.status(), &call.authorization) {
            let slot = self.tokens.slot(&credential.name);
            let used = bearer.unwrap_or_default();
            if slot.lock().await.is_outdated(&used, &reply) {
                let bearer = self.bearer_of(call).await?;
                return self.send_until_admitted(call, bearer.as_deref()).await;
            }
        }
        Ok(reply)
    }

    async fn bearer_of(&self, call: &Call) -> Result<Option<String>, ClientError> {
        Ok(match &call.authorization {
            Authorization::None => None,
            Authorization::Bearer(token) => Some(token.clone()),
            Authorization::As(credential) => {
                Some(self.token_of(credential, call.scenario.as_deref()).await?)
            }
        })
    }

    /// Sends a call until it is answered otherwise than by `429`.
    async fn send_until_admitted(
        &self,
        call: &Call,
        bearer: Option<&str>,
    ) -> Result<Reply, ClientError> {
        let mut waits = Waits::default();
        loop {
            let reply = self.send_once(call, bearer).await?;
            if reply.status() != 429 || call.admission != Admission::Patient {
                return Ok(reply);
            }
            let asked = (reply.header("retry-after"), reply.header("date"));
            let wait =
                waits.next(asked, self.patience).map_err(|until| ClientError::AskedToWait {
                    method: call.method.clone(),
                    path: call.path.clone(),
                    until,
                })?;
            tokio::time::sleep(wait).await;
        }
    }

    /// A token for a credential, fresh enough to use; asks for one when needed.
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
        let reply = Box::pin(self.send_until_admitted(&call, None)).await?;
        slot.fill(&reply).map_err(|reason| ClientError::NoToken {
            path: self.target.hub.token_url.path().to_owned(),
            credential: credential.name.clone(),
            reason,
        })
    }

    /// A call as it is written on a connection (HTTP/1.1), for [`raw`].
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

    /// Sends a call once; once more when its connection was closed too early to tell what the hub
    /// made of it.
    async fn send_once(&self, call: &Call, bearer: Option<&str>) -> Result<Reply, ClientError> {
        let attempt = self.attempt(call, bearer, Pace::AtOnce);
        let (outcome, kept) = connections::watched(attempt).await;
        let unanswered = match outcome {
            Ok(reply) => return Ok(reply),
            Err(unanswered) => unanswered,
        };
        let Some((when, exchange)) = unanswered.failed else {
            return Err(unanswered.error);
        };
        let (why, pace) = match when {
            // Whoever refuses a call before its end may close at once (RFC 9112 §9.6), and the
            // answer goes under in what is still being sent. A call that did not come whole was not
            // acted on (RFC 9112 §8), whatever it would create.
            When::WhileSending if !matches!(call.body, Body::None) => {
                (MadeAgain::ClosedWhileSending, Pace::HeldBack)
            }
            When::WhileSending | When::BeforeTheAnswer if kept => {
                // No connection is kept from now on: a creation could not be sent a second time.
                self.closes_kept_connections.store(true, Ordering::Relaxed);
                if !may_be_made_again(&call.method, call.api == Api::Token, kept) {
                    return Err(unanswered.error);
                }
                (MadeAgain::KeptConnectionDied, Pace::AtOnce)
            }
            _ => return Err(unanswered.error),
        };
        self.witness.made_again(&exchange, why);
        self.attempt(call, bearer, pace).await.map_err(|unanswered| unanswered.error)
    }

    async fn attempt(
        &self,
        call: &Call,
        bearer: Option<&str>,
        pace: Pace,
    ) -> Result<Reply, Unanswered> {
        self.allowances.wait_for(call, self.patience).await.map_err(|wait| {
            let (method, path) = (call.method.clone(), call.path.clone());
            ClientError::UsedUp { method, path, until: Timestamp::from(SystemTime::now() + wait) }
        })?;
        let url = call.url(&self.target.hub);
        let unsendable = |reason: String| ClientError::Unsendable {
            method: call.method.clone(),
            path: call.path.clone(),
            reason,
        };
        let method = reqwest::Method::from_bytes(call.method.as_bytes())
            .map_err(|error| unsendable(error.to_string()))?;
        let mut headers = self.headers_of(call, bearer);
        let http = match self.closes_kept_connections.load(Ordering::Relaxed) {
            false => &self.http,
            true => &self.unkept,
        };
        let mut request = http.request(method, url.as_str());
        if let Some(limit) = call.timeout {
            request = request.timeout(limit);
        }
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let body = call.body.bytes();
        let request = with_body_of(call, pace, request);
        let request = request.build().map_err(|error| unsendable(describe(&error)))?;
        headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());

        let sent_at = Timestamp::from(SystemTime::now());
        let started = Instant::now();
        let outcome = if call.discard {
            receive_and_discard(http, request).await
        } else {
            receive(http, request).await
        };
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);

        let id = format!("ex-{:06}", self.count.fetch_add(1, Ordering::Relaxed) + 1);
        let (answer, answer_body) = match &outcome {
            Ok(received) => {
                self.allowances.received(call, received.body.len());
                (received.answer(), received.body.clone())
            }
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
        let Exchange { id, scenario, method, path, duration_us, .. } = &exchange;
        let status = exchange.status();
        tracing::debug!(id, scenario, method, path, status, duration_us, "exchange");
        self.witness.witness(&exchange, &body, &answer_body);
        match outcome {
            Ok(_) => Ok(Reply::new(exchange, answer_body)),
            Err(failed) if failed.when == When::Connecting => {
                Err(ClientError::Unreachable { url: url.to_string(), reason: failed.text }.into())
            }
            Err(failed) => Err(Unanswered {
                error: ClientError::Broken {
                    method: call.method.clone(),
                    path: call.path.clone(),
                    reason: failed.text,
                },
                failed: Some((failed.when, Box::new(exchange))),
            }),
        }
    }

    fn headers_of(&self, call: &Call, bearer: Option<&str>) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> = Vec::new();
        let gateway = self.target.http.headers.iter();
        headers.extend(gateway.map(|(name, value)| (name.clone(), value.reveal().to_owned())));
        if let Authorization::As(credential) = &call.authorization {
            headers.extend(call::headers_of(credential));
        }
        if let Some(token) = bearer {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if let Some(content_type) = call.body.content_type() {
            headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
        if !call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-encoding")) {
            headers.push(("accept-encoding".to_owned(), "gzip".to_owned()));
        }
        let trace = self.traces.next(call.scenario.as_deref());
        headers.push((traces::TRACEPARENT.to_owned(), trace));
        headers.extend(call.headers.iter().cloned());
        headers
    }
}

/// The URL of an API's base.
pub fn base(hub: &crate::target::Hub, api: Api) -> &url::Url {
    match api {
        Api::Teledossiers | Api::Other => &hub.teledossiers_url,
        Api::Referential => &hub.referential_url,
        Api::Token => &hub.token_url,
    }
}
