//! A file on its way in: staged under a name that is nobody's, which only its owner may read, and
//! renamed when it is whole. Counts and hashes what passes.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use bytes::BytesMut;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::{BlobError, BlobKey, Blobs, PIECE_BYTES, blocking};
use crate::config::Durability;
use crate::private;

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
    blobs: Blobs,
    key: BlobKey,
    size: u64,
    hasher: Sha256,
    waiting: BytesMut,
    staged: Option<NamedTempFile>,
}

impl Upload {
    pub(super) fn new(blobs: Blobs, key: BlobKey) -> Self {
        let (hasher, waiting) = (Sha256::new(), BytesMut::new());
        Self { blobs, key, size: 0, hasher, waiting, staged: None }
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
            let (piece, staged) = (self.waiting.split(), self.staged.take());
            let path = self.blobs.path(self.key);
            self.staged = Some(blocking(move || append(staged, &path, &piece)).await?);
        }
        Ok(())
    }

    /// Publishes the file, whole; a failure leaves nothing.
    pub(crate) async fn finish(self) -> Result<Stored, BlobError> {
        let Self { blobs, key, size, hasher, waiting, staged } = self;
        blocking(move || {
            let path = blobs.path(key);
            let staged = append(staged, &path, &waiting)?;
            if blobs.durability == Durability::Power {
                staged.as_file().sync_all()?;
            }
            staged.persist(&path).map_err(|refused| refused.error)?;
            if let (Durability::Power, Some(directory)) = (blobs.durability, path.parent()) {
                File::open(directory)?.sync_all()?;
            }
            Ok(Stored { key, size, sha256: hasher.finalize().into() })
        })
        .await
    }
}

/// Adds a piece to the staged file, made beside its final place if it is not there yet.
fn append(
    staged: Option<NamedTempFile>,
    path: &Path,
    piece: &[u8],
) -> Result<NamedTempFile, BlobError> {
    let mut staged = match (staged, path.parent()) {
        (Some(staged), _) => staged,
        (None, Some(directory)) => {
            private::make_directory(directory)?;
            NamedTempFile::new_in(directory)?
        }
        (None, None) => return Err(BlobError::NoKey),
    };
    staged.write_all(piece)?;
    Ok(staged)
}
