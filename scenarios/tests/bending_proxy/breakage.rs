//! What is broken on the wire is failed by its own rule.

use crate::breaks::Break;
use crate::stage::Stage;

/// Plays these rules through a broken proxy: exactly those named must fail.
fn fails(broken: Break, played: &[&str], failed: &[&str]) {
    let seen = Stage::new().rules(played).altered_by(broken).certify();
    assert_eq!(seen.failed(), failed, "{broken:?}{}", seen.told());
}

#[test]
fn each_break_is_failed_by_its_own_rule() {
    fails(Break::LostApplicant, &["FOL-14", "FOL-22"], &["FOL-14"]);
    fails(Break::HtmlPage, &["NOT-05", "WIRE-01"], &["WIRE-01"]);
    fails(Break::HalfAFile, &["PJ-13", "PJ-01"], &["PJ-13"]);
    fails(Break::NotifiedTwice, &["FOL-19", "FOL-01"], &["FOL-19"]);
    fails(Break::CreatedIsOk, &["FOL-01", "WIRE-01"], &["FOL-01", "WIRE-01"]);
    fails(Break::EndlessToken, &["AUTH-01", "AUTH-02"], &["AUTH-01"]);
    fails(Break::NoCode, &["ERR-01", "ERR-02"], &["ERR-01"]);
    fails(Break::ForbiddenIsNotFound, &["OWN-01", "NOT-07"], &["OWN-01"]);
    fails(Break::Ascii, &["FOL-16", "FOL-15"], &["FOL-16"]);
}
