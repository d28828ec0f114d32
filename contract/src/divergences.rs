//! Where the documents disagree (`contract/divergences.toml`): the subject, and the sides that a
//! hub may take. A hub is never failed for either; reports say which one was seen. Decides nothing
//! and observes nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::bilingual::Bilingual;

static BUNDLED: LazyLock<Vec<Divergence>> = LazyLock::new(|| {
    parse(include_str!("../divergences.toml"))
        .expect("the bundled divergences are read by the tests of this module")
});

/// One disagreement of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Identifier, such as `D6`.
    pub id: String,
    /// What it is about.
    pub subject: Bilingual,
    /// Whether watching a hub tells its side.
    pub observable: bool,
    /// The sides that can be taken.
    pub sides: Vec<Side>,
}

/// One side of a disagreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What a run records, such as `changes_case`.
    pub id: String,
    /// The side in words.
    pub text: Bilingual,
}

/// A list of divergences that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DivergencesError {
    /// The text is no such list.
    #[error("this is no list of divergences: {0}")]
    Text(#[from] toml::de::Error),
    /// Two divergences, or two sides of one, bear one identifier.
    #[error("\"{0}\" is there twice: identifiers are never reused")]
    Twice(String),
}

/// Every divergence, in order.
pub fn all() -> &'static [Divergence] {
    &BUNDLED
}

/// The divergence of an identifier.
pub fn find(id: &str) -> Option<&'static Divergence> {
    all().iter().find(|divergence| divergence.id == id)
}

impl Divergence {
    /// The side of an identifier.
    pub fn side(&self, id: &str) -> Option<&Side> {
        self.sides.iter().find(|side| side.id == id)
    }
}

/// Reads a list of divergences.
///
/// # Errors
/// When the text is no such list, or an identifier is there twice.
pub fn parse(text: &str) -> Result<Vec<Divergence>, DivergencesError> {
    let written: Written = toml::from_str(text)?;
    let divergences: Vec<Divergence> =
        written.divergence.into_iter().map(WrittenDivergence::read).collect();
    let mut known = HashSet::new();
    for divergence in &divergences {
        let sides = divergence.sides.iter().map(|side| format!("{}/{}", divergence.id, side.id));
        for id in std::iter::once(divergence.id.clone()).chain(sides) {
            if !known.insert(id.clone()) {
                return Err(DivergencesError::Twice(id));
            }
        }
    }
    Ok(divergences)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    divergence: Vec<WrittenDivergence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDivergence {
    id: String,
    subject_fr: String,
    subject_en: String,
    #[serde(default = "observable")]
    observable: bool,
    side: Vec<WrittenSide>,
}

const fn observable() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSide {
    id: String,
    fr: String,
    en: String,
}

impl WrittenDivergence {
    fn read(self) -> Divergence {
        let side =
            |side: WrittenSide| Side { id: side.id, text: Bilingual { fr: side.fr, en: side.en } };
        Divergence {
            id: self.id,
            subject: Bilingual { fr: self.subject_fr, en: self.subject_en },
            observable: self.observable,
            sides: self.side.into_iter().map(side).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergences_are_numbered_without_a_gap_and_have_their_sides() {
        let ids: Vec<String> = all().iter().map(|divergence| divergence.id.clone()).collect();
        assert_eq!(ids, (1..=all().len()).map(|number| format!("D{number}")).collect::<Vec<_>>());
        for divergence in all() {
            assert!(divergence.sides.len() >= 2, "{}", divergence.id);
            let texts = divergence.sides.iter().map(|side| &side.text).chain([&divergence.subject]);
            for text in texts {
                assert!(!text.fr.is_empty() && !text.en.is_empty(), "{}", divergence.id);
            }
        }
    }

    #[test]
    fn a_side_is_found_by_its_identifier() {
        let effect = find("D6").unwrap();
        assert!(effect.side("changes_case").unwrap().text.en.contains("CI-SI-1.2.6"));
        assert_eq!((effect.side("unknown"), find("D99")), (None, None));
    }

    #[test]
    fn an_identifier_is_never_reused() {
        let one = "[[divergence]]\nid = \"D1\"\nsubject_fr = \"x\"\nsubject_en = \"x\"\n[[divergence.side]]\nid = \"a\"\nfr = \"x\"\nen = \"x\"\n";
        assert!(parse(one).is_ok());
        assert!(
            parse(&format!("{one}{one}"))
                .unwrap_err()
                .to_string()
                .contains("\"D1\" is there twice")
        );
    }
}
