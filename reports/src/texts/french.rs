//! French as an administration writes it: the one place where number, elision and spaces are made
//! right. What is quoted between guillemets is somebody else's and stays as it is.

/// Makes a sentence agree: a word that ends in "(s)" takes the mark of the plural, or leaves it, by
/// the number before it; "de un" and "à le" are contracted.
pub fn agreed(text: &str) -> String {
    outside_quotes(text, |part| contracted(&numbered(part)))
}

/// Spaces that no line may break at, inside guillemets and before double punctuation.
pub(crate) fn spaced(text: &str) -> String {
    let text = text.replace("« ", "«\u{a0}").replace(" »", "\u{a0}»");
    [":", ";", "?", "!"]
        .iter()
        .fold(text, |text, mark| text.replace(&format!(" {mark}"), &format!("\u{a0}{mark}")))
}

fn outside_quotes(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut told = String::with_capacity(text.len());
    for (nth, part) in text.split('«').enumerate() {
        let (quoted, rest) = match part.split_once('»') {
            Some((quoted, rest)) if nth > 0 => (quoted, rest),
            None if nth > 0 => (part, ""),
            _ => ("", part),
        };
        if nth > 0 {
            told.push('«');
            told.push_str(quoted);
            told.push_str(if part.contains('»') { "»" } else { "" });
        }
        told.push_str(&change(rest));
    }
    told
}

fn numbered(text: &str) -> String {
    let mut number = 0_u64;
    let words = text.split(' ').map(|word| {
        if let Ok(seen) = word.trim_end_matches([',', ';']).parse() {
            number = seen;
        }
        word.replace("(s)", if number > 1 { "s" } else { "" })
    });
    words.collect::<Vec<_>>().join(" ")
}

fn contracted(text: &str) -> String {
    const CONTRACTED: [(&str, &str); 8] = [
        (" de un ", " d'un "),
        (" de une ", " d'une "),
        (" de le ", " du "),
        (" de les ", " des "),
        (" à le ", " au "),
        (" à les ", " aux "),
        (" que un ", " qu'un "),
        (" que il ", " qu'il "),
    ];
    let padded = CONTRACTED
        .iter()
        .fold(format!(" {text} "), |text, (apart, together)| text.replace(apart, together));
    padded[1..padded.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_agrees_with_its_numbers() {
        for (written, agreed_on) in [
            ("0 notification(s)", "0 notification"),
            ("1 abonnement(s) listé(s)", "1 abonnement listé"),
            ("3 créés, 2 au dossier, 1 notification(s)", "3 créés, 2 au dossier, 1 notification"),
            ("12 demande(s) acceptée(s)", "12 demandes acceptées"),
            ("le dossier de un SI", "le dossier d'un SI"),
            ("de un SI", "d'un SI"),
            ("404 « 2 file(s) de un hub »", "404 « 2 file(s) de un hub »"),
            ("reçu « a", "reçu « a"),
        ] {
            assert_eq!(agreed(written), agreed_on);
        }
    }

    #[test]
    fn no_line_breaks_inside_guillemets_nor_before_double_punctuation() {
        assert_eq!(spaced("rôle : « un SI » ?"), "rôle\u{a0}: «\u{a0}un SI\u{a0}»\u{a0}?");
    }
}
