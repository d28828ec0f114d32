//! Faults of the rules GATE: what a gateway counts, and what it tells of it.

use contract::quota::{Amount, Quota};

use crate::faults::{Conduct, FaultEntry, fault, rule};
use crate::gateway::Standing;

/// Why calls within the quota may be refused along with what is broken.
const COUNTS_MORE: (&str, &str) =
    ("GATE-01", "a call within the quota is refused for others that count too (contract §8)");

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("GATE-01", "half of a quota is allowed"),
    fault("GATE-02", "a call beyond its quota passes"),
    fault("GATE-02.done", "a call beyond its quota gets 429, and is done"),
    fault("GATE-03", "all applications share one quota").perhaps(&[COUNTS_MORE]).recorded(),
    fault("GATE-04", "a quota is there again after three of its windows")
        .perhaps(&[COUNTS_MORE])
        .recorded(),
    fault("GATE-05", "nothing is told of the quotas").recorded(),
    fault("GATE-05.remaining", "what remains of a quota is told to be the whole").recorded(),
    fault("GATE-06", "an application that has used up one method's quota is refused all methods")
        .recorded(),
];

/// A quota as it is counted: GATE-01 counts half of it, GATE-04 for too long.
pub(crate) fn counted(quota: &Quota, conduct: &Conduct) -> Quota {
    let mut counted = *quota;
    if let (Amount::Requests(figure), false) = (quota.amount, conduct.keeps(rule!("GATE-01"))) {
        counted.amount = Amount::Requests((figure / 2).max(1));
    }
    if !conduct.keeps(rule!("GATE-04")) {
        counted.window *= 3;
    }
    counted
}

/// What is told of a quota, if anything is.
pub(crate) fn told(standing: Standing, conduct: &Conduct) -> Option<Standing> {
    let remaining = match conduct.keeps(rule!("GATE-05", "remaining")) {
        true => standing.remaining,
        false => standing.limit,
    };
    conduct.keeps(rule!("GATE-05")).then_some(Standing { remaining, ..standing })
}
