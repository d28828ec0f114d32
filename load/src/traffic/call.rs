//! One call: sent, timed to its last byte by both clocks, counted. Its answer is kept only when
//! somebody reads it.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use contract::exchange::Api;
use contract::operations::Operation;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::{Request, Response};
use scenarios::client::Generated;
use scenarios::target::Target;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::files::{STRETCH, Sending, hex};
use crate::error::CampaignError;
use crate::failure::Failure;
use crate::plan::Calls;
use crate::record::{Observation, Recorder};
use crate::series::SeriesKey;

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
    /// A form.
    Form(&'static str),
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
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) authorization: HeaderValue,
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
    ) -> Result<Self, CampaignError> {
        check_base("teledossiers_url", &target.hub.teledossiers_url)?;
        check_base("referential_url", &target.hub.referential_url)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("editorname", HeaderValue::from_static("etalon"));
        headers.insert("applicationname", HeaderValue::from_static("etalon load"));
        headers.insert("softwareversion", HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        for (name, value) in &target.http.headers {
            let pair = (HeaderName::try_from(name), HeaderValue::try_from(value.reveal()));
            let (Ok(name), Ok(value)) = pair else {
                return Err(CampaignError::Unsendable(format!(
                    "[http] headers \"{name}\" cannot be sent: a name has letters, digits and \
                     dashes, a value no line end"
                )));
            };
            headers.insert(name, value);
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
            let (first_byte, retry_after, outcome) = match outcome {
                Err(error) => (None, None, Err(Failure::of(&error))),
                Ok(response) => {
                    let first_byte = Instant::now();
                    let wait = (response.status() == 429).then(|| retry_after(response.headers()));
                    (Some(first_byte), wait, read(response, asked.expected, asked.wanted).await)
                }
            };
            let ended = Instant::now();
            if let Some(wait) = retry_after
                && self.calls.honour_retry_after
                && honoured < LONGEST_PATIENCE
            {
                honoured += 1;
                tokio::time::sleep(wait).await;
                continue;
            }
            self.recorder.call(&Observation {
                subject: asked.subject,
                due: asked.due,
                sent,
                first_byte,
                ended,
                failure: outcome.as_ref().err().copied(),
                measured: asked.measured,
            });
            let (body, length, received) = outcome?;
            if asked.wanted == Wanted::Digest {
                self.received_bytes.fetch_add(length, Ordering::Relaxed);
            }
            if let Content::File(file) = asked.content {
                self.sent_bytes.fetch_add(file.length(), Ordering::Relaxed);
            }
            return Ok(Received {
                body,
                length,
                digest: received.or_else(|| digest.and_then(|digest| digest.take())),
                ended,
            });
        }
    }

    fn request(&self, asked: &Asked<'_>) -> (Request, Option<super::files::SentDigest>) {
        let mut request = Request::new(asked.method.clone(), asked.url.clone());
        *request.timeout_mut() = Some(self.calls.timeout);
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(AUTHORIZATION, asked.authorization.clone());
        let mut digest = None;
        let (kind, body) = match &asked.content {
            Content::None => return (request, None),
            Content::Json(json) => ("application/json", reqwest::Body::from(json.clone())),
            Content::Form(form) => {
                ("application/x-www-form-urlencoded", reqwest::Body::from(*form))
            }
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

/// Reads an answer to its last byte.
async fn read(
    mut response: Response,
    expected: u16,
    wanted: Wanted,
) -> Result<(Bytes, u64, Option<String>), Failure> {
    let status = response.status().as_u16();
    let good = status == expected;
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    let mut hash = (good && wanted == Wanted::Digest).then(Sha256::new);
    let mut length = 0_u64;
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error))? {
        length += chunk.len() as u64;
        if let Some(hash) = &mut hash {
            hash.update(&chunk);
            if length / STRETCH > (length - chunk.len() as u64) / STRETCH {
                tokio::task::yield_now().await;
            }
        } else if good && wanted == Wanted::Body {
            if rest.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Failure::Content);
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
        }
    }
    match status {
        429 => Err(Failure::Quota),
        _ if !good => Err(Failure::Status(status)),
        _ => Ok((
            first.unwrap_or_else(|| rest.freeze()),
            length,
            hash.map(|hash| hex(&hash.finalize())),
        )),
    }
}
