//! Sniffers for text and XML, which carry no signature: any of the encodings in service (UTF-8,
//! ISO-8859-1, UTF-16), with or without byte order mark and prolog. They look at the head of a
//! file, and parse nothing.

use std::borrow::Cow;

/// Whether the head reads as text: no control character that text does not use.
pub(super) fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"%PDF-") {
        return false;
    }
    as_single_bytes(head).iter().all(|&byte| byte >= 0x20 && byte != 0x7f || is_text_control(byte))
}

/// Whether the head starts as an XML document does: a prolog, a comment, a document type or a root
/// element.
pub(super) fn is_xml(head: &[u8]) -> bool {
    if !is_text(head) {
        return false;
    }
    let bytes = as_single_bytes(head);
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    match &bytes[start..] {
        [b'<', b'?', rest @ ..] => rest.first().is_some_and(|&byte| starts_name(byte)),
        [b'<', b'!', rest @ ..] => rest.starts_with(b"--") || rest.starts_with(b"DOCTYPE"),
        [b'<', first, ..] => starts_name(*first),
        _ => false,
    }
}

fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

fn is_text_control(byte: u8) -> bool {
    // Tab, line feed, form feed, carriage return, end of file of old systems, escape.
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1a | 0x1b)
}

/// The text with one byte a character where that is possible: the byte order mark removed, UTF-16
/// folded (characters above 255 become `é`, which is as much a letter as they are).
fn as_single_bytes(head: &[u8]) -> Cow<'_, [u8]> {
    match head {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(fold(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(fold(rest, u16::from_be_bytes)),
        // UTF-16 without a mark: only recognised where it starts an element or a prolog (XML 1.0,
        // annex F).
        [b'<', 0, _, 0, ..] => Cow::Owned(fold(head, u16::from_le_bytes)),
        [0, b'<', 0, _, ..] => Cow::Owned(fold(head, u16::from_be_bytes)),
        _ => Cow::Borrowed(head),
    }
}

fn fold(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    bytes.as_chunks::<2>().0.iter().map(|pair| u8::try_from(unit(*pair)).unwrap_or(0xe9)).collect()
}
