//! A text in the two languages that reports are written in. Holds no text itself.

use serde::{Deserialize, Serialize};

/// The same thing said in French and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}
