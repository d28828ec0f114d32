//! The heat map: a cell for each band of response time and each stretch of time, the stronger the
//! more calls it holds.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::Page;
use super::chart::{self, Axis, BOTTOM, RIGHT, TOP, rounded};
use crate::load::HeatMap;
use crate::load::texts::figures::{integer, latency};

/// Most columns that are drawn.
const MOST_DRAWN: usize = 180;
/// Strengths of colour.
const STRENGTHS: usize = 6;

/// The strength of a count, from 1: each is the same number of times the one before, so that a few
/// slow calls are seen beside thousands of fast ones.
fn strength(count: u64, greatest: u64) -> usize {
    let share = (count as f64).ln_1p() / (greatest as f64).ln_1p();
    ((share * STRENGTHS as f64).ceil() as usize).clamp(1, STRENGTHS)
}

/// The least count of each strength that occurs.
fn least_counts(greatest: u64) -> impl Iterator<Item = (usize, u64)> {
    let least = move |level: usize| {
        let share = (level - 1) as f64 / STRENGTHS as f64;
        (((greatest as f64).ln_1p() * share).exp_m1().floor() as u64 + 1).min(greatest)
    };
    (1..=STRENGTHS)
        .map(move |level| (level, least(level)))
        .filter(move |(level, count)| strength(*count, greatest) == *level)
}

/// A map with no more columns than are drawn.
fn drawn(map: &HeatMap, seconds: u64) -> HeatMap {
    let columns = seconds.div_ceil(map.column_s.max(1));
    map.coarser(columns.div_ceil(MOST_DRAWN as u64).max(1))
}

impl Page<'_> {
    /// The heat map, and how many calls each band holds.
    pub(super) fn heat_map(&self) -> Markup {
        let words = self.words;
        let last = self.run.seconds.last().map_or(1, |second| second.second + 1);
        let map = drawn(&self.run.heat_map, last);
        let used = |band: &usize| map.totals[*band] > 0;
        let bands = map.totals.len();
        let (Some(lowest), Some(highest)) = ((0..bands).find(used), (0..bands).rev().find(used))
        else {
            return html! {};
        };
        let below = |band: usize| match band {
            0 => map.bounds_us[0] as f64 / std::f64::consts::SQRT_2,
            _ => map.bounds_us[band - 1] as f64,
        };
        let above = |band: usize| match map.bounds_us.get(band) {
            Some(bound) => *bound as f64,
            None => below(band) * std::f64::consts::SQRT_2,
        };
        let y = Axis::logarithmic(below(lowest), above(highest), BOTTOM, TOP);
        let x = self.time_axis();
        let greatest =
            map.columns.iter().flat_map(|column| &column.counts).copied().max().unwrap_or(1);
        let mut cells = vec![String::new(); STRENGTHS];
        for column in &map.columns {
            let left = rounded(x.place(column.second as f64));
            let width = rounded(x.place((column.second + map.column_s) as f64) - left);
            for (band, count) in column.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let (top, bottom) = (rounded(y.place(above(band))), rounded(y.place(below(band))));
                let _ = write!(
                    cells[strength(*count, greatest) - 1],
                    "M{left} {top}h{width}V{bottom}h-{width}z"
                );
            }
        }
        let marks = html! {
            (chart::vertical(&y, words.response_time, |us| latency(us as u64, self.lang)))
            @for (level, path) in cells.iter().enumerate() {
                path.(format!("heat heat-{}", level + 1)) d=(path) {}
            }
            (self.time_ticks(&x))
            (self.scale(greatest, map.column_s))
        };
        let table = self.bands(&map);
        self.figure("heat", words.heat_map, words.heat_map_text, &html! {}, &marks, Some(table))
    }

    /// What the strengths mean.
    fn scale(&self, greatest: u64, column_s: u64) -> Markup {
        let levels: Vec<(usize, u64)> = least_counts(greatest).collect();
        let start = RIGHT - 66.0 * levels.len() as f64;
        let unit = match column_s {
            1 => self.words.calls_s.to_owned(),
            seconds => format!("{} / {seconds}\u{a0}s", self.words.calls),
        };
        html! {
            text.unit x=(start - 8.0) y=(TOP - 12.0) text-anchor="end" { (unit) }
            @for (rank, (level, least)) in levels.iter().enumerate() {
                @let at = start + 66.0 * rank as f64;
                rect.(format!("heat heat-{level}")) x=(at) y=(TOP - 22.0) width="14" height="12" {}
                text x=(at + 18.0) y=(TOP - 12.0) { "≥ " (integer(*least, self.lang)) }
            }
        }
    }

    /// Calls of each band that has any.
    fn bands(&self, map: &HeatMap) -> Markup {
        let words = self.words;
        let rows = map.totals.iter().enumerate().filter(|(_, count)| **count > 0);
        html! {
            div.wide tabindex="0" role="group" aria-label={ (words.heat_map) ", " (self.lang.labels().scrolls) } {
                table.figures {
                    caption { (words.heat_map) }
                    thead { tr {
                        th scope="col" { (words.response_time) }
                        th.number scope="col" { (words.calls) }
                    } }
                    tbody { @for (band, count) in rows {
                        @let from = band.checked_sub(1).map(|below| map.bounds_us[below]);
                        @let to = map.bounds_us.get(band).copied();
                        tr {
                            th scope="row" {
                                @if let Some(from) = from { "≥ " (self.latency(Some(from))) }
                                @if from.is_some() && to.is_some() { ", " }
                                @if let Some(to) = to { "< " (self.latency(Some(to))) }
                            }
                            td.number { (self.data(*count, integer(*count, self.lang))) }
                        }
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_go_from_one_call_to_the_most() {
        for greatest in [1, 2, 7, 1_000, 5_000_000] {
            assert_eq!(strength(greatest, greatest), STRENGTHS);
            let levels: Vec<_> = least_counts(greatest).collect();
            assert!(levels.is_sorted() && !levels.is_empty(), "{levels:?}");
            assert!(levels.iter().all(|(_, count)| *count <= greatest));
        }
        assert_eq!(strength(1, 1_000_000), 1);
    }

    #[test]
    fn a_map_is_drawn_in_few_columns_and_whole() {
        let mut map = HeatMap::new();
        (0..900).for_each(|second| map.count(second, 1_000, 2));
        let drawn = drawn(&map, 900);
        assert!(drawn.columns.len() <= MOST_DRAWN);
        let count: u64 = drawn.columns.iter().flat_map(|column| &column.counts).sum();
        assert_eq!(count, 1_800);
    }
}
