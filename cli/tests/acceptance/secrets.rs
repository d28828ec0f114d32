//! No secret and no token leaves a run, neither in its files nor on the terminal, in whatever
//! spelling a hub sends it back; nor does anything that acts on a terminal, nor people's data.

use std::path::{Path, PathBuf};

use base64::Engine as _;

use crate::forwarder::Forwarder;
use crate::support::{Outcome, ServedHub, certify, etalon, read_target, report, text};

#[test]
fn the_report_of_a_run_holds_no_secret_and_no_token() {
    // A fault makes it talkative: expected, observed, exchanges, commands to play them again.
    let hub = ServedHub::start(&["--fault", "AUTH-04", "--fault", "NOT-01"]);
    let url = read_target(&hub.target())["hub"]["token_url"].as_str().unwrap().to_owned();
    let server = url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    let forwarder = Forwarder::to(server.clone());
    let target = hub.target_with("watched.toml", |target| {
        target["hub"]["token_url"] = url.replace(&server, &forwarder.address).into();
    });
    let directory = hub.target().with_file_name("report");
    let mut logged = etalon();
    logged.env("ETALON_LOG", "trace").args(["certify", "hub", "--family", "AUTH", "NOT"]);
    logged.args(["--target", text(&target), "--report", text(&directory)]);
    let run =
        Outcome::from(logged.output().unwrap()).ends(1).says(&["scenarios::client", "exchange"]);
    report(&directory);

    let tokens = forwarder.tokens();
    assert!(
        tokens.len() > 10 && tokens.iter().all(|token| token.len() > 20),
        "{} tokens",
        tokens.len()
    );
    let secrets = secrets(&target);
    let texts = everything(&directory, run);
    for (name, bytes) in &texts {
        let text = String::from_utf8_lossy(bytes);
        for secret in secrets.iter().chain(&tokens) {
            assert!(!text.contains(secret.as_str()), "{name} shows {}…", &secret[..6]);
        }
    }
    let exchanges = std::fs::read_to_string(directory.join("exchanges.jsonl")).unwrap();
    assert!(
        exchanges.contains("access_token"),
        "the answers that carried the tokens are there, without them"
    );
}

/// A key of a gateway, with characters that each encoder writes in its own way.
const KEY: &str = "CANARY+gateway/key&=0042";

/// How servers of different makes write a text that they were sent, inside a JSON string.
fn spelt(text: &str) -> Vec<String> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        text.to_owned(),
        text.replace('+', "\\u002B").replace('&', "\\u0026"),
        text.replace('/', "\\/"),
        text.replace('&', "&amp;").replace('+', "&#43;"),
        percent.clone(),
        percent.replace('%', "%25").to_lowercase(),
        text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        base64(text),
        base64(&format!("a{text}")),
        base64(&format!("n'importe:{text}")),
    ]
}

/// The text as an answer of HTTP, with another body.
fn with_body(answer: &str, body: &str, header: &str) -> String {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let kept = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with("content-length") && !line.starts_with("transfer-encoding")
    });
    let kept: Vec<_> = kept.collect();
    format!("{}\r\n{header}content-length: {}\r\n\r\n{body}", kept.join("\r\n"), body.len())
}

/// A hub that sends back what it was sent: the gateway's key and its newest token, in refusals,
/// headers and mails, with what acts on a terminal beside.
fn reflected(request: &str, answer: String, tokens: &[String]) -> String {
    let token = tokens.last().map_or("", String::as_str);
    let spelt: Vec<String> = [KEY, token].into_iter().flat_map(spelt).collect();
    let header = format!("location: /moved?to={}\r\n", spelt.join(","));
    let acting = "\\u001b[2J\\u0007\\u009b1m\\u202eConforme\\n✓ tout va bien";
    let is_refused = answer.starts_with("HTTP/1.1 4");
    if is_refused && !request.contains("oauth2") {
        let shown: Vec<_> = spelt
            .iter()
            .map(|one| format!("{{\"code\":{},\"message\":\"{one} {acting}\"}}", &answer[9..12]))
            .collect();
        return with_body(&answer, &format!("{{\"errors\":[{}]}}", shown.join(",")), &header);
    }
    if request.contains("/_etalon/mails") {
        let mails = format!(
            "[{{\"to\":\"a@b.fr\",\"subject\":\"{0}\",\"body\":\"{0}\"}}]",
            spelt.join(" ")
        );
        return with_body(&answer, &mails, &header);
    }
    answer
}

#[test]
fn what_a_hub_sends_back_shows_no_secret_in_any_spelling_and_acts_on_no_terminal() {
    let hub = ServedHub::start(&["--fault", "AUTH-04", "--fault", "NOT-01"]);
    let server = server_of(&hub);
    let forwarder = Forwarder::bending(server.clone(), reflected);
    let through = std::fs::read_to_string(hub.target()).unwrap();
    let through = through.replace(&server, &forwarder.address)
        + &format!("\n[http]\nheaders = {{ \"X-Gateway-Key\" = \"{KEY}\" }}\n");
    let target = hub.target().with_file_name("reflecting.toml");
    std::fs::write(&target, through).unwrap();
    let directory = hub.target().with_file_name("reflected");
    let run = certify(&target, &directory, &["--family", "AUTH", "NOT", "MAIL"]).ends(1);

    let exchanges = std::fs::read_to_string(directory.join("exchanges.jsonl")).unwrap();
    assert!(exchanges.contains("/moved?to=") && exchanges.contains("x-gateway-key"), "reflected");
    let acts = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    for (name, bytes) in everything(&directory, run) {
        let text = String::from_utf8_lossy(&bytes);
        let tokens = forwarder.tokens();
        for secret in tokens.iter().map(String::as_str).chain([KEY]) {
            for one in spelt(secret) {
                // In a record, a JSON string is written in a JSON string.
                for form in [one.replace('\\', "\\\\"), one] {
                    assert!(!text.contains(&form), "{name} shows {form}");
                }
            }
        }
        for part in ["CANARY", "434e4152592b", "gateway/key"] {
            assert!(!text.contains(part), "{name} shows {part}");
        }
        if name.ends_with("summary.md") || name.starts_with("standard") {
            assert!(!text.contains(acts), "{name} acts: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with('✓')), "{name}: {text}");
        }
    }
}

#[test]
fn peoples_data_in_answers_and_the_files_stay_on_the_hub() {
    let hub = ServedHub::start(&["--fault", "PJ-01"]);
    let server = server_of(&hub);
    let forwarder = Forwarder::bending(server.clone(), |_, answer, _| {
        match answer.split_once("\r\n\r\n{\"id\"") {
            Some((_, rest)) => {
                let body = format!("{{\"demandeur\":{{\"nom\":\"Durand-Canari\"}},\"id\"{rest}");
                with_body(&answer, &body, "")
            }
            None => answer,
        }
    });
    for (keep, name) in [(false, "masked"), (true, "kept")] {
        let target = hub.target_with(&format!("{name}.toml"), |target| {
            target["hub"]["teledossiers_url"] = target["hub"]["teledossiers_url"]
                .as_str()
                .unwrap()
                .replace(&server, &forwarder.address)
                .into();
            target["report"]["keep_bodies"] = keep.into();
        });
        let directory = hub.target().with_file_name(name);
        let run = certify(&target, &directory, &["--rule", "PJ-01"]);
        let exchanges = std::fs::read_to_string(directory.join("exchanges.jsonl")).unwrap();
        assert!(exchanges.contains("demandeur"), "names of properties stay");
        let is_kept = |line: &&str| line.contains("\"PUT\"") && line.contains("/attachments/");
        let uploads: Vec<serde_json::Value> = exchanges
            .lines()
            .filter(is_kept)
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(!uploads.is_empty());
        let is_shown = |upload: &serde_json::Value| upload["request_body"]["text"].is_string();
        assert_eq!(uploads.iter().any(is_shown), keep, "{uploads:#?}");
        for upload in uploads {
            assert!(upload["request_body"]["sha256"].is_string(), "{upload}");
        }
        for (name, bytes) in everything(&directory, run) {
            let shows = String::from_utf8_lossy(&bytes).contains("Durand-Canari");
            assert!(keep || !shows, "{name} shows a name");
        }
    }
}

#[test]
fn what_a_run_writes_is_for_its_owner_or_for_the_group_where_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let hub = ServedHub::start(&[]);
    for (mode, forbidden) in [("private", 0o077), ("group", 0o027)] {
        let directory = hub.target().with_file_name(mode).join("below");
        let script = format!(
            "umask 022; exec {} certify hub --target {} --report {} --report-mode {mode} --rule NOT-01",
            text(Path::new(etalon().get_program())),
            text(&hub.target()),
            text(&directory)
        );
        let run: Outcome =
            std::process::Command::new("sh").args(["-c", &script]).output().unwrap().into();
        let _ = run.ends(0);
        let all = files(&directory).into_iter().chain([directory.clone()]);
        for path in all.chain([directory.parent().unwrap().to_owned()]) {
            let seen = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(seen & forbidden, 0, "{} is {seen:o}", path.display());
            let for_group = seen & 0o040 != 0;
            assert_eq!(for_group, mode == "group", "{} is {seen:o}", path.display());
        }
    }
}

#[test]
fn a_token_that_is_too_long_decides_nothing_and_says_so() {
    let hub = ServedHub::start(&[]);
    let server = server_of(&hub);
    let forwarder = Forwarder::bending(server.clone(), |_, answer, _| {
        match answer.split_once("\"access_token\":\"") {
            Some((_, rest)) => {
                let body = format!("{{\"access_token\":\"{}{rest}", "x".repeat(70_000));
                with_body(&answer, &body, "")
            }
            None => answer,
        }
    });
    let target = hub.target_with("long.toml", |target| {
        let url = target["hub"]["token_url"].as_str().unwrap().replace(&server, &forwarder.address);
        target["hub"]["token_url"] = url.into();
    });
    certify(&target, &hub.target().with_file_name("long"), &["--family", "NOT"])
        .ends(3)
        .says(&["64 KiB", "token"]);
}

/// Where a hub listens.
fn server_of(hub: &ServedHub) -> String {
    let url = read_target(&hub.target())["hub"]["token_url"].as_str().unwrap().to_owned();
    url.trim_start_matches("http://").split('/').next().unwrap().to_owned()
}

/// Everything that a run left: its files, and what it said.
fn everything(directory: &Path, run: Outcome) -> Vec<(String, Vec<u8>)> {
    let mut texts = files(directory)
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect::<Vec<_>>();
    texts.push(("standard output".to_owned(), run.stdout.into_bytes()));
    texts.push(("standard error".to_owned(), run.stderr.into_bytes()));
    texts
}

/// Every client secret, as it is and as HTTP Basic sends it.
fn secrets(target: &Path) -> Vec<String> {
    let target = read_target(target);
    let credentials = target["credential"].as_array().unwrap();
    let field = |credential: &toml::Value, key: &str| credential[key].as_str().unwrap().to_owned();
    let plain = credentials.iter().map(|credential| field(credential, "client_secret"));
    let basic = credentials.iter().map(|credential| {
        let pair =
            format!("{}:{}", field(credential, "client_id"), field(credential, "client_secret"));
        base64::engine::general_purpose::STANDARD.encode(pair)
    });
    plain.chain(basic).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
