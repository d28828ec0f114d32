//! The embedded scanner: it knows one "virus", the EICAR test file, wherever it lies in a file, and
//! in the entries of a zip. It protects nobody; it makes the conformity of a hub testable without
//! an antivirus.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::LazyLock;

use futures::future::BoxFuture;
use memchr::memmem::Finder;

use super::{Scan, ScanError, Scanner, Verdict};
use crate::media_type::{self, TooManyEntries, may_be_zip};

/// What the scanner calls what it finds.
const NAME: &str = "Eicar-Test-Signature";
/// The test string in two halves, so that this source is not itself reported by the antivirus of
/// who reads it.
const HALVES: [&str; 2] =
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];
/// Length of the test string.
const LENGTH: usize = 68;
/// How many bytes of a zip's entries are decompressed, at most.
const MAX_DECOMPRESSED_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// How many entries of a zip are opened, at most.
const MAX_ENTRIES: usize = 100_000;
const BLOCK_BYTES: usize = 256 * 1024;

static EICAR: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new(HALVES.concat().as_bytes()).into_owned());

/// Makes scans that look for the EICAR test file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BuiltinScanner;

impl Scanner for BuiltinScanner {
    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Scan>, ScanError>> {
        Box::pin(async { Ok(Box::<BuiltinScan>::default() as Box<dyn Scan>) })
    }
}

#[derive(Default)]
struct BuiltinScan {
    search: Search,
    head: Vec<u8>,
}

impl Scan for BuiltinScan {
    fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> BoxFuture<'a, Result<(), ScanError>> {
        let missing = 4_usize.saturating_sub(self.head.len()).min(chunk.len());
        self.head.extend_from_slice(&chunk[..missing]);
        self.search.feed(chunk);
        Box::pin(async { Ok(()) })
    }

    fn verdict<'a>(self: Box<Self>, stored: &'a Path) -> BoxFuture<'a, Result<Verdict, ScanError>> {
        Box::pin(async move {
            if self.search.found {
                return Ok(Verdict::Infected(NAME.to_owned()));
            }
            if !may_be_zip(&self.head) {
                return Ok(Verdict::Clean);
            }
            let path = stored.to_owned();
            let scan = tokio::task::spawn_blocking(move || {
                scan_entries(File::open(path)?, MAX_DECOMPRESSED_BYTES)
            });
            scan.await.map_err(|error| ScanError::Refused(error.to_string()))?
        })
    }
}

/// Finds the test string across the borders of chunks.
#[derive(Default)]
struct Search {
    /// The last bytes seen, fewer than the string's length.
    tail: Vec<u8>,
    found: bool,
}

impl Search {
    fn feed(&mut self, chunk: &[u8]) {
        if self.found {
            return;
        }
        let mut border = std::mem::take(&mut self.tail);
        border.extend_from_slice(&chunk[..chunk.len().min(LENGTH - 1)]);
        self.found = EICAR.find(&border).is_some() || EICAR.find(chunk).is_some();
        // When the chunk is shorter than the string, what came before still matters.
        let source = if chunk.len() < LENGTH { &border } else { chunk };
        self.tail = source[source.len().saturating_sub(LENGTH - 1)..].to_vec();
    }
}

/// Looks into the entries of a zip, as far as they can be read: encrypted ones, and other methods
/// than stored and deflated, are passed over as usual antivirus do; a file that is no zip after all
/// has none.
fn scan_entries(file: impl Read + io::Seek, max_bytes: u64) -> Result<Verdict, ScanError> {
    let mut archive = match media_type::open(file) {
        Ok(Some(archive)) => archive,
        Ok(None) => return Ok(Verdict::Clean),
        Err(TooManyEntries) => return Err(ScanError::OverLimit),
    };
    if archive.len() > MAX_ENTRIES {
        return Err(ScanError::OverLimit);
    }
    let mut left = max_bytes;
    let mut block = vec![0; BLOCK_BYTES];
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(index) else {
            continue;
        };
        let mut search = Search::default();
        // A damaged entry ends where it can no longer be read.
        while let Ok(length @ 1..) = entry.read(&mut block) {
            left = left.checked_sub(length as u64).ok_or(ScanError::OverLimit)?;
            search.feed(&block[..length]);
        }
        if search.found {
            return Ok(Verdict::Infected(NAME.to_owned()));
        }
    }
    Ok(Verdict::Clean)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::CompressionMethod;

    use super::*;

    fn eicar() -> Vec<u8> {
        HALVES.concat().into_bytes()
    }

    fn zip_of(content: &[u8], method: CompressionMethod) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file("autre.txt", options).unwrap();
        writer.write_all(b"rien").unwrap();
        writer.start_file("piece.txt", options).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    async fn scan(chunks: &[&[u8]]) -> Verdict {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), chunks.concat()).unwrap();
        let mut scan = BuiltinScanner.begin().await.unwrap();
        for chunk in chunks {
            scan.feed(chunk).await.unwrap();
        }
        scan.verdict(file.path()).await.unwrap()
    }

    fn infected() -> Verdict {
        Verdict::Infected(NAME.to_owned())
    }

    #[test]
    fn the_test_string_has_its_length() {
        assert_eq!(eicar().len(), LENGTH);
    }

    #[tokio::test]
    async fn the_test_file_is_found_wherever_it_is_cut() {
        let file = [b"before ".repeat(20), eicar(), b" after".repeat(20)].concat();
        assert_eq!(scan(&[&file]).await, infected());
        for cut in 0..file.len() {
            assert_eq!(scan(&[&file[..cut], &file[cut..]]).await, infected(), "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = file.chunks(1).collect();
        assert_eq!(scan(&bytes).await, infected(), "byte by byte");
        let chunks: Vec<&[u8]> = file.chunks(30).collect();
        assert_eq!(scan(&chunks).await, infected(), "in chunks shorter than itself");
    }

    #[tokio::test]
    async fn what_only_looks_like_it_is_clean() {
        let eicar = eicar();
        assert_eq!(scan(&[&eicar[..LENGTH - 1]]).await, Verdict::Clean);
        assert_eq!(scan(&[&eicar[..30], b"x", &eicar[30..]]).await, Verdict::Clean);
        assert_eq!(scan(&[]).await, Verdict::Clean);
        assert_eq!(scan(&[b"PK\x03\x04 no zip"]).await, Verdict::Clean);
    }

    #[tokio::test]
    async fn the_test_file_is_found_in_a_zip() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            assert_eq!(scan(&[&zip_of(&eicar(), method)]).await, infected(), "{method}");
            assert_eq!(scan(&[&zip_of(b"sain", method)]).await, Verdict::Clean, "{method}");
        }
    }

    #[test]
    fn a_zip_that_swells_over_the_limit_has_no_verdict() {
        let swelling = zip_of(&vec![0; 1_000_000], CompressionMethod::Deflated);
        assert!(matches!(scan_entries(Cursor::new(swelling), 100_000), Err(ScanError::OverLimit)));
    }
}
