//! Faults of the rules ERR and WIRE: errors and shapes.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] =
    &[
        FaultEntry::alone("ERR-01", "ERR-01", "errors carry no code and no message").with(&[(
            "FOL-04",
            "faults that are not told are not all told (contract §3)",
        )]),
    ];
