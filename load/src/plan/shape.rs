//! The shapes of a day: how its calls spread over the hours. The reasoning and the sources of each
//! bundled shape are in `docs/traffic.md`; here are their numbers only.

/// A bundled shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A working day.
    Weekday,
    /// The heaviest day of the year: a weekday's hours, more calls.
    PeakDay,
    /// A working day of the first week of a month.
    MonthStart,
    /// A Saturday or a Sunday.
    Weekend,
    /// The same at every hour.
    Flat,
    /// A weekday with everybody's scheduled jobs at nine, in a quarter of an hour.
    Burst,
}

/// Shares of a weekday by hour, from midnight: 71 % between 8 and 18 h, 8.6 % in the busiest hour,
/// 0.8 % in the quietest.
const WEEKDAY: [f64; 24] = [
    1.3, 1.0, 0.9, 0.8, 0.9, 1.3, 2.2, 4.0, 6.6, 8.3, 8.6, 8.0, 5.6, 6.0, 7.6, 7.7, 7.1, 5.6, 4.2,
    3.4, 2.9, 2.5, 2.0, 1.5,
];
/// Shares of a day of the weekend by hour: later, flatter.
const WEEKEND: [f64; 24] = [
    2.4, 1.8, 1.5, 1.3, 1.3, 1.5, 2.0, 2.8, 4.0, 5.3, 6.2, 6.4, 5.6, 5.4, 5.8, 6.0, 6.0, 5.9, 5.7,
    5.3, 5.0, 4.9, 4.4, 3.5,
];
/// Hours of a burst: the quarter of an hour after 9:00 carries this many times what it carries on a
/// weekday.
const BURST_FACTOR: f64 = 4.0;

impl Shape {
    /// All of them, with the names that plans use.
    pub(crate) const ALL: [(&'static str, Self); 6] = [
        ("weekday", Self::Weekday),
        ("peak-day", Self::PeakDay),
        ("month-start", Self::MonthStart),
        ("weekend", Self::Weekend),
        ("flat", Self::Flat),
        ("burst", Self::Burst),
    ];

    /// The shape of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
    }

    /// Its weights: 24 hours or 96 quarters of an hour; only their proportions matter.
    pub(crate) fn weights(self) -> Vec<f64> {
        match self {
            Self::Weekday | Self::PeakDay | Self::MonthStart => WEEKDAY.to_vec(),
            Self::Weekend => WEEKEND.to_vec(),
            Self::Flat => vec![1.0; 24],
            Self::Burst => {
                let mut quarters: Vec<f64> =
                    WEEKDAY.iter().flat_map(|hour| [hour / 4.0; 4]).collect();
                quarters[36] *= BURST_FACTOR;
                quarters
            }
        }
    }

    /// How many calls such a day carries, in proportion to the mean working day that
    /// `calls_per_day` speaks of.
    pub(crate) const fn volume(self) -> f64 {
        match self {
            Self::Weekday | Self::Flat | Self::Burst => 1.0,
            Self::PeakDay => 2.2,
            Self::MonthStart => 1.18,
            Self::Weekend => 0.57,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(weights: &[f64], hours: std::ops::Range<usize>) -> f64 {
        weights[hours].iter().sum::<f64>() / weights.iter().sum::<f64>()
    }

    #[test]
    fn a_weekday_is_within_the_figures_that_are_published() {
        let weights = Shape::Weekday.weights();
        let busiest = (0..24).map(|hour| share(&weights, hour..hour + 1));
        let (low, high) = busiest
            .fold((1.0_f64, 0.0_f64), |(low, high), share| (low.min(share), high.max(share)));
        assert!((0.08..=0.10).contains(&high), "{high}");
        assert!((0.005..=0.016).contains(&low), "{low}");
        let working = share(&weights, 8..18);
        assert!((0.61..=0.76).contains(&working), "{working}");
    }

    #[test]
    fn a_name_gives_its_shape() {
        for (name, shape) in Shape::ALL {
            assert_eq!(Shape::named(name), Some(shape));
            assert!(matches!(shape.weights().len(), 24 | 96), "{name}");
        }
        assert_eq!(Shape::named("tuesday"), None);
    }
}
