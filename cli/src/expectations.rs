//! The list of known non-conformities (`--expect FILE`): which rules may fail for now, why, who
//! answers for it, until when.

use std::path::{Path, PathBuf};

use contract::rules::{Catalogue, Level};
use reports::bounded;
use reports::event::{CheckOutcome, Expectation};
use reports::{RuleOutcome, Run};
use serde::Deserialize;

use crate::output::leaving;

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
    let text = bounded::read_text(path, bounded::GIVEN)
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

/// The list that a run would have needed: what is listed and was not seen to be mended, and what
/// failed besides, until a day.
pub(crate) fn listed_after(run: &Run, before: &[Expectation], expires: &str) -> Vec<Expectation> {
    let mended: Vec<_> = run.mended().map(|rule| &rule.id).collect();
    let mut listed: Vec<_> =
        before.iter().filter(|known| !mended.contains(&&known.rule)).cloned().collect();
    for rule in &run.rules {
        let is_new = rule.outcome == RuleOutcome::Failed && rule.level == Level::Must;
        let observed = rule.findings.iter().find(|check| check.outcome == CheckOutcome::Failed);
        match listed.iter_mut().find(|known| known.rule == rule.id) {
            Some(known) if is_new => expires.clone_into(&mut known.expires),
            Some(_) => {}
            None if is_new => listed.push(Expectation {
                rule: rule.id.clone(),
                reason: observed.map_or("?".to_owned(), |check| check.observed.clone()),
                owner: "?".to_owned(),
                expires: expires.to_owned(),
                expired: false,
            }),
            None => {}
        }
    }
    listed
}

/// The list as a file.
pub(crate) fn written(listed: &[Expectation]) -> String {
    let entry = |known: &Expectation| {
        let quoted = |text: &str| toml::Value::from(leaving(text)).to_string();
        format!(
            "\n[[expect]]\nrule = \"{}\"\nreason = {}\nowner = {}\nexpires = {}\n",
            known.rule,
            quoted(&known.reason),
            quoted(&known.owner),
            quoted(&known.expires)
        )
    };
    let entries: String = listed.iter().map(entry).collect();
    format!(
        "# Known non-conformities, for `etalon certify hub --expect`: say of each why it is accepted, \
         and who answers for it.\n{entries}"
    )
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
    fn what_is_written_is_read_again() {
        let mut listed = parse(LIST, "2026-12-31").unwrap();
        "« a \"b\" »\\n[[expect]]".clone_into(&mut listed[0].reason);
        assert_eq!(parse(&written(&listed), "2026-12-31").unwrap(), listed);
        assert_eq!(parse(&written(&[]), "2026-12-31").unwrap(), []);
    }

    #[test]
    fn an_unknown_rule_a_wrong_day_and_an_empty_reason_are_refused() {
        for (from, to) in [("NOT-01", "NOT-99"), ("2026-12-31", "soon"), ("ticket 12", " ")] {
            assert!(parse(&LIST.replace(from, to), "2026-01-01").is_err(), "{to}");
        }
    }
}
