//! The histograms of a campaign, read back from its interval log, second by second. Nothing is
//! judged here, and nothing is lost: counts are added in the buckets in which they were recorded.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogIterator, IntervalLogWriterBuilder, LogEntry, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};
use reports::load::Latencies;
use reports::load::directory::{HISTOGRAMS_FILE, split_histogram_tag};
use reports::load::latency::Distribution;

use crate::record;
use crate::series::{Clock, Subject};

/// Why the histograms of a campaign cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
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

/// One histogram of one second.
#[derive(Debug)]
pub struct Interval {
    /// The clock.
    pub clock: Clock,
    /// The operation, journey or step.
    pub subject: String,
    /// Its second, from the start of the campaign.
    pub second: u64,
    /// The times, in microseconds.
    pub histogram: Histogram<u64>,
}

/// Reads the interval log of a directory, one histogram at a time.
///
/// # Errors
/// When it cannot be read to its end.
pub fn read(directory: &Path, mut each: impl FnMut(Interval)) -> Result<(), HistogramError> {
    let path = directory.join(HISTOGRAMS_FILE);
    let failed = |source| HistogramError::File { path: path.clone(), source };
    let mut file = BufReader::new(File::open(&path).map_err(failed)?);
    let mut deserializer = Deserializer::new();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if file.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            break;
        }
        for entry in IntervalLogIterator::new(&bytes) {
            let wrong = || HistogramError::Line { path: path.clone(), line };
            let LogEntry::Interval(entry) = entry.map_err(|_| wrong())? else {
                continue;
            };
            let tag = entry.tag().ok_or_else(wrong)?;
            let (clock, subject) = split_histogram_tag(tag.as_str()).ok_or_else(wrong)?;
            let encoded = BASE64_STANDARD.decode(entry.encoded_histogram());
            let encoded = encoded.map_err(|_| wrong())?;
            let histogram = deserializer.deserialize(&mut encoded.as_slice());
            each(Interval {
                clock,
                subject: subject.to_owned(),
                second: entry.start_timestamp().as_secs(),
                histogram: histogram.map_err(|_| wrong())?,
            });
        }
    }
    Ok(())
}

/// An empty histogram, as campaigns keep them.
#[must_use]
pub fn empty() -> Histogram<u64> {
    record::histogram()
}

/// Adds counts, bucket by bucket.
pub fn add(sum: &mut Histogram<u64>, more: &Histogram<u64>) {
    for value in more.iter_recorded() {
        record::add(sum, value.value_iterated_to(), value.count_at_value());
    }
}

/// The figures of a histogram of microseconds; none when it is empty.
#[must_use]
pub fn latencies(histogram: &Histogram<u64>) -> Option<Latencies> {
    Latencies::of(&Distribution {
        count: histogram.len(),
        min_us: histogram.min(),
        max_us: histogram.max(),
        mean_us: histogram.mean(),
        value_us_at_quantile: &|quantile| histogram.value_at_quantile(quantile),
    })
}

/// Whether a subject of the log is a call, so that it counts among all calls.
#[must_use]
pub fn is_call(subject: &str) -> bool {
    Subject::named(subject).is_some_and(Subject::is_call)
}

/// Histograms by second, as the values that occurred and how often: what the totals and the windows
/// of a merged campaign are made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seconds(BTreeMap<(Clock, String), BTreeMap<u64, BTreeMap<u64, u64>>>);

impl Seconds {
    /// Adds a second.
    pub fn add(&mut self, interval: &Interval) {
        let series = self.0.entry((interval.clock, interval.subject.clone()));
        let second = series.or_default().entry(interval.second).or_default();
        for value in interval.histogram.iter_recorded() {
            *second.entry(value.value_iterated_to()).or_default() += value.count_at_value();
        }
    }

    /// Reads the log of a directory into it.
    ///
    /// # Errors
    /// When it cannot be read to its end.
    pub fn read(&mut self, directory: &Path) -> Result<(), HistogramError> {
        read(directory, |interval| self.add(&interval))
    }

    /// The series, each with its clock and subject.
    pub fn series(&self) -> impl Iterator<Item = (Clock, &str)> {
        self.0.keys().map(|(clock, subject)| (*clock, subject.as_str()))
    }

    /// The histogram of a clock and of the subjects wanted, over some seconds.
    pub fn histogram(
        &self,
        clock: Clock,
        wanted: impl Fn(&str) -> bool,
        seconds: impl std::ops::RangeBounds<u64> + Clone,
    ) -> Histogram<u64> {
        let mut sum = empty();
        let series = self.0.iter().filter(|((of, subject), _)| *of == clock && wanted(subject));
        for (_, series) in series {
            for (_, second) in series.range(seconds.clone()) {
                for (value, count) in second {
                    record::add(&mut sum, *value, *count);
                }
            }
        }
        sum
    }

    /// Writes it as an interval log.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), HistogramError> {
        let path = directory.join(HISTOGRAMS_FILE);
        self.write_to(&path).map_err(|source| HistogramError::File { path, source })
    }

    fn write_to(&self, path: &Path) -> io::Result<()> {
        let mut log = BufWriter::new(File::create(path)?);
        let mut serializer = V2DeflateSerializer::new();
        let mut builder = IntervalLogWriterBuilder::new();
        builder
            .add_comment("times in microseconds; tag = clock.subject; several shards together")
            .with_max_value_divisor(1000.0);
        let mut writer = builder.begin_log_with(&mut log, &mut serializer)?;
        let mut by_second: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        for ((clock, subject), series) in &self.0 {
            let tag = reports::load::directory::histogram_tag(*clock, subject);
            for (second, values) in series {
                by_second.entry(*second).or_default().push((tag.clone(), values));
            }
        }
        for (second, series) in by_second {
            for (tag, values) in series {
                let mut histogram = empty();
                for (value, count) in values {
                    record::add(&mut histogram, *value, *count);
                }
                let start = Duration::from_secs(second);
                writer
                    .write_histogram(&histogram, start, Duration::from_secs(1), Tag::new(&tag))
                    .map_err(|error| io::Error::other(format!("{error:?}")))?;
            }
        }
        drop(writer);
        log.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interval(subject: &str, second: u64, times_us: &[u64]) -> Interval {
        let mut histogram = empty();
        times_us.iter().for_each(|us| record::add(&mut histogram, *us, 1));
        Interval { clock: Clock::Response, subject: subject.to_owned(), second, histogram }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// What n shards recorded is, once merged and read back, what one process would have
        /// recorded.
        #[test]
        fn shards_merge_to_what_one_process_records(
            times in prop::collection::vec((0_u64..5, 1_u64..3_600_000_000, 0_usize..4), 1..200)
        ) {
            let mut whole = Seconds::default();
            let mut merged = Seconds::default();
            for (second, us, _) in &times {
                whole.add(&interval("token", *second, &[*us]));
            }
            for shard in 0..4 {
                let directory = tempfile::tempdir().unwrap();
                let mut part = Seconds::default();
                for (second, us, _) in times.iter().filter(|(.., of)| *of == shard) {
                    part.add(&interval("token", *second, &[*us]));
                }
                part.write(directory.path()).unwrap();
                merged.read(directory.path()).unwrap();
            }
            prop_assert_eq!(&merged, &whole);
            let all = merged.histogram(Clock::Response, is_call, ..);
            prop_assert_eq!(all.len(), times.len() as u64);
            // Three digits are kept, however long the time.
            let longest = times.iter().map(|(_, us, _)| *us).max().unwrap_or(0) as f64;
            prop_assert!((all.max() as f64 - longest).abs() <= longest * 0.001 + 1.0);
        }
    }

    #[test]
    fn a_log_that_is_cut_short_says_where() {
        let directory = tempfile::tempdir().unwrap();
        let mut seconds = Seconds::default();
        seconds.add(&interval("token", 0, &[1_000]));
        seconds.write(directory.path()).unwrap();
        let path = directory.path().join(HISTOGRAMS_FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 9]).unwrap();
        let error = Seconds::default().read(directory.path()).unwrap_err();
        assert!(matches!(error, HistogramError::Line { .. }), "{error}");
    }
}
