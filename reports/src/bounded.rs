//! Files that somebody gives, read whole: never more of them than what they are for can need. A
//! device, a pipe or the wrong file may have no end.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// What is given: targets (those of 100,000 systems hold 40 MB), plans, lists of gaps, keys,
/// certificates.
pub const GIVEN: u64 = 256 * 1024 * 1024;
/// What étalon wrote.
pub const WRITTEN: u64 = 1024 * 1024 * 1024;

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read, or holds more than so many bytes.
pub fn read(path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    // Of a pipe or a device no more is read than somebody gives.
    let is_file = file.metadata()?.is_file();
    let at_most = if is_file { at_most } else { at_most.min(GIVEN) };
    let mut bytes = Vec::new();
    file.by_ref().take(at_most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > at_most {
        let reason =
            format!("it holds more than {at_most} bytes, and is another file than it says");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

/// The text of a file, which is UTF-8.
///
/// # Errors
/// As [`read`].
pub fn read_text(path: &Path, at_most: u64) -> io::Result<String> {
    String::from_utf8(read(path, at_most)?).map_err(|error| {
        let reason = format!("it is no UTF-8 text: {}", error.utf8_error());
        io::Error::new(io::ErrorKind::InvalidData, reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_read_for_ever() {
        let error = read_text(Path::new("/dev/zero"), WRITTEN).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_file_is_read_up_to_its_last_byte() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("given");
        std::fs::write(&file, "été").unwrap();
        assert_eq!(read_text(&file, 5).unwrap(), "été");
        assert!(read_text(&file, 4).is_err());
        std::fs::write(&file, [0xff]).unwrap();
        assert!(read_text(&file, 5).is_err());
    }
}
