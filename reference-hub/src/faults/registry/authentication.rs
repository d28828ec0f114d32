//! Faults of the rules AUTH: tokens.

use crate::faults::{FaultEntry, fault};

/// A client may ask for a token at any time (contract §2): which call then meets the one that is
/// refused depends on who else has just asked in the name of the same client.
const ANOTHER_TOKEN: &str = "its accepted call may be made with a token that another one, asked for \
            meanwhile, spoils (contract §2)";
const TWO_TOKENS: &[(&str, &str)] = &[
    ("AUTH-01", ANOTHER_TOKEN),
    ("AUTH-03", ANOTHER_TOKEN),
    ("AUTH-04", ANOTHER_TOKEN),
    ("AUTH-05", ANOTHER_TOKEN),
    ("AUTH-06", ANOTHER_TOKEN),
    ("AUTH-07", ANOTHER_TOKEN),
    ("AUTH-08", ANOTHER_TOKEN),
    ("AUTH-11", ANOTHER_TOKEN),
];

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("AUTH-01", "expires_in is 0").with(&[
        ("AUTH-05", "a token announced to end at once is accepted afterwards (contract §2)"),
        ("WIRE-01", "expires_in is above zero in the description (contract §2)"),
    ]),
    fault("AUTH-02", "any secret is accepted")
        .with(&[("AUTH-12", "a secret in another case is any secret (contract §2)")]),
    fault("AUTH-03", "a call without a token gets 403 instead of 401")
        .with(&[("AUTH-11", "every operation must answer 401 without a token")]),
    fault("AUTH-04", "an unknown token gets 403 instead of 401"),
    fault("AUTH-04.end", "the last character of a token is not looked at"),
    fault("AUTH-05", "an expired token is still accepted"),
    fault("AUTH-08", "a client obtains a scope it does not hold"),
    fault("AUTH-09", "token answers may be cached").recorded(),
    fault("AUTH-11", "the list of démarches answers 403 instead of 401 without a token"),
    fault("AUTH-06", "a token that goes back and forth between the two APIs is refused in the end"),
    fault(
        "AUTH-07",
        "a token asked for while another one waits to be used is refused the first time",
    )
    .perhaps(TWO_TOKENS),
    fault("AUTH-12.secret", "secrets are compared without regard to letter case"),
    fault("AUTH-12.client", "client ids are compared without regard to letter case"),
    fault("AUTH-13", "a token is given whatever the grant_type"),
];
