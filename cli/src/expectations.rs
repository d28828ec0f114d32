//! The list of known non-conformities (`--expect FILE`): which rules may fail for now, why, who
//! answers for it, until when.

use std::path::{Path, PathBuf};

use contract::rules::Catalogue;
use reports::event::Expectation;
use serde::Deserialize;

/// What can be wrong with the list.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExpectationsError {
    /// It cannot be read.
    #[error("the list of known non-conformities {} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// It is not what is expected.
    #[error(
        "the list of known non-conformities {} is wrong: {message}\nEach entry is [[expect]] with rule, reason, owner and \
         expires = \"2026-12-31\"", path.display()
    )]
    Malformed { path: PathBuf, message: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    expect: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    reason: String,
    owner: String,
    expires: String,
}

/// Reads the list; `today` decides which entries have expired.
pub(crate) fn read(path: &Path, today: &str) -> Result<Vec<Expectation>, ExpectationsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ExpectationsError::Unreadable { path: path.to_owned(), source })?;
    parse(&text, today)
        .map_err(|message| ExpectationsError::Malformed { path: path.to_owned(), message })
}

fn parse(text: &str, today: &str) -> Result<Vec<Expectation>, String> {
    let list: List = toml::from_str(text).map_err(|error| error.to_string())?;
    list.expect.into_iter().map(|entry| checked(entry, today)).collect()
}

fn checked(entry: Entry, today: &str) -> Result<Expectation, String> {
    let rule = Catalogue::bundled().named(&entry.rule).map_err(|error| error.to_string())?;
    let midnight = format!("{}T00:00:00Z", entry.expires);
    if midnight.parse::<contract::timestamp::Timestamp>().is_err() {
        return Err(format!("\"{}\" is no day: write expires = \"2026-12-31\"", entry.expires));
    }
    if entry.reason.trim().is_empty() || entry.owner.trim().is_empty() {
        return Err(format!("{} needs a reason and an owner", entry.rule));
    }
    Ok(Expectation {
        rule: rule.id.clone(),
        // The last day still counts: ISO days compare as texts.
        expired: entry.expires.as_str() < today,
        reason: entry.reason,
        owner: entry.owner,
        expires: entry.expires,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[expect]]\nrule = \"NOT-01\"\nreason = \"ticket 12\"\nowner = \"équipe hub\"\nexpires = \"2026-12-31\"\n";

    #[test]
    fn the_last_day_still_counts() {
        assert!(!parse(LIST, "2026-12-31").unwrap()[0].expired);
        assert!(parse(LIST, "2027-01-01").unwrap()[0].expired);
    }

    #[test]
    fn an_unknown_rule_a_wrong_day_and_an_empty_reason_are_refused() {
        for (from, to) in [("NOT-01", "NOT-99"), ("2026-12-31", "soon"), ("ticket 12", " ")] {
            assert!(parse(&LIST.replace(from, to), "2026-01-01").is_err(), "{to}");
        }
    }
}
