//! Opens connections to a host of the target, as its file says: by its proxy, with its authority
//! and its client certificate. How long that took is counted apart from what the host then takes to
//! answer. Keeps no connection.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderValue, Uri};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use scenarios::target::Target;
use tokio_rustls::TlsConnector;
use tower::Service;

use super::connections::Connection;
use super::refusable::Refusable;
use crate::error::CampaignError;
use crate::record::Recorder;
use crate::series::{Clock, Span};

/// Longest wait for a connection, as in the suite.
const LONGEST_CONNECTING: Duration = Duration::from_secs(10);

/// Why a connection could not be opened.
pub(crate) type Unopened = Box<dyn std::error::Error + Send + Sync>;

/// Bytes to and fro, in clear or under TLS.
trait Transport: Read + Write + Send + Unpin {}
impl<T: Read + Write + Send + Unpin> Transport for T {}
type Stream = Box<dyn Transport>;

/// What the hosts of a target have in common.
#[derive(Clone)]
pub(crate) struct Reach {
    hop: Hop,
    proxy: Option<Arc<Matcher>>,
}

/// One hop: to a host, or to a proxy.
#[derive(Clone)]
struct Hop {
    tcp: HttpConnector,
    /// None where everything speaks in clear.
    tls: Option<TlsConnector>,
    recorder: Arc<Recorder>,
}

/// How a host is come to.
#[derive(Clone)]
enum Way {
    Direct,
    /// By a proxy that hands on what is asked of it, this being what it wants to know.
    Forwarded(Uri, Option<HeaderValue>),
    /// By a proxy that hands on bytes.
    Tunnelled(Uri, Option<HeaderValue>),
}

/// Opens connections to one host.
#[derive(Clone)]
pub(crate) struct Dialler {
    hop: Hop,
    host: Uri,
    way: Way,
}

impl Reach {
    /// How a target is reached.
    pub(crate) fn new(target: &Target, recorder: Arc<Recorder>) -> Result<Self, CampaignError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(target.limits.request_timeout.min(LONGEST_CONNECTING)));
        let tls = match target.needs_certificates() {
            false => None,
            true => Some(TlsConnector::from(trust(target)?)),
        };
        let proxy = target.http.proxy.as_ref().map(|proxy| {
            let proxy = proxy.reveal();
            match proxy.scheme() {
                "http" | "https" => Ok(Arc::new(Matcher::builder().all(proxy.as_str()).build())),
                other => Err(CampaignError::Unsendable(format!(
                    "[http] proxy is of the kind {other}: write http:// or https://"
                ))),
            }
        });
        Ok(Self { hop: Hop { tcp, tls, recorder }, proxy: proxy.transpose()? })
    }

    /// What opens connections to a host, such as `https://hub.example.org:8443`.
    pub(crate) fn dialler(&self, host: Uri) -> Dialler {
        let by = self.proxy.as_ref().and_then(|proxy| proxy.intercept(&host));
        let way = match by.map(|by| (by.uri().clone(), by.basic_auth().cloned())) {
            None => Way::Direct,
            Some((uri, known)) if is_secure(&host) => Way::Tunnelled(uri, known),
            Some((uri, known)) => Way::Forwarded(uri, known),
        };
        Dialler { hop: self.hop.clone(), host, way }
    }
}

/// The trust of the suite, for HTTP/1.1.
fn trust(target: &Target) -> Result<Arc<ClientConfig>, CampaignError> {
    let config = scenarios::client::tls::config(target, rustls::ALL_VERSIONS)?;
    let mut config = Arc::unwrap_or_clone(config);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn is_secure(uri: &Uri) -> bool {
    uri.scheme() == Some(&http::uri::Scheme::HTTPS)
}

impl Hop {
    async fn open(mut self, to: Uri) -> Result<Stream, Unopened> {
        let started = Instant::now();
        let stream = Refusable::new(self.tcp.call(to.clone()).await?);
        self.recorder.span(Span::Connecting, Clock::Response, started.elapsed());
        match is_secure(&to) {
            false => Ok(Box::new(stream)),
            true => Ok(self.secured(Box::new(stream), &to).await?),
        }
    }

    async fn secured(&self, stream: Stream, host: &Uri) -> io::Result<Stream> {
        let started = Instant::now();
        let name = host.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name).map_err(io::Error::other)?;
        let tls = self.tls.as_ref().ok_or_else(|| io::Error::other("no TLS was prepared"))?;
        let stream = tls.connect(name, TokioIo::new(stream)).await?;
        self.recorder.span(Span::Securing, Clock::Response, started.elapsed());
        Ok(Box::new(TokioIo::new(stream)))
    }
}

impl Service<Uri> for Hop {
    type Response = Stream;
    type Error = Unopened;
    type Future = BoxFuture<'static, Result<Stream, Unopened>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unopened>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        self.clone().open(to).boxed()
    }
}

impl Dialler {
    /// What a proxy wants to know with each call; none where it is told when connecting.
    pub(crate) const fn proxy_authorization(&self) -> Option<&HeaderValue> {
        match &self.way {
            Way::Forwarded(_, known) => known.as_ref(),
            Way::Direct | Way::Tunnelled(..) => None,
        }
    }

    /// Whether calls name the host in their first line, as a proxy wants it (RFC 9112 §3.2.2).
    pub(crate) const fn names_host(&self) -> bool {
        matches!(self.way, Way::Forwarded(..))
    }

    async fn open(self) -> Result<Connection, Unopened> {
        let stream = match self.way {
            Way::Direct => self.hop.open(self.host).await?,
            Way::Forwarded(proxy, _) => self.hop.open(proxy).await?,
            Way::Tunnelled(proxy, known) => {
                let tunnel = Tunnel::new(proxy, self.hop.clone());
                let mut tunnel = match known {
                    None => tunnel,
                    Some(known) => tunnel.with_auth(known),
                };
                let stream = tunnel.call(self.host.clone()).await?;
                self.hop.secured(stream, &self.host).await?
            }
        };
        let (sender, connection) = http1::handshake(stream).await?;
        // What breaks it is told to whoever waits for an answer.
        tokio::spawn(connection);
        Ok(Connection::new(sender))
    }
}

impl Service<()> for Dialler {
    type Response = Connection;
    type Error = Unopened;
    type Future = BoxFuture<'static, Result<Connection, Unopened>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unopened>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        self.clone().open().boxed()
    }
}
