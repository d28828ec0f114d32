//! What can become of a call: a good answer, or one of a few kinds of failure, each counted apart.

use std::error::Error;
use std::io::ErrorKind;

use crate::traffic::dial::NoHttp2;

/// What a generator may lack to make a call: none of the hub's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lack {
    Descriptors,
    Ports,
    Memory,
}

/// Why a call gave no good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// It could not be made, for want of something here.
    Lack(Lack),
    /// Nobody listened.
    Refused,
    /// The connection broke.
    Reset,
    /// No whole answer came in time.
    TimedOut,
    /// No connection for another reason, such as names or certificates.
    Unreachable,
    /// It does not speak HTTP/2, which the plan asks for.
    NoHttp2,
    /// An answer that HTTP does not allow, or that is cut short.
    Broken,
    /// `429`: too many calls for a quota.
    Quota,
    /// `429`, and the plan says that the system may not do as much: no error.
    BeyondQuota,
    /// Another status than those that the contract gives this call.
    Status(u16),
    /// A good status, and a body that says something else than it should.
    Content,
    /// A notification that was to come, and did not for as long as the plan waits.
    Unnotified,
}

impl Lack {
    pub(crate) const ALL: [Self; 3] = [Self::Descriptors, Self::Ports, Self::Memory];

    /// What reports call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Descriptors => "no_descriptor",
            Self::Ports => "no_port",
            Self::Memory => "no_memory",
        }
    }

    /// What an error of the system says is lacking here. `ENFILE`, `EMFILE` and `ENOBUFS` have no
    /// kind of their own.
    pub(crate) fn of(error: &std::io::Error) -> Option<Self> {
        match (error.raw_os_error(), error.kind()) {
            (Some(23 | 24), _) => Some(Self::Descriptors),
            (Some(105), _) | (_, ErrorKind::OutOfMemory) => Some(Self::Memory),
            (_, ErrorKind::AddrNotAvailable) => Some(Self::Ports),
            _ => None,
        }
    }
}

impl Failure {
    /// What reports call it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Lack(lack) => lack.name().to_owned(),
            Self::Refused => "refused".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::TimedOut => "timed_out".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::NoHttp2 => "no_http2".to_owned(),
            Self::Broken => "broken".to_owned(),
            Self::Quota => "quota".to_owned(),
            Self::BeyondQuota => "beyond_quota".to_owned(),
            Self::Status(status) => format!("status_{status}"),
            Self::Content => "content".to_owned(),
            Self::Unnotified => "unnotified".to_owned(),
        }
    }

    /// Whether no whole answer came: such a call counts in the latencies as having taken its
    /// time-out, or a hub that refuses quickly would look fast.
    pub(crate) const fn is_without_answer(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Reset
                | Self::TimedOut
                | Self::Unreachable
                | Self::NoHttp2
                | Self::Broken
        )
    }

    /// Whether it is what the hub answered, or never told, and not the network, a quota or this
    /// machine.
    pub(crate) const fn is_of_the_answer(self) -> bool {
        matches!(self, Self::Status(_) | Self::Content | Self::Unnotified)
    }

    /// Whether a token endpoint refuses a credential by it (RFC 6749 §5.2), and does not just fail.
    pub(crate) const fn is_refusal(self) -> bool {
        matches!(self, Self::Status(400 | 401 | 403))
    }

    /// What an error on the way amounts to; `opening` while there was no connection yet.
    pub(crate) fn of(error: &(dyn Error + 'static), opening: bool) -> Self {
        let mut source: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(cause) = source {
            // One of HTTP/2 keeps to itself what the system said.
            let h2 = cause.downcast_ref::<h2::Error>();
            let io = cause.downcast_ref().or_else(|| h2?.get_io());
            if let Some(failure) = io.and_then(Self::of_io) {
                return failure;
            }
            // A call that waited to be sent when its connection ended is a user's error to hyper.
            if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
                && (hyper.is_incomplete_message()
                    || hyper.is_canceled()
                    || hyper.is_closed()
                    || hyper.is_user())
            {
                return Self::Reset;
            }
            if let Some(h2) = h2.filter(|h2| h2.is_remote()) {
                if h2.reason() == Some(h2::Reason::HTTP_1_1_REQUIRED) {
                    return Self::NoHttp2;
                }
                if h2.is_go_away() {
                    return Self::Reset;
                }
            }
            if cause.is::<NoHttp2>() {
                return Self::NoHttp2;
            }
            source = cause.source();
        }
        if opening { Self::Unreachable } else { Self::Broken }
    }

    /// What the system says.
    fn of_io(io: &std::io::Error) -> Option<Self> {
        if let Some(lack) = Lack::of(io) {
            return Some(Self::Lack(lack));
        }
        match io.kind() {
            ErrorKind::ConnectionRefused => Some(Self::Refused),
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Some(Self::Reset),
            ErrorKind::TimedOut => Some(Self::TimedOut),
            _ => None,
        }
    }
}
