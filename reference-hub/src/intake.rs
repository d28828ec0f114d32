//! A file on its way in: from the body of a call to the binaries, counted, hashed, scanned and
//! looked at as it passes. It sees; what that makes of the attachment is the domain's (contract §6,
//! "Folder attachment").

use std::fs::File;
use std::path::PathBuf;

use axum::body::{Body, BodyDataStream};
use futures::StreamExt as _;
use http::HeaderMap;

use crate::antivirus::{Scan, ScanError, Scanner, Verdict};
use crate::blobs::{Blobs, Stored, Upload as Writing};
use crate::domain::{BlobKey, Upload, UploadTarget};
use crate::error::Refusal;
use crate::extract::{Digest, drain, throw_away};
use crate::media_type::{self, HEAD_BYTES};

impl From<ScanError> for Refusal {
    fn from(error: ScanError) -> Self {
        tracing::error!(%error, "a file was not scanned");
        Self::NoVerdict
    }
}

/// Reads a file to its end, or to one byte more than announced, and tells what was seen. On an
/// error nothing is left.
pub(crate) async fn receive(
    blobs: &Blobs,
    scanner: &dyn Scanner,
    target: &UploadTarget,
    headers: &HeaderMap,
    body: Body,
) -> Result<Upload, Refusal> {
    let scan = match scanner.begin().await {
        Ok(scan) => scan,
        Err(error) => {
            drain(body, headers).await;
            return Err(error.into());
        }
    };
    let mut reading = Reading { writing: blobs.begin(), scan, head: Vec::new() };
    let mut stream = body.into_data_stream();
    let left_out = match reading.take_all(&mut stream, target.size).await {
        Ok(true) => return reading.conclude(blobs, target, &Digest::read(headers)).await,
        Ok(false) => Ok(too_long(target)),
        Err(refusal) => Err(refusal),
    };
    // What was staged goes first: the room may be missing.
    drop(reading);
    throw_away(&mut stream).await;
    left_out
}

struct Reading {
    writing: Writing,
    scan: Box<dyn Scan>,
    head: Vec<u8>,
}

impl Reading {
    /// Takes all that comes; false when it is more than that.
    async fn take_all(&mut self, stream: &mut BodyDataStream, most: u64) -> Result<bool, Refusal> {
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Refusal::BrokenBody)?;
            if self.writing.size() + chunk.len() as u64 > most {
                return Ok(false);
            }
            self.take(&chunk).await?;
        }
        Ok(true)
    }

    async fn take(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        let missing = (HEAD_BYTES - self.head.len()).min(chunk.len());
        self.head.extend_from_slice(&chunk[..missing]);
        self.scan.feed(chunk).await?;
        self.writing.write(chunk).await?;
        Ok(())
    }

    async fn conclude(
        self,
        blobs: &Blobs,
        target: &UploadTarget,
        digest: &Digest,
    ) -> Result<Upload, Refusal> {
        let Self { writing, scan, head } = self;
        let stored = writing.finish().await?;
        let seen = look(blobs, &stored, scan, head, target).await;
        match seen {
            Ok(seen) => Ok(Upload {
                digest_matches: digest.matches(&stored.sha256),
                blob: Some(BlobKey::from(stored.key)),
                size: stored.size,
                sha256: stored.sha256,
                ..seen
            }),
            Err(refusal) => {
                blobs.remove(stored.key).await?;
                Err(refusal)
            }
        }
    }
}

/// Whether the bytes are of the announced type, and what the scanner makes of them.
async fn look(
    blobs: &Blobs,
    stored: &Stored,
    scan: Box<dyn Scan>,
    head: Vec<u8>,
    target: &UploadTarget,
) -> Result<Upload, Refusal> {
    let path = blobs.path(stored.key);
    let verdict = match scan.verdict(&path).await {
        // It will be no smaller the next time: that is an answer, not something to wait for.
        Err(ScanError::OverLimit) => return Ok(Upload { can_be_scanned: false, ..nothing_seen() }),
        verdict => verdict?,
    };
    let container = if media_type::may_be_zip(&head) { read_container(path).await } else { None };
    Ok(Upload {
        type_matches: media_type::agrees(&target.mime_type, &head, container.as_ref()),
        infected: matches!(verdict, Verdict::Infected(_)),
        ..nothing_seen()
    })
}

async fn read_container(path: PathBuf) -> Option<media_type::Container> {
    let read =
        tokio::task::spawn_blocking(move || media_type::read_container(File::open(path).ok()?));
    read.await.ok().flatten()
}

/// More bytes than announced: nothing else is known of them, and the size alone says enough.
fn too_long(target: &UploadTarget) -> Upload {
    Upload { size: target.size.saturating_add(1), ..nothing_seen() }
}

/// A file that nothing is held against.
fn nothing_seen() -> Upload {
    Upload {
        blob: None,
        size: 0,
        sha256: [0; 32],
        type_matches: true,
        digest_matches: true,
        can_be_scanned: true,
        infected: false,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::antivirus::BuiltinScanner;
    use crate::config::Durability;

    struct Bench {
        directory: tempfile::TempDir,
        blobs: Blobs,
    }

    impl Bench {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let blobs = Blobs::open(directory.path(), Durability::Process).unwrap();
            Self { directory, blobs }
        }

        async fn send(&self, mime_type: &str, size: u64, body: Body) -> Result<Upload, Refusal> {
            let target = UploadTarget { size, mime_type: mime_type.to_owned() };
            receive(&self.blobs, &BuiltinScanner, &target, &HeaderMap::new(), body).await
        }

        async fn files(&self) -> usize {
            // A staged file is removed behind the scenes.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let shards = std::fs::read_dir(self.directory.path()).unwrap();
            shards.map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap().count()).sum()
        }
    }

    #[tokio::test]
    async fn a_file_as_announced_is_kept() {
        let bench = Bench::new();
        let upload = bench.send("application/json", 7, Body::from("{\"a\":1}")).await.unwrap();
        assert_eq!((upload.size, upload.type_matches, upload.infected), (7, true, false));
        assert_eq!(bench.files().await, 1);
    }

    #[tokio::test]
    async fn reading_stops_beyond_the_announced_size_and_keeps_nothing() {
        let bench = Bench::new();
        let pieces = (0..1000).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 1000])));
        let body = Body::from_stream(futures::stream::iter(pieces));
        let upload = bench.send("text/plain", 600_000, body).await.unwrap();
        assert_eq!((upload.size, upload.blob), (600_001, None));
        assert_eq!(bench.files().await, 0);
    }

    #[tokio::test]
    async fn a_broken_upload_leaves_nothing() {
        let bench = Bench::new();
        let pieces = (0..1000).map(|number| match number {
            999 => Err(std::io::Error::other("gone")),
            _ => Ok(Bytes::from(vec![b'a'; 1000])),
        });
        let body = Body::from_stream(futures::stream::iter(pieces));
        assert!(matches!(
            bench.send("text/plain", 1_000_000, body).await,
            Err(Refusal::BrokenBody)
        ));
        assert_eq!(bench.files().await, 0);
    }

    #[tokio::test]
    async fn another_type_than_announced_is_seen() {
        let upload = Bench::new().send("application/pdf", 4, Body::from("text")).await.unwrap();
        assert!(!upload.type_matches);
    }

    #[tokio::test]
    async fn no_antivirus_means_no_verdict_and_no_file() {
        let bench = Bench::new();
        let target = UploadTarget { size: 4, mime_type: "text/plain".into() };
        let scanner = crate::antivirus::ClamdScanner::new("127.0.0.1:1".into());
        let refused =
            receive(&bench.blobs, &scanner, &target, &HeaderMap::new(), Body::from("text")).await;
        assert!(matches!(refused, Err(Refusal::NoVerdict)));
        assert_eq!(bench.files().await, 0);
    }
}
