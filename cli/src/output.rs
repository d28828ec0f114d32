//! Where text leaves the program: results on standard output, all else on standard error. What
//! leaves bears no secret of any target file that was read, and nothing in it acts on a terminal. A
//! run goes on when nobody reads either any more, or the disk behind them is full: its verdict is
//! in its exit code and its report. Listings alone end there, as any program does in a closed pipe:
//! they are written by [`listed`].

use std::fmt::Display;
use std::io::Write as _;
use std::sync::LazyLock;

use reports::{Bodies, Redactor, visible, visible_lines};

/// What knows the secrets of this process.
static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::new);

/// What knows the secrets of this process: whatever reads some tells it.
pub(crate) fn redactor() -> &'static Redactor {
    &REDACTOR
}

/// A line as it may leave.
pub(crate) fn leaving(line: impl Display) -> String {
    visible(&REDACTOR.text(&line.to_string()))
}

/// Writes a line of the results of a run.
pub(crate) fn result(line: impl Display) {
    written(&leaving(line));
}

/// Writes a line of the results of a run that may leave as it is.
pub(crate) fn written(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Writes results of several lines, each of which may hold texts from elsewhere.
pub(crate) fn results(lines: &str) {
    lines.lines().for_each(result);
}

/// Says how something goes on, beside the results.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", leaving(line));
}

/// Writes a secret to standard output, for the person who asked for it and nobody else.
pub(crate) fn secret_result(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", visible(text));
}

/// Hands over what is secret to everybody but the person who asked for it.
pub(crate) fn hand_over(text: &str) {
    let _ = write!(std::io::stderr().lock(), "{text}");
}

/// Writes a line of a listing.
#[expect(clippy::print_stdout, reason = "a listing ends where nobody reads it any more")]
pub(crate) fn listed(line: impl Display) {
    println!("{}", leaving(line));
}

/// Writes a text of ours that has lines, each of which may hold texts from elsewhere; whose bodies
/// may be kept was decided when it was recorded.
#[expect(clippy::print_stdout, reason = "as a listing")]
pub(crate) fn page(text: &str) {
    println!("{}", visible_lines(&REDACTOR.of_bodies(Bodies::Kept).text(text)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_is_one_line_that_acts_on_nothing_and_shows_no_secret() {
        redactor().add_secret("jeton-de-test-0123");
        let line = leaving("refus\u{1b}[2J :\nConforme jeton-de-test-0123 http://a:b@hub/");
        assert_eq!(line, "refus\u{fffd}[2J : Conforme [masqué] http://a:[masqué]@hub/");
    }
}
