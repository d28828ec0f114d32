//! Files on their way: made block by block while they are sent, hashed block by block as they come.
//! A gigabyte takes no more memory than a page.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use parking_lot::Mutex;
use scenarios::client::Generated;
use sha2::{Digest as _, Sha256};

/// Bytes that are made or hashed at a stretch before whatever else is due has its turn: they take a
/// fraction of a millisecond, where a whole transfer on a fast network would not stop to wait.
pub(crate) const STRETCH: u64 = 256 * 1024;

/// A digest in hexadecimal.
pub(crate) fn hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A file of a mime type, unlike any other of the campaign.
pub(crate) fn of(mime_type: &str, size: u64, seed: u64) -> Generated {
    let mark = format!("{seed:016x}");
    let (head, tail) = match mime_type {
        "application/pdf" => (format!("%PDF-1.4\n% {mark}\n"), "\n%%EOF\n"),
        "application/xml" => (
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dossier reference=\"{mark}\">\n"),
            "\n</dossier>\n",
        ),
        "application/json" => (format!("{{\"reference\":\"{mark}\",\"texte\":\""), "\"}\n"),
        _ => (format!("{mark}\n"), "\n"),
    };
    Generated::new(head, tail, size, seed)
}

/// The digest of a file, known once it was sent whole.
#[derive(Clone, Default)]
pub(crate) struct SentDigest(Arc<Mutex<Option<String>>>);

impl SentDigest {
    /// The digest; none while bytes are left to send.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().take()
    }
}

/// A file being sent.
pub(crate) struct Sending {
    blocks: Box<dyn Iterator<Item = Bytes> + Send + Sync>,
    left: u64,
    /// Bytes sent since others had their turn.
    stretch: u64,
    sha256: Sha256,
    digest: SentDigest,
}

impl Sending {
    /// Starts sending a file; its digest comes with the last byte.
    pub(crate) fn new(file: &Generated) -> (Self, SentDigest) {
        let digest = SentDigest::default();
        let sending = Self {
            blocks: Box::new(file.blocks()),
            left: file.length(),
            stretch: 0,
            sha256: Sha256::new(),
            digest: digest.clone(),
        };
        (sending, digest)
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if this.stretch >= STRETCH {
            this.stretch = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(block) = this.blocks.find(|block| !block.is_empty()) else {
            return Poll::Ready(None);
        };
        this.sha256.update(&block);
        this.stretch += block.len() as u64;
        this.left = this.left.saturating_sub(block.len() as u64);
        if this.left == 0 {
            *this.digest.0.lock() = Some(hex(&this.sha256.finalize_reset()));
        }
        Poll::Ready(Some(Ok(Frame::data(block))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_sent_has_its_size_and_its_digest() {
        // The last is longer than a stretch: others have their turn in the middle of it.
        for size in [600, 200_000, 3 * STRETCH] {
            let file = of("application/pdf", size, 3);
            let (sending, digest) = Sending::new(&file);
            assert_eq!(sending.size_hint().exact(), Some(size));
            assert_eq!(digest.take(), None);
            let bytes = sending.collect().await.unwrap().to_bytes();
            assert_eq!(bytes.len() as u64, size);
            assert_eq!(digest.take(), Some(hex(&Sha256::digest(&bytes))));
        }
    }

    #[test]
    fn a_json_file_is_json() {
        let bytes: Vec<u8> = of("application/json", 600, 3).blocks().flatten().collect();
        assert!(bytes.starts_with(b"{") && bytes.ends_with(b"\"}\n"));
    }
}
