//! Rules that are not kept on purpose (`--fault NOT-01`): the proof that the suite can fail. A
//! registry says what each fault breaks and what breaks along with it. The code asks whether a rule
//! is kept ([`Conduct::keeps`]) where it implements that rule; what has nothing to do with a
//! decision (bytes, headers, delays) is spoilt by functions that stand beside the entries of the
//! registry. Without the option every rule is kept.

use contract::operations::Operation;

mod conduct;
mod french;
mod registry;
pub(crate) mod spared;
#[cfg(test)]
mod tests;

pub use conduct::Conduct;
use registry::FAMILIES;
pub(crate) use registry::token_uses::TokenUses;
pub(crate) use registry::{attachments, delivery, folders, gateway, notifications, wire};
use spared::{Kind, Spared};

use crate::domain::Missing;

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
    /// What the description refuses and this fault lets pass.
    pub(crate) spares: Option<Spared>,
}

/// A fault that breaks the rule of its name and nothing else.
pub const fn fault(id: &'static str, title: &'static str) -> FaultEntry {
    let (collateral, perhaps, masks): (&[_], &[_], &[_]) = (&[], &[], &[]);
    let rule = rule_of(id);
    FaultEntry { id, rule, title, collateral, perhaps, masks, recorded: false, spares: None }
}

/// What stands before the dot.
const fn rule_of(id: &str) -> &str {
    let mut length = 0;
    while length < id.len() && id.as_bytes()[length] != b'.' {
        length += 1;
    }
    id.split_at(length).0
}

impl FaultEntry {
    /// The same, with what must fail along with it.
    pub const fn with(self, collateral: &'static [(&'static str, &'static str)]) -> Self {
        assert!(self.collateral.is_empty(), "a second list would replace the first");
        Self { collateral, ..self }
    }

    /// The same, with what may fail along with it.
    const fn perhaps(self, perhaps: &'static [(&'static str, &'static str)]) -> Self {
        assert!(self.perhaps.is_empty(), "a second list would replace the first");
        Self { perhaps, ..self }
    }

    /// The same, of a rule that is recorded only.
    pub const fn recorded(self) -> Self {
        Self { recorded: true, ..self }
    }

    /// The same, with the faults it hides.
    const fn masking(self, masks: &'static [&'static str]) -> Self {
        Self { masks, ..self }
    }

    /// The same, letting pass one thing that the description refuses in a body.
    const fn sparing(self, operation: Operation, kind: Kind, place: &'static str) -> Self {
        Self { spares: Some(Spared::Body { operation, kind, place }), ..self }
    }

    /// The same, taking what is no identifier for that of something unknown.
    const fn mistaking(self, operations: &'static [Operation], missing: Missing) -> Self {
        Self { spares: Some(Spared::Path { operations, missing }), ..self }
    }
}

/// Every entry, family after family.
pub fn entries() -> impl Iterator<Item = &'static FaultEntry> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// A rule, or the part of it that one fault breaks: what the hub is asked to keep. Write [`rule!`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clause(u16);

/// A name that is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no fault of this hub: `etalon hub faults` lists them")]
pub struct UnknownFault(pub String);

impl Clause {
    /// The clause that a fault breaks. In a const, a name that is no fault does not compile.
    pub(crate) const fn broken_by(fault: &str) -> Self {
        match position(fault) {
            Some(position) => Self(position),
            None => panic!("no fault of the registry has this name"),
        }
    }

    /// All of the registry, in its order, each with its fault.
    fn all() -> impl Iterator<Item = (Self, &'static FaultEntry)> {
        (0..).map(Self).zip(entries())
    }
}

impl TryFrom<&str> for Clause {
    type Error = UnknownFault;

    fn try_from(fault: &str) -> Result<Self, UnknownFault> {
        let mut all = Self::all();
        let named = all.find(|(_, entry)| entry.id.eq_ignore_ascii_case(fault));
        named.map(|(clause, _)| clause).ok_or_else(|| UnknownFault(fault.to_owned()))
    }
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

/// `rule!("NOT-01")`, or `rule!("CAS-02", "DONE")` for a variant of it: a rule that a fault of the
/// registry breaks, checked at compile time.
macro_rules! rule {
    ($rule:literal $(,)?) => {
        const { $crate::faults::Clause::broken_by($rule) }
    };
    ($rule:literal, $variant:literal $(,)?) => {
        const { $crate::faults::Clause::broken_by(concat!($rule, ".", $variant)) }
    };
}
pub(crate) use rule;
