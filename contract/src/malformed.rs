//! How a mistake in a TOML file is told: where it is and what is wrong with it, never what stands
//! there, which may be a secret.

/// Says what is wrong with a text that TOML, or what is made of it, does not take.
pub fn told(text: &str, error: &toml::de::Error) -> String {
    let message = without_value(error.message());
    let Some(span) = error.span() else { return message };
    let before = &text[..text.floor_char_boundary(span.start)];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}: {message}")
}

/// A message without the value that it quotes; its type stays, and what was expected.
fn without_value(message: &str) -> String {
    for kind in ["invalid type: ", "invalid value: ", "unknown variant "] {
        if let Some(said) = message.strip_prefix(kind) {
            let expected = said.rfind(", expected").map_or("", |at| &said[at..]);
            let named = said.split(['"', '`']).next().unwrap_or_default().trim_end();
            let named = named.strip_suffix(expected).unwrap_or(named);
            return format!(
                "{}{named}{expected}",
                if named.is_empty() { kind.trim_end() } else { kind }
            );
        }
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what is read is of no interest")]
    struct File {
        client_secret: String,
        headers: std::collections::BTreeMap<String, String>,
    }

    #[test]
    fn no_mistake_shows_the_value_of_its_line() {
        for line in [
            "client_secret = s3cr3t",
            "client_secret = \"s3cr3t",
            "client_secret = 's3cr3t\"",
            "client_secret = \"s3cr3t\" s3cr3t",
            "client_secret \"s3cr3t\"",
            "client_secret: \"s3cr3t\"",
            "client_secret = \"\\qs3cr3t\"",
            "client_secret = [\"s3cr3t\"]",
            "client_secret = \"\"\"s3cr3t",
            "\"s3cr3t\"",
            "client_secret = \"s3cr3t\"\nclient_secret = \"s3cr3t\"",
            "headers = \"X-Key: s3cr3t\"",
            "headers = { \"X-Key\" = [\"s3cr3t\"] }",
            "headers = { \"X-Key\" = \"s3cr3t }",
            "client_secret = \"s3cr3t\"\nheaders = \"s3cr3t, expected a s3cr3t\"",
        ] {
            let text = format!("# a file\n{line}\n");
            let error = told(&text, &toml::from_str::<File>(&text).unwrap_err());
            assert!(error.starts_with("line ") && !error.contains("s3cr3t"), "{line}: {error}");
        }
        let number = "client_secret = 4242424242";
        let error = told(number, &toml::from_str::<File>(number).unwrap_err());
        assert_eq!(error, "line 1, column 17: invalid type: integer, expected a string");
        let typo = "client_secrte = 'a'";
        let error = told(typo, &toml::from_str::<File>(typo).unwrap_err());
        assert!(error.starts_with("line 1, column 1: unknown field `client_secrte`"), "{error}");
    }
}
