//! Whether the write-ahead log of a database is whole. SQLite reads it up to the first page that it
//! cannot trust, and takes that for the end, without a word: right after a crash, where nothing
//! that comes later was acknowledged, and wrong after damage. The two are told apart by what comes
//! later in the log, and by the index beside it, which outlives the process. Reads only (the
//! layout: SQLite, "Database File Format" §4, "WAL-mode File Format" §2).

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// Largest page of a database.
const LARGEST_PAGE: u32 = 65_536;
const MAGIC: u32 = 0x377f_0682;

/// What is lost of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    /// Pages that are read.
    pub(super) read: u32,
    /// Pages after them that were committed.
    pub(super) lost: u32,
}

/// A file that SQLite keeps beside a database.
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What is lost of the log of a database, if anything is. Asked before SQLite opens it.
pub(super) fn damage(database: &Path) -> io::Result<Option<Damage>> {
    let file = match File::open(beside(database, "-wal")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let length = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut header = [0; HEADER_BYTES];
    if !fill(&mut reader, &mut header)? {
        // It was never begun.
        return Ok(None);
    }
    let indexed = indexed(database, &header)?;
    let Some(mut sum) = Sum::begin(&header) else {
        let lost = u32::try_from(length / u64::from(LARGEST_PAGE)).unwrap_or(u32::MAX).max(1);
        return Ok((length > HEADER_BYTES as u64).then_some(Damage { read: 0, lost }));
    };
    let mut frame = vec![0; FRAME_HEADER_BYTES + word(&header, 8) as usize];
    let (mut rank, mut committed, mut is_whole) = (0_u32, 0_u32, true);
    let mut last_commit_after_a_break = 0;
    while fill(&mut reader, &mut frame)? {
        rank += 1;
        let is_current = frame[8..16] == header[16..24];
        let is_commit = word(&frame, 4) != 0;
        let was_whole = is_whole;
        is_whole = is_whole && is_current && sum.takes(&frame);
        match (is_whole, is_current && is_commit) {
            (true, true) => committed = rank,
            // The very first that does not fit may have been cut by the crash.
            (false, true) if !was_whole => last_commit_after_a_break = rank,
            _ => {}
        }
    }
    let last = indexed.max(last_commit_after_a_break);
    Ok((last > committed).then(|| Damage { read: committed, lost: last - committed }))
}

/// The last committed page of the log, by the index beside it; 0 when that is of another log.
fn indexed(database: &Path, header: &[u8]) -> io::Result<u32> {
    let mut index = [0_u8; 48];
    let found = match File::open(beside(database, "-shm")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        file => fill(&mut file?, &mut index)?,
    };
    let is_of_this_log = found && index[12] == 1 && index[32..40] == header[16..24];
    let last = index[16..20].try_into().map_or(0, u32::from_ne_bytes);
    Ok(if is_of_this_log { last } else { 0 })
}

/// Reads as many bytes as asked for; false at the end of the file.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        other => other.map(|()| true),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].try_into().map_or(0, u32::from_be_bytes)
}

/// The sum that runs through a log.
struct Sum {
    is_big_endian: bool,
    value: (u32, u32),
}

impl Sum {
    /// Starts with the header; `None` when that is not one.
    fn begin(header: &[u8; HEADER_BYTES]) -> Option<Self> {
        let (magic, page) = (word(header, 0), word(header, 8));
        let mut sum = Self { is_big_endian: magic & 1 == 1, value: (0, 0) };
        sum.add(&header[..24]);
        let is_one = magic & !1 == MAGIC
            && (512..=LARGEST_PAGE).contains(&page)
            && page.is_power_of_two()
            && sum.value == (word(header, 24), word(header, 28));
        is_one.then_some(sum)
    }

    /// Whether a frame carries the sum up to its end.
    fn takes(&mut self, frame: &[u8]) -> bool {
        self.add(&frame[..8]);
        self.add(&frame[FRAME_HEADER_BYTES..]);
        self.value == (word(frame, 16), word(frame, 20))
    }

    fn add(&mut self, bytes: &[u8]) {
        let (mut first, mut second) = self.value;
        for pair in bytes.as_chunks::<8>().0 {
            let [a, b, c, d, e, f, g, h] = *pair;
            let read = if self.is_big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
            first = first.wrapping_add(read([a, b, c, d])).wrapping_add(second);
            second = second.wrapping_add(read([e, f, g, h])).wrapping_add(first);
        }
        self.value = (first, second);
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// A database with some commits in its log, as a killed process leaves it.
    fn killed(directory: &Path) -> PathBuf {
        let (live, left) = (directory.join("live.sqlite"), directory.join("left.sqlite"));
        let connection = Connection::open(&live).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
        for number in 0..10 {
            connection.execute("INSERT INTO t VALUES (?1)", [number]).unwrap();
        }
        for suffix in ["", "-wal", "-shm"] {
            std::fs::copy(beside(&live, suffix), beside(&left, suffix)).unwrap();
        }
        left
    }

    fn spoil(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn what_a_kill_leaves_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let left = killed(directory.path());
        assert_eq!(damage(&left).unwrap(), None);
        // In the middle of a write that nobody was told of.
        spoil(&beside(&left, "-wal"), |bytes| bytes.extend_from_within(32..1000));
        assert_eq!(damage(&left).unwrap(), None);
        assert_eq!(damage(&directory.path().join("none.sqlite")).unwrap(), None);
    }

    #[test]
    fn a_byte_changed_anywhere_is_seen() {
        for place in [20, 100, 5_000, 20_000] {
            let directory = tempfile::tempdir().unwrap();
            let left = killed(directory.path());
            spoil(&beside(&left, "-wal"), |bytes| bytes[place] ^= 1);
            let found = damage(&left).unwrap().expect("it is seen");
            assert!(found.lost > 0, "{place}: {found:?}");
            std::fs::remove_file(beside(&left, "-shm")).unwrap();
            assert!(damage(&left).unwrap().is_some(), "{place}: without the index too");
        }
    }

    #[test]
    fn a_log_cut_short_is_seen_by_its_index() {
        let directory = tempfile::tempdir().unwrap();
        let left = killed(directory.path());
        spoil(&beside(&left, "-wal"), |bytes| bytes.truncate(bytes.len() - 10));
        assert_eq!(damage(&left).unwrap().map(|damage| damage.lost), Some(1));
        spoil(&beside(&left, "-wal"), |bytes| bytes.truncate(HEADER_BYTES));
        assert_eq!(damage(&left).unwrap().map(|damage| damage.read), Some(0));
    }
}
