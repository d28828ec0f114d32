//! Whether a campaign has any chance: when every journey of a kind fails alike from the first on,
//! there is no point in going on, and what they met is what there is to say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use reports::load::TotalFailure;

use crate::failure::Failure;
use crate::plan::Journey;
use crate::series::SeriesKey;

/// Journeys that must have failed, all of them and alike.
const ENOUGH: u64 = 10;
/// How long they must have: a hub may stumble for a moment when a campaign starts.
const LONG_ENOUGH: Duration = Duration::from_secs(3);

/// How the journeys of each kind began.
#[derive(Default)]
pub(crate) struct Beginnings {
    kinds: [Kind; Journey::ALL.len()],
    total: Mutex<Option<TotalFailure>>,
}

#[derive(Default)]
struct Kind {
    /// One succeeded, or failed otherwise than the others.
    is_mixed: AtomicBool,
    alike: Mutex<Option<Alike>>,
}

struct Alike {
    since: Instant,
    subject: SeriesKey,
    failure: Failure,
    count: u64,
}

impl Beginnings {
    /// A journey ended, by this failure if by any; tells whether all failed alike so far, and that
    /// is enough.
    pub(crate) fn ended(&self, journey: Journey, by: Option<(SeriesKey, Failure)>) -> bool {
        let kind = &self.kinds[journey as usize];
        if kind.is_mixed.load(Ordering::Relaxed) {
            return false;
        }
        let Some((subject, failure)) = by.filter(|(_, failure)| failure.is_of_the_answer()) else {
            kind.is_mixed.store(true, Ordering::Relaxed);
            return false;
        };
        let mut alike = kind.alike.lock();
        let first = || Alike { since: Instant::now(), subject, failure, count: 0 };
        let alike = alike.get_or_insert_with(first);
        if (alike.subject, alike.failure) != (subject, failure) {
            kind.is_mixed.store(true, Ordering::Relaxed);
            return false;
        }
        alike.count += 1;
        let is_enough = alike.count >= ENOUGH && alike.since.elapsed() >= LONG_ENOUGH;
        if is_enough {
            self.total.lock().get_or_insert_with(|| TotalFailure {
                journey: journey.name().to_owned(),
                operation: subject.name().to_owned(),
                kind: failure.name(),
                journeys: alike.count,
            });
        }
        is_enough
    }

    /// What every journey of a kind met.
    pub(crate) fn total_failure(&self) -> Option<TotalFailure> {
        self.total.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY: Option<(SeriesKey, Failure)> = Some((SeriesKey::Token, Failure::Status(400)));

    fn hopeless_after(before: &[Option<(SeriesKey, Failure)>]) -> bool {
        let beginnings = Beginnings::default();
        for by in before {
            beginnings.ended(Journey::Deposit, *by);
        }
        (0..ENOUGH).for_each(|_| {
            beginnings.ended(Journey::Deposit, BY);
        });
        let long_ago = Instant::now().checked_sub(LONG_ENOUGH * 2).unwrap();
        if let Some(alike) = beginnings.kinds[Journey::Deposit as usize].alike.lock().as_mut() {
            alike.since = long_ago;
        }
        let is_enough = beginnings.ended(Journey::Deposit, BY);
        assert_eq!(is_enough, beginnings.total_failure().is_some());
        is_enough
    }

    #[test]
    fn only_what_fails_alike_from_the_first_on_has_no_chance() {
        assert!(hopeless_after(&[]));
        assert!(!hopeless_after(&[None]));
        assert!(!hopeless_after(&[BY, Some((SeriesKey::Token, Failure::Status(500)))]));
        assert!(!hopeless_after(&[Some((SeriesKey::Token, Failure::Refused))]));
        assert!(!hopeless_after(&[Some((SeriesKey::Token, Failure::Quota))]));
    }

    #[test]
    fn a_moment_is_not_enough() {
        let beginnings = Beginnings::default();
        assert!((0..100).all(|_| !beginnings.ended(Journey::Poll, BY)));
    }
}
