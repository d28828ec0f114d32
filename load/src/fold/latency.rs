//! Percentiles of a stretch of time, as the terminal and the charts show them.

use hdrhistogram::Histogram;
use reports::load::SecondLatency;

/// Percentiles of one subject's response time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// How many.
    pub count: u64,
    /// Half of them took at most this.
    pub p50_us: u64,
    /// 99 % of them.
    pub p99_us: u64,
    /// All of them.
    pub max_us: u64,
}

impl Latency {
    pub(super) fn of(histogram: &Histogram<u64>) -> Self {
        Self {
            count: histogram.len(),
            p50_us: histogram.value_at_quantile(0.5),
            p99_us: histogram.value_at_quantile(0.99),
            max_us: histogram.max(),
        }
    }

    /// As the report has them: none when there was nothing.
    pub fn reported(self) -> Option<SecondLatency> {
        (self.count > 0).then_some(SecondLatency {
            latency_us_p50: self.p50_us,
            latency_us_p99: self.p99_us,
            latency_us_max: self.max_us,
        })
    }
}
