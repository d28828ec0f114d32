//! No panic takes the server down: it becomes a 500 and is counted, since under a test harness the
//! panic hook may be silent.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use futures::FutureExt as _;
use http::{Response, StatusCode, header};

/// How many panics were caught. Cloning shares the count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panics(Arc<AtomicU64>);

impl Panics {
    /// The count.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more, and says so in the log.
    pub(crate) fn report(&self, payload: &(dyn std::any::Any + Send)) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let message = payload.downcast_ref::<&str>().copied();
        let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        tracing::error!(message, "a panic was caught: this is a bug of the hub");
    }

    /// The answer of a call, or 500 when it panics.
    pub(super) fn catch<F>(&self, call: F) -> impl Future<Output = Response<Body>> + use<F>
    where
        F: Future<Output = Result<Response<Body>, Infallible>>,
    {
        let panics = self.clone();
        AssertUnwindSafe(call).catch_unwind().map(move |answer| match answer {
            Ok(Ok(answer)) => answer,
            Err(payload) => {
                panics.report(&*payload);
                internal_error()
            }
        })
    }
}

fn internal_error() -> Response<Body> {
    let mut answer =
        Response::new(Body::from(r#"{"errors":[{"code":500,"message":"Internal error"}]}"#));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    answer
}
