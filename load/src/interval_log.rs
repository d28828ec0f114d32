//! The interval log of a campaign: the histograms of each second, written as they come, read back
//! in order. Nothing is judged here, and nothing is lost: counts are read in the buckets in which
//! they were recorded.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogIterator, IntervalLogWriter, IntervalLogWriterBuilder, LogEntry, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};
use reports::load::directory::{HISTOGRAMS_FILE, histogram_tag, split_histogram_tag};

use crate::histograms::BySlot;
use crate::series::{Clock, SeriesKey};

/// Longest line that is read: longer than any histogram that is written. What is cut there is none.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// Why the histograms of a campaign cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file is not there, or cannot be read or written.
    #[error("{}: {source}; give the directory that \"load run\" printed", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is none of an interval log.
    #[error(
        "line {line} of {} is none of an interval log; if the file was cut short, run the campaign again", .path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
}

/// A log that is written.
pub(crate) struct LogFile {
    file: BufWriter<File>,
    serializer: V2DeflateSerializer,
}

/// Writes one second after the other.
pub(crate) struct LogWriter<'a>(IntervalLogWriter<'a, 'a, BufWriter<File>, V2DeflateSerializer>);

impl LogFile {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(reports::fresh::create(path)?);
        Ok(Self { file, serializer: V2DeflateSerializer::new() })
    }

    /// Begins it; `start` is when the campaign started, when that is one instant.
    pub(crate) fn begin(
        &mut self,
        comment: &str,
        start: Option<SystemTime>,
    ) -> io::Result<LogWriter<'_>> {
        let mut builder = IntervalLogWriterBuilder::new();
        builder.add_comment(comment).with_max_value_divisor(1000.0);
        if let Some(start) = start {
            builder.with_start_time(start).with_base_time(start);
        }
        builder.begin_log_with(&mut self.file, &mut self.serializer).map(LogWriter)
    }

    pub(crate) fn close(mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl LogWriter<'_> {
    pub(crate) fn write(&mut self, second: u64, histograms: &BySlot<u32>) -> io::Result<()> {
        let (start, length) = (Duration::from_secs(second), Duration::from_secs(1));
        for (subject, clock, histogram) in histograms.each() {
            let tag = histogram_tag(clock, subject.name());
            self.0
                .write_histogram(histogram, start, length, Tag::new(&tag))
                .map_err(|error| io::Error::other(format!("{error:?}")))?;
        }
        Ok(())
    }
}

/// One histogram of a log.
pub(crate) struct Interval {
    pub(crate) clock: Clock,
    pub(crate) subject: SeriesKey,
    /// From the start of the campaign.
    pub(crate) second: u64,
    /// The times, in microseconds.
    pub(crate) histogram: Histogram<u32>,
}

/// A log that is read, one histogram at a time, in the order of their seconds.
pub(crate) struct Log {
    path: PathBuf,
    file: BufReader<File>,
    deserializer: Deserializer,
    line: usize,
    bytes: Vec<u8>,
    second: u64,
}

impl Log {
    /// Opens the log of a directory.
    pub(crate) fn open(directory: &Path) -> Result<Self, LogError> {
        let path = directory.join(HISTOGRAMS_FILE);
        match File::open(&path) {
            Err(source) => Err(LogError::File { path, source }),
            Ok(file) => Ok(Self {
                path,
                file: BufReader::new(file),
                deserializer: Deserializer::new(),
                line: 0,
                bytes: Vec::new(),
                second: 0,
            }),
        }
    }

    /// What stops its reading at the line that was read last.
    pub(crate) fn wrong(&self) -> LogError {
        LogError::Line { path: self.path.clone(), line: self.line }
    }

    /// Reads lines until one holds a histogram; none at the end.
    fn read(&mut self) -> Result<Option<Interval>, LogError> {
        loop {
            self.bytes.clear();
            let mut limited = (&mut self.file).take(LONGEST_LINE);
            match limited.read_until(b'\n', &mut self.bytes) {
                Ok(0) => return Ok(None),
                Ok(_) => self.line += 1,
                Err(source) => return Err(LogError::File { path: self.path.clone(), source }),
            }
            if let Some(interval) = parsed(&self.bytes, &mut self.deserializer)
                .ok()
                .filter(|interval| interval.as_ref().is_none_or(|it| it.second >= self.second))
                .ok_or_else(|| self.wrong())?
            {
                self.second = interval.second;
                return Ok(Some(interval));
            }
        }
    }
}

/// The histogram of a line; none when the line is a comment or a heading.
fn parsed(line: &[u8], deserializer: &mut Deserializer) -> Result<Option<Interval>, ()> {
    let Some(entry) = IntervalLogIterator::new(line).next() else { return Ok(None) };
    let LogEntry::Interval(entry) = entry.map_err(|_| ())? else { return Ok(None) };
    let tag = entry.tag().ok_or(())?;
    let (clock, name) = split_histogram_tag(tag.as_str()).ok_or(())?;
    let encoded = BASE64_STANDARD.decode(entry.encoded_histogram()).map_err(|_| ())?;
    Ok(Some(Interval {
        clock,
        subject: SeriesKey::named(name).ok_or(())?,
        second: entry.start_timestamp().as_secs(),
        histogram: deserializer.deserialize(&mut encoded.as_slice()).map_err(|_| ())?,
    }))
}

impl Iterator for Log {
    type Item = Result<Interval, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes calls, each in its second, to the log of a directory.
    fn write(directory: &Path, calls: &[(u64, u64)]) {
        let mut file = LogFile::create(&directory.join(HISTOGRAMS_FILE)).unwrap();
        let mut writer = file.begin("a test", None).unwrap();
        for second in 0..5 {
            let mut histograms = BySlot::default();
            for (_, us) in calls.iter().filter(|(of, _)| *of == second) {
                histograms.add(SeriesKey::Token, Clock::Response, *us, 1);
            }
            writer.write(second, &histograms).unwrap();
        }
        file.close().unwrap();
    }

    fn read(directory: &Path, into: &mut [BySlot<u32>; 5]) {
        for interval in Log::open(directory).unwrap() {
            let Interval { clock, subject, second, histogram } = interval.unwrap();
            into[second as usize].add_all(subject, clock, &histogram);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// What n shards recorded is, once read back together, what one process would have
        /// recorded.
        #[test]
        fn shards_are_together_what_one_process_records(
            calls in prop::collection::vec((0_u64..5, 1_u64..3_600_000_000, 0_usize..4), 1..200)
        ) {
            let mut together: [BySlot<u32>; 5] = Default::default();
            let mut whole: [BySlot<u32>; 5] = Default::default();
            for shard in 0..4 {
                let directory = tempfile::tempdir().unwrap();
                let own = calls.iter().filter(|(.., of)| *of == shard);
                write(directory.path(), &own.map(|call| (call.0, call.1)).collect::<Vec<_>>());
                read(directory.path(), &mut together);
            }
            for (second, us, _) in &calls {
                whole[*second as usize].add(SeriesKey::Token, Clock::Response, *us, 1);
            }
            for (together, whole) in together.iter().zip(&whole) {
                let of = |histograms: &BySlot<u32>| {
                    histograms.get(SeriesKey::Token, Clock::Response).cloned()
                };
                prop_assert_eq!(of(together), of(whole));
            }
        }
    }

    #[test]
    fn a_log_that_is_cut_short_or_out_of_order_says_where() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[(0, 1_000), (1, 1_000)]);
        let path = directory.path().join(HISTOGRAMS_FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let last = lines.pop().unwrap();
        lines.insert(lines.len() - 1, last);
        for wrong in [&text[..text.len() - 9], &lines.join("\n")] {
            std::fs::write(&path, wrong).unwrap();
            let error = Log::open(directory.path()).unwrap().find_map(Result::err);
            assert!(matches!(error, Some(LogError::Line { .. })), "{error:?}");
        }
    }
}
