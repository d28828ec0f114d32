//! What a zip container says about itself: the names of its entries, and the `mimetype` entry of
//! ODF. Extracts nothing else.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;

/// How much is read to find out which entries a container has: a list of tens of thousands. One of
/// millions would take minutes and gigabytes.
const LIST_BYTES: u64 = 8 * 1024 * 1024;
/// How many entries of a container are looked at.
const MAX_ENTRIES: usize = 10_000;
/// How much of the `mimetype` entry is read.
const MIMETYPE_BYTES: u64 = 256;

/// The marks of a zip file's kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Container {
    names: Vec<String>,
    mimetype: Option<String>,
}

impl Container {
    /// Office Open XML of one kind: the list of content types, and a part in the kind's folder
    /// (ECMA-376 part 2).
    pub(super) fn is_ooxml(&self, folder: &str) -> bool {
        self.names.iter().any(|name| name == "[Content_Types].xml")
            && self.names.iter().any(|name| name.starts_with(folder))
    }

    /// OpenDocument of one kind: its `mimetype` entry says so (ODF 1.2 part 3 §3.3). The template
    /// of a kind is of that kind.
    pub(super) fn is_odf(&self, essence: &str) -> bool {
        let kind = |text: &str| text.trim().trim_end_matches("-template").to_ascii_lowercase();
        self.mimetype.as_deref().is_some_and(|mimetype| kind(mimetype) == kind(essence))
    }
}

/// A container whose entries are more than are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyEntries;

/// Lists the entries of a zip file; `None` when it is not one.
pub(crate) fn open<R: Read + Seek>(
    file: R,
) -> Result<Option<ZipArchive<Bounded<R>>>, TooManyEntries> {
    let left = Arc::new(AtomicU64::new(LIST_BYTES));
    let reader = Bounded { inner: BufReader::new(file), left: Arc::clone(&left) };
    let archive = ZipArchive::new(reader);
    if left.swap(u64::MAX, Ordering::Relaxed) == 0 {
        return Err(TooManyEntries);
    }
    Ok(archive.ok())
}

/// A file of which only so much is read.
pub(crate) struct Bounded<R> {
    inner: BufReader<R>,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = self.inner.read(buffer)?;
        self.left.store(left.saturating_sub(length as u64), Ordering::Relaxed);
        Ok(length)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        // A seek to where it is would throw away what was read ahead.
        if let SeekFrom::Start(to) = position {
            let at = self.inner.stream_position()?;
            if let Ok(offset) = i64::try_from(i128::from(to) - i128::from(at)) {
                self.inner.seek_relative(offset)?;
                return Ok(to);
            }
        }
        self.inner.seek(position)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        self.inner.stream_position()
    }
}

/// Reads the marks of a zip file; `None` when it is not one, or has more entries than are listed.
pub(crate) fn read_container<R: Read + Seek>(file: R) -> Option<Container> {
    let mut archive = open(file).ok()??;
    let mut container = Container::default();
    for index in 0..archive.len().min(MAX_ENTRIES) {
        if let Some(Ok(name)) = archive.name_for_index(index) {
            container.names.push(name.into_owned());
        }
    }
    if let Some(index) = container.names.iter().position(|name| name == "mimetype") {
        let mut text = String::new();
        if let Ok(entry) = archive.by_index(index) {
            // Not text, or not readable: then it names no kind.
            if entry.take(MIMETYPE_BYTES).read_to_string(&mut text).is_ok() {
                container.mimetype = Some(text);
            }
        }
    }
    Some(container)
}
