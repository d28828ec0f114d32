//! Faults of the rules PJ: files.

use crate::error::Refusal;
use crate::faults::{Conduct, FaultEntry, fault, rule};

/// The largest file that is taken when PJ-18 is not kept.
const SMALL_BYTES: u64 = 10_000_000;

pub(super) const FAULTS: &[FaultEntry] = &[
    fault("PJ-01", "an application/zip file received stays PENDING").with(&[
        ("PJ-03", "the clean zip that goes with it is not RECEIVED either (contract §6)"),
        ("PJ-06", "the clean zip that goes with it is not RECEIVED either (contract §6)"),
    ]),
    fault("PJ-02.fewer", "fewer bytes than announced are accepted"),
    fault("PJ-02.more", "more bytes than announced are accepted"),
    fault("PJ-02.status", "a rejected file stays PENDING").with(&[
        ("PJ-03", "a file of another type is REJECTED too (contract §6)"),
        ("EVT-31", "an event's file of another type is REJECTED too (contract §6)"),
    ]),
    fault("PJ-03", "bytes of another type than announced are accepted"),
    fault("PJ-04", "a wrong digest is accepted").recorded(),
    fault("PJ-06", "an infected file is taken for a clean one")
        .with(&[("PJ-07", "a file taken for clean can be downloaded (contract §6)")]),
    fault("PJ-07", "an infected file can be downloaded"),
    fault("PJ-08", "a rejected file can be downloaded"),
    fault("PJ-10", "a format that the process does not allow is accepted"),
    fault("PJ-11", "a type that the process does not allow is accepted").with(&[(
        "PROC-03",
        "what a démarche allows is looked at neither before nor after it changes \
            (contract §6)",
    )]),
    fault("PJ-12", "a size above the maximum of the process is accepted").with(&[(
        "PROC-03",
        "what a démarche allows is looked at neither before nor after it changes \
            (contract §6)",
    )]),
    fault("PJ-14", "a case lists the files of the whole folder"),
    fault("PJ-15", "a case gives the files of the whole folder").with(&[
        (
            "OWN-10",
            "another branch gets the file by way of its own case of that folder (contract §4)",
        ),
        ("OWN-12", "a stranger gets the file by way of its own case of that folder (contract §4)"),
    ]),
    fault("PJ-19", "a file can be downloaded before its verdict"),
    fault("PJ-09", "an unknown attachment id gets 403").with(&[(
        "EVT-23",
        "an unknown attachment of an event is an unknown one too (contract §6)",
    )]),
    fault("PJ-13.digest", "the digest of a download is wrong")
        .with(&[("EVT-21", "the digest of an event's attachment is wrong too (contract §6)")]),
    fault("PJ-17", "only the first recipient of a folder may download").with(&[(
        "LIFE-03",
        "a file that must stay for its other recipient is kept from it (contract §6)",
    )]),
    fault("PJ-05", "a file sent with its right digest is refused"),
    fault("PJ-16", "files are sent as application/pdf")
        .with(&[("WIRE-01", "the description gives application/octet-stream (contract §6)")]),
    fault("PJ-18", "files of more than ten million bytes get 413"),
];

/// PJ-18: whether a file of this size is borne.
pub(crate) fn bear(size: u64, conduct: &Conduct) -> Result<(), Refusal> {
    match size > SMALL_BYTES && !conduct.keeps(rule!("PJ-18")) {
        true => Err(Refusal::TooLarge(SMALL_BYTES as usize)),
        false => Ok(()),
    }
}

/// PJ-13: the digest sent with a file.
pub(crate) fn digest(mut sha256: [u8; 32], conduct: &Conduct) -> [u8; 32] {
    if !conduct.keeps(rule!("PJ-13", "digest")) {
        sha256.reverse();
    }
    sha256
}
