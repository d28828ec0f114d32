//! The validation sheet of a client: what the administration fills in by hand after an end-to-end
//! test (CINE-2022, "validation de bout en bout"): the démarche, the version of the API, the
//! software, the date, the result, and two visas left for the hand. One line for each démarche. Its
//! figures are those of the judged run; it decides nothing.

use serde::{Deserialize, Serialize};

use crate::run::Verdict;

/// A filled-in sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// What the client plays: `SI`, `OSL`, `DATAPASS`.
    pub actor: String,
    /// Name and version of the software, as its editor gives them; empty when it did not.
    pub software: String,
    /// Name and version that the software itself announces in its calls (`applicationName`,
    /// `softwareVersion`).
    pub announced: Vec<String>,
    /// Version of the API.
    pub api_version: String,
    /// One line for each démarche.
    pub lines: Vec<SheetLine>,
}

/// The result on one démarche.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetLine {
    /// The démarche.
    pub process: String,
    /// The result: what failed on this démarche fails it; what fails everywhere fails all.
    pub result: Verdict,
    /// How many scenarios were played on it.
    pub scenarios: usize,
    /// How many of them passed.
    pub passed: usize,
    /// The rules that failed on it.
    pub failed_rules: Vec<String>,
}
