//! What is found about a rule, and what it amounts to where a turn was cut, where bodies were not
//! kept, or where the rule is only recorded. Looks at no record.

use contract::rules::Level;
use reports::event::CheckOutcome;
use reports::texts::agreed;

/// What is found about a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RuleFinding {
    pub(super) outcome: CheckOutcome,
    pub(super) expected: String,
    pub(super) observed: String,
    pub(super) exchanges: Vec<String>,
    pub(super) hint: Option<String>,
    /// Whether it is something not done, rather than something done wrong.
    pub(super) omission: Omission,
}

/// How something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Omission {
    /// It is not about something left out.
    None,
    /// Nobody knows whether it would have been done: its time was not over yet.
    SoFar,
    /// Its time is over.
    ForGood,
}

impl RuleFinding {
    pub(super) fn passed(observed: impl Into<String>) -> Self {
        Self::new(CheckOutcome::Passed, "", observed)
    }

    pub(super) fn failed(expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::new(CheckOutcome::Failed, expected, observed)
    }

    pub(super) fn inconclusive(observed: impl Into<String>) -> Self {
        Self::new(CheckOutcome::Inconclusive, "", observed)
    }

    pub(super) fn recorded(observed: impl Into<String>) -> Self {
        Self::new(CheckOutcome::Recorded, "", observed)
    }

    pub(super) fn new(
        outcome: CheckOutcome,
        expected: impl Into<String>,
        observed: impl Into<String>,
    ) -> Self {
        Self {
            outcome,
            expected: agreed(&expected.into()),
            observed: agreed(&observed.into()),
            exchanges: Vec::new(),
            hint: None,
            omission: Omission::None,
        }
    }

    /// Says that it is something not done, and that may have been done later.
    pub(super) fn by_omission(self) -> Self {
        Self { omission: Omission::SoFar, ..self }
    }

    /// Says that it is something not done, when the time to do it was over.
    pub(super) fn by_omission_for_good(self) -> Self {
        Self { omission: Omission::ForGood, ..self }
    }

    /// What it amounts to where a turn was cut: what the client had not done by then, it may have
    /// been about to do.
    pub(super) fn of_a_turn_cut_short(self, how: &str) -> Self {
        if self.omission != Omission::SoFar || self.outcome != CheckOutcome::Failed {
            return self;
        }
        Self {
            outcome: CheckOutcome::Inconclusive,
            observed: format!("{}, mais {how}", self.observed),
            ..self
        }
    }

    /// What it amounts to where bodies were too long to be kept: what is in them may be what is
    /// missed, or what is wrong.
    pub(super) fn of_unread_bodies(self, count: usize) -> Self {
        let is_certain = self.outcome == CheckOutcome::Failed && self.omission == Omission::None;
        if is_certain || self.outcome == CheckOutcome::Recorded {
            return self;
        }
        Self { exchanges: self.exchanges, ..Self::unread(count) }
    }

    pub(super) fn unread(count: usize) -> Self {
        Self::inconclusive(format!(
            "{count} corps JSON trop longs n'ont pas été gardés : rien n'est su de ce qu'ils disent"
        ))
    }

    /// What it amounts to under a rule of this level: what is only recorded fails nobody.
    pub(super) fn at_level(self, level: Level) -> Self {
        match (level, self.outcome) {
            (Level::Recorded, CheckOutcome::Passed | CheckOutcome::Failed) => {
                Self { outcome: CheckOutcome::Recorded, ..self }
            }
            _ => self,
        }
    }

    /// Whether who openly does not do this is excused: it is not done, or was not to be seen.
    pub(super) fn is_excusable(&self) -> bool {
        self.omission != Omission::None || self.outcome == CheckOutcome::Inconclusive
    }

    /// Points to the exchanges that show it.
    pub(super) fn shown_by<'a>(mut self, exchanges: impl IntoIterator<Item = &'a str>) -> Self {
        self.exchanges = exchanges.into_iter().map(str::to_owned).collect();
        self
    }

    /// Says how to mend it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
