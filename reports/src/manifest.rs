//! `manifest.json`: what a finished run leaves, as an in-toto Statement v1: its subjects are every
//! file of the directory with its SHA-256, its predicate a test result, with an account of ours
//! beside: sizes, lines and heads of chains, the counts that the run adds up to, and what made it.
//! It closes the chains of the records (see [`crate::chain`]): their last lines are in no other
//! line. It signs nothing: that is [`crate::envelope`]'s. A run that was killed leaves none. Its
//! schema is `docs/schemas/manifest.schema.json`.
//!
//! Manifests of before, a plain list, are read as well.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use contract::exchange::hexadecimal;
use contract::rules::Catalogue;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::alteration::{Alteration, Altered, Finding};
use crate::chain::Record;
use crate::directory::ReportError;
use crate::envelope::ENVELOPE_FILE;
use crate::fresh;
use crate::possession::{EARLIER_DIRECTORY, LOCK_FILE};
use crate::render::annotations::CODE_QUALITY_FILE;
use crate::texts::Lang;

/// The file that holds it.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The type of an in-toto Statement.
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type of its predicate.
const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// Version of the account of ours.
const ACCOUNT_FORMAT: u32 = 2;
/// The end of a commit whose sources were changed since.
const CHANGED: &str = "+changes";
/// Longest manifest that is read, in bytes.
const LONGEST_MANIFEST: u64 = 64 * 1024 * 1024;

/// What a finished run left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

/// A file of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Subject {
    /// Its path in the directory of the run, with `/` between the parts.
    name: String,
    digest: Digest,
}

/// A digest of bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    /// In hexadecimal.
    sha256: String,
}

/// The result, as everybody's programs read it, and the account of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Predicate {
    result: TestResult,
    /// By what it was judged.
    configuration: Vec<Resource>,
    passed_tests: Vec<String>,
    warned_tests: Vec<String>,
    failed_tests: Vec<String>,
    etalon: Account,
}

/// The result in the words of the predicate. What was not decided has not passed: a program that
/// only looks here takes it for a failure, and the verdict beside it says what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TestResult {
    /// It conforms, or kept its objectives.
    Passed,
    /// It conforms but for known gaps that its owner accepts.
    Warned,
    /// Anything else.
    #[default]
    Failed,
}

/// What a result rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Resource {
    name: String,
    digest: Digest,
}

/// What étalon says of a run beside its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    /// [`ACCOUNT_FORMAT`].
    format: u32,
    tool: Tool,
    #[serde(flatten)]
    outcome: Outcome,
    /// The language of the rendered files.
    lang: String,
    /// Sizes, by the names of the files.
    files: BTreeMap<String, Measure>,
}

/// What a run amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run, by the identifier that its reports give.
    pub run: String,
    /// What was done.
    pub kind: Kind,
    /// What was judged.
    pub target: TargetOfRun,
    /// The verdict, as in `report.json`.
    pub verdict: String,
    /// The same in three words; written in its place in the predicate.
    #[serde(skip)]
    pub result: TestResult,
    /// What it adds up to: rules by outcome, or calls and cases.
    pub counts: BTreeMap<String, u64>,
    /// The outcome of each rule or objective, by its name.
    pub outcomes: BTreeMap<String, String>,
    /// The edition of the catalogue of rules that it was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_edition: Option<u32>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A hub was certified.
    #[default]
    Hub,
    /// A client was.
    Client,
    /// A campaign ran.
    Load,
}

/// What was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetOfRun {
    /// Its name.
    pub name: String,
    /// Its version, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its address.
    pub url: String,
}

/// The program that wrote a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit of its sources; none when it was built without knowing.
    pub commit: Option<String>,
}

impl Tool {
    /// The étalon that runs.
    pub fn etalon(commit: Option<&str>) -> Self {
        Self {
            name: "etalon".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: commit.map(str::to_owned),
        }
    }

    /// Whether it is known which sources it was built from, to the letter.
    pub(crate) fn is_known(&self) -> bool {
        self.commit.as_ref().is_some_and(|commit| !commit.ends_with(CHANGED))
    }
}

/// How much a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Measure {
    /// Its size.
    pub(crate) bytes: u64,
    /// How many lines it has, when it is a record (`*.jsonl`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lines: Option<u64>,
    /// The head of its chain, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) head: Option<String>,
}

/// A file that a manifest lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// A manifest of before.
#[derive(Deserialize)]
struct Before {
    files: Vec<ListedBefore>,
}

#[derive(Deserialize)]
struct ListedBefore {
    name: String,
    bytes: u64,
    sha256: String,
}

/// A manifest as it is read back.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    /// Every file but the manifest and its envelope.
    pub(crate) files: Vec<Listed>,
    /// None when it is one of before.
    pub(crate) manifest: Option<Manifest>,
    /// Its bytes, as they lie there.
    pub(crate) bytes: Vec<u8>,
}

impl Manifest {
    /// What wrote the run.
    pub fn tool(&self) -> &Tool {
        &self.predicate.etalon.tool
    }

    /// What the run amounts to.
    pub fn outcome(&self) -> Outcome {
        Outcome { result: self.predicate.result, ..self.predicate.etalon.outcome.clone() }
    }

    /// The language of the rendered files.
    pub fn lang(&self) -> Option<Lang> {
        self.predicate.etalon.lang.parse().ok()
    }

    fn files(&self) -> Vec<Listed> {
        let measures = &self.predicate.etalon.files;
        let bytes = |name: &str| measures.get(name).map_or(0, |measure| measure.bytes);
        let listed = |one: &Subject| Listed {
            name: one.name.clone(),
            sha256: one.digest.sha256.clone(),
            bytes: bytes(&one.name),
        };
        self.subject.iter().map(listed).collect()
    }
}

/// Writes the manifest of a run that has ended, of every file that lies in its directory, and
/// gives its bytes, to be signed.
pub(crate) fn write(
    directory: &Path,
    outcome: Outcome,
    tool: Tool,
    lang: Lang,
) -> Result<Vec<u8>, ReportError> {
    remove(directory)?;
    let names = names(directory).map_err(|source| ReportError::reading(directory, source))?;
    let (mut subject, mut files) = (Vec::new(), BTreeMap::new());
    for name in names {
        let (sha256, measure) = measured_whole(directory, &name)?;
        subject.push(Subject { name: name.clone(), digest: Digest { sha256 } });
        files.insert(name, measure);
    }
    let with = |wanted: &[&str]| -> Vec<String> {
        let of = outcome.outcomes.iter().filter(|(_, outcome)| wanted.contains(&outcome.as_str()));
        of.map(|(name, _)| name.clone()).collect()
    };
    let catalogue = Digest { sha256: Catalogue::bundled_digest() };
    let manifest = Manifest {
        statement_type: STATEMENT_TYPE.to_owned(),
        subject,
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: Predicate {
            result: outcome.result,
            configuration: vec![Resource {
                name: "contract/rules.toml".to_owned(),
                digest: catalogue,
            }],
            passed_tests: with(&["passed", "kept"]),
            warned_tests: with(&["expected_failure", "inconclusive", "not_run", "not_measured"]),
            failed_tests: with(&["failed", "broken"]),
            etalon: Account {
                format: ACCOUNT_FORMAT,
                tool,
                outcome,
                lang: lang.code().to_owned(),
                files,
            },
        },
    };
    let path = directory.join(MANIFEST_FILE);
    let text = serde_json::to_string_pretty(&manifest).map_err(io::Error::from);
    let text = text.map_err(|error| ReportError::writing(&path, error))? + "\n";
    fresh::write(&path, &text).map_err(|error| ReportError::writing(&path, error))?;
    Ok(text.into_bytes())
}

/// Takes away the seal of a run whose place another one takes.
pub(crate) fn remove(directory: &Path) -> Result<(), ReportError> {
    for name in [MANIFEST_FILE, ENVELOPE_FILE] {
        let path = directory.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ReportError::writing(&path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The manifest of a directory; none when there is none.
pub(crate) fn read(directory: &Path) -> Result<Option<Sealed>, ReportError> {
    let path = directory.join(MANIFEST_FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ReportError::reading(&path, source)),
    };
    let mut bytes = Vec::new();
    let read = file.take(LONGEST_MANIFEST).read_to_end(&mut bytes);
    read.map_err(|source| ReportError::reading(&path, source))?;
    let manifest = serde_json::from_slice::<Manifest>(&bytes).ok().filter(|manifest| {
        manifest.statement_type == STATEMENT_TYPE && manifest.predicate_type == PREDICATE_TYPE
    });
    let files = match &manifest {
        Some(manifest) => manifest.files(),
        None => {
            let before: Before = serde_json::from_slice(&bytes)
                .map_err(|_| Altered::of(directory, MANIFEST_FILE, Alteration::Unreadable))?;
            let listed =
                |one: ListedBefore| Listed { name: one.name, sha256: one.sha256, bytes: one.bytes };
            before.files.into_iter().map(listed).collect()
        }
    };
    Ok(Some(Sealed { files, manifest, bytes }))
}

/// Holds files of a run to its manifest, before they are read; says whether there is one. A file of
/// these that is missing or altered, or that the manifest does not know, is an error.
pub fn hold(directory: &Path, names: &[&str]) -> Result<bool, ReportError> {
    let Some(sealed) = read(directory)? else { return Ok(false) };
    for name in names {
        let listed = sealed.files.iter().find(|listed| listed.name == *name);
        let alteration = match listed {
            Some(listed) => altered(directory, listed)?,
            None => directory.join(name).exists().then_some(Alteration::Added),
        };
        if let Some(alteration) = alteration {
            return Err(Altered::of(directory, name, alteration).into());
        }
    }
    Ok(true)
}

/// What differs between all files of a directory and its manifest.
pub(crate) fn differences(directory: &Path, sealed: &Sealed) -> Result<Vec<Finding>, ReportError> {
    let mut findings = Vec::new();
    for listed in &sealed.files {
        if let Some(alteration) = altered(directory, listed)? {
            findings.push(Finding { file: listed.name.clone(), alteration });
        }
    }
    let there = names(directory).map_err(|source| ReportError::reading(directory, source))?;
    for name in there {
        if !sealed.files.iter().any(|listed| listed.name == name) {
            findings.push(Finding { file: name, alteration: Alteration::Added });
        }
    }
    Ok(findings)
}

/// How a file differs from what was listed.
fn altered(directory: &Path, listed: &Listed) -> Result<Option<Alteration>, ReportError> {
    let path = directory.join(&listed.name);
    // Its size first: a file that was made endless is not read.
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some(Alteration::Missing));
        }
        Err(source) => return Err(ReportError::reading(&path, source)),
        Ok(found) if !found.is_file() => return Ok(Some(Alteration::Replaced)),
        Ok(found) if found.len() == listed.bytes => {
            if measured(directory, &listed.name)?.0 == listed.sha256 {
                return Ok(None);
            }
        }
        Ok(_) => {}
    }
    Ok(Some(match broken_line(&path) {
        Some(line) => Alteration::Line(line),
        None => Alteration::Changed,
    }))
}

/// The line at which the chain of a record breaks.
fn broken_line(path: &Path) -> Option<String> {
    if path.extension().is_none_or(|extension| extension != "jsonl") {
        return None;
    }
    let mut record = Record::new(BufReader::new(File::open(path).ok()?));
    record.find_map(Result::err).map(|error| error.to_string())
}

/// Every file of a directory that belongs to its run, in order, by its name there. The seal itself
/// is left out, and so are the runs of before, the mark of the run that has the directory, and what
/// a pipeline is told once the run is sealed, which proves nothing.
fn names(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    collect(directory, "", &mut names)?;
    names.sort();
    Ok(names)
}

fn collect(directory: &Path, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            if name != EARLIER_DIRECTORY {
                collect(&entry.path(), &format!("{name}/"), names)?;
            }
            continue;
        }
        let is_lock = name == LOCK_FILE && entry.metadata()?.len() == 0;
        if !is_lock && ![MANIFEST_FILE, ENVELOPE_FILE, CODE_QUALITY_FILE].contains(&name.as_str()) {
            names.push(name);
        }
    }
    Ok(())
}

/// The digest of a file, and how much it holds.
fn measured(directory: &Path, name: &str) -> Result<(String, Measure), ReportError> {
    let path = directory.join(name);
    let reading = |source| ReportError::reading(&path, source);
    let mut file = File::open(&path).map_err(reading)?;
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let mut block = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut block).map_err(reading)?;
        if read == 0 {
            break;
        }
        hasher.update(&block[..read]);
        bytes += read as u64;
    }
    Ok((hexadecimal(&hasher.finalize()), Measure { bytes, ..Measure::default() }))
}

/// Measures a file, and follows it when it is a record.
fn measured_whole(directory: &Path, name: &str) -> Result<(String, Measure), ReportError> {
    let (sha256, mut measure) = measured(directory, name)?;
    if name.ends_with(".jsonl") {
        let path = directory.join(name);
        let file = File::open(&path).map_err(|source| ReportError::reading(&path, source))?;
        let mut record = Record::new(BufReader::new(file));
        record
            .by_ref()
            .try_for_each(|line| line.map(drop))
            .map_err(|source| ReportError::Record { path: path.clone(), source })?;
        measure.lines = Some(record.lines());
        measure.head = record.head().map(str::to_owned);
    }
    Ok((sha256, measure))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../../docs/schemas/manifest.schema.json");

    fn sealed(directory: &Path) -> Manifest {
        let outcome = Outcome {
            run: "k7m2".to_owned(),
            counts: BTreeMap::from([("passed".to_owned(), 3)]),
            ..Outcome::default()
        };
        let _ = write(directory, outcome, Tool::etalon(Some("0123abc")), Lang::Fr).unwrap();
        read(directory).unwrap().unwrap().manifest.unwrap()
    }

    #[test]
    fn the_manifest_lists_what_is_there_and_counts_the_lines_of_records() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("events.jsonl"), "{}\n{}\n").unwrap();
        std::fs::write(at("a.html"), "abc").unwrap();
        std::fs::write(at(LOCK_FILE), "").unwrap();
        std::fs::create_dir(at(EARLIER_DIRECTORY)).unwrap();
        std::fs::write(at("earlier/of-before"), "").unwrap();
        std::fs::create_dir(at("percentiles")).unwrap();
        std::fs::write(at("percentiles/all.hgrm"), "").unwrap();
        let manifest = sealed(directory.path());
        let written = std::fs::read(at(MANIFEST_FILE)).unwrap();
        let schema = serde_json::from_str(SCHEMA).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let said: Vec<_> = schema
            .iter_errors(&serde_json::from_slice(&written).unwrap())
            .map(|error| error.to_string())
            .collect();
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(manifest.outcome().counts["passed"], 3);
        let files = manifest.files();
        let names: Vec<_> = files.iter().map(|listed| listed.name.as_str()).collect();
        assert_eq!(names, ["a.html", "events.jsonl", "percentiles/all.hgrm"]);
        assert_eq!(
            files[0].sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let measures = &manifest.predicate.etalon.files;
        assert_eq!((measures["a.html"].bytes, measures["a.html"].lines), (3, None));
        assert_eq!(measures["events.jsonl"].lines, Some(2));
        remove(directory.path()).unwrap();
        remove(directory.path()).unwrap();
        assert!(!at(MANIFEST_FILE).exists());
    }

    #[test]
    fn what_is_read_is_held_to_the_manifest() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("a.html"), "abc").unwrap();
        assert!(!hold(directory.path(), &["a.html"]).unwrap());
        sealed(directory.path());
        assert!(hold(directory.path(), &["a.html", "not there"]).unwrap());
        let refused = |names: &[&str]| hold(directory.path(), names).unwrap_err().to_string();
        for (bytes, told) in [("abd", "was changed"), ("abcd", "was changed")] {
            std::fs::write(at("a.html"), bytes).unwrap();
            assert!(refused(&["a.html"]).contains(told));
        }
        std::fs::remove_file(at("a.html")).unwrap();
        assert!(refused(&["a.html"]).contains("is missing"));
        std::fs::write(at("b.html"), "").unwrap();
        assert!(refused(&["b.html"]).contains("was added"));
        std::fs::write(at(MANIFEST_FILE), "{}").unwrap();
        assert!(refused(&["a.html"]).contains(MANIFEST_FILE));
    }

    #[test]
    fn a_manifest_of_before_is_still_one() {
        let directory = tempfile::tempdir().unwrap();
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let before = serde_json::json!({
            "format": 1, "run": "k7m2", "tool": { "name": "etalon", "version": "0.1.0" },
            "catalogue": digest, "counts": {},
            "files": [{ "name": "a.html", "bytes": 3, "sha256": digest }]
        });
        std::fs::write(directory.path().join(MANIFEST_FILE), before.to_string()).unwrap();
        std::fs::write(directory.path().join("a.html"), "abc").unwrap();
        assert!(hold(directory.path(), &["a.html"]).unwrap());
        std::fs::write(directory.path().join("a.html"), "abd").unwrap();
        assert!(hold(directory.path(), &["a.html"]).is_err());
    }
}
