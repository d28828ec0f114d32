//! What only a reference hub offers: its mails can be read and its clock moved (interfaces,
//! "read_mail" and "steer_clock"). No token is asked for: a hub that must not offer this is started
//! without it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::clock::SteerError;
use crate::domain::Command;
use crate::error::{Refusal, json};
use crate::extract::read_limited;
use crate::hub::Hub;
use crate::store::Store as _;

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

/// `GET /_etalon/mails`
pub(crate) async fn mails(State(hub): State<Arc<Hub>>) -> Response<Body> {
    match hub.store.mails().await {
        Ok(mails) => json(StatusCode::OK, &mails),
        Err(error) => Refusal::from(error).answer(hub.config.gateway, &hub.conduct),
    }
}

/// `GET /_etalon/clock`
pub(crate) async fn read_clock(State(hub): State<Arc<Hub>>) -> Response<Body> {
    json(StatusCode::OK, &json!({ "now": hub.clock.now() }))
}

/// `POST /_etalon/clock`
pub(crate) async fn steer_clock(State(hub): State<Arc<Hub>>, request: Request) -> Response<Body> {
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
