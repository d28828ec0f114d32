//! The catalogue of rules (`contract/rules.toml`): what a hub is held to, how strictly under which
//! contract, where it comes from and what a target must offer for it to be tried. Knows no
//! scenario, no fault and no outcome.

mod id;
mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

pub use id::{RuleId, RuleIdError};
pub use words::{ContractVersion, ContractVersionError, Level, Need, Obliged};

use crate::bilingual::Bilingual;
use crate::exchange::hexadecimal;
use crate::operations::{Access, Operation, Scope};

/// The family whose rules are the rows of the access matrix.
const ACCESS_MATRIX: &str = "ACC";

const TEXT: &str = include_str!("../../rules.toml");

static BUNDLED: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::parse(TEXT).expect("the bundled catalogue is read by the tests of this crate")
});

/// Every rule, in the order of the catalogue.
#[derive(Debug)]
pub struct Catalogue {
    edition: u32,
    families: Vec<Family>,
    rules: Vec<Rule>,
    positions: HashMap<RuleId, usize>,
}

/// Rules about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The letters before the number, such as `NOT`.
    pub id: String,
    /// What its rules are about.
    pub title: Bilingual,
    /// Whom they oblige.
    pub subject: Obliged,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Identifier, stable for ever.
    pub id: RuleId,
    /// What is required, in a sentence.
    pub title: Bilingual,
    /// What of it is only recorded, when it is not of one piece.
    pub note: Option<Bilingual>,
    /// Document and section.
    pub source: String,
    /// What is written there, in our words.
    pub passage: Bilingual,
    /// What a target must offer for the rule to be tried, in the order of [`Need`].
    pub needs: Vec<Need>,
    /// The first edition of the catalogue that has it.
    pub edition: u32,
    /// The first contract under which it is scored.
    pub since: ContractVersion,
    /// Whom it obliges.
    pub subject: Obliged,
    /// Whether no scenario checks it yet: out of a run's scope.
    pub planned: bool,
    /// Why no fault of the reference hub can break it.
    pub no_fault_reason: Option<Bilingual>,
    level: Level,
    level_before_1_2_6: Level,
}

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The text is not a catalogue.
    #[error("this is no catalogue of rules: {0}")]
    Text(#[from] toml::de::Error),
    /// Two rules or two families bear one identifier.
    #[error("\"{0}\" is there twice: identifiers are never reused")]
    Twice(String),
    /// A rule belongs to no family.
    #[error("{0} has no family: add a [[family]] before it")]
    Homeless(RuleId),
    /// A rule is of an edition that is not there yet.
    #[error("{0} is of an edition after that of the catalogue")]
    NotYet(RuleId),
    /// A rule of the access matrix has no row.
    #[error("{0} is no row of the access matrix")]
    NoRow(RuleId),
}

/// A rule that the catalogue does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no rule {id}: did you mean {}? `etalon rules` lists them all",
    suggestions(nearest)
)]
pub struct UnknownRule {
    /// What was asked for.
    pub id: String,
    /// The rules whose identifiers are nearest to it.
    pub nearest: Vec<RuleId>,
}

fn suggestions(nearest: &[RuleId]) -> String {
    nearest.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

impl Catalogue {
    /// The catalogue of this crate, parsed on first use.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// SHA-256 of the text of that catalogue, in hexadecimal: what a run was judged by.
    pub fn bundled_digest() -> String {
        hexadecimal(&Sha256::digest(TEXT))
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// When the text is no catalogue, or an identifier is there twice, without a family, or without
    /// a row.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let written: Written = toml::from_str(text)?;
        let mut by_id = HashMap::new();
        for family in &written.family {
            if by_id.insert(family.id.clone(), family).is_some() {
                return Err(CatalogueError::Twice(family.id.clone()));
            }
        }
        let mut rules = Vec::new();
        let mut positions = HashMap::new();
        for rule in written.rule {
            let family = by_id
                .get(rule.id.family())
                .ok_or_else(|| CatalogueError::Homeless(rule.id.clone()))?;
            let rule = rule.in_family(family)?;
            if rule.edition > written.edition {
                return Err(CatalogueError::NotYet(rule.id));
            }
            if positions.insert(rule.id.clone(), rules.len()).is_some() {
                return Err(CatalogueError::Twice(rule.id.to_string()));
            }
            rules.push(rule);
        }
        Ok(Self {
            edition: written.edition,
            families: written.family.into_iter().map(WrittenFamily::read).collect(),
            rules,
            positions,
        })
    }

    /// Its edition: it grows when a rule is added, or asks for more than it did.
    pub const fn edition(&self) -> u32 {
        self.edition
    }

    /// Every rule, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every family, in order.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The family of these letters.
    pub fn family(&self, id: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.id == id)
    }

    /// The rule of an identifier.
    ///
    /// # Errors
    /// When there is none; the error names the nearest.
    pub fn rule(&self, id: &RuleId) -> Result<&Rule, UnknownRule> {
        let position = self.positions.get(id).ok_or_else(|| self.unknown(id.as_str()))?;
        Ok(&self.rules[*position])
    }

    /// The rule that a text names, as a user writes it: in capitals or not.
    ///
    /// # Errors
    /// When the text names none; the error names the nearest.
    pub fn named(&self, text: &str) -> Result<&Rule, UnknownRule> {
        match RuleId::try_from(text.to_ascii_uppercase()) {
            Ok(id) => self.rule(&id),
            Err(_) => Err(self.unknown(text)),
        }
    }

    fn unknown(&self, text: &str) -> UnknownRule {
        let nearest = id::nearest(text, self.rules.iter().map(|rule| &rule.id));
        UnknownRule { id: text.to_owned(), nearest }
    }
}

impl Rule {
    /// How strictly the rule binds under a contract.
    pub const fn level(&self, contract: ContractVersion) -> Level {
        match contract {
            ContractVersion::Pres2021 => self.level_before_1_2_6,
            ContractVersion::CiSi126 => self.level,
        }
    }

    /// Whether the rule belongs to the frozen set of a contract.
    pub fn is_scored_under(&self, contract: ContractVersion) -> bool {
        contract >= self.since
    }

    /// The operation that a rule of the access matrix is about; `None` for the other families.
    pub fn operation(&self) -> Option<Operation> {
        if self.id.family() != ACCESS_MATRIX {
            return None;
        }
        Operation::by_number(self.id.number())
    }
}

/// The file, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    edition: u32,
    family: Vec<WrittenFamily>,
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFamily {
    id: String,
    title_fr: String,
    title_en: String,
    source: String,
    #[serde(default)]
    needs: Vec<Need>,
    subject: Obliged,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Planned,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    id: RuleId,
    level: Level,
    level_before_1_2_6: Option<Level>,
    since: Option<ContractVersion>,
    edition: Option<u32>,
    title_fr: String,
    title_en: String,
    note_fr: Option<String>,
    note_en: Option<String>,
    source: Option<String>,
    passage_fr: String,
    passage_en: String,
    #[serde(default)]
    needs: Vec<Need>,
    status: Option<Status>,
    no_fault_reason_fr: Option<String>,
    no_fault_reason_en: Option<String>,
}

impl WrittenFamily {
    fn read(self) -> Family {
        Family {
            id: self.id,
            title: Bilingual { fr: self.title_fr, en: self.title_en },
            subject: self.subject,
        }
    }
}

impl WrittenRule {
    fn in_family(self, family: &WrittenFamily) -> Result<Rule, CatalogueError> {
        let mut needs: Vec<Need> = family.needs.iter().chain(&self.needs).copied().collect();
        if self.id.family() == ACCESS_MATRIX {
            let row = Operation::by_number(self.id.number())
                .ok_or_else(|| CatalogueError::NoRow(self.id.clone()))?;
            let settled =
                Scope::ALL.into_iter().filter(|scope| row.access(*scope) != Access::Disputed);
            needs.extend(settled.map(Need::from));
        }
        needs.sort();
        needs.dedup();
        let both = |fr: Option<String>, en: Option<String>| {
            fr.zip(en).map(|(fr, en)| Bilingual { fr, en })
        };
        Ok(Rule {
            id: self.id,
            title: Bilingual { fr: self.title_fr, en: self.title_en },
            note: both(self.note_fr, self.note_en),
            source: self.source.unwrap_or_else(|| family.source.clone()),
            passage: Bilingual { fr: self.passage_fr, en: self.passage_en },
            needs,
            edition: self.edition.unwrap_or(1),
            since: self.since.unwrap_or(ContractVersion::Pres2021),
            subject: family.subject,
            planned: matches!(self.status, Some(Status::Planned)),
            no_fault_reason: both(self.no_fault_reason_fr, self.no_fault_reason_en),
            level: self.level,
            level_before_1_2_6: self.level_before_1_2_6.unwrap_or(self.level),
        })
    }
}
