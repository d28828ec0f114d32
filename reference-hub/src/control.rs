//! What only a reference hub offers: its mails can be read and its clock moved (interfaces,
//! "read_mail" and "steer_clock"), and the statistics of its gateway read. It belongs to whoever
//! started the hub: a secret opens it, and only a hub of this machine shows it to this machine
//! without.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::get;
use http::uri::Authority;
use http::{Method, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::auth::bearer;
use crate::clock::SteerError;
use crate::domain::Command;
use crate::error::{Refusal, json};
use crate::extract::read_limited;
use crate::gateway::STATISTICS;
use crate::hub::Hub;
use crate::store::Store as _;

/// Where the mails are.
pub(crate) const MAILS: &str = "/_etalon/mails";
/// Where the clock is.
pub(crate) const CLOCK: &str = "/_etalon/clock";
const BODY_BYTES: usize = 16 * 1024;

/// What can be asked of the clock; several at once are done in this order.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Steering {
    /// The run that takes the lease.
    acquire: Option<String>,
    /// How far the clock is moved.
    advance_seconds: Option<i64>,
    /// The run that asks for the move, if it says so.
    run: Option<String>,
    /// The run that gives the lease back.
    release: Option<String>,
}

impl From<SteerError> for Refusal {
    fn from(error: SteerError) -> Self {
        match error {
            SteerError::Held => Self::Conflict(error.to_string()),
            SteerError::OutOfRange => Self::Invalid(vec![error.to_string()]),
        }
    }
}

/// All of it; nothing where nobody could open it.
pub(crate) fn router(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    if hub.control_secret.is_none() {
        return Router::new();
    }
    let mut router = Router::new().route(MAILS, get(mails)).route(STATISTICS, get(statistics));
    if hub.steering.is_some() {
        router = router.route(CLOCK, get(read_clock).post(steer_clock));
    }
    router.layer(from_fn_with_state(Arc::clone(hub), admit))
}

async fn admit(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response<Body> {
    let refusal = match (bearer(request.headers()), &hub.control_secret) {
        (Some(token), Some(secret)) if secret.is(token) => return next.run(request).await,
        (Some(_), _) => Refusal::BadToken,
        (None, _) if is_a_look_from_here(&hub, &request) => return next.run(request).await,
        (None, _) => Refusal::NoToken,
    };
    refusal.answer(hub.config.gateway, &hub.conduct)
}

/// Whether a call only looks, at a hub that listens on this machine only, under a name of this
/// machine: a page of the web may give its own name this address.
fn is_a_look_from_here(hub: &Hub, request: &Request) -> bool {
    let in_header = || request.headers().get(header::HOST)?.to_str().ok()?.parse().ok();
    let named: Option<Authority> = request.uri().authority().cloned().or_else(in_header);
    let is_here = named.is_some_and(|named| {
        let host = named.host().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    });
    is_here && request.method() == Method::GET && hub.config.listen.ip().is_loopback()
}

/// `GET /_etalon/mails`
async fn mails(State(hub): State<Arc<Hub>>) -> Response<Body> {
    match hub.store.mails().await {
        Ok(mails) => json(StatusCode::OK, &mails),
        Err(error) => Refusal::from(error).answer(hub.config.gateway, &hub.conduct),
    }
}

/// `GET /_etalon/statistics`
async fn statistics(State(hub): State<Arc<Hub>>) -> Response<Body> {
    json(StatusCode::OK, &hub.gatekeeper.statistics.all())
}

/// `GET /_etalon/clock`
async fn read_clock(State(hub): State<Arc<Hub>>) -> Response<Body> {
    json(StatusCode::OK, &json!({ "now": hub.clock.now() }))
}

/// `POST /_etalon/clock`
async fn steer_clock(State(hub): State<Arc<Hub>>, request: Request) -> Response<Body> {
    match steer(&hub, request).await {
        Ok(()) => json(StatusCode::OK, &json!({ "now": hub.clock.now() })),
        Err(refusal) => refusal.answer(hub.config.gateway, &hub.conduct),
    }
}

async fn steer(hub: &Hub, request: Request) -> Result<(), Refusal> {
    let clock = hub.steering.as_ref().ok_or(Refusal::NoRoute)?;
    let body = read_limited(request.into_body(), BODY_BYTES).await?;
    let asked: Steering =
        serde_json::from_slice(&body).map_err(|error| Refusal::Invalid(vec![error.to_string()]))?;
    if let Some(run) = &asked.acquire {
        clock.acquire(run)?;
    }
    if let Some(seconds) = asked.advance_seconds {
        clock.advance(seconds, asked.run.as_deref().or(asked.acquire.as_deref()))?;
        // What fell due meanwhile is done before the answer: who moved the clock may look at once.
        hub.store.transact(Command::RunDueWork).await?;
    }
    if let Some(run) = &asked.release {
        clock.release(run);
    }
    Ok(())
}
