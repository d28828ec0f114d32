//! The connections to one host: kept from call to call, and bounded. A call that finds none free
//! waits for one, and its wait counts. What opens them is [`super::dial`]'s; how many calls each
//! carries is [`super::exclusive`]'s (HTTP/1.1: one) and [`super::shared`]'s (HTTP/2: many).

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use super::dial::{Dialler, Unopened};
use super::files::Sending;
use super::{exclusive, shared};
use crate::plan::Http;

/// How long a connection that nobody uses is kept.
pub(super) const IDLE: Duration = Duration::from_secs(30);

/// The most calls at once over a connection, whatever the hub allows: what every server is asked
/// to allow at least (RFC 9113 §6.5.2).
const MOST_STREAMS: usize = 100;

/// What a call sends.
pub(crate) type Sent = Either<Full<Bytes>, Sending>;

/// Why a call over a connection got no answer.
pub(crate) struct Unanswered {
    pub(crate) error: hyper::Error,
    /// Whether the connection was kept from an earlier call.
    pub(crate) was_kept: bool,
    /// Whether nothing of the call was sent.
    pub(crate) was_unsent: bool,
    /// Whether HTTP/2 says that nothing was done about it.
    pub(crate) was_left_alone: bool,
}

/// The head of an answer to come.
pub(super) type Answering = BoxFuture<'static, Result<Response<Incoming>, Unanswered>>;

/// A connection that is somebody's, for a call.
pub(super) type Borrowed = Box<
    dyn Service<
            Request<Sent>,
            Response = Response<Incoming>,
            Error = Unanswered,
            Future = Answering,
        > + Send,
>;

/// Where connections are kept.
pub(super) struct Pool {
    pub(super) kept: BoxCloneSyncService<(), Borrowed, Unopened>,
    /// Closes what nobody has used for long.
    pub(super) sweep: Box<dyn Fn() + Send + Sync>,
}

/// How many calls may be under way at once.
pub(super) struct Room {
    free: Semaphore,
    pub(super) connections: usize,
    /// How many each connection carries.
    each: AtomicUsize,
}

impl Room {
    fn new(connections: usize) -> Self {
        Self { free: Semaphore::new(connections), connections, each: AtomicUsize::new(1) }
    }

    /// The host allows as many calls at once over a connection. Connections that are allowed fewer
    /// than another keep the rest back.
    pub(super) fn allow(&self, streams: usize) {
        let each = streams.min(MOST_STREAMS);
        let before = self.each.fetch_max(each, Ordering::Relaxed);
        if each > before {
            self.free.add_permits((each - before) * self.connections);
        }
    }
}

/// A connection on loan. It goes back when it is dropped, and makes room for another.
pub(crate) struct Loan<'c> {
    connection: Borrowed,
    _room: SemaphorePermit<'c>,
    /// Whether none was free when it was asked for.
    pub(crate) was_awaited: bool,
}

impl Loan<'_> {
    /// Sends a call, and gives the head of its answer.
    pub(crate) fn send(&mut self, request: Request<Sent>) -> Answering {
        self.connection.call(request)
    }
}

/// Connections to one host.
pub(crate) struct Connections {
    pool: Pool,
    swept: AtomicU64,
    start: Instant,
    room: Arc<Room>,
}

impl Connections {
    /// As many at most, none of them open yet.
    pub(crate) fn new(dialler: Dialler, most: usize) -> Self {
        let room = Arc::new(Room::new(most));
        let pool = match dialler.http() {
            Http::One => exclusive::pool(Arc::new(dialler)),
            Http::Two => shared::pool(dialler, room.clone()),
        };
        Self { pool, swept: AtomicU64::new(0), start: Instant::now(), room }
    }

    /// How many calls at once each connection carries, as far as is known.
    pub(crate) fn calls_of_each(&self) -> usize {
        self.room.each.load(Ordering::Relaxed)
    }

    /// Lends a connection, once one is free.
    pub(crate) async fn lend(&self) -> Result<Loan<'_>, Unopened> {
        self.sweep_sometimes();
        let (room, was_awaited) = match self.room.free.try_acquire() {
            Ok(room) => (room, false),
            Err(_) => (self.room.free.acquire().await?, true),
        };
        loop {
            let mut pool = self.pool.kept.clone();
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
            (self.pool.sweep)();
        }
    }
}
