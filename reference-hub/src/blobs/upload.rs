//! A file on its way in: small ones are written at once when whole, large ones piece by piece to a
//! staged file that is renamed at the end. Counts and hashes what passes.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use object_store::local::LocalFileSystem;
use object_store::{MultipartUpload, ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};

use super::{BlobError, BlobKey, PIECE_BYTES, location};

/// A whole file, on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// What names it.
    pub key: BlobKey,
    /// Its length, in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// A file being written.
pub(crate) struct Upload {
    store: Arc<LocalFileSystem>,
    key: BlobKey,
    size: u64,
    hasher: Sha256,
    waiting: BytesMut,
    staged: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    pub(super) fn new(store: Arc<LocalFileSystem>, key: BlobKey) -> Self {
        Self { store, key, size: 0, hasher: Sha256::new(), waiting: BytesMut::new(), staged: None }
    }

    /// Bytes written so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds bytes.
    pub(crate) async fn write(&mut self, chunk: &[u8]) -> Result<(), BlobError> {
        self.size += chunk.len() as u64;
        self.hasher.update(chunk);
        self.waiting.extend_from_slice(chunk);
        if self.waiting.len() >= PIECE_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), BlobError> {
        let piece: Bytes = self.waiting.split().freeze();
        let staged = match &mut self.staged {
            Some(staged) => staged,
            none => none.insert(self.store.put_multipart(&location(self.key)).await?),
        };
        staged.put_part(PutPayload::from_bytes(piece)).await?;
        Ok(())
    }

    /// Publishes the file, whole; a failure leaves nothing.
    pub(crate) async fn finish(mut self) -> Result<Stored, BlobError> {
        if self.staged.is_some() {
            if !self.waiting.is_empty() {
                self.flush().await?;
            }
            if let Some(mut staged) = self.staged.take() {
                staged.complete().await?;
            }
        } else {
            let whole = PutPayload::from_bytes(self.waiting.split().freeze());
            self.store.put(&location(self.key), whole).await?;
        }
        Ok(Stored { key: self.key, size: self.size, sha256: self.hasher.finalize().into() })
    }
}
