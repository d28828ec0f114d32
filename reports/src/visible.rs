//! What a terminal, or a page of plain text, may be handed of texts that come from elsewhere: they
//! move no cursor, ring no bell, turn no writing around and begin no line of their own. The one
//! place that says which characters those are. Masks nothing.

/// A text on one line, in which nothing acts.
pub fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// A text of several lines, ours, in which nothing else acts.
pub fn visible_lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { shown(c) }).collect()
}

/// What stands for a character.
pub(crate) fn shown(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        // Marks of direction, and what embeds, overrides or isolates one.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clears the screen, writes a verdict, sets the title, rings, turns writing around.
    const HOSTILE: &str =
        "é\u{1b}[2J\u{9b}1mConforme\u{7}\u{1b}]0;x\u{9c}\u{202e}a\u{2066}b\u{200f}\u{7f}";

    #[test]
    fn nothing_acts_and_everything_else_stays() {
        assert_eq!(visible(HOSTILE).chars().filter(|c| *c == '\u{fffd}').count(), 9);
        assert!(visible(HOSTILE).chars().all(|c| !c.is_control()));
        assert_eq!(visible("une\r\nligne\tet\u{2028}une « autre »"), "une  ligne et une « autre »");
        assert_eq!(visible_lines("une\nligne\r\u{1b}"), "une\nligne \u{fffd}");
    }
}
