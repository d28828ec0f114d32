//! Faults of the rules ERR, WIRE and DEL: errors, shapes, delivery.

use crate::faults::FaultEntry;

/// Why a refusal without a message fails a rule that says which message it has.
const NOTHING_SAID: &str = "the message by which this refusal is known is not there (contract §3)";

/// Which completions come at once with another depends on the moment, and so does who waits in
/// vain.
const IN_VAIN: &str = "a completion at the same moment as another notifies nobody: who waits for it waits in vain (contract §6)";
const UNNOTIFIED: &[(&str, &str)] = &[
    ("FOL-13", IN_VAIN),
    ("FOL-18", IN_VAIN),
    ("FOL-19", IN_VAIN),
    ("FOL-20", IN_VAIN),
    ("NOT-05", IN_VAIN),
    ("NOT-09", IN_VAIN),
    ("NOT-12", IN_VAIN),
    ("NOT-13", IN_VAIN),
    ("NOT-15", IN_VAIN),
    ("OWN-05", IN_VAIN),
    ("CAS-14", IN_VAIN),
    ("DEL-02", IN_VAIN),
    ("DEL-03", IN_VAIN),
];

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("ERR-01", "ERR-01", "errors carry no code and no message").with(&[
        ("FOL-08", NOTHING_SAID),
        ("ORG-02", NOTHING_SAID),
        ("SUB-06", NOTHING_SAID),
        ("FOL-04", "faults that are not told are not all told (contract §3)"),
        ("WIRE-01", "an error has a code and a message in the description (contract §3)"),
    ]),
    FaultEntry::alone("ERR-02", "ERR-02", "malformed JSON gets 503"),
    FaultEntry::alone("ERR-03", "ERR-03", "a body that is not announced as JSON is refused")
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
    FaultEntry::alone("WIRE-03.refusal", "WIRE-03", "an event whose action is a number gets 503"),
    FaultEntry::alone("DEL-01", "DEL-01", "of several completions at once, some notify nobody")
        .perhaps(UNNOTIFIED),
    FaultEntry::alone("DEL-02", "DEL-02", "the last télédossiers deposited are lost at a restart"),
    FaultEntry::alone("DEL-03", "DEL-03", "a completion whose client is gone notifies nobody"),
    FaultEntry::alone("DEL-04", "DEL-04", "notifications come two seconds late").recorded(),
];
