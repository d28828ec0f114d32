//! Where binaries lie: one file each, written while they stream in, published only when whole, read
//! back in pieces. A file is there before the row that names it; files no row names are swept at
//! the next start. Memory stays at a few hundred kilobytes a transfer, whatever the size. It knows
//! keys and bytes, not attachments.

mod sweep;
mod upload;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::stream::{self, Stream};
use uuid::Uuid;

use crate::config::Durability;
use crate::private;

pub(crate) use upload::{Stored, Upload};

/// Size of the pieces in which files are written and read.
const PIECE_BYTES: usize = 256 * 1024;

/// Names a stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlobKey(pub Uuid);

impl From<BlobKey> for crate::domain::BlobKey {
    fn from(key: BlobKey) -> Self {
        Self(key.0.simple().to_string())
    }
}

impl TryFrom<&crate::domain::BlobKey> for BlobKey {
    type Error = BlobError;

    fn try_from(key: &crate::domain::BlobKey) -> Result<Self, BlobError> {
        Uuid::try_parse(&key.0).map(Self).map_err(|_| BlobError::NoKey)
    }
}

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlobError {
    /// The disk refused.
    #[error("the binaries cannot be read or written: {0}")]
    Disk(#[from] io::Error),
    /// The data names a file that cannot be one of these.
    #[error("the data names a binary that cannot exist")]
    NoKey,
    /// The hub is stopping.
    #[error("the work was interrupted")]
    Interrupted,
}

/// The directory of binaries.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    directory: PathBuf,
    durability: Durability,
}

impl Blobs {
    /// Opens the directory, made if need be.
    pub(crate) fn open(directory: &Path, durability: Durability) -> Result<Self, BlobError> {
        private::make_directory(directory)?;
        Ok(Self { directory: directory.to_owned(), durability })
    }

    /// Starts a file. Dropped before [`Upload::finish`], it leaves nothing.
    pub(crate) fn begin(&self) -> Upload {
        Upload::new(self.clone(), BlobKey(Uuid::new_v4()))
    }

    /// Where a stored file lies: files are spread over 256 directories by the start of their key.
    pub(crate) fn path(&self, key: BlobKey) -> PathBuf {
        let name = key.0.simple().to_string();
        self.directory.join(&name[..2]).join(name)
    }

    /// Removes a file; nothing happens when it is not there.
    pub(crate) async fn remove(&self, key: BlobKey) -> Result<(), BlobError> {
        let path = self.path(key);
        blocking(move || match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        })
        .await
    }

    /// The pieces of a stored file, in order; `None` when it is not there.
    pub(crate) async fn read(&self, key: BlobKey) -> Result<Option<Download>, BlobError> {
        let path = self.path(key);
        let opened = blocking(move || {
            let file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                other => other?,
            };
            let length = file.metadata()?.len();
            let first = if length == 0 { None } else { next_piece(file)? };
            Ok(Some((length, first)))
        });
        Ok(opened.await?.map(|(length, first)| Download { length, first }))
    }
}

/// A file being read.
pub(crate) struct Download {
    /// Length of the whole, in bytes.
    pub length: u64,
    first: Option<(Bytes, File)>,
}

impl Download {
    /// The pieces. The first is already read: a small file takes one trip to the disk.
    pub(crate) fn into_stream(
        self,
    ) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static {
        let mut left = self.length;
        stream::try_unfold(self.first.map(Ok::<_, File>), move |state| async move {
            let read = match state {
                None => None,
                Some(Ok(first)) => Some(first),
                Some(Err(file)) => {
                    blocking(move || Ok(next_piece(file)?)).await.map_err(io::Error::other)?
                }
            };
            let Some((piece, file)) = read else {
                return Ok(None);
            };
            left = left.saturating_sub(piece.len() as u64);
            Ok(Some((piece, (left > 0).then_some(Err(file)))))
        })
    }
}

fn next_piece(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
    Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| BlobError::Interrupted)?
}

#[cfg(test)]
mod tests;
