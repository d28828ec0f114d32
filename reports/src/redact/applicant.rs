//! Masks an applicant's names and address in a text that holds JSON, or the beginning of some: kept
//! bodies are cut, so they are scanned rather than parsed. Also knows JSON quoted inside a JSON
//! string.

/// What stands in place of a name.
const NAME: &str = "[demandeur masqué]";
/// What stands in place of an address: an address still, so that a replayed call is judged alike.
const ADDRESS: &str = "demandeur.masque@exemple.invalid";
/// What stands before the `@` of it.
pub(super) const LOCAL_PART: &str = "demandeur.masque";

/// Whether a value stands in place of an applicant's.
pub(super) fn is_stand_in(value: &str) -> bool {
    value == ADDRESS || value.starts_with("[demandeur masqué")
}

/// The text with the personal data of every `applicant` object replaced.
pub(super) fn masked(text: &str) -> String {
    const KEY: &str = "applicant";
    if !text.contains(KEY) {
        return text.to_owned();
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(KEY) {
        let after = at + KEY.len();
        masked.push_str(&rest[..after]);
        rest = &rest[after..];
        let Some(object) = object_after_key(rest) else {
            continue;
        };
        let mut inside = rest[..object].to_owned();
        for field in ["firstName", "lastName", "email"] {
            inside = with_json_values_replaced(&inside, field, stand_in);
        }
        masked.push_str(&inside);
        rest = &rest[object..];
    }
    masked.push_str(rest);
    masked
}

/// What to show for a value: enough to see what kind of value it was.
fn stand_in(value: &str) -> String {
    let length = value.chars().count();
    if value.is_empty() {
        String::new()
    } else if length > 255 {
        format!("[demandeur masqué, {length} caractères]")
    } else if value.contains('@') {
        ADDRESS.to_owned()
    } else {
        NAME.to_owned()
    }
}

/// Length of `": { … }` after a key, up to the end of its object or of the text.
fn object_after_key(text: &str) -> Option<usize> {
    let start = text.find('{')?;
    let between = text[..start].chars().all(|c| c.is_whitespace() || matches!(c, '"' | '\\' | ':'));
    if !between {
        return None;
    }
    let quote = &text[..=text[..start].find('"')?];
    let mut at = start + 1;
    // A brace may stand inside a value: strings are stepped over.
    while let Some(next) = text[at..].find(['"', '}']) {
        let mark = at + next;
        if text.as_bytes()[mark] == b'}' {
            return Some(mark + 1);
        }
        let value = mark + 1;
        at = (value + end_of_string(&text[value..], quote) + quote.len()).min(text.len());
    }
    Some(text.len())
}

/// Replaces the string value of every property with this name, also where the text is cut in the
/// middle of it.
pub(super) fn with_json_values_replaced(
    text: &str,
    name: &str,
    replace: impl Fn(&str) -> String,
) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let after = at + name.len();
        replaced.push_str(&rest[..after]);
        rest = &rest[after..];
        let Some((start, quote)) = string_value_after_key(rest) else {
            continue;
        };
        let end = end_of_string(&rest[start..], quote);
        replaced.push_str(&rest[..start]);
        replaced.push_str(&replace(&rest[start..start + end]));
        rest = &rest[start + end..];
    }
    replaced.push_str(rest);
    replaced
}

/// Where the string begins in `": "value"`, and the quotation mark that ends it (`"`, or `\"`
/// inside a JSON string).
fn string_value_after_key(text: &str) -> Option<(usize, &str)> {
    let quote_end = text.find('"')? + 1;
    let quote = &text[..quote_end];
    if !quote[..quote_end - 1].chars().all(|c| c == '\\') {
        return None;
    }
    let rest = text[quote_end..].trim_start();
    let rest = rest.strip_prefix(':')?.trim_start();
    let value = rest.strip_prefix(quote)?;
    Some((text.len() - value.len(), quote))
}

/// Where a string ends, before its closing mark: the first one that no further backslash escapes.
pub(super) fn end_of_string(text: &str, quote: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find('"') {
        let mark = from + at;
        let backslashes = text[..mark].bytes().rev().take_while(|byte| *byte == b'\\').count();
        // An even number more than the closing mark's own are backslashes of the value itself.
        let closing = quote.len() - 1;
        if backslashes >= closing && (backslashes - closing).is_multiple_of(2 * (closing + 1)) {
            return mark - closing;
        }
        from = mark + 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_address_are_replaced_and_the_rest_stays() {
        let text = r#"{"externalId":"D-1","applicant":{"firstName":"Zoé \"Zo\"","lastName":"L'Œ}il","email":"zoe@exemple.fr"},"email":"si@exemple.fr"}"#;
        let shown = masked(text);
        for gone in ["Zoé", "Zo", "Œ", "}il", "zoe@"] {
            assert!(!shown.contains(gone), "{shown}");
        }
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["applicant"]["email"], ADDRESS);
        assert_eq!(shown["email"], "si@exemple.fr");
    }

    #[test]
    fn a_body_cut_in_the_middle_of_a_name_shows_none_of_it() {
        assert_eq!(
            masked(r#"{"applicant": {"lastName": "Dup"#),
            r#"{"applicant": {"lastName": "[demandeur masqué]"#
        );
    }

    #[test]
    fn json_inside_a_json_string_is_masked_too() {
        let inner = r#"{"applicant":{"firstName":"Zo\"é","lastName":"Dupont"},"a":"b"}"#;
        let outer = serde_json::Value::from(inner).to_string();
        let shown = masked(&outer);
        assert!(!shown.contains("Dupont") && !shown.contains("Zo"), "{shown}");
        assert!(shown.contains(r#"\"a\":\"b\""#), "{shown}");
    }

    #[test]
    fn what_is_no_name_is_left_for_the_reader_to_see() {
        let text = r#"{"applicant":{"firstName":null,"lastName":12},"x":"applicant"}"#;
        assert_eq!(masked(text), text);
        let long = format!(r#"{{"applicant":{{"firstName":"{}"}}}}"#, "é".repeat(256));
        assert!(masked(&long).contains("256 caractères"));
    }

    #[test]
    fn anything_at_all_is_scanned_without_harm() {
        for text in [
            "applicant",
            "applicant\":",
            "\"applicant\":{",
            "applicant\\\"{\"email\\",
            "é\"applicant\"é{\"email\":\"é",
        ] {
            let _ = masked(text);
        }
    }
}
