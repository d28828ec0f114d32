//! Undoes the spellings in which a text travels: escapes of JSON, entities of HTML,
//! percent-encoding, runs of hexadecimal and of base64. Every place in what comes out is led back
//! to the place that it came from, so that what is found there can be masked where it was written.
//! Knows no secret. Works on bytes that may be cut anywhere.

use std::ops::Range;

/// How often one spelling may stand in another: JSON in a JSON string, a percent sign encoded
/// twice.
const DEEPEST_ESCAPES: u8 = 4;
/// How often a run may stand in another: the base64 of a text that holds some.
const DEEPEST_RUNS: u8 = 2;
/// A run that holds fewer bytes than a secret has is none.
const SHORTEST_RUN: usize = 11;
const SHORTEST_HEXADECIMAL: usize = 16;

/// Entities by name: those that common encoders write.
const ENTITIES: [(&str, char); 38] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("sol", '/'),
    ("bsol", '\\'),
    ("plus", '+'),
    ("equals", '='),
    ("colon", ':'),
    ("semi", ';'),
    ("period", '.'),
    ("comma", ','),
    ("lowbar", '_'),
    ("num", '#'),
    ("percnt", '%'),
    ("commat", '@'),
    ("excl", '!'),
    ("quest", '?'),
    ("dollar", '$'),
    ("ast", '*'),
    ("agrave", 'à'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ocirc", 'ô'),
    ("ugrave", 'ù'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("Eacute", 'É'),
    ("euro", '€'),
    ("sect", '§'),
];

/// Looks in some bytes, and in what they hold once each spelling is undone; `look` finds places in
/// bytes, and is told whether they end where the whole was cut. The places are those of the bytes
/// given, in no order.
pub(super) fn search(
    bytes: &[u8],
    is_cut: bool,
    look: &impl Fn(&[u8], bool) -> Vec<Range<usize>>,
) -> Vec<Range<usize>> {
    search_within(bytes, is_cut, look, DEEPEST_ESCAPES, DEEPEST_RUNS)
}

fn search_within(
    bytes: &[u8],
    is_cut: bool,
    look: &impl Fn(&[u8], bool) -> Vec<Range<usize>>,
    escapes: u8,
    runs: u8,
) -> Vec<Range<usize>> {
    let mut found = look(bytes, is_cut);
    if runs > 0 {
        for run in runs_of(bytes) {
            let ends = is_cut && run.end == bytes.len();
            let held = run.search(|held| search_within(held, ends, look, escapes, runs - 1));
            found.extend(held);
        }
    }
    if let Some(unescaped) = Unescaped::of(bytes).filter(|_| escapes > 0) {
        let held = search_within(&unescaped.bytes, is_cut, look, escapes - 1, runs);
        found.extend(held.into_iter().map(|range| unescaped.origin(&range)));
    }
    found
}

/// The bytes with every escape undone, however deep.
pub(super) fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    for _ in 0..DEEPEST_ESCAPES {
        match Unescaped::of(&plain) {
            Some(unescaped) => plain = unescaped.bytes,
            None => break,
        }
    }
    plain
}

/// Bytes with one level of escapes undone.
struct Unescaped {
    bytes: Vec<u8>,
    /// Where each byte came from, and the end of all.
    starts: Vec<usize>,
}

impl Unescaped {
    /// None when there is nothing to undo.
    fn of(from: &[u8]) -> Option<Self> {
        let may_escape = |byte: &u8| matches!(byte, b'\\' | b'%' | b'&');
        let mut at = from.iter().position(may_escape)?;
        let mut bytes = from[..at].to_vec();
        let mut starts: Vec<usize> = (0..at).collect();
        let mut character = [0; 4];
        while at < from.len() {
            let escape = may_escape(&from[at]).then(|| escape(&from[at..])).flatten();
            let (held, length) = match escape {
                Some((Held::Character(held), length)) => {
                    (held.encode_utf8(&mut character).as_bytes(), length)
                }
                Some((Held::Byte(byte), length)) => {
                    character[0] = byte;
                    (&character[..1], length)
                }
                None => (&from[at..=at], 1),
            };
            bytes.extend_from_slice(held);
            starts.extend(held.iter().map(|_| at));
            at += length;
        }
        starts.push(from.len());
        (bytes.len() < from.len()).then_some(Self { bytes, starts })
    }

    fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let last = self.starts[range.end - 1];
        // Several bytes may have come from one escape.
        let next = self.starts[range.end..].iter().find(|start| **start > last);
        self.starts[range.start]..*next.unwrap_or(&last)
    }
}

/// What an escape holds.
enum Held {
    Character(char),
    Byte(u8),
}

/// The escape at the beginning of these bytes, and how long it is.
fn escape(bytes: &[u8]) -> Option<(Held, usize)> {
    match bytes.first()? {
        b'%' => Some((Held::Byte(u8::try_from(hexadecimal(bytes.get(1..3)?)?).ok()?), 3)),
        b'&' => entity(bytes),
        _ => backslash(bytes),
    }
}

fn backslash(bytes: &[u8]) -> Option<(Held, usize)> {
    let simple = |held| Some((Held::Character(held), 2));
    match bytes.get(1)? {
        mark @ (b'"' | b'\\' | b'/' | b'\'') => simple(char::from(*mark)),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'x' => Some((Held::Byte(u8::try_from(hexadecimal(bytes.get(2..4)?)?).ok()?), 4)),
        b'u' => {
            let first = hexadecimal(bytes.get(2..6)?)?;
            if let Some(held) = char::from_u32(first) {
                return Some((Held::Character(held), 6));
            }
            let second = bytes.get(6..8).filter(|mark| *mark == b"\\u");
            let second = second.and_then(|_| hexadecimal(bytes.get(8..12)?))?;
            let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
            let held = char::decode_utf16(pair).next()?.ok()?;
            Some((Held::Character(held), 12))
        }
        _ => None,
    }
}

fn entity(bytes: &[u8]) -> Option<(Held, usize)> {
    let length = bytes.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&bytes[1..length]).ok()?;
    let held = match name.strip_prefix('#') {
        Some(number) => {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((Held::Character(held), length + 1))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// A run of characters that may be the hexadecimal or the base64 of something.
struct Run {
    digits: Vec<u8>,
    /// Where each digit stands: lines may be broken in between.
    places: Vec<usize>,
    end: usize,
    bits: u32,
}

impl Run {
    /// Looks in what the run holds, from each of the digits that its groups may begin with.
    fn search(&self, look: impl Fn(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
        let phases = if self.bits == 4 { 2 } else { 4 };
        let bits = self.bits as usize;
        let mut found = Vec::new();
        for phase in 0..phases.min(self.digits.len()) {
            for range in look(&self.held_from(phase)) {
                let first = phase + range.start * 8 / bits;
                let last = phase + (range.end * 8).div_ceil(bits) - 1;
                found.push(self.places[first]..self.places[last] + 1);
            }
        }
        found
    }

    fn held_from(&self, phase: usize) -> Vec<u8> {
        let mut held = Vec::with_capacity(self.digits.len() * self.bits as usize / 8);
        let (mut pending, mut count) = (0_u32, 0);
        for digit in &self.digits[phase..] {
            pending = (pending << self.bits) | u32::from(*digit);
            count += self.bits;
            if count >= 8 {
                count -= 8;
                held.push((pending >> count).to_le_bytes()[0]);
                pending &= (1 << count) - 1;
            }
        }
        held
    }
}

/// Every run of base64, and every one of hexadecimal.
fn runs_of(bytes: &[u8]) -> Vec<Run> {
    let mut runs = runs_in(bytes, 6, SHORTEST_RUN, base64_digit);
    runs.extend(runs_in(bytes, 4, SHORTEST_HEXADECIMAL, |byte| {
        char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
    }));
    runs
}

fn runs_in(bytes: &[u8], bits: u32, shortest: usize, digit: impl Fn(u8) -> Option<u8>) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run { digits: Vec::new(), places: Vec::new(), end: 0, bits };
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(digit) = digit(*byte) {
            run.digits.push(digit);
            run.places.push(at);
            run.end = at + 1;
        } else if !matches!(byte, b'\r' | b'\n') || run.digits.is_empty() {
            if run.digits.len() >= shortest {
                let next = Run { digits: Vec::new(), places: Vec::new(), end: 0, bits };
                runs.push(std::mem::replace(&mut run, next));
            } else {
                run.digits.clear();
                run.places.clear();
            }
        }
    }
    if run.digits.len() >= shortest {
        runs.push(run);
    }
    runs
}

/// Both alphabets of RFC 4648, §4 and §5.
fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of a text is found when this is looked for.
    fn found<'a>(text: &'a str, sought: &str) -> Vec<&'a str> {
        let look = |bytes: &[u8], _: bool| {
            let windows = bytes.windows(sought.len()).enumerate();
            let places = windows.filter(|(_, window)| *window == sought.as_bytes());
            places.map(|(at, _)| at..at + sought.len()).collect()
        };
        search(text.as_bytes(), false, &look).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_is_found_is_led_back_to_how_it_was_written() {
        for (text, written) in [
            (r"<a\u002Bb\/\u00e9>", r"a\u002Bb\/\u00e9"),
            (r"<a\\u002Bb\\\/\\u00e9>", r"a\\u002Bb\\\/\\u00e9"),
            ("<a%2bb%2F%C3%A9>", "a%2bb%2F%C3%A9"),
            ("<a%252bb%252f%25c3%25a9>", "a%252bb%252f%25c3%25a9"),
            ("<a&#43;b&#x2F;&eacute;>", "a&#43;b&#x2F;&eacute;"),
            ("<a&amp;plus;b/é>", "a&amp;plus;b/é"),
        ] {
            assert_eq!(found(text, "a+b/é"), [written], "{text}");
        }
    }

    #[test]
    fn runs_are_read_from_each_of_their_digits() {
        use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
        for before in ["", "x", "xy", "xyz"] {
            let held = format!("{before}sought-0?>fin");
            for text in [BASE64_STANDARD.encode(&held), BASE64_URL_SAFE_NO_PAD.encode(&held)] {
                for joined in [text.clone(), format!("a/{text}"), text.replacen("c", "c\r\n", 1)] {
                    assert_eq!(found(&joined, "sought-0?>").len(), 1, "{joined}");
                }
            }
        }
        assert_eq!(found("0x736F756768742D30aa", "sought-0"), ["736F756768742D30"]);
    }

    #[test]
    fn anything_at_all_is_read_without_harm() {
        for text in [
            "\\",
            "\\u",
            "\\u00",
            "\\ud83d",
            "\\ud83d\\u0041",
            "%",
            "%4",
            "&",
            "&#",
            "&;",
            "&#x110000;",
        ] {
            assert!(found(text, "nothing").is_empty());
            assert!(found(&format!("{text}é"), "nothing").is_empty());
        }
    }
}
