//! A hub that is merely different stays green: the whole suite through the proxy. Bends are
//! combined to save time; `ETALON_BENDS` tells them apart when one fails.

use std::time::Duration;

use crate::bends::{Bend, DateForm};
use crate::bent_run::BentRun;
use crate::proxy::Face;
use crate::settling::Settling;

/// What the bodies and headers of answers may be like, all at once.
#[test]
fn other_bodies_and_headers() {
    BentRun::new()
        .face(Face::TitleCase)
        .altered_by(Bend::UnknownFields)
        .altered_by(Bend::AbsentNulls)
        .altered_by(Bend::OtherWording)
        .altered_by(Bend::GatewayUnauthorized)
        .altered_by(Bend::Dates(DateForm::ColonNoFraction))
        .altered_by(Bend::Charset)
        .altered_by(Bend::Chunked)
        .certify()
        .must_conform();
}

/// Another protocol, other order, compression.
#[test]
fn http2_any_order_and_compressed() {
    let seen = BentRun::new()
        .face(Face::Tls2)
        .altered_by(Bend::Shuffled)
        .altered_by(Bend::Dates(DateForm::Zulu))
        .altered_by(Bend::Gzip)
        .certify();
    let [_, over_http2] = seen.calls_by_version;
    assert!(over_http2 > 0, "no call came over HTTP/2");
    seen.must_conform();
}

/// A part of the suite, unless `ETALON_BENT_SUITE=whole` asks for the minutes that the whole takes.
fn part(run: BentRun, choose: impl FnOnce(BentRun) -> BentRun) -> BentRun {
    match std::env::var("ETALON_BENT_SUITE") {
        Ok(which) if which == "whole" => run,
        _ => choose(run),
    }
}

/// Rules that a late notification, verdict or status could disturb, one of each kind: the others
/// take minutes.
const WAITING: [&str; 7] = ["FOL-17", "FOL-18", "FOL-20", "PJ-01", "PJ-06", "CAS-04", "EVT-11"];

/// A hub that takes its time over everything it may take time over.
fn asynchronous() -> BentRun {
    BentRun::new()
        .face(Face::Tls1)
        .hub(|config| {
            config.scan_delay = Duration::from_secs(2);
            config.delivery_delay = Duration::from_secs(2);
        })
        .altered_by(Settling::after(Duration::from_millis(3500)))
        .altered_by(Bend::Dates(DateForm::NoColon))
        .together(64)
}

#[test]
fn asynchronous_and_settling_late() {
    part(asynchronous(), |run| run.rules(&WAITING)).certify().must_conform();
}

/// A far hub: a part of the suite here, the whole by hand.
#[test]
fn far_away() {
    let far = BentRun::new().altered_by(Bend::Latency(Duration::from_millis(200)));
    let seen = part(far, |stage| stage.families(&["NUM", "NOT"])).certify();
    seen.must_conform();
}

/// What was asked is begun, and done, well after whoever asked has gone.
#[test]
fn done_after_the_caller_has_gone() {
    let late = BentRun::new().altered_by(Bend::Latency(Duration::from_millis(300)));
    late.rules(&["DEL-03"]).certify().must_conform();
}
