//! `.hgrm` files: the percentile distribution of each operation or journey by each clock, as the
//! HdrHistogram tools write and plot it
//! (<https://hdrhistogram.github.io/HdrHistogram/plotFiles.html>). Values are in milliseconds, as
//! theirs are.

use std::fmt::Write as _;
use std::path::Path;

use hdrhistogram::Histogram;
use reports::load::directory::{PERCENTILES_DIRECTORY, histogram_tag};

use crate::histograms::{add_all, empty};
use crate::interval_log::{Log, LogError};

/// Microseconds in the unit of the file.
const UNIT_US: f64 = 1_000.0;
/// Points in each halving of the distance to 100 %, as the HdrHistogram tools have them.
const TICKS_PER_HALF_DISTANCE: u32 = 5;

/// The distribution of a histogram of microseconds, in the format of
/// `outputPercentileDistribution`.
pub fn hgrm(histogram: &Histogram<u64>) -> String {
    let mut text = format!(
        "{:>12} {:>14} {:>10} {:>14}\n\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    let mut total = 0;
    for step in histogram.iter_quantiles(TICKS_PER_HALF_DISTANCE) {
        total += step.count_since_last_iteration();
        let value = step.value_iterated_to().min(histogram.max()) as f64 / UNIT_US;
        let quantile = step.quantile_iterated_to();
        let _ = write!(text, "{value:12.3} {quantile:2.12} {total:10}");
        if quantile < 1.0 {
            let _ = write!(text, " {:14.2}", 1.0 / (1.0 - quantile));
        }
        text.push('\n');
    }
    let (mean, deviation) = (histogram.mean() / UNIT_US, histogram.stdev() / UNIT_US);
    let _ = writeln!(text, "#[Mean    = {mean:12.3}, StdDeviation   = {deviation:12.3}]");
    let (max, count) = (histogram.max() as f64 / UNIT_US, histogram.len());
    let _ = writeln!(text, "#[Max     = {max:12.3}, Total count    = {count:12}]");
    let (buckets, sub_buckets) = (histogram.buckets(), 2_u64.pow(11));
    let _ = writeln!(text, "#[Buckets = {buckets:12}, SubBuckets     = {sub_buckets:12}]");
    text
}

/// Writes a file for each series of the interval log of a directory, and one for all calls by each
/// clock.
pub fn write(directory: &Path) -> Result<(), LogError> {
    let mut totals = std::collections::BTreeMap::new();
    for interval in Log::open(directory)? {
        let interval = interval?;
        let all = interval.subject.is_call().then_some("all");
        for subject in [Some(interval.subject.name()), all].into_iter().flatten() {
            let tag = histogram_tag(interval.clock, subject);
            add_all(totals.entry(tag).or_insert_with(empty), &interval.histogram);
        }
    }
    let folder = directory.join(PERCENTILES_DIRECTORY);
    let failed = |path: &Path, source| LogError::File { path: path.to_owned(), source };
    std::fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
    for (tag, histogram) in &totals {
        let path = folder.join(format!("{tag}.hgrm"));
        reports::fresh::write(&path, hgrm(histogram)).map_err(|source| failed(&path, source))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_written_as_the_tools_read_it() {
        let mut histogram = empty::<u64>();
        (1..=1_000).for_each(|us| crate::histograms::add(&mut histogram, us * 10, 1));
        let text = hgrm(&histogram);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].trim_start().starts_with("Value"), "{text}");
        let rows: Vec<Vec<f64>> = lines[2..]
            .iter()
            .take_while(|line| !line.starts_with('#'))
            .map(|line| line.split_whitespace().map(|cell| cell.parse().unwrap()).collect())
            .collect();
        assert!(rows.is_sorted_by_key(|row| row[1]) && rows.is_sorted_by_key(|row| row[0]));
        let last = rows.last().unwrap();
        assert_eq!((last[1], last[2], last.len()), (1.0, 1_000.0, 3));
        let half = rows.iter().find(|row| row[1] >= 0.5).unwrap();
        assert!((half[0] - 5.0).abs() < 0.01, "{half:?}");
        assert!(text.contains("Total count    =         1000"), "{text}");
    }
}
