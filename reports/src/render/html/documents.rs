//! The documents that rules cite: each citation with links to them, the list of them, and the page
//! of the contract as an annex, so that "contract §6" can be read a year later. Writes no passage
//! of its own.

use contract::sources::{self, Source};
use maud::{Markup, html};

use super::{Page, annex};
use crate::render::documents::{self, anchor, is_ours};
use crate::texts::citation;

/// How the rules cite the page of the contract, and what it says of divergences.
const CONTRACT: &str = "contract ";
const DIVERGENCE: &str = "divergence ";
const ON_DIVERGENCES: &str = "10";

impl Page<'_> {
    /// A citation, each document of it a link away.
    pub(super) fn cited(&self, source: &str) -> Markup {
        let said = |text: &str| citation(text, self.lang);
        html! {
            @for (nth, part) in source.split(';').map(str::trim).enumerate() {
                @if nth > 0 { (self.lang.pick("\u{a0}; ", "; ")) }
                @if let Some(sections) = part.strip_prefix(CONTRACT) {
                    (self.labels.contract_page)
                    @for section in sections.split(", ") {
                        " " a href={ "#contract-" (section.trim_start_matches('§')) } { (section) }
                    }
                } @else if part.starts_with(DIVERGENCE) {
                    a href={ "#contract-" (ON_DIVERGENCES) } { (part) }
                } @else if let Some(document) = sources::all().iter().find(|one| is_of(part, one)) {
                    a href={ "#" (anchor(document)) } { (document.name) }
                    (said(&part[document.name.len()..]))
                } @else { (said(part)) }
            }
        }
    }

    /// The documents that the rules of the run cite.
    pub(super) fn sources(&self) -> Vec<&'static Source> {
        let cited = |source: &&Source| {
            let name = source.name.as_str();
            self.run
                .rules
                .iter()
                .any(|rule| sources::cited_in(&rule.source).any(|cited| cited.name == name))
        };
        sources::all().iter().filter(cited).collect()
    }

    pub(super) fn documents(&self) -> Markup {
        let labels = self.labels;
        html! {
            p.intro { (labels.sources_intro) }
            (documents::list(&self.sources(), self.lang))
            @if self.cites_the_contract() { (annex::contract(self.labels)) }
        }
    }

    fn cites_the_contract(&self) -> bool {
        self.sources().iter().any(|source| is_ours(source))
    }
}

fn is_of(part: &str, document: &Source) -> bool {
    let rest = part.strip_prefix(document.name.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
}
