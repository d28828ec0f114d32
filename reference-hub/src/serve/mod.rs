//! Accepting connections and speaking HTTP on them: HTTP/1.1 and 2, in clear or over TLS, with
//! every wait and every size bounded, and a stop that lets calls in progress end. Knows nothing of
//! what is served.

mod body;
mod connection;
mod guard;
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
        let places = Arc::new(Semaphore::new(limits.connections));
        let accepting = accept(self.listener, connections, places, stopped, limits.stop_timeout);
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
    listener: TcpListener,
    connections: Connections,
    places: Arc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
    stop_timeout: Duration,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = next(&listener, &places) => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Some((stream, place)) = accepted else {
            continue;
        };
        let serving = connections.serve(stream, graceful.watcher());
        tokio::spawn(async move {
            serving.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(stop_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("calls still in progress were abandoned at the stop");
    }
}

/// The next connection, once there is room for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            // Out of file descriptors, or a client already gone: neither is a reason to stop.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(20)).await;
            None
        }
    }
}

#[cfg(test)]
mod tests;
