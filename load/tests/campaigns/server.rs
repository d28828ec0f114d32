//! A server of the few operations that a poll needs, which can be told to stall. It is no hub: it
//! answers everything alike.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use scenarios::target::Target;
use tokio::net::{TcpListener, TcpStream};

/// When the server stalls, and over what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stall {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    /// The end of the paths that stall: empty for all.
    pub(crate) over: &'static str,
}

/// Serves on a thread of its own until the process ends; its tokens live that many seconds.
pub(crate) fn serve(
    stall: Arc<parking_lot::Mutex<Option<Stall>>>,
    token_life_s: u64,
) -> SocketAddr {
    listen(move |request| answer(request, *stall.lock(), token_life_s))
}

/// A server that answers everything with this status.
pub(crate) fn answering(status: u16) -> SocketAddr {
    listen(move |_| async move {
        let mut response = Response::new(Full::default());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        Ok(response)
    })
}

/// A server that gives tokens, and answers everything else with this status, these headers and this
/// body.
pub(crate) fn always(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> SocketAddr {
    listen(move |request: Request<Incoming>| async move {
        if request.uri().path().ends_with("/token") {
            return answer(request, None, 3_600).await;
        }
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Ok(response.body(Full::new(Bytes::from(body))).unwrap())
    })
}

/// A server that answers each call after that long: all of them together, or one after the other.
pub(crate) fn slow(delay: Duration, together: bool) -> SocketAddr {
    let turns = Arc::new(tokio::sync::Semaphore::new(if together { 10_000 } else { 1 }));
    listen(move |request: Request<Incoming>| {
        let turns = turns.clone();
        async move {
            let _turn = turns.acquire().await.unwrap();
            tokio::time::sleep(delay).await;
            answer(request, None, 3_600).await
        }
    })
}

/// A proxy that answers for this host, to whoever bears this.
pub(crate) fn proxy(host: &'static str, known_by: &'static str) -> SocketAddr {
    listen(move |request: Request<Incoming>| async move {
        let is_for_host = request.uri().host() == Some(host) && request.headers()["host"] == host;
        let shown = request.headers().get("proxy-authorization");
        if is_for_host && shown.is_some_and(|shown| shown == known_by) {
            return answer(request, None, 3_600).await;
        }
        Ok(Response::builder().status(502).body(Full::default()).unwrap())
    })
}

fn listen<F>(answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static) -> SocketAddr
where
    F: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
{
    accepting(move |stream| {
        let service = service_fn(answer.clone());
        let served = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        async move { drop(served.await) }
    })
}

/// Does this with each connection, on a thread of its own until the process ends.
pub(crate) fn accepting<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let _ = stream.set_nodelay(true);
                tokio::spawn(serve(stream));
            }
        });
    });
    receiver.recv_timeout(Duration::from_secs(10)).unwrap()
}

pub(crate) async fn answer(
    request: Request<Incoming>,
    stall: Option<Stall>,
    token_life_s: u64,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if let Some(stall) = stall
        && request.uri().path().ends_with(stall.over)
        && (stall.from..stall.to).contains(&Instant::now())
    {
        tokio::time::sleep_until(stall.to.into()).await;
    }
    let body = if request.uri().path().ends_with("/token") {
        format!(
            r#"{{"access_token":"t","token_type":"Bearer","expires_in":{token_life_s},"scope":"SI"}}"#
        )
    } else {
        "[]".to_owned()
    };
    Ok(Response::new(Full::new(Bytes::from(body))))
}

/// The text of a target file for a server at this address, with as many recipients.
pub(crate) fn target_text(address: SocketAddr, recipients: u32) -> String {
    let mut text = format!(
        r#"
        [hub]
        name = "Serveur d'essai"
        teledossiers_url = "http://{address}/teledossiers/v1"
        referential_url = "http://{address}/referential/v1"
        token_url = "http://{address}/oauth2/token"
        "#
    );
    for branch in 1..=recipients {
        text += &format!(
            r#"
        [[credential]]
        scope = "SI"
        client_id = "si"
        client_secret = "essai"
        organization = {{ type = "SI", companyRegister = "00000000000002", branchCode = "{branch}" }}
        processes = ["EtatCivil"]
        "#
        );
    }
    text
}

/// A target of a text.
pub(crate) fn parsed(text: &str) -> Arc<Target> {
    Arc::new(Target::parse(text, std::path::Path::new("target.toml")).unwrap())
}

/// A target file for a server at this address.
pub(crate) fn target(address: SocketAddr) -> Arc<Target> {
    parsed(&target_text(address, 1))
}
