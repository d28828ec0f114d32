//! The time the hub lives by: the system's, or one that a tester moves forward under a lease
//! (interfaces "steer_clock"). The domain never reads it: it is handed the instant.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use contract::timestamp::Timestamp;
use parking_lot::Mutex;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant, in UTC.
    fn now(&self) -> Timestamp;
}

/// The system's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

/// How long a lease lasts without its holder being heard of: a tester that was killed must not keep
/// others out.
const LEASE: Duration = Duration::from_secs(10 * 60);
/// Furthest advance in one step: a hundred years.
const MAX_ADVANCE_SECONDS: i64 = 100 * 366 * 24 * 60 * 60;

/// The system's time plus what a tester added.
#[derive(Debug, Default)]
pub(crate) struct SteerableClock {
    ahead_seconds: AtomicI64,
    lease: Mutex<Option<Lease>>,
}

#[derive(Debug)]
struct Lease {
    holder: String,
    expires: Instant,
}

/// Why the clock was not moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SteerError {
    /// Another run holds the clock.
    #[error("The clock is held by another run: wait until it releases it")]
    Held,
    /// Time only goes forward.
    #[error("advance_seconds must be between 0 and {MAX_ADVANCE_SECONDS}")]
    OutOfRange,
}

impl SteerableClock {
    /// Takes the lease for a run, or prolongs the one it has.
    pub(crate) fn acquire(&self, run: &str) -> Result<(), SteerError> {
        let mut lease = self.lease.lock();
        match &*lease {
            Some(held) if held.holder != run && held.expires > Instant::now() => {
                Err(SteerError::Held)
            }
            _ => {
                *lease = Some(Lease { holder: run.to_owned(), expires: Instant::now() + LEASE });
                Ok(())
            }
        }
    }

    /// Gives the lease back; nothing happens when the run does not hold it.
    pub(crate) fn release(&self, run: &str) {
        let mut lease = self.lease.lock();
        if lease.as_ref().is_some_and(|held| held.holder == run) {
            *lease = None;
        }
    }

    /// Moves the clock forward. A run that names itself must not move it under another's lease.
    pub(crate) fn advance(&self, seconds: i64, run: Option<&str>) -> Result<(), SteerError> {
        if !(0..=MAX_ADVANCE_SECONDS).contains(&seconds) {
            return Err(SteerError::OutOfRange);
        }
        if let Some(run) = run {
            let lease = self.lease.lock();
            if lease
                .as_ref()
                .is_some_and(|held| held.holder != run && held.expires > Instant::now())
            {
                return Err(SteerError::Held);
            }
        }
        self.ahead_seconds.fetch_add(seconds, Ordering::SeqCst);
        Ok(())
    }
}

impl Clock for SteerableClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_seconds(self.ahead_seconds.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_by_what_is_asked() {
        let clock = SteerableClock::default();
        let before = clock.now().unix_ms();
        clock.advance(3600, None).unwrap();
        let moved = clock.now().unix_ms() - before;
        assert!((3_600_000..3_610_000).contains(&moved), "{moved}");
    }

    #[test]
    fn a_held_clock_is_refused_to_others_until_released() {
        let clock = SteerableClock::default();
        clock.acquire("run-1").unwrap();
        clock.acquire("run-1").expect("its holder prolongs it");
        assert_eq!(clock.acquire("run-2"), Err(SteerError::Held));
        assert_eq!(clock.advance(1, Some("run-2")), Err(SteerError::Held));
        clock.release("run-2");
        assert_eq!(clock.acquire("run-2"), Err(SteerError::Held));
        clock.release("run-1");
        clock.acquire("run-2").unwrap();
    }

    #[test]
    fn time_does_not_go_back() {
        let clock = SteerableClock::default();
        assert_eq!(clock.advance(-1, None), Err(SteerError::OutOfRange));
        assert_eq!(clock.advance(i64::MAX, None), Err(SteerError::OutOfRange));
    }
}
