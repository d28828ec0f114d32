//! The verdict on what was judged; how it is reached is for [`crate::fold`] to say.

use serde::{Deserialize, Serialize};

/// The verdict on a hub, or on a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every mandatory rule in scope passed, but for those the target openly does not offer and the
    /// known non-conformities that the user accepts.
    Conforms,
    /// A mandatory rule failed, or the run had nothing to play.
    DoesNotConform,
    /// Nothing failed, but not everything mandatory was decided.
    Undecided,
}

impl Verdict {
    /// Its name in `report.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::DoesNotConform => "does_not_conform",
            Self::Undecided => "undecided",
        }
    }
}
