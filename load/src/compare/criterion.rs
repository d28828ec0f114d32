//! What a comparison must not exceed: `p99>+10%`, `service p99.9>+5%`, `listNotifications response
//! p99>+10%`.

use std::str::FromStr;

use reports::load::Clock;

use super::{Change, Comparison, Row};

/// A change that is not to be accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The operation or journey; every one, and all calls together, when absent.
    pub subject: Option<String>,
    /// The clock.
    pub clock: Clock,
    /// From 0 to 100.
    pub percentile: f64,
    /// As a share of the base.
    pub more_than: f64,
}

/// A text that is no criterion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no criterion: write one such as \"p99>+10%\", \"service p99.9>+5%\" or \"listNotifications response p99>+10%\", \
     with one of the percentiles 50, 90, 99, 99.9 and 99.99"
)]
pub struct NoCriterion(String);

impl FromStr for Criterion {
    type Err = NoCriterion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| NoCriterion(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Criterion> {
    let (what, limit) = text.split_once('>')?;
    let limit: f64 = limit.trim().strip_prefix('+')?.strip_suffix('%')?.trim().parse().ok()?;
    let mut words: Vec<&str> = what.split_whitespace().collect();
    let percentile: f64 = words.pop()?.strip_prefix('p')?.parse().ok()?;
    if !super::PERCENTILES.contains(&percentile) || !limit.is_finite() || limit < 0.0 {
        return None;
    }
    let named = |word: &&str| Clock::ALL.into_iter().find(|clock| clock.name() == *word);
    let clock = words.last().and_then(named);
    if clock.is_some() {
        words.pop();
    }
    let subject = words.pop().map(str::to_owned);
    words.is_empty().then_some(Criterion {
        subject,
        clock: clock.unwrap_or(Clock::Response),
        percentile,
        more_than: limit / 100.0,
    })
}

/// What a criterion comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The change is surely not that great.
    Holds,
    /// The change is surely greater.
    Exceeded,
    /// The limit is within the interval, or nothing could be told.
    Undecided,
}

impl Criterion {
    /// The rows it speaks of.
    pub fn rows<'a>(&'a self, comparison: &'a Comparison) -> impl Iterator<Item = &'a Row> {
        comparison.rows.iter().filter(|row| {
            row.clock == self.clock
                && (row.percentile - self.percentile).abs() < f64::EPSILON
                && self.subject.as_ref().is_none_or(|subject| *subject == row.subject)
        })
    }

    /// What one row comes to.
    pub fn decide(&self, row: &Row) -> Decision {
        match row.interval {
            Some((low, _)) if low > self.more_than => Decision::Exceeded,
            Some((_, high)) if high <= self.more_than => Decision::Holds,
            _ => Decision::Undecided,
        }
    }

    /// What it comes to: one row that exceeds it is enough. An operation with too few calls decides
    /// nothing, unless it is the one that was asked about; nor does a run whose generator was the
    /// bottleneck. Nothing holds where the new side failed more, was asked for less, or has not all
    /// that the base has.
    pub fn verdict(&self, comparison: &Comparison) -> Decision {
        if !comparison.invalid.is_empty() {
            return Decision::Undecided;
        }
        let spoken = self.rows(comparison).filter(|row| {
            self.subject.is_some() || row.subject == super::ALL || row.verdict != Change::TooFew
        });
        let decisions: Vec<Decision> = spoken.map(|row| self.decide(row)).collect();
        if decisions.contains(&Decision::Exceeded) {
            Decision::Exceeded
        } else if decisions.is_empty()
            || decisions.contains(&Decision::Undecided)
            || !comparison.unlike.is_empty()
            || (self.subject.is_none() && !comparison.only_base.is_empty())
        {
            Decision::Undecided
        } else {
            Decision::Holds
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(subject: &str, interval: Option<(f64, f64)>) -> Row {
        Row {
            subject: subject.to_owned(),
            clock: Clock::Response,
            percentile: 99.0,
            base_us: 1_000,
            new_us: 1_100,
            change: 0.1,
            interval,
            verdict: if interval.is_some() { Change::CannotTell } else { Change::TooFew },
        }
    }

    fn verdict(criterion: &str, rows: Vec<Row>) -> Decision {
        let comparison = Comparison { rows, ..Comparison::default() };
        criterion.parse::<Criterion>().unwrap().verdict(&comparison)
    }

    #[test]
    fn a_criterion_is_read_with_its_clock_and_its_subject() {
        let criterion: Criterion = "listNotifications service p99.9>+5%".parse().unwrap();
        assert_eq!(criterion.subject.as_deref(), Some("listNotifications"));
        assert_eq!((criterion.clock, criterion.percentile), (Clock::Service, 99.9));
        assert!("p99>+10%".parse::<Criterion>().is_ok_and(|c| c.subject.is_none()));
        for wrong in
            ["", "p99", "p99>10%", "p99>+x%", "p98>+1%", "a b p99>+1%", "p99>-5%", "p99>+inf%"]
        {
            assert!(wrong.parse::<Criterion>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_holds_against_a_base_that_was_asked_for_more_or_failed_less() {
        let decided = |unlike: Vec<super::super::Unlike>, only_base: &[&str]| {
            let comparison = Comparison {
                rows: vec![row("all", Some((-0.3, -0.1)))],
                only_base: only_base.iter().map(ToString::to_string).collect(),
                unlike,
                ..Comparison::default()
            };
            "p99>+10%".parse::<Criterion>().unwrap().verdict(&comparison)
        };
        assert_eq!(decided(Vec::new(), &[]), Decision::Holds);
        let errors = super::super::Unlike::Errors(0.0, 0.5);
        assert_eq!(decided(vec![errors], &[]), Decision::Undecided);
        assert_eq!(decided(Vec::new(), &["getCase"]), Decision::Undecided);
    }

    #[test]
    fn only_what_is_sure_is_decided() {
        let of = |low, high| verdict("p99>+10%", vec![row("all", Some((low, high)))]);
        assert_eq!(of(0.11, 0.3), Decision::Exceeded);
        assert_eq!(of(-0.1, 0.05), Decision::Holds);
        assert_eq!(of(0.05, 0.2), Decision::Undecided);
    }

    #[test]
    fn a_rare_operation_decides_only_what_is_asked_about_it() {
        let rows = || vec![row("all", Some((0.0, 0.01))), row("deleteCase", None)];
        assert_eq!(verdict("p99>+10%", rows()), Decision::Holds);
        assert_eq!(verdict("deleteCase p99>+10%", rows()), Decision::Undecided);
        assert_eq!(verdict("unheardOf p99>+10%", rows()), Decision::Undecided);
    }

    #[test]
    fn a_run_that_says_nothing_decides_nothing() {
        let comparison = Comparison {
            rows: vec![row("all", Some((0.0, 0.01)))],
            invalid: vec!["run".into()],
            ..Comparison::default()
        };
        let criterion: Criterion = "p99>+10%".parse().unwrap();
        assert_eq!(criterion.verdict(&comparison), Decision::Undecided);
    }
}
