//! Stands before a hub, remembers the tokens that pass, which are canaries of the secrets test, and
//! bends the answers that it is told to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Makes another answer of the first line of a request, an answer and the tokens so far.
type Bend = Arc<dyn Fn(&str, String, &[String]) -> String + Send + Sync>;

/// A forwarder of whole requests, one a connection.
pub(crate) struct Forwarder {
    pub(crate) address: String,
    tokens: Arc<Mutex<Vec<String>>>,
}

impl Forwarder {
    /// Forwards to the server at this address until the test ends.
    pub(crate) fn to(server: String) -> Self {
        Self::bending(server, |_, answer, _| answer)
    }

    /// Forwards, and bends every answer that is text.
    pub(crate) fn bending(
        server: String,
        bend: impl Fn(&str, String, &[String]) -> String + Send + Sync + 'static,
    ) -> Self {
        let bend: Bend = Arc::new(bend);
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let tokens = Arc::<Mutex<Vec<String>>>::default();
        let seen = tokens.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (server, seen, bend) = (server.clone(), seen.clone(), bend.clone());
                std::thread::spawn(move || forward(connection, &server, &seen, &bend));
            }
        });
        Self { address, tokens }
    }

    /// The tokens that were issued.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.tokens.lock().unwrap().clone()
    }
}

fn forward(
    mut client: TcpStream,
    server: &str,
    tokens: &Mutex<Vec<String>>,
    bend: &Bend,
) -> Option<()> {
    let request = read_request(&mut client)?;
    let mut hub = TcpStream::connect(server).ok()?;
    hub.write_all(&request).ok()?;
    let mut answer = Vec::new();
    hub.read_to_end(&mut answer).ok()?;
    let text = String::from_utf8_lossy(&answer);
    if let Some((_, rest)) = text.split_once("\"access_token\":\"") {
        let token = rest.split('"').next().unwrap_or_default().to_owned();
        // Remembered before it is passed on: the run cannot use a token that is not watched.
        tokens.lock().unwrap().push(token);
    }
    let first = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
    let answer = match String::from_utf8(answer) {
        Ok(text) => bend(&first, text, &tokens.lock().unwrap()).into_bytes(),
        Err(error) => error.into_bytes(),
    };
    client.write_all(&answer).ok()
}

/// Reads one request and asks for the connection to be closed after its answer.
fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = client.read(&mut part).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let announced = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= announced.unwrap_or(0) {
            let kept: Vec<_> = head
                .lines()
                .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
                .collect();
            return Some(
                format!("{}\r\nconnection: close\r\n\r\n{body}", kept.join("\r\n")).into_bytes(),
            );
        }
    }
}
