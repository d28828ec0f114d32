//! Faults of the rules ERR and WIRE: errors, shapes.

use axum::body::Body;
use contract::problem::ProblemBody;
use http::{HeaderValue, Response, Uri, header};

use crate::error::Refusal;
use crate::extract::pairs;
use crate::faults::{Conduct, FaultEntry, fault, rule};

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("ERR-01", "errors carry no code and no message").with(&[
        ("FOL-04", "faults that are not told are not all told (contract §3)"),
        ("ERR-07", "faults that are not told are not all told (contract §3)"),
        ("WIRE-01", "an error has a code and a message in the description (contract §3)"),
    ]),
    fault("ERR-02", "malformed JSON gets 503"),
    fault("ERR-03", "a body that is not announced as JSON is refused").recorded(),
    fault("ERR-04", "an unknown path gets 503"),
    fault("ERR-05", "errors show a path and an SQL query").recorded(),
    fault("ERR-07.event", "only the first fault of an event is told"),
    fault("ERR-07.subscription", "only the first fault of a subscription is told"),
    fault("WIRE-01", "a folder is shown as text/html"),
    fault("WIRE-02", "an unknown query parameter gets 503"),
    fault("WIRE-03.sequence", "deleting an event loses the one before it, too"),
    fault("WIRE-04", "a content type without a body gets 400").recorded(),
    fault("WIRE-05", "a folder is shown as if it were an hour later"),
    fault("WIRE-06", "an event does not show whether it notifies")
        .with(&[("EVT-28", "whether it notifies is a part of what was sent (contract §5)")]),
    fault("ERR-06", "a folder whose deletion is refused is dated as closed").recorded(),
    fault("WIRE-03.refusal", "an event whose action is a number gets 503"),
];

/// What a hub answers that falls over what it should bear.
pub(crate) fn fallen(rule: &str) -> Refusal {
    Refusal::Unavailable(format!("{rule} is broken on purpose"))
}

/// The errors of a refusal: ERR-01 says nothing, ERR-05 says too much.
pub(crate) fn told(mut problems: ProblemBody, conduct: &Conduct) -> ProblemBody {
    if !conduct.keeps(rule!("ERR-01")) {
        problems.errors.clear();
    }
    if !conduct.keeps(rule!("ERR-05")) {
        for problem in &mut problems.errors {
            problem.message.push_str(" (at /srv/hub/src/store.rs:42: SELECT * FROM teledossier)");
        }
    }
    problems
}

/// WIRE-01: JSON that calls itself something else.
pub(crate) fn labelled(mut answer: Response<Body>, conduct: &Conduct) -> Response<Body> {
    if !conduct.keeps(rule!("WIRE-01")) {
        let html = HeaderValue::from_static("text/html");
        answer.headers_mut().insert(header::CONTENT_TYPE, html);
    }
    answer
}

/// WIRE-02: whether a query parameter that no operation has makes the hub fall.
pub(crate) fn falls_on_parameters(uri: &Uri, conduct: &Conduct) -> bool {
    const KNOWN: [&str; 13] = [
        "maxResult",
        "processCode",
        "processPriority",
        "eventDetails",
        "lite",
        "status",
        "companyRegister",
        "company_register",
        "type",
        "orderBy",
        "offSet",
        "delegationActorEmail",
        "datapassId",
    ];
    let is_unknown = |(name, _): &(String, String)| !KNOWN.contains(&name.as_str());
    !conduct.keeps(rule!("WIRE-02"))
        && pairs(uri.query().unwrap_or_default()).iter().any(is_unknown)
}
