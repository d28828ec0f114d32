//! The accounts of the shards as one: a case that a hub shows to a system of another shard is seen
//! by neither alone.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use contract::ids::OrganizationIdentifier;
use reports::chain::{Chain, ChainError, Record};
use reports::load::Accounted;
use reports::load::directory::AUDIT_FILE;
use reports::manifest::MANIFEST_FILE;
use serde::Deserialize;

use super::MergeError;

/// What a line of an account says that matters across shards.
#[derive(Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
enum Fact {
    Deposited {
        case: String,
        number: String,
        recipient: OrganizationIdentifier,
    },
    Shown {
        case: String,
        to: OrganizationIdentifier,
    },
    #[serde(other)]
    Other,
}

/// Joins the accounts into one, and finds the cases that were shown to a system of any shard that
/// they were not for. None when no shard keeps an account. `told` says of each shard how many cases
/// it was told of: an account that knows of fewer is not the one that it kept.
pub(super) fn join(
    directories: &[PathBuf],
    told: &[u64],
    into: &Path,
) -> Result<Option<Accounted>, MergeError> {
    let target = into.join(AUDIT_FILE);
    let accounts = directories.iter().zip(told);
    let accounts = accounts.map(|(directory, told)| (directory.join(AUDIT_FILE), *told));
    let accounts: Vec<_> = accounts.filter(|(path, told)| *told > 0 || path.exists()).collect();
    if accounts.is_empty() {
        return Ok(None);
    }
    let failed = |path: &Path, source| MergeError::File { path: path.to_owned(), source };
    let joined = reports::fresh::create(&target).map_err(|source| failed(&target, source))?;
    let mut joined = Chain::new(io::BufWriter::new(joined));
    let mut deposited: HashMap<String, (String, OrganizationIdentifier)> = HashMap::new();
    let mut shown: Vec<(String, OrganizationIdentifier)> = Vec::new();
    for (path, told) in &accounts {
        let file = File::open(path).map_err(|source| failed(path, source))?;
        let mut record = Record::new(BufReader::new(file));
        let mut cases = 0;
        for line in record.by_ref() {
            let altered = |source| MergeError::Account { path: path.clone(), source };
            let (number, line) = line.map_err(altered)?;
            let fact = Fact::deserialize(&line)
                .map_err(|source| altered(ChainError::NoJson { line: number, source }))?;
            match fact {
                Fact::Deposited { case, number, recipient } => {
                    cases += 1;
                    drop(deposited.insert(case, (number, recipient)));
                }
                Fact::Shown { case, to } => shown.push((case, to)),
                Fact::Other => {}
            }
            // It stands in another record from now on, at another place.
            joined.append(&line).map_err(|source| failed(&target, source))?;
        }
        if cases < *told {
            return Err(MergeError::NotWhole { path: path.clone(), told: *told, found: cases });
        }
        // A record of today never lies without its manifest.
        if record.head().is_some() && !path.with_file_name(MANIFEST_FILE).exists() {
            let directory = path.parent().unwrap_or(path).to_owned();
            return Err(MergeError::NoManifest(directory));
        }
    }
    joined.flush().map_err(|source| failed(&target, source))?;
    let misdelivered: BTreeSet<&String> = shown
        .iter()
        .filter_map(|(case, to)| {
            let (number, recipient) = deposited.get(case)?;
            (recipient != to).then_some(number)
        })
        .collect();
    let mut finding = Accounted::default();
    misdelivered.into_iter().for_each(|number| finding.add(number));
    Ok(Some(finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(directory: &Path, name: &str, facts: &[&str]) -> PathBuf {
        let shard = directory.join(name);
        std::fs::create_dir(&shard).unwrap();
        std::fs::write(shard.join(AUDIT_FILE), facts.join("\n") + "\n").unwrap();
        shard
    }

    /// A hub that shows a case to a system of another shard is seen by neither shard alone.
    #[test]
    fn a_case_shown_across_shards_is_misdelivered() {
        let directory = tempfile::tempdir().unwrap();
        let si = |branch: &str| {
            let si: OrganizationIdentifier = format!("SI-21380544300016-{branch}").parse().unwrap();
            serde_json::to_string(&si).unwrap()
        };
        let (ours, another) = (si("00001"), si("00002"));
        let deposited = format!(
            r#"{{"fact":"deposited","case":"a","number":"X-1","recipient":{ours},"files":[]}}"#
        );
        let shown =
            |to: &str| format!(r#"{{"fact":"shown","case":"a","notification":"n","to":{to}}}"#);
        let received = format!(r#"{{"fact":"received","case":"a","by":{ours},"whole":true}}"#);
        let first = account(directory.path(), "0", &[&deposited, &shown(&ours), &received]);
        let second = account(directory.path(), "1", &[&shown(&another)]);
        let joined = |parts: &[PathBuf]| join(parts, &[1, 0], directory.path()).unwrap();
        assert_eq!(joined(std::slice::from_ref(&first)), Some(Accounted::default()));
        let across = Accounted { count: 1, cases: vec!["X-1".to_owned()] };
        assert_eq!(joined(&[first, second]), Some(across));
        let lines = std::fs::read_to_string(directory.path().join(AUDIT_FILE)).unwrap();
        assert_eq!(reports::chain::follow(lines.as_bytes()).unwrap(), Some(4));
    }

    #[test]
    fn a_shard_without_an_account_has_nothing_to_join() {
        let directory = tempfile::tempdir().unwrap();
        let join = |told| join(&[directory.path().join("0")], &[told], directory.path());
        assert_eq!(join(0).unwrap(), None);
        assert!(join(1).is_err(), "an account that should be there");
    }
}
