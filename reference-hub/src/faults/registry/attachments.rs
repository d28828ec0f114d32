//! Faults of the rules PJ: files.

use crate::faults::FaultEntry;

pub(super) const FAULTS: &[FaultEntry] = &[
    FaultEntry::alone("PJ-01", "PJ-01", "an application/zip file received stays PENDING").with(&[
        ("PJ-03", "the clean zip that goes with it is not RECEIVED either (contract §6)"),
        ("PJ-06", "the clean zip that goes with it is not RECEIVED either (contract §6)"),
    ]),
    FaultEntry::alone("PJ-02.fewer", "PJ-02", "fewer bytes than announced are accepted"),
    FaultEntry::alone("PJ-02.more", "PJ-02", "more bytes than announced are accepted"),
    FaultEntry::alone("PJ-02.status", "PJ-02", "a rejected file stays PENDING")
        .with(&[("PJ-03", "a file of another type is REJECTED too (contract §6)")]),
    FaultEntry::alone("PJ-03", "PJ-03", "bytes of another type than announced are accepted"),
    FaultEntry::alone("PJ-04", "PJ-04", "a wrong digest is accepted").recorded(),
    FaultEntry::alone("PJ-06", "PJ-06", "an infected file is taken for a clean one")
        .with(&[("PJ-07", "a file taken for clean can be downloaded (contract §6)")]),
    FaultEntry::alone("PJ-07", "PJ-07", "an infected file can be downloaded"),
    FaultEntry::alone("PJ-08", "PJ-08", "a rejected file can be downloaded"),
    FaultEntry::alone("PJ-10", "PJ-10", "a format that the process does not allow is accepted"),
    FaultEntry::alone("PJ-11", "PJ-11", "a type that the process does not allow is accepted").with(
        &[(
            "PROC-03",
            "what a démarche allows is looked at neither before nor after it changes (contract §6)",
        )],
    ),
    FaultEntry::alone("PJ-12", "PJ-12", "a size above the maximum of the process is accepted")
        .with(&[(
            "PROC-03",
            "what a démarche allows is looked at neither before nor after it changes (contract §6)",
        )]),
    FaultEntry::alone("PJ-14", "PJ-14", "a case lists the files of the whole folder"),
    FaultEntry::alone("PJ-15", "PJ-15", "a case gives the files of the whole folder"),
    FaultEntry::alone("PJ-19", "PJ-19", "a file can be downloaded before its verdict"),
    FaultEntry::alone("PJ-09", "PJ-09", "an unknown attachment id gets 403").with(&[(
        "EVT-23",
        "an unknown attachment of an event is an unknown one too (contract §6)",
    )]),
    FaultEntry::alone("PJ-13.digest", "PJ-13", "the digest of a download is wrong")
        .with(&[("EVT-21", "the digest of an event's attachment is wrong too (contract §6)")]),
    FaultEntry::alone("PJ-17", "PJ-17", "only the first recipient of a folder may download").with(
        &[(
            "LIFE-03",
            "a file that must stay for its other recipient is kept from it (contract §6)",
        )],
    ),
    FaultEntry::alone("PJ-05", "PJ-05", "a file sent with its right digest is refused"),
    FaultEntry::alone("PJ-16", "PJ-16", "files are sent as application/pdf")
        .with(&[("WIRE-01", "the description gives application/octet-stream (contract §6)")]),
    FaultEntry::alone("PJ-18", "PJ-18", "files of more than ten million bytes get 413"),
];
