//! Serving the page, on a thread of its own, which holds nothing else up: the page, its style and
//! its script, the changes of its board as server-sent events, and its actions, by POST alone.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures::stream::{Stream, unfold};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::sync::{oneshot, watch};

use crate::Board;
use crate::door::{Admitted, Door};

const SCRIPT: &str = include_str!("page.js");
/// Between two messages to a reader: what changes meanwhile goes together.
const BREATH: Duration = Duration::from_millis(200);
/// How many pages may be open at once.
const MOST_READERS: usize = 64;
/// Bytes of what a form sends.
const FORM_BYTES: usize = 64 * 1024;
/// How long readers are given to take the last changes in.
const LAST_MOMENT: Duration = Duration::from_millis(700);
/// Nothing but what is served here, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Why a page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The address is taken, or is none of this machine's.
    #[error("the page cannot be served at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// No thread, or no runtime.
    #[error("the page cannot be served: {0}")]
    Start(#[from] std::io::Error),
}

/// What a form sends, by the names of its fields; of fields of one name the last.
pub type Fields = BTreeMap<String, String>;

/// What is done when it is asked for, on a thread that may wait.
pub type Run = dyn Fn(&Fields) -> Result<String, String> + Send + Sync;

/// What the page may ask for: a form that is sent to `/actions/NAME`. It says what came of it, or
/// why nothing did, in a line for the reader.
pub struct Action {
    /// Its name.
    pub name: &'static str,
    /// What is done.
    pub run: Box<Run>,
}

/// What the page may look at more closely: the HTML of a part, as the query of `/views/NAME` asks
/// for it. It changes nothing.
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What makes it.
    pub draw: Box<dyn Fn(&Fields) -> String + Send + Sync>,
}

/// What is served.
#[derive(Default)]
pub struct Site {
    /// The page, HTML. It loads `/page.js` and `/style.css`.
    pub page: String,
    /// Its style.
    pub style: String,
    /// What it may ask for.
    pub actions: Vec<Action>,
    /// What it may look at more closely.
    pub views: Vec<View>,
}

/// A page that is being served, until this is dropped: open pages are then told the last changes,
/// and that nothing more comes.
pub struct Served {
    link: String,
    board: Board,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// The link that opens the page, once.
    pub fn link(&self) -> &str {
        &self.link
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.board.end();
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves the page of a board.
pub fn serve(address: SocketAddr, site: Site, board: &Board) -> Result<Served, LiveError> {
    let listen = |source| LiveError::Listen { address, source };
    let listener = std::net::TcpListener::bind(address).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    let door = Door::of(listener.local_addr().map_err(listen)?);
    let link = door.link();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let router = router(site, door, board.clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name("live".to_owned()).spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let (told, mut ending) = watch::channel(false);
            let server = axum::serve(listener, router).with_graceful_shutdown(async move {
                let _ = stopped.await;
                let _ = told.send(true);
            });
            // Who does not take the last changes in is not waited for.
            let too_late = async move {
                let _ = ending.wait_for(|ended| *ended).await;
                tokio::time::sleep(LAST_MOMENT).await;
            };
            tokio::select! {
                _ = server => {}
                () = too_late => {}
            }
        });
        // An action that goes on is not waited for either.
        runtime.shutdown_background();
    })?;
    Ok(Served { link, board: board.clone(), stop: Some(stop), thread: Some(thread) })
}

struct Service {
    site: Site,
    door: Door,
    board: Board,
    readers: Arc<AtomicUsize>,
}

pub(crate) fn router(site: Site, door: Door, board: Board) -> Router {
    let service = Arc::new(Service { site, door, board, readers: Arc::default() });
    Router::new()
        .route("/", get(page))
        .route("/style.css", get(style))
        .route("/page.js", get(async || typed("text/javascript; charset=utf-8", SCRIPT.to_owned())))
        .route("/events", get(events))
        .route("/views/{name}", get(view))
        .route("/actions/{name}", axum::routing::post(act))
        .layer(from_fn_with_state(Arc::clone(&service), watch_the_door))
        .with_state(service)
}

async fn watch_the_door(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    let mut answer = match service.door.admit(&request) {
        Ok(Admitted::Known) => next.run(request).await,
        Ok(Admitted::New(cookie)) => {
            let headers =
                [(header::LOCATION, HeaderValue::from_static("/")), (header::SET_COOKIE, cookie)];
            (StatusCode::SEE_OTHER, HeaderMap::from_iter(headers)).into_response()
        }
        Err(refusal) => (StatusCode::FORBIDDEN, format!("{refusal}\n")).into_response(),
    };
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn typed(content_type: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

async fn page(State(service): State<Arc<Service>>) -> Response {
    typed("text/html; charset=utf-8", service.site.page.clone())
}

async fn style(State(service): State<Arc<Service>>) -> Response {
    typed("text/css; charset=utf-8", service.site.style.clone())
}

/// What has changed since the event that the reader had last, then what changes.
async fn events(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let Some(seat) = Seat::take(&service.readers) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "Trop de pages ouvertes. / Too many pages.\n")
            .into_response();
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let events = follow(Reader {
        changes: service.board.changes(),
        board: service.board.clone(),
        revision: last,
        told: None,
        _seat: seat,
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// A page that is open.
struct Seat(Arc<AtomicUsize>);

impl Seat {
    fn take(readers: &Arc<AtomicUsize>) -> Option<Self> {
        let seat = Self(Arc::clone(readers));
        (readers.fetch_add(1, Ordering::Relaxed) < MOST_READERS).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Reader {
    board: Board,
    changes: watch::Receiver<u64>,
    revision: Option<u64>,
    /// When it was last told something.
    told: Option<Instant>,
    _seat: Seat,
}

/// One message after the other; asked for by the connection only once the one before has gone.
fn follow(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(Some(reader), async |reader| {
        let mut reader = reader?;
        if let Some(told) = reader.told {
            tokio::time::sleep(BREATH.saturating_sub(told.elapsed())).await;
        }
        loop {
            reader.changes.borrow_and_update();
            if let Some(changes) = reader.board.since(reader.revision) {
                reader.revision = Some(changes.revision);
                reader.told = Some(Instant::now());
                let text = serde_json::to_string(&changes).unwrap_or_default();
                let event = Event::default().id(changes.revision.to_string()).data(text);
                return Some((Ok(event), (!changes.ended).then_some(reader)));
            }
            reader.changes.changed().await.ok()?;
        }
    })
}

fn fields(encoded: &[u8]) -> Fields {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

async fn view(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let Some(view) = service.site.views.iter().find(|view| view.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asked = fields(request.uri().query().unwrap_or_default().as_bytes());
    typed("text/html; charset=utf-8", (view.draw)(&asked))
}

async fn act(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Response {
    if !service.site.actions.iter().any(|action| action.name == name) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(body) = to_bytes(request.into_body(), FORM_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let fields = fields(&body);
    let done = tokio::task::spawn_blocking(move || {
        let action = service.site.actions.iter().find(|action| action.name == name);
        action.map(|action| (action.run)(&fields))
    });
    match done.await {
        Ok(Some(Ok(told))) => (StatusCode::OK, told).into_response(),
        Ok(Some(Err(refused))) => (StatusCode::CONFLICT, refused).into_response(),
        Ok(None) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests;
