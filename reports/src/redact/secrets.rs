//! The secrets of a run, and where they stand in some bytes. What is kept of a secret is the secret
//! itself, once: its spellings are undone in what is searched (see [`super::spellings`]), so that
//! neither a long token nor thousands of them make a search slower.

use std::collections::BTreeSet;
use std::ops::{Bound, Range};

use super::spellings;

/// A secret shorter than this cannot be told from ordinary text, and is masked only where it
/// stands by its nature: in a header, a form field, a URL.
pub(super) const SHORTEST_SECRET: usize = 8;
/// The beginning of a long secret is masked too from this length on: messages are cut.
const SHORTEST_BEGINNING: usize = 16;
/// A secret from this length on is long.
const LONG_SECRET: usize = 32;
/// How many beginnings the filter tells apart: a power of two.
const FILTER_BITS: u32 = 18;

/// The secrets that are known.
#[derive(Default)]
pub(super) struct Secrets {
    known: BTreeSet<Box<[u8]>>,
    longest: usize,
    filter: Filter,
}

/// Says of eight bytes whether a secret may begin with them: most bytes of a text are passed over
/// by this alone.
struct Filter(Vec<u64>);

impl Default for Filter {
    fn default() -> Self {
        Self(vec![0; 1 << (FILTER_BITS - 6)])
    }
}

impl Filter {
    fn place(eight: &[u8]) -> (usize, u64) {
        let eight: [u8; SHORTEST_SECRET] = eight.try_into().unwrap_or_default();
        let mixed = u64::from_le_bytes(eight).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bit = usize::try_from(mixed >> (64 - FILTER_BITS)).unwrap_or_default();
        (bit / 64, 1 << (bit % 64))
    }

    fn add(&mut self, eight: &[u8]) {
        let (word, bit) = Self::place(eight);
        self.0[word] |= bit;
    }

    fn may_begin(&self, eight: &[u8]) -> bool {
        let (word, bit) = Self::place(eight);
        self.0[word] & bit != 0
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} secrets", self.known.len())
    }
}

impl Secrets {
    /// Adds a secret, as it is and with what looks like a spelling in it undone, as it will be in
    /// what is searched.
    pub(super) fn add(&mut self, secret: &str) {
        for form in [secret.as_bytes().to_vec(), spellings::plain(secret.as_bytes())] {
            let form = folded(&form).into_owned();
            if form.len() >= SHORTEST_SECRET {
                self.longest = self.longest.max(form.len());
                self.filter.add(&form[..SHORTEST_SECRET]);
                self.known.insert(form.into());
            }
        }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Where secrets stand in these bytes, as they are; `is_cut` when more came after the bytes
    /// that is not there: a secret may then begin at their end.
    pub(super) fn find(&self, bytes: &[u8], is_cut: bool) -> Vec<Range<usize>> {
        let bytes = &*folded(bytes);
        let windows = bytes.windows(SHORTEST_SECRET).enumerate();
        windows
            .filter(|(_, eight)| self.filter.may_begin(eight))
            .filter_map(|(at, _)| {
                let length = self.beginning(&bytes[at..], is_cut);
                (length > 0).then(|| at..at + length)
            })
            .collect()
    }

    /// How many of the first bytes are a secret, or enough of one.
    fn beginning(&self, bytes: &[u8], is_cut: bool) -> usize {
        let bytes = &bytes[..bytes.len().min(self.longest + 1)];
        let after = (Bound::Excluded(bytes), Bound::Unbounded);
        let mut shared = self
            .known
            .range::<[u8], _>(after)
            .next()
            .map_or(0, |next| beginning_shown(next, common(next, bytes), bytes.len(), is_cut));
        // What stands before in order and is no beginning leads to the next that may be one.
        let mut upto = bytes;
        while let Some(before) =
            self.known.range::<[u8], _>((Bound::Unbounded, Bound::Included(upto))).next_back()
        {
            let length = common(before, bytes);
            if length == before.len() {
                return shared.max(length);
            }
            shared = shared.max(beginning_shown(before, length, bytes.len(), is_cut));
            upto = &bytes[..length];
            if length < SHORTEST_SECRET {
                break;
            }
        }
        shared
    }
}

/// How much of a secret of which so much is there is to be masked.
fn beginning_shown(secret: &[u8], shared: usize, there: usize, is_cut: bool) -> usize {
    let is_enough = secret.len() >= LONG_SECRET && shared >= SHORTEST_BEGINNING;
    let ends_there = is_cut && shared == there && shared >= SHORTEST_SECRET;
    if is_enough || ends_there { shared } else { 0 }
}

fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// A plus sign stands for a space in a form: the two are one here.
fn folded(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if bytes.contains(&b'+') {
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<_>>().into()
    } else {
        bytes.into()
    }
}
