//! Connections of HTTP/1.1: each carries one call at a time, and goes back to the library's pool
//! once its answer was read.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures::FutureExt as _;
use http::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::pool::cache;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _, service_fn};

use super::connections::{Answering, Borrowed, IDLE, Pool, Sent, Unanswered};
use super::dial::{Dialler, Unopened};
use super::refusable::Refusable;

/// A connection.
struct Connection {
    sender: SendRequest<Sent>,
    /// When it was last used; never, when it is new.
    used: Option<Instant>,
}

/// Connections that a dialler opens.
pub(super) fn pool(dialler: Arc<Dialler>) -> Pool {
    let open = service_fn(move |()| Connection::open(dialler.clone()).boxed());
    let pool = cache::builder().build(open);
    let swept = parking_lot::Mutex::new(pool.clone());
    let sweep = move || {
        let is_fresh = |kept: &mut Connection| {
            !kept.sender.is_closed() && kept.used.is_none_or(|used| used.elapsed() < IDLE)
        };
        swept.lock().retain(is_fresh);
    };
    // The type of the library's pool has no name.
    let kept = pool.map_response(|cached| Box::new(cached) as Borrowed);
    Pool { kept: BoxCloneSyncService::new(kept), sweep: Box::new(sweep) }
}

impl Connection {
    async fn open(dialler: Arc<Dialler>) -> Result<Self, Unopened> {
        let stream = Refusable::new(dialler.open().await?);
        let (sender, connection) = http1::handshake(stream).await?;
        // What breaks it is told to whoever waits for an answer.
        tokio::spawn(connection);
        Ok(Self { sender, used: None })
    }
}

impl Service<Request<Sent>> for Connection {
    type Response = http::Response<hyper::body::Incoming>;
    type Error = Unanswered;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unanswered>> {
        let was_kept = self.used.is_some();
        let unanswered =
            |error| Unanswered { error, was_kept, was_unsent: true, was_left_alone: false };
        self.sender.poll_ready(context).map_err(unanswered)
    }

    fn call(&mut self, request: Request<Sent>) -> Answering {
        let was_kept = self.used.replace(Instant::now()).is_some();
        let answer = self.sender.try_send_request(request);
        let unanswered = move |failed: hyper::client::conn::TrySendError<Request<Sent>>| {
            let was_unsent = failed.message().is_some();
            let error = failed.into_error();
            Unanswered { error, was_kept, was_unsent, was_left_alone: false }
        };
        answer.map(move |answer| answer.map_err(unanswered)).boxed()
    }
}
