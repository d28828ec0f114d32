//! Whether everything deposited was delivered (DEL-01): once to each recipient, whole, and to
//! nobody else.

use serde::{Deserialize, Serialize};

/// Most identifiers that are listed under a finding; the count says how many there are.
/// `audit.jsonl` has them all.
pub(crate) const MOST_LISTED: usize = 20;

/// The account of every case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Deposits that were begun.
    #[serde(default)]
    pub attempted: u64,
    /// Cases whose deposit the hub confirmed, for each recipient.
    pub deposited: u64,
    /// Those that their recipient received.
    pub delivered: u64,
    /// Files whose content was compared.
    pub files_compared: u64,
    /// Queues that could not be read at the end: what is still in them is not known.
    #[serde(default)]
    pub unread_queues: u64,
    /// Not delivered when the campaign was stopped before the end of its audit: undecided.
    pub pending: Accounted,
    /// Never delivered.
    pub lost: Accounted,
    /// Delivered more than once.
    pub duplicated: Accounted,
    /// Shown to a system that they were not for.
    pub misdelivered: Accounted,
    /// Whose files are not those that were deposited.
    pub altered: Accounted,
}

/// A way of going wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounted {
    /// How many cases.
    pub count: u64,
    /// Some of them, by number: [`MOST_LISTED`] at most.
    pub cases: Vec<String>,
}

impl Accounted {
    /// Adds a case.
    pub fn add(&mut self, case: &str) {
        self.count += 1;
        if self.cases.len() < MOST_LISTED {
            self.cases.push(case.to_owned());
        }
    }
}

impl Audit {
    /// Whether the hub lost, repeated, misdelivered or altered anything.
    pub fn is_broken(&self) -> bool {
        self.violations().iter().any(|(_, finding)| finding.count > 0)
    }

    /// Whether the account proves nothing, or not all of it: no deposit of those begun was taken, a
    /// case was not waited for, or a queue could not be read at the end.
    pub(crate) fn is_incomplete(&self) -> bool {
        (self.attempted > 0 && self.deposited == 0)
            || self.pending.count > 0
            || self.unread_queues > 0
    }

    /// What the hub did wrong, by the name it has in `report.json`.
    pub fn violations(&self) -> [(&'static str, &Accounted); 4] {
        [
            ("lost", &self.lost),
            ("duplicated", &self.duplicated),
            ("misdelivered", &self.misdelivered),
            ("altered", &self.altered),
        ]
    }
}
