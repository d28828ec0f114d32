//! Wire form of the token endpoint (contract §2; RFC 6749 §4.4, §5).

use serde::{Deserialize, Serialize};

/// A token as issued.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// The token itself: a secret.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Life left, in seconds.
    pub expires_in: u64,
    /// The scopes it opens.
    #[serde(default)]
    pub scope: Option<String>,
}

/// A refusal of the token endpoint (RFC 6749 §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenProblem {
    /// `invalid_client`, `invalid_scope`, `unsupported_grant_type`, `invalid_request`.
    pub error: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}
