//! From a method and a path to a handler: every operation of the access matrix, the token endpoint,
//! the health check and the controls. The order of refusals is decided here: who calls (401),
//! whether the place exists (404, 405), whether the scope may (403), whether the form is right
//! (400); the rest is the domain's.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, get, post};
use contract::exchange::Api;
use contract::operations::{Access, Method, Operation, Scope};
use http::{Response, StatusCode, Version, header};

use crate::domain::Caller;
use crate::error::{Refusal, json};
use crate::extract::{Call, drain, path_values};
use crate::faults::{Clause, rule, wire};
use crate::hub::Hub;
use crate::journal::Actor;
use crate::store::Grant;
use crate::{auth, control, gateway, handlers, watch};

/// Below what each API stands.
const TELEDOSSIERS: &str = "/teledossiers/v1";
const REFERENTIAL: &str = "/referential/v1";

/// Where an API stands, below the hub's base path.
pub(crate) const fn api_path(api: Api) -> &'static str {
    match api {
        Api::Teledossiers => TELEDOSSIERS,
        Api::Referential => REFERENTIAL,
        Api::Token => "/oauth2/token",
        Api::Other => "",
    }
}

/// An operation and what its gate needs, worked out once.
#[derive(Clone, Copy)]
struct Entry {
    operation: Operation,
    /// By scope, in the order of [`Scope::ALL`]. What the documents dispute is allowed (contract
    /// §4).
    allowed: [bool; 4],
    /// The rule that keeps the others out; some operations have none yet.
    rule: Option<Clause>,
    /// Length of what stands before the operation's own path.
    prefix_bytes: usize,
}

impl Entry {
    fn new(operation: Operation, prefix: &str) -> Self {
        let allowed = Scope::ALL.map(|scope| operation.access(scope) != Access::Refused);
        let rule = Clause::try_from(format!("ACC-{:02}", operation.number()).as_str()).ok();
        Self { operation, allowed, rule, prefix_bytes: prefix.len() }
    }

    /// Who passes the gate, if anybody does.
    fn admit(&self, grant: &Grant, hub: &Hub) -> Option<Caller> {
        let caller = auth::caller(grant);
        // Asked in any case, so that a clean run knows where it was looked for.
        let is_kept = self.rule.is_none_or(|rule| hub.keeps(rule));
        match self.allowed[grant.scope as usize] {
            true => Some(caller),
            false if is_kept => None,
            // Or the data, which is not its own, would refuse it in the gate's stead.
            false => Some(caller.into_administrator()),
        }
    }
}

/// Everything the hub answers.
pub(crate) fn router(hub: Arc<Hub>) -> Router {
    let base = hub.config.base_path.clone();
    let mut router = Router::new();
    for (path, entries) in by_path(&base) {
        router = router.route(&path, methods(&entries));
    }
    let token = || post(token).fallback(no_method);
    router = router
        .route(&format!("{base}{}", api_path(Api::Token)), token())
        .route(&format!("{base}/token"), token())
        .route("/healthz", get(healthy))
        .merge(control::router(&hub));
    router
        .fallback(no_route)
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&hub), gateway::admit))
        .layer(from_fn_with_state(Arc::clone(&hub), only_unambiguous))
        .layer(from_fn_with_state(Arc::clone(&hub), watch::watch))
        .with_state(hub)
}

fn by_path(base: &str) -> BTreeMap<String, Vec<Entry>> {
    let mut paths: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for &operation in Operation::ALL {
        let prefix = format!("{base}{}", api_path(operation.api()));
        paths
            .entry(format!("{prefix}{}", operation.path_template()))
            .or_default()
            .push(Entry::new(operation, &prefix));
    }
    paths
}

fn methods(entries: &[Entry]) -> MethodRouter<Arc<Hub>> {
    let mut methods = MethodRouter::new();
    for &entry in entries {
        let filter = match entry.operation.method() {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        };
        methods =
            methods.on(filter, move |State(hub): State<Arc<Hub>>, request: Request| async move {
                answer(&hub, request, Some(entry), Refusal::NoMethod).await
            });
        if entry.operation.override_post() {
            methods =
                methods.post(move |State(hub): State<Arc<Hub>>, request: Request| async move {
                    let is_patch = is_override(&request) || !wants_override(entry.operation, &hub);
                    let entry = is_patch.then_some(entry);
                    answer(&hub, request, entry, Refusal::NoMethod).await
                });
        }
    }
    methods.fallback(no_method)
}

fn is_override(request: &Request) -> bool {
    let value = request.headers().get("x-http-method-override");
    value.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"PATCH"))
}

/// Whether a POST is taken for the PATCH only when its header says so.
fn wants_override(operation: Operation, hub: &Hub) -> bool {
    match operation {
        Operation::UpdateFolder => hub.keeps(rule!("FOL-28")),
        Operation::UpdateCase => hub.keeps(rule!("CAS-10")),
        Operation::UpdateEvent => hub.keeps(rule!("EVT-25")),
        _ => true,
    }
}

/// Passes the gate, and serves. Without an entry, the call is refused with `otherwise`, once its
/// caller is known.
async fn answer(
    hub: &Hub,
    request: Request,
    entry: Option<Entry>,
    otherwise: Refusal,
) -> Response<Body> {
    let grant = match auth::authenticate(
        hub,
        request.headers(),
        entry.map(|entry| entry.operation.api()),
    ) {
        Ok(grant) => grant,
        Err(refusal) => return refuse(hub, request, &exempt(hub, entry, refusal)).await,
    };
    let actor = Actor(Arc::clone(&grant.credential));
    let Some(entry) = entry else {
        return signed(refuse(hub, request, &otherwise).await, actor);
    };
    let Some(caller) = entry.admit(&grant, hub) else {
        return signed(refuse(hub, request, &Refusal::Scope).await, actor);
    };
    if wire::falls_on_parameters(request.uri(), &hub.conduct) {
        return signed(refuse(hub, request, &wire::fallen("WIRE-02")).await, actor);
    }
    let (parts, body) = request.into_parts();
    let path = path_values(
        entry.operation,
        parts.uri.path().get(entry.prefix_bytes..).unwrap_or_default(),
    );
    let json_bytes = hub.config.limits.json_bytes;
    let served =
        match Call::read(entry.operation, caller, parts, path, body, json_bytes, &hub.conduct) {
            Ok(call) => handlers::serve(hub, call).await,
            Err(refused) => {
                let (refusal, headers, body) = *refused;
                drain(body, &headers).await;
                Err(refusal)
            }
        };
    let answer = served.unwrap_or_else(|refusal| refusal.answer(hub.config.gateway, &hub.conduct));
    signed(answer, actor)
}

/// AUTH-11: whether one operation forgets to say 401.
fn exempt(hub: &Hub, entry: Option<Entry>, refusal: Refusal) -> Refusal {
    match (&refusal, entry) {
        (Refusal::NoToken, Some(entry))
            if entry.operation == Operation::ListProcesses && !hub.keeps(rule!("AUTH-11")) =>
        {
            Refusal::Scope
        }
        _ => refusal,
    }
}

fn signed(mut answer: Response<Body>, actor: Actor) -> Response<Body> {
    answer.extensions_mut().insert(actor);
    answer
}

async fn refuse(hub: &Hub, request: Request, refusal: &Refusal) -> Response<Body> {
    let (parts, body) = request.into_parts();
    drain(body, &parts.headers).await;
    refusal.answer(hub.config.gateway, &hub.conduct)
}

/// Refuses what two servers could read in two ways.
async fn only_unambiguous(
    State(hub): State<Arc<Hub>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    match ambiguity(&request) {
        None => next.run(request).await,
        Some(reason) => refuse(&hub, request, &Refusal::Invalid(vec![reason.to_owned()])).await,
    }
}

/// No `Host` or several (RFC 9112 §3.2), several `Authorization` (RFC 9110 §5.3).
fn ambiguity(request: &Request) -> Option<&'static str> {
    let count = |name| request.headers().get_all(name).iter().count();
    let wanted_hosts = usize::from(request.version() == Version::HTTP_11);
    if count(header::HOST) < wanted_hosts || count(header::HOST) > 1 {
        Some("One Host header is expected")
    } else if count(header::AUTHORIZATION) > 1 {
        Some("One Authorization header at most is expected")
    } else {
        None
    }
}

async fn token(State(hub): State<Arc<Hub>>, request: Request) -> Response<Body> {
    let issued = auth::issue(&hub, request).await;
    issued.unwrap_or_else(|refusal| refusal.answer(hub.config.gateway, &hub.conduct))
}

async fn healthy() -> Response<Body> {
    json(StatusCode::OK, &serde_json::json!({ "status": "up" }))
}

async fn no_method(State(hub): State<Arc<Hub>>, request: Request) -> Response<Body> {
    if is_api(&hub, request.uri().path()) {
        return answer(&hub, request, None, Refusal::NoMethod).await;
    }
    refuse(&hub, request, &Refusal::NoMethod).await
}

async fn no_route(State(hub): State<Arc<Hub>>, request: Request) -> Response<Body> {
    if !hub.keeps(rule!("ERR-04")) {
        return refuse(&hub, request, &wire::fallen("ERR-04")).await;
    }
    if is_api(&hub, request.uri().path()) {
        return answer(&hub, request, None, Refusal::NoRoute).await;
    }
    refuse(&hub, request, &Refusal::NoRoute).await
}

fn is_api(hub: &Hub, path: &str) -> bool {
    locate(&hub.config.base_path, path).0 != Api::Other && !path.ends_with("/token")
}

/// Which API a path belongs to, and what it is below it.
pub(crate) fn locate<'a>(base: &str, path: &'a str) -> (Api, &'a str) {
    let Some(below) = path.strip_prefix(base) else {
        return (Api::Other, path);
    };
    if below == api_path(Api::Token) || below == "/token" {
        return (Api::Token, below);
    }
    for api in [Api::Teledossiers, Api::Referential] {
        if let Some(rest) = below.strip_prefix(api_path(api))
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return (api, rest);
        }
    }
    (Api::Other, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_path_of_its_own_or_shares_it_by_method() {
        let paths = by_path("/hub");
        let routed: usize = paths.values().map(Vec::len).sum();
        assert_eq!(routed, Operation::ALL.len());
        for entries in paths.values() {
            let mut methods: Vec<_> =
                entries.iter().map(|entry| entry.operation.method().name()).collect();
            methods.sort_unstable();
            methods.dedup();
            assert_eq!(methods.len(), entries.len());
        }
    }

    #[test]
    fn a_path_is_located_below_its_api() {
        assert_eq!(locate("", "/teledossiers/v1/folders"), (Api::Teledossiers, "/folders"));
        assert_eq!(
            locate("/hub", "/hub/referential/v1/processes"),
            (Api::Referential, "/processes")
        );
        assert_eq!(locate("/hub", "/referential/v1/processes").0, Api::Other);
        assert_eq!(locate("", "/teledossiers/v12/x").0, Api::Other);
        assert_eq!(locate("", "/oauth2/token").0, Api::Token);
    }
}
