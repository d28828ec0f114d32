//! Records that are read back are hostile: cut, shuffled, doubled, edited, emptied, endless. Every
//! command that reads one says which file is wrong, and where, and gives no verdict on it.

use std::path::{Path, PathBuf};

use crate::support::{directory, run, text};

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records").join(name)
}

/// A session of today: one of before, judged again.
fn session(at: &Path) {
    let record = recorded("client-broken").join("exchanges.jsonl");
    run(&["certify", "client", "--judge", text(&record), "--report", text(at)]).ends(1);
}

/// What may become of the lines of a record.
fn damages(text: &str) -> Vec<(&'static str, String)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (first, rest) = (lines[0], &lines[1..]);
    let mut shuffled = rest.to_vec();
    shuffled.swap(0, 1);
    vec![
        ("emptied", String::new()),
        ("cut", lines[..lines.len() - 1].concat()),
        ("cut in a line", text[..text.len() - 9].to_owned()),
        ("without its start", rest.concat()),
        ("shuffled", format!("{first}{}", shuffled.concat())),
        ("doubled", format!("{text}{text}")),
        ("a line doubled", format!("{first}{}{}", rest[0], rest.concat())),
        ("edited", text.replacen("\"failed\"", "\"passed\"", 1).replacen("200", "500", 1)),
        ("no JSON", format!("{first}\u{1b}[2J\n{}", rest.concat())),
        ("an endless line", format!("{first}{}", "[".repeat(80_000_000))),
    ]
}

#[test]
fn a_damaged_record_gives_no_verdict_and_says_where() {
    let whole = directory();
    session(whole.path());
    let again = directory();
    for name in ["events.jsonl", "exchanges.jsonl"] {
        let path = whole.path().join(name);
        let record = std::fs::read_to_string(&path).unwrap();
        for (damage, damaged) in damages(&record) {
            std::fs::write(&path, damaged).unwrap();
            let at = text(whole.path());
            let report = ["--report", text(again.path())];
            let mut commands = vec![
                vec!["report", "render", at, "--format", "json"],
                vec!["certify", "diff", at, at],
            ];
            if name == "exchanges.jsonl" {
                commands.push(vec![
                    "certify",
                    "client",
                    "--judge",
                    text(&path),
                    report[0],
                    report[1],
                ]);
            }
            for command in commands {
                let refused = run(&command).ends(2).says(&[name]);
                assert!(refused.stdout.is_empty(), "{damage}: {}", refused.stdout);
                let has_a_line = !["emptied", "cut", "cut in a line"].contains(&damage);
                assert!(
                    !has_a_line || refused.stderr.contains("line "),
                    "{damage}, {command:?}: {}",
                    refused.stderr
                );
            }
            let found = run(&["report", "verify", at]).ends(1);
            assert!(found.stdout.starts_with(name), "{damage}: {}", found.stdout);
        }
        std::fs::write(&path, record).unwrap();
    }
    run(&["certify", "diff", text(whole.path()), text(whole.path())]).ends(0);
}

#[test]
fn a_record_without_its_manifest_is_held_to_its_chain() {
    let whole = directory();
    session(whole.path());
    std::fs::remove_file(whole.path().join("manifest.json")).unwrap();
    let render = ["report", "render", text(whole.path()), "--format", "json"];
    run(&render).ends(0).says(&["not sealed"]);
    let path = whole.path().join("events.jsonl");
    let record = std::fs::read_to_string(&path).unwrap();
    for (damage, damaged) in damages(&record) {
        // An end that is missing is that of a run that was killed: it decides nothing.
        if !damage.starts_with("cut") && damage != "an endless line" {
            std::fs::write(&path, damaged).unwrap();
            run(&render).ends(2).says(&["events.jsonl"]);
        }
    }
}

#[test]
fn a_record_of_before_renders_and_is_said_to_be_unsealed() {
    for name in ["hub", "client", "load"] {
        let at = recorded(name);
        run(&["report", "render", text(&at), "--format", "markdown"]).ends(0).says(&["not sealed"]);
        let found = run(&["report", "verify", text(&at), "--lang", "en"]).ends(3);
        assert!(found.stdout.contains("Not sealed"), "{}", found.stdout);
    }
}

/// Shards of before have no manifest: what they say is held to what they count.
#[test]
fn damaged_shards_of_before_are_not_merged() {
    let (copies, merged) = (directory(), directory());
    let shards = ["shard-0", "shard-1"].map(|name| {
        let copy = copies.path().join(name);
        std::fs::create_dir(&copy).unwrap();
        for file in std::fs::read_dir(recorded(name)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
        }
        copy
    });
    let merge = || {
        let [first, second] = shards.each_ref().map(|shard| text(shard));
        run(&["load", "merge", first, second, "--report", text(merged.path())])
    };
    merge().ends(0);
    for name in ["histograms.hlog", "audit.jsonl", "report.json"] {
        let path = shards[0].join(name);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        merge().ends(2).says(&[name]);
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        merge().ends(2).says(&[name]);
        std::fs::remove_file(&path).unwrap();
        merge().ends(2).says(&[name]);
        std::fs::write(&path, bytes).unwrap();
    }
    merge().ends(0);
}
