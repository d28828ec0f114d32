//! The gateway before the hub, as PISTE is one: quotas by application, the headers that tell of
//! them, and statistics. It stands before the router and knows nothing of télédossiers; the form of
//! its token requests is the token endpoint's.

mod counters;
mod statistics;

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use contract::exchange::Api;
use contract::operations::Operation;
use contract::quota::Quota;
use http::header::{CONTENT_LENGTH, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::Body as _;

use crate::auth;
use crate::config::Gateway;
use crate::error::Refusal;
use crate::extract::drain;
use crate::faults::{gateway as faults, rule};
use crate::hub::Hub;
use crate::journal::Actor;
use crate::router::locate;
use counters::Counters;
pub(crate) use counters::Standing;
pub(crate) use statistics::{STATISTICS, Statistics};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The gateway of a hub.
#[derive(Default)]
pub(crate) struct Gatekeeper {
    quotas: Vec<Quota>,
    counters: Counters,
    /// What passed, and what did not.
    pub(crate) statistics: Statistics,
}

impl Gatekeeper {
    /// One with these quotas, for each application.
    pub(crate) fn new(quotas: Vec<Quota>) -> Self {
        Self { quotas, ..Self::default() }
    }

    /// Counts a call into the quotas that are about it, and tells how its account stands.
    fn take(&self, account: &str, passing: &Passing, hub: &Hub) -> Option<Standing> {
        let now = Instant::now();
        let counted = |of: &Quota| faults::counted(of, &hub.conduct);
        if !hub.keeps(rule!("GATE-06")) {
            let used_up = |quota: &Quota| self.counters.used_up(account, &counted(quota), now);
            let mut own = self.quotas.iter().filter(|quota| quota.operation.is_some());
            if let Some(standing) = own.find_map(used_up) {
                return Some(standing);
            }
        }
        let about = self.quotas.iter().filter(|quota| quota.is_about(passing.operation));
        let about: Vec<Quota> = about.map(counted).collect();
        self.counters.take(account, about.iter(), now)
    }
}

/// Whose calls are counted together.
fn account_of<'a>(hub: &Hub, application: &'a str) -> &'a str {
    if hub.keeps(rule!("GATE-03")) { application } else { "" }
}

async fn refuse(hub: &Hub, request: Request, next: Next) -> Response<Body> {
    if hub.keeps(rule!("GATE-02", "done")) {
        let (parts, body) = request.into_parts();
        drain(body, &parts.headers).await;
    } else {
        drop(next.run(request).await);
    }
    Refusal::Quota.answer(hub.config.gateway, &hub.conduct)
}

/// What a call is to a gateway.
struct Passing {
    /// Whose token it bears.
    application: Option<String>,
    operation: Option<Operation>,
    api: Api,
}

/// Lets a call pass, or not.
pub(crate) async fn admit(
    State(hub): State<Arc<Hub>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let gatekeeper = &hub.gatekeeper;
    if gatekeeper.quotas.is_empty() && hub.config.gateway != Gateway::Piste {
        return next.run(request).await;
    }
    let passing = Passing::of(&hub, &request);
    if passing.api == Api::Other {
        return next.run(request).await;
    }
    let counted = passing.application.clone().filter(|_| passing.api != Api::Token);
    let account = counted.as_deref().map(|own| account_of(&hub, own));
    let sent = length_of(request.headers());
    let standing = account.and_then(|account| gatekeeper.take(account, &passing, &hub));
    let refused = standing.as_ref().is_some_and(|standing| standing.is_over);
    let mut answer = if refused && hub.keeps(rule!("GATE-02")) {
        refuse(&hub, request, next).await
    } else {
        next.run(request).await
    };
    if let (Some(account), Some(standing)) = (account, standing) {
        let received = answer.body().size_hint().exact().unwrap_or_default();
        gatekeeper.counters.add_bytes(account, &gatekeeper.quotas, sent + received);
        if let Some(standing) = faults::told(standing, &hub.conduct) {
            tell(answer.headers_mut(), &standing);
        }
    }
    let issued_to = || answer.extensions().get::<Actor>().map(|actor| actor.0.client_id.clone());
    let application = passing.application.clone().or_else(issued_to);
    let status = answer.status().as_u16();
    gatekeeper.statistics.count(application.as_deref(), passing.name(), status);
    answer
}

impl Passing {
    fn of(hub: &Hub, request: &Request) -> Self {
        let (api, path) = locate(&hub.config.base_path, request.uri().path());
        let override_of = request.headers().get("x-http-method-override");
        let patches = override_of.and_then(|value| value.to_str().ok());
        Self {
            application: auth::application(hub, request.headers()),
            operation: Operation::find(api, request.method().as_str(), path, patches),
            api,
        }
    }

    fn name(&self) -> &'static str {
        match (self.api, self.operation) {
            (Api::Token, _) => "token",
            (_, Some(operation)) => operation.operation_id(),
            _ => "none",
        }
    }
}

fn length_of(headers: &HeaderMap) -> u64 {
    let told = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    told.and_then(|value| value.parse().ok()).unwrap_or(0)
}

fn tell(headers: &mut HeaderMap, standing: &Standing) {
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset_s));
    if standing.is_over {
        headers.insert(RETRY_AFTER, HeaderValue::from(standing.reset_s));
    }
}
