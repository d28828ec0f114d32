//! What stands for the failures of a campaign in its report: one exchange for each kind of failure
//! of each operation, redacted when it was taken; and, when all that began failed alike, what it
//! was. Counts nothing.

use contract::exchange::{Answer, Exchange};
use serde::{Deserialize, Serialize};

use super::texts::{Labels, error_name};
use crate::texts::Lang;

/// One failure that stands for those of its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureSample {
    /// The operation, by its `operationId`, or `token`.
    pub operation: String,
    /// Its kind, as in `errors`.
    pub kind: String,
    /// What was not as it should be, when the status does not say it.
    pub reason: Option<String>,
    /// The exchange, redacted.
    pub exchange: Exchange,
}

impl FailureSample {
    /// What failed and how, in words.
    pub(crate) fn title(&self, lang: Lang) -> String {
        let reason = self.reason.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        let kind = error_name(&self.kind, lang);
        format!("{}{}{kind}{reason}", self.operation, lang.colon())
    }

    /// The answer, as much of it as was kept.
    pub(crate) fn answer(&self, lang: Lang) -> String {
        match &self.exchange.answer {
            Answer::Received { status, version, body, .. } => {
                format!("{version} {status}\n{}", body.text.as_deref().unwrap_or_default())
            }
            Answer::Broken(why) => format!("{}{}{why}", Labels::of(lang).no_answer, lang.colon()),
        }
    }
}

/// What every journey of a kind met, from the first on: the campaign ended by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalFailure {
    /// The journey, as plans call it.
    pub journey: String,
    /// The operation that failed.
    pub operation: String,
    /// How, as in `errors`.
    pub kind: String,
    /// How many journeys met it.
    pub journeys: u64,
}
