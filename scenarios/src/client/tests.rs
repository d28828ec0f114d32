//! The client against servers that do what no library does: each answers as it is told, then keeps
//! or closes the connection.

use std::sync::atomic::AtomicUsize;

use contract::operations::{Method, Operation};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use super::*;

/// Counts what is made again.
#[derive(Default)]
struct Count(AtomicUsize);

impl Witness for Count {
    fn witness(&self, _: &Exchange, _: &[u8], _: &[u8]) {}

    fn made_again(&self, _: &Exchange, _: MadeAgain) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A server that gives these answers in turn, as many on each connection as said; it reads the
/// request that comes after them, and closes without a word.
async fn server(answers: Vec<&'static str>, on_each_connection: usize) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0_u8; 4096];
            for _ in 0..on_each_connection {
                if stream.read(&mut request).await.is_ok_and(|count| count > 0)
                    && let Some(answer) = answers.next()
                {
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
            let _ = stream.read(&mut request).await;
        }
    });
    format!("http://{address}").parse().unwrap()
}

fn client(url: &Url) -> (Client, Arc<Count>) {
    let text = format!(
        "[hub]\nname = 'x'\nteledossiers_url = '{url}'\nreferential_url = '{url}'\ntoken_url = '{url}'\n\
         [[credential]]\nscope = 'ADMIN'\nclient_id = 'a'\nclient_secret = 'public'\n"
    );
    let target = Target::parse(&text, std::path::Path::new("hub.toml")).unwrap();
    let count = Arc::<Count>::default();
    (Client::new(Arc::new(target), count.clone()).unwrap(), count)
}

const FINE: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn reading() -> Call {
    Call::operation(Operation::ListNotifications, &[])
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_unannounced_costs_one_new_call_and_is_told() {
    let (client, made_again) = client(&server(vec![FINE; 4], 1).await);
    for _ in 0..4 {
        assert_eq!(client.send(&reading()).await.unwrap().status(), 204);
    }
    // After the first, no connection is kept: nothing dies any more.
    assert_eq!(made_again.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_creation_that_may_have_been_acted_on_is_not_made_again() {
    let (client, made_again) = client(&server(vec![FINE; 4], 1).await);
    client.send(&reading()).await.unwrap();
    let creation = Call::operation(Operation::CreateFolder, &[]).json(serde_json::json!({}));
    let died = client.send(&creation).await;
    assert!(matches!(died, Err(ClientError::Broken { .. })), "{:?}", died.map(|it| it.status()));
    assert_eq!(client.send(&creation).await.unwrap().status(), 204, "over a connection of its own");
    assert_eq!(made_again.0.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_connection_of_its_own_that_dies_is_the_hubs_answer() {
    let (client, made_again) = client(&server(Vec::new(), 0).await);
    let died = client.send(&reading()).await;
    assert!(matches!(died, Err(ClientError::Broken { .. })), "{:?}", died.map(|it| it.status()));
    assert_eq!(made_again.0.load(Ordering::Relaxed), 0);
}

/// A server that refuses what it is sent once it has read the beginning, and closes with the rest
/// unread: what is still being sent breaks on it (RFC 9112 §9.6).
async fn refusing_early(refusal: &'static str) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut beginning = [0_u8; 256];
            let _ = stream.read(&mut beginning).await;
            let _ = stream.write_all(refusal.as_bytes()).await;
        }
    });
    format!("http://{address}").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refusal_before_the_end_of_what_is_sent_is_the_answer() {
    const REFUSED: &str = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n{}";
    let (client, made_again) = client(&refusing_early(REFUSED).await);
    let large = "x".repeat(1024 * 1024);
    let creation = Call::operation(Operation::CreateFolder, &[]).json(large);
    let mut upload = Call::new(Method::Put, Api::Teledossiers, "/folders/f/attachments/a");
    upload.body = Body::Generated(Generated::new("", "", 64 * 1024 * 1024, 1));
    // Where the two meet is a matter of chance: often the refusal is read at once.
    let mut tries = 0;
    while made_again.0.load(Ordering::Relaxed) < 3 && tries < 5_000 {
        for call in [&creation, &upload] {
            let answer = client.send(call).await;
            assert_eq!(answer.map(|it| it.status()).map_err(|it| it.to_string()), Ok(413));
        }
        tries += 1;
    }
    assert!(made_again.0.load(Ordering::Relaxed) > 0, "it never came to it");
}

#[tokio::test]
async fn too_many_is_waited_for_in_both_forms_and_not_beyond_the_patience() {
    const SECONDS: &str = "HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    const DATE: &str = "HTTP/1.1 429 Too Many\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                        Retry-After: Sun, 06 Nov 1994 08:49:38 GMT\r\nContent-Length: 0\r\n\r\n";
    let (client, _) = client(&server(vec![SECONDS, DATE, FINE, DATE, DATE, FINE], 6).await);
    let started = Instant::now();
    assert_eq!(client.send(&reading()).await.unwrap().status(), 204);
    assert!(started.elapsed() >= Duration::from_secs(2));
    let client = client.with_patience(Duration::from_secs(1));
    let tired = client.send(&reading()).await;
    assert!(
        matches!(tired, Err(ClientError::AskedToWait { .. })),
        "{:?}",
        tired.map(|it| it.status())
    );
}
