//! How a hub behaves: which rules it keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Clause, FaultEntry, UnknownFault};

/// 64 clauses a word: a test tells when the registry has outgrown them.
pub(super) const WORDS: usize = 8;

/// Which rules a hub keeps: all of them, but for its faults. If asked to, it also notes which ones
/// the code has asked for.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    /// Shared by all clones: a fault may be switched while the hub serves.
    broken: Arc<[AtomicU64; WORDS]>,
    asked: Option<Arc<[AtomicU64; WORDS]>>,
}

impl Conduct {
    /// Every rule is kept, but those that these faults break.
    pub(crate) fn breaking<'a>(
        faults: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, UnknownFault> {
        let conduct = Self::default();
        for fault in faults {
            conduct.set(fault, true)?;
        }
        Ok(conduct)
    }

    /// Breaks the rule of a fault from now on, or keeps it.
    pub fn set(&self, fault: &str, is_broken: bool) -> Result<(), UnknownFault> {
        let (word, bit) = place(Clause::try_from(fault)?);
        match is_broken {
            true => self.broken[word].fetch_or(bit, Ordering::Relaxed),
            false => self.broken[word].fetch_and(!bit, Ordering::Relaxed),
        };
        Ok(())
    }

    /// The faults that are on.
    pub fn faults(&self) -> Vec<&'static FaultEntry> {
        let is_on = |clause| {
            let (word, bit) = place(clause);
            self.broken[word].load(Ordering::Relaxed) & bit != 0
        };
        Clause::all().filter(|(clause, _)| is_on(*clause)).map(|(_, fault)| fault).collect()
    }

    /// The same, noting from now on which rules are asked for.
    pub(crate) fn recording(self) -> Self {
        Self { asked: Some(Arc::default()), ..self }
    }

    /// Whether a rule is kept: asked where the code implements it.
    #[inline]
    pub(crate) fn keeps(&self, clause: Clause) -> bool {
        let (word, bit) = place(clause);
        if let Some(asked) = &self.asked {
            asked[word].fetch_or(bit, Ordering::Relaxed);
        }
        self.broken[word].load(Ordering::Relaxed) & bit == 0
    }

    /// What was asked for since the last call; empty unless it is [`recording`](Self::recording).
    pub(crate) fn take_asked(&self) -> Vec<&'static FaultEntry> {
        let Some(asked) = &self.asked else {
            return Vec::new();
        };
        let words: Vec<u64> = asked.iter().map(|word| word.swap(0, Ordering::Relaxed)).collect();
        let is_asked = |clause| {
            let (word, bit) = place(clause);
            words[word] & bit != 0
        };
        Clause::all().filter(|(clause, _)| is_asked(*clause)).map(|(_, fault)| fault).collect()
    }
}

const fn place(clause: Clause) -> (usize, u64) {
    ((clause.0 as usize) / 64, 1 << (clause.0 % 64))
}
