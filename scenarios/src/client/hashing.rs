//! Evidence of bytes that pass by and are not kept: how many there were, and their SHA-256.

use contract::exchange::BodyExcerpt;
use sha2::{Digest as _, Sha256};

/// Counts and hashes what passes.
#[derive(Default)]
pub(crate) struct Hashing {
    length: u64,
    sha256: Sha256,
}

impl Hashing {
    /// More bytes passed.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    /// All have passed.
    pub(crate) fn finish(self) -> BodyExcerpt {
        BodyExcerpt::seen(self.length, &self.sha256.finalize(), &[])
    }
}
