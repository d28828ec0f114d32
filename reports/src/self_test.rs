//! What became of a hub broken in one place after another: the model behind `self-test.json`, and
//! the page that shows it. Who caught what is judged elsewhere; here it is only laid out.

mod page;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use page::render;

/// Version of the shape of `self-test.json`.
pub const SELF_TEST_FORMAT: u32 = 1;

/// A whole fault matrix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// [`SELF_TEST_FORMAT`].
    pub format: u32,
    /// Version of étalon.
    pub etalon: String,
    /// By samples: besides the scenarios of the rules declared, one in so many.
    pub sample_one_in: Option<usize>,
    /// Seed of what was drawn.
    pub seed: u64,
    /// Whether a control was judged otherwise than it had to be: nothing else can then be believed.
    pub void: bool,
    /// Of all faults.
    pub score: Score,
    /// By family of rules.
    pub families: BTreeMap<String, Score>,
    /// Hubs whose verdict is known.
    pub controls: Vec<Control>,
    /// Each fault.
    pub faults: Vec<Fault>,
    /// Several faults at once.
    pub combinations: Vec<Combination>,
}

/// Faults caught out of faults tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Whose rule failed.
    pub caught: usize,
    /// Of which nothing failed but what they declare.
    pub as_declared: usize,
    /// Tried.
    pub total: usize,
}

/// A hub whose verdict is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// Whether it was judged as it had to be.
    pub holds: bool,
    /// Rules that failed.
    pub failed: BTreeSet<String>,
    /// Rules left undecided.
    pub undecided: BTreeSet<String>,
}

/// One fault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Its id.
    pub id: String,
    /// The rule that it breaks.
    pub rule: String,
    /// What the hub then does, in English.
    #[serde(default)]
    pub title: String,
    /// The same in French.
    #[serde(default)]
    pub title_fr: String,
    /// Whether its rule is recorded only.
    pub recorded: bool,
    /// Whether its rule failed, or was noted otherwise.
    pub caught: bool,
    /// Whether nothing failed but what it declares.
    pub as_declared: bool,
    /// Rules that must fail, by declaration.
    pub expected: BTreeSet<String>,
    /// Rules that failed.
    pub failed: BTreeSet<String>,
    /// Rules that had to fail and did not.
    #[serde(default)]
    pub missing: BTreeSet<String>,
    /// Rules that failed and had not to.
    #[serde(default)]
    pub unexpected: BTreeSet<String>,
    /// Rules left undecided.
    pub undecided: BTreeSet<String>,
    /// Why the run could not be judged.
    pub prevented: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// Several faults at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Combination {
    /// Ids of the faults.
    pub faults: Vec<String>,
    /// Whether each was reported, and nothing else.
    pub as_declared: bool,
    /// Rules that should have failed.
    pub missing: BTreeSet<String>,
    /// Rules that should not have.
    pub unexpected: BTreeSet<String>,
}
