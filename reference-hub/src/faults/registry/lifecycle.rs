//! Faults of the rules MAIL and LIFE: mails and batches.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("MAIL-01", "MAIL-01", "completion writes no mail").with(&[(
        "MAIL-02",
        "who asks for a mail at each completion gets none either (contract §6)",
    )]),
    FaultEntry::alone(
        "MAIL-02",
        "MAIL-02",
        "every recipient is written to, whatever its frequency",
    ),
    FaultEntry::alone("MAIL-03", "MAIL-03", "an OSL's event writes no mail"),
    FaultEntry::alone("MAIL-04", "MAIL-04", "a mail names the applicant").recorded(),
    FaultEntry::alone("LIFE-01", "LIFE-01", "binaries are never purged")
        .with(&[("LIFE-04", "what is not purged is not DELETED (contract §6)")]),
    FaultEntry::alone("LIFE-02", "LIFE-02", "binaries are purged without delay").with(&[(
        "LIFE-07",
        "a binary that is due at once is listed before its delay is over (contract §6)",
    )]),
    FaultEntry::alone("LIFE-03", "LIFE-03", "one case is enough for a binary to be purged"),
    FaultEntry::alone("LIFE-04", "LIFE-04", "a purged file keeps its status RECEIVED"),
    FaultEntry::alone("LIFE-05", "LIFE-05", "closed cases are never archived")
        .with(&[("LIFE-06", "only an archived case is deleted (contract §6)")])
        .masking(&["LIFE-05.read-only", "LIFE-06"]),
    FaultEntry::alone("LIFE-05.read-only", "LIFE-05", "an archived case is not read-only"),
    FaultEntry::alone("LIFE-06", "LIFE-06", "archived télédossiers are never deleted"),
    FaultEntry::alone("LIFE-07", "LIFE-07", "confirmed purges are listed again"),
];
