//! Which statuses may follow which, as far as the contract requires it (§6, "Case status"; the
//! other jumps are D7).

use contract::status::CaseStatus;

use crate::state::Possible;

/// A side of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The depositor.
    Osl,
    /// The recipient.
    Si,
}

impl Side {
    /// The OSL's, or else the SI's.
    pub(crate) const fn of(osl: bool) -> Self {
        if osl { Self::Osl } else { Self::Si }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Osl => Self::Si,
            Self::Si => Self::Osl,
        }
    }
}

/// What a hub must let a side make of a case. ADD_AWAITING is left out: not every démarche uses it.
/// HUBEE_COMPLETED is, too: what follows from it is recorded only (CAS-08).
const SETTABLE: [(CaseStatus, Side); 8] = [
    (CaseStatus::Sent, Side::Si),
    (CaseStatus::SiReceived, Side::Si),
    (CaseStatus::InProgress, Side::Si),
    (CaseStatus::Done, Side::Si),
    (CaseStatus::Refused, Side::Si),
    (CaseStatus::SiIntegrationError, Side::Si),
    (CaseStatus::Closed, Side::Osl),
    (CaseStatus::HubeeNotified, Side::Osl),
];

/// The statuses that must be accepted next, each with who sets it.
pub(crate) fn next(from: &Possible) -> Vec<(CaseStatus, Side)> {
    SETTABLE
        .into_iter()
        .filter(|(to, _)| {
            !from.names().is_empty() && from.names().iter().all(|from| may_follow(from, *to))
        })
        .collect()
}

fn may_follow(from: &str, to: CaseStatus) -> bool {
    if to == CaseStatus::HubeeNotified {
        // Reopening is required from CLOSED (CAS-07); elsewhere it is a jump.
        return from == CaseStatus::Closed.name();
    }
    to.incoming().iter().any(|incoming| incoming.name() == from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notified_case_may_be_taken_in_hand_and_not_yet_closed() {
        let next: Vec<_> = next(&Possible::only("HUBEE_NOTIFIED"))
            .into_iter()
            .map(|(status, _)| status.name())
            .collect();
        assert_eq!(next, ["SENT"]);
    }

    #[test]
    fn a_closed_case_may_only_be_reopened() {
        assert_eq!(next(&Possible::only("CLOSED")), [(CaseStatus::HubeeNotified, Side::Osl)]);
    }

    #[test]
    fn what_is_not_known_allows_only_what_both_allow() {
        let either = Possible::any(["HUBEE_NOTIFIED", "CLOSED"]);
        assert!(next(&either).is_empty());
    }
}
