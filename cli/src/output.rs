//! Where text leaves the program: results on standard output, all else on standard error. A run
//! goes on when nobody reads either any more, or the disk behind them is full: its verdict is in
//! its exit code and its report. Listings alone end there, as any program does in a closed pipe:
//! they print by themselves.

use std::fmt::Display;
use std::io::Write as _;

/// Writes a line of the results of a run.
pub(crate) fn result(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Says how something goes on, beside the results.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
