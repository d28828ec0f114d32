//! The waits that a hub asks for by `429`.

use std::time::{Duration, SystemTime};

use contract::retry::wait_after_too_many;
use contract::timestamp::Timestamp;

/// The waits that `429` asked of one call so far.
#[derive(Default)]
pub struct Waits {
    honoured: u32,
    waited: Duration,
}

impl Waits {
    /// The next wait; `asked` are the answer's `Retry-After` and `Date`.
    ///
    /// # Errors
    /// The instant that was asked for, when it lies beyond what may be waited in all.
    pub fn next(
        &mut self,
        (retry_after, date): (Option<&str>, Option<&str>),
        patience: Duration,
    ) -> Result<Duration, Timestamp> {
        let now = SystemTime::now();
        let wait = wait_after_too_many(retry_after, date, now, self.honoured);
        self.honoured += 1;
        self.waited = self.waited.saturating_add(wait);
        if self.waited <= patience {
            return Ok(wait);
        }
        // A wait that no calendar holds is told as the farthest that one does.
        let farthest = Duration::from_secs(60 * 60 * 24 * 365);
        Err(Timestamp::from(now + wait.min(farthest)))
    }
}
