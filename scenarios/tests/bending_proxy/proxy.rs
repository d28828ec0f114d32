//! A gateway between the suite and a hub, which alters answers on their way. It takes a call in
//! whole before it passes it on, as gateways do, and carries it through even when the caller has
//! gone. Knows no rule and judges nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What an alteration may look at.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What it may change.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// In pieces of so many bytes and without an announced length, when set.
    pub(crate) pieces_of_bytes: Option<usize>,
}

/// Makes a hub another one, for better or worse.
pub(crate) trait Alteration: Send + Sync {
    /// Its name in the messages of a failed test, and in `ETALON_BENDS`.
    fn name(&self) -> String;
    /// Alters an answer; says whether it found anything to alter.
    fn alter(&self, call: &Call, answer: &mut Answer) -> bool;
    /// How long a call waits before it is passed on.
    fn latency(&self) -> Duration {
        Duration::ZERO
    }
}

/// What the proxy looks like from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Face {
    /// In clear.
    #[default]
    Clear,
    /// In clear, header names written `Content-Type`.
    TitleCase,
    /// TLS, HTTP/1.1 alone.
    Tls1,
    /// TLS, HTTP/2 alone.
    Tls2,
}

impl Face {
    fn protocols(self) -> Option<&'static [u8]> {
        match self {
            Self::Clear | Self::TitleCase => None,
            Self::Tls1 => Some(b"http/1.1"),
            Self::Tls2 => Some(b"h2"),
        }
    }
}

/// A proxy in service, until its runtime ends.
pub(crate) struct Proxy {
    /// Where it answers: scheme, address and port.
    pub(crate) origin: String,
    /// The certificate to trust, in PEM.
    pub(crate) authority: Option<String>,
    passage: Arc<Passage>,
}

struct Passage {
    hub: SocketAddr,
    alterations: Vec<(Arc<dyn Alteration>, AtomicU64)>,
    versions: [AtomicU64; 2],
}

impl Proxy {
    /// Stands before a hub that answers in clear.
    pub(crate) async fn before(
        hub: SocketAddr,
        face: Face,
        alterations: Vec<Arc<dyn Alteration>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let passage = Arc::new(Passage {
            hub,
            alterations: alterations
                .into_iter()
                .map(|alteration| (alteration, AtomicU64::new(0)))
                .collect(),
            versions: Default::default(),
        });
        let (acceptor, authority) = match face.protocols() {
            None => (None, None),
            Some(protocol) => {
                let (acceptor, authority) = tls(protocol);
                (Some(acceptor), Some(authority))
            }
        };
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        tokio::spawn(serve(listener, acceptor, face, passage.clone()));
        Self { origin: format!("{scheme}://{address}"), authority, passage }
    }

    /// How many answers each alteration changed, by its name.
    pub(crate) fn altered(&self) -> Vec<(String, u64)> {
        let alterations = self.passage.alterations.iter();
        alterations
            .map(|(alteration, count)| (alteration.name(), count.load(Ordering::Relaxed)))
            .collect()
    }

    /// How many calls came over HTTP/1.1, and over HTTP/2.
    pub(crate) fn calls_by_version(&self) -> [u64; 2] {
        [0, 1].map(|version: usize| self.passage.versions[version].load(Ordering::Relaxed))
    }
}

fn tls(protocol: &[u8]) -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    (TlsAcceptor::from(Arc::new(config)), pem)
}

async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    face: Face,
    passage: Arc<Passage>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (acceptor, passage) = (acceptor.clone(), passage.clone());
        tokio::spawn(async move {
            match acceptor {
                None => converse(stream, face, passage).await,
                // A handshake that fails is the caller's business.
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        converse(stream, face, passage).await;
                    }
                }
            }
        });
    }
}

async fn converse<S>(stream: S, face: Face, passage: Arc<Passage>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    if face == Face::TitleCase {
        builder.http1().title_case_headers(true);
    }
    let service = service_fn(move |request| pass(passage.clone(), request));
    // A connection that breaks is the caller's doing: some scenarios break theirs on purpose.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

type Body = BoxBody<Bytes, std::convert::Infallible>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn pass(
    passage: Arc<Passage>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    let version = usize::from(request.version() == Version::HTTP_2);
    passage.versions[version].fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let latency = passage.alterations.iter().map(|(alteration, _)| alteration.latency()).sum();
    let call = Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    // In a task of its own: a caller who leaves does not undo what was asked.
    tokio::spawn(async move {
        tokio::time::sleep(latency).await;
        let mut answer = ask(passage.hub, &call).await?;
        for (alteration, count) in &passage.alterations {
            if alteration.alter(&call, &mut answer) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(response(answer))
    })
    .await?
}

async fn ask(hub: SocketAddr, call: &Call) -> Result<Answer, Failure> {
    let stream = TcpStream::connect(hub).await?;
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let target = match call.query.as_str() {
        "" => call.path.clone(),
        query => format!("{}?{query}", call.path),
    };
    let mut request = Request::new(Full::new(call.body.clone()));
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = target.parse()?;
    *request.headers_mut() = end_to_end(call.headers.clone());
    request.headers_mut().insert(HOST, hub.to_string().parse()?);
    // What is altered must be readable: it is compressed, if at all, on the way out.
    request.headers_mut().remove("accept-encoding");
    let (parts, body) = sender.send_request(request).await?.into_parts();
    Ok(Answer {
        status: parts.status,
        headers: end_to_end(parts.headers),
        body: body.collect().await?.to_bytes(),
        pieces_of_bytes: None,
    })
}

/// Without what concerns one connection only (RFC 9110 §7.6.1), and without a length that may not
/// hold any more.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers
}

fn response(answer: Answer) -> Response<Body> {
    let whole = answer.body;
    let body: Body = match answer.pieces_of_bytes {
        Some(size) if !whole.is_empty() => {
            let pieces: Vec<_> = (0..whole.len())
                .step_by(size)
                .map(|from| whole.slice(from..whole.len().min(from + size)))
                .map(|piece| Ok(Frame::data(piece)))
                .collect();
            BodyExt::boxed(StreamBody::new(futures::stream::iter(pieces)))
        }
        _ => BodyExt::boxed(Full::new(whole)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}
