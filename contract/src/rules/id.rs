//! The identifier of a rule, and which ones a mistyped one may have meant. Does not know which
//! rules exist.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many identifiers are suggested for one that does not exist.
const SUGGESTIONS: usize = 3;

/// A family in capitals, a hyphen, two digits: `NOT-01`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleId(String);

/// A text that cannot be the identifier of a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no rule identifier: write the family in capitals, a hyphen and two digits, as in NOT-01"
)]
pub struct RuleIdError(pub String);

impl RuleId {
    /// The whole identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The letters before the hyphen.
    pub fn family(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The number after the hyphen.
    pub fn number(&self) -> u8 {
        self.0
            .bytes()
            .rev()
            .take(2)
            .zip([1, 10])
            .map(|(digit, weight)| (digit - b'0') * weight)
            .sum()
    }
}

impl TryFrom<&str> for RuleId {
    type Error = RuleIdError;

    fn try_from(text: &str) -> Result<Self, RuleIdError> {
        let parts = text.split_once('-').filter(|(family, number)| {
            let letters =
                !family.is_empty() && family.bytes().all(|byte| byte.is_ascii_uppercase());
            letters && number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        parts.map(|_| Self(text.to_owned())).ok_or_else(|| RuleIdError(text.to_owned()))
    }
}

impl TryFrom<String> for RuleId {
    type Error = RuleIdError;

    fn try_from(text: String) -> Result<Self, RuleIdError> {
        Self::try_from(text.as_str())
    }
}

impl std::str::FromStr for RuleId {
    type Err = RuleIdError;

    fn from_str(text: &str) -> Result<Self, RuleIdError> {
        Self::try_from(text)
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.0
    }
}

impl std::borrow::Borrow<str> for RuleId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RuleId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RuleId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The identifiers that take the fewest changes to become from what was typed, nearest first.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a RuleId>) -> Vec<RuleId> {
    // Nobody means a rule with a text longer than any identifier: its end changes no comparison.
    let typed: Vec<char> = typed.to_uppercase().chars().take(16).collect();
    let mut ranked: Vec<(usize, &RuleId)> = known.map(|id| (changes(&typed, &id.0), id)).collect();
    ranked.sort();
    ranked.into_iter().take(SUGGESTIONS).map(|(_, id)| id.clone()).collect()
}

/// How many characters must be added, removed or replaced (Levenshtein).
fn changes(typed: &[char], known: &str) -> usize {
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (line, wanted) in known.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, found) in typed.iter().enumerate() {
            let replaced = diagonal + usize::from(*found != wanted);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[typed.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_a_family_and_a_number() {
        let id = RuleId::try_from("AUTH-05").unwrap();
        assert_eq!((id.family(), id.number(), id.to_string().as_str()), ("AUTH", 5, "AUTH-05"));
        assert_eq!(RuleId::try_from("CLI-30").unwrap().number(), 30);
        for text in [
            "", "-", "NOT", "NOT-1", "NOT-001", "not-01", "NOT-0x", "-01", "NOT-01.x", "É-01",
            "A1-01", "A-B-01",
        ] {
            assert!(RuleId::try_from(text).is_err(), "{text}");
        }
    }

    #[test]
    fn changes_are_counted() {
        for (typed, known, expected) in
            [("NOT-01", "NOT-01", 0), ("NOT01", "NOT-01", 1), ("", "AB", 2), ("ABC", "CA", 3)]
        {
            assert_eq!(
                changes(&typed.chars().collect::<Vec<_>>(), known),
                expected,
                "{typed} {known}"
            );
        }
    }
}
