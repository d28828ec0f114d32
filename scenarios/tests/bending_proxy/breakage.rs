//! What is broken on the wire is failed by its own rule, and by no other of those played.

use crate::bent_run::BentRun;
use crate::breaks::Break;

/// What is broken, the rules played, and those of them that must fail; the others show that the
/// rest is seen whole.
const BROKEN: [(Break, &[&str], &[&str]); 9] = [
    (Break::LostApplicant, &["FOL-14", "FOL-22"], &["FOL-14"]),
    (Break::HtmlPage, &["NOT-05", "WIRE-01"], &["WIRE-01"]),
    (Break::HalfAFile, &["PJ-13", "PJ-01"], &["PJ-13"]),
    (Break::NotifiedTwice, &["FOL-19", "FOL-01"], &["FOL-19"]),
    (Break::CreatedIsOk, &["FOL-01", "WIRE-01"], &["FOL-01", "WIRE-01"]),
    (Break::EndlessToken, &["AUTH-01", "AUTH-02"], &["AUTH-01"]),
    (Break::NoCode, &["ERR-01", "ERR-02"], &["ERR-01"]),
    (Break::ForbiddenIsNotFound, &["OWN-01", "NOT-07"], &["OWN-01"]),
    (Break::Ascii, &["FOL-16", "FOL-15"], &["FOL-16"]),
];

#[test]
fn each_break_is_failed_by_its_own_rule() {
    let mut wrong = Vec::new();
    for (broken, played, failed) in BROKEN {
        let seen = BentRun::new().rules(played).altered_by(broken).certify();
        if seen.failed() != failed {
            let told = seen.told();
            wrong.push(format!("{broken:?}: {:?} instead of {failed:?}{told}", seen.failed()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
