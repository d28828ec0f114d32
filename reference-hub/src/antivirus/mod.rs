//! Looking for viruses in what is uploaded, while it streams by (contract §6, "Folder attachment").
//! A scanner gives a verdict or an error; an error is never taken for "clean": the file then stays
//! as it was, and the upload fails. What a verdict does to an attachment is the domain's business.

mod builtin;
mod clamd;

use std::path::Path;

use futures::future::BoxFuture;

pub(crate) use builtin::BuiltinScanner;
pub(crate) use clamd::ClamdScanner;

/// What a scanner says of a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing was found.
    Clean,
    /// Infected, by what the scanner calls so.
    Infected(String),
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The scanner cannot be reached, or stopped answering.
    #[error("the antivirus does not answer: {0}")]
    Unreachable(#[from] std::io::Error),
    /// It took too long.
    #[error("the antivirus took too long")]
    TimedOut,
    /// The file, or what it holds once decompressed, is more than the scanner takes.
    #[error("the file is over the limits of the antivirus")]
    OverLimit,
    /// It answered something else.
    #[error("the antivirus refused: {0}")]
    Refused(String),
}

/// Makes scans. Chosen by `--antivirus`.
pub(crate) trait Scanner: Send + Sync {
    /// Starts the scan of one file.
    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Scan>, ScanError>>;
}

/// The scan of one file: fed with its bytes in order, then asked once.
pub(crate) trait Scan: Send {
    /// Looks at the next bytes.
    fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> BoxFuture<'a, Result<(), ScanError>>;

    /// The verdict on everything fed. The same bytes lie at `stored`, for scanners that must go
    /// back and forth.
    fn verdict<'a>(self: Box<Self>, stored: &'a Path) -> BoxFuture<'a, Result<Verdict, ScanError>>;
}
