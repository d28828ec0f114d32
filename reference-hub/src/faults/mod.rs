//! Rules broken on purpose (`--fault NOT-01`): the proof that the suite can fail. One registry says
//! what each fault breaks; one function, [`FaultSet::breaks`], is asked at the place where the rule
//! lives. Without the option no fault is in the set. Nothing else of the hub behaves differently
//! because of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

mod registry;
#[cfg(test)]
mod tests;

pub use registry::FAMILIES;

/// The header in which a hub that records them tells the places reached ([`FaultSet::recording`]):
/// ids joined by commas.
pub const SITES_HEADER: &str = "x-etalon-fault-sites";

/// A fault, declared before any run (contract §11): what it breaks, and what must break along with
/// it.
#[derive(Debug, PartialEq, Eq)]
pub struct FaultEntry {
    /// Name on the command line: the rule, or the rule, a dot and a variant.
    pub id: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
    /// What the hub then does.
    pub title: &'static str,
    /// Other rules that cannot but fail, each with the reason taken from the contract.
    pub collateral: &'static [(&'static str, &'static str)],
    /// Other rules that fail or not, by what else goes on at that moment, each with the reason
    /// taken from the contract.
    pub perhaps: &'static [(&'static str, &'static str)],
    /// Faults that cannot be seen while this one is on.
    pub masks: &'static [&'static str],
    /// Whether its rule is recorded, not required (level R): a run then tells it apart and fails by
    /// nothing.
    pub recorded: bool,
}

impl FaultEntry {
    /// A fault that breaks its rule and nothing else.
    #[must_use]
    pub(crate) const fn alone(id: &'static str, rule: &'static str, title: &'static str) -> Self {
        Self { id, rule, title, collateral: &[], perhaps: &[], masks: &[], recorded: false }
    }

    /// The same, with what must fail along with it.
    #[must_use]
    pub(crate) const fn with(self, collateral: &'static [(&'static str, &'static str)]) -> Self {
        assert!(self.collateral.is_empty(), "a second list would replace the first");
        Self { collateral, ..self }
    }

    /// The same, with what may fail along with it.
    #[must_use]
    pub(crate) const fn perhaps(self, perhaps: &'static [(&'static str, &'static str)]) -> Self {
        assert!(self.perhaps.is_empty(), "a second list would replace the first");
        Self { perhaps, ..self }
    }

    /// The same, of a rule that is recorded only.
    #[must_use]
    pub(crate) const fn recorded(self) -> Self {
        Self { recorded: true, ..self }
    }

    /// The same, with the faults it hides.
    #[must_use]
    pub(crate) const fn masking(self, masks: &'static [&'static str]) -> Self {
        Self { masks, ..self }
    }
}

/// A fault of the registry, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault(u16);

/// A name that is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no fault of this hub: `etalon hub faults` lists them")]
pub struct UnknownFault(pub String);

impl Fault {
    /// The fault of a name. Write `const { Fault::named("…") }`, or [`fault!`]: an unknown name
    /// does not compile.
    ///
    /// # Panics
    /// When there is none; at compile time, in a const.
    #[must_use]
    pub const fn named(id: &str) -> Self {
        match position(id) {
            Some(position) => Self(position),
            None => panic!("no fault of the registry has this name"),
        }
    }

    /// What the registry says of it.
    #[must_use]
    pub fn entry(self) -> &'static FaultEntry {
        entries().nth(usize::from(self.0)).expect("a Fault is a place of the registry")
    }

    /// All of the registry, in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        entries().enumerate().filter_map(|(place, _)| u16::try_from(place).ok()).map(Self)
    }
}

impl TryFrom<&str> for Fault {
    type Error = UnknownFault;

    fn try_from(id: &str) -> Result<Self, UnknownFault> {
        position(id).map(Self).ok_or_else(|| UnknownFault(id.to_owned()))
    }
}

/// Every entry, family after family.
pub fn entries() -> impl Iterator<Item = &'static FaultEntry> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

const fn position(id: &str) -> Option<u16> {
    let mut position = 0;
    let mut family = 0;
    while family < FAMILIES.len() {
        let mut place = 0;
        while place < FAMILIES[family].len() {
            if same(FAMILIES[family][place].id.as_bytes(), id.as_bytes()) {
                return Some(position);
            }
            position += 1;
            place += 1;
        }
        family += 1;
    }
    None
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // Names of one family differ at their end: compared from there, most are told apart at the
    // first byte.
    let mut rest = left.len();
    while rest > 0 {
        rest -= 1;
        if left[rest] != right[rest] {
            return false;
        }
    }
    true
}

/// `fault!("NOT-01")`: the fault of that name, checked at compile time.
macro_rules! fault {
    ($id:literal) => {
        const { $crate::faults::Fault::named($id) }
    };
}
pub(crate) use fault;

const WORDS: usize = 8;

/// The faults a hub runs with, and, when asked, the places of the code where one was looked for.
#[derive(Clone, Debug, Default)]
pub struct FaultSet {
    switched_on: [u64; WORDS],
    reached: Option<Arc<[AtomicU64; WORDS]>>,
}

impl FaultSet {
    /// The set of these names.
    ///
    /// # Errors
    /// When a name is no fault.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownFault> {
        let mut set = Self::default();
        for id in ids {
            let (word, bit) = place(Fault::try_from(id)?);
            set.switched_on[word] |= bit;
        }
        Ok(set)
    }

    /// The same set, noting from now on which faults are looked for.
    #[must_use]
    pub fn recording(self) -> Self {
        Self { reached: Some(Arc::default()), ..self }
    }

    /// Whether a rule is to be broken: the only way to ask, at the place where the rule lives.
    #[must_use]
    #[inline]
    pub fn breaks(&self, fault: Fault) -> bool {
        let (word, bit) = place(fault);
        if let Some(reached) = &self.reached {
            reached[word].fetch_or(bit, Ordering::Relaxed);
        }
        self.switched_on[word] & bit != 0
    }

    /// The faults looked for since the last call; empty unless the set is
    /// [`recording`](Self::recording).
    #[must_use]
    pub fn take_reached(&self) -> Vec<Fault> {
        let Some(reached) = &self.reached else {
            return Vec::new();
        };
        let words: Vec<u64> = reached.iter().map(|word| word.swap(0, Ordering::Relaxed)).collect();
        Fault::all()
            .filter(|fault| {
                let (word, bit) = place(*fault);
                words[word] & bit != 0
            })
            .collect()
    }

    /// Whether no rule is to be broken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.switched_on == [0; WORDS]
    }
}

const fn place(fault: Fault) -> (usize, u64) {
    ((fault.0 as usize) / 64, 1 << (fault.0 % 64))
}
