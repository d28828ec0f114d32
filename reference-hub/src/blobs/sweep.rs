//! Removing what a stop in the middle of an upload left: staged files, and files that no row names.
//! Done once, at start, before anything is accepted.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use uuid::Uuid;

use super::{BlobError, BlobKey, Blobs, blocking};

impl Blobs {
    /// Whether a whole file lies here.
    pub(crate) fn is_empty(&self) -> Result<bool, BlobError> {
        Ok(files(&self.directory)?.iter().all(|path| key_of(path).is_none()))
    }

    /// Removes every file older than `started_at` whose key is not among `known`, and tells how
    /// many.
    pub(crate) async fn sweep(
        &self,
        known: HashSet<BlobKey>,
        started_at: SystemTime,
    ) -> Result<usize, BlobError> {
        let directory = self.directory.clone();
        blocking(move || {
            let mut removed = 0;
            for path in files(&directory)? {
                let is_known = key_of(&path).is_some_and(|key| known.contains(&key));
                if !is_known && path.metadata()?.modified()? < started_at {
                    std::fs::remove_file(&path)?;
                    removed += 1;
                }
            }
            Ok(removed)
        })
        .await
    }
}

/// A staged file has another name, so it is nobody's.
fn key_of(path: &Path) -> Option<BlobKey> {
    Uuid::try_parse(path.file_name()?.to_str()?).ok().map(BlobKey)
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, BlobError> {
    let mut found = Vec::new();
    for shard in std::fs::read_dir(directory)? {
        let shard = shard?;
        if shard.file_type()?.is_dir() {
            for file in std::fs::read_dir(shard.path())? {
                found.push(file?.path());
            }
        }
    }
    Ok(found)
}
