//! How a call can fail, and when on its way it did.

use contract::exchange::Exchange;
use contract::timestamp::Timestamp;

/// Why a call gave nothing to judge.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection could be made.
    #[error("no connection to {url}: {reason}")]
    Unreachable {
        /// Where to.
        url: String,
        /// Why.
        reason: String,
    },
    /// The connection broke, or the answer took too long.
    #[error("{method} {path} got no complete answer: {reason}")]
    Broken {
        /// Method.
        method: String,
        /// Path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The token endpoint answered, and gave no token.
    #[error("POST {path} gave no token for \"{credential}\": {reason}")]
    NoToken {
        /// Path.
        path: String,
        /// Whose token was asked for.
        credential: String,
        /// What was answered.
        reason: String,
    },
    /// The hub asks to wait for longer than the run may.
    #[error(
        "{method} {path} was answered 429, with a wait until {until}: that is longer than --patience \
         allows"
    )]
    AskedToWait {
        /// Method.
        method: String,
        /// Path.
        path: String,
        /// The instant that was asked for.
        until: Timestamp,
    },
    /// What the gateway lets the application do is done, for longer than the run may wait.
    #[error(
        "{method} {path} would exceed [quota] until {until}: that is longer than --patience allows"
    )]
    UsedUp {
        /// Method.
        method: String,
        /// Path.
        path: String,
        /// When something of it is there again.
        until: Timestamp,
    },
    /// The call cannot be written as HTTP.
    #[error("{method} {path} cannot be sent: {reason}")]
    Unsendable {
        /// Method.
        method: String,
        /// Path.
        path: String,
        /// Why.
        reason: String,
    },
}

/// A call without an answer.
pub(super) struct Unanswered {
    pub(super) error: ClientError,
    /// The exchange and when it failed, when something of it was sent.
    pub(super) failed: Option<(When, Box<Exchange>)>,
}

impl From<ClientError> for Unanswered {
    fn from(error: ClientError) -> Self {
        Self { error, failed: None }
    }
}

/// When a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Connecting,
    /// The hub closed before it had got the request whole; it may have said why.
    WhileSending,
    BeforeTheAnswer,
    /// Nothing came in time.
    InTime,
    DuringTheAnswer,
}

pub(super) struct Failed {
    pub(super) when: When,
    pub(super) text: String,
}

impl Failed {
    pub(super) fn unanswered(error: &reqwest::Error) -> Self {
        let when = match error {
            _ if error.is_timeout() && !error.is_connect() => When::InTime,
            _ if error.is_connect() => When::Connecting,
            _ if is_of_sending(error) => When::WhileSending,
            _ => When::BeforeTheAnswer,
        };
        Self { when, text: told(error) }
    }

    pub(super) fn cut(error: &reqwest::Error) -> Self {
        Self { when: When::DuringTheAnswer, text: told(error) }
    }
}

/// Whether what broke was the sending. hyper says so in words only, and of HTTP/1.1 only: over
/// HTTP/2 a broken connection may have carried the call whole.
fn is_of_sending(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.to_string() == "error writing a body to connection")
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |cause| cause.source())
}

pub(super) fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() { "no answer in time".to_owned() } else { describe(error) }
}

/// An error with its causes, which reqwest keeps apart; without the URL, which the caller names.
pub(super) fn describe(error: &reqwest::Error) -> String {
    let text = causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    if text.is_empty() {
        return "the request failed".to_owned();
    }
    match remedy(&text) {
        Some(remedy) => format!("{text} ({remedy})"),
        None => text,
    }
}

/// What to do about failures that a line of the target file mends, by the words of the libraries.
fn remedy(text: &str) -> Option<&'static str> {
    let says = |words: &str| text.contains(words);
    if says("UnknownIssuer") || says("unable to get local issuer") {
        Some("name the authority that signed it: ca_certificate in [hub] of the target file")
    } else if says("InvalidContentType") || says("InvalidMessage") {
        Some("does this port speak HTTP in clear? Then write http:// in the target file")
    } else if says("invalid HTTP version parsed") || says("invalid HTTP status-code parsed") {
        Some("does this port expect TLS? Then write https:// in the target file")
    } else {
        None
    }
}
