//! Ten faults at once, none hiding another: all must be reported. Who hides whom is known from the
//! runs with one fault: a fault hides another when it disturbs the scenarios that show the other.

use std::collections::BTreeSet;

use reference_hub::faults::FaultEntry;
use scenarios::plan::Selection;

use super::is_of_a_gateway;
use super::matrix::{Combination, Tried};
use super::matrix_run::{HubVariant, MatrixRun};
use super::outcome::{self, Matrix};
use crate::exit::Exit;

const ROUNDS: usize = 5;
const AT_ONCE: usize = 10;

pub(super) fn play(matrix_run: &MatrixRun<'_>, matrix: &mut Matrix) -> Result<(), Exit> {
    for round in 0..ROUNDS {
        let faults = draw(&matrix.faults, matrix_run.seed.wrapping_add(round as u64));
        if faults.len() < AT_ONCE {
            return Ok(());
        }
        let name = format!("combination-{}", round + 1);
        let seen = matrix_run.certify(
            &name,
            &HubVariant::broken(faults.iter().map(|fault| fault.id)),
            &Selection::default(),
        )?;
        let combination = Combination::judge(&faults, &seen);
        matrix_run.tell(&outcome::combination_line(&combination));
        matrix.combinations.push(combination);
    }
    Ok(())
}

/// Faults that went as declared one by one, drawn with a seed, as long as none hides another.
fn draw(tried: &[Tried], seed: u64) -> Vec<&'static FaultEntry> {
    // The faults of a gateway show on a hub of their own.
    let is_candidate =
        |one: &&Tried| one.is_as_declared() && !one.fault.recorded && !is_of_a_gateway(one.fault);
    let mut candidates: Vec<&Tried> = tried.iter().filter(is_candidate).collect();
    candidates.sort_by_key(|one| scattered(one.fault.id, seed));
    let mut drawn: Vec<&Tried> = Vec::new();
    for candidate in candidates {
        if drawn.iter().all(|other| !hides(candidate, other) && !hides(other, candidate)) {
            drawn.push(candidate);
        }
        if drawn.len() == AT_ONCE {
            break;
        }
    }
    drawn.into_iter().map(|one| one.fault).collect()
}

fn hides(one: &Tried, other: &Tried) -> bool {
    let shows: BTreeSet<&String> = other
        .seen
        .witnesses
        .iter()
        .filter(|(rule, _)| rule == other.fault.rule)
        .map(|(_, scenario)| scenario)
        .collect();
    let declared = one.fault.masks.contains(&other.fault.id);
    let same_rule = one.fault.rule == other.fault.rule;
    // A rule checked on every exchange has no scenario of its own, and cannot be hidden.
    let disturbed =
        !shows.is_empty() && shows.iter().all(|scenario| one.seen.disturbed.contains(*scenario));
    declared || same_rule || disturbed
}

/// A place in an order that differs from seed to seed (FNV-1a).
fn scattered(id: &str, seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    id.bytes()
        .fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::self_test::matrix::Seen;
    use reference_hub::faults::entries;

    fn tried(fault: &'static FaultEntry, scenario: &str, disturbed: &[&str]) -> Tried {
        let seen = Seen {
            failed: [fault.rule.to_owned()].into(),
            witnesses: [(fault.rule.to_owned(), scenario.to_owned())].into(),
            disturbed: disturbed.iter().map(ToString::to_string).collect(),
            ..Seen::default()
        };
        Tried::judge(fault, seen, None)
    }

    #[test]
    fn what_another_fault_disturbs_is_not_drawn_with_it() {
        let mut alone = entries().filter(|entry| {
            entry.collateral.is_empty() && entry.masks.is_empty() && !entry.recorded
        });
        let first = alone.next().expect("a fault");
        let second = alone.find(|entry| entry.rule != first.rule).expect("a fault of another rule");
        let apart = [tried(first, "a", &["a"]), tried(second, "b", &["b"])];
        assert_eq!(draw(&apart, 1).len(), 2);
        let entangled = [tried(first, "a", &["a", "b"]), tried(second, "b", &["b"])];
        assert_eq!(draw(&entangled, 1).len(), 1);
    }
}
