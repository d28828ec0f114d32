//! Tells the program which commit it was built from, when its sources know.

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
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    // A build elsewhere than in the repository (a container) may say it.
    let said = std::env::var("ETALON_COMMIT").ok().filter(|commit| !commit.is_empty());
    if let Some(commit) = said.or_else(commit) {
        println!("cargo::rustc-env=ETALON_BUILT_FROM={commit}");
    }
}

fn commit() -> Option<String> {
    let commit = git(&["rev-parse", "HEAD"])?;
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() { commit } else { format!("{commit}+changes") })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
