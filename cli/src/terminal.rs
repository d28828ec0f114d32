//! A line for a terminal: its text, its tone, and whether colours are wanted.

use std::io::IsTerminal as _;

use crate::output::{leaving, written};

/// How a line looks, where colours are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Bad,
    Warning,
    Faint,
}

/// A line and its tone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line(pub(crate) Tone, pub(crate) String);

impl Line {
    /// The line as it may leave, in colours or not.
    pub(crate) fn written(&self, coloured: bool) -> String {
        let text = leaving(&self.1);
        let code = match self.0 {
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Warning => "1;33",
            Tone::Faint => "2",
            Tone::Plain => return text,
        };
        if coloured { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text }
    }
}

/// Whether standard output wants colours: NO_COLOR, then CLICOLOR_FORCE, then whether it is a
/// terminal.
fn wants_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    set("CLICOLOR_FORCE").is_some_and(|value| value != "0") || std::io::stdout().is_terminal()
}

/// Writes lines to standard output, in colours where they are wanted.
pub(crate) fn write(lines: &[Line]) {
    let coloured = wants_colours();
    lines.iter().for_each(|line| written(&line.written(coloured)));
}

/// A text in exactly so many columns.
pub(crate) fn fitted(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:<width$}");
    }
    let kept: String = text.chars().take(width - 1).collect();
    format!("{kept}…")
}

/// What a terminal shows of lines, plain and then in colours, for a snapshot.
#[cfg(test)]
pub(crate) fn shown(lines: &[Line]) -> String {
    let all = |coloured| {
        let lines: Vec<_> = lines.iter().map(|line| line.written(coloured)).collect();
        lines.join("\n").replace('\u{1b}', "␛")
    };
    format!("{}\n\n{}", all(false), all(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_only_where_they_are_wanted_and_texts_bring_none() {
        let line = Line(Tone::Bad, "a\u{1b}[32mb".to_owned());
        assert_eq!(line.written(false), "a\u{fffd}[32mb");
        assert_eq!(line.written(true), "\u{1b}[1;31ma\u{fffd}[32mb\u{1b}[0m");
    }
}
