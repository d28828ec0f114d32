//! What the registry promises to those who read it, and what the set promises to the hub.

use std::collections::BTreeSet;

use super::conduct::WORDS;
use super::*;

#[test]
fn every_fault_has_its_own_name() {
    let names: BTreeSet<&str> = entries().map(|entry| entry.id).collect();
    assert_eq!(names.len(), entries().count());
}

#[test]
fn a_fault_that_is_switched_is_switched_for_all_who_share_the_conduct() {
    let conduct = Conduct::breaking(["NOT-01"]).unwrap();
    let (shared, rule) = (conduct.clone(), Clause::try_from("NOT-06").unwrap());
    let on = || shared.faults().iter().map(|fault| fault.id).collect::<Vec<_>>();
    assert!(shared.keeps(rule));
    conduct.set("NOT-06", true).unwrap();
    assert!(!shared.keeps(rule));
    assert_eq!(on(), ["NOT-01", "NOT-06"]);
    conduct.set("NOT-06", false).unwrap();
    assert!(shared.keeps(rule));
    assert_eq!(on(), ["NOT-01"]);
    assert!(conduct.set("NOT-99", true).is_err());
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
            let is_another = *masked != entry.id && Clause::try_from(*masked).is_ok();
            assert!(is_another, "{}: {masked}", entry.id);
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
fn every_rule_is_kept_but_those_of_the_faults() {
    let conduct = Conduct::breaking(["NOT-01", "CAS-02.DONE"]).unwrap();
    assert!(!conduct.keeps(rule!("NOT-01")));
    assert!(!conduct.keeps(rule!("CAS-02", "DONE")));
    assert!(conduct.keeps(rule!("CAS-02", "REFUSED")));
    assert!(Clause::all().all(|(clause, _)| Conduct::default().keeps(clause)));
}

#[test]
fn an_unknown_name_says_where_to_look() {
    let error = Conduct::breaking(["NOT-99"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"NOT-99\" is no fault of this hub: `etalon hub faults` lists them"
    );
}

#[test]
fn a_recording_conduct_tells_what_was_asked_since_the_last_time() {
    let conduct = Conduct::default().recording();
    let _ = conduct.keeps(rule!("FOL-19"));
    let asked: Vec<_> = conduct.take_asked().iter().map(|fault| fault.id).collect();
    assert_eq!(asked, ["FOL-19"]);
    assert!(conduct.take_asked().is_empty());
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
        let place = match entry.id.split_once('.') {
            Some((rule, variant)) => format!("rule!(\"{rule}\",\"{variant}\")"),
            None => format!("rule!(\"{}\")", entry.id),
        };
        // The rows of the access matrix are looked up by their number, what a fault lets pass by
        // its entry.
        let looked_up = entry.id.starts_with("ACC-") || entry.spares.is_some();
        assert!(looked_up || text.contains(&place), "{} is asked for nowhere", entry.id);
    }
}
