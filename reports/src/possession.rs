//! Taking possession of a report directory before anything else of a run: what an earlier run left
//! there moves to `earlier/<its id>/`, and a verdict that says "not finished" takes its place, so
//! that what lies in a directory never tells of another run. One run at a time has a directory.
//! Writes no report of a run that ended: those come over it.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::bounded;
use crate::directory::EVENTS_FILE;
use crate::fresh;
use crate::render::annotations::CODE_QUALITY_FILE;
use crate::render::unfinished;
use crate::texts::Lang;

/// Held by the run that has the directory.
pub(crate) const LOCK_FILE: &str = ".etalon-lock";
/// Longest first line of a record, in bytes: the start of a run, with its plan.
const LONGEST_START: u64 = 64 * 1024 * 1024;
/// Where the files of earlier runs are.
pub(crate) const EARLIER_DIRECTORY: &str = "earlier";
/// Files that some run of étalon leaves in its directory.
const OWN_FILES: [&str; 23] = [
    LOCK_FILE,
    EVENTS_FILE,
    "audit.jsonl",
    "client.log",
    CODE_QUALITY_FILE,
    "exchanges.jsonl",
    "exploration.json",
    "histograms.hlog",
    "hub.log",
    "hub-quotas-1.log",
    "hub-quotas-2.log",
    "hub-quotas-3.log",
    "intervals.csv",
    "junit.xml",
    "manifest.dsse.json",
    "manifest.json",
    "report.html",
    "report.json",
    "self-test.html",
    "self-test.json",
    "sequence.json",
    "sheet.html",
    "summary.md",
];
/// Directories that one leaves there.
const OWN_DIRECTORIES: [&str; 2] = [EARLIER_DIRECTORY, "percentiles"];

/// Why a directory cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PossessionError {
    /// Another run is writing there.
    #[error(
        "another run of étalon is writing to {}: wait for its end, or give another --report",
        .0.display()
    )]
    Taken(PathBuf),
    /// It holds what étalon did not write.
    #[error(
        "{} holds {found}, which is no file of étalon: give another --report, or --force to write \
         beside it", .directory.display()
    )]
    Foreign {
        /// The directory.
        directory: PathBuf,
        /// One of the files.
        found: String,
    },
    /// It cannot be made or written.
    #[error(
        "the report directory {} cannot be used: {source}; check the rights and the room left \
         there, or give another with --report", .path.display()
    )]
    Unusable {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A directory that is a run's own until this is dropped.
#[derive(Debug)]
pub struct Possession {
    _lock: File,
}

/// Takes a directory for a run, making it when it is not there; with `force`, beside files that are
/// not étalon's, which stay as they are.
pub fn take(
    directory: &Path,
    run_id: &str,
    force: bool,
    lang: Lang,
) -> Result<Possession, PossessionError> {
    let unusable =
        |path: &Path, source| PossessionError::Unusable { path: path.to_owned(), source };
    fs::create_dir_all(directory).map_err(|source| unusable(directory, source))?;
    let entries = entries(directory).map_err(|source| unusable(directory, source))?;
    if let Some(found) = entries.iter().find(|name| !force && !is_own(directory, name)) {
        return Err(PossessionError::Foreign {
            directory: directory.to_owned(),
            found: found.clone(),
        });
    }
    let lock = lock(directory)?;
    put_away(directory, &entries).map_err(|source| unusable(directory, source))?;
    for (name, text) in unfinished(run_id, lang) {
        let path = directory.join(name);
        fresh::write(&path, text).map_err(|source| unusable(&path, source))?;
    }
    Ok(Possession { _lock: lock })
}

/// Takes a directory as it is: what an earlier run left there is to be read.
pub fn hold(directory: &Path) -> Result<Possession, PossessionError> {
    lock(directory).map(|lock| Possession { _lock: lock })
}

/// The names of what is in a directory, in order.
fn entries(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Whether a run of étalon wrote it: by its name, or as the directory of one of several runs.
fn is_own(directory: &Path, name: &str) -> bool {
    let path = directory.join(name);
    if path.is_dir() {
        return OWN_DIRECTORIES.contains(&name)
            || ["hub.log", EVENTS_FILE, LOCK_FILE].iter().any(|own| path.join(own).exists());
    }
    OWN_FILES.contains(&name)
}

fn lock(directory: &Path) -> Result<File, PossessionError> {
    let path = directory.join(LOCK_FILE);
    let unusable = |source| PossessionError::Unusable { path: path.clone(), source };
    // Another run may hold the lock that lies there: it is opened, unless it only leads elsewhere.
    let file = match File::create_new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !path.is_symlink() => {
            File::options().write(true).open(&path)
        }
        made => made,
    };
    let file = file.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(PossessionError::Taken(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

/// Moves what an earlier run left to a directory under its id.
fn put_away(directory: &Path, entries: &[String]) -> io::Result<()> {
    let is_left = |name: &&String| {
        *name != LOCK_FILE && *name != EARLIER_DIRECTORY && is_own(directory, name)
    };
    let left: Vec<_> = entries.iter().filter(is_left).collect();
    if left.is_empty() {
        return Ok(());
    }
    let earlier = free_place(&directory.join(EARLIER_DIRECTORY), &run_id(directory));
    fs::create_dir_all(&earlier)?;
    left.into_iter().try_for_each(|name| fs::rename(directory.join(name), earlier.join(name)))
}

/// A place of this name that nothing has yet.
fn free_place(parent: &Path, name: &str) -> PathBuf {
    let numbered = (2_u32..).map(|number| parent.join(format!("{name}-{number}")));
    std::iter::once(parent.join(name))
        .chain(numbered)
        .find(|place| !place.exists())
        .expect("there are more numbers than files in a directory")
}

/// The id of the run whose files lie there, as far as they tell.
fn run_id(directory: &Path) -> String {
    let first_of_the_record = || {
        let mut line = String::new();
        let record = File::open(directory.join(EVENTS_FILE)).ok()?;
        BufReader::new(record.take(LONGEST_START)).read_line(&mut line).ok()?;
        Some(line)
    };
    let report = || bounded::read_text(&directory.join("report.json"), bounded::WRITTEN).ok();
    let told = first_of_the_record().or_else(report).and_then(|text| {
        let record: serde_json::Value = serde_json::from_str(&text).ok()?;
        record["run"]["id"].as_str().map(str::to_owned)
    });
    let is_plain = |id: &String| {
        !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    told.filter(is_plain).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDED: &str = "{\"event\":\"run_started\",\"run\":{\"id\":\"AB12CD34\"}}\n";

    fn earlier_run() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(EVENTS_FILE), ENDED).unwrap();
        fs::write(directory.path().join("junit.xml"), "green").unwrap();
        directory
    }

    fn read(directory: &Path, name: &str) -> String {
        fs::read_to_string(directory.join(name)).unwrap_or_default()
    }

    #[test]
    fn an_earlier_green_never_tells_of_this_run() {
        let held = earlier_run();
        let directory = held.path();
        take(directory, "EF56GH78", false, Lang::Fr).unwrap();
        assert_eq!(read(directory, "earlier/AB12CD34/junit.xml"), "green");
        let junit = read(directory, "junit.xml");
        assert!(junit.contains("<error") && junit.contains("EF56GH78"), "{junit}");
        assert!(read(directory, "summary.md").contains("non terminé"));
        assert!(!directory.join(EVENTS_FILE).exists());
    }

    #[test]
    fn two_earlier_runs_of_one_id_are_both_kept() {
        let held = earlier_run();
        let directory = held.path();
        take(directory, "EF56GH78", false, Lang::Fr).unwrap();
        fs::write(directory.join(EVENTS_FILE), ENDED).unwrap();
        take(directory, "IJ90KL12", false, Lang::En).unwrap();
        assert!(directory.join("earlier/AB12CD34-2").join(EVENTS_FILE).exists());
        assert!(read(directory, "summary.md").contains("not finished"));
    }

    #[test]
    fn a_directory_has_one_run_at_a_time() {
        let held = tempfile::tempdir().unwrap();
        let first = take(held.path(), "A", false, Lang::Fr).unwrap();
        let second = take(held.path(), "B", false, Lang::Fr).unwrap_err();
        assert!(matches!(second, PossessionError::Taken(_)), "{second}");
        drop(first);
        take(held.path(), "B", false, Lang::Fr).unwrap();
    }

    #[test]
    fn what_is_not_ours_is_left_alone_and_refused_unless_told() {
        let held = tempfile::tempdir().unwrap();
        let thesis = held.path().join("thesis.txt");
        fs::write(&thesis, "years of work").unwrap();
        let refused = take(held.path(), "A", false, Lang::Fr).unwrap_err().to_string();
        assert!(refused.contains("thesis.txt") && refused.contains("--force"), "{refused}");
        take(held.path(), "A", true, Lang::Fr).unwrap();
        assert_eq!(fs::read_to_string(thesis).unwrap(), "years of work");
    }

    #[test]
    fn a_record_cannot_choose_where_it_goes() {
        let held = tempfile::tempdir().unwrap();
        let hostile = "{\"run\":{\"id\":\"../../elsewhere\"}}\n";
        fs::write(held.path().join(EVENTS_FILE), hostile).unwrap();
        take(held.path(), "A", false, Lang::Fr).unwrap();
        assert!(held.path().join("earlier/unknown").join(EVENTS_FILE).exists());
    }
}
