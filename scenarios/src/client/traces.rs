//! `traceparent` (W3C Trace Context): every request of a scenario belongs to one trace, so that
//! what a hub traces can be joined to the scenario and the exchange that caused it.

use std::sync::atomic::{AtomicU64, Ordering};

use contract::exchange::hexadecimal;
use sha2::{Digest as _, Sha256};

/// The header.
pub(super) const TRACEPARENT: &str = "traceparent";

/// The traces of a run.
pub(super) struct Traces {
    run: [u8; 16],
    sent: AtomicU64,
}

impl Traces {
    pub(super) fn new() -> Self {
        Self { run: *uuid::Uuid::new_v4().as_bytes(), sent: AtomicU64::new(0) }
    }

    /// The value for one more request of a scenario, or of none.
    pub(super) fn next(&self, scenario: Option<&str>) -> String {
        let digest =
            Sha256::new().chain_update(self.run).chain_update(scenario.unwrap_or_default());
        let trace = hexadecimal(&digest.finalize()[..16]);
        let span = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        format!("00-{trace}-{span:016x}-01")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_has_one_trace_and_each_request_its_span() {
        let traces = Traces::new();
        let [first, second, other] = ["a", "a", "b"].map(|name| traces.next(Some(name)));
        let parts = |value: &str| -> Vec<String> { value.split('-').map(str::to_owned).collect() };
        let (first, second, other) = (parts(&first), parts(&second), parts(&other));
        assert_eq!([first[0].as_str(), first[3].as_str()], ["00", "01"]);
        assert_eq!([first[1].len(), first[2].len()], [32, 16]);
        assert_eq!(first[1], second[1], "one trace");
        assert_ne!(first[2], second[2], "two spans");
        assert_ne!(first[1], other[1], "two traces");
    }
}
