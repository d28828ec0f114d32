//! Files too large to hold: their bytes are made while they are sent, and can be made again to know
//! their digest. The tester's memory does not grow with them (PJ-18).

use std::sync::LazyLock;

use bytes::{Bytes, BytesMut};
use contract::exchange::BodyExcerpt;

use super::hashing::Hashing;

/// How many bytes are made at a time.
const BLOCK: usize = 64 * 1024;
/// A line of text: what lies between the head and the tail of the file is made of it.
const LINE: &[u8] = b"Document d'essai de grande taille : rien ici ne concerne personne.\n";

/// A block of lines.
static PATTERN: LazyLock<Bytes> =
    LazyLock::new(|| LINE.iter().copied().cycle().take(BLOCK).collect());

/// A file of a given length: a head and a tail that make it of a format, and text between them.
#[derive(Clone, Debug)]
pub struct Generated {
    head: Bytes,
    tail: Bytes,
    length: u64,
    seed: u64,
}

impl Generated {
    /// A file of this length in all; at least its head and tail. `seed` makes it unlike any other.
    pub fn new(head: impl Into<Bytes>, tail: impl Into<Bytes>, length: u64, seed: u64) -> Self {
        let (head, tail) = (head.into(), tail.into());
        let length = length.max((head.len() + tail.len()) as u64);
        Self { head, tail, length, seed }
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Its bytes, block by block.
    pub fn blocks(&self) -> impl Iterator<Item = Bytes> + Send + Sync + use<> {
        let (head, tail, seed) = (self.head.clone(), self.tail.clone(), self.seed);
        let middle = self.length - (head.len() + tail.len()) as u64;
        let count = middle.div_ceil(BLOCK as u64);
        let blocks = (0..count).map(move |rank| {
            let left = usize::try_from(middle - rank * BLOCK as u64).unwrap_or(BLOCK).min(BLOCK);
            let mut block = BytesMut::from(&PATTERN[..left]);
            // Every block is unlike the others: a hub that shuffles or repeats some is found out.
            let mark = format!("{:016x}", seed ^ rank.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let marked = mark.len().min(left);
            block[..marked].copy_from_slice(&mark.as_bytes()[..marked]);
            block.freeze()
        });
        std::iter::once(head).chain(blocks).chain([tail])
    }

    /// What is kept of it as evidence.
    pub fn excerpt(&self) -> BodyExcerpt {
        let mut hashing = Hashing::default();
        for block in self.blocks() {
            hashing.update(&block);
        }
        hashing.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_file_has_its_length_its_head_and_its_tail() {
        for length in [40, 41, 57, BLOCK as u64, 3 * BLOCK as u64 + 7] {
            let file = Generated::new("<a>", "</a>", length, 7);
            let bytes: Vec<u8> = file.blocks().flatten().collect();
            assert_eq!(bytes.len() as u64, length);
            assert!(bytes.starts_with(b"<a>") && bytes.ends_with(b"</a>"));
            assert_eq!(BodyExcerpt::of(&bytes).sha256, file.excerpt().sha256);
        }
    }

    #[test]
    fn two_seeds_make_two_files() {
        let of = |seed| Generated::new("", "", 1000, seed).excerpt().sha256;
        assert_ne!(of(1), of(2));
    }
}
