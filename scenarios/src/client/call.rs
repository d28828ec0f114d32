//! A request as a scenario describes it, before it becomes HTTP.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use contract::exchange::Api;
use contract::operations::{Method, Operation};
use contract::quota::Quota;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::Generated;
use crate::target::{Credential, Hub, May};
use crate::token_request::TokenRequest;

/// What a call carries to say who calls.
#[derive(Clone)]
pub enum Authorization {
    /// Nothing.
    None,
    /// A token given as it is.
    Bearer(String),
    /// The token of a credential, asked for and renewed as needed.
    As(Arc<Credential>),
}

/// Body of a request.
#[derive(Clone)]
pub enum Body {
    /// None at all.
    None,
    /// A JSON value.
    Json(Value),
    /// Bytes under a content type; none is sent when it is empty.
    Bytes {
        /// Content type.
        content_type: &'static str,
        /// The bytes.
        bytes: Bytes,
    },
    /// A file made while it is sent.
    Generated(Generated),
}

impl Body {
    /// A file, as the API wants them.
    pub fn file(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes { content_type: "application/octet-stream", bytes: bytes.into() }
    }

    /// The bytes to send.
    pub fn bytes(&self) -> Bytes {
        match self {
            // What is made while it is sent is never held.
            Self::None | Self::Generated(_) => Bytes::new(),
            Self::Json(value) => Bytes::from(value.to_string()),
            Self::Bytes { bytes, .. } => bytes.clone(),
        }
    }

    /// The content type to send.
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Json(_) => Some("application/json"),
            Self::Generated(_) => Some("application/octet-stream"),
            Self::Bytes { content_type, .. } => (!content_type.is_empty()).then_some(*content_type),
        }
    }
}

/// How a call stands to the quotas of a gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// It keeps to them; what is refused all the same is sent again, as the gateway asks.
    #[default]
    Patient,
    /// It keeps to them; a refusal is its answer.
    Tried,
    /// It keeps to all but this one; a refusal is its answer.
    Beyond(Quota),
}

/// A request to be.
#[derive(Clone)]
pub struct Call {
    /// Method, any text.
    pub method: String,
    /// Which API's base the path is below.
    pub api: Api,
    /// Path below the base, starting with `/`; empty for the token endpoint.
    pub path: String,
    /// Query parameters, in order.
    pub query: Vec<(String, String)>,
    /// More headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
    /// Who calls.
    pub authorization: Authorization,
    /// The scenario that calls.
    pub scenario: Option<String>,
    /// The credential that a token is asked for, by its name.
    pub asks_for: Option<String>,
    /// A limit of its own, when the target's does not fit.
    pub timeout: Option<Duration>,
    /// Whether the answer's bytes are only counted and hashed: they may be more than memory holds.
    pub discard: bool,
    /// How it stands to the quotas of a gateway.
    pub admission: Admission,
    /// The whole address, for what lies outside the APIs (the hub's clock, its mails).
    pub address: Option<Url>,
}

impl Call {
    /// A call of a method and path of one API, by nobody and with no body.
    pub fn new(method: Method, api: Api, path: impl Into<String>) -> Self {
        Self {
            method: method.name().to_owned(),
            api,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            authorization: Authorization::None,
            scenario: None,
            asks_for: None,
            timeout: None,
            discard: false,
            admission: Admission::default(),
            address: None,
        }
    }

    /// A call of an address outside the APIs (the hub's clock, its mails), by whoever may control
    /// the hub.
    pub(crate) fn at(method: Method, address: &Url, may: &May) -> Self {
        let call = Self::new(method, Api::Other, address.path());
        let authorization = match &may.control_secret {
            Some(secret) => Authorization::Bearer(secret.reveal().to_owned()),
            None => Authorization::None,
        };
        Self { address: Some(address.clone()), authorization, ..call }
    }

    /// A call of an operation of the contract, its path parameters filled in order.
    pub fn operation(operation: Operation, parameters: &[&str]) -> Self {
        Self::new(operation.method(), operation.api(), operation.path(parameters))
    }

    /// A token request for a credential and a scope, as the contract describes it (§2).
    pub fn token(credential: &Credential, scope: &str) -> Self {
        let request = TokenRequest::of(credential, scope);
        let mut call = Self::new(Method::Post, Api::Token, "");
        call.asks_for = (scope == credential.scope.name()).then(|| credential.name.clone());
        call.body = Body::Bytes { content_type: request.content_type, bytes: request.body.into() };
        call.headers.extend(headers_of(credential));
        call.headers.extend(request.authorization.map(|basic| ("authorization".to_owned(), basic)));
        call
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: impl Serialize) -> Self {
        self.body = Body::Json(json!(body));
        self
    }

    /// Sets the bytes of a file as the body.
    pub fn file(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = Body::file(bytes);
        self
    }

    /// Sets a file made while it is sent, within a time of its own.
    pub(crate) fn generated(mut self, file: Generated, limit: Duration) -> Self {
        self.body = Body::Generated(file);
        self.timeout = Some(limit);
        self
    }

    /// Counts and hashes the answer instead of keeping it, within a time of its own.
    pub(crate) fn discarding(mut self, limit: Duration) -> Self {
        self.discard = true;
        self.timeout = Some(limit);
        self.header("accept-encoding", "identity")
    }

    /// Sets how it stands to the quotas of a gateway.
    pub(crate) fn admitted(mut self, admission: Admission) -> Self {
        self.admission = admission;
        self
    }

    /// Sets who calls.
    pub fn by(mut self, credential: &Arc<Credential>) -> Self {
        self.authorization = Authorization::As(credential.clone());
        self
    }

    /// Sets a token given as it is.
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.authorization = Authorization::Bearer(token.into());
        self
    }

    /// Who calls, for the reports.
    pub fn actor(&self) -> Option<String> {
        match &self.authorization {
            Authorization::As(credential) => Some(credential.name.clone()),
            Authorization::None | Authorization::Bearer(_) => None,
        }
    }

    /// The whole URL.
    pub fn url(&self, hub: &Hub) -> Url {
        if let Some(address) = &self.address {
            return address.clone();
        }
        let base = super::base(hub, self.api);
        let mut url = base.clone();
        if !self.path.is_empty() {
            // `Url::join` would resolve dots; the path is appended as it stands.
            url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), self.path));
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }
}

/// The headers that a gateway wants on a credential's calls.
pub(super) fn headers_of(credential: &Credential) -> impl Iterator<Item = (String, String)> {
    credential.headers.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned()))
}
