//! How an objective stands: the worst that was measured so far, over the whole or over windows, and
//! whether it held.

use reports::load::{Objective, Outcome, Phase, Requirement, Second};

use super::totals::Totals;
use super::window::Window;
use crate::histograms::percentile_us;
use crate::series::SeriesKey;

/// An objective, and how it stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) objective: Objective,
    /// What it is about; nothing when its subject is none that this étalon knows.
    subjects: Vec<SeriesKey>,
    /// The worst that was measured: microseconds, or a share from 0 to 1. None: nothing was there
    /// to judge.
    worst: Option<f64>,
    /// The second of the campaign when it was; windows only.
    worst_at: Option<u64>,
    held: bool,
}

impl Standing {
    /// Nothing seen yet. What is never seen is not held: an objective about calls that were not
    /// made proves nothing.
    pub(super) fn new(objective: &Objective) -> Self {
        let subjects = match &objective.subject {
            None => SeriesKey::calls().collect(),
            Some(name) => SeriesKey::named(name).into_iter().collect(),
        };
        Self { objective: objective.clone(), subjects, worst: None, worst_at: None, held: false }
    }

    pub(super) fn is_broken(&self) -> bool {
        self.worst.is_some() && !self.held
    }

    /// The length of its window, in seconds; none when it is about the whole.
    pub(super) fn window(&self) -> Option<usize> {
        let window = self.objective.window_s?;
        Some(usize::try_from(window).unwrap_or(usize::MAX))
    }

    /// Takes one more measure; tells whether it broke the objective.
    fn take(&mut self, measured: f64, at: Option<u64>) -> bool {
        let (lower_is_worse, holds) = match self.objective.requirement {
            Requirement::Latency { limit_us, .. } => (false, measured < limit_us as f64),
            Requirement::ErrorRate { limit_share, .. } => {
                (false, measured <= 0.0 || measured < limit_share)
            }
            Requirement::Achieved { limit_share, .. }
            | Requirement::Delivered { limit_share, .. } => (true, measured >= limit_share),
        };
        let worse = |worst| if lower_is_worse { measured < worst } else { measured > worst };
        self.held = (self.worst.is_none() || self.held) && holds;
        if self.worst.is_none_or(worse) {
            self.worst = Some(measured);
            self.worst_at = at;
        }
        !holds
    }

    /// Judges the window that ends with the last of these seconds; tells whether it is broken.
    pub(super) fn take_window(&mut self, window: &mut Window, seconds: &[Second]) -> bool {
        let (Some(length), Some(last)) = (self.window(), seconds.last()) else { return false };
        let recent = &seconds[seconds.len().saturating_sub(length)..];
        let sum = |of: fn(&Second) -> u64| recent.iter().map(of).sum();
        let measured = match self.objective.requirement {
            Requirement::Latency { clock, percentile, .. } => {
                let times = window.times_of(&self.subjects, clock, length);
                percentile_us(times, percentile).map(|us| us as f64)
            }
            // Shares over a window are of all calls: the seconds keep no more.
            Requirement::ErrorRate { .. } => {
                share(sum(|second| second.errors), sum(|second| second.calls))
            }
            // Nothing is due any more while draining.
            Requirement::Achieved { .. } if last.phase == Phase::Drain => None,
            Requirement::Achieved { .. } => {
                share(sum(|second| second.started), sum(|second| second.due_starts))
            }
            Requirement::Delivered { .. } => None,
        };
        measured.is_some_and(|measured| self.take(measured, Some(last.second)))
    }

    /// Whether a part of the campaign breaks it, by the totals of that part alone.
    pub(super) fn is_broken_by(&self, part: &Totals) -> bool {
        match self.measured(part) {
            Some(measured) => Self::new(&self.objective).take(measured, None),
            // Not one call ended: a hub that hangs holds no rate.
            None => self.objective.subject.is_none(),
        }
    }

    /// Judges what is judged over the whole, and windows that were never full.
    pub(super) fn conclude(&mut self, totals: &Totals, delivered: Option<f64>) {
        if self.objective.window_s.is_some() && self.worst.is_some() {
            return;
        }
        let measured = match self.objective.requirement {
            Requirement::Delivered { .. } => delivered,
            _ => self.measured(totals),
        };
        if let Some(measured) = measured {
            self.take(measured, None);
        }
    }

    fn measured(&self, totals: &Totals) -> Option<f64> {
        let sum = |of: fn(&Totals, SeriesKey) -> u64| {
            self.subjects.iter().map(|subject| of(totals, *subject)).sum()
        };
        match self.objective.requirement {
            Requirement::Latency { clock, percentile, .. } => {
                let times = totals.times_of(&self.subjects, clock);
                percentile_us(&times, percentile).map(|us| us as f64)
            }
            Requirement::ErrorRate { .. } => share(sum(Totals::error_count), sum(Totals::count)),
            Requirement::Achieved { .. } => share(totals.started, totals.due),
            Requirement::Delivered { .. } => None,
        }
    }

    /// The objective, judged.
    pub(super) fn judged(self) -> Objective {
        let Self { mut objective, worst, worst_at, held, .. } = self;
        match &mut objective.requirement {
            Requirement::Latency { observed_us, .. } => *observed_us = worst.map(|us| us as u64),
            Requirement::ErrorRate { observed_share, .. }
            | Requirement::Achieved { observed_share, .. }
            | Requirement::Delivered { observed_share, .. } => *observed_share = worst,
        }
        let outcome = match (worst, held) {
            (None, _) => Outcome::NotMeasured,
            (Some(_), true) => Outcome::Kept,
            (Some(_), false) => Outcome::Broken,
        };
        Objective { worst_second: worst_at, outcome, ..objective }
    }
}

/// A share; none of nothing.
pub(super) fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

#[cfg(test)]
mod tests {
    use reports::load::Clock;

    use super::*;

    fn standing(requirement: Requirement) -> Standing {
        Standing::new(&Objective {
            subject: None,
            requirement,
            window_s: None,
            worst_second: None,
            abort: false,
            outcome: Outcome::NotMeasured,
        })
    }

    const NO_ERROR: Requirement = Requirement::ErrorRate { limit_share: 0.0, observed_share: None };

    #[test]
    fn what_was_never_measured_is_not_held() {
        assert_eq!(standing(NO_ERROR).judged().outcome, Outcome::NotMeasured);
    }

    #[test]
    fn the_worst_measure_is_kept_and_one_break_is_enough() {
        let mut standing = standing(Requirement::Latency {
            clock: Clock::Response,
            percentile: 99.0,
            limit_us: 1_000,
            observed_us: None,
        });
        assert!(!standing.take(500.0, Some(1)));
        assert!(standing.held);
        assert!(standing.take(1500.0, Some(2)));
        assert!(!standing.take(900.0, Some(3)));
        let judged = standing.judged();
        assert_eq!((judged.outcome, judged.worst_second), (Outcome::Broken, Some(2)));
        assert!(matches!(
            judged.requirement,
            Requirement::Latency { observed_us: Some(1_500), .. }
        ));
    }

    #[test]
    fn no_error_at_all_holds_a_limit_of_none() {
        let mut standing = standing(NO_ERROR);
        assert!(!standing.take(0.0, None));
        assert!(standing.take(0.001, None));
    }
}
