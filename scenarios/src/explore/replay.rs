//! A sequence in a file: to be read by people, and played again. Holds no secret: numbers and names
//! are drawn anew.

use std::path::{Path, PathBuf};

use model::{Action, Disagreement};
use reports::bounded;
use serde::{Deserialize, Serialize};

use super::{CounterExample, Line, in_french};

/// What is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Replayable {
    /// Version of the format.
    pub format: u32,
    /// The seed that drew it.
    pub seed: u64,
    /// What the hub and the model do not agree on.
    pub disagreement: Disagreement,
    /// The actions.
    pub actions: Vec<Action>,
    /// For people: the scenario.
    pub scenario: Vec<String>,
    /// For people: the calls.
    pub lines: Vec<Line>,
}

/// Why a file cannot be played again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read or written.
    #[error("the sequence {path} cannot be used: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no sequence.
    #[error("{path} is no sequence written by --explore: {reason}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Replayable {
    /// What was found, to be written.
    pub fn of(counter_example: &CounterExample, seed: u64) -> Self {
        Self {
            format: 1,
            seed,
            disagreement: counter_example.disagreement.clone(),
            actions: counter_example.actions.clone(),
            scenario: in_french(&counter_example.lines, &counter_example.disagreement)
                .lines()
                .map(str::to_owned)
                .collect(),
            lines: counter_example.lines.clone(),
        }
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ReplayError> {
        let text = bounded::read_text(path, bounded::GIVEN)
            .map_err(|source| ReplayError::File { path: path.to_owned(), source })?;
        let malformed = |reason: String| ReplayError::Malformed { path: path.to_owned(), reason };
        let read: Self =
            serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        if read.format == 1 {
            Ok(read)
        } else {
            Err(malformed(format!("format {} is not known", read.format)))
        }
    }

    /// Writes a file; `redacted` takes out what must not leave.
    pub fn write(&self, path: &Path, redacted: impl Fn(&str) -> String) -> Result<(), ReplayError> {
        // A value of strings and numbers always has a JSON form.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        reports::fresh::write(path, redacted(&text) + "\n")
            .map_err(|source| ReplayError::File { path: path.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Role;

    #[test]
    fn a_sequence_is_read_as_it_was_written() {
        let counter_example = CounterExample {
            disagreement: Disagreement {
                rule: "FOL-19".to_owned(),
                expected: "rien d'autre".to_owned(),
                observed: "une notification".to_owned(),
            },
            actions: vec![
                Action::Deposit { both: true, files: vec![model::Content::Right] },
                Action::ReadQueue { who: Role::SecondSi, size: 3 },
            ],
            lines: Vec::new(),
            reproduced: true,
        };
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sequence.json");
        Replayable::of(&counter_example, 4).write(&path, str::to_owned).unwrap();
        let read = Replayable::read(&path).unwrap();
        assert_eq!(read.actions, counter_example.actions);
        assert_eq!(read.disagreement, counter_example.disagreement);
        assert!(read.scenario.iter().any(|line| line.contains("[FOL-19]")));
    }

    /// As `--explore` has always written it.
    #[test]
    fn a_sequence_of_before_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sequence.json");
        let text = r#"{ "format": 1, "seed": 7, "scenario": ["Scénario"], "lines": [],
            "disagreement": { "rule": "FOL-19", "expected": "rien", "observed": "une" },
            "actions": [
                { "action": "deposit", "both": true, "files": ["right", "other_type"] },
                { "action": "create_flawed", "flaw": "no_applicant", "corrected": true },
                { "action": "trespass", "who": "second_si", "deed": "read_case", "pick": 3 },
                { "action": "ask", "unknown": "folder_no_uuid", "si": false }
            ] }"#;
        std::fs::write(&path, text).unwrap();
        let read = Replayable::read(&path).unwrap();
        assert_eq!(read.actions.len(), 4);
        assert_eq!(
            read.actions[2],
            Action::ActAsStranger { who: Role::SecondSi, deed: model::Deed::ReadCase, pick: 3 }
        );
    }

    #[test]
    fn what_is_no_sequence_is_said() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.json");
        std::fs::write(&path, "{}").unwrap();
        let error = Replayable::read(&path).unwrap_err().to_string();
        assert!(error.contains("no sequence"), "{error}");
    }
}
