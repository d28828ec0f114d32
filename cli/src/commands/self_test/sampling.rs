//! Which scenarios are played against a fault: all of them, or those of the rules it says to break and a share of the
//! others that rotates from fault to fault and with the seed. Draws nothing by chance: the same seed, the same plan.

use contract::rules::{Catalogue, RuleId, Subject};
use reference_hub::faults::FaultEntry;
use scenarios::plan::Selection;

use super::ALWAYS_CAUGHT;
use super::matrix::Expected;

/// Rules that every exchange is checked against: they bring no scenario of their own.
const ON_EVERY_EXCHANGE: &[&str] = &["WIRE-01", "ERR-01"];

#[derive(Clone, Copy)]
pub(super) struct Sampling {
    /// One in so many of the other rules, none when 0; everything when absent.
    pub(super) one_in: Option<usize>,
    /// Where the rotation starts.
    pub(super) seed: u64,
}

impl Sampling {
    /// What is played against the fault at this place of the matrix.
    pub(super) fn selection(self, fault: &FaultEntry, at: usize) -> Selection {
        let declared = Expected::of(fault);
        let wanted = |rule: &str| {
            rule == fault.rule
                || declared.failed.contains(rule)
                || ON_EVERY_EXCHANGE.contains(&rule)
        };
        self.of_rules(at, wanted)
    }

    /// What is played against the hubs that must be found right.
    pub(super) fn of_controls(self, faults: &[&FaultEntry]) -> Selection {
        let family = |rule: &str| rule.split('-').next().unwrap_or_default().to_owned();
        let families: Vec<_> = faults
            .iter()
            .map(|fault| family(fault.rule))
            .chain([family(ALWAYS_CAUGHT)])
            .collect();
        self.of_rules(0, |rule| {
            families.contains(&family(rule)) || ON_EVERY_EXCHANGE.contains(&rule)
        })
    }

    fn of_rules(self, at: usize, wanted: impl Fn(&str) -> bool) -> Selection {
        let Some(one_in) = self.one_in else {
            return Selection::default();
        };
        let start = usize::try_from(self.seed)
            .unwrap_or_default()
            .wrapping_add(at);
        let drawn = |place: usize| one_in > 0 && place.wrapping_add(start).is_multiple_of(one_in);
        let hub_rules = Catalogue::bundled()
            .rules()
            .iter()
            .filter(|rule| rule.subject == Subject::Hub);
        let rules: Vec<RuleId> = hub_rules
            .enumerate()
            .filter(|(place, rule)| wanted(&rule.id.to_string()) || drawn(*place))
            .map(|(_, rule)| rule.id.clone())
            .collect();
        Selection {
            rules,
            ..Selection::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use reference_hub::faults::entries;

    use super::*;

    #[test]
    fn ten_faults_in_a_row_play_every_rule() {
        let sampling = Sampling {
            one_in: Some(10),
            seed: 7,
        };
        let fault = entries().next().expect("the registry has faults");
        let mut played: Vec<_> = (0..10)
            .flat_map(|at| sampling.selection(fault, at).rules)
            .collect();
        played.sort();
        played.dedup();
        let hub_rules = Catalogue::bundled()
            .rules()
            .iter()
            .filter(|rule| rule.subject == Subject::Hub)
            .count();
        assert_eq!(played.len(), hub_rules);
    }

    #[test]
    fn a_fault_is_always_tried_on_what_it_declares() {
        for fault in entries() {
            let rules: Vec<_> = Sampling {
                one_in: Some(0),
                seed: 1,
            }
            .selection(fault, 3)
            .rules
            .iter()
            .map(ToString::to_string)
            .collect();
            assert!(rules.iter().any(|rule| rule == fault.rule), "{}", fault.id);
            assert!(
                fault
                    .collateral
                    .iter()
                    .all(|(rule, _)| rules.iter().any(|played| played == rule)),
                "{}",
                fault.id
            );
        }
    }
}
