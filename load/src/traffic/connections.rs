//! The connections to one host: kept from call to call, and bounded. A call that finds none free
//! waits for one, and its wait counts. What opens them is [`super::dial`]'s.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper_util::client::pool::cache;
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use super::dial::{Dialler, Unopened};
use super::files::Sending;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30);

/// What a call sends.
pub(crate) type Sent = Either<Full<Bytes>, Sending>;

/// Why a call over a connection got no answer.
pub(crate) struct Unanswered {
    pub(crate) error: hyper::Error,
    /// Whether the connection was kept from an earlier call.
    pub(crate) was_kept: bool,
    /// Whether nothing of the call was sent.
    pub(crate) was_unsent: bool,
}

/// A connection.
pub(crate) struct Connection {
    sender: SendRequest<Sent>,
    /// When it was last used; never, when it is new.
    used: Option<Instant>,
}

impl Connection {
    /// One that was just opened.
    pub(crate) const fn new(sender: SendRequest<Sent>) -> Self {
        Self { sender, used: None }
    }
}

impl Service<Request<Sent>> for Connection {
    type Response = Response<Incoming>;
    type Error = Unanswered;
    type Future = BoxFuture<'static, Result<Response<Incoming>, Unanswered>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unanswered>> {
        let was_kept = self.used.is_some();
        let unanswered = |error| Unanswered { error, was_kept, was_unsent: true };
        self.sender.poll_ready(context).map_err(unanswered)
    }

    fn call(&mut self, request: Request<Sent>) -> Self::Future {
        let was_kept = self.used.replace(Instant::now()).is_some();
        let answer = self.sender.try_send_request(request);
        let unanswered = move |failed: hyper::client::conn::TrySendError<Request<Sent>>| {
            let was_unsent = failed.message().is_some();
            Unanswered { error: failed.into_error(), was_kept, was_unsent }
        };
        answer.map(move |answer| answer.map_err(unanswered)).boxed()
    }
}

type Borrowed = Box<
    dyn Service<
            Request<Sent>,
            Response = Response<Incoming>,
            Error = Unanswered,
            Future = BoxFuture<'static, Result<Response<Incoming>, Unanswered>>,
        > + Send,
>;

/// A connection on loan. It goes back when it is dropped, and makes room for another.
pub(crate) struct Loan<'c> {
    connection: Borrowed,
    _room: SemaphorePermit<'c>,
    /// Whether none was free when it was asked for.
    pub(crate) was_awaited: bool,
}

impl Loan<'_> {
    /// Sends a call, and gives the head of its answer.
    pub(crate) fn send(
        &mut self,
        request: Request<Sent>,
    ) -> BoxFuture<'static, Result<Response<Incoming>, Unanswered>> {
        self.connection.call(request)
    }
}

/// Connections to one host.
pub(crate) struct Connections {
    /// The library's pool, whose type has no name.
    kept: BoxCloneSyncService<(), Borrowed, Unopened>,
    sweep: Box<dyn Fn() + Send + Sync>,
    swept: AtomicU64,
    start: Instant,
    room: Semaphore,
}

impl Connections {
    /// As many at most, none of them open yet.
    pub(crate) fn new(dialler: Dialler, most: usize) -> Self {
        let pool = cache::builder().build(dialler);
        let swept = parking_lot::Mutex::new(pool.clone());
        let sweep = move || {
            let is_fresh = |kept: &mut Connection| {
                !kept.sender.is_closed() && kept.used.is_none_or(|used| used.elapsed() < IDLE)
            };
            swept.lock().retain(is_fresh);
        };
        let kept = pool.map_response(|cached| Box::new(cached) as Borrowed);
        Self {
            kept: BoxCloneSyncService::new(kept),
            sweep: Box::new(sweep),
            swept: AtomicU64::new(0),
            start: Instant::now(),
            room: Semaphore::new(most),
        }
    }

    /// Lends a connection, once one is free.
    pub(crate) async fn lend(&self) -> Result<Loan<'_>, Unopened> {
        self.sweep_sometimes();
        let (room, was_awaited) = match self.room.try_acquire() {
            Ok(room) => (room, false),
            Err(_) => (self.room.acquire().await?, true),
        };
        loop {
            let mut pool = self.kept.clone();
            let mut connection = pool.ready().await?.call(()).await?;
            // One that died while nobody used it is not given back, since it says so.
            match poll_fn(|context| connection.poll_ready(context)).await {
                Ok(()) => return Ok(Loan { connection, _room: room, was_awaited }),
                Err(unanswered) if unanswered.was_kept => {}
                Err(unanswered) => return Err(unanswered.error.into()),
            }
        }
    }

    /// Once a second, closes what nobody has used for long.
    fn sweep_sometimes(&self) {
        let second = self.start.elapsed().as_secs();
        if self.swept.swap(second, Ordering::Relaxed) != second {
            (self.sweep)();
        }
    }
}
