//! Who gets in, what is answered, and that no reader holds the writer back.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use http::Method;
use tower::ServiceExt as _;

use super::*;

const HERE: &str = "127.0.0.1:4321";

/// A page with one action, which counts how often it was done.
struct Page {
    router: Router,
    link: String,
    done: Arc<AtomicUsize>,
}

impl Page {
    fn new() -> Self {
        Self::at(HERE)
    }

    fn at(address: &str) -> Self {
        let done = Arc::<AtomicUsize>::default();
        let door = Door::of(address.parse().unwrap());
        let link = door.link();
        let router = router(site(&done), door, Board::default());
        Self { router, link, done }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::from("n=1")).unwrap()).await.unwrap()
    }

    /// Opens the link; gives the cookie.
    async fn open(&self) -> String {
        let path = self.link.split_at(self.link.find("/open/").unwrap()).1;
        let answer = self.send(Method::GET, path, &[("host", HERE)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[header::LOCATION], "/");
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }
}

fn site(done: &Arc<AtomicUsize>) -> Site {
    let count = Arc::clone(done);
    let run = move |fields: &Fields| {
        count.fetch_add(1, Ordering::Relaxed);
        fields.get("n").cloned().ok_or_else(|| "n is missing".to_owned())
    };
    Site {
        page: "<p>secret</p>".to_owned(),
        style: "p {}".to_owned(),
        actions: vec![Action { name: "count", run: Box::new(run) }],
        views: vec![View { name: "closer", draw: Box::new(|asked| format!("secret {asked:?}")) }],
    }
}

async fn body(answer: Response) -> String {
    String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn without_the_token_nothing_is_shown_and_the_link_opens_once() {
    let page = Page::new();
    let all = ["/", "/style.css", "/page.js", "/events", "/views/closer", "/open/0", "/nowhere"];
    for path in all {
        let answer = page.send(Method::GET, path, &[("host", HERE)]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(!body(answer).await.contains("secret"));
    }
    let path = page.link.split_at(page.link.find("/open/").unwrap()).1;
    let ahead = [("host", HERE), ("sec-purpose", "prefetch")];
    assert_eq!(page.send(Method::GET, path, &ahead).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(page.send(Method::HEAD, path, &[("host", HERE)]).await.status(), 403);
    let cookie = page.open().await;
    let used = page.send(Method::GET, path, &[("host", HERE)]).await;
    assert_eq!(used.status(), StatusCode::FORBIDDEN);
    let shown = page.send(Method::GET, "/", &[("host", HERE), ("cookie", &cookie)]).await;
    assert_eq!(body(shown).await, "<p>secret</p>");
    let closer = [("host", HERE), ("cookie", &cookie)];
    let shown = page.send(Method::GET, "/views/closer?to=9", &closer).await;
    assert_eq!(body(shown).await, r#"secret {"to": "9"}"#);
    let forged = [("host", HERE), ("cookie", "etalon-live-4321=0")];
    assert_eq!(page.send(Method::GET, "/", &forged).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_name_of_the_web_that_has_this_address_is_not_answered() {
    let page = Page::new();
    let cookie = page.open().await;
    for (host, status) in [
        (HERE, 200),
        ("localhost:4321", 200),
        ("localhost:9000", 200),
        ("[::1]:4321", 200),
        ("rebound.example.org:4321", 403),
        ("127.0.0.1.example.org", 403),
        ("192.0.2.1:4321", 403),
        ("", 403),
    ] {
        let answer = page.send(Method::GET, "/", &[("host", host), ("cookie", &cookie)]).await;
        assert_eq!(answer.status(), status, "{host}");
    }
    assert_eq!(page.send(Method::GET, "/", &[("cookie", &cookie)]).await.status(), 403);
}

#[tokio::test]
async fn only_the_page_itself_asks_for_anything_and_never_by_get() {
    let page = Page::new();
    let cookie = page.open().await;
    let own = ("origin", "http://127.0.0.1:4321");
    let mut expected = 0;
    for (method, more, status) in [
        (Method::POST, vec![own], 200),
        (Method::POST, vec![own, ("sec-fetch-site", "same-origin")], 200),
        (Method::POST, vec![], 403),
        (Method::POST, vec![("origin", "null")], 403),
        (Method::POST, vec![("origin", "http://127.0.0.1:9999")], 403),
        (Method::POST, vec![("origin", "https://127.0.0.1:4321")], 403),
        (Method::POST, vec![("origin", "http://example.org")], 403),
        (Method::POST, vec![own, ("sec-fetch-site", "same-site")], 403),
        (Method::GET, vec![], 405),
        (Method::HEAD, vec![], 405),
        (Method::PUT, vec![own], 405),
    ] {
        let headers = [vec![("host", HERE), ("cookie", &cookie)], more].concat();
        let answer = page.send(method.clone(), "/actions/count", &headers).await;
        assert_eq!(answer.status(), status, "{method} {headers:?}");
        expected += usize::from(status == 200);
        assert_eq!(page.done.load(Ordering::Relaxed), expected, "{method} {headers:?}");
    }
    let without = page.send(Method::POST, "/actions/count", &[("host", HERE), own]).await;
    assert_eq!(without.status(), 403, "no cookie");
    let unknown = [("host", HERE), ("cookie", &cookie), own];
    assert_eq!(page.send(Method::POST, "/actions/other", &unknown).await.status(), 404);
    let read_elsewhere = [("host", HERE), ("cookie", &cookie), ("sec-fetch-site", "cross-site")];
    assert_eq!(page.send(Method::GET, "/events", &read_elsewhere).await.status(), 403);
}

#[tokio::test]
async fn every_answer_forbids_what_is_not_served_here() {
    let page = Page::new();
    let cookie = page.open().await;
    for headers in [vec![("host", HERE)], vec![("host", HERE), ("cookie", &cookie)]] {
        let answer = page.send(Method::GET, "/", &headers).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn on_an_address_of_the_network_its_addresses_are_answered_and_names_are_not() {
    let page = Page::at("0.0.0.0:4321");
    assert!(page.link.starts_with("http://127.0.0.1:4321/open/"), "{}", page.link);
    let cookie = page.open().await;
    for (host, status) in [("192.0.2.1:4321", 200), ("example.org:4321", 403)] {
        let answer = page.send(Method::GET, "/", &[("host", host), ("cookie", &cookie)]).await;
        assert_eq!(answer.status(), status, "{host}");
    }
}

/// Opens the page over the network; gives its address and the cookie.
fn opened(served: &Served) -> (String, String) {
    let rest = served.link().strip_prefix("http://").unwrap();
    let (address, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    (address.to_owned(), cookie.split(';').next().unwrap().to_owned())
}

/// A page that is open there.
fn reader(address: &str, cookie: &str, more: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /events HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n{more}\r\n")
        .unwrap();
    stream
}

/// What a reader is told until nothing more comes.
fn told(mut stream: TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut all = Vec::new();
    let mut some = [0; 65536];
    while let Ok(count) = stream.read(&mut some) {
        all.extend_from_slice(&some[..count]);
        if count == 0 || all.ends_with(b"0\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn slow_readers_hold_nobody_back_and_are_told_the_end() {
    let board = Board::default();
    let served = serve("127.0.0.1:0".parse().unwrap(), site(&Arc::default()), &board).unwrap();
    let (address, cookie) = opened(&served);
    let asleep: Vec<_> = (0..20).map(|_| reader(&address, &cookie, "")).collect();
    let started = Instant::now();
    for number in 0..50_000 {
        board.add("calls", format!("{number} {}", "x".repeat(2000)));
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    board.show("verdict", "what came of it".into());
    let late = reader(&address, &cookie, "");
    let again = reader(&address, &cookie, "last-event-id: 50000\r\n");
    // These take in what they are given.
    let awake = [late, again].map(|stream| std::thread::spawn(move || told(stream)));
    std::thread::sleep(Duration::from_millis(1500));
    drop(served);
    assert!(started.elapsed() < Duration::from_secs(8), "the end waits for nobody");
    for reader in awake {
        let told = reader.join().unwrap();
        assert!(told.contains("what came of it") && told.contains("\"ended\":true"), "{told:.300}");
    }
    drop(asleep);
}

#[test]
fn no_more_pages_are_open_at_once_than_there_is_room_for() {
    let board = Board::default();
    let served = serve("127.0.0.1:0".parse().unwrap(), site(&Arc::default()), &board).unwrap();
    let (address, cookie) = opened(&served);
    board.show("part", "shown".into());
    let status = |stream: &mut TcpStream| {
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        String::from_utf8_lossy(&head[9..]).into_owned()
    };
    let mut open: Vec<_> = (0..MOST_READERS).map(|_| reader(&address, &cookie, "")).collect();
    assert!(open.iter_mut().all(|stream| status(stream) == "200"));
    assert_eq!(status(&mut reader(&address, &cookie, "")), "503");
    open.clear();
    std::thread::sleep(Duration::from_millis(300));
    board.show("part", "changed".into());
    std::thread::sleep(Duration::from_millis(300));
    board.show("part", "changed again".into());
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(status(&mut reader(&address, &cookie, "")), "200", "those that left make room");
}
