//! Which journeys wait when a gateway asks them to: so many that workers are left for what is due,
//! and none beyond the end of the campaign. Waits for nothing itself.

use std::sync::OnceLock;
use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Turns to wait.
pub(crate) struct Waits {
    turns: Semaphore,
    end: OnceLock<Instant>,
}

impl Waits {
    /// Half of the workers may wait at once.
    pub(crate) const fn of(workers: usize) -> Self {
        Self { turns: Semaphore::const_new(workers.div_ceil(2)), end: OnceLock::new() }
    }

    /// Says when the campaign is over, its drain included; until it is said, it has no end.
    pub(crate) fn end_at(&self, end: Instant) {
        // A campaign runs once.
        let _ = self.end.set(end);
    }

    /// A turn to wait until an instant; none when the journey had better end.
    pub(crate) fn turn(&self, until: Instant) -> Option<SemaphorePermit<'_>> {
        let is_over = self.end.get().is_some_and(|end| until > *end);
        self.turns.try_acquire().ok().filter(|_| !is_over)
    }
}
