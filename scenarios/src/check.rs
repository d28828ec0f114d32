//! What a step can conclude: a check names its rule, and only that rule fails by it; a precondition
//! that breaks fails no rule, it leaves them not run (catalogue, top).

use std::fmt;
use std::str::FromStr;

use contract::rules::RuleId;
use serde::{Deserialize, Serialize};

use crate::actor::ActorError;
use crate::client::{ClientError, Reply};

/// How a step ends.
pub type Step = Result<(), Stop>;

/// Why a scenario stops before its end. The runner carries a step's error as the text of a panic:
/// its `Display` is JSON, which [`Stop::read`] takes back, and whatever it cannot read is a mistake
/// of ours.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "stop", rename_all = "snake_case")]
pub enum Stop {
    /// A check failed: the rule is broken.
    Failed {
        /// The rule.
        rule: RuleId,
        /// What it asks for, in French.
        expected: String,
        /// What was seen, in French.
        observed: String,
    },
    /// What the scenario needs could not be had.
    Broken {
        /// What was being done, in French.
        what: String,
        /// What was needed.
        expected: String,
        /// What came.
        observed: String,
    },
    /// A check could not be decided.
    Inconclusive {
        /// The rule.
        rule: RuleId,
        /// Why, in French, and what to do.
        reason: String,
    },
    /// The hub asked to wait for longer than the run may.
    AskedToWait {
        /// What was asked, and until when.
        reason: String,
    },
    /// No answer came.
    NoAnswer {
        /// What happened instead.
        reason: String,
    },
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl std::error::Error for Stop {}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        let reason = error.to_string();
        match error {
            ClientError::AskedToWait { .. } | ClientError::UsedUp { .. } => {
                Self::AskedToWait { reason }
            }
            _ => Self::NoAnswer { reason },
        }
    }
}

impl From<ActorError> for Stop {
    fn from(error: ActorError) -> Self {
        match error {
            ActorError::Client(error) => error.into(),
            ActorError::Refused { what, expected, observed } => {
                Self::Broken { what, expected, observed }
            }
        }
    }
}

impl Stop {
    /// A precondition that could not be had.
    pub fn broken(
        what: impl Into<String>,
        expected: impl Into<String>,
        observed: impl Into<String>,
    ) -> Self {
        Self::Broken { what: what.into(), expected: expected.into(), observed: observed.into() }
    }

    /// Reads back what [`Display`](fmt::Display) wrote.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// A sentence for the report.
    pub fn in_french(&self) -> String {
        match self {
            Self::Failed { rule, expected, observed } => {
                format!("{rule} : {expected} attendu, {observed} observé")
            }
            Self::Broken { what, expected, observed } => {
                format!("préalable non réuni ({what}) : {expected} attendu, {observed} observé")
            }
            Self::Inconclusive { rule, reason } => format!("{rule} indécidable : {reason}"),
            Self::AskedToWait { reason } => format!("le hub demande d'attendre : {reason}"),
            Self::NoAnswer { reason } => format!("pas de réponse du hub : {reason}"),
        }
    }
}

/// The rule that a check step names at its end, as in `… 25 notifications [NOT-01]`.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "rule", regex = r"\[[A-Z]+-[0-9]{2}\]")]
pub struct Rule(pub RuleId);

impl FromStr for Rule {
    type Err = contract::rules::RuleIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        RuleId::try_from(text.trim_matches(['[', ']'])).map(Self)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The identifier of a rule that the sources name themselves.
pub(crate) fn rule_named(id: &str) -> RuleId {
    RuleId::try_from(id).expect("the sources name rules as the catalogue writes them")
}

/// Preconditions on a reply.
pub(crate) trait Needed: Sized {
    /// Gives the reply back when it has this status, and breaks the scenario otherwise.
    ///
    /// # Errors
    /// [`Stop::Broken`] with what was being done.
    fn needed(self, what: &str, status: u16) -> Result<Self, Stop>;
}

impl Needed for Reply {
    fn needed(self, what: &str, status: u16) -> Result<Self, Stop> {
        Ok(self.granted(what, status)?)
    }
}
