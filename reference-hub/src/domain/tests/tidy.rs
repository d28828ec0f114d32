//! Holds transport, database and clock out of the rules.

use std::path::Path;

const FORBIDDEN: &[&str] =
    &["axum", "http::", "hyper", "rusqlite", "now()", "tokio", "std::fs", "std::net"];

fn sources(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn the_rules_know_no_transport_no_database_no_clock() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain"), &mut found);
    assert!(found.len() > 10, "the rules are there");
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for (line, content) in text.lines().enumerate() {
            for word in FORBIDDEN {
                assert!(!content.contains(word), "{}:{}: {word}", path.display(), line + 1);
            }
        }
    }
}
