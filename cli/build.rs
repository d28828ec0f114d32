//! Tells the program which commit it is built from, where that can be known: `ETALON_COMMIT` of
//! whoever builds (in a container), or else git. Without either, nothing is told.

use std::process::Command;

/// What the build depends on: the sources of everything that is in the program.
const SOURCES: [&str; 9] = [
    "cli/src",
    "client-bench/src",
    "contract",
    "features",
    "load/src",
    "model/src",
    "reference-hub",
    "reports/src",
    "scenarios/src",
];

fn main() {
    println!("cargo::rerun-if-env-changed=ETALON_COMMIT");
    SOURCES.iter().for_each(|path| println!("cargo::rerun-if-changed=../{path}"));
    for file in ["HEAD", "logs/HEAD"] {
        // In a worktree these are not in `.git` itself.
        if let Some(path) = git(&["rev-parse", "--git-path", file])
            && std::path::Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let given = std::env::var("ETALON_COMMIT").ok().filter(|commit| !commit.is_empty());
    if let Some(commit) = given.or_else(commit) {
        println!("cargo::rustc-env=ETALON_COMMIT={commit}");
    }
}

fn commit() -> Option<String> {
    // Nothing where this tree lies unpacked in somebody else's repository.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() { commit } else { format!("{commit}+changes") })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
