//! Around every call: a request id, one line in the log, the hub's date, the journal where one is
//! kept. The line holds no query, no header and no body: nothing of an applicant, no secret.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use http::{HeaderValue, Response, header};
use httpdate::fmt_http_date;
use uuid::Uuid;

use crate::hub::Hub;
use crate::journal::Actor;
use crate::router::locate;

/// Tells this process's request ids from another's.
static PROCESS: LazyLock<String> =
    LazyLock::new(|| Uuid::new_v4().simple().to_string()[..8].to_owned());
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Serves a call with all this around it.
pub(crate) async fn watch(
    State(hub): State<Arc<Hub>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let started = Instant::now();
    let request_id = format!("{}-{:06}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed) + 1);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let bench = hub.bench.as_ref();
    let is_own = bench.is_some_and(|bench| bench.is_own(request.headers()));
    let journal = hub.journal.as_ref().filter(|_| !is_own);
    let mut answer = match journal {
        None => next.run(request).await,
        Some(journal) => {
            let located = locate(&hub.config.base_path, &path);
            let (request, pending) = journal.open(request, &hub.origin, located, hub.clock.now());
            let mut answer = match &hub.bench {
                Some(bench) => bench.serve(pending.id(), located, request, next).await,
                None => next.run(request).await,
            };
            stamp(&hub, &mut answer, &request_id);
            journal.close(pending, answer)
        }
    };
    stamp(&hub, &mut answer, &request_id);
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let actor = answer.extensions().get::<Actor>().map(|actor| actor.0.name.as_str());
    // Read by who asks which scenarios come to a fault's place, also of answers that nobody gets.
    let asked: Vec<_> = hub.conduct.take_asked().iter().map(|fault| fault.id).collect();
    let fault_sites = (!asked.is_empty()).then(|| asked.join(","));
    tracing::info!(request_id, %method, path, status = answer.status().as_u16(), duration_us, actor, fault_sites, "request");
    answer
}

fn stamp(hub: &Hub, answer: &mut Response<Body>, request_id: &str) {
    let headers = answer.headers_mut();
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", request_id);
    }
    // The server dates answers by the system's clock: right unless the hub lives by another.
    if hub.steering.is_some()
        && let Ok(date) = HeaderValue::try_from(fmt_http_date(hub.clock.now().into()))
    {
        headers.insert(header::DATE, date);
    }
}
