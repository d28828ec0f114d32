//! Identifiers that cross the wire, as parsed types: a value of one of them is well formed. They do
//! not say that the thing exists.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not the identifier it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is no {what}: expected {expected}")]
pub struct IdError {
    /// What was being read.
    pub what: &'static str,
    /// The text at fault.
    pub text: String,
    /// The form that is accepted.
    pub expected: &'static str,
}

impl IdError {
    pub(crate) fn new(what: &'static str, text: &str, expected: &'static str) -> Self {
        Self { what, text: text.to_owned(), expected }
    }
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // Only the hyphenated form is a path identifier; the crate reads others as well.
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == 36 => Ok(Self(id)),
                    _ => Err(IdError::new($what, text, "a UUID")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }
    )*};
}

uuid_ids! {
    /// A télédossier's common part.
    FolderId, "folder id";
    /// One recipient's part of a télédossier.
    CaseId, "case id";
    /// A step in a case's life.
    EventId, "event id";
    /// A file of a folder or of an event.
    AttachmentId, "attachment id";
    /// An entry of a recipient's queue.
    NotificationId, "notification id";
    /// An organization's subscription to a démarche.
    SubscriptionId, "subscription id";
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, $accepts:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The text as it crosses the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(text) { Ok(Self(text.into())) } else { Err(IdError::new($what, text, $expected)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::try_from(text.as_str())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn has_length(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest
}

text_ids! {
    /// A SIRET: the register number of an establishment (contract §1).
    CompanyRegister, "company register", "14 digits",
        |text| text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    /// Code guichet or INSEE commune code, which tells the branches of one SIRET apart (contract
    /// §1).
    BranchCode, "branch code", "1 to 10 letters, digits, _ or -",
        |text| has_length(text, 10) && text.chars().all(|c| is_word(c) || c == '-');
    /// Kind of organization: `OSL`, `SI`, `ADMIN`; others are kept as they come.
    OrganizationType, "organization type", "1 to 20 letters, digits or _",
        |text| has_length(text, 20) && text.chars().all(is_word);
    /// Code of a démarche (30 characters at most; divergence D8).
    ProcessCode, "process code", "1 to 30 characters without control characters",
        |text| has_length(text, 30) && !text.chars().any(char::is_control);
}

/// The triple that identifies an organization: type, SIRET, branch code (contract §1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationIdentifier {
    /// `OSL`, `SI` or `ADMIN`.
    #[serde(rename = "type")]
    pub kind: OrganizationType,
    /// SIRET.
    pub company_register: CompanyRegister,
    /// Code guichet or commune code.
    pub branch_code: BranchCode,
}

impl fmt::Display for OrganizationIdentifier {
    /// The path identifier, `{type}-{companyRegister}-{branchCode}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}-{}", self.kind, self.company_register, self.branch_code)
    }
}

impl FromStr for OrganizationIdentifier {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut parts = text.splitn(3, '-');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(kind), Some(register), Some(branch)) => Ok(Self {
                kind: kind.try_into()?,
                company_register: register.try_into()?,
                branch_code: branch.try_into()?,
            }),
            _ => Err(IdError::new(
                "organization identifier",
                text,
                "type-SIRET-branch, such as SI-21380544300016-38544",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_identifier_is_written_as_it_was_read() {
        let text = "SI-21380544300016-2A-004";
        assert_eq!(text.parse::<OrganizationIdentifier>().unwrap().to_string(), text);
    }

    #[test]
    fn malformed_identifiers_are_refused() {
        for text in [
            "",
            "SI",
            "SI-2138054430001-38544",
            "SI-21380544300016-",
            "S I-21380544300016-38544",
            "SI-21380544300016-12345678901",
        ] {
            assert!(text.parse::<OrganizationIdentifier>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_hyphenated_uuid_is_a_path_identifier() {
        assert!("6f1c1e1e-0000-4000-8000-000000000000".parse::<CaseId>().is_ok());
        assert!("6f1c1e1e000040008000000000000000".parse::<CaseId>().is_err());
        assert!("not-a-uuid".parse::<CaseId>().is_err());
    }
}
