//! Faults of the rules MAIL and LIFE: mails and batches.

use crate::faults::{FaultEntry, fault};

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("MAIL-01", "completion writes no mail").with(&[(
        "MAIL-02",
        "who asks for a mail at each completion gets none either (contract §6)",
    )]),
    fault("MAIL-02", "every recipient is written to, whatever its frequency"),
    fault("MAIL-03", "an OSL's event writes no mail")
        .with(&[("MAIL-05", "the one that reopens its case writes none either (contract §6)")]),
    fault("MAIL-04", "a mail names the applicant").recorded(),
    fault("MAIL-05", "an OSL's deposit writes a mail whatever it does to the case"),
    fault("LIFE-01", "binaries are never purged")
        .with(&[("LIFE-04", "what is not purged is not DELETED (contract §6)")]),
    fault("LIFE-02", "binaries are purged without delay"),
    fault("LIFE-03", "one case is enough for a binary to be purged"),
    fault("LIFE-04", "a purged file keeps its status RECEIVED"),
    fault("LIFE-05", "closed cases are never archived")
        .with(&[("LIFE-06", "only an archived case is deleted (contract §6)")])
        .masking(&["LIFE-05.read-only", "LIFE-06"]),
    fault("LIFE-05.read-only", "an archived case is not read-only"),
    fault("LIFE-06", "archived télédossiers are never deleted"),
    fault("LIFE-07", "confirmed purges are listed again").recorded(),
];
