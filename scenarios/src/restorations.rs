//! What of a hub's référentiel is still to be put back: promised before it is changed, kept after
//! the scenario or at the end of an interrupted run, whatever happened in between. Calls nothing.

use parking_lot::Mutex;

use crate::client::Call;

/// A call that puts something back; done twice, it changes nothing more.
#[derive(Clone)]
pub(crate) struct Restoration {
    pub(crate) rank: u64,
    scenario: String,
    pub(crate) what: String,
    pub(crate) call: Call,
}

/// What is still to be put back.
#[derive(Default)]
pub struct Restorations {
    open: Mutex<(u64, Vec<Restoration>)>,
}

impl Restorations {
    /// Promises to put something back after a scenario; `what` names it in French.
    pub(crate) fn promise(&self, scenario: &str, what: impl Into<String>, call: Call) {
        let (count, open) = &mut *self.open.lock();
        *count += 1;
        open.push(Restoration {
            rank: *count,
            scenario: scenario.to_owned(),
            what: what.into(),
            call,
        });
    }

    /// The last promise of a scenario, or of any.
    pub(crate) fn last(&self, scenario: Option<&str>) -> Option<Restoration> {
        let open = self.open.lock();
        open.1
            .iter()
            .rev()
            .find(|promise| scenario.is_none_or(|id| promise.scenario == id))
            .cloned()
    }

    pub(crate) fn kept(&self, rank: u64) {
        self.open.lock().1.retain(|promise| promise.rank != rank);
    }
}

#[cfg(test)]
mod tests {
    use contract::exchange::Api;
    use contract::operations::Method;

    use super::*;

    #[test]
    fn promises_are_kept_last_first_and_only_those_of_the_scenario() {
        let restorations = Restorations::default();
        for (scenario, what) in [("a", "1"), ("b", "2"), ("a", "3")] {
            restorations.promise(
                scenario,
                what,
                Call::new(Method::Put, Api::Referential, "/processes/X"),
            );
        }
        let mut kept = Vec::new();
        while let Some(promise) = restorations.last(Some("a")) {
            restorations.kept(promise.rank);
            kept.push(promise.what);
        }
        assert_eq!(kept, ["3", "1"]);
        assert_eq!(restorations.last(None).map(|promise| promise.what), Some("2".to_owned()));
    }
}
