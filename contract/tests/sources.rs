//! What every source of the workspace keeps, and no lint of the toolchain holds: comments no wider
//! than code, and citations that lead somewhere. What is cited is read from `docs/contract.md` and
//! from the catalogue; nothing here knows what a citation says.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use contract::divergences;
use contract::rules::Catalogue;
use regex::Regex;

/// Comments are as wide as code: rustfmt wraps them on its nightly channel only.
const WIDTH: usize = 100;
/// A run writes these pages: they are cited, and are in no tree.
const WRITTEN_BY_A_RUN: [&str; 2] = ["summary.md", "summary.en.md"];
/// The number of a rule that tests name because it does not exist.
const NO_RULE: &str = "-99";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of the workspace that end so, with their texts.
fn files(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut directories = vec![workspace()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    directories.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 5, "the sources were not found");
    found
}

/// A text without its line ends and the marks of its comments: a citation may go over two lines.
fn in_one_line(text: &str) -> String {
    let marks = Regex::new(r"\n\s*(//[/!]?|#)? ?").unwrap();
    marks.replace_all(text, " ").into_owned()
}

fn contract_in_words() -> String {
    fs::read_to_string(workspace().join("docs/contract.md")).unwrap()
}

/// What may be cited of the contract: `6`, `9.12`, and `6 Case status` for the part of a section
/// that begins with that title in bold.
fn places() -> BTreeSet<String> {
    let section = Regex::new(r"^## (\d+)\. ").unwrap();
    let item = Regex::new(r"^(\d+)\. ").unwrap();
    let title = Regex::new(r"\*\*([^*]+?)\.?\*\*").unwrap();
    let (mut places, mut current) = (BTreeSet::new(), String::new());
    for line in contract_in_words().lines() {
        if let Some(found) = section.captures(line) {
            current = found[1].to_owned();
            places.insert(current.clone());
        } else if let Some(found) = item.captures(line) {
            places.insert(format!("{current}.{}", &found[1]));
        }
        places.extend(title.captures_iter(line).map(|found| format!("{current} {}", &found[1])));
    }
    places
}

/// The places that a text cites: `contract §6`, `contract §9.12`, `contract §6, "Case status"`.
fn cited_places(text: &str) -> Vec<String> {
    let citation =
        Regex::new(r#"contract (§\d+(?:\.\d+)?(?:, "[^"]+")?(?:(?:,| and) §\d+(?:\.\d+)?)*)"#)
            .unwrap();
    let part = Regex::new(r#"§(\d+(?:\.\d+)?)(?:, "([^"]+)")?"#).unwrap();
    let text = in_one_line(text);
    let cited = citation.captures_iter(&text).flat_map(|found| {
        let parts = part.captures_iter(found.get(1).unwrap().as_str());
        let place = |found: regex::Captures<'_>| match found.get(2) {
            Some(title) => format!("{} {}", &found[1], title.as_str()),
            None => found[1].to_owned(),
        };
        parts.map(place).collect::<Vec<_>>()
    });
    cited.collect()
}

/// Asserts that nothing was found wrong, or tells where.
fn nothing(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn no_comment_is_wider_than_the_code() {
    let mut wide = Vec::new();
    for (path, text) in files(&[".rs"]) {
        let lines = text.lines().enumerate().filter(|(_, line)| {
            line.trim_start().starts_with("//") && line.chars().count() > WIDTH
        });
        wide.extend(lines.map(|(index, _)| format!("{}:{}", path.display(), index + 1)));
    }
    nothing(&wide, "comments wider than the code");
}

#[test]
fn a_citation_of_the_contract_leads_to_one_of_its_sections() {
    let places = places();
    let (mut lost, mut count) = (Vec::new(), 0);
    for (path, text) in files(&[".rs", ".toml", ".yaml", ".feature", ".md"]) {
        for place in cited_places(&text) {
            count += 1;
            if !places.contains(&place) {
                lost.push(format!("{}: contract §{place}", path.display()));
            }
        }
    }
    assert!(count > 200, "{count} citations were found");
    nothing(&lost, "not in docs/contract.md");
}

#[test]
fn a_rule_that_is_cited_is_in_the_catalogue() {
    let catalogue = Catalogue::bundled();
    let known: BTreeSet<String> =
        catalogue.rules().iter().map(|rule| rule.id.to_string()).collect();
    let families: BTreeSet<&str> = catalogue.rules().iter().map(|rule| rule.id.family()).collect();
    let families = families.into_iter().collect::<Vec<_>>().join("|");
    let citation = Regex::new(&format!(r"\b(?:{families})-[0-9]{{2}}\b")).unwrap();
    let mut lost = Vec::new();
    for (path, text) in files(&[".rs", ".toml", ".yaml", ".feature", ".md"]) {
        let cited = citation
            .find_iter(&text)
            .filter(|found| !known.contains(found.as_str()) && !found.as_str().ends_with(NO_RULE));
        lost.extend(cited.map(|found| format!("{}: {}", path.display(), found.as_str())));
    }
    nothing(&lost, "rules that are not in contract/rules.toml");
}

#[test]
fn a_document_that_is_cited_is_in_the_table_of_sources() {
    let row = Regex::new(r"`([A-Z]+-[A-Z0-9.-]+)`").unwrap();
    let contract = contract_in_words();
    let table = contract.lines().filter(|line| line.starts_with("| `"));
    let known: BTreeSet<String> =
        table.flat_map(|line| row.captures_iter(line)).map(|found| found[1].to_owned()).collect();
    assert!(known.len() > 10, "{known:?}");
    let name = Regex::new(
        r"\b(?:PRES-2|SFD-[0-9]|OAS-[A-Z]+-[0-9]|CINE-2|CI-SI-[0-9]|ERR-0\.|VALISE-[0-9]|PISTE-[A-Z]|CGU-)[A-Z0-9.-]*[A-Z0-9]\b",
    );
    let name = name.unwrap();
    let mut lost = Vec::new();
    for (path, text) in files(&[".rs", ".toml", ".yaml", ".feature"]) {
        let cited = name.find_iter(&text).filter(|found| !known.contains(found.as_str()));
        lost.extend(cited.map(|found| format!("{}: {}", path.display(), found.as_str())));
    }
    nothing(&lost, "documents that docs/contract.md does not name");
}

#[test]
fn a_divergence_is_told_in_words_and_in_data() {
    let row = Regex::new(r"(?m)^\| (D\d+) \|").unwrap();
    let contract = contract_in_words();
    let told: BTreeSet<String> = row.captures_iter(&contract).map(|it| it[1].to_owned()).collect();
    let data: BTreeSet<String> =
        divergences::all().iter().map(|divergence| divergence.id.to_string()).collect();
    assert_eq!(told, data);
}

#[test]
fn a_page_that_is_cited_is_in_the_tree() {
    let page = Regex::new(r"\b[A-Za-z0-9_/.-]*[A-Za-z0-9]\.md\b").unwrap();
    let pages: Vec<String> =
        files(&[".md"]).into_iter().map(|(path, _)| format!("/{}", path.display())).collect();
    let mut lost = Vec::new();
    for (path, text) in files(&[".rs", ".toml", ".yaml", ".feature"]) {
        let is_there = |cited: &str| {
            WRITTEN_BY_A_RUN.contains(&cited)
                || pages.iter().any(|page| page.ends_with(&format!("/{cited}")))
        };
        let cited = page.find_iter(&text).filter(|found| !is_there(found.as_str()));
        lost.extend(cited.map(|found| format!("{}: {}", path.display(), found.as_str())));
    }
    nothing(&lost, "pages that are not in the tree");
}

#[test]
fn a_citation_is_found_over_two_lines_and_with_its_title() {
    let text = "//! As (contract §6,\n//! \"Case status\") says, and contract §3, §9.12 too.";
    assert_eq!(cited_places(text), ["6 Case status", "3", "9.12"]);
    assert_eq!(cited_places("# contract §9.12"), ["9.12"]);
}
