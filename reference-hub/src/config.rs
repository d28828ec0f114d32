//! What a hub can be asked to be: the options of `etalon hub serve` as types, and the bounds on
//! what it takes in. Reads no command line and no file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use contract::quota::Quota;

use crate::referential::Secret;

/// The settings of one hub. The default is what `etalon hub serve` does without an option, on a
/// free port.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What stands before `/teledossiers/v1`, `/referential/v1` and `/oauth2` in the paths, such as
    /// `/hub`; usually empty.
    pub base_path: String,
    /// Where the store and the binaries live; `None` means a temporary directory removed when the
    /// hub stops.
    pub data: Option<PathBuf>,
    /// How long a token is valid (contract §2, D1).
    pub token_ttl: Duration,
    /// Organizations, démarches, subscriptions, credentials; `None` means the bundled ones.
    pub referential: Option<PathBuf>,
    /// https, when given.
    pub tls: Option<Tls>,
    /// Ids of its faults: the rules it does not keep, on purpose.
    pub faults: Vec<String>,
    /// Whether each call's line in the log says, as `fault_sites`, which faults were looked for
    /// since the one before.
    pub record_fault_sites: bool,
    /// Whether `/_etalon/clock` moves the hub's clock.
    pub steerable_clock: bool,
    /// What an acknowledged write survives.
    pub durability: Durability,
    /// The numbering of PRES-2021 to the letter (D5).
    pub strict_numbering: bool,
    /// Only the listed incoming statuses, and who may set them (D7).
    pub strict_transitions: bool,
    /// Whose body a 401 carries (D12), and whose form a token request has.
    pub gateway: Gateway,
    /// What one application may do.
    pub quotas: Vec<Quota>,
    /// Who looks for viruses.
    pub antivirus: Antivirus,
    /// Where mails are sent, as `HOST:PORT`; they are kept for `/_etalon/mails` in any case.
    pub smtp: Option<String>,
    /// How long a verdict on a file waits.
    pub scan_delay: Duration,
    /// How long a notification waits after what caused it.
    pub delivery_delay: Duration,
    /// Whether every exchange is kept in [`crate::RunningHub::exchanges`].
    pub journal: bool,
    /// Who may do what lies under `/_etalon/`: whoever sends this as a Bearer token. Without one, a
    /// hub that listens on this machine only makes one up, kept beside its data, and another serves
    /// nothing there.
    pub control_secret: Option<Secret>,
    /// Makes this hub a test bench, which keeps its exchanges, serves the calls that carry this
    /// secret in the header [`crate::bench::OWN_CALL`] as its own, and misbehaves to all others as
    /// [`crate::RunningHub::misbehave`] says.
    pub bench: Option<String>,
    /// Bounds on what a client may make the hub hold.
    pub limits: Limits,
}

/// https with a certificate made on the spot.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Where the authority's certificate is written, as `etalon-authority.pem`; `None` means the
    /// data directory.
    pub authority_directory: Option<PathBuf>,
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process, `kill -9` included.
    #[default]
    Process,
    /// Also a power cut: every write is flushed to the disk first.
    Power,
}

/// Whose body a 401 carries (D12), and whose form a token request has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gateway {
    /// The ordinary error body.
    #[default]
    Plain,
    /// The fault body of the gateway in service (contract §2).
    Wso2,
    /// As PISTE: the pair in the body of a token request, the scope `openid`; and the ordinary
    /// error body.
    Piste,
}

/// Who looks for viruses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Antivirus {
    /// The embedded scanner, which knows the EICAR test file.
    #[default]
    Builtin,
    /// A clamd at `HOST:PORT`.
    Clamd(String),
}

/// Bounds on what a client may make the hub hold.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections served at once, as far as the system gives descriptors; others wait to be
    /// accepted.
    pub connections: usize,
    /// Connections that have not yet sent a whole head: of more, the oldest is closed.
    pub newcomers: usize,
    /// The same, of one address.
    pub newcomers_of_one_address: usize,
    /// Time to send the first byte of a connection.
    pub first_byte_timeout: Duration,
    /// Time to send the first whole head of a connection, the TLS handshake included.
    pub head_timeout: Duration,
    /// Header lines of one request; more gets 431.
    pub headers: usize,
    /// Time to send the head of a later request, and the longest idle life of a kept connection.
    pub header_read_timeout: Duration,
    /// Longest silence inside a body.
    pub body_idle_timeout: Duration,
    /// Longest wait for the sender of a body, all its silences together.
    pub body_timeout: Duration,
    /// Slowest rate of a body, looked at once its sender was waited for as long as one silence may
    /// last.
    pub body_bytes_per_second: u64,
    /// Time given to calls in progress when the hub stops.
    pub stop_timeout: Duration,
    /// Bytes of a JSON body; more gets 413.
    pub json_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            newcomers: 8192,
            // A campaign opens thousands of connections of one address before it speaks on the
            // first.
            newcomers_of_one_address: 6144,
            first_byte_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(20),
            headers: 100,
            // Longer than the 90 s for which usual clients keep an idle connection: the hub must
            // not be the one that closes it under a request.
            header_read_timeout: Duration::from_secs(120),
            body_idle_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(60 * 60),
            // A line of 28 kbit/s is served.
            body_bytes_per_second: 1000,
            stop_timeout: Duration::from_secs(5),
            json_bytes: 1024 * 1024,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            base_path: String::new(),
            data: None,
            token_ttl: Duration::from_secs(24 * 60 * 60),
            referential: None,
            tls: None,
            faults: Vec::new(),
            record_fault_sites: false,
            steerable_clock: false,
            durability: Durability::default(),
            strict_numbering: false,
            strict_transitions: false,
            gateway: Gateway::default(),
            quotas: Vec::new(),
            antivirus: Antivirus::default(),
            smtp: None,
            scan_delay: Duration::ZERO,
            delivery_delay: Duration::ZERO,
            journal: false,
            control_secret: None,
            bench: None,
            limits: Limits::default(),
        }
    }
}

/// A text that names no antivirus.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no antivirus: use builtin or clamd://HOST:PORT")]
pub struct AntivirusError(pub String);

impl TryFrom<&str> for Antivirus {
    type Error = AntivirusError;

    fn try_from(text: &str) -> Result<Self, AntivirusError> {
        let refused = || AntivirusError(text.to_owned());
        if text == "builtin" {
            return Ok(Self::Builtin);
        }
        let address = text.strip_prefix("clamd://").ok_or_else(refused)?.trim_end_matches('/');
        match address.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::Clamd(address.to_owned()))
            }
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_antivirus_is_named_as_on_the_command_line() {
        assert_eq!(Antivirus::try_from("builtin"), Ok(Antivirus::Builtin));
        assert_eq!(
            Antivirus::try_from("clamd://127.0.0.1:3310"),
            Ok(Antivirus::Clamd("127.0.0.1:3310".into()))
        );
        assert!(Antivirus::try_from("clamd://nowhere").is_err());
        assert!(Antivirus::try_from("norton").is_err());
    }
}
