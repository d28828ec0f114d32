//! Whether a campaign must end before its end, and waits that end with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Longest sleep before it is looked whether somebody stopped it.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);

/// The stop of a campaign.
#[derive(Clone)]
pub(crate) struct Stop {
    /// Set by the user.
    interrupted: Arc<AtomicBool>,
    /// Set because it is decided, or cannot go on.
    aborted: Arc<AtomicBool>,
}

impl Stop {
    /// Not stopped, unless the user did.
    pub(crate) fn new(interrupted: Arc<AtomicBool>) -> Self {
        Self { interrupted, aborted: Arc::default() }
    }

    /// Ends it before its end.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
    }

    /// Whether it must end before its end.
    pub(crate) fn is_set(&self) -> bool {
        self.was_interrupted() || self.aborted.load(Ordering::Relaxed)
    }

    /// Whether somebody stopped it.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Sleeps until an instant, or until the campaign is stopped.
    pub(crate) async fn sleep_until(&self, due: Instant) {
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_set() {
                return;
            }
            if left <= LONGEST_SLEEP {
                return tokio::time::sleep_until(due.into()).await;
            }
            tokio::time::sleep(LONGEST_SLEEP).await;
        }
    }

    /// Waits until it is set.
    pub(crate) async fn set(&self) {
        while !self.is_set() {
            tokio::time::sleep(LONGEST_SLEEP).await;
        }
    }
}
