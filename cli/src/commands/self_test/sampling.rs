//! Which scenarios are played against a fault: all those that come to its place, or, of them, the
//! ones of the rules it says to break and a share of the others that rotates from fault to fault
//! and with the seed. Draws nothing by chance: the same seed, the same plan.

use reference_hub::faults::FaultEntry;
use scenarios::plan::Selection;

use super::matrix::{Expected, TRANSVERSE};
use super::sites::{Played, Sites};

#[derive(Clone, Copy)]
pub(super) struct Sampling {
    /// One in so many of the other scenarios, none when 0; all of them when absent.
    pub(super) one_in: Option<usize>,
    /// Where the rotation starts.
    pub(super) seed: u64,
}

impl Sampling {
    /// What is played against the fault at this place of the matrix.
    pub(super) fn selection(self, fault: &FaultEntry, at: usize, sites: &Sites) -> Selection {
        let declared = Expected::of(fault);
        let wanted = |rule: &String| *rule == fault.rule || declared.failed.contains(rule);
        // What they show counts neither for nor against a fault that does not say so.
        let counts =
            |played: &&Played| played.rules.iter().any(|rule| rule != TRANSVERSE || wanted(rule));
        let reaching: Vec<_> = sites.reaching(fault).into_iter().filter(counts).collect();
        let start = usize::try_from(self.seed).unwrap_or_default().wrapping_add(at);
        let drawn = |place: usize| match self.one_in {
            None => true,
            Some(0) => false,
            Some(one_in) => place.wrapping_add(start).is_multiple_of(one_in),
        };
        // A rule that every exchange is checked against brings no scenario of its own: whoever
        // comes there shows it.
        let has_own = reaching.iter().any(|played| played.rules.iter().any(wanted));
        let played = reaching
            .iter()
            .enumerate()
            .filter(|(place, played)| !has_own || played.rules.iter().any(wanted) || drawn(*place));
        Selection {
            scenarios: played.map(|(_, played)| played.id.clone()).collect(),
            ..Selection::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use reference_hub::faults::entries;

    use super::*;
    use crate::commands::self_test::sites::tests::sites;

    fn fault(id: &str) -> &'static FaultEntry {
        entries().find(|entry| entry.id == id).expect("a fault")
    }

    fn played(one_in: Option<usize>, at: usize, fault_id: &str, sites: &Sites) -> Vec<String> {
        let sampling = Sampling { one_in, seed: 7 };
        sampling.selection(fault(fault_id), at, sites).scenarios
    }

    #[test]
    fn what_a_fault_declares_is_always_played_and_the_rest_in_turn() {
        let others: Vec<String> = (0..20).map(|place| format!("other-{place}")).collect();
        let mut scenarios: Vec<(&str, &str, &[&str])> = vec![("own", "NOT-01", &["NOT-01"])];
        scenarios.extend(others.iter().map(|id| (id.as_str(), "FOL-01", &["NOT-01"][..])));
        scenarios.push(("elsewhere", "FOL-01", &[]));
        let sites = sites(&scenarios, &[]);
        assert_eq!(played(Some(0), 3, "NOT-01", &sites), ["own"]);
        let mut all: Vec<_> =
            (0..10).flat_map(|at| played(Some(10), at, "NOT-01", &sites)).collect();
        all.sort();
        all.dedup();
        assert_eq!(
            all.len(),
            21,
            "ten faults in a row play them all, but for the one that cannot see it"
        );
        let mut at_once = played(None, 0, "NOT-01", &sites);
        at_once.sort();
        assert_eq!(at_once, all, "all that come to its place");
    }

    #[test]
    fn a_rule_without_scenarios_of_its_own_is_shown_by_whoever_comes_there() {
        let sites = sites(&[("a", "FOL-01", &["WIRE-01"]), ("b", "FOL-01", &[])], &[]);
        assert_eq!(played(Some(0), 0, "WIRE-01", &sites), ["a"]);
    }

    #[test]
    fn generated_sequences_are_left_to_the_faults_that_they_decide() {
        let sites =
            sites(&[("drawn", "WIRE-03", &["NOT-01"]), ("own", "NOT-01", &["NOT-01"])], &[]);
        assert_eq!(played(None, 0, "NOT-01", &sites), ["own"]);
    }
}
