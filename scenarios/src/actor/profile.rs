//! What a télédossier of a démarche may carry, as far as the tester knows: from the démarches in
//! use (contract §7), or from the target file for a sandbox.

use contract::ids::ProcessCode;
use contract::journeys;

use crate::target::Target;

/// Formats that every démarche in use lets an SI join (contract §7).
pub(crate) const FORMATS_OF_AN_SI: [&str; 3] =
    ["application/pdf", "application/xml", "application/json"];

/// A démarche as a depositor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its code.
    pub process: ProcessCode,
    /// What its folder numbers start with.
    pub number_prefix: String,
    /// Types of attachment it allows, each with the mime types in use.
    pub attachments: Vec<(String, Vec<String>)>,
}

impl Profile {
    /// What is known of a démarche.
    pub fn of(process: &ProcessCode, target: &Target) -> Self {
        if let Some(journey) = journeys::of(process.as_str()) {
            let kinds = journey.attachments.iter();
            return Self {
                process: process.clone(),
                number_prefix: within_five(journey.number_prefix),
                attachments: kinds
                    .map(|kind| {
                        (
                            kind.kind.to_owned(),
                            kind.mime_types.iter().map(|&mime| mime.to_owned()).collect(),
                        )
                    })
                    .collect(),
            };
        }
        // An unknown démarche: a type of its own name, unless the target file says better.
        let kind =
            target.sandbox.attachment_type.clone().unwrap_or_else(|| process.as_str().to_owned());
        let code: String =
            process.as_str().chars().filter(char::is_ascii_alphanumeric).take(5).collect();
        Self {
            process: process.clone(),
            number_prefix: format!("ETA-{}-", if code.is_empty() { "X" } else { &code }),
            attachments: vec![(
                kind,
                vec!["application/pdf".to_owned(), "application/xml".to_owned()],
            )],
        }
    }

    /// The first type of attachment, with its first mime type.
    pub(crate) fn first_kind(&self) -> (&str, &str) {
        let (kind, mime_types) = &self.attachments[0];
        (kind, &mime_types[0])
    }
}

/// A prefix whose codes have five characters at most: what every hub takes, whichever side of D5 it
/// is on. The longer codes in service have their own scenario (NUM-01).
fn within_five(prefix: &str) -> String {
    prefix
        .split('-')
        .map(|code| code.chars().take(5).collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use contract::numbering::StrictFolderNumber;

    use super::*;

    #[test]
    fn every_démarche_is_numbered_in_the_strict_form() {
        for journey in journeys::JOURNEYS {
            let number = format!("{}RUN4E7KQ00001", within_five(journey.number_prefix));
            assert!(StrictFolderNumber::try_from(number.as_str()).is_ok(), "{number}");
        }
    }
}
