//! What a run says of itself, in English: checks, reasons and notes are recorded in French, and
//! each is made of a few turns of phrase that [`phrases`] has in both languages. What no turn
//! matches is left in French, and whoever shows it says so. Names, numbers and quotations stay as
//! they are.

mod phrases;

use phrases::PHRASES;

use super::agreed;

/// How many parts of a text are looked at, and how long it may be: a hub writes some of what is
/// observed.
const MOST_PARTS: usize = 120;
const LONGEST: usize = 600;

/// The same in English, when every part of it is known.
pub(crate) fn english(text: &str) -> Option<String> {
    let mut left = MOST_PARTS;
    (text.len() <= LONGEST).then(|| told(agreed(text).trim(), &mut left)).flatten()
}

fn told(text: &str, left: &mut usize) -> Option<String> {
    if is_neutral(text) {
        return Some(text.replace("« ", "\"").replace(" »", "\""));
    }
    *left = left.checked_sub(1)?;
    PHRASES.iter().find_map(|(french, english)| {
        let parts = parts(text, french)?;
        let mut told_parts = parts.into_iter().map(|part| told(part, left));
        let mut sentence = String::new();
        for (nth, piece) in english.split("{}").enumerate() {
            if nth > 0 {
                sentence.push_str(&told_parts.next()??);
            }
            sentence.push_str(piece);
        }
        Some(sentence)
    })
}

/// What stands at the holes of a turn of phrase, when the text is one.
fn parts<'a>(text: &'a str, phrase: &str) -> Option<Vec<&'a str>> {
    let mut pieces = phrase.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let at = match (piece, pieces.peek()) {
            ("", None) => rest.len(),
            (piece, None) => rest.strip_suffix(piece)?.len(),
            (piece, Some(_)) => place_of(rest, piece)?,
        };
        let (part, after) = rest.split_at(at);
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        rest = &after[piece.len()..];
    }
    rest.is_empty().then_some(parts)
}

/// Where a piece first stands outside of any quotation.
fn place_of(text: &str, piece: &str) -> Option<usize> {
    let is_quoted = |at: usize| text[..at].matches('«').count() > text[..at].matches('»').count();
    text.match_indices(piece).map(|(at, _)| at).find(|at| !is_quoted(*at))
}

/// Whether there is no word of any language in it outside of quotations: numbers, names on the
/// wire, paths, dates.
fn is_neutral(text: &str) -> bool {
    let mut bare = String::new();
    let mut depth = 0_usize;
    let mut in_double = false;
    for c in text.chars() {
        match c {
            '«' | '{' | '[' => depth += 1,
            '»' | '}' | ']' => depth = depth.saturating_sub(1),
            '"' => in_double = !in_double,
            c if depth == 0 && !in_double => bare.push(c),
            _ => {}
        }
    }
    bare.split_whitespace().all(|written| {
        let word = written.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = word.contains(['_', '.', '@', '=', ':', '+'])
            || written.contains('/')
            || word.chars().any(|c| c.is_ascii_digit() || c.is_uppercase());
        word.is_empty() || is_name && !word.contains(['\'', '’']) || NAMES.contains(&word)
    })
}

/// Names on the wire that look like words, and units.
const NAMES: [&str; 20] = [
    "cases",
    "recipients",
    "size",
    "identity",
    "no-store",
    "notifications",
    "ms",
    "s",
    "id",
    "code",
    "name",
    "type",
    "status",
    "recipient",
    "transmitter",
    "events",
    "attachments",
    "digest",
    "applicant",
    "message",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_observed_is_said_in_english() {
        for (french, expected) in [
            ("204", "204"),
            ("3 notifications", "3 notifications"),
            ("le dossier au statut CLOSED", "the case with status CLOSED"),
            ("403 ou 404", "403 or 404"),
            ("10 données 0 fois, 3 données 2 fois", "10 given 0 times, 3 given 2 times"),
            ("403 « Unauthorized user »", "403 \"Unauthorized user\""),
            (
                "aucun accès déclaré ne joue un second SI sur la démarche CERTDC",
                "no declared credential plays a second SI on the démarche CERTDC",
            ),
            (
                "toute réponse conforme à la description de l'API",
                "every answer agrees with the description of the API",
            ),
        ] {
            assert_eq!(english(french).as_deref(), Some(expected), "{french}");
        }
    }

    #[test]
    fn what_is_not_known_is_left_alone_and_nothing_takes_long() {
        assert_eq!(english("une phrase que personne n'a prévue"), None);
        assert_eq!(english(&", ; : et ou puis ".repeat(200)), None);
        let nested = "a et b ou c puis d, e ; f : g ".repeat(15);
        let started = std::time::Instant::now();
        english(&nested);
        assert!(started.elapsed().as_secs() < 5);
    }

    /// A text that is French on both sides, or a hole that one side lacks, would go unseen.
    #[test]
    fn every_phrase_has_both_languages_and_the_same_holes() {
        for (french, english) in PHRASES {
            let holes = |text: &str| text.matches("{}").count();
            assert_eq!(holes(french), holes(english), "{french}");
            for word in [" le ", " la ", " les ", " une ", " du ", " des ", " est "] {
                assert!(!format!(" {english} ").contains(word), "{english}");
            }
        }
    }
}
