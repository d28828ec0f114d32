//! No secret and no token leaves a run: neither in its files nor on the terminal.

use std::path::{Path, PathBuf};

use base64::Engine as _;

use crate::forwarder::Forwarder;
use crate::support::{ServedHub, certify, read_target, report};

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
    let run = certify(&target, &directory, &["--family", "AUTH", "NOT"]).ends(1);
    report(&directory);

    let tokens = forwarder.tokens();
    assert!(
        tokens.len() > 10 && tokens.iter().all(|token| token.len() > 20),
        "{} tokens",
        tokens.len()
    );
    let secrets = secrets(&target);
    let mut texts = files(&directory)
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect::<Vec<_>>();
    texts.push(("standard output".to_owned(), run.stdout.into_bytes()));
    texts.push(("standard error".to_owned(), run.stderr.into_bytes()));
    assert!(texts.len() >= 8, "the run left its files");
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
