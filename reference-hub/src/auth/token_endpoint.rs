//! The token endpoint: client credentials against a token (RFC 6749 §4.4). A request without
//! Content-Type is taken for a form, as clients in service send it (contract §1).

use std::sync::Arc;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contract::operations::Scope;
use contract::token::{TokenAnswer, TokenProblem};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::digest;
use crate::config::Gateway;
use crate::domain::Command;
use crate::error::{Refusal, json};
use crate::extract::{pairs, read_limited};
use crate::faults::rule;
use crate::hub::Hub;
use crate::journal::Actor;
use crate::referential::{Credential, Secret};
use crate::store::Store as _;

/// Longest form that is read, in bytes.
const FORM_BYTES: usize = 16 * 1024;

/// The one scope of PISTE.
const PISTE_SCOPE: &str = "openid";

/// Why no token is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denial {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidScope,
    UnsupportedGrantType,
}

impl Denial {
    fn answer(self) -> Response<Body> {
        let (status, error, description) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "The client is unknown or its secret is wrong",
            ),
            Self::InvalidScope => {
                (StatusCode::BAD_REQUEST, "invalid_scope", "The client does not hold this scope")
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "Only client_credentials is supported",
            ),
        };
        let body = TokenProblem {
            error: error.to_owned(),
            error_description: Some(description.to_owned()),
        };
        let mut answer = json(status, &body);
        if status == StatusCode::UNAUTHORIZED {
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"hub\""));
        }
        answer
    }
}

/// Answers a request for a token.
pub(crate) async fn issue(hub: &Hub, request: Request<Body>) -> Result<Response<Body>, Refusal> {
    let (parts, body) = request.into_parts();
    let form = read_limited(body, FORM_BYTES).await?;
    let form = pairs(&String::from_utf8_lossy(&form));
    let mut answer = match grant(hub, &parts.headers, &form).await? {
        Ok(issued) => issued,
        Err(denial) => denial.answer(),
    };
    if hub.keeps(rule!("AUTH-09")) {
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    }
    Ok(answer)
}

async fn grant(
    hub: &Hub,
    headers: &HeaderMap,
    form: &[(String, String)],
) -> Result<Result<Response<Body>, Denial>, Refusal> {
    let (credential, scope) = match verify(hub, headers, form) {
        Ok(verified) => verified,
        Err(denial) => return Ok(Err(denial)),
    };
    let token = fresh_token();
    let expires_in = if hub.keeps(rule!("AUTH-01")) { hub.config.token_ttl.as_secs() } else { 0 };
    let life = i64::try_from(hub.config.token_ttl.as_secs()).unwrap_or(i64::MAX);
    let expires = hub.clock.now().plus_seconds(life);
    let command = Command::IssueToken {
        token: digest(&token, hub),
        client_id: credential.client_id.clone(),
        scope,
        expires,
    };
    hub.store.transact(command).await?;
    hub.token_uses.issued(&credential.client_id, digest(&token, hub), &hub.conduct);
    let body = TokenAnswer {
        access_token: token,
        token_type: "Bearer".to_owned(),
        expires_in,
        scope: Some(scope.name().to_owned()),
    };
    let mut answer = json(StatusCode::OK, &body);
    answer.extensions_mut().insert(Actor(credential));
    Ok(Ok(answer))
}

fn verify(
    hub: &Hub,
    headers: &HeaderMap,
    form: &[(String, String)],
) -> Result<(Arc<Credential>, Scope), Denial> {
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let behind_piste = hub.config.gateway == Gateway::Piste;
    let in_the_body = || Some((field("client_id")?.to_owned(), field("client_secret")?.to_owned()));
    let pair = if behind_piste { in_the_body() } else { basic(headers) };
    let (client_id, secret) = pair.ok_or(Denial::InvalidClient)?;
    let referential = hub.store.referential();
    let in_any_case = || {
        let mut all = referential.credentials();
        let found = all.find(|known| known.client_id.eq_ignore_ascii_case(&client_id))?;
        referential.credential(&found.client_id)
    };
    let mut credential = referential.credential(&client_id);
    if credential.is_none() && !hub.keeps(rule!("AUTH-12", "client")) {
        credential = in_any_case();
    }
    // An unknown client costs the same comparison as a known one.
    let nobody_s = Secret::from(String::new());
    let expected = credential.as_ref().map_or(&nobody_s, |credential| &credential.client_secret);
    let is_right = expected.is(&secret)
        || expected.is_in_any_case(&secret) && !hub.keeps(rule!("AUTH-12", "secret"))
        || !hub.keeps(rule!("AUTH-02"));
    let credential = credential.filter(|_| is_right).ok_or(Denial::InvalidClient)?;
    match field("grant_type") {
        Some("client_credentials") => {}
        Some(_) if !hub.keeps(rule!("AUTH-13")) => {}
        Some(_) => return Err(Denial::UnsupportedGrantType),
        None => return Err(Denial::InvalidRequest("grant_type is missing")),
    }
    let scope = match field("scope").map(str::trim).filter(|scope| !scope.is_empty()) {
        Some(PISTE_SCOPE) if behind_piste => credential.scope,
        Some(name) => Scope::try_from(name).map_err(|_| Denial::InvalidScope)?,
        // RFC 6749 §3.3: a default one where there is no doubt.
        None => credential.scope,
    };
    if credential.scope != scope && hub.keeps(rule!("AUTH-08")) {
        return Err(Denial::InvalidScope);
    }
    Ok((credential, scope))
}

/// The client id and secret of an `Authorization: Basic …` header.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = decoded.split_once(':')?;
    Some((client_id.to_owned(), secret.to_owned()))
}

/// 256 random bits: three random UUIDs hold 366, of which the digest keeps 256.
fn fresh_token() -> String {
    let mut hasher = Sha256::new();
    for _ in 0..3 {
        hasher.update(Uuid::new_v4().as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_read() {
        let read = |value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            basic(&headers)
        };
        let encoded = STANDARD.encode("client:se:cret");
        assert_eq!(read(format!("Basic {encoded}")), Some(("client".into(), "se:cret".into())));
        assert_eq!(read(format!("basic {encoded}")), Some(("client".into(), "se:cret".into())));
        assert_eq!(read("Basic !".into()), None);
        assert_eq!(read(format!("Basic {}", STANDARD.encode("no colon"))), None);
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (fresh_token(), fresh_token());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
