//! The hub's own record of what it was asked and what it answered, as [`Exchange`]s: the evidence
//! by which a client is judged. Off unless asked for; keeps excerpts, never whole bodies, and hides
//! nothing (redaction happens where data leaves the program).

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use bytes::Bytes;
use contract::exchange::{Answer, Api, BodyExcerpt, EXCERPT_BYTES, Exchange};
use contract::timestamp::Timestamp;
use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame, SizeHint};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use crate::referential::Credential;

/// How many exchanges are kept: the latest.
const KEPT: usize = 200_000;

/// Who a call was made by, left among the answer's extensions for the journal and the log, which
/// show its name alone.
#[derive(Clone, Debug)]
pub(crate) struct Actor(pub(crate) Arc<Credential>);

/// The exchanges of a hub. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Journal {
    json_excerpt_bytes: usize,
    kept: Arc<Mutex<VecDeque<Exchange>>>,
    count: Arc<AtomicU64>,
    being_served: Arc<AtomicUsize>,
}

/// A call whose answer is not known yet. Dropped before it is, the client broke it off: what it
/// asked for may have been done all the same, so it is recorded too.
pub(crate) struct Pending {
    id: String,
    /// Until it is recorded.
    exchange: Option<Exchange>,
    request_body: Arc<Mutex<Tap>>,
    started: Instant,
    journal: Journal,
}

impl Pending {
    /// Id of the exchange to be.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Records the call, once.
    fn record(&mut self, answer: Answer) {
        let Some(mut exchange) = self.exchange.take() else {
            return;
        };
        exchange.request_body = self.request_body.lock().excerpt();
        exchange.duration_us =
            u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        exchange.answer = answer;
        self.journal.keep(exchange);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.record(Answer::Broken("the client broke the call off before its answer".to_owned()));
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::keeping_json(EXCERPT_BYTES)
    }
}

impl Journal {
    /// A journal that keeps so many bytes of a JSON body, and the usual excerpt of any other.
    pub(crate) fn keeping_json(json_excerpt_bytes: usize) -> Self {
        Self {
            json_excerpt_bytes,
            kept: Arc::default(),
            count: Arc::default(),
            being_served: Arc::default(),
        }
    }

    /// How many calls are being served: begun, and their answers not sent to the end. What is not
    /// is in the exchanges.
    pub(crate) fn being_served(&self) -> usize {
        self.being_served.load(Ordering::Acquire)
    }

    fn keep(&self, exchange: Exchange) {
        {
            let mut kept = self.kept.lock();
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(exchange);
        }
        self.being_served.fetch_sub(1, Ordering::Release);
    }

    fn tap(&self, headers: &HeaderMap) -> Tap {
        let content_type = headers.get(http::header::CONTENT_TYPE);
        let is_json =
            content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        Tap {
            excerpt_bytes: if is_json { self.json_excerpt_bytes } else { EXCERPT_BYTES },
            ..Tap::default()
        }
    }

    /// The exchanges whose answer has been sent, oldest first.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.kept.lock().iter().cloned().collect()
    }

    /// The same, which are kept no longer.
    pub(crate) fn take_exchanges(&self) -> Vec<Exchange> {
        self.kept.lock().drain(..).collect()
    }

    /// Starts recording a call. `origin` is the hub's URL; `located` where the path belongs, and
    /// what it is there.
    pub(crate) fn open(
        &self,
        request: Request<Body>,
        origin: &str,
        located: (Api, &str),
        sent_at: Timestamp,
    ) -> (Request<Body>, Pending) {
        self.being_served.fetch_add(1, Ordering::AcqRel);
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("ex-{number:06}");
        let (api, path) = located;
        let exchange = Exchange {
            id: id.clone(),
            scenario: None,
            actor: None,
            method: request.method().to_string(),
            url: format!(
                "{origin}{}",
                request.uri().path_and_query().map_or("/", |path| path.as_str())
            ),
            path: path.to_owned(),
            api,
            query: request.uri().query().map(str::to_owned),
            request_headers: list(request.headers()),
            request_body: BodyExcerpt::default(),
            sent_at,
            duration_us: 0,
            answer: Answer::Broken(String::new()),
        };
        let tap = Arc::new(Mutex::new(self.tap(request.headers())));
        let tapped = Arc::clone(&tap);
        let request =
            request.map(|body| Body::new(TappedBody { inner: body, tap: tapped, end: None }));
        (
            request,
            Pending {
                id,
                exchange: Some(exchange),
                request_body: tap,
                started: Instant::now(),
                journal: self.clone(),
            },
        )
    }

    /// Records the answer; the exchange is kept when the last byte of it has left.
    pub(crate) fn close(&self, mut pending: Pending, answer: Response<Body>) -> Response<Body> {
        if let Some(exchange) = &mut pending.exchange {
            exchange.actor = answer.extensions().get::<Actor>().map(|actor| actor.0.name.clone());
        }
        let tap = Arc::new(Mutex::new(self.tap(answer.headers())));
        let end = End {
            status: answer.status().as_u16(),
            version: format!("{:?}", answer.version()),
            headers: list(answer.headers()),
            pending,
            complete: answer.body().is_end_stream(),
        };
        answer.map(|body| Body::new(TappedBody { inner: body, tap, end: Some(end) }))
    }
}

fn list(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// What has passed of a body.
#[derive(Default)]
struct Tap {
    excerpt_bytes: usize,
    head: Vec<u8>,
    length: u64,
    hasher: Sha256,
}

impl Tap {
    fn feed(&mut self, bytes: &[u8]) {
        let missing = self.excerpt_bytes.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.length += bytes.len() as u64;
        self.hasher.update(bytes);
        if self.length > self.excerpt_bytes as u64 && self.head.len() > EXCERPT_BYTES {
            // Half a document is worth no more than its beginning.
            self.excerpt_bytes = EXCERPT_BYTES;
            self.head.truncate(EXCERPT_BYTES);
            self.head.shrink_to_fit();
        }
    }

    fn excerpt(&self) -> BodyExcerpt {
        BodyExcerpt::seen(self.length, &self.hasher.clone().finalize(), &self.head)
    }
}

/// What is done when an answer's body ends, or is dropped before.
struct End {
    status: u16,
    version: String,
    headers: Vec<(String, String)>,
    pending: Pending,
    complete: bool,
}

impl End {
    fn record(&mut self, answer_body: &Tap) {
        // The server asks for no more once the announced length has left.
        let announced = self.headers.iter().find(|(name, _)| name == "content-length");
        let all_left =
            announced.is_some_and(|(_, length)| *length == answer_body.length.to_string());
        let answer = if self.complete || all_left {
            Answer::Received {
                status: self.status,
                version: std::mem::take(&mut self.version),
                headers: std::mem::take(&mut self.headers),
                body: answer_body.excerpt(),
            }
        } else {
            Answer::Broken("the answer was not sent to its end".to_owned())
        };
        self.pending.record(answer);
    }
}

/// A body that is looked at while it passes.
struct TappedBody {
    inner: Body,
    tap: Arc<Mutex<Tap>>,
    end: Option<End>,
}

impl http_body::Body for TappedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(bytes) = frame.data_ref() {
                    self.tap.lock().feed(bytes);
                }
                let is_last = self.inner.is_end_stream();
                if let (true, Some(end)) = (is_last, &mut self.end) {
                    end.complete = true;
                }
            }
            Poll::Ready(None) => {
                if let Some(end) = &mut self.end {
                    end.complete = true;
                }
            }
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for TappedBody {
    fn drop(&mut self) {
        let tap = Arc::clone(&self.tap);
        if let Some(end) = &mut self.end {
            end.record(&tap.lock());
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn an_exchange_is_kept_once_its_answer_has_left() {
        let journal = Journal::default();
        let request = Request::post("/hub/folders?lite=true")
            .header("X-A", "1")
            .body(Body::from("sent"))
            .unwrap();
        let now = "2024-11-30T09:15:00Z".parse().unwrap();
        let (request, pending) =
            journal.open(request, "http://hub", (Api::Teledossiers, "/folders"), now);
        request.into_body().collect().await.unwrap();
        let answer = Response::builder().status(201).body(Body::from("answered")).unwrap();
        let answer = journal.close(pending, answer);
        assert!(journal.exchanges().is_empty());
        answer.into_body().collect().await.unwrap();
        let exchange = journal.exchanges().remove(0);
        assert_eq!(exchange.status(), Some(201));
        assert_eq!(exchange.url, "http://hub/hub/folders?lite=true");
        assert_eq!(exchange.request_header("x-a"), Some("1"));
        assert_eq!(exchange.request_body.text.as_deref(), Some("sent"));
        let Answer::Received { body, .. } = exchange.answer else { panic!() };
        assert_eq!(body, BodyExcerpt::of(b"answered"));
    }

    #[test]
    fn a_body_that_is_too_long_to_be_kept_whole_is_no_burden() {
        let mut tap = Tap { excerpt_bytes: 3 * EXCERPT_BYTES, ..Tap::default() };
        for _ in 0..3 {
            tap.feed(&[b'x'; EXCERPT_BYTES]);
        }
        assert!(tap.excerpt().whole);
        tap.feed(b"y");
        assert_eq!(tap.head.capacity(), EXCERPT_BYTES);
        let excerpt = tap.excerpt();
        assert_eq!((excerpt.whole, excerpt.length), (false, 3 * EXCERPT_BYTES as u64 + 1));
    }

    #[tokio::test]
    async fn an_answer_dropped_on_the_way_is_broken() {
        let journal = Journal::default();
        let request = Request::get("/x").body(Body::empty()).unwrap();
        let now = "2024-11-30T09:15:00Z".parse().unwrap();
        let (_, pending) = journal.open(request, "http://hub", (Api::Other, "/x"), now);
        drop(journal.close(pending, Response::new(Body::from("never read"))));
        assert_eq!(journal.exchanges()[0].status(), None);
    }

    #[tokio::test]
    async fn a_call_that_the_client_breaks_off_is_recorded_and_is_served_no_longer() {
        let journal = Journal::default();
        let request = Request::post("/x").body(Body::from("sent")).unwrap();
        let now = "2024-11-30T09:15:00Z".parse().unwrap();
        let (request, pending) = journal.open(request, "http://hub", (Api::Other, "/x"), now);
        request.into_body().collect().await.unwrap();
        assert_eq!(journal.being_served(), 1);
        drop(pending);
        assert_eq!(journal.being_served(), 0);
        let exchanges = journal.exchanges();
        assert_eq!(exchanges.len(), 1, "once");
        assert_eq!(exchanges[0].status(), None);
        assert_eq!(exchanges[0].request_body.text.as_deref(), Some("sent"));
    }
}
