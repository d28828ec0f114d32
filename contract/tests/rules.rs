//! The bundled catalogue: complete, well-formed, and in agreement with the access matrix.

use std::collections::HashSet;

use contract::operations::{Access, Operation, Scope};
use contract::rules::{Catalogue, ContractVersion, Level, Need, Obliged, Rule, RuleId};

fn catalogue() -> &'static Catalogue {
    Catalogue::bundled()
}

fn rule(id: &str) -> &'static Rule {
    catalogue().named(id).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_rule_of_the_families_is_there() {
    let counted: Vec<(&str, usize)> = catalogue()
        .families()
        .iter()
        .map(|family| {
            let rules = catalogue().rules().iter().filter(|rule| rule.id.family() == family.id);
            (family.id.as_str(), rules.count())
        })
        .collect();
    let expected = [
        ("AUTH", 13),
        ("ACC", 28),
        ("OWN", 14),
        ("NOT", 19),
        ("NUM", 6),
        ("FOL", 31),
        ("PJ", 22),
        ("CAS", 19),
        ("EVT", 32),
        ("SUB", 13),
        ("ORG", 6),
        ("PROC", 5),
        ("MAIL", 5),
        ("LIFE", 7),
        ("ERR", 7),
        ("WIRE", 6),
        ("DEL", 5),
        ("GATE", 6),
        ("CLI", 23),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn families_are_contiguous_and_numbered_in_order() {
    let order: Vec<&str> = catalogue().families().iter().map(|family| family.id.as_str()).collect();
    let place = |rule: &Rule| {
        (order.iter().position(|family| *family == rule.id.family()), rule.id.number())
    };
    for pair in catalogue().rules().windows(2) {
        assert!(place(&pair[0]) < place(&pair[1]), "{} before {}", pair[0].id, pair[1].id);
        let same_family = pair[0].id.family() == pair[1].id.family();
        if same_family && pair[0].id.family() != "CLI" {
            assert_eq!(pair[0].id.number() + 1, pair[1].id.number(), "{}", pair[0].id);
        }
    }
}

#[test]
fn every_rule_says_in_both_languages_what_is_required_and_where_it_comes_from() {
    for rule in catalogue().rules() {
        for text in [&rule.title.fr, &rule.title.en] {
            assert!(text.len() > 20 && text.ends_with('.'), "{}: {text}", rule.id);
        }
        assert_ne!(rule.title.fr, rule.title.en, "{}", rule.id);
        assert!(!rule.source.is_empty(), "{}", rule.id);
    }
}

/// A passage that repeats the rule tells nobody whether the document backs it.
#[test]
fn every_rule_says_what_its_source_says_and_not_the_rule_again() {
    let mut seen = HashSet::new();
    for rule in catalogue().rules() {
        let Rule { id, title, passage, .. } = rule;
        for (passage, title) in [(&passage.fr, &title.fr), (&passage.en, &title.en)] {
            assert!(passage.len() > 60 && passage.ends_with('.'), "{id}: {passage}");
            assert_ne!(passage, title, "{id}");
            assert!(seen.insert(passage), "{id} has the passage of another rule: {passage}");
        }
        assert_ne!(passage.fr, passage.en, "{id}");
    }
}

#[test]
fn what_is_said_in_one_language_is_said_in_the_other() {
    let text = include_str!("../rules.toml");
    for word in ["title", "passage", "note", "no_fault_reason"] {
        let count = |language: &str| {
            text.lines().filter(|line| line.starts_with(&format!("{word}_{language} ="))).count()
        };
        assert!(count("fr") > 0, "{word}");
        assert_eq!(count("fr"), count("en"), "{word}");
    }
}

#[test]
fn a_rule_of_the_matrix_needs_the_scopes_whose_cells_are_settled_and_names_them() {
    for &operation in Operation::of_matrix() {
        let rule = rule(&format!("ACC-{:02}", operation.number()));
        assert_eq!(rule.operation(), Some(operation));
        let with = |access: Access| {
            Scope::ALL.into_iter().filter(move |scope| operation.access(*scope) == access)
        };
        let mut settled: Vec<Need> =
            with(Access::Allowed).chain(with(Access::Refused)).map(Need::from).collect();
        settled.sort();
        assert_eq!(rule.needs, settled, "{}", rule.id);
        let call = format!("({} {})", operation.method().name(), operation.path_template());
        assert!(
            rule.title.fr.contains(&call) && rule.title.en.contains(&call),
            "{}",
            rule.title.en
        );
        let (allowed, refused) =
            rule.title.en.split_once(", refused").unwrap_or((&rule.title.en, ""));
        let names = |text: &str| {
            let text = text.rsplit(" to ").next().unwrap_or_default();
            text.split([' ', ',', '.'])
                .filter_map(|word| Scope::try_from(word).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(allowed), with(Access::Allowed).collect::<Vec<_>>(), "{}", rule.title.en);
        assert_eq!(names(refused), with(Access::Refused).collect::<Vec<_>>(), "{}", rule.title.en);
        assert_eq!(rule.note.is_some(), with(Access::Disputed).count() > 0, "{}", rule.id);
    }
}

#[test]
fn levels_depend_on_the_contract_where_the_documents_do() {
    let late = ["NOT-16", "FOL-28", "CAS-09", "CAS-10", "EVT-18", "EVT-25", "WIRE-06", "CLI-06"];
    for id in late {
        assert_eq!(rule(id).level(ContractVersion::CiSi126), Level::Must, "{id}");
        assert_eq!(rule(id).level(ContractVersion::Pres2021), Level::Recorded, "{id}");
    }
    let changing = catalogue().rules().iter().filter(|rule| {
        rule.level(ContractVersion::CiSi126) != rule.level(ContractVersion::Pres2021)
    });
    assert_eq!(changing.count(), late.len());
}

#[test]
fn rules_are_scored_from_their_contract_on() {
    let late: Vec<String> = catalogue()
        .rules()
        .iter()
        .filter(|rule| !rule.is_scored_under(ContractVersion::Pres2021))
        .map(|rule| rule.id.to_string())
        .collect();
    assert_eq!(late, ["CAS-14", "LIFE-07"]);
    assert!(catalogue().rules().iter().all(|rule| rule.is_scored_under(ContractVersion::CiSi126)));
}

#[test]
fn recorded_rules_are_the_ones_of_the_documents() {
    let recorded: Vec<String> = catalogue()
        .rules()
        .iter()
        .filter(|rule| rule.level(ContractVersion::CiSi126) == Level::Recorded)
        .map(|rule| rule.id.to_string())
        .collect();
    let expected = [
        "AUTH-09", "OWN-13", "NOT-19", "NUM-04", "NUM-05", "FOL-07", "FOL-11", "FOL-27", "PJ-04",
        "PJ-21", "PJ-22", "CAS-08", "CAS-13", "CAS-14", "CAS-15", "CAS-18", "CAS-19", "EVT-27",
        "MAIL-04", "LIFE-07", "ERR-03", "ERR-05", "ERR-06", "WIRE-04", "DEL-04", "GATE-03",
        "GATE-04", "GATE-05", "GATE-06", "CLI-02", "CLI-04", "CLI-14", "CLI-26",
    ];
    assert_eq!(recorded, expected);
}

#[test]
fn needs_are_inherited_from_the_family_and_named_once() {
    assert_eq!(rule("OWN-01").needs, [Need::Osl, Need::Si, Need::Si2]);
    assert_eq!(rule("NOT-12").needs, [Need::Osl, Need::Si, Need::Si1b]);
    assert_eq!(rule("ORG-03").needs, [Need::Admin]);
    assert_eq!(rule("AUTH-03").needs, []);
    for rule in catalogue().rules() {
        let mut once = rule.needs.clone();
        once.dedup();
        assert_eq!(rule.needs, once, "{}", rule.id);
    }
    for need in Need::ALL {
        assert_eq!(serde_json::to_value(need).unwrap(), need.name());
    }
}

#[test]
fn only_the_clients_family_obliges_clients() {
    for rule in catalogue().rules() {
        assert_eq!(rule.subject == Obliged::Client, rule.id.family() == "CLI", "{}", rule.id);
    }
}

#[test]
fn an_unknown_rule_suggests_the_nearest() {
    for (typed, nearest) in
        [("NOT-99", "NOT-09"), ("NOTE-01", "NOT-01"), ("FOL1", "FOL-01"), ("AUHT-03", "AUTH-03")]
    {
        let error = catalogue().named(typed).unwrap_err();
        assert!(error.nearest.contains(&RuleId::try_from(nearest).unwrap()), "{error}");
        assert!(
            error.to_string().starts_with(&format!("there is no rule {typed}: did you mean ")),
            "{error}"
        );
    }
    assert_eq!(catalogue().named("not-01").unwrap().id.to_string(), "NOT-01", "in any case");
}

#[test]
fn contracts_are_named_by_their_documents() {
    for contract in ContractVersion::ALL {
        assert_eq!(ContractVersion::try_from(contract.name()), Ok(contract));
        assert_eq!(serde_json::to_value(contract).unwrap(), contract.name());
    }
    let error = ContractVersion::try_from("1.2.6").unwrap_err();
    assert_eq!(error.to_string(), "\"1.2.6\" is no contract: use PRES-2021 or CI-SI-1.2.6");
}

#[test]
fn a_catalogue_with_a_mistake_is_refused() {
    let family = "[[family]]\nid = \"NOT\"\ntitle_fr = \"x\"\ntitle_en = \"x\"\nsource = \"x\"\nsubject = \"hub\"\n";
    let rule = "[[rule]]\nid = \"NOT-01\"\nlevel = \"must\"\ntitle_fr = \"x\"\ntitle_en = \"x\"\npassage_fr = \"x\"\npassage_en = \"x\"\n";
    let read = |text: &str| Catalogue::parse(&format!("edition = 1\n{text}"));
    let planned = format!("{family}{rule}status = \"planned\"\n");
    assert!(read(&planned).unwrap().rules()[0].planned);
    for (text, expected) in [
        (format!("{family}{rule}{rule}"), "\"NOT-01\" is there twice"),
        (format!("{family}{family}{rule}"), "\"NOT\" is there twice"),
        (format!("{family}{}", rule.replace("NOT-01", "FOL-01")), "FOL-01 has no family"),
        (
            format!("{}{}", family.replace("NOT", "ACC"), rule.replace("NOT-01", "ACC-99")),
            "ACC-99 is no row",
        ),
        (format!("{family}{}", rule.replace("must", "should")), "unknown variant"),
        (format!("{family}{rule}colour = \"red\"\n"), "unknown field"),
        (format!("{family}{}", rule.replace("NOT-01", "NOT-1")), "no rule identifier"),
        (format!("{family}{rule}edition = 2\n"), "NOT-01 is of an edition after"),
        (format!("{family}{rule}needs = [\"MOON\"]\n"), "unknown variant"),
    ] {
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
