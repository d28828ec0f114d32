//! Files and directories that only their owner may read, whatever the umask and whoever else writes
//! where they lie: made exclusively, never through a symbolic link, never with the rights of what
//! was there. And temporary directories that a killed program does not leave for ever.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;

use tempfile::{NamedTempFile, TempDir};

/// In a directory that is in use, held by who uses it.
const LOCK_FILE: &str = "hub.lock";

/// Makes a directory, and those above it; one that is there stays as it is.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes an empty file where there is none, and takes the rights of others from one that is there.
pub(crate) fn make_file(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    if file.metadata()?.mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Writes a file so that nobody sees half of it.
///
/// # Errors
/// When it cannot be written; what was there before is then still there.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    staged(path, text)?.persist(path)?;
    Ok(())
}

/// The same for a file that everybody may read.
pub(crate) fn write_public(path: &Path, text: &str) -> io::Result<()> {
    let file = staged(path, text)?.persist(path)?;
    file.set_permissions(Permissions::from_mode(0o644))
}

fn staged(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let beside = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(beside.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// Takes a directory for as long as the file is open; `None` when somebody else has it.
pub(crate) fn take(directory: &Path) -> io::Result<Option<File>> {
    let path = directory.join(LOCK_FILE);
    make_file(&path)?;
    let lock = File::open(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

/// A directory that is removed with this handle, or, when the program was killed, by the next one
/// that makes one of the same kind.
#[derive(Debug)]
pub struct TemporaryDirectory {
    directory: TempDir,
    _lock: File,
}

impl TemporaryDirectory {
    /// Makes one whose name starts so, and removes those whose owner is gone.
    ///
    /// # Errors
    /// When none can be made.
    pub fn new(prefix: &str) -> io::Result<Self> {
        Self::new_in(&std::env::temp_dir(), prefix)
    }

    fn new_in(parent: &Path, prefix: &str) -> io::Result<Self> {
        if let Err(error) = sweep(parent, prefix) {
            tracing::warn!(%error, "what killed runs left was not removed");
        }
        loop {
            let directory = tempfile::Builder::new().prefix(prefix).tempdir_in(parent)?;
            // Another program that sweeps meanwhile may have come between.
            if let Ok(Some(lock)) = take(directory.path())
                && directory.path().join(LOCK_FILE).exists()
            {
                return Ok(Self { directory, _lock: lock });
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Removes the directories of this kind that nobody has any more: their lock, which a killed
/// program no longer holds, can be taken.
fn sweep(parent: &Path, prefix: &str) -> io::Result<()> {
    let own = rustix::process::getuid().as_raw();
    for entry in std::fs::read_dir(parent)? {
        let Ok(entry) = entry else { continue };
        let Ok(metadata) = entry.metadata() else { continue };
        let is_ours = metadata.is_dir() && metadata.uid() == own;
        if !is_ours || !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        let lock = File::open(entry.path().join(LOCK_FILE));
        // Without a lock it is not known whether anybody has it.
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn what_is_written_is_its_owner_s_and_goes_through_no_link() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("target.toml");
        let elsewhere = directory.path().join("elsewhere");
        std::fs::write(&elsewhere, "other").unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        write(&path, "secret").unwrap();
        assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "other");
        assert_eq!(
            (std::fs::read_to_string(&path).unwrap(), mode(&path)),
            ("secret".into(), 0o600)
        );
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        write(&path, "again").unwrap();
        assert_eq!(mode(&path), 0o600, "no mode is inherited");
        make_directory(&directory.path().join("a/b")).unwrap();
        assert_eq!(mode(&directory.path().join("a")), 0o700);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_what_a_live_one_has_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(parent.path()).unwrap().count();
        let live = TemporaryDirectory::new_in(parent.path(), "etalon-hub-").unwrap();
        // As a kill leaves it: everything there, nobody who holds it.
        let left = parent.path().join("etalon-hub-left");
        make_directory(&left.join("binaries")).unwrap();
        make_file(&left.join(LOCK_FILE)).unwrap();
        let foreign = parent.path().join("etalon-hub-foreign");
        make_directory(&foreign).unwrap();
        let next = TemporaryDirectory::new_in(parent.path(), "etalon-hub-").unwrap();
        assert!(live.path().exists() && foreign.exists() && !left.exists());
        drop((live, next));
        assert_eq!(names(), 1);
    }

    #[test]
    fn a_directory_is_one_s_only() {
        let directory = tempfile::tempdir().unwrap();
        let held = take(directory.path()).unwrap();
        assert!(held.is_some() && take(directory.path()).unwrap().is_none());
        drop(held);
        assert!(take(directory.path()).unwrap().is_some());
    }
}
