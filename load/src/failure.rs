//! What can become of a call: a good answer, or one of a few kinds of failure, each counted apart.

use std::error::Error;
use std::io::ErrorKind;

/// Why a call gave no good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Failure {
    /// Nobody listened.
    Refused,
    /// The connection broke.
    Reset,
    /// No whole answer came in time.
    TimedOut,
    /// No connection for another reason, such as names or certificates.
    Unreachable,
    /// An answer that HTTP does not allow, or that is cut short.
    Broken,
    /// `429`: too many calls for a quota.
    Quota,
    /// Another status than those that the contract gives this call.
    Status(u16),
    /// A good status, and a body that says something else than it should.
    Content,
    /// A notification that was to come, and did not for as long as the plan waits.
    Unnotified,
}

impl Failure {
    /// What reports call it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Refused => "refused".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::TimedOut => "timed_out".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::Broken => "broken".to_owned(),
            Self::Quota => "quota".to_owned(),
            Self::Status(status) => format!("status_{status}"),
            Self::Content => "content".to_owned(),
            Self::Unnotified => "unnotified".to_owned(),
        }
    }

    /// Whether no whole answer came: such a call counts in the latencies as having taken its
    /// time-out, or a hub that refuses quickly would look fast.
    #[must_use]
    pub const fn is_without_answer(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Reset | Self::TimedOut | Self::Unreachable | Self::Broken
        )
    }

    /// What an error of the client amounts to.
    #[must_use]
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        let mut source: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(cause) = source {
            if let Some(io) = cause.downcast_ref::<std::io::Error>() {
                match io.kind() {
                    ErrorKind::ConnectionRefused => return Self::Refused,
                    ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof => return Self::Reset,
                    ErrorKind::TimedOut => return Self::TimedOut,
                    _ => {}
                }
            }
            if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
                && (hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed())
            {
                return Self::Reset;
            }
            source = cause.source();
        }
        if error.is_connect() { Self::Unreachable } else { Self::Broken }
    }
}
