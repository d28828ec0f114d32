//! How many calls took how long, by stretch of time: the figures behind the heat map. Rows are
//! bands of response time, each twice as wide as the one below by two steps; columns are stretches
//! of seconds.

use serde::{Deserialize, Serialize};

/// Most columns that are kept: a day-long campaign must not fill its report.
pub(crate) const MOST_COLUMNS: usize = 1_800;

/// The lowest bound, in microseconds: what is faster is in the first band.
const FIRST_BOUND_US: f64 = 100.0;
/// Bands: from 100 µs to about 100 s, two in each doubling.
const BANDS: u32 = 41;

/// Counts of calls by response time and stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeatMap {
    /// How long a column lasts, in seconds.
    pub column_s: u64,
    /// The upper bounds of the bands, in microseconds, not included; the last band has none, so
    /// there is one band more.
    pub bounds_us: Vec<u64>,
    /// Calls in each band, over the whole.
    pub totals: Vec<u64>,
    /// The columns in which something was counted, in order.
    pub columns: Vec<HeatColumn>,
}

/// A stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeatColumn {
    /// Its first second, from the start of the campaign.
    pub second: u64,
    /// Calls in each band.
    pub counts: Vec<u64>,
}

impl HeatMap {
    /// An empty map with a column a second.
    pub fn new() -> Self {
        let bound = |band| (FIRST_BOUND_US * f64::exp2(f64::from(band) / 2.0)).round() as u64;
        let bounds_us: Vec<u64> = (0..BANDS - 1).map(bound).collect();
        Self { column_s: 1, totals: vec![0; bounds_us.len() + 1], bounds_us, columns: Vec::new() }
    }

    /// The band of a time.
    pub(crate) fn band(&self, latency_us: u64) -> usize {
        self.bounds_us.partition_point(|bound| *bound <= latency_us)
    }

    /// Counts calls of a second, which is not before one that was already counted: columns are
    /// wider once there are too many.
    pub fn count(&mut self, second: u64, latency_us: u64, calls: u64) {
        let start = second - second % self.column_s;
        if self.columns.last().is_none_or(|column| column.second != start) {
            self.columns
                .push(HeatColumn { second: start, counts: vec![0; self.bounds_us.len() + 1] });
        }
        let band = self.band(latency_us);
        self.totals[band] += calls;
        if let Some(column) = self.columns.last_mut() {
            column.counts[band] += calls;
        }
        if self.columns.len() > MOST_COLUMNS {
            *self = self.coarser(2);
        }
    }

    /// The same counts in columns that many times as wide.
    pub(crate) fn coarser(&self, times: u64) -> Self {
        let column_s = self.column_s * times.max(1);
        let mut columns: Vec<HeatColumn> = Vec::new();
        for column in &self.columns {
            let second = column.second - column.second % column_s;
            match columns.last_mut().filter(|last| last.second == second) {
                Some(last) => {
                    for (sum, count) in last.counts.iter_mut().zip(&column.counts) {
                        *sum += count;
                    }
                }
                None => columns.push(HeatColumn { second, counts: column.counts.clone() }),
            }
        }
        Self { column_s, bounds_us: self.bounds_us.clone(), totals: self.totals.clone(), columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(map: &HeatMap) -> u64 {
        map.columns.iter().flat_map(|column| &column.counts).sum()
    }

    #[test]
    fn every_time_has_a_band() {
        let map = HeatMap::new();
        assert_eq!(map.band(0), 0);
        assert_eq!(map.band(100), 1);
        assert_eq!(map.band(u64::MAX), map.bounds_us.len());
        assert!(map.bounds_us.is_sorted());
        assert!(map.bounds_us.last().is_some_and(|bound| *bound > 60_000_000));
    }

    #[test]
    fn a_long_campaign_keeps_its_counts_in_wider_columns() {
        let mut map = HeatMap::new();
        for second in 0..10_000 {
            map.count(second, 1_000, 3);
        }
        assert_eq!(total(&map), 30_000);
        assert_eq!(map.totals.iter().sum::<u64>(), 30_000);
        assert!(map.columns.len() <= MOST_COLUMNS);
        assert_eq!(map.column_s, 8);
        assert!(map.columns.is_sorted_by_key(|column| column.second));
    }
}
