//! Requests one after another on a single bare connection, whole or in chunks (HTTP/1.1), and their
//! answers read to the end: what a client library would hide. Uncompressed answers only.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::check::Stop;
use crate::client::raw::{self, Stream};
use crate::client::{Call, Waits, base, tls};
use crate::roles::Role;
use crate::world::World;

/// Longest answer read, in bytes.
const LONGEST: usize = 1024 * 1024;

/// An answer, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// Status code.
    pub status: u16,
    /// Body, chunks undone.
    pub body: Vec<u8>,
    /// Whether the hub says that it closes the connection after it.
    pub closes: bool,
    /// `Retry-After` and `Date`, as they came.
    retry_after: Option<String>,
    date: Option<String>,
}

impl World {
    /// Makes calls as a role, one after another on one connection as long as the hub keeps it;
    /// `chunk` is the size of the chunks of their bodies, when they go in chunks. `None` for a call
    /// that got no whole answer. What is answered `429` waits as the hub asks, and is said again.
    pub(crate) async fn converse(
        &mut self,
        role: Role,
        calls: &[Call],
        chunk: Option<usize>,
    ) -> Result<Vec<Option<Spoken>>, Stop> {
        let credential = self.credential(role)?;
        let session = self.session().clone();
        let token = session.client.token_of(&credential, Some(self.scenario())).await?;
        let limit = session.target.limits.request_timeout;
        let mut stream: Option<Box<dyn Stream>> = None;
        let mut answers = Vec::new();
        for call in calls {
            let call = call.clone().header("accept-encoding", "identity");
            let written = session.client.written(&call, Some(&token));
            let request = chunk.map_or_else(
                || written.clone(),
                |size| in_chunks(&written, &call.body.bytes(), size),
            );
            let mut waits = Waits::default();
            let answer = loop {
                let mut open = match stream.take() {
                    Some(open) => open,
                    None => self.connect_to(&call).await?,
                };
                let answer = exchange(&mut open, &request, limit).await;
                if answer.as_ref().is_some_and(|answer| !answer.closes) {
                    stream = Some(open);
                }
                let Some(busy) = answer.as_ref().filter(|answer| answer.status == 429) else {
                    break answer;
                };
                let asked = (busy.retry_after.as_deref(), busy.date.as_deref());
                let wait = waits.next(asked, session.patience).map_err(|until| {
                    Stop::AskedToWait { reason: format!("429, jusqu'à {until}") }
                })?;
                tokio::time::sleep(wait).await;
            };
            answers.push(answer);
        }
        Ok(answers)
    }

    async fn connect_to(&self, call: &Call) -> Result<Box<dyn Stream>, Stop> {
        let no_answer = |reason: String| Stop::NoAnswer { reason };
        let target = &self.session().target;
        let url = base(&target.hub, call.api);
        let config = match url.scheme() {
            "https" => Some(
                tls::config(target, rustls::DEFAULT_VERSIONS)
                    .map_err(|error| no_answer(error.to_string()))?,
            ),
            _ => None,
        };
        raw::connect(url, config)
            .await
            .map_err(|error| no_answer(format!("no connection to {url}: {error}")))
    }
}

/// A written request, its body sent in chunks instead of under its length.
fn in_chunks(written: &[u8], body: &Bytes, size: usize) -> Vec<u8> {
    let head = &written[..written.len() - body.len()];
    let head = String::from_utf8_lossy(head)
        .replace(&format!("content-length: {}\r\n", body.len()), "transfer-encoding: chunked\r\n");
    let mut request = head.into_bytes();
    for chunk in body.chunks(size.max(1)) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

async fn exchange(stream: &mut Box<dyn Stream>, request: &[u8], limit: Duration) -> Option<Spoken> {
    let conversation = async {
        stream.write_all(request).await.ok()?;
        stream.flush().await.ok()?;
        let mut received = Vec::new();
        let mut block = [0_u8; 8192];
        loop {
            if let Some(spoken) = whole(&received) {
                return Some(spoken);
            }
            match stream.read(&mut block).await {
                Ok(count) if count > 0 && received.len() < LONGEST => {
                    received.extend_from_slice(&block[..count]);
                }
                _ => return None,
            }
        }
    };
    tokio::time::timeout(limit, conversation).await.ok().flatten()
}

/// The answer, once all of it is there.
fn whole(received: &[u8]) -> Option<Spoken> {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&received[..end]);
    let rest = &received[end + 4..];
    let status: u16 = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let body = if header("transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"))
    {
        unchunked(rest)?
    } else {
        let length: usize = header("content-length").map_or(Some(0), |text| text.parse().ok())?;
        rest.get(..length)?.to_vec()
    };
    Some(Spoken {
        status,
        body,
        closes: header("connection").is_some_and(|it| it.to_ascii_lowercase().contains("close")),
        retry_after: header("retry-after"),
        date: header("date"),
    })
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim().to_owned();
        let size = usize::from_str_radix(&size, 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            // Trailers are not in use: the end is an empty line.
            return rest.starts_with(b"\r\n").then_some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size.checked_add(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_once_its_last_byte_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
        assert_eq!(whole(&answer[..answer.len() - 1]), None);
        let spoken = whole(answer).unwrap();
        assert_eq!(
            (spoken.status, spoken.body.as_slice(), spoken.closes),
            (200, &b"abc"[..], true)
        );
    }

    #[test]
    fn chunks_are_undone_as_they_were_made() {
        let body = Bytes::from_static(b"0123456789");
        let request =
            in_chunks(b"PUT /x HTTP/1.1\r\ncontent-length: 10\r\n\r\n0123456789", &body, 4);
        let text = String::from_utf8(request.clone()).unwrap();
        assert!(text.contains("transfer-encoding: chunked\r\n\r\n4\r\n0123\r\n"), "{text}");
        let start = text.find("\r\n\r\n").unwrap() + 4;
        assert_eq!(unchunked(&request[start..]).unwrap(), body);
        assert_eq!(unchunked(&request[start..request.len() - 2]), None);
    }
}
