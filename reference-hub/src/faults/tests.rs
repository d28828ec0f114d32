//! What the registry promises to those who read it, and what the set promises to the hub.

use std::collections::BTreeSet;

use super::*;

#[test]
fn every_fault_has_its_own_name() {
    let names: BTreeSet<&str> = entries().map(|entry| entry.id).collect();
    assert_eq!(names.len(), entries().count());
}

#[test]
fn a_fault_is_named_after_its_rule() {
    for entry in entries() {
        let variant = entry.id.strip_prefix(entry.rule).unwrap_or_else(|| panic!("{}", entry.id));
        assert!(variant.is_empty() || variant.starts_with('.'), "{}", entry.id);
    }
}

#[test]
fn what_a_fault_masks_is_a_fault_and_its_collateral_is_another_rule_with_a_reason() {
    for entry in entries() {
        for masked in entry.masks {
            assert!(
                Fault::try_from(*masked).is_ok_and(|fault| fault.entry() != entry),
                "{}",
                entry.id
            );
        }
        for (rule, _) in entry.collateral {
            assert_ne!(*rule, entry.rule, "{}", entry.id);
        }
        for (_, reason) in entry.collateral.iter().chain(entry.perhaps) {
            assert!(
                reason.contains("contract §") || reason.contains("must"),
                "{}: {reason}",
                entry.id
            );
        }
    }
}

#[test]
fn the_set_has_room_for_the_registry() {
    assert!(entries().count() <= WORDS * 64);
}

#[test]
fn only_what_is_switched_on_is_broken() {
    let set = FaultSet::of(["NOT-01"]).unwrap();
    assert!(set.breaks(fault!("NOT-01")));
    assert!(!set.breaks(fault!("NOT-06")));
    assert!(!set.is_empty());
    assert!(FaultSet::default().is_empty());
}

#[test]
fn an_unknown_name_says_where_to_look() {
    let error = FaultSet::of(["NOT-99"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"NOT-99\" is no fault of this hub: `etalon hub faults` lists them"
    );
}

#[test]
fn a_recording_set_tells_which_places_were_reached_since_the_last_time() {
    let set = FaultSet::default().recording();
    let _ = set.breaks(fault!("FOL-19"));
    assert_eq!(set.take_reached(), [fault!("FOL-19")]);
    assert!(set.take_reached().is_empty());
}

fn sources(directory: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_fault_has_its_place_in_the_code() {
    let mut text = String::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    let text: String = text.split_whitespace().collect();
    for entry in entries() {
        // The rows of the access matrix are looked up by their number.
        let by_number = entry.id.starts_with("ACC-");
        let place = format!("fault!(\"{}\")", entry.id);
        assert!(by_number || text.contains(&place), "{} is asked for nowhere", entry.id);
    }
}
