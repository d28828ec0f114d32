//! Bytes over a bare connection, for what HTTP libraries refuse to send: NUL characters, dots in
//! paths, wrong lengths, a connection closed on purpose. Gives back the status line that came, if
//! any; parses nothing more.

use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// Longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// A bare stream, plain or under TLS.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Opens a bare connection to the host of a URL; under `https`, TLS with the given configuration.
pub async fn connect(
    url: &Url,
    tls: Option<Arc<rustls::ClientConfig>>,
) -> std::io::Result<Box<dyn Stream>> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    match tls.filter(|_| url.scheme() == "https") {
        None => Ok(Box::new(stream)),
        Some(config) => {
            let name = ServerName::try_from(host).map_err(std::io::Error::other)?;
            Ok(Box::new(tokio_rustls::TlsConnector::from(config).connect(name, stream).await?))
        }
    }
}

/// Sends bytes and reads the status of the answer; `None` when the peer closed without one.
///
/// # Errors
/// When the connection breaks while sending, or nothing comes within the limit.
pub async fn status_of(
    stream: &mut Box<dyn Stream>,
    request: &[u8],
    limit: Duration,
) -> std::io::Result<Option<u16>> {
    let exchange = async {
        // A hub may answer and close before it has read everything: what it said still counts.
        let sent = stream.write_all(request).await;
        let mut answer = Vec::new();
        let mut chunk = [0_u8; 4096];
        while answer.len() < LONGEST && !answer.windows(2).any(|pair| pair == b"\r\n") {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(count) => answer.extend_from_slice(&chunk[..count]),
            }
        }
        let status = status_line(&answer);
        if status.is_none() { sent.map(|()| None) } else { Ok(status) }
    };
    tokio::time::timeout(limit, exchange)
        .await
        .map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))?
}

fn status_line(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    let text = std::str::from_utf8(line).ok()?.strip_prefix("HTTP/1.")?;
    text.get(2..5)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_the_first_line() {
        assert_eq!(status_line(b"HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n"), Some(431));
        assert_eq!(status_line(b"garbage"), None);
    }
}
