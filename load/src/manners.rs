//! What a hub does where the documents leave it free, as far as journeys depend on it. It is
//! learned before the first start (see [`crate::probe`]), for each démarche: none of it is ever
//! required.

use contract::status::CaseStatus;
use reports::Lang;

/// How a hub handles the télédossiers of a démarche.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manners {
    /// The author of an event is told that it was received (D18).
    pub(crate) acknowledges: bool,
    /// A case takes no status but by those that come before it (D7).
    pub(crate) walks: bool,
    /// An event alone does not change its case: a PATCH beside it does (D6).
    pub(crate) patches: bool,
    /// Verdicts on files come after the answer to their upload.
    pub(crate) settles_late: bool,
}

impl Manners {
    /// Those of a hub of which nothing was learned: what the most recent documents have.
    pub(crate) const UNKNOWN: Self =
        Self { acknowledges: true, walks: false, patches: false, settles_late: false };

    /// What is unlike the most recent documents, in words.
    pub(crate) fn in_words(self, lang: Lang) -> Vec<&'static str> {
        let words = [
            (!self.acknowledges, lang.pick("sans accusé de réception", "no acknowledgement")),
            (self.walks, lang.pick("statuts un à un", "statuses one by one")),
            (self.patches, lang.pick("statut par PATCH", "status by PATCH")),
            (self.settles_late, lang.pick("verdicts différés", "verdicts later")),
        ];
        words.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect()
    }

    /// The statuses that a recipient sets before `IN_PROGRESS`.
    pub(crate) const fn before_progress(self) -> &'static [CaseStatus] {
        if self.walks { &[CaseStatus::Sent, CaseStatus::SiReceived] } else { &[] }
    }
}
