//! An exchange as a `curl` command that anybody can paste: secrets stand as shell variables, since
//! the record does not hold them. Everything that came from elsewhere is quoted for the shell.

use contract::exchange::Exchange;

use crate::redact::MASK;
use crate::texts::Lang;

/// Headers that curl writes itself, and the trace of a run that is over.
const OWN_HEADERS: [&str; 7] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "user-agent",
    "expect",
    "traceparent",
];

/// The command that sends this request again, to a hub whose certificate is from `authority`.
pub(crate) fn curl(exchange: &Exchange, authority: Option<&str>, lang: Lang) -> String {
    let mut comments = Vec::new();
    let mut parts = vec![command(exchange)];
    if let Some(path) = authority.filter(|_| exchange.url.starts_with("https:")) {
        parts.push(format!("--cacert {}", quoted(path)));
    }
    for (name, value) in &exchange.request_headers {
        if !OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            parts.push(header(name, value, exchange.actor.as_deref(), &mut comments, lang));
        }
    }
    parts.extend(body(exchange, &mut comments, lang));
    let comments: String = comments.iter().map(|comment| format!("# {comment}\n")).collect();
    comments + &parts.join(" \\\n  ")
}

fn command(exchange: &Exchange) -> String {
    let (method, url) = (exchange.method.as_str(), exchange.url.as_str());
    let mut command = "curl -sS -i".to_owned();
    match method {
        "GET" => {}
        "HEAD" => command.push_str(" --head"),
        _ => command = format!("{command} -X {}", quoted(method)),
    }
    if url.contains("/.") {
        command.push_str(" --path-as-is");
    }
    if url.contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    format!("{command} {}", quoted(url))
}

fn header(
    name: &str,
    value: &str,
    actor: Option<&str>,
    comments: &mut Vec<String>,
    lang: Lang,
) -> String {
    if name.eq_ignore_ascii_case("authorization") {
        let scheme = value.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let actor = actor.map(one_line).unwrap_or_default();
        if scheme == "bearer" {
            comments.push(match lang {
                Lang::Fr => format!("TOKEN : ce que donne etalon token {actor} --target FICHIER"),
                Lang::En => format!("TOKEN: what etalon token {actor} --target FILE gives"),
            });
            return "-H \"Authorization: Bearer $TOKEN\"".to_owned();
        }
        if scheme == "basic" {
            comments.push(match lang {
                Lang::Fr => format!("CLIENT_ID, CLIENT_SECRET : l'accès « {actor} »"),
                Lang::En => format!("CLIENT_ID, CLIENT_SECRET: the credential \"{actor}\""),
            });
            return "-u \"$CLIENT_ID:$CLIENT_SECRET\"".to_owned();
        }
    }
    // curl leaves out a header written `name:`; `name;` sends it empty.
    if value.is_empty() {
        return format!("-H {}", quoted(&format!("{name};")));
    }
    format!("-H {}", quoted(&format!("{name}: {value}")))
}

fn body(exchange: &Exchange, comments: &mut Vec<String>, lang: Lang) -> Option<String> {
    let body = &exchange.request_body;
    if body.length == 0 {
        return None;
    }
    if let Some(text) = body.text.as_ref().filter(|_| body.whole) {
        return Some(format!("--data-raw {}", quoted(text)));
    }
    let digest =
        body.sha256.as_ref().map(|sha256| format!(", sha256 {sha256}")).unwrap_or_default();
    comments.push(match lang {
        Lang::Fr => format!("corps.bin : les {} octets envoyés{digest}", body.length),
        Lang::En => format!("corps.bin: the {} bytes sent{digest}", body.length),
    });
    Some("--data-binary @corps.bin".to_owned())
}

/// Quotes a text for the shell; what was masked becomes a variable.
fn quoted(text: &str) -> String {
    let quoted = format!("'{}'", text.replace('\'', r"'\''"));
    quoted.replace(MASK, r#"'"$SECRET"'"#)
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use contract::exchange::BodyExcerpt;

    fn request(method: &str, url: &str, headers: &[(&str, &str)], body: BodyExcerpt) -> Exchange {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Exchange {
            method: method.into(),
            url: url.into(),
            actor: Some("osl".into()),
            request_headers: headers.iter().map(pair).collect(),
            request_body: body,
            ..sample::exchange()
        }
    }

    #[test]
    fn a_request_is_written_as_it_was_sent() {
        let headers = [
            ("host", "h"),
            ("authorization", "Bearer [masqué]"),
            ("content-type", "application/json"),
            ("editorname", ""),
        ];
        let body = BodyExcerpt::of("{\"a\":\"l'été\"}".as_bytes());
        let url = "http://127.0.0.1:8080/teledossiers/v1/folders";
        let expected = r#"# TOKEN : ce que donne etalon token osl --target FICHIER
curl -sS -i -X 'POST' 'http://127.0.0.1:8080/teledossiers/v1/folders' \
  -H "Authorization: Bearer $TOKEN" \
  -H 'content-type: application/json' \
  -H 'editorname;' \
  --data-raw '{"a":"l'\''été"}'"#;
        assert_eq!(curl(&request("POST", url, &headers, body), None, Lang::Fr), expected);
    }

    #[test]
    fn a_long_or_binary_body_is_a_file_to_provide() {
        let body =
            BodyExcerpt { length: 20_480, sha256: Some("ab".into()), text: None, whole: false };
        let headers = [("authorization", "Basic [masqué]")];
        let exchange = Exchange {
            actor: Some("osl\nrm -rf /".into()),
            ..request("PUT", "http://hub/a", &headers, body)
        };
        let command = curl(&exchange, None, Lang::En);
        assert!(command.contains("# corps.bin: the 20480 bytes sent, sha256 ab"), "{command}");
        assert!(command.contains("--data-binary @corps.bin"), "{command}");
        assert!(command.contains("-u \"$CLIENT_ID:$CLIENT_SECRET\""), "{command}");
        assert!(!command.contains("\nrm"), "{command}");
    }

    #[test]
    fn a_long_body_that_was_kept_whole_is_sent_as_it_is() {
        let text = format!("[{}1]", "1,".repeat(10_000));
        let body = BodyExcerpt::seen(text.len() as u64, &[0; 32], text.as_bytes());
        let command = curl(&request("POST", "http://hub/a", &[], body), None, Lang::En);
        assert!(command.contains(&format!("--data-raw '{text}'")), "{:.200}", command);
        assert!(!command.contains("corps.bin"), "{:.200}", command);
    }

    #[test]
    fn the_authority_of_a_hub_under_https_is_named() {
        let to = |url| request("GET", url, &[], BodyExcerpt::default());
        let command = |url| curl(&to(url), Some("my ca.pem"), Lang::Fr);
        assert!(command("https://hub/a").contains("--cacert 'my ca.pem'"));
        assert!(!command("http://hub/a").contains("--cacert"));
    }

    #[test]
    fn what_was_masked_stands_as_a_variable() {
        let exchange =
            request("GET", "http://hub/../[masqué]?q=$(id)", &[], BodyExcerpt::default());
        assert_eq!(
            curl(&exchange, None, Lang::Fr),
            r#"curl -sS -i --path-as-is --globoff 'http://hub/../'"$SECRET"'?q=$(id)'"#
        );
    }
}
