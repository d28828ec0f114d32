//! One call: sent, timed to its last byte by both clocks, counted. Its answer is kept only when
//! somebody reads it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use contract::exchange::{Api, EXCERPT_BYTES};
use contract::operations::Operation;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::{Request, Response};
use scenarios::client::Generated;
use scenarios::target::{Secret, Target};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::files::{STRETCH, Sending, hex};
use crate::error::CampaignError;
use crate::failure::Failure;
use crate::plan::Calls;
use crate::record::{Observation, Recorder};
use crate::samples::{Glimpse, Samples};
use crate::series::SeriesKey;
use crate::stop::Stop;
use crate::systems::System;

/// Largest answer that is kept, in bytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// How often a `429` is honoured for one call.
const LONGEST_PATIENCE: u32 = 5;
/// Longest wait that a `Retry-After` may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Notifications that a recipient asks for at once: what a hub gives by default (contract §6).
pub(crate) const BATCH: u32 = 25;

/// The id of an object in a path.
pub(crate) type Id<'a> = &'a (dyn Display + Sync);

/// What is sent.
pub(crate) enum Content<'a> {
    /// Nothing.
    None,
    /// JSON.
    Json(Bytes),
    /// A text of this type.
    Text(&'static str, String),
    /// A file.
    File(&'a Generated),
}

/// What is wanted of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Its status.
    Status,
    /// Its body.
    Body,
    /// The digest of its body, which is not kept.
    Digest,
}

/// A good answer.
pub(crate) struct Received {
    /// Its body, when it was wanted.
    pub(crate) body: Bytes,
    /// Its status and its headers.
    pub(crate) head: (u16, HeaderMap),
    /// The length of its body, in bytes.
    pub(crate) length: u64,
    /// SHA-256 of its body in hexadecimal: of the answer's, or of the file's that was sent.
    pub(crate) digest: Option<String>,
    /// When its last byte came.
    pub(crate) ended: Instant,
}

/// A call to be made.
pub(crate) struct Asked<'a> {
    pub(crate) subject: SeriesKey,
    pub(crate) system: &'a System,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) content: Content<'a>,
    pub(crate) expected: u16,
    pub(crate) wanted: Wanted,
    pub(crate) due: Instant,
    pub(crate) measured: bool,
}

/// Makes calls.
pub(crate) struct Caller {
    /// One client for all: connections are the systems', not the users'.
    http: reqwest::Client,
    target: Arc<Target>,
    calls: Calls,
    recorder: Arc<Recorder>,
    samples: Arc<Samples>,
    stop: Stop,
    headers: HeaderMap,
    /// The URL of a look at a queue, parsed once: most calls go there.
    look: (u32, Url),
    /// Bytes of files sent and received.
    pub(crate) sent_bytes: AtomicU64,
    pub(crate) received_bytes: AtomicU64,
}

impl Caller {
    /// Prepares to call a target; refuses what its file says that would not be sent.
    pub(crate) fn new(
        http: reqwest::Client,
        target: Arc<Target>,
        calls: Calls,
        recorder: Arc<Recorder>,
        samples: Arc<Samples>,
        stop: Stop,
    ) -> Result<Self, CampaignError> {
        check_base("teledossiers_url", &target.hub.teledossiers_url)?;
        check_base("referential_url", &target.hub.referential_url)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("editorname", HeaderValue::from_static("etalon"));
        headers.insert("applicationname", HeaderValue::from_static("etalon load"));
        headers.insert("softwareversion", HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        headers.extend(sendable("[http]", &target.http.headers)?);
        for credential in target.credentials.iter().filter(|one| !one.headers.is_empty()) {
            sendable(&format!("credential \"{}\":", credential.name), &credential.headers)?;
        }
        let mut look = target.hub.teledossiers_url.reveal().clone();
        let path = Operation::ListNotifications.path(&[]);
        look.set_path(&format!("{}{path}", look.path().trim_end_matches('/')));
        look.set_query(Some(&format!("maxResult={BATCH}")));
        Ok(Self {
            http,
            target,
            calls,
            recorder,
            samples,
            stop,
            headers,
            look: (BATCH, look),
            sent_bytes: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
        })
    }

    /// The URL of the token endpoint.
    pub(crate) fn token_url(&self) -> Url {
        self.target.hub.token_url.reveal().clone()
    }

    /// How long verdicts on files are waited for.
    pub(crate) fn scan(&self) -> Duration {
        self.target.limits.scan
    }

    /// The most notifications that the target is asked for at once.
    pub(crate) fn largest_batch(&self) -> u32 {
        self.target.limits.max_batch
    }

    /// The URL of a look at a queue.
    pub(crate) fn look_url(&self, most: u32) -> Url {
        let (usual, url) = &self.look;
        let mut url = url.clone();
        if most != *usual {
            url.set_query(Some(&format!("maxResult={most}")));
        }
        url
    }

    /// The URL of an operation on the objects that have these ids.
    pub(crate) fn url(&self, operation: Operation, ids: &[Id<'_>]) -> Url {
        let mut url = match operation.api() {
            Api::Referential => self.target.hub.referential_url.reveal().clone(),
            _ => self.target.hub.teledossiers_url.reveal().clone(),
        };
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let path = operation.path(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }

    /// Makes a call and counts it.
    pub(crate) async fn make(&self, asked: Asked<'_>) -> Result<Received, Failure> {
        let mut honoured = 0;
        loop {
            let request = self.request(&asked);
            let (request, digest) = request;
            let sent = Instant::now();
            let outcome = self.http.execute(request).await;
            let mut head = None;
            let (first_byte, retry_after, outcome) = match outcome {
                Err(error) => (None, None, Err((Failure::of(&error), Bytes::new()))),
                Ok(mut response) => {
                    let first_byte = Instant::now();
                    let wait = (response.status() == 429).then(|| retry_after(response.headers()));
                    let headers = std::mem::take(response.headers_mut());
                    head = Some((response.status().as_u16(), headers));
                    (Some(first_byte), wait, read(response, asked.expected, asked.wanted).await)
                }
            };
            let ended = Instant::now();
            if let Some(wait) = retry_after
                && self.calls.honour_retry_after
                && honoured < LONGEST_PATIENCE
                && !self.stop.is_set()
            {
                honoured += 1;
                self.stop.sleep_until(ended + wait).await;
                continue;
            }
            self.recorder.call(&Observation {
                subject: asked.subject,
                due: asked.due,
                sent,
                first_byte,
                ended,
                failure: outcome.as_ref().err().map(|(failure, _)| *failure),
                measured: asked.measured,
            });
            let (body, length, received) = match outcome {
                Ok(received) => received,
                Err((failure, body)) => {
                    let answer = head.as_ref().map(|(status, headers)| (*status, headers, &body));
                    self.sample(&asked, failure, None, ended.duration_since(sent), answer);
                    return Err(failure);
                }
            };
            if asked.wanted == Wanted::Digest {
                self.received_bytes.fetch_add(length, Ordering::Relaxed);
            }
            if let Content::File(file) = asked.content {
                self.sent_bytes.fetch_add(file.length(), Ordering::Relaxed);
            }
            return Ok(Received {
                body,
                head: head.unwrap_or_default(),
                length,
                digest: received.or_else(|| digest.and_then(|digest| digest.take())),
                ended,
            });
        }
    }

    /// Keeps a call that failed, when it is the first of its kind.
    pub(crate) fn sample(
        &self,
        asked: &Asked<'_>,
        failure: Failure,
        reason: Option<String>,
        took: Duration,
        answer: Option<(u16, &HeaderMap, &Bytes)>,
    ) {
        if !self.samples.wants(asked.subject, failure) {
            return;
        }
        let mut headers = self.headers.clone();
        headers.extend(asked.system.headers.clone());
        headers.extend(asked.authorization.clone().map(|value| (AUTHORIZATION, value)));
        let (kind, request_body): (Option<&str>, &[u8]) = match &asked.content {
            Content::Json(json) => (Some("application/json"), json),
            Content::Text(kind, text) => (Some(kind), text.as_bytes()),
            Content::File(_) => (Some("application/octet-stream"), &[]),
            Content::None => (None, &[]),
        };
        let kind = kind.and_then(|kind| HeaderValue::try_from(kind).ok());
        headers.extend(kind.map(|kind| (CONTENT_TYPE, kind)));
        let seen = Glimpse {
            subject: asked.subject,
            system: asked.system,
            method: &asked.method,
            url: &asked.url,
            request_headers: &headers,
            request_body,
            took,
            answer,
        };
        self.samples.take(failure, reason, &seen);
    }

    fn request(&self, asked: &Asked<'_>) -> (Request, Option<super::files::SentDigest>) {
        let mut request = Request::new(asked.method.clone(), asked.url.clone());
        *request.timeout_mut() = Some(self.calls.timeout);
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        headers.extend(asked.system.headers.clone());
        headers.extend(asked.authorization.clone().map(|value| (AUTHORIZATION, value)));
        let mut digest = None;
        let (kind, body) = match &asked.content {
            Content::None => return (request, None),
            Content::Json(json) => ("application/json", reqwest::Body::from(json.clone())),
            Content::Text(kind, text) => (*kind, reqwest::Body::from(text.clone())),
            Content::File(file) => {
                let (sending, sent) = Sending::new(file);
                digest = Some(sent);
                ("application/octet-stream", reqwest::Body::wrap(sending))
            }
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *request.body_mut() = Some(body);
        (request, digest)
    }
}

/// Headers of a target file, as they are sent.
fn sendable(whose: &str, headers: &BTreeMap<String, Secret>) -> Result<HeaderMap, CampaignError> {
    let sendable = headers.iter().map(|(name, value)| {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.reveal())) {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => Err(CampaignError::Unsendable(format!(
                "{whose} headers \"{name}\" cannot be sent: a name has letters, digits and \
                 dashes, a value no line end"
            ))),
        }
    });
    sendable.collect()
}

/// That nothing but the path of a base URL would be left out of the URLs made from it.
fn check_base(key: &str, url: &Url) -> Result<(), CampaignError> {
    let left_out = [
        (url.query().is_some(), "a query"),
        (url.fragment().is_some(), "a fragment"),
        (!url.username().is_empty() || url.password().is_some(), "a user name"),
    ];
    match left_out.into_iter().find(|(is_there, _)| *is_there) {
        None => Ok(()),
        Some((_, what)) => Err(CampaignError::Unsendable(format!(
            "hub.{key} has {what}, which is not sent with each call: write the address without it; \
             what a gateway wants goes into [http] headers"
        ))),
    }
}

fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .unwrap_or(1_u64);
    Duration::from_secs(seconds.max(1)).min(LONGEST_WAIT)
}

/// Reads an answer to its last byte. Of one that is not as it should be, the beginning is given
/// back with what is wrong.
async fn read(
    mut response: Response,
    expected: u16,
    wanted: Wanted,
) -> Result<(Bytes, u64, Option<String>), (Failure, Bytes)> {
    let status = response.status().as_u16();
    let good = status == expected;
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    let mut hash = (good && wanted == Wanted::Digest).then(Sha256::new);
    let mut length = 0_u64;
    while let Some(chunk) =
        response.chunk().await.map_err(|error| (Failure::of(&error), Bytes::new()))?
    {
        length += chunk.len() as u64;
        if let Some(hash) = &mut hash {
            hash.update(&chunk);
            if length / STRETCH > (length - chunk.len() as u64) / STRETCH {
                tokio::task::yield_now().await;
            }
        } else if good && wanted == Wanted::Body {
            if rest.len() + chunk.len() > LARGEST_ANSWER {
                return Err((Failure::Content, Bytes::new()));
            }
            // Most answers come in one piece, which is kept as it is.
            match first.take() {
                None if rest.is_empty() => first = Some(chunk),
                None => rest.extend_from_slice(&chunk),
                Some(one) => {
                    rest.extend_from_slice(&one);
                    rest.extend_from_slice(&chunk);
                }
            }
        } else if !good && rest.len() < EXCERPT_BYTES {
            rest.extend_from_slice(&chunk[..chunk.len().min(EXCERPT_BYTES)]);
        }
    }
    match status {
        429 => Err((Failure::Quota, rest.freeze())),
        _ if !good => Err((Failure::Status(status), rest.freeze())),
        _ => Ok((
            first.unwrap_or_else(|| rest.freeze()),
            length,
            hash.map(|hash| hex(&hash.finalize())),
        )),
    }
}
