//! Masks e-mail addresses and French telephone numbers that stand in a text. Of an address the
//! host stays: it tells two of them apart, and is nobody's own. Names are not found here: nothing
//! tells them from other words.

use super::MASK;

/// The text without anybody's address or number.
pub(super) fn masked(text: &str) -> String {
    let text = if text.contains('@') { without_addresses(text) } else { text.to_owned() };
    if text.bytes().any(|byte| byte.is_ascii_digit()) { without_numbers(&text) } else { text }
}

fn without_addresses(text: &str) -> String {
    let may_be_local = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let kept = before.trim_end_matches(may_be_local);
        let host = after.len() - after.trim_start_matches(is_host).len();
        // `'@query.maxResult'` of a schema's error is no address.
        let is_local = before[kept.len()..].chars().any(char::is_alphanumeric);
        let is_address = is_local && after[..host].trim_matches('.').contains('.');
        masked.push_str(if is_address { kept } else { before });
        if is_address && !before.ends_with(super::applicant::LOCAL_PART) {
            masked.push_str(MASK);
        } else if is_address {
            masked.push_str(&before[kept.len()..]);
        }
        masked.push('@');
        masked.push_str(&after[..host]);
        rest = &after[host..];
    }
    masked.push_str(rest);
    masked
}

fn without_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let (mut shown_to, mut before) = (0, ' ');
    for (at, character) in text.char_indices() {
        let begins = at >= shown_to && matches!(character, '0' | '+');
        if begins && !before.is_alphanumeric() && !":-._/+".contains(before) {
            let length = number(&text.as_bytes()[at..]);
            if length > 0 {
                masked.push_str(&text[shown_to..at]);
                masked.push_str(MASK);
                shown_to = at + length;
            }
        }
        before = character;
    }
    masked.push_str(&text[shown_to..]);
    masked
}

/// How long the telephone number is that these bytes begin with: ten digits, or nine behind the
/// country's, in pairs that one mark may part.
fn number(bytes: &[u8]) -> usize {
    let mut at = match bytes {
        [b'+', b'3', b'3', ..] => 3,
        [b'0', ..] => 1,
        _ => return 0,
    };
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let parted = |at: usize| at + usize::from(matches!(bytes.get(at), Some(b' ' | b'.' | b'-')));
    if bytes[0] == b'+' {
        at = parted(at);
    }
    if !matches!(bytes.get(at), Some(b'1'..=b'9')) {
        return 0;
    }
    at += 1;
    for _ in 0..4 {
        at = parted(at);
        if !digit(at) || !digit(at + 1) {
            return 0;
        }
        at += 2;
    }
    let goes_on = bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if goes_on { 0 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_masked_and_what_only_looks_like_them_stays() {
        assert_eq!(masked("à zoe.d+x@exemple.fr, merci"), "à [masqué]@exemple.fr, merci");
        for number in ["0612345678", "06 12 34 56 78", "+33612345678", "+33 6.12.34.56.78"] {
            assert_eq!(masked(&format!("tél. {number}.")), "tél. [masqué].", "{number}");
        }
        for kept in [
            "a@b",
            "@exemple.fr",
            "[Path '@query.maxResult']",
            "é @ x.fr",
            "SIRET 13000000000001",
            "2026-11-21T09:15:02.12345678Z",
            "n-0612345678",
            "0612345678-EtatCivil",
            "0012345678",
            "0000000001",
            "demandeur.masque@exemple.invalid",
        ] {
            assert_eq!(masked(kept), kept);
        }
    }
}
