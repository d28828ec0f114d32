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

use crate::error::CampaignError;
use crate::plan::Http;
use crate::record::Recorder;
use crate::series::{Clock, Span};

/// Longest wait for a connection, as in the suite.
const LONGEST_CONNECTING: Duration = Duration::from_secs(10);

/// Why a connection could not be opened.
pub(crate) type Unopened = Box<dyn std::error::Error + Send + Sync>;

/// What a host says that does not offer HTTP/2.
#[derive(Debug, thiserror::Error)]
#[error("the host does not offer HTTP/2")]
pub(crate) struct NoHttp2;

/// Bytes to and fro, in clear or under TLS.
pub(super) trait Transport: Read + Write + Send + Unpin {}
impl<T: Read + Write + Send + Unpin> Transport for T {}
pub(super) type Stream = Box<dyn Transport>;

/// What the hosts of a target have in common.
#[derive(Clone)]
pub(crate) struct Reach {
    hop: Hop,
    /// With the hop to it.
    proxy: Option<(Arc<Matcher>, Hop)>,
}

/// One hop: to a host, or to a proxy.
#[derive(Clone)]
struct Hop {
    tcp: HttpConnector,
    /// What is spoken at its end.
    http: Http,
    /// None where everything speaks in clear.
    tls: Option<TlsConnector>,
    recorder: Arc<Recorder>,
}

/// How a host is come to.
enum Way {
    Direct,
    /// By a proxy that hands on what is asked of it, this being what it wants to know.
    Forwarded(Hop, Uri, Option<HeaderValue>),
    /// By a proxy that hands on bytes.
    Tunnelled(Hop, Uri, Option<HeaderValue>),
}

/// Opens connections to one host.
pub(crate) struct Dialler {
    hop: Hop,
    host: Uri,
    way: Way,
}

impl Reach {
    /// How a target is reached, this being spoken to its hosts.
    pub(crate) fn new(
        target: &Target,
        http: Http,
        recorder: &Arc<Recorder>,
    ) -> Result<Self, CampaignError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(target.limits.request_timeout.min(LONGEST_CONNECTING)));
        let trust = match target.needs_certificates() {
            false => None,
            true => Some(scenarios::client::tls::config(target, rustls::ALL_VERSIONS)?),
        };
        let hop = |http| Hop {
            tcp: tcp.clone(),
            http,
            tls: trust.as_deref().map(|trust| speaking(trust, http)),
            recorder: recorder.clone(),
        };
        let proxy = target.http.proxy.as_ref().map(|proxy| {
            let proxy = proxy.reveal();
            match proxy.scheme() {
                "http" | "https" => {
                    Ok((Arc::new(Matcher::builder().all(proxy.as_str()).build()), hop(Http::One)))
                }
                other => Err(CampaignError::Unsendable(format!(
                    "[http] proxy is of the kind {other}: write http:// or https://"
                ))),
            }
        });
        Ok(Self { hop: hop(http), proxy: proxy.transpose()? })
    }

    /// What opens connections to a host, such as `https://hub.example.org:8443`.
    pub(crate) fn dialler(&self, host: Uri) -> Dialler {
        let is_tunnelled = is_secure(&host) || self.hop.http == Http::Two;
        let by = self.proxy.as_ref().and_then(|(proxy, hop)| Some((hop, proxy.intercept(&host)?)));
        let by = by.map(|(hop, by)| (hop.clone(), by.uri().clone(), by.basic_auth().cloned()));
        let way = match by {
            None => Way::Direct,
            Some((hop, uri, known)) if is_tunnelled => Way::Tunnelled(hop, uri, known),
            Some((hop, uri, known)) => Way::Forwarded(hop, uri, known),
        };
        Dialler { hop: self.hop.clone(), host, way }
    }
}

/// The trust of the suite, for one HTTP.
fn speaking(trust: &ClientConfig, http: Http) -> TlsConnector {
    let mut trust = trust.clone();
    trust.alpn_protocols = vec![http.in_tls().to_vec()];
    TlsConnector::from(Arc::new(trust))
}

/// The library's tunnel goes to port 443 when none is said.
fn with_port(host: &Uri) -> Result<Uri, http::Error> {
    match host.authority() {
        Some(name) if host.port().is_none() && !is_secure(host) => Uri::builder()
            .scheme("http")
            .authority(format!("{name}:80"))
            .path_and_query("/")
            .build(),
        _ => Ok(host.clone()),
    }
}

fn is_secure(uri: &Uri) -> bool {
    uri.scheme() == Some(&http::uri::Scheme::HTTPS)
}

impl Hop {
    async fn open(mut self, to: Uri) -> Result<Stream, Unopened> {
        let started = Instant::now();
        let stream = self.tcp.call(to.clone()).await?;
        self.recorder.span(Span::Connecting, Clock::Response, started.elapsed());
        match is_secure(&to) {
            false => Ok(Box::new(stream)),
            true => self.secured(Box::new(stream), &to).await,
        }
    }

    async fn secured(&self, stream: Stream, host: &Uri) -> Result<Stream, Unopened> {
        let started = Instant::now();
        let name = host.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name).map_err(io::Error::other)?;
        let tls = self.tls.as_ref().ok_or_else(|| io::Error::other("no TLS was prepared"))?;
        let stream = match tls.connect(name, TokioIo::new(stream)).await {
            Err(error) if is_for_want_of_a_protocol(&error) => return Err(NoHttp2.into()),
            stream => stream?,
        };
        // Who knows nothing of this choice of protocols speaks HTTP/1.1.
        let agreed = stream.get_ref().1.alpn_protocol();
        if self.http == Http::Two && agreed != Some(self.http.in_tls()) {
            return Err(NoHttp2.into());
        }
        self.recorder.span(Span::Securing, Clock::Response, started.elapsed());
        Ok(Box::new(TokioIo::new(stream)))
    }
}

/// Whether the other side speaks nothing of what it was offered (RFC 7301 §3.2).
fn is_for_want_of_a_protocol(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    let alert = rustls::AlertDescription::NoApplicationProtocol;
    cause == Some(&rustls::Error::AlertReceived(alert))
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
    /// What is spoken to the host.
    pub(crate) const fn http(&self) -> Http {
        self.hop.http
    }

    /// What a proxy wants to know with each call; none where it is told when connecting.
    pub(crate) const fn proxy_authorization(&self) -> Option<&HeaderValue> {
        match &self.way {
            Way::Forwarded(_, _, known) => known.as_ref(),
            Way::Direct | Way::Tunnelled(..) => None,
        }
    }

    /// Whether calls name the host with their path: as a proxy wants it (RFC 9112 §3.2.2), and as
    /// HTTP/2 does (RFC 9113 §8.3.1).
    pub(crate) fn names_host(&self) -> bool {
        self.http() == Http::Two || matches!(self.way, Way::Forwarded(..))
    }

    /// Opens a connection, over which nothing was said yet.
    pub(super) async fn open(&self) -> Result<Stream, Unopened> {
        match &self.way {
            Way::Direct => self.hop.clone().open(self.host.clone()).await,
            Way::Forwarded(hop, proxy, _) => hop.clone().open(proxy.clone()).await,
            Way::Tunnelled(hop, proxy, known) => {
                let tunnel = Tunnel::new(proxy.clone(), hop.clone());
                let mut tunnel = match known {
                    None => tunnel,
                    Some(known) => tunnel.with_auth(known.clone()),
                };
                let stream = tunnel.call(with_port(&self.host)?).await?;
                match is_secure(&self.host) {
                    false => Ok(stream),
                    true => self.hop.secured(stream, &self.host).await,
                }
            }
        }
    }
}
