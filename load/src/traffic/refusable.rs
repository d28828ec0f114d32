//! A stream on which an answer still counts when sending breaks: whoever refuses a call before its
//! end may answer and close at once (RFC 9112 §9.6), and hyper gives up at the write that fails
//! without reading what came. What broke says nothing more here: the reading side tells.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};

/// A stream whose broken sending waits for what is read.
pub(super) struct Refusable<S> {
    stream: S,
    is_cut: bool,
}

impl<S> Refusable<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream, is_cut: false }
    }

    /// What writing gave; nothing yet, for ever, once it broke.
    fn until_cut<T>(&mut self, written: io::Result<T>) -> Poll<io::Result<T>> {
        use io::ErrorKind::{BrokenPipe, ConnectionReset};
        match written {
            Err(error) if matches!(error.kind(), BrokenPipe | ConnectionReset) => {
                self.is_cut = true;
                Poll::Pending
            }
            written => Poll::Ready(written),
        }
    }
}

impl<S: Read + Unpin> Read for Refusable<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Write for Refusable<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut {
            return Poll::Pending;
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        self.until_cut(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut {
            return Poll::Pending;
        }
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(context));
        self.until_cut(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut {
            return Poll::Pending;
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, buffers));
        self.until_cut(written)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Request, StatusCode};
    use http_body_util::Full;
    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// A server that refuses each call once it has read its beginning, and closes.
    async fn refusing_early(listener: TcpListener) {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut beginning = [0_u8; 256];
            let _ = stream.read(&mut beginning).await;
            let _ = stream.write_all(b"HTTP/1.1 429 Too Many\r\ncontent-length: 0\r\n\r\n").await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_refusal_before_the_end_of_a_call_is_its_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(refusing_early(listener));
        let large = Bytes::from(vec![b'x'; 1024 * 1024]);
        // Where the two meet is a matter of chance: without the wrapper, one in a hundred breaks.
        for _ in 0..1_000 {
            let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
            let (mut sender, connection) = http1::handshake(Refusable::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let request = Request::put("/folders").body(Full::new(large.clone())).unwrap();
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        }
    }
}
