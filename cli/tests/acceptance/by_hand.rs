//! The moves made by hand: the seven procedures as `docs/by-hand.md` gives them, and what is said
//! when one is out of place.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Outcome, ServedHub, directory, etalon, text};

/// A person at work: a hub, a directory with its `hub.toml`, and what is remembered.
struct Person {
    hub: ServedHub,
    directory: TempDir,
}

impl Person {
    fn at(hub: ServedHub) -> Self {
        let directory = directory();
        std::fs::copy(hub.target(), directory.path().join("hub.toml")).unwrap();
        Self { hub, directory }
    }

    fn plays(&self, arguments: &[&str]) -> Outcome {
        let mut command = etalon();
        command.arg("play").args(arguments).current_dir(self.directory.path());
        command.env("XDG_STATE_HOME", self.directory.path().join("state"));
        command.output().unwrap().into()
    }

    /// What is remembered, as it lies on the disk.
    fn remembered(&self) -> String {
        let state = self.directory.path().join("state/etalon");
        let files = std::fs::read_dir(state).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

/// The commands of the document, and how each must end.
fn documented() -> Vec<(Vec<String>, i32)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/by-hand.md");
    let document = std::fs::read_to_string(path).unwrap();
    let mut commands = Vec::new();
    for line in document.lines().filter_map(|line| line.strip_prefix("etalon play ")) {
        let (command, note) = line.split_once('#').unwrap_or((line, ""));
        let quoted = |(rank, part): (usize, &str)| match rank % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            _ => vec![part.to_owned()],
        };
        let words = command.split('"').enumerate().flat_map(quoted).collect();
        commands.push((words, i32::from(note.contains("exit 1"))));
    }
    commands
}

#[test]
fn the_seven_procedures_of_the_document_are_played() {
    let person = Person::at(ServedHub::start(&["--strict-transitions"]));
    let commands = documented();
    assert!(commands.len() > 40, "{}", commands.len());
    for (words, code) in &commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let outcome = person.plays(&words);
        assert_eq!(outcome.code, *code, "{words:?}\n{}\n{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.stdout.is_empty(), *code != 0, "{words:?}");
    }
    let remembered = person.remembered();
    assert_eq!(remembered, r#"{"teledossiers":[]}"#, "all of it was taken away");
}

#[test]
fn a_move_says_what_it_sent_and_got_and_remembers_no_secret() {
    let person = Person::at(ServedHub::start(&[]));
    let deposited = person.plays(&["deposit", "--process", "CERTDC", "--lang", "en"]).ends(0);
    let line = deposited.stdout.trim_end();
    assert_eq!(line.lines().count(), 1, "{line}");
    for part in ["osl-dgs: ", "folder deposited: 2 cases, 4 files", "POST /folders 201", "204 ×4"]
    {
        assert!(line.contains(part), "\"{part}\" in {line}");
    }
    assert!(person.remembered().contains("osl-dgs"));
    assert!(!person.remembered().contains("secret"), "{}", person.remembered());

    let shown = person.plays(&["complete", "--verbose"]).ends(0);
    assert!(shown.stdout.contains("osl-dgs\u{a0}: "), "{}", shown.stdout);
    for part in ["> PATCH http", "> authorization: Bearer [masqué]", "< HTTP/1.1 204"] {
        assert!(shown.stderr.contains(part), "\"{part}\" in {}", shown.stderr);
    }
    assert!(!shown.stderr.contains("secret-public"), "{}", shown.stderr);

    let lines = person.plays(&["receive", "--json"]).ends(0).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "one for each case");
    for line in &lines {
        assert_eq!(line["done"], "received");
        let last = line["calls"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["method"], &last["status"]), (&"DELETE".into(), &204.into()));
    }
    let files = lines.iter().map(|line| line["files"].as_u64().unwrap());
    assert_eq!(files.collect::<Vec<_>>(), [4, 2], "the second SI gets the VA pair alone");
}

#[test]
fn files_of_a_directory_are_deposited_under_their_names() {
    let person = Person::at(ServedHub::start(&[]));
    let files = person.directory.path().join("pieces");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join("acte.xml"), "<acte/>").unwrap();
    let deposit = ["deposit", "--process", "EtatCivil", "--complete", "--files", "pieces"];
    let deposited = person.plays(&deposit).ends(0);
    assert!(deposited.stdout.contains("1 dossier, 1 fichier"), "{}", deposited.stdout);
    let read = person.plays(&["status", "-v"]).ends(0).stderr;
    assert!(read.contains("acte.xml") && read.contains("ActeEtatCivil-XML"), "{read}");
    // One that is not what its name says is refused by the hub, and said to be.
    std::fs::write(files.join("acte.pdf"), "<acte/>").unwrap();
    person.plays(&deposit).ends(1).says(&["acte.pdf", "REJECTED"]);
    person.plays(&["deposit", "--files", "nowhere"]).ends(2).says(&["nowhere"]);
}

#[test]
fn what_cannot_be_asked_for_is_said_with_what_to_do() {
    let person = Person::at(ServedHub::start(&[]));
    person.plays(&["close"]).ends(2).says(&["etalon play deposit", "--folder"]);
    person.plays(&["deposit", "--as", "nobody"]).ends(2).says(&["nobody", "osl-dgs"]);
    let many = ["deposit", "--process", "CERTDC", "--cases", "40"];
    person.plays(&many).ends(2).says(&["40 cases", "--cases"]);
    person
        .plays(&["complete", "--target", "elsewhere.toml"])
        .ends(2)
        .says(&["elsewhere.toml", "--write-target"]);
    let locked = person.hub.target_with("locked.toml", |target| {
        target["may"]["change_referential"] = false.into();
    });
    let locked = person.plays(&["enrol", "--target", text(&locked)]);
    locked.ends(2).says(&["change_referential"]);
    std::fs::create_dir_all(person.directory.path().join("empty")).unwrap();
    person.plays(&["attach", "--files", "empty"]).ends(2).says(&["no file"]);
}

#[test]
fn a_refusal_says_what_is_usually_done_first() {
    let person = Person::at(ServedHub::start(&["--strict-transitions"]));
    person.plays(&["deposit", "--process", "EtatCivil"]).ends(0);
    person.plays(&["receive"]).ends(1).says(&["etalon play complete"]);
    person.plays(&["complete", "--as", "si"]).ends(1).says(&["403", "OSL", "--as osl-dila"]);
    person.plays(&["complete", "--as", "osl-dgs"]).ends(1).says(&["403", "--as osl-dila"]);
    person.plays(&["complete"]).ends(0);
    person.plays(&["close"]).ends(1).says(&[
        "400",
        "HUBEE_NOTIFIED",
        "etalon play receive, puis etalon play status SI_RECEIVED",
    ]);
    person.plays(&["receive"]).ends(0);
    person.plays(&["receive"]).ends(1).says(&["SENT"]);
    person
        .plays(&["status", "DONE", "--lang", "en"])
        .ends(1)
        .says(&["refused by the hub", "first: etalon play status SI_RECEIVED"]);
    let refused = person.plays(&["status", "DONE", "--json"]).ends(1).stdout;
    let refused: Value = serde_json::from_str(refused.trim_end()).unwrap();
    assert_eq!((&refused["not_done"], &refused["status"]), (&"refused".into(), &400.into()));
    assert_eq!(refused["usual"]["usually"], "before");
    person.plays(&["acknowledge", "--as", "si", "--wait", "0s"]).ends(1);
}

#[test]
fn a_télédossier_that_somebody_else_deposited_is_taken_up() {
    let person = Person::at(ServedHub::start(&[]));
    let deposit = ["deposit", "--process", "EtatCivil", "--complete", "--json"];
    let deposited = person.plays(&deposit).ends(0).stdout;
    let deposited: Value = serde_json::from_str(deposited.lines().next().unwrap()).unwrap();
    std::fs::remove_dir_all(person.directory.path().join("state")).unwrap();
    let id = deposited["id"].as_str().unwrap();
    let seen = person.plays(&["watch", id, "--for", "0s"]).ends(0).stdout;
    assert!(seen.contains("statut HUBEE_NOTIFIED"), "{seen}");
    person.plays(&["receive"]).ends(0);
    // It is somebody else's: forgotten, and left as it is.
    assert_eq!(person.plays(&["clean"]).ends(0).stdout, "");
    person.plays(&["close"]).ends(2);
    let left = person.plays(&["status", "--folder", id]).ends(0).stdout;
    assert!(left.contains("-01 SENT"), "{left}");
    person.plays(&["deposit", "--process", "EtatCivil", "--complete"]).ends(0);
    std::fs::remove_dir_all(person.directory.path().join("state")).unwrap();
    let recipient = "si-a-annexe-etatcivil";
    person.plays(&["receive", "--new", "--as", recipient]).ends(0);
    person.plays(&["message", "--as", "si"]).ends(0);
    person.plays(&["status", "IN_PROGRESS"]).ends(0);
    person.plays(&["close"]).ends(2).says(&["its depositor"]);
    let unknown = "00000000-0000-4000-8000-000000000000";
    person.plays(&["status", "--folder", unknown]).ends(1).says(&["404"]);
}

#[test]
fn an_organization_is_enrolled_and_may_then_be_addressed() {
    let person = Person::at(ServedHub::start(&[]));
    let enrolled = person.plays(&["enrol", "--json"]).ends(0).stdout;
    let enrolled: Value = serde_json::from_str(enrolled.trim_end()).unwrap();
    assert_eq!(enrolled["created"], true);
    let (organization, process) = (enrolled["on"].as_str(), enrolled["process"].as_str());
    let (organization, process) = (organization.unwrap(), process.unwrap());
    let deposit = ["deposit", "--process", process, "--to", organization];
    let deposited = person.plays(&deposit).ends(0).stdout;
    assert!(deposited.contains("1 dossier"), "{deposited}");
    // A second subscription to the same démarche is refused.
    let again = ["enrol", "--organization", organization];
    person.plays(&again).ends(1).says(&["POST /subscriptions"]);
}

#[test]
fn a_hub_that_does_not_answer_is_said_to() {
    let person = Person::at(ServedHub::start(&[]));
    person.plays(&["deposit"]).ends(0);
    let Person { hub, directory } = person;
    hub.kill();
    let mut command = etalon();
    command.args(["play", "status"]).current_dir(directory.path());
    command.env("XDG_STATE_HOME", directory.path().join("state"));
    Outcome::from(command.output().unwrap()).ends(4).says(&["no connection"]);
}
