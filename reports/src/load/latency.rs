//! Times in figures: percentiles, and the curve that is drawn through them. All times are whole
//! microseconds, as the histograms have them; what builds them is a histogram that is asked for its
//! quantiles.

use serde::{Deserialize, Serialize};

/// Which stretch of time of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// From the instant it was due to the last byte: waiting for a free worker, or for a hub that
    /// stalls, counts.
    Response,
    /// From the instant it was sent to the last byte.
    Service,
    /// From the instant it was sent to the head of the answer.
    FirstByte,
}

impl Clock {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Response, Self::Service, Self::FirstByte];

    /// Its name, in `report.json` and in the tags of the histograms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Service => "service",
            Self::FirstByte => "first_byte",
        }
    }
}

/// A distribution of times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latencies {
    /// How many times were measured.
    pub count: u64,
    /// The shortest, in microseconds.
    pub latency_us_min: u64,
    /// The mean, in microseconds.
    pub latency_us_mean: u64,
    /// Half of them took at most this many microseconds; and so on.
    pub latency_us_p50: u64,
    /// 75 %.
    pub latency_us_p75: u64,
    /// 90 %.
    pub latency_us_p90: u64,
    /// 95 %.
    pub latency_us_p95: u64,
    /// 99 %.
    pub latency_us_p99: u64,
    /// 99.9 %.
    pub latency_us_p99_9: u64,
    /// 99.99 %.
    pub latency_us_p99_99: u64,
    /// 99.999 %.
    pub latency_us_p99_999: u64,
    /// The longest, in microseconds.
    pub latency_us_max: u64,
    /// The whole curve, at the points of [`curve_percentiles`].
    pub curve: Vec<CurvePoint>,
}

/// A point of a percentile curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// From 0 to 100.
    pub percentile: f64,
    /// That share of the times is at most this many microseconds.
    pub latency_us: u64,
}

/// What is asked of a histogram of microseconds, whoever keeps it.
pub struct Distribution<'a> {
    /// How many values.
    pub count: u64,
    /// The smallest.
    pub min_us: u64,
    /// The greatest.
    pub max_us: u64,
    /// The mean.
    pub mean_us: f64,
    /// The value at a quantile from 0 to 1.
    pub value_us_at_quantile: &'a dyn Fn(f64) -> u64,
}

impl Latencies {
    /// The figures of a histogram; none when it is empty.
    pub fn of(distribution: &Distribution<'_>) -> Option<Self> {
        let at = |percentile: f64| {
            (distribution.value_us_at_quantile)(percentile / 100.0).min(distribution.max_us)
        };
        let mut curve: Vec<CurvePoint> = curve_percentiles(distribution.count)
            .map(|percentile| CurvePoint { percentile, latency_us: at(percentile) })
            .collect();
        curve.push(CurvePoint { percentile: 100.0, latency_us: distribution.max_us });
        (distribution.count > 0).then(|| Self {
            count: distribution.count,
            latency_us_min: distribution.min_us,
            latency_us_mean: distribution.mean_us.round() as u64,
            latency_us_p50: at(50.0),
            latency_us_p75: at(75.0),
            latency_us_p90: at(90.0),
            latency_us_p95: at(95.0),
            latency_us_p99: at(99.0),
            latency_us_p99_9: at(99.9),
            latency_us_p99_99: at(99.99),
            latency_us_p99_999: at(99.999),
            latency_us_max: distribution.max_us,
            curve,
        })
    }

    /// The percentiles, from the least to the greatest.
    pub fn percentiles(&self) -> [(f64, u64); 8] {
        [
            (50.0, self.latency_us_p50),
            (75.0, self.latency_us_p75),
            (90.0, self.latency_us_p90),
            (95.0, self.latency_us_p95),
            (99.0, self.latency_us_p99),
            (99.9, self.latency_us_p99_9),
            (99.99, self.latency_us_p99_99),
            (99.999, self.latency_us_p99_999),
        ]
    }
}

/// Points of the curve in each halving of the distance that is left to 100 %.
const TICKS_PER_HALF_DISTANCE: f64 = 5.0;
/// The last point before 100 %.
const LAST_PERCENTILE: f64 = 99.999;

/// Where a percentile curve has its points, as the HdrHistogram tools place them: five in each
/// halving of the distance to 100 %, no further than the count can tell (one in a thousand values
/// says nothing of the 99.99th percentile).
pub(crate) fn curve_percentiles(count: u64) -> impl Iterator<Item = f64> {
    let told = 100.0 - 100.0 / count.max(1) as f64;
    let next = |percentile: &f64| {
        let halvings = (100.0 / (100.0 - percentile)).log2().floor() + 1.0;
        Some(percentile + 100.0 / (halvings.exp2() * TICKS_PER_HALF_DISTANCE))
    };
    std::iter::successors(Some(0.0_f64), next)
        .take_while(move |percentile| *percentile <= told.min(LAST_PERCENTILE))
        .map(|percentile| (percentile * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_as_far_as_its_count_can_tell() {
        let last = |count| curve_percentiles(count).last();
        assert_eq!(last(1), Some(0.0));
        assert!(last(1_000).is_some_and(|percentile| (99.8..=99.9).contains(&percentile)));
        assert!(last(u64::MAX).is_some_and(|percentile| (99.998..=99.999).contains(&percentile)));
        assert!(curve_percentiles(u64::MAX).count() < 100);
    }

    #[test]
    fn the_figures_of_a_distribution_are_its_own() {
        let thousand = Distribution {
            count: 1_000,
            min_us: 1,
            max_us: 1_000,
            mean_us: 500.5,
            value_us_at_quantile: &|quantile| (quantile * 1_000.0).ceil() as u64,
        };
        let latencies = Latencies::of(&thousand).unwrap();
        assert_eq!(latencies.latency_us_p99, 990);
        assert_eq!(latencies.latency_us_max, 1_000);
        assert!(latencies.curve.is_sorted_by_key(|point| point.latency_us));
        let none = Distribution { count: 0, ..thousand };
        assert_eq!(Latencies::of(&none), None);
    }
}
