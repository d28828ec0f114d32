//! Faults of the rules ERR, WIRE and DEL: errors, shapes, delivery.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("ERR-01", "ERR-01", "errors carry no code and no message").with(&[
        (
            "FOL-04",
            "faults that are not told are not all told (contract §3)",
        ),
        (
            "WIRE-01",
            "an error has a code and a message in the description (contract §3)",
        ),
    ]),
    FaultEntry::alone("ERR-02", "ERR-02", "malformed JSON gets 503"),
    FaultEntry::alone(
        "ERR-03",
        "ERR-03",
        "a body that is not announced as JSON is refused",
    )
    .recorded(),
    FaultEntry::alone("ERR-04", "ERR-04", "an unknown path gets 503"),
    FaultEntry::alone("ERR-05", "ERR-05", "errors show a path and an SQL query").recorded(),
    FaultEntry::alone("WIRE-01", "WIRE-01", "a folder is shown as text/html"),
    FaultEntry::alone("WIRE-02", "WIRE-02", "an unknown query parameter gets 503"),
    FaultEntry::alone(
        "WIRE-03.sequence",
        "WIRE-03",
        "deleting an event loses the one before it, too",
    ),
    FaultEntry::alone(
        "WIRE-03.refusal",
        "WIRE-03",
        "an event whose action is a number gets 503",
    ),
    FaultEntry::alone(
        "DEL-01",
        "DEL-01",
        "of several completions at once, some notify nobody",
    ),
    FaultEntry::alone(
        "DEL-02",
        "DEL-02",
        "the last télédossiers deposited are lost at a restart",
    ),
    FaultEntry::alone(
        "DEL-03",
        "DEL-03",
        "a completion whose client is gone notifies nobody",
    ),
    FaultEntry::alone("DEL-04", "DEL-04", "notifications come two seconds late").recorded(),
];
