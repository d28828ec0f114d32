//! The only place where a refusal becomes an HTTP answer: status and body (contract §3). It invents
//! no reason: the domain, the description and the extractors give them.

use axum::body::Body;
use bytes::Bytes;
use contract::operations::Method;
use contract::problem::{GatewayFault, GatewayFaultBody, Problem, ProblemBody};
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::config::Gateway;
use crate::domain::DomainError;
use crate::faults::{Conduct, wire};
use crate::store::StoreError;

/// Why a call is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// 401: no token.
    #[error("Missing Credentials")]
    NoToken,
    /// 401: a token that is unknown, altered or expired.
    #[error("Invalid Credentials")]
    BadToken,
    /// 403: the access matrix does not allow it (contract §4).
    #[error("Unauthorized user")]
    Scope,
    /// 404: no such path.
    #[error("Resource is not found")]
    NoRoute,
    /// 405: no such method there.
    #[error("Method not allowed")]
    NoMethod,
    /// 400: what is wrong with the request, all of it.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
    /// 400: the body did not come to its end.
    #[error("The body of the request broke off")]
    BrokenBody,
    /// 413: more than is taken.
    #[error("The body of the request is too large: {0} bytes at most")]
    TooLarge(usize),
    /// 409: the clock is another run's.
    #[error("{0}")]
    Conflict(String),
    /// 429: a quota of the gateway is used up.
    #[error("Quota exceeded")]
    Quota,
    /// What the rules refuse.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// 503: no verdict on the file; it may be sent again.
    #[error("The antivirus gave no verdict: send the file again later")]
    NoVerdict,
    /// 503: something the hub needs does not answer. The text is logged, never sent.
    #[error("The hub cannot answer now: try again later")]
    Unavailable(String),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Domain(refused) => Self::Domain(refused),
            StoreError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<crate::blobs::BlobError> for Refusal {
    fn from(error: crate::blobs::BlobError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Refusal {
    /// What is wrong with a request, in the words of the validators in service (contract §3).
    pub(crate) fn invalid(
        method: Method,
        path: &str,
        place: &str,
        reasons: &[impl ToString],
    ) -> Self {
        let mut message = String::from("Bad Request : Validation failed.");
        for reason in reasons {
            message.push_str(&format!(
                "\n[ERROR][REQUEST][{} {path} {place}] {}",
                method.name(),
                reason.to_string()
            ));
        }
        Self::Invalid(vec![message])
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::Scope | Self::Domain(DomainError::Forbidden) => StatusCode::FORBIDDEN,
            Self::NoRoute | Self::Domain(DomainError::NotFound(_)) => StatusCode::NOT_FOUND,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Invalid(_) | Self::BrokenBody | Self::Domain(DomainError::Invalid(_)) => {
                StatusCode::BAD_REQUEST
            }
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Quota => StatusCode::TOO_MANY_REQUESTS,
            Self::NoVerdict | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The answer.
    pub(crate) fn answer(&self, gateway: Gateway, conduct: &Conduct) -> Response<Body> {
        if let Self::Unavailable(reason) = self {
            tracing::error!(reason, "the hub cannot answer");
        }
        let status = self.status();
        let mut answer = match (self, gateway) {
            (Self::NoToken | Self::BadToken, Gateway::Wso2) => json(status, &self.gateway_fault()),
            _ => json(status, &wire::told(self.problems(status), conduct)),
        };
        if status == StatusCode::UNAUTHORIZED {
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }

    fn problems(&self, status: StatusCode) -> ProblemBody {
        let code = status.as_u16();
        match self {
            Self::Invalid(reasons) | Self::Domain(DomainError::Invalid(reasons)) => ProblemBody {
                errors: reasons
                    .iter()
                    .map(|message| Problem { code, message: message.clone() })
                    .collect(),
            },
            other => ProblemBody::one(code, other.to_string()),
        }
    }

    fn gateway_fault(&self) -> GatewayFaultBody {
        let (code, description) = match self {
            Self::NoToken => (
                900_902,
                "Make sure your API invocation call has a header: \"Authorization: Bearer ACCESS_TOKEN\"",
            ),
            _ => (900_901, "Make sure you have provided the correct security credentials"),
        };
        GatewayFaultBody {
            fault: GatewayFault {
                code,
                message: self.to_string(),
                description: description.to_owned(),
            },
        }
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    // Wire shapes hold nothing that JSON cannot say.
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Body::from(Bytes::from(bytes)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::domain::Missing;

    async fn read(refusal: Refusal, gateway: Gateway) -> (u16, serde_json::Value) {
        let answer = refusal.answer(gateway, &Conduct::default());
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn every_reason_is_in_the_one_answer() {
        let refused = DomainError::Invalid(vec!["one already exists".into(), "two".into()]).into();
        let (status, body) = read(refused, Gateway::Plain).await;
        assert_eq!(status, 400);
        assert_eq!(
            body,
            serde_json::json!({"errors": [{"code": 400, "message": "one already exists"}, {"code": 400, "message": "two"}]})
        );
    }

    #[tokio::test]
    async fn a_refusal_has_the_message_of_the_contract() {
        let (status, body) =
            read(DomainError::NotFound(Missing::Case).into(), Gateway::Plain).await;
        assert_eq!(
            (status, body["errors"][0]["message"].as_str()),
            (404, Some("Case is not found"))
        );
        let (status, body) =
            read(Refusal::Unavailable("disk /data is full".into()), Gateway::Plain).await;
        assert_eq!(status, 503);
        assert!(!body.to_string().contains("/data"), "the inside of the hub is shown to nobody");
    }

    #[tokio::test]
    async fn a_gateway_answers_401_in_its_own_words() {
        let (status, body) = read(Refusal::BadToken, Gateway::Wso2).await;
        assert_eq!((status, &body["fault"]["code"]), (401, &serde_json::json!(900_901)));
        let (_, body) = read(Refusal::NoToken, Gateway::Plain).await;
        assert_eq!(body["errors"][0]["code"], 401);
    }
}
