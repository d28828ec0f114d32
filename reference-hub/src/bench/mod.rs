//! The bench: a layer around every call that misbehaves as it is told to, within what a hub may do,
//! so that a client can be seen to survive it. It can do what a proxy cannot tell apart: act before
//! or after the effect. It exists only in a hub started with [`crate::Config::bench`], which
//! `etalon hub serve` never does. It breaks no rule of the hub on purpose (that is
//! [`crate::faults`]' part), and judges nothing.

mod answers;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use contract::exchange::Api;
use contract::misbehaviour::{Act, Misbehaved, Misbehaviour, Target};
use contract::operations::Operation;
use http::{HeaderMap, Response, StatusCode, header};
use parking_lot::Mutex;
use subtle::ConstantTimeEq as _;

pub(crate) use answers::CloseConnection;

/// The header by which the bench's own calls are told from the client's.
pub const OWN_CALL: &str = "x-etalon-bench";
/// How many bytes of a JSON body the journal keeps on a bench: judging needs whole lists, not only
/// their beginnings.
pub(crate) const JSON_EXCERPT_BYTES: usize = 2 * 1024 * 1024;

/// Left among the extensions of an upload that the antivirus is to find infected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundInfected;

/// The bench of a hub.
pub(crate) struct Bench {
    /// What [`OWN_CALL`] carries on the bench's own calls.
    secret: String,
    plan: Mutex<VecDeque<Misbehaviour>>,
    ended_tokens: Mutex<HashSet<Vec<u8>>>,
    done: Mutex<Vec<Misbehaved>>,
}

impl Bench {
    /// A bench that behaves.
    pub(crate) fn new(secret: String) -> Self {
        Self {
            secret,
            plan: Mutex::default(),
            ended_tokens: Mutex::default(),
            done: Mutex::default(),
        }
    }

    /// Replaces what is to be done badly from now on.
    pub(crate) fn misbehave(&self, plan: Vec<Misbehaviour>) {
        *self.plan.lock() = plan.into();
    }

    /// What was done badly so far, from the `from`th on.
    pub(crate) fn misbehaved(&self, from: usize) -> Vec<Misbehaved> {
        self.done.lock().iter().skip(from).cloned().collect()
    }

    /// Whether a call is the bench's own: those are served properly, and not recorded.
    pub(crate) fn is_own(&self, headers: &HeaderMap) -> bool {
        let carried = headers.get(OWN_CALL);
        carried.is_some_and(|value| value.as_bytes().ct_eq(self.secret.as_bytes()).into())
    }

    /// Serves a client's call, badly when its turn has come.
    pub(crate) async fn serve(
        &self,
        exchange: &str,
        located: (Api, &str),
        request: Request,
        next: Next,
    ) -> Response<Body> {
        let bearer = request.headers().get(header::AUTHORIZATION);
        let bearer = bearer.map(|value| value.as_bytes().to_vec());
        let has_ended = |bearer: &Option<Vec<u8>>| {
            bearer.as_ref().is_some_and(|token| self.ended_tokens.lock().contains(token))
        };
        let overridden = request.headers().get("x-http-method-override");
        let overridden = overridden.and_then(|value| value.to_str().ok());
        let operation =
            Operation::find(located.0, request.method().as_str(), located.1, overridden);
        let act = self.due(operation, located);
        if let (Some(Act::EndToken), Some(token)) = (&act, &bearer) {
            self.ended_tokens.lock().insert(token.clone());
        }
        if located.0 != Api::Token && has_ended(&bearer) {
            self.note(exchange, Act::EndToken, None);
            return answers::refusal(StatusCode::UNAUTHORIZED, None);
        }
        let Some(act) = act else {
            return next.run(request).await;
        };
        let pause = match &act {
            Act::Delay { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        };
        let (answer, effect) = act_out(&act, request, next).await;
        // Before the pause: a client that does not wait for the end of it was served all the same.
        self.note(exchange, act, effect);
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        answer
    }

    fn note(&self, exchange: &str, act: Act, effect: Option<u16>) {
        self.done.lock().push(Misbehaved { exchange: exchange.to_owned(), act, effect });
    }

    /// What is to be done badly to this call, if anything. Each misbehaviour counts the calls that
    /// it falls on.
    fn due(&self, operation: Option<Operation>, located: (Api, &str)) -> Option<Act> {
        let mut plan = self.plan.lock();
        let at = plan.iter_mut().position(|planned| {
            if planned.times == 0 || !falls_on(&planned.on, operation, located) {
                return false;
            }
            if planned.skip > 0 {
                planned.skip -= 1;
                return false;
            }
            true
        })?;
        let planned = &mut plan[at];
        planned.times -= 1;
        Some(planned.act.clone())
    }
}

fn falls_on(target: &Target, operation: Option<Operation>, (api, path): (Api, &str)) -> bool {
    let is = |expected: Operation| operation == Some(expected);
    match target {
        Target::Token => api == Api::Token,
        Target::Operation(operation) => is(*operation),
        Target::OperationOn(operation, text) => is(*operation) && path.contains(text.as_str()),
        Target::Everything => matches!(api, Api::Teledossiers | Api::Referential),
    }
}

/// The answer that the client gets, and the status of what the hub really did.
async fn act_out(act: &Act, request: Request, next: Next) -> (Response<Body>, Option<u16>) {
    match act {
        Act::EndToken => (answers::refusal(StatusCode::UNAUTHORIZED, None), None),
        Act::Refuse { status, retry_after_seconds } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (answers::refusal(status, *retry_after_seconds), None)
        }
        Act::SpoilUpload => {
            let answer = next.run(answers::without_last_byte(request).await).await;
            let effect = answer.status().as_u16();
            (answer, Some(effect))
        }
        Act::InfectUpload => {
            let mut request = request;
            request.extensions_mut().insert(FoundInfected);
            let answer = next.run(request).await;
            let effect = answer.status().as_u16();
            (answer, Some(effect))
        }
        Act::CloseBefore => (answers::closed(), None),
        Act::CloseAfter => {
            let effect = next.run(request).await.status().as_u16();
            (answers::closed(), Some(effect))
        }
        // The pause comes after it is noted.
        Act::Delay { .. } => {
            let answer = next.run(request).await;
            let effect = answer.status().as_u16();
            (answer, Some(effect))
        }
        Act::Truncate => changed(request, next, answers::truncated).await,
        Act::AlterBytes => changed(request, next, answers::altered).await,
        Act::AddUnknownFields => changed(request, next, answers::with_unknown_fields).await,
        Act::Reverse => changed(request, next, answers::reversed).await,
        Act::EmptyList => changed(request, next, answers::emptied).await,
    }
}

/// Changes an answer that succeeds; any other goes as it is.
async fn changed(
    request: Request,
    next: Next,
    change: fn(http::response::Parts, &bytes::Bytes) -> Response<Body>,
) -> (Response<Body>, Option<u16>) {
    let answer = next.run(request).await;
    let effect = answer.status().as_u16();
    if !answer.status().is_success() {
        return (answer, Some(effect));
    }
    (answers::rewritten(answer, change).await, Some(effect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(on: Target, skip: u32, times: u32) -> Misbehaviour {
        Misbehaviour { on, skip, times, act: Act::CloseBefore }
    }

    #[test]
    fn a_misbehaviour_waits_for_its_turn_and_ends() {
        let bench = Bench::new("s".into());
        bench.misbehave(vec![planned(Target::Operation(Operation::ListNotifications), 1, 1)]);
        let list = (Api::Teledossiers, "/notifications");
        assert_eq!(bench.due(Some(Operation::GetCase), (Api::Teledossiers, "/cases/1")), None);
        assert_eq!(
            bench.due(Some(Operation::ListNotifications), list),
            None,
            "one is answered properly before"
        );
        assert_eq!(bench.due(Some(Operation::ListNotifications), list), Some(Act::CloseBefore));
        assert_eq!(bench.due(Some(Operation::ListNotifications), list), None, "once is once");
    }

    #[test]
    fn a_target_is_a_call_of_one_operation_or_of_one_case() {
        let case = (Api::Teledossiers, "/cases/0b7b");
        assert!(falls_on(&Target::Operation(Operation::GetCase), Some(Operation::GetCase), case));
        assert!(!falls_on(
            &Target::Operation(Operation::GetCase),
            Some(Operation::UpdateCase),
            case
        ));
        assert!(falls_on(
            &Target::OperationOn(Operation::GetCase, "0b7b".into()),
            Some(Operation::GetCase),
            case
        ));
        assert!(!falls_on(
            &Target::OperationOn(Operation::GetCase, "other".into()),
            Some(Operation::GetCase),
            case
        ));
        assert!(falls_on(&Target::Everything, None, case));
        assert!(!falls_on(&Target::Everything, None, (Api::Token, "/token")));
    }

    #[test]
    fn only_the_right_secret_makes_a_call_the_benchs_own() {
        let bench = Bench::new("right".into());
        let mut headers = HeaderMap::new();
        assert!(!bench.is_own(&headers));
        headers.insert(OWN_CALL, "wrong".parse().unwrap());
        assert!(!bench.is_own(&headers));
        headers.insert(OWN_CALL, "right".parse().unwrap());
        assert!(bench.is_own(&headers));
    }
}
