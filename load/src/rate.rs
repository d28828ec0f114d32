//! Rate curves: how many journeys are to start a second, at each instant of a campaign. Piecewise
//! linear, so that the number of starts up to an instant has a closed form and can be inverted.
//! Knows nothing of randomness.

use std::time::Duration;

/// A stretch of a campaign over which the rate goes from one value to another in a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    /// Seconds from the start of the campaign.
    starts_at: f64,
    seconds: f64,
    /// Starts a second, at its two ends.
    from: f64,
    to: f64,
    /// Starts expected before it.
    before: f64,
}

impl Stretch {
    fn expected(&self) -> f64 {
        (self.from + self.to) / 2.0 * self.seconds
    }
}

/// A rate for each instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RateCurve {
    stretches: Vec<Stretch>,
}

impl RateCurve {
    /// Goes on for a while, from one rate to another, in starts a second.
    pub(crate) fn then(mut self, length: Duration, from: f64, to: f64) -> Self {
        let (starts_at, before) = self.end();
        if !length.is_zero() {
            self.stretches.push(Stretch {
                starts_at,
                seconds: length.as_secs_f64(),
                from,
                to,
                before,
            });
        }
        self
    }

    fn end(&self) -> (f64, f64) {
        self.stretches.last().map_or((0.0, 0.0), |last| {
            (last.starts_at + last.seconds, last.before + last.expected())
        })
    }

    /// How long it lasts.
    pub(crate) fn length(&self) -> Duration {
        Duration::from_secs_f64(self.end().0)
    }

    /// How many starts are expected in all.
    pub(crate) fn total(&self) -> f64 {
        self.end().1
    }

    /// The highest rate, in starts a second.
    pub(crate) fn peak(&self) -> f64 {
        self.stretches.iter().map(|stretch| stretch.from.max(stretch.to)).fold(0.0, f64::max)
    }

    /// How many starts are expected before an instant.
    pub(crate) fn expected_before(&self, instant: Duration) -> f64 {
        let seconds = instant.as_secs_f64();
        let Some(s) = self.stretches.iter().rev().find(|stretch| stretch.starts_at <= seconds)
        else {
            return 0.0;
        };
        let inside = (seconds - s.starts_at).min(s.seconds);
        let slope = (s.to - s.from) / s.seconds;
        s.before + s.from * inside + slope * inside * inside / 2.0
    }

    /// The instant before which that many starts are expected; none when there are not as many.
    pub(crate) fn instant_of(&self, starts: f64) -> Option<Duration> {
        let rank =
            self.stretches.partition_point(|stretch| stretch.before + stretch.expected() < starts);
        let s = self.stretches.get(rank)?;
        let left = (starts - s.before).max(0.0);
        let slope = (s.to - s.from) / s.seconds;
        // from·x + slope·x²/2 = left, in the form that loses no digits when the slope is small.
        let root = (s.from * s.from + 2.0 * slope * left).max(0.0).sqrt();
        let inside = if left == 0.0 { 0.0 } else { 2.0 * left / (s.from + root) };
        Some(Duration::from_secs_f64(s.starts_at + inside.clamp(0.0, s.seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn expectations_and_instants_are_inverse() {
        let curve = RateCurve::default()
            .then(seconds(10), 0.0, 100.0)
            .then(seconds(5), 100.0, 100.0)
            .then(seconds(5), 0.0, 0.0)
            .then(seconds(10), 100.0, 20.0);
        assert!((curve.total() - 1600.0).abs() < 1e-9);
        assert_eq!(curve.length(), seconds(30));
        for starts in [0.0, 1.0, 499.0, 500.0, 700.0, 999.5, 1200.0, 1599.0] {
            let instant = curve.instant_of(starts).unwrap();
            assert!((curve.expected_before(instant) - starts).abs() < 1e-4, "{starts} {instant:?}");
        }
        assert_eq!(curve.instant_of(1601.0), None);
    }

    #[test]
    fn the_rate_follows_its_line() {
        let curve = RateCurve::default().then(seconds(10), 0.0, 100.0);
        assert!((curve.expected_before(seconds(5)) - 125.0).abs() < 1e-9);
        assert!((curve.peak() - 100.0).abs() < 1e-9);
    }
}
