//! Tells the program the commit it is built from (`etalon --version`), where that can be known:
//! `ETALON_COMMIT` of whoever builds, or else git. Without either, nothing is told.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=ETALON_COMMIT");
    for place in ["HEAD", "logs/HEAD"] {
        // In a worktree these are not in `.git` itself.
        if let Some(path) = git(&["rev-parse", "--git-path", place])
            && std::path::Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let given = std::env::var("ETALON_COMMIT").ok().filter(|commit| !commit.is_empty());
    if let Some(commit) = given.or_else(|| git(&["rev-parse", "--short=12", "HEAD"])) {
        println!("cargo::rustc-env=ETALON_COMMIT={commit}");
    }
}

/// What git says of this very tree; nothing where it lies unpacked in somebody else's repository.
fn git(arguments: &[&str]) -> Option<String> {
    let run = |arguments: &[&str]| {
        let ran = Command::new("git").args(arguments).output().ok()?;
        let said = String::from_utf8(ran.stdout).ok()?.trim().to_owned();
        (ran.status.success() && !said.is_empty()).then_some(said)
    };
    run(&["ls-files", "--error-unmatch", "build.rs"])?;
    run(arguments)
}
