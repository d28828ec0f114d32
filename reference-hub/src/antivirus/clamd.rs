//! A clamd over TCP, by its INSTREAM command (clamd(8)). One connection a file.
//!
//! Files over clamd's own `MaxFileSize` pass unscanned unless its configuration says
//! `AlertExceedsMax yes`: with it, they come back as `Heuristics.Limits.Exceeded…`, which is taken
//! for what it is, an error.

use std::io;
use std::path::Path;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Scan, ScanError, Scanner, Verdict};

/// Longest wait for a connection or for room to write.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait for the verdict, once everything is sent.
const VERDICT_TIMEOUT: Duration = Duration::from_secs(120);
/// Longest answer that is read.
const ANSWER_BYTES: u64 = 4096;
const OVER_LIMIT: &str = "Heuristics.Limits.Exceeded";

/// Makes scans at a clamd.
#[derive(Clone, Debug)]
pub(crate) struct ClamdScanner {
    address: String,
}

impl ClamdScanner {
    /// The clamd at `HOST:PORT`.
    pub(crate) fn new(address: String) -> Self {
        Self { address }
    }
}

impl Scanner for ClamdScanner {
    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Scan>, ScanError>> {
        Box::pin(async move {
            let mut stream = in_time(STEP_TIMEOUT, TcpStream::connect(&self.address)).await?;
            in_time(STEP_TIMEOUT, stream.write_all(b"zINSTREAM\0")).await?;
            Ok(Box::new(ClamdScan { stream, cut_short: false }) as Box<dyn Scan>)
        })
    }
}

struct ClamdScan {
    stream: TcpStream,
    /// clamd stopped listening: it has already answered, which is read at the end.
    cut_short: bool,
}

impl Scan for ClamdScan {
    fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> BoxFuture<'a, Result<(), ScanError>> {
        Box::pin(async move {
            if chunk.is_empty() || self.cut_short {
                return Ok(());
            }
            let length = u32::try_from(chunk.len()).map_err(|_| ScanError::OverLimit)?;
            let sent = in_time(STEP_TIMEOUT, async {
                self.stream.write_all(&length.to_be_bytes()).await?;
                self.stream.write_all(chunk).await
            });
            match sent.await {
                Err(ScanError::Unreachable(_)) => self.cut_short = true,
                other => other?,
            }
            Ok(())
        })
    }

    fn verdict<'a>(
        mut self: Box<Self>,
        _stored: &'a Path,
    ) -> BoxFuture<'a, Result<Verdict, ScanError>> {
        Box::pin(async move {
            if !self.cut_short {
                // When this fails, the answer says why.
                let _ = in_time(STEP_TIMEOUT, self.stream.write_all(&0_u32.to_be_bytes())).await;
            }
            let mut answer = Vec::new();
            in_time(VERDICT_TIMEOUT, self.stream.take(ANSWER_BYTES).read_to_end(&mut answer))
                .await?;
            read_answer(&String::from_utf8_lossy(&answer))
        })
    }
}

async fn in_time<T>(
    limit: Duration,
    step: impl Future<Output = io::Result<T>>,
) -> Result<T, ScanError> {
    Ok(timeout(limit, step).await.map_err(|_| ScanError::TimedOut)??)
}

fn read_answer(answer: &str) -> Result<Verdict, ScanError> {
    let answer = answer.trim_end_matches('\0').trim();
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) if name.starts_with(OVER_LIMIT) => Err(ScanError::OverLimit),
        Some(name) => Ok(Verdict::Infected(name.to_owned())),
        None if said == "OK" => Ok(Verdict::Clean),
        None if said.contains("size limit exceeded") => Err(ScanError::OverLimit),
        None if said.is_empty() => Err(ScanError::Unreachable(io::ErrorKind::UnexpectedEof.into())),
        None => Err(ScanError::Refused(said.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn only_ok_is_clean() {
        assert!(matches!(read_answer("stream: OK\0"), Ok(Verdict::Clean)));
        assert!(
            matches!(read_answer("stream: Eicar-Signature FOUND\0"), Ok(Verdict::Infected(name)) if name == "Eicar-Signature")
        );
        assert!(matches!(
            read_answer("INSTREAM size limit exceeded. ERROR\0"),
            Err(ScanError::OverLimit)
        ));
        assert!(matches!(
            read_answer("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0"),
            Err(ScanError::OverLimit)
        ));
        assert!(matches!(
            read_answer("stream: lstat() failed. ERROR\0"),
            Err(ScanError::Refused(_))
        ));
        assert!(matches!(read_answer(""), Err(ScanError::Unreachable(_))));
    }

    /// A clamd that checks the framing and answers with how many bytes it got.
    async fn stand_in() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut command = [0; 10];
            stream.read_exact(&mut command).await.unwrap();
            assert_eq!(&command, b"zINSTREAM\0");
            let mut total = 0;
            loop {
                let length = stream.read_u32().await.unwrap();
                if length == 0 {
                    break;
                }
                let mut chunk = vec![0; length as usize];
                stream.read_exact(&mut chunk).await.unwrap();
                total += length;
            }
            stream.write_all(format!("stream: Bytes-{total} FOUND\0").as_bytes()).await.unwrap();
        });
        address
    }

    #[tokio::test]
    async fn chunks_are_framed_as_clamd_reads_them() {
        let mut scan = ClamdScanner::new(stand_in().await).begin().await.unwrap();
        scan.feed(b"12345").await.unwrap();
        scan.feed(b"").await.expect("an empty chunk must not end the stream");
        scan.feed(b"678").await.unwrap();
        assert_eq!(scan.verdict(Path::new("")).await.unwrap(), Verdict::Infected("Bytes-8".into()));
    }

    #[tokio::test]
    async fn no_clamd_is_an_error_and_not_clean() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        assert!(matches!(ClamdScanner::new(address).begin().await, Err(ScanError::Unreachable(_))));
    }

    #[tokio::test]
    async fn a_clamd_that_hangs_up_is_an_error_and_not_clean() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { drop(listener.accept().await) });
        let mut scan = ClamdScanner::new(address).begin().await.unwrap();
        for _ in 0..50 {
            scan.feed(&[0; 65536]).await.unwrap();
        }
        assert!(scan.verdict(Path::new("")).await.is_err());
    }
}
