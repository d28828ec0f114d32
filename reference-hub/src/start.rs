//! Putting a hub together from its settings. What is done with it then is [`crate::running`]'s.

use std::fs::File;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::antivirus::{BuiltinScanner, ClamdScanner, Scanner};
use crate::bench::{Bench, JSON_EXCERPT_BYTES};
use crate::blobs::{BlobKey, Blobs};
use crate::clock::{Clock, SteerableClock, SystemClock};
use crate::config::{Antivirus, Config, Tls};
use crate::domain::{Mail, Settings};
use crate::faults::{Conduct, TokenUses, UnknownFault};
use crate::gateway::Gatekeeper;
use crate::hub::Hub;
use crate::journal::Journal;
use crate::mail::{Relay, RelayError};
use crate::private::{self, TemporaryDirectory};
use crate::referential::{Secret, Seed, SeedError};
use crate::router::router;
use crate::running::RunningHub;
use crate::serve::tls::{self, TlsError};
use crate::serve::{Panics, Server};
use crate::store::{Observer, OpenError, Options, SqliteStore, Store as _, StoreError};

/// How many threads read the store: reads are short, and mostly from memory.
const READERS: usize = 2;
/// What the authority's certificate is called.
const AUTHORITY_FILE: &str = "etalon-authority.pem";

/// Why a hub did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {address}: {source}. Choose another with --listen")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The data directory cannot be used.
    #[error("cannot use {} for the data: {source}. Choose another with --data", directory.display())]
    Data {
        /// What was asked for.
        directory: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another hub has the data.
    #[error("another hub has {}: stop it, or choose another directory with --data", .0.display())]
    Taken(PathBuf),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The binaries cannot be opened.
    #[error("cannot open the binaries: {0}")]
    Binaries(String),
    /// The référentiel cannot be read.
    #[error(transparent)]
    Referential(#[from] SeedError),
    /// No such fault.
    #[error(transparent)]
    Fault(#[from] UnknownFault),
    /// https cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Mails cannot be sent.
    #[error(transparent)]
    Relay(#[from] RelayError),
}

/// Starts a hub. It answers when this returns.
pub async fn start(config: Config) -> Result<RunningHub, StartError> {
    let conduct = Conduct::breaking(config.faults.iter().map(String::as_str))?;
    let conduct = if config.record_fault_sites { conduct.recording() } else { conduct };
    let seed = config.referential.as_deref().map_or_else(|| Ok(Seed::bundled()), Seed::read)?;
    let directory = DataDirectory::take(config.data.as_deref())?;
    let data = directory.path().to_owned();
    let relay = config.smtp.as_deref().map(Relay::start).transpose()?;
    let https = config.tls.as_ref().map(|_| tls::make(config.listen.ip(), &data)).transpose()?;
    let (clock, steering) = make_clock(config.steerable_clock);
    let panics = Panics::default();

    let blobs = Blobs::open(&data.join("binaries"), config.durability).map_err(binaries)?;
    let observer = Arc::new(Follower {
        blobs: blobs.clone(),
        relay,
        runtime: tokio::runtime::Handle::current(),
    });
    let options = Options {
        directory: data.clone(),
        may_be_new: blobs.is_empty().map_err(binaries)?,
        durability: config.durability,
        settings: settings(&config),
        conduct: conduct.clone(),
        clock: Arc::clone(&clock),
        referential: seed,
        observer,
        readers: READERS,
    };
    let started_at = SystemTime::now();
    let opening = tokio::task::spawn_blocking(move || SqliteStore::open(options)).await;
    let store = Arc::new(opening.map_err(|error| StoreError::Unavailable(error.to_string()))??);
    if !store.has_lost() {
        sweep(&store, &blobs, started_at).await?;
    }

    let listener = Server::bind(config.listen).await;
    let listener =
        listener.map_err(|source| StartError::Listen { address: config.listen, source })?;
    let address = listener.address();
    let control_secret = match config.control_secret.clone() {
        None if config.listen.ip().is_loopback() => Some(kept_secret(&data)),
        asked => asked,
    };
    warn_of_what_is_reachable(&config, control_secret.is_some());
    let scheme = if https.is_some() { "https" } else { "http" };
    let hub = Arc::new(Hub {
        conduct,
        clock,
        steering,
        token_uses: TokenUses::default(),
        store,
        blobs,
        gatekeeper: Gatekeeper::new(config.quotas.clone()),
        scanner: scanner(&config.antivirus),
        journal: (config.journal || config.bench.is_some()).then(|| match config.bench {
            Some(_) => Journal::keeping_json(JSON_EXCERPT_BYTES),
            None => Journal::default(),
        }),
        bench: config.bench.clone().map(Bench::new),
        control_secret,
        origin: format!("{scheme}://{}", reachable(address)),
        config,
    });
    let authority = match (&https, &hub.config.tls) {
        (Some(https), Some(tls)) => Some(write_authority(tls, &data, &https.authority_pem)?),
        _ => None,
    };
    let acceptor = https.map(|https| https.acceptor);
    let server =
        listener.start(&hub.config.limits, acceptor, router(Arc::clone(&hub)), panics.clone());
    tracing::info!(origin = hub.origin, "the hub is up");
    Ok(RunningHub { hub, server, panics, authority, data: directory })
}

/// What follows from what the store commits.
struct Follower {
    blobs: Blobs,
    relay: Option<Relay>,
    /// It is told on the store's own thread.
    runtime: tokio::runtime::Handle,
}

impl Observer for Follower {
    fn blob_released(&self, key: &crate::domain::BlobKey) {
        let (blobs, key) = (self.blobs.clone(), BlobKey::try_from(key));
        self.runtime.spawn(async move {
            let Ok(key) = key else { return };
            if let Err(error) = blobs.remove(key).await {
                // It stays until the sweep of the next start.
                tracing::warn!(%error, "a binary nobody refers to was not removed");
            }
        });
    }

    fn mail_written(&self, mail: &Mail) {
        if let Some(relay) = &self.relay {
            relay.post(mail.clone());
        }
    }
}

/// Where the data of a hub lies, for as long as it runs: its own alone.
pub(crate) enum DataDirectory {
    /// Stays when the hub stops.
    Asked { path: PathBuf, _lock: File },
    /// Goes with the hub.
    Temporary(TemporaryDirectory),
}

impl DataDirectory {
    fn take(asked: Option<&Path>) -> Result<Self, StartError> {
        let failed = |directory: &Path| {
            let directory = directory.to_owned();
            |source| StartError::Data { directory, source }
        };
        let Some(path) = asked else {
            let made = TemporaryDirectory::new("etalon-hub-");
            return Ok(Self::Temporary(made.map_err(failed(&std::env::temp_dir()))?));
        };
        private::make_directory(path).map_err(failed(path))?;
        let lock = private::take(path).map_err(failed(path))?;
        let lock = lock.ok_or_else(|| StartError::Taken(path.to_owned()))?;
        Ok(Self::Asked { path: path.to_owned(), _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Asked { path, .. } => path,
            Self::Temporary(directory) => directory.path(),
        }
    }
}

/// The control secret of these data, made up at their first start: whoever started the hub still
/// controls it when it was started again.
fn kept_secret(data: &Path) -> Secret {
    let path = data.join("control-secret");
    if let Some(kept) = std::fs::read_to_string(&path).ok().filter(|kept| !kept.is_empty()) {
        return kept.into();
    }
    let secret = Secret::made_up();
    // A directory that cannot be written leaves the hub with a secret of this start only.
    if let Err(error) = private::write(&path, secret.expose()) {
        tracing::warn!(%error, "the control secret is not kept");
    }
    secret
}

/// Says what of a hub is there for tests alone, and yet reachable from other machines.
fn warn_of_what_is_reachable(config: &Config, is_controlled: bool) {
    if config.listen.ip().is_loopback() {
        return;
    }
    let what = [
        (config.referential.is_none(), "the bundled credentials, whose secrets are public"),
        (is_controlled, "its mails, with the control secret"),
        (is_controlled && config.steerable_clock, "its clock, with the control secret"),
        (!config.faults.is_empty(), "the faults it was asked for"),
        (config.bench.is_some(), "a test bench"),
    ];
    let what = what.iter().filter(|(is_there, _)| *is_there).map(|(_, name)| *name);
    let what: Vec<&str> = what.collect();
    if !what.is_empty() {
        let what = what.join("; ");
        tracing::warn!(listen = %config.listen, what, "test-only, and reachable from other machines");
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        strict_numbering: config.strict_numbering,
        strict_transitions: config.strict_transitions,
        scan_delay: config.scan_delay,
        delivery_delay: config.delivery_delay,
    }
}

fn make_clock(steerable: bool) -> (Arc<dyn Clock>, Option<Arc<SteerableClock>>) {
    if steerable {
        let clock = Arc::new(SteerableClock::default());
        (Arc::clone(&clock) as Arc<dyn Clock>, Some(clock))
    } else {
        (Arc::new(SystemClock), None)
    }
}

fn scanner(antivirus: &Antivirus) -> Box<dyn Scanner> {
    match antivirus {
        Antivirus::Builtin => Box::new(BuiltinScanner),
        Antivirus::Clamd(address) => Box::new(ClamdScanner::new(address.clone())),
    }
}

async fn sweep(
    store: &SqliteStore,
    blobs: &Blobs,
    started_at: SystemTime,
) -> Result<(), StartError> {
    let known = store.known_blobs().await?;
    let known = known.iter().map(BlobKey::try_from).collect::<Result<_, _>>().map_err(binaries)?;
    let removed = blobs.sweep(known, started_at).await.map_err(binaries)?;
    if removed > 0 {
        tracing::info!(removed, "binaries that nobody refers to were swept");
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn binaries(error: crate::blobs::BlobError) -> StartError {
    StartError::Binaries(error.to_string())
}

fn write_authority(tls: &Tls, data: &Path, pem: &str) -> Result<(PathBuf, String), StartError> {
    let directory = tls.authority_directory.as_deref().unwrap_or(data);
    let path = directory.join(AUTHORITY_FILE);
    std::fs::create_dir_all(directory)
        .and_then(|()| private::write_public(&path, pem))
        .map_err(|source| StartError::Data { directory: directory.to_owned(), source })?;
    Ok((path, pem.to_owned()))
}

/// The address by which this machine reaches itself, when it listens on all of its own.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) if address.ip().is_unspecified() => {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        SocketAddr::V6(_) if address.ip().is_unspecified() => {
            address.set_ip(Ipv6Addr::LOCALHOST.into());
        }
        _ => {}
    }
    address
}
