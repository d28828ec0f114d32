//! One call: sent, timed to its last byte by both clocks, counted. Its answer is kept only when
//! somebody reads it.

use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use contract::exchange::{Api, EXCERPT_BYTES};
use contract::operations::Operation;
use contract::retry::{may_be_made_again, wait_after_too_many};
use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use scenarios::target::Target;
use sha2::{Digest as _, Sha256};

use super::asked::{Asked, Content, Heads, Wanted};
use super::connections::Unanswered;
use super::files::{STRETCH, SentDigest, hex};
use super::hosts::{Hosts, Place};
use super::waits::Waits;
use crate::allowances::Allowances;
use crate::error::CampaignError;
use crate::failure::Failure;
use crate::plan::Calls;
use crate::reconciliation::OwnCalls;
use crate::record::{Observation, Recorder};
use crate::samples::{Glimpse, Samples};
use crate::series::{Clock, SeriesKey, Span};
use crate::stop::Stop;

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

/// How far a call came.
#[derive(Default)]
struct Progress {
    /// When it had a connection, and was sent.
    sent: Option<Instant>,
    /// When the head of the answer came.
    first_byte: Option<Instant>,
    /// Status and headers of the answer.
    head: Option<(u16, HeaderMap)>,
    /// The digest of the file that it sends.
    digest: Option<SentDigest>,
}

/// What came of a good answer: its body, its length, its digest.
type Body = (Bytes, u64, Option<String>);

/// What is told of each call, and what it may have to wait for.
pub(crate) struct Shared {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) samples: Arc<Samples>,
    pub(crate) allowances: Allowances,
    /// None where nobody else counts them.
    pub(crate) own_calls: Option<OwnCalls>,
    pub(crate) waits: Waits,
    pub(crate) stop: Stop,
}

/// Makes calls.
pub(crate) struct Caller {
    hosts: Hosts,
    target: Arc<Target>,
    calls: Calls,
    pub(crate) shared: Shared,
    heads: Heads,
    /// Where a usual look at a queue goes: most calls do.
    look: Place,
    /// Bytes of files sent and received.
    pub(crate) sent_bytes: AtomicU64,
    pub(crate) received_bytes: AtomicU64,
    /// Calls made again, since their kept connection had died.
    pub(crate) made_again: AtomicU64,
}

impl Caller {
    /// Prepares to call a target; refuses what its file says that would not be sent.
    pub(crate) fn new(
        hosts: Hosts,
        target: Arc<Target>,
        calls: Calls,
        shared: Shared,
    ) -> Result<Self, CampaignError> {
        let heads = Heads::new(&target)?;
        let look = looking_at(&hosts, BATCH);
        Ok(Self {
            hosts,
            target,
            calls,
            shared,
            heads,
            look,
            sent_bytes: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
            made_again: AtomicU64::new(0),
        })
    }

    /// Where the token endpoint is.
    pub(crate) fn token_endpoint(&self) -> Place {
        self.hosts.place(Api::Token, "")
    }

    /// How many calls at once each connection to the hub carries.
    pub(crate) fn calls_of_each_connection(&self) -> usize {
        self.hosts.of(Api::Teledossiers).connections.calls_of_each()
    }

    /// Whom it calls.
    pub(crate) const fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// How long verdicts on files are waited for.
    pub(crate) fn scan(&self) -> Duration {
        self.target.limits.scan
    }

    /// The most notifications that the target is asked for at once.
    pub(crate) fn largest_batch(&self) -> u32 {
        self.target.limits.max_batch
    }

    /// Where a look at a queue goes.
    pub(crate) fn look(&self, most: u32) -> Place {
        if most == BATCH { self.look.clone() } else { looking_at(&self.hosts, most) }
    }

    /// Where an operation on the objects that have these ids goes.
    pub(crate) fn place(&self, operation: Operation, ids: &[Id<'_>]) -> Place {
        self.place_asking(operation, ids, "")
    }

    /// The same, with a query that begins with its question mark.
    pub(crate) fn place_asking(&self, operation: Operation, ids: &[Id<'_>], query: &str) -> Place {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let path = operation.path(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        self.hosts.place(operation.api(), &(path + query))
    }

    /// Makes a call and counts it.
    pub(crate) async fn make(&self, mut asked: Asked<'_>) -> Result<Received, Failure> {
        let mut honoured = 0_u32;
        loop {
            let (started, mut progress) = (Instant::now(), Progress::default());
            self.begins(&asked);
            let exchange = self.exchange(&asked, &mut progress);
            let outcome = match tokio::time::timeout(self.calls.timeout, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err((Failure::TimedOut, Bytes::new())),
            };
            let ended = Instant::now();
            self.ends(&asked, ended, progress.head.as_ref().map(|(status, _)| *status));
            let is_429 = matches!(progress.head, Some((429, _)));
            let is_beyond =
                if is_429 { self.is_beyond_quota(&asked, started, ended) } else { None };
            if let Some((429, headers)) = &progress.head
                && self.calls.honour_retry_after
                && honoured < LONGEST_PATIENCE
                && !self.shared.stop.is_set()
                && let until = ended + wait_after(headers, honoured)
                && let Some(_turn) = self.shared.waits.turn(until)
            {
                if is_beyond == Some(false) && asked.measured {
                    self.shared.recorder.failed(asked.subject, Failure::Quota);
                }
                if is_beyond == Some(true) {
                    // The quota made it wait, not the hub: it is due when it may be made.
                    asked.due = until;
                }
                honoured += 1;
                self.shared.stop.sleep_until(until).await;
                continue;
            }
            if is_beyond == Some(true) {
                return Err(Failure::BeyondQuota);
            }
            self.count(&asked, started, ended, &progress, &outcome);
            let Progress { head, digest, .. } = progress;
            return match outcome {
                Ok((body, length, received)) => Ok(Received {
                    body,
                    head: head.unwrap_or_default(),
                    length,
                    digest: received.or_else(|| digest.and_then(|digest| digest.take())),
                    ended,
                }),
                Err((failure, _)) => Err(failure),
            };
        }
    }

    /// Counts a call, and keeps it when it failed as none did before.
    fn count(
        &self,
        asked: &Asked<'_>,
        started: Instant,
        ended: Instant,
        progress: &Progress,
        outcome: &Result<Body, (Failure, Bytes)>,
    ) {
        let failure = outcome.as_ref().err().map(|(failure, _)| *failure);
        // What got no answer has its time-out, which began with its wait for a connection.
        let is_whole = !failure.is_some_and(Failure::is_without_answer);
        self.shared.recorder.call(&Observation {
            subject: asked.subject,
            due: asked.due,
            sent: progress.sent.filter(|_| is_whole).unwrap_or(started),
            first_byte: progress.first_byte,
            ended,
            failure,
            measured: asked.measured,
        });
        match outcome {
            Ok((_, length, _)) => {
                if asked.wanted == Wanted::Digest {
                    self.received_bytes.fetch_add(*length, Ordering::Relaxed);
                }
                if let Content::File(file) = asked.content {
                    self.sent_bytes.fetch_add(file.length(), Ordering::Relaxed);
                }
            }
            Err((failure, body)) => {
                let head = progress.head.as_ref();
                let answer = head.map(|(status, headers)| (*status, headers, body));
                self.sample(asked, *failure, None, ended.duration_since(started), answer);
            }
        }
    }

    /// Sends a call and reads its answer; once more when the kept connection that it went over had
    /// died before any answer (see `contract::retry`).
    async fn exchange(
        &self,
        asked: &Asked<'_>,
        progress: &mut Progress,
    ) -> Result<Body, (Failure, Bytes)> {
        let host = self.hosts.of(asked.place.api);
        let unanswered =
            |error: &(dyn Error + 'static), opening| (Failure::of(error, opening), Bytes::new());
        let mut is_again = false;
        loop {
            let asked_for = Instant::now();
            let lent = host.connections.lend().await;
            let mut connection = lent.map_err(|error| unanswered(&*error, true))?;
            let sent = Instant::now();
            if connection.was_awaited && asked.measured {
                self.shared.recorder.span(Span::Awaiting, Clock::Response, sent - asked_for);
            }
            progress.sent = Some(sent);
            let (request, digest) = self.heads.request(asked, &host.headers);
            progress.digest = digest;
            match connection.send(request).await {
                Ok(answer) => {
                    progress.first_byte = Some(Instant::now());
                    let (head, body) = answer.into_parts();
                    let status = head.status.as_u16();
                    progress.head = Some((status, head.headers));
                    return read(status, body, asked.expected, asked.wanted).await;
                }
                Err(died) if self.is_made_again(asked, &died, is_again) => {
                    is_again = true;
                    self.ends(asked, Instant::now(), None);
                    self.begins(asked);
                }
                Err(died) => return Err(unanswered(&died.error, false)),
            }
        }
    }

    /// Whether a `429` was beyond what the plan lets the system do; none when it says nothing.
    fn is_beyond_quota(&self, asked: &Asked<'_>, sent: Instant, ended: Instant) -> Option<bool> {
        match asked.subject {
            SeriesKey::Operation(operation) => {
                self.shared.allowances.is_beyond(&asked.system.credential, operation, sent, ended)
            }
            SeriesKey::Token | SeriesKey::Span(_) => None,
        }
    }

    fn begins(&self, asked: &Asked<'_>) {
        if let SeriesKey::Operation(operation) = asked.subject {
            self.shared.allowances.begins(&asked.system.credential, operation);
        }
    }

    /// Counts a call for quotas, and for whoever holds the calls against a gateway's count. One
    /// whose token is refused may be nobody's there.
    fn ends(&self, asked: &Asked<'_>, at: Instant, status: Option<u16>) {
        if let SeriesKey::Operation(operation) = asked.subject {
            self.shared.allowances.ends(&asked.system.credential, operation, at);
        }
        if let Some(own_calls) = &self.shared.own_calls {
            let was_answered = status.is_some_and(|status| status != 401);
            own_calls.add(&asked.system.credential.client_id, asked.subject, was_answered);
        }
    }

    /// Whether a call is made again, that may have been already. A kept connection that died is
    /// gone then; one that goes on refusing calls is not.
    fn is_made_again(&self, asked: &Asked<'_>, died: &Unanswered, already: bool) -> bool {
        let is_token = asked.subject == SeriesKey::Token;
        let is_again = (died.was_left_alone && !already)
            || (died.was_kept
                && (died.was_unsent
                    || (is_death(&died.error)
                        && may_be_made_again(asked.method.as_str(), is_token, died.was_kept))));
        if is_again && asked.measured {
            self.made_again.fetch_add(1, Ordering::Relaxed);
        }
        is_again
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
        if !self.shared.samples.wants(asked.subject, failure) {
            return;
        }
        let mut headers = self.heads.of(asked);
        let (kind, request_body): (Option<&str>, &[u8]) = match &asked.content {
            Content::Json(json) => (Some("application/json"), json),
            Content::Text(kind, text) => (Some(kind), text.as_bytes()),
            Content::File(_) => (Some("application/octet-stream"), &[]),
            Content::None => (None, &[]),
        };
        let kind = kind.and_then(|kind| HeaderValue::try_from(kind).ok());
        headers.extend(kind.map(|kind| (CONTENT_TYPE, kind)));
        let host = self.hosts.of(asked.place.api);
        let seen = Glimpse {
            subject: asked.subject,
            system: asked.system,
            method: &asked.method,
            origin: &host.origin,
            http: host.http,
            place: &asked.place,
            request_headers: &headers,
            request_body,
            took,
            answer,
        };
        self.shared.samples.take(failure, reason, &seen);
    }
}

fn looking_at(hosts: &Hosts, most: u32) -> Place {
    let path = Operation::ListNotifications.path(&[]);
    hosts.place(Api::Teledossiers, &format!("{path}?maxResult={most}"))
}

/// Whether a connection died, and not just said something that HTTP does not allow.
fn is_death(error: &hyper::Error) -> bool {
    Failure::of(error, false) == Failure::Reset
}

/// How long a refused call waits: as it is asked to, in either form, within bounds.
fn wait_after(headers: &HeaderMap, honoured: u32) -> Duration {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (asked, date) = (text(RETRY_AFTER), text(DATE));
    wait_after_too_many(asked, date, SystemTime::now(), honoured).min(LONGEST_WAIT)
}

/// Reads an answer to its last byte. Of one that is not as it should be, the beginning is given
/// back with what is wrong.
async fn read(
    status: u16,
    mut answer: Incoming,
    expected: u16,
    wanted: Wanted,
) -> Result<Body, (Failure, Bytes)> {
    let good = status == expected;
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    let mut hash = (good && wanted == Wanted::Digest).then(Sha256::new);
    let mut length = 0_u64;
    while let Some(frame) = answer.frame().await {
        let frame = frame.map_err(|error| (Failure::of(&error, false), Bytes::new()))?;
        let Ok(chunk) = frame.into_data() else { continue };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_call_waits_as_it_is_asked_to_in_either_form_and_not_for_ever() {
        let wait = |asked: &str| {
            let date = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
            let asked = HeaderValue::try_from(asked).unwrap();
            wait_after(&HeaderMap::from_iter([(DATE, date), (RETRY_AFTER, asked)]), 0).as_secs()
        };
        assert_eq!(wait("17"), 17);
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT"), 30, "by the hub's own clock");
        assert_eq!(wait("86400"), 60);
        assert_eq!(wait_after(&HeaderMap::new(), 2).as_secs(), 4, "longer each time, unasked");
    }
}
