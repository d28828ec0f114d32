//! Accepting connections and speaking HTTP on them: HTTP/1.1 and 2, in clear or over TLS, with
//! every wait and every size bounded, and a stop that lets calls in progress end. Knows nothing of
//! what is served.

mod body;
mod connection;
mod descriptors;
mod guard;
mod newcomers;
pub(crate) mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use self::newcomers::{Newcomer, Newcomers, Patience};
use crate::config::Limits;

pub(crate) use body::TimedBody;
pub(crate) use connection::Connections;
pub(crate) use guard::Panics;

/// An address that is listened on and not served yet.
pub(crate) struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server in service.
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Listening {
    /// The address, with the port it got.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until [`Server::stop`].
    pub(crate) fn start(
        self,
        limits: &Limits,
        tls: Option<TlsAcceptor>,
        app: axum::Router,
        panics: Panics,
    ) -> Server {
        let (stop, stopped) = watch::channel(false);
        let connections = Connections::new(limits, tls, app, panics);
        let places = descriptors::connections(limits.connections);
        let entrance = Entrance {
            listener: self.listener,
            places: Arc::new(Semaphore::new(places)),
            newcomers: Newcomers::new(limits, places),
        };
        let accepting = accept(entrance, connections, stopped, limits.stop_timeout);
        Server { address: self.address, stop, accepting: tokio::spawn(accepting) }
    }
}

impl Server {
    /// Takes an address; connections wait until it is served.
    pub(crate) async fn bind(listen: SocketAddr) -> io::Result<Listening> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        Ok(Listening { listener, address })
    }

    /// Where it listens, with the port it got.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing more, and waits for the calls in progress.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.accepting.await;
    }
}

async fn accept(
    entrance: Entrance,
    connections: Connections,
    mut stopped: watch::Receiver<bool>,
    stop_timeout: Duration,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = entrance.next() => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Some(Accepted { stream, newcomer, patience, place }) = accepted else {
            continue;
        };
        let serving = connections.serve(stream, Arc::clone(&newcomer), graceful.watcher());
        let stopped = stopped.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = serving => {}
                () = newcomer.must_go(patience, stopped) => tracing::debug!("a silent connection is closed"),
            }
            drop(place);
        });
    }
    drop(entrance);
    if tokio::time::timeout(stop_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("calls still in progress were abandoned at the stop");
    }
}

/// Where connections come in.
struct Entrance {
    listener: TcpListener,
    /// For all that are served at once.
    places: Arc<Semaphore>,
    newcomers: Newcomers,
}

struct Accepted {
    stream: TcpStream,
    newcomer: Arc<Newcomer>,
    patience: Patience,
    place: tokio::sync::OwnedSemaphorePermit,
}

impl Entrance {
    /// The next connection, once there is room for it.
    async fn next(&self) -> Option<Accepted> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        match self.listener.accept().await {
            Ok((stream, from)) => {
                let (newcomer, patience) = self.newcomers.take_in(from.ip()).await;
                Some(Accepted { stream, newcomer, patience, place })
            }
            Err(error) => {
                // Out of file descriptors, or a client already gone: neither is a reason to stop.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
