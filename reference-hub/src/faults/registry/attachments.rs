//! Faults of the rules PJ: files.

use axum::body::Body;
use sha2::{Digest as _, Sha256};

use crate::error::Refusal;
use crate::faults::{Conduct, FaultEntry, fault, rule};

/// The largest file that is taken when PJ-18 is not kept.
const SMALL_BYTES: u64 = 10_000_000;

/// How much of an event's file goes out when PJ-20 is not kept.
const EVENT_BYTES: usize = 8 * 1024;
/// How much of a file its digest covers then.
const DIGESTED_BYTES: usize = 64 * 1024;

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
    fault("PJ-13.digest", "the digest of a download is wrong").with(&[
        ("EVT-21", "the digest of an event's attachment is wrong too (contract §6)"),
        ("PJ-18", "the digest of the largest file is wrong too (contract §6)"),
        ("PJ-20", "the digest of a file of any size is wrong (contract §6)"),
        ("DEL-05", "the digest of files sent at once is wrong too (contract §6)"),
    ]),
    fault("PJ-17", "only the first recipient of a folder may download").with(&[(
        "LIFE-03",
        "a file that must stay for its other recipient is kept from it (contract §6)",
    )]),
    fault("PJ-05", "a file sent with its right digest is refused"),
    fault("PJ-16", "files are sent as application/pdf")
        .with(&[("WIRE-01", "the description gives application/octet-stream (contract §6)")]),
    fault("PJ-18", "files of more than ten million bytes get 400"),
    fault("PJ-20.event", "an event's file ends after 8 KiB"),
    fault("PJ-20.lines", "texts lose their carriage returns")
        .with(&[("DEL-05", "texts sent at once lose theirs too (contract §6)")]),
    fault("PJ-20.digest", "a digest covers the first 64 KiB only").with(&[
        ("PJ-18", "the largest file has a digest too (contract §6)"),
        ("DEL-05", "files sent at once are longer than that too (contract §6)"),
    ]),
    fault("PJ-21", "the bytes of a completed folder are replaced").recorded(),
    fault("PJ-21.event", "the bytes of an event that was sent are replaced").recorded(),
    fault("PJ-22", "a file sent again keeps its first digest")
        .perhaps(&[("DEL-05", "files sent at once are files sent again (contract §6)")])
        .recorded(),
];

/// A download as it goes out.
pub(crate) struct Outgoing {
    pub(crate) length: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) body: Body,
}

/// PJ-20: what is spoilt of a download: the end of an event's file, the ends of lines, the digest
/// of what is large.
pub(crate) async fn spoilt(out: Outgoing, of_event: bool, conduct: &Conduct) -> Outgoing {
    let [event, lines, digest] =
        [rule!("PJ-20", "event"), rule!("PJ-20", "lines"), rule!("PJ-20", "digest")]
            .map(|rule| conduct.keeps(rule));
    if event && lines && digest {
        return out;
    }
    let bytes = axum::body::to_bytes(out.body, usize::MAX).await.unwrap_or_default();
    let mut bytes = bytes.to_vec();
    if of_event && !event {
        bytes.truncate(EVENT_BYTES);
    }
    if !lines && std::str::from_utf8(&bytes).is_ok() {
        bytes.retain(|byte| *byte != b'\r');
    }
    let sha256 = match digest {
        true => out.sha256,
        false => Sha256::digest(&bytes[..bytes.len().min(DIGESTED_BYTES)]).into(),
    };
    Outgoing { length: bytes.len() as u64, sha256, body: bytes.into() }
}

/// PJ-18: whether a file of this size is borne.
pub(crate) fn bear(size: u64, conduct: &Conduct) -> Result<(), Refusal> {
    match size > SMALL_BYTES && !conduct.keeps(rule!("PJ-18")) {
        true => Err(Refusal::Invalid(vec![format!("More than {SMALL_BYTES} bytes")])),
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
