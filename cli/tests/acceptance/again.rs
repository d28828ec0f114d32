//! Mend and run again: what failed is played alone, a run ends at its first failure, rules explain
//! themselves, and known gaps are told apart from new ones.

use std::path::Path;

use crate::support::{ServedHub, directory, etalon, outcome_of, report, run, text};

/// Certifies one family of the bundled hub.
fn numbers(report: &Path, more: &[&str]) -> crate::support::Outcome {
    run(&[&["certify", "hub", "--family", "NUM", "--report", text(report)], more].concat())
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn what_failed_is_played_again_alone() {
    let directory = directory();
    let [first, again, mended] =
        ["first", "again", "mended"].map(|name| directory.path().join(name));
    let broken = numbers(&first, &["--fault", "num-03"]).ends(1);
    let told = broken.stdout;
    assert!(told.contains("etalon certify hub --fault num-03 --rule NUM-03"), "{told}");
    assert!(told.contains("attendu  :") && told.contains("constaté :"), "{told}");
    assert!(last_line(&told).starts_with("✗ Non conforme"), "the verdict is last: {told}");

    let play = |from: &Path, to: &Path, more: &[&str]| {
        let arguments = ["certify", "hub", "--again", text(from), "--report", text(to)];
        run(&[&arguments, more].concat())
    };
    play(&first, &again, &["--fault", "NUM-03"]).ends(1);
    let rules = report(&again)["rules"].as_array().unwrap().clone();
    assert_eq!(rules.len(), 1, "{rules:?}");
    play(&again, &mended, &["--lang", "en"]).ends(0);
    play(&mended, &directory.path().join("none"), &[]).ends(0).says(&["rien à rejouer"]);
    play(Path::new("/nowhere"), &directory.path().join("none"), &[]).ends(2).says(&["/nowhere"]);
}

#[test]
fn a_run_ends_behind_its_first_failure() {
    let directory = directory();
    numbers(directory.path(), &["--fault", "NUM-03", "--fail-fast"]).ends(1).says(&["--fail-fast"]);
    let broken = report(directory.path());
    assert_eq!(broken["run"]["interrupted"], true);
    assert_eq!(outcome_of(&broken, "NUM-03"), "failed");
    let whole = directory.path().join("whole");
    numbers(&whole, &["--fail-fast"]).ends(0);
    assert_eq!(report(&whole)["run"]["interrupted"], false, "nothing failed");
}

#[test]
fn known_gaps_are_a_reserve_and_a_mended_one_is_the_lists_fault() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    let list = at("known.toml");
    numbers(&at("first"), &["--fault", "NUM-03", "--write-expect", text(&list)]).ends(1);
    let known = numbers(&at("known"), &["--fault", "NUM-03", "--expect", text(&list)]).ends(0);
    assert!(last_line(&known.stdout).starts_with("≈ Conforme sous réserve de 1 écart connu"));
    let reserved = report(&at("known"));
    assert_eq!((&reserved["verdict"], &reserved["reserves"]), (&"conforms".into(), &1.into()));

    let mended = numbers(&at("mended"), &["--expect", text(&list)]).ends(1);
    assert!(mended.stdout.contains("! NUM-03 est désormais respectée"), "{}", mended.stdout);
    let mended = report(&at("mended"));
    assert_eq!((&mended["verdict"], &mended["reserves"]), (&"conforms".into(), &0.into()));
    let warned = ["--expect", text(&list), "--expect-mended", "warn"];
    numbers(&at("warned"), &warned).ends(0);

    let text_of_list = std::fs::read_to_string(&list).unwrap();
    let day = text_of_list.lines().find(|line| line.starts_with("expires")).unwrap();
    let expired = at("expired.toml");
    std::fs::write(&expired, text_of_list.replace(day, "expires = \"2026-01-01\"")).unwrap();
    let late = numbers(&at("late"), &["--fault", "NUM-03", "--expect", text(&expired)]).ends(1);
    assert!(late.stdout.contains("! NUM-03") && late.stdout.contains("2026-01-01"));

    // Nobody's reasons are lost by writing the list again.
    numbers(&at("over"), &["--write-expect", text(&list)]).ends(2).says(&["--force"]);
    assert_eq!(std::fs::read_to_string(&list).unwrap(), text_of_list);
    let both = ["--expect", text(&list), "--write-expect", text(&list)];
    numbers(&at("both"), &both).ends(1);
    assert!(!std::fs::read_to_string(&list).unwrap().contains("NUM-03"), "it was mended");
}

#[test]
fn colours_are_as_the_environment_asks() {
    let directory = directory();
    let coloured = |name: &str, value: &str| {
        let report = directory.path().join(name);
        let arguments = ["certify", "hub", "--rule", "NUM-01", "--lang", "en", "--report"];
        let mut command = etalon();
        command.args(arguments).arg(report).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        String::from_utf8(command.env(name, value).output().unwrap().stdout).unwrap()
    };
    let forced = coloured("CLICOLOR_FORCE", "1");
    assert!(last_line(&forced).starts_with("\u{1b}[1;32m✓ Conforms"), "{forced}");
    let plain = coloured("NO_COLOR", "1");
    assert!(last_line(&plain).starts_with("✓ Conforms") && !plain.contains('\u{1b}'), "{plain}");
}

#[test]
fn a_rule_is_explained_in_both_languages_and_every_format() {
    let told = run(&["rules", "evt-16"]).ends(0).stdout;
    for part in
        ["EVT-16 — ", "Source\u{a0}: ", "Scénario: ", "D13", "etalon certify hub --rule EVT-16"]
    {
        assert!(told.contains(part), "{part} is not told: {told}");
    }
    assert!(run(&["rules", "EVT-16", "--lang", "en"]).ends(0).stdout.contains("Level: mandatory"));
    let family = ["rules", "--family", "num", "--level", "must", "--format", "json"];
    let listed: serde_json::Value = serde_json::from_str(&run(&family).ends(0).stdout).unwrap();
    let rules = listed["rules"].as_array().unwrap();
    assert!(!rules.is_empty());
    assert!(rules.iter().all(|rule| rule["family"] == "NUM" && rule["level"] == "must"));
    let page = run(&["rules", "--format", "html"]).ends(0).stdout;
    assert!(page.contains("id=\"CLI-30\"") && !page.contains("<script"));
    run(&["rules", "NOT-99"]).ends(2).says(&["NOT-99"]);
}

#[test]
fn a_token_is_given_to_who_asks_by_name() {
    let hub = ServedHub::start(&[]);
    let target = text(&hub.target()).to_owned();
    let given = run(&["token", "osl-dila", "--target", &target]).ends(0).stdout;
    assert!(!given.trim().is_empty() && !given.contains("masqué"), "{given}");
    let unknown = run(&["token", "nobody", "--target", &target]).ends(2);
    assert!(unknown.stderr.contains("osl-dila") && unknown.stdout.is_empty());
    hub.kill();
}

#[test]
fn a_doctor_says_what_is_lacking_in_rules_and_the_next_command() {
    let hub = ServedHub::start(&[]);
    let whole = run(&["doctor", "--target", text(&hub.target())]).ends(0).stdout;
    assert!(whole.contains("règles obligatoires seront décidées"), "{whole}");
    let poor = hub.target_with("poor.toml", |target| {
        target["may"]["send_eicar"] = false.into();
    });
    let told = run(&["doctor", "--target", text(&poor), "--lang", "en"]).ends(0).stdout;
    let lack = told.lines().find(|line| line.contains("send_eicar")).unwrap();
    assert!(lack.starts_with('+') && lack.contains("PJ-06"), "{lack}");
    let next = format!("etalon certify hub --target {}", poor.display());
    assert_eq!(last_line(&told), next);
    let decided = |told: &str| -> usize {
        let line = told.lines().rev().nth(1).unwrap();
        line.split(' ').next().unwrap().parse().unwrap()
    };
    assert!(decided(&told) < decided(&whole), "{told}");
}

#[test]
fn a_first_target_file_is_one_but_for_its_secrets() {
    let directory = directory();
    let file = directory.path().join("mine.toml");
    run(&["init", text(&file)]).ends(0);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("#:schema ./mine.schema.json"), "{written}");
    let schema = crate::support::read_json(&directory.path().join("mine.schema.json"));
    let schema = jsonschema::validator_for(&schema).unwrap();
    let target: serde_json::Value = toml::from_str(&written).unwrap();
    let errors: Vec<_> = schema.iter_errors(&target).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    run(&["doctor", "--target", text(&file)]).ends(2).says(&["osl", "client_secret_env"]);
    run(&["init", text(&file)]).ends(2).says(&["exists"]);
}

#[test]
fn shells_and_man_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell]).ends(0).stdout.contains("fail-fast"), "{shell}");
    }
    let directory = directory();
    run(&["man", text(directory.path())]).ends(0);
    let page = std::fs::read_to_string(directory.path().join("etalon-certify-hub.1")).unwrap();
    assert!(page.contains("fail\\-fast"));
    let version = run(&["--version"]).ends(0).stdout;
    assert!(version.contains("catalogue of rules: edition"), "{version}");
}
