//! What passed a gateway, and what did not: calls by application, operation and status. Shown at
//! `/_etalon/statistics`.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::Serialize;

/// Where they are shown.
pub(crate) const STATISTICS: &str = "/_etalon/statistics";

/// The counts.
#[derive(Default)]
pub(crate) struct Statistics(Mutex<BTreeMap<(String, &'static str, u16), u64>>);

/// One count.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    /// The client id; empty for calls whose token is nobody's.
    application: String,
    /// The `operationId`, `token`, or `none` for what is no operation.
    operation: &'static str,
    /// What was answered.
    status: u16,
    calls: u64,
}

impl Statistics {
    /// A call was answered.
    pub(crate) fn count(&self, application: Option<&str>, operation: &'static str, status: u16) {
        let key = (application.unwrap_or_default().to_owned(), operation, status);
        *self.0.lock().entry(key).or_default() += 1;
    }

    /// All counts.
    pub(crate) fn all(&self) -> Vec<Count> {
        let counts = self.0.lock();
        let count =
            |((application, operation, status), calls): (&(String, &'static str, u16), &u64)| {
                Count {
                    application: application.clone(),
                    operation,
                    status: *status,
                    calls: *calls,
                }
            };
        counts.iter().map(count).collect()
    }
}
