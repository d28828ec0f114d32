//! One connection from its first byte to its last.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::body::Pace;
use super::newcomers::Newcomer;
use super::{Panics, TimedBody};
use crate::bench::CloseConnection;
use crate::config::Limits;

/// Why a connection of a test bench ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the bench closes this connection")]
struct Closed;

/// Most bytes of one request's headers.
const HEADER_BYTES: usize = 64 * 1024;
/// Calls at once on one HTTP/2 connection.
const STREAMS: u32 = 256;

/// How much of a body may be on its way, on one stream and on one connection: large files would
/// crawl with less.
const STREAM_WINDOW_BYTES: u32 = 512 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 2 * 1024 * 1024;

/// What every connection is served with.
#[derive(Clone)]
pub(crate) struct Connections {
    builder: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    app: TowerToHyperService<axum::Router>,
    panics: Panics,
    first_byte_timeout: Duration,
    pace: Pace,
}

impl Connections {
    pub(super) fn new(
        limits: &Limits,
        tls: Option<TlsAcceptor>,
        app: axum::Router,
        panics: Panics,
    ) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_read_timeout)
            .max_headers(limits.headers)
            .max_buf_size(HEADER_BYTES.max(8192));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEADER_BYTES as u32)
            .max_concurrent_streams(STREAMS)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .keep_alive_interval(Some(limits.header_read_timeout))
            .keep_alive_timeout(limits.header_read_timeout);
        Self {
            builder,
            tls,
            app: TowerToHyperService::new(app),
            panics,
            first_byte_timeout: limits.first_byte_timeout,
            pace: Pace::from(limits),
        }
    }

    /// Serves a connection until either side closes it.
    pub(super) fn serve(
        &self,
        stream: TcpStream,
        newcomer: Arc<Newcomer>,
        watcher: Watcher,
    ) -> impl Future<Output = ()> + use<> {
        let this = self.clone();
        async move {
            let _ = stream.set_nodelay(true);
            let mut first = [0];
            let peeked = tokio::time::timeout(this.first_byte_timeout, stream.peek(&mut first));
            if !matches!(peeked.await, Ok(Ok(1))) {
                return;
            }
            match &this.tls {
                None => this.speak(stream, &newcomer, watcher).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => this.speak(stream, &newcomer, watcher).await,
                    Err(error) => tracing::debug!(%error, "TLS handshake refused"),
                },
            }
        }
    }

    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        newcomer: &Newcomer,
        watcher: Watcher,
    ) {
        let service = service_fn(|request: http::Request<Incoming>| {
            newcomer.has_spoken();
            let pace = self.pace;
            let request = request.map(|body| axum::body::Body::new(TimedBody::new(body, pace)));
            let answer = self.panics.catch(self.app.call(request));
            async move {
                let answer = answer.await;
                match answer.extensions().get::<CloseConnection>() {
                    None => Ok(answer),
                    Some(_) => Err(Closed),
                }
            }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(error, "connection ended badly");
        }
    }
}
