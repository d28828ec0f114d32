//! What every source file of the workspace keeps, and no lint of the toolchain holds.

use std::fs;
use std::path::{Path, PathBuf};

/// Comments are as wide as code: rustfmt wraps them on its nightly channel only.
const WIDTH: usize = 100;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

fn wide_comments(text: &str) -> Vec<usize> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with("//") && line.chars().count() > WIDTH)
        .map(|(index, _)| index + 1)
        .collect()
}

#[test]
fn no_comment_is_wider_than_the_code() {
    let mut found = Vec::new();
    sources(&workspace(), &mut found);
    assert!(found.len() > 100, "the sources were not found");
    let mut wide = Vec::new();
    for path in found {
        for line in wide_comments(&fs::read_to_string(&path).unwrap()) {
            wide.push(format!("{}:{line}", path.display()));
        }
    }
    assert!(wide.is_empty(), "wider than {WIDTH} columns:\n{}", wide.join("\n"));
}

#[test]
fn a_wide_comment_is_seen() {
    let text = format!("// short\n    // {}\n", "é".repeat(WIDTH));
    assert_eq!(wide_comments(&text), [2]);
}
