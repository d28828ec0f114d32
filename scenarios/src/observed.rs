//! What a hub was seen to do where the documents leave it free. It is learned once and kept with
//! whatever calls the hub, for all who act through it. Nothing here is ever required of a hub.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

/// Up to this time, a hub is said to settle things at once.
const AT_ONCE: Duration = Duration::from_millis(100);

/// What one hub was seen to do.
#[derive(Debug, Default)]
pub struct ObservedBehaviour {
    /// The side that it takes of each divergence, by their ids: whether a case may jump over
    /// statuses (D7), whether the author of an event is told of its acknowledgement (D18), whether
    /// an event alone changes its case (D6)…
    sides: Mutex<BTreeMap<String, String>>,
    /// The longest that something took to settle, in milliseconds: a verdict on a file, a status, a
    /// notification. 0 as long as a first look was always enough.
    slowest_ms: AtomicU64,
}

impl ObservedBehaviour {
    /// It was seen to take a side of a divergence.
    pub fn takes(&self, divergence: &str, side: &str) {
        self.sides.lock().insert(divergence.to_owned(), side.to_owned());
    }

    /// The side that it was last seen to take of a divergence.
    pub(crate) fn side_of(&self, divergence: &str) -> Option<String> {
        self.sides.lock().get(divergence).cloned()
    }

    /// It settled something after this time, and not before the first look.
    pub(crate) fn settled_after(&self, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.slowest_ms.fetch_max(time, Ordering::Relaxed);
    }

    /// The longest that something took to settle.
    pub(crate) fn slowest(&self) -> Duration {
        Duration::from_millis(self.slowest_ms.load(Ordering::Relaxed))
    }

    /// Whether it settles things later.
    pub(crate) fn is_late(&self) -> bool {
        self.slowest() > AT_ONCE
    }
}
