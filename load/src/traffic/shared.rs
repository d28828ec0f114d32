//! Connections of HTTP/2: each carries many calls at once, as many as the hub allows. A call goes
//! over the one that carries the fewest; one that carries none yet is opened for it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::TokioExecutor;
use parking_lot::Mutex;
use tokio::sync;
use tower::Service;
use tower::util::BoxCloneSyncService;

use super::connections::{Answering, Borrowed, IDLE, Pool, Room, Sent, Unanswered};
use super::dial::{Dialler, Unopened};

/// Connections that a dialler opens, as many as there is room for.
pub(super) fn pool(dialler: Dialler, room: Arc<Room>) -> Pool {
    let carried = Mutex::new(vec![0; room.connections]);
    let kept = (0..room.connections).map(|_| sync::Mutex::default()).collect();
    let lanes = Lanes(Arc::new(AllLanes { dialler, room, carried, kept }));
    let swept = lanes.clone();
    Pool { kept: BoxCloneSyncService::new(lanes), sweep: Box::new(move || swept.sweep()) }
}

/// The places of connections.
struct AllLanes {
    dialler: Dialler,
    room: Arc<Room>,
    /// How many calls each carries.
    carried: Mutex<Vec<usize>>,
    /// What is open of them. Whoever finds none opens it, and others wait for that.
    kept: Vec<sync::Mutex<Option<Connection>>>,
}

#[derive(Clone)]
struct Lanes(Arc<AllLanes>);

impl Lanes {
    /// A place on the connection that carries the fewest calls, once it is open.
    async fn borrow(self) -> Result<Borrowed, Unopened> {
        let seat = self.seat();
        let mut kept = self.0.kept[seat.lane].lock().await;
        let connection = match kept.as_ref().filter(|kept| kept.is_alive()) {
            Some(connection) => connection.clone(),
            None => {
                let opened = Connection::open(&self.0.dialler, self.0.room.clone()).await?;
                kept.insert(opened).clone()
            }
        };
        Ok(Box::new(Seated { connection, _seat: seat }))
    }

    fn seat(&self) -> Seat {
        let mut carried = self.0.carried.lock();
        let emptiest = (0..carried.len()).min_by_key(|lane| carried[*lane]);
        let lane = emptiest.unwrap_or_default();
        carried[lane] += 1;
        Seat { lanes: self.clone(), lane }
    }

    /// Closes what nobody has used for long.
    fn sweep(&self) {
        for (kept, carried) in self.0.kept.iter().zip(self.0.carried.lock().iter()) {
            if let (Ok(mut kept), 0) = (kept.try_lock(), *carried) {
                kept.take_if(|kept| !kept.is_fresh());
            }
        }
    }
}

impl Service<()> for Lanes {
    type Response = Borrowed;
    type Error = Unopened;
    type Future = BoxFuture<'static, Result<Borrowed, Unopened>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unopened>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        self.clone().borrow().boxed()
    }
}

/// A call's place on a connection.
struct Seat {
    lanes: Lanes,
    lane: usize,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lanes.0.carried.lock()[self.lane] -= 1;
    }
}

/// A connection with a place on it.
struct Seated {
    connection: Connection,
    _seat: Seat,
}

impl Service<Request<Sent>> for Seated {
    type Response = Response<Incoming>;
    type Error = Unanswered;
    type Future = Answering;

    /// One that ended makes room for another, which whoever asks again has opened.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unanswered>> {
        self.connection.sender.poll_ready(context).map_err(|error| Unanswered {
            error,
            was_kept: true,
            was_unsent: true,
            was_left_alone: true,
        })
    }

    fn call(&mut self, request: Request<Sent>) -> Answering {
        self.connection.send(request)
    }
}

/// A connection.
#[derive(Clone)]
struct Connection {
    sender: SendRequest<Sent>,
    standing: Arc<Mutex<Standing>>,
}

/// What is known of a connection by the calls that went over it.
#[derive(Default)]
struct Standing {
    /// When the last answer came; never, when it is new.
    answered: Option<Instant>,
    /// Its end took a call with it.
    has_ended: bool,
}

impl Connection {
    async fn open(dialler: &Dialler, room: Arc<Room>) -> Result<Self, Unopened> {
        let mut builder = Builder::new(TokioExecutor::new());
        // Until the hub has said how many calls at once it takes (RFC 9113 §6.5.2).
        builder.initial_max_send_streams(1);
        let (sender, mut connection) = builder.handshake(dialler.open().await?).await?;
        // What breaks it is told to whoever waits for an answer.
        tokio::spawn(poll_fn(move |context| {
            let end = connection.poll_unpin(context);
            room.allow(connection.current_max_send_streams());
            end.map(drop)
        }));
        Ok(Self { sender, standing: Arc::default() })
    }

    fn is_alive(&self) -> bool {
        !self.sender.is_closed() && !self.standing.lock().has_ended
    }

    fn is_fresh(&self) -> bool {
        let answered = self.standing.lock().answered;
        self.is_alive() && answered.is_none_or(|answered| answered.elapsed() < IDLE)
    }

    fn send(&mut self, request: Request<Sent>) -> Answering {
        let (answer, standing) = (self.sender.try_send_request(request), self.standing.clone());
        answer
            .map(move |answer| match answer {
                Ok(answer) => {
                    standing.lock().answered = Some(Instant::now());
                    Ok(answer)
                }
                Err(failed) => {
                    let mut standing = standing.lock();
                    standing.has_ended |= !is_of_the_call(failed.error());
                    Err(unanswered(failed, standing.answered.is_some()))
                }
            })
            .boxed()
    }
}

fn unanswered(failed: TrySendError<Request<Sent>>, was_kept: bool) -> Unanswered {
    // A call that waited to be sent when its connection ended is a user's error to hyper.
    let was_unsent = failed.message().is_some() || failed.error().is_user();
    let error = failed.into_error();
    let was_left_alone = was_unsent || is_left_alone(&error);
    Unanswered { error, was_kept, was_unsent, was_left_alone }
}

fn told(error: &hyper::Error) -> Option<&h2::Error> {
    std::error::Error::source(error)?.downcast_ref()
}

/// Whether a call alone ended, and not its connection.
fn is_of_the_call(error: &hyper::Error) -> bool {
    told(error).is_some_and(h2::Error::is_reset)
}

/// Whether the hub says that it did nothing about a call: it refused it, or left it out of those
/// that it answers before it goes (RFC 9113 §8.7).
fn is_left_alone(error: &hyper::Error) -> bool {
    told(error)
        .filter(|told| told.is_remote())
        .is_some_and(|told| told.is_go_away() || told.reason() == Some(h2::Reason::REFUSED_STREAM))
}
