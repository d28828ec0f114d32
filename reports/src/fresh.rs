//! Files of a run, each one made anew: never through a symbolic link that lies in its place, never
//! with the mode of what lay there, and never seen half written where that matters. Who may read
//! them is for the process to say (its file mode creation mask).

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Makes a file in place of whatever has its name.
pub fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => File::create_new(path),
    }
}

/// Writes a file so that nobody sees half of it.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    let staged = staged(path);
    let written = create(&staged).and_then(|mut file| file.write_all(text.as_ref()));
    let written = written.and_then(|()| fs::rename(&staged, path));
    if written.is_err() {
        let _ = fs::remove_file(&staged);
    }
    written
}

/// Where a file is written before it has its name.
fn staged(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.staged"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_is_never_written_through_a_link_nor_with_the_mode_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("elsewhere"), "untouched").unwrap();
        for write_to in [|path: &Path| write(path, "new"), |path: &Path| create(path).map(drop)] {
            for linked in [at("report.json"), staged(&at("report.json"))] {
                let _ = fs::remove_file(&linked);
                symlink(at("elsewhere"), &linked).unwrap();
            }
            write_to(&at("report.json")).unwrap();
            assert!(!at("report.json").is_symlink());
            assert_eq!(fs::read_to_string(at("elsewhere")).unwrap(), "untouched");
        }
        fs::set_permissions(at("report.json"), fs::Permissions::from_mode(0o666)).unwrap();
        fs::write(at("another"), "").unwrap();
        write(&at("report.json"), "new").unwrap();
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode();
        assert_eq!(mode("report.json"), mode("another"));
        assert_eq!(fs::read_to_string(at("report.json")).unwrap(), "new");
    }
}
