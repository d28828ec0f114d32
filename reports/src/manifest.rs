//! `manifest.json`: what a finished run leaves, file by file, with the digest and size of each, the
//! counts that the run adds up to, and what made it: the tool and the catalogue of rules. It closes
//! the chains of the records (see [`crate::chain`]): their last lines are in no other line, and in
//! the digest of the file. It is not signed. A run that was killed leaves none; the logs of
//! programs that were started (`hub.log`, `client.log`) are no part of the record. Its schema is
//! `docs/schemas/manifest.schema.json`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use contract::exchange::hexadecimal;
use contract::rules::Catalogue;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::directory::ReportError;
use crate::fresh;

/// Version of the shape of the manifest.
pub(crate) const MANIFEST_FORMAT: u32 = 1;
/// The file that holds it.
pub(crate) const MANIFEST_FILE: &str = "manifest.json";

/// What a finished run left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: u32,
    /// The run, by the identifier that its reports give.
    pub run: String,
    /// What wrote the files.
    pub tool: Tool,
    /// SHA-256 of the catalogue of rules of that tool, in hexadecimal.
    pub catalogue: String,
    /// What the run adds up to: rules by outcome, or calls and cases.
    pub counts: BTreeMap<String, u64>,
    /// Every file of the run but this one, by name.
    pub files: Vec<ListedFile>,
}

/// The program that wrote a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A file of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedFile {
    /// Its path in the directory of the run, with `/` between the parts.
    pub name: String,
    /// Its size, in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many lines it has, when it is a record (`*.jsonl`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u64>,
}

/// Writes the manifest of a run that has ended, of those of these files that it left.
pub fn write<'a>(
    directory: &Path,
    run: &str,
    counts: BTreeMap<String, u64>,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), ReportError> {
    let names = names.into_iter().filter(|name| directory.join(name).exists());
    let files: Result<Vec<_>, ReportError> = names.map(|name| listed(directory, name)).collect();
    let mut files = files?;
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let manifest = Manifest {
        format: MANIFEST_FORMAT,
        run: run.to_owned(),
        tool: Tool { name: "etalon".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        catalogue: Catalogue::bundled_digest(),
        counts,
        files,
    };
    let path = directory.join(MANIFEST_FILE);
    let written = serde_json::to_string_pretty(&manifest)
        .map_err(io::Error::from)
        .and_then(|text| fresh::write(&path, text + "\n"));
    written.map_err(|source| ReportError::writing(&path, source))
}

/// Takes away the manifest of a run whose place another one takes.
pub(crate) fn remove(directory: &Path) -> Result<(), ReportError> {
    let path = directory.join(MANIFEST_FILE);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ReportError::writing(&path, error))
        }
        _ => Ok(()),
    }
}

fn listed(directory: &Path, name: &str) -> Result<ListedFile, ReportError> {
    let path = directory.join(name);
    let reading = |source| ReportError::Reading { path: path.clone(), source };
    let mut file = File::open(&path).map_err(reading)?;
    let (mut hasher, mut bytes, mut lines) = (Sha256::new(), 0, 0);
    let mut block = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut block).map_err(reading)?;
        if read == 0 {
            break;
        }
        hasher.update(&block[..read]);
        bytes += read as u64;
        lines += block[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Ok(ListedFile {
        name: name.to_owned(),
        bytes,
        sha256: hexadecimal(&hasher.finalize()),
        lines: name.ends_with(".jsonl").then_some(lines),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../../docs/schemas/manifest.schema.json");

    #[test]
    fn the_manifest_lists_what_is_there_and_counts_the_lines_of_records() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("events.jsonl"), "{}\n{}\n").unwrap();
        std::fs::write(at("a.html"), "abc").unwrap();
        let names = ["events.jsonl", "sheet.html", "a.html"];
        write(directory.path(), "k7m2", BTreeMap::from([("passed".to_owned(), 3)]), names).unwrap();
        let written = std::fs::read(at(MANIFEST_FILE)).unwrap();
        let manifest: Manifest = serde_json::from_slice(&written).unwrap();
        let schema = serde_json::from_str(SCHEMA).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        assert!(schema.is_valid(&serde_json::from_slice(&written).unwrap()), "{manifest:?}");
        assert_eq!((manifest.run.as_str(), manifest.counts["passed"]), ("k7m2", 3));
        let [page, events] = manifest.files.as_slice() else { panic!("{manifest:?}") };
        assert_eq!((page.name.as_str(), page.bytes, page.lines), ("a.html", 3, None));
        assert_eq!(page.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((events.name.as_str(), events.lines), ("events.jsonl", Some(2)));
        assert_eq!(manifest.catalogue.len(), 64);
        remove(directory.path()).unwrap();
        remove(directory.path()).unwrap();
        assert!(!at(MANIFEST_FILE).exists());
    }
}
