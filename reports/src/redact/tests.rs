//! What must not leave does not, in whatever spelling; what is evidence does.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::*;
use crate::sample;

const CANARY: &str = "Canari/é=\"4217\"+<fin> &_-";

fn redactor() -> Redactor {
    let redactor = Redactor::new();
    redactor.add_secret(CANARY);
    redactor
}

/// Every spelling in which a server may send the canary back.
fn spellings() -> Vec<String> {
    let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let lower = |text: &str| {
        let mut parts = text.split('%');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + "%" + &part[..2].to_lowercase() + &part[2..])
    };
    let numbered = |of: &dyn Fn(char) -> String| {
        let special = |c: char| !c.is_ascii_alphanumeric();
        let each = CANARY.chars().map(|c| if special(c) { of(c) } else { c.to_string() });
        each.collect::<String>()
    };
    let in_json = json!(CANARY).to_string();
    let mut all = vec![
        CANARY.to_owned(),
        in_json.clone(),
        json!(json!({ "secret": CANARY }).to_string()).to_string(),
        in_json.replace('/', "\\/"),
        numbered(&|c| format!("\\u{:04X}", u32::from(c))),
        numbered(&|c| format!("\\\\u{:04x}", u32::from(c))),
        numbered(&|c| format!("&#{};", u32::from(c))),
        numbered(&|c| format!("&#x{:X};", u32::from(c))),
        CANARY
            .replace('&', "&amp;")
            .replace('"', "&quot;")
            .replace('<', "&lt;")
            .replace('é', "&eacute;"),
        percent(CANARY),
        percent(CANARY).replace("%20", "+"),
        lower(&percent(CANARY)),
        percent(&percent(CANARY)),
        lower(&percent(&lower(&percent(CANARY)))),
        CANARY.bytes().map(|byte| format!("{byte:02x}")).collect(),
        CANARY.bytes().map(|byte| format!("{byte:02X}")).collect(),
    ];
    for before in ["", "a", "ab", "osl-1:", "n'importe:"] {
        let held = format!("{before}{CANARY}");
        all.push(BASE64_STANDARD.encode(&held));
        all.push(BASE64_URL_SAFE_NO_PAD.encode(&held));
        all.push(percent(&BASE64_STANDARD.encode(&held)));
        all.push(BASE64_STANDARD.encode(format!("{before}{}", percent(CANARY))));
    }
    all
}

/// Whether something of the canary, told by its most telling parts, can be read in a text.
fn shows_canary(text: &str) -> bool {
    ["Canari", "4217", "fin", "Q2FuYXJp", "NhbmFya", "DYW5hcm", "43616e", "43616E"]
        .iter()
        .any(|part| text.contains(part))
}

#[test]
fn a_canary_is_masked_in_each_of_its_spellings() {
    for spelling in spellings() {
        let shown = redactor().text(&format!("avant <{spelling}> après"));
        assert!(shown.contains(MASK) && !shows_canary(&shown), "{spelling} gave {shown}");
        assert!(shown.starts_with("avant <") && shown.ends_with("> après"), "{shown}");
    }
}

#[test]
fn no_part_of_an_exchange_shows_a_canary_in_any_of_its_spellings() {
    for spelling in spellings() {
        let pair = |name: &str| (name.to_owned(), format!("a{spelling}, b"));
        let mut exchange = Exchange {
            url: format!("http://hub/t?q={spelling}"),
            path: format!("/t/{spelling}"),
            query: Some(format!("q={spelling}")),
            request_headers: vec![pair("x-any")],
            request_body: BodyExcerpt::of(format!("[\"{spelling}\"]").as_bytes()),
            answer: Answer::Received {
                status: 400,
                version: "HTTP/1.1".into(),
                headers: vec![pair("location"), pair("www-authenticate")],
                body: BodyExcerpt::of(
                    format!("{{\"errors\":[{{\"message\":\"{spelling}\"}}]}}").as_bytes(),
                ),
            },
            ..sample::exchange()
        };
        redactor().exchange(&mut exchange);
        // Digests are of the whole body: they show nothing.
        exchange.request_body.sha256 = None;
        if let Answer::Received { body, .. } = &mut exchange.answer {
            body.sha256 = None;
        }
        let shown = serde_json::to_string(&exchange).unwrap();
        assert!(!shows_canary(&shown), "{spelling} gave {shown}");
        let mut mail = json!({ "observed": [{ "body": spelling }] });
        redactor().event(&mut mail);
        assert!(!shows_canary(&mail.to_string()), "{spelling} gave {mail}");
    }
}

/// A hub whose tokens live for one call, each an ordinary long one: they begin alike.
#[test]
fn thousands_of_long_secrets_are_masked_at_the_price_of_one() {
    let time = |length: usize| {
        let redactor = Redactor::new();
        let token =
            |rank: usize| format!("eyJhbGciOiJIUzI1NiJ9.{}{rank:06}-fin", "a1B".repeat(length / 3));
        let text = format!("[{}]", "{\"id\":\"6f1c0000-0000-4000-8000\"},".repeat(100));
        let started = std::time::Instant::now();
        for rank in 0..300 {
            redactor.add_secret(&token(rank));
            assert_eq!(redactor.text(&text), text);
        }
        let elapsed = started.elapsed();
        for rank in [0, 1, 150, 299] {
            assert_eq!(redactor.text(&token(rank)), MASK, "{rank}");
        }
        elapsed
    };
    // The best of several: the machine does other things too.
    let best = |length: usize| (0..4).map(|_| time(length)).min().unwrap();
    let (short, long) = (best(43), best(4096));
    assert!(long < short * 2, "{long:?} for long ones, {short:?} for short ones");
}

#[test]
fn secrets_that_overlap_leave_nothing_between_them() {
    let redactor = Redactor::new();
    for secret in ["abcdefghij", "fghijklmno", "abcdefgh"] {
        redactor.add_secret(secret);
        assert_eq!(redactor.text(""), "");
    }
    assert_eq!(redactor.text("<abcdefghijklmno>"), format!("<{MASK}>"));
    assert_eq!(redactor.text("<abcdefgh|fghijklmno>"), format!("<{MASK}|{MASK}>"));
}

#[test]
fn a_secret_added_later_is_known_to_every_clone() {
    let redactor = redactor();
    let clone = redactor.of_bodies(Bodies::Kept);
    assert_eq!(clone.text("jeton-0123"), "jeton-0123");
    redactor.add_secret("jeton-0123");
    assert_eq!(clone.text("jeton-0123"), MASK);
}

#[test]
fn the_longest_of_secrets_that_begin_alike_is_masked_whole() {
    let redactor = Redactor::new();
    for secret in ["abcdefgh", "abcdefghij", "abcdefghix"] {
        redactor.add_secret(secret);
    }
    assert_eq!(redactor.text("abcdefghij"), MASK);
    assert_eq!(redactor.text("abcdefghiz"), format!("{MASK}iz"));
}

#[test]
fn a_short_secret_is_masked_at_its_place_and_hides_no_word() {
    let redactor = Redactor::new();
    redactor.add_secret("prod");
    redactor.add_header("X-Gateway");
    assert_eq!(redactor.text("un produit"), "un produit");
    let mut exchange = Exchange {
        request_headers: vec![("x-gateway".into(), "prod".into())],
        url: "http://hub:prod@hub.exemple.fr/x@y".into(),
        ..sample::exchange()
    };
    redactor.exchange(&mut exchange);
    assert_eq!(exchange.request_headers[0].1, MASK);
    assert_eq!(exchange.url, "http://hub:[masqué]@hub.exemple.fr/x@y");
    assert_eq!(redactor.text("https://jeton@h/ http://h/a@b"), "https://[masqué]@h/ http://h/a@b");
}

#[test]
fn the_beginning_of_a_long_secret_is_masked_where_a_message_was_shortened() {
    let redactor = Redactor::new();
    redactor.add_secret(&"0123456789abcdef-".repeat(4));
    assert_eq!(redactor.text("jeton 0123456789abcdef-0123… refusé"), "jeton [masqué]… refusé");
    assert_eq!(redactor.text("0123456789abcde"), "0123456789abcde");
}

#[test]
fn credentials_are_masked_by_their_place_even_when_unknown() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut exchange = Exchange {
        request_headers: vec![
            pair("Authorization", "Bearer inconnu"),
            pair("accept", "*/*"),
            pair("cookie", "a=b"),
        ],
        request_body: BodyExcerpt::of(
            b"grant_type=client_credentials&client_secret=inconnu&scope=SI",
        ),
        answer: Answer::Received {
            status: 200,
            version: "HTTP/1.1".into(),
            headers: vec![pair("set-cookie", "s=inconnu")],
            body: BodyExcerpt::of(br#"{"access_token": "inconnu", "expires_in": 3600}"#),
        },
        ..sample::exchange()
    };
    Redactor::new().exchange(&mut exchange);
    assert_eq!(exchange.request_headers[0].1, "Bearer [masqué]");
    assert_eq!(exchange.request_headers[1].1, "*/*");
    let text = serde_json::to_string(&exchange).unwrap();
    assert!(!text.contains("inconnu"), "{text}");
    assert!(text.contains("expires_in") && text.contains("scope=SI"), "{text}");
}

#[test]
fn a_secret_cut_by_the_end_of_an_excerpt_is_masked() {
    for cut in ["Canari/é=", "Canari\\/\\u00e9="] {
        let head = format!("…, \"jeton\": \"{cut}");
        let mut exchange = Exchange {
            request_body: BodyExcerpt::seen(9_000, &[0; 32], head.as_bytes()),
            ..sample::exchange()
        };
        redactor().exchange(&mut exchange);
        assert_eq!(exchange.request_body.text.unwrap(), "…, \"jeton\": \"[masqué]");
    }
}

/// A download, as it was answered.
fn downloaded(status: u16, text: &str) -> Exchange {
    Exchange {
        method: "GET".into(),
        path: "/cases/6f1c/attachments/6f1d".into(),
        answer: Answer::Received {
            status,
            version: "HTTP/1.1".into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: BodyExcerpt::of(text.as_bytes()),
        },
        ..sample::exchange()
    }
}

#[test]
fn of_files_nothing_is_kept_but_what_tells_them_apart() {
    let file = r#"{"quotientFamilial": 1200, "nom": "Durand"}"#;
    for (bodies, is_kept) in
        [(Bodies::OfAHub, false), (Bodies::OfAClient, false), (Bodies::Kept, true)]
    {
        let mut download = downloaded(200, file);
        let mut upload = Exchange {
            method: "PUT".into(),
            path: "/folders/6f1c/attachments/6f1d".into(),
            request_body: BodyExcerpt::of(file.as_bytes()),
            ..sample::exchange()
        };
        for exchange in [&mut download, &mut upload] {
            Redactor::new().of_bodies(bodies).exchange(exchange);
        }
        let Answer::Received { body, .. } = &download.answer else { unreachable!() };
        for body in [body, &upload.request_body] {
            assert_eq!(body.text.is_some(), is_kept, "{bodies:?}");
            assert_eq!((body.length, body.whole), (file.len() as u64, is_kept));
            assert!(body.sha256.is_some());
        }
    }
}

#[test]
fn a_refused_download_shows_why() {
    let mut refused = downloaded(404, r#"{"errors":[{"code":404,"message":"Not found"}]}"#);
    let as_answered = refused.clone();
    Redactor::new().exchange(&mut refused);
    assert_eq!(refused, as_answered);
}

#[test]
fn what_a_check_quotes_stays_but_for_peoples_addresses() {
    let mut event = json!({ "event": "check_made", "observed": "« Durand » à z@exemple.fr" });
    Redactor::new().event(&mut event);
    assert_eq!(event["observed"], "« Durand » à [masqué]@exemple.fr");
}

#[test]
fn the_words_that_structure_an_event_stay_even_when_a_secret_equals_one() {
    let redactor = Redactor::new();
    redactor.add_secret("check_made");
    let mut event = json!({ "event": "check_made", "outcome": "passed", "observed": "check_made" });
    redactor.event(&mut event);
    assert_eq!(event, json!({ "event": "check_made", "outcome": "passed", "observed": MASK }));
}

#[test]
fn what_is_shown_of_a_redactor_says_no_secret() {
    assert!(!format!("{:?}", redactor()).contains("Canari"));
}
