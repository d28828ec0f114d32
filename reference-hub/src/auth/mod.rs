//! Who calls: tokens issued by client credentials, and the token that each call carries (contract
//! §2; RFC 6749, RFC 6750). A token is 256 random bits, told once, kept only as its digest.

mod token_endpoint;

use contract::exchange::Api;
use http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};

use crate::domain::{Caller, TokenDigest};
use crate::error::Refusal;
use crate::faults::rule;
use crate::hub::Hub;
use crate::store::{Grant, Store as _};

pub(crate) use token_endpoint::issue;

/// What the token of a call of an API gives access to.
pub(crate) fn authenticate(
    hub: &Hub,
    headers: &HeaderMap,
    api: Option<Api>,
) -> Result<Grant, Refusal> {
    let token = bearer(headers).ok_or_else(|| {
        if hub.keeps(rule!("AUTH-03")) { Refusal::NoToken } else { Refusal::Scope }
    })?;
    let unknown = || {
        if hub.keeps(rule!("AUTH-04")) { Refusal::BadToken } else { Refusal::Scope }
    };
    let digest = digest(token, hub);
    let grant = hub.store.grant(&digest).ok_or_else(unknown)?;
    if hub.token_uses.refuses(&digest, api, &hub.conduct) {
        return Err(Refusal::BadToken);
    }
    if grant.expires <= hub.clock.now() && hub.keeps(rule!("AUTH-05")) {
        return Err(Refusal::BadToken);
    }
    Ok(grant)
}

/// The application whose token a call bears, whether the token has ended or not.
pub(crate) fn application(hub: &Hub, headers: &HeaderMap) -> Option<String> {
    let grant = hub.store.grant(&digest(bearer(headers)?, hub))?;
    Some(grant.credential.client_id.clone())
}

/// The caller that a grant stands for; the technical headers are added when they are read.
pub(crate) fn caller(grant: &Grant) -> Caller {
    Caller {
        scope: grant.scope,
        organization: grant.credential.organization.clone(),
        coverage: grant.credential.coverage.clone(),
        partner_info: contract::organization::PartnerInfo::default(),
    }
}

/// The token of an `Authorization: Bearer …` header; the scheme is compared without case (RFC 9110
/// §11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn digest(token: &str, hub: &Hub) -> TokenDigest {
    let all_but_the_last = || token.get(..token.len().saturating_sub(1)).unwrap_or(token);
    let token = if hub.keeps(rule!("AUTH-04", "end")) { token } else { all_but_the_last() };
    TokenDigest(Sha256::digest(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("Bearer "), None);
        assert_eq!(read("abc"), None);
    }
}
