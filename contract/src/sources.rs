//! The documents that are cited (`contract/sources.toml`): what each is called, who publishes it,
//! which version, from when, and where it can be read when it is public. Holds no passage of any.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

static BUNDLED: LazyLock<Vec<Source>> = LazyLock::new(|| {
    parse(include_str!("../sources.toml"))
        .expect("the bundled sources are read by the tests of this module")
});

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The short name that it is cited by, such as `SFD-1.2.2`.
    pub name: String,
    /// Its title, in its own language.
    pub title: String,
    /// Who publishes it, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Its version, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its date, as far as it is known: `2021-07`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Where anybody can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    source: Vec<Source>,
}

/// Every document, in order.
pub fn all() -> &'static [Source] {
    &BUNDLED
}

/// The documents that a citation names, such as `SFD-1.2.2 §3.3; contract §6`, in their order in
/// the list.
pub fn cited_in(citation: &str) -> impl Iterator<Item = &'static Source> {
    let citation = citation.to_owned();
    all().iter().filter(move |source| {
        citation.split([';', ',']).map(str::trim_start).any(|part| {
            let rest = part.strip_prefix(source.name.as_str());
            let is_named = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            // The divergences are those of its §10.
            is_named || source.name == "contract" && part.starts_with("divergence ")
        })
    })
}

fn parse(text: &str) -> Result<Vec<Source>, toml::de::Error> {
    toml::from_str::<Written>(text).map(|written| written.source)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::Catalogue;

    #[test]
    fn every_rule_cites_a_document_that_is_known() {
        let names: BTreeSet<&str> = all().iter().map(|source| source.name.as_str()).collect();
        assert_eq!(names.len(), all().len(), "a name is there twice");
        for rule in Catalogue::bundled().rules() {
            assert!(cited_in(&rule.source).next().is_some(), "{}: {}", rule.id, rule.source);
        }
    }

    #[test]
    fn every_document_of_the_contract_s_table_is_known() {
        let contract = include_str!("../../docs/contract.md");
        let table = contract.lines().filter(|line| line.starts_with("| `"));
        let names = table.flat_map(|line| line.split('|').nth(1).unwrap_or_default().split(','));
        let names: Vec<_> = names.map(|name| name.trim().trim_matches('`')).collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names.into_iter().filter(|name| name.contains('-') && name.contains("20")) {
            assert!(all().iter().any(|source| source.name == name), "{name}");
        }
    }

    #[test]
    fn a_name_is_not_taken_for_the_beginning_of_another() {
        let cited = |text| cited_in(text).map(|source| source.name.as_str()).collect::<Vec<_>>();
        assert_eq!(cited("SFD-1.2.2 §3.3; contract §6"), ["SFD-1.2.2", "contract"]);
        assert_eq!(cited("contracts §6; contract-like"), [""; 0]);
    }
}
