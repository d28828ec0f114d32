//! What the charts are made of: axes, and marks placed by them. Plain functions from numbers to
//! SVG; colours are the style sheet's, so that they follow light, dark and paper.

use maud::{Markup, html};

/// Width of a drawing, in its own units.
pub(super) const WIDTH: f64 = 760.0;
/// Height of a drawing.
pub(super) const HEIGHT: f64 = 300.0;
/// Where the plot is within it.
pub(super) const LEFT: f64 = 68.0;
pub(super) const RIGHT: f64 = WIDTH - 14.0;
pub(super) const TOP: f64 = 26.0;
pub(super) const BOTTOM: f64 = HEIGHT - 46.0;

/// From values to places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
    from: f64,
    to: f64,
}

impl Axis {
    /// Equal steps.
    pub(super) fn linear(low: f64, high: f64, from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, logarithmic: false, from, to }
    }

    /// Equal ratios, between round values that hold these two.
    pub(super) fn logarithmic(least: f64, greatest: f64, from: f64, to: f64) -> Self {
        let low = round_below(least.max(1.0));
        let high = round_above(greatest.max(low * 2.0));
        Self { low, high, logarithmic: true, from, to }
    }

    /// Where a value is, within the plot.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Round values along it.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if self.logarithmic {
            return self.logarithmic_ticks();
        }
        let step = round_above((self.high - self.low) / 6.0);
        let count = ((self.high - self.low) / step).floor() as u32;
        (0..=count).map(|tick| self.low + f64::from(tick) * step).collect()
    }

    fn logarithmic_ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let digits: &[f64] = if decades > 2.5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        (first..=last)
            .flat_map(|decade| digits.iter().map(move |digit| digit * 10_f64.powi(decade)))
            .filter(|tick| (self.low * 0.999..=self.high * 1.001).contains(tick))
            .collect()
    }
}

/// The greatest of 1, 2 or 5 times a power of ten that is not above a value.
fn round_below(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|round| *round <= value * (1.0 + 1e-9))
        .unwrap_or(decade)
}

/// The least of 1, 2 or 5 times a power of ten that is not below a value.
fn round_above(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|round| *round >= value * (1.0 - 1e-9))
        .unwrap_or(decade * 10.0)
}

/// A place, to a tenth: more would only be bytes.
pub(super) fn rounded(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

/// A line through points; a missing one breaks it.
pub(super) fn line(class: &str, points: impl IntoIterator<Item = Option<(f64, f64)>>) -> Markup {
    let mut path = String::new();
    let mut drawing = false;
    for point in points {
        let Some((x, y)) = point else {
            drawing = false;
            continue;
        };
        let command = if drawing { 'L' } else { 'M' };
        path.push_str(&format!("{command}{} {}", rounded(x), rounded(y)));
        // A point between two gaps is still seen, as a dot: the line has round ends.
        if !drawing {
            path.push_str("h0");
        }
        drawing = true;
    }
    html! { path.line.(class) d=(path) {} }
}

/// The vertical axis: its unit above it, a rule and a label at each tick.
pub(super) fn vertical(axis: &Axis, unit: &str, label: impl Fn(f64) -> String) -> Markup {
    html! {
        text.unit x=(LEFT - 8.0) y=(TOP - 12.0) text-anchor="start" dx="-52" { (unit) }
        @for tick in axis.ticks() {
            @let y = rounded(axis.place(tick));
            path.rule d={ "M" (LEFT) " " (y) "H" (RIGHT) } {}
            text x=(LEFT - 8.0) y=(y + 4.0) text-anchor="end" { (label(tick)) }
        }
    }
}

/// The horizontal axis: labels under the ticks, and what they are under them.
pub(super) fn horizontal(ticks: impl IntoIterator<Item = (f64, String)>, name: &str) -> Markup {
    html! {
        path.axis d={ "M" (LEFT) " " (BOTTOM) "H" (RIGHT) } {}
        @for (x, label) in ticks {
            path.axis d={ "M" (rounded(x)) " " (BOTTOM) "v5" } {}
            text x=(rounded(x)) y=(BOTTOM + 19.0) text-anchor="middle" { (label) }
        }
        text.unit x=((LEFT + RIGHT) / 2.0) y=(HEIGHT - 6.0) text-anchor="middle" { (name) }
    }
}

/// A drawing with its name and its description.
pub(super) fn drawing(id: &str, title: &str, description: &str, marks: &Markup) -> Markup {
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img"
            aria-labelledby={ (id) "-title " (id) "-description" } {
            title id={ (id) "-title" } { (title) }
            desc id={ (id) "-description" } { (description) }
            (marks)
        }
    }
}

/// What each line is.
pub(super) fn legend(entries: &[(&str, &str)]) -> Markup {
    html! {
        ul.legend {
            @for (class, name) in entries {
                li { span.key.(class) aria-hidden="true" {} (name) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_places_values_in_order_and_within_the_plot() {
        let axis = Axis::logarithmic(730.0, 1_930_000.0, BOTTOM, TOP);
        assert_eq!(axis.place(500.0), BOTTOM);
        assert_eq!(axis.place(2_000_000.0), TOP);
        assert!(axis.place(1_000.0) > axis.place(10_000.0));
        assert_eq!(axis.ticks(), [1e3, 1e4, 1e5, 1e6]);
        let linear = Axis::linear(0.0, 83.0, BOTTOM, TOP);
        assert_eq!(linear.ticks(), [0.0, 20.0, 40.0, 60.0, 80.0]);
        assert!(Axis::linear(0.0, 0.0, BOTTOM, TOP).place(0.0).is_finite());
    }

    #[test]
    fn a_gap_breaks_a_line() {
        let points = [Some((0.0, 1.0)), Some((1.0, 2.0)), None, Some((3.0, 4.0))];
        let path = line("a", points).into_string();
        assert!(path.contains("M0 1h0L1 2M3 4h0"), "{path}");
    }
}
