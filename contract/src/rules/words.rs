//! The words in which the catalogue speaks: contracts, levels, needs. Small closed lists; no rule
//! is written here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::operations::Scope;

/// The contract that a hub declares to keep; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ContractVersion {
    /// "Présentation des API", July 2021.
    #[serde(rename = "PRES-2021")]
    Pres2021,
    /// "Contrat d'interface de l'API HubEE pour les services instructeurs", API v1.2.6, November
    /// 2024.
    #[serde(rename = "CI-SI-1.2.6")]
    CiSi126,
}

impl ContractVersion {
    /// Both, the oldest first.
    pub const ALL: [Self; 2] = [Self::Pres2021, Self::CiSi126];

    /// The short name of the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pres2021 => "PRES-2021",
            Self::CiSi126 => "CI-SI-1.2.6",
        }
    }
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A text that names no contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no contract: use PRES-2021 or CI-SI-1.2.6")]
pub struct ContractVersionError(pub String);

impl TryFrom<&str> for ContractVersion {
    type Error = ContractVersionError;

    fn try_from(text: &str) -> Result<Self, ContractVersionError> {
        let found = Self::ALL.into_iter().find(|version| version.name() == text);
        found.ok_or_else(|| ContractVersionError(text.to_owned()))
    }
}

/// How strictly a rule binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Breaking it fails the hub.
    Must,
    /// What is seen is reported and never fails the hub.
    Recorded,
}

impl Level {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Recorded => "recorded",
        }
    }
}

/// Whom a rule obliges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obliged {
    /// A hub.
    Hub,
    /// A client of a hub.
    Client,
}

/// What a target must offer for a rule to be tried, and may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Need {
    /// An OSL credential.
    #[serde(rename = "OSL")]
    Osl,
    /// An SI credential.
    #[serde(rename = "SI")]
    Si,
    /// An administrator's credential.
    #[serde(rename = "ADMIN")]
    Admin,
    /// An enrolment credential.
    #[serde(rename = "DATAPASS")]
    Datapass,
    /// A second SI.
    #[serde(rename = "SI2")]
    Si2,
    /// The same SIRET with another branch code.
    #[serde(rename = "SI1b")]
    Si1b,
    /// The same SI on another démarche.
    #[serde(rename = "OTHER")]
    Other,
    /// A second OSL.
    #[serde(rename = "OSL2")]
    Osl2,
    /// Leave to send the EICAR test file.
    #[serde(rename = "VIRUS")]
    Virus,
    /// Mails that can be read.
    #[serde(rename = "MAIL")]
    Mail,
    /// A clock that can be steered.
    #[serde(rename = "CLOCK")]
    Clock,
    /// A token life short enough to wait for.
    #[serde(rename = "TTL")]
    Ttl,
    /// A hub behind TLS.
    #[serde(rename = "TLS")]
    Tls,
    /// Leave to send files of the largest size.
    #[serde(rename = "BIG")]
    Big,
    /// A command that restarts the hub.
    #[serde(rename = "RESTART")]
    Restart,
    /// A gateway whose quotas are declared.
    #[serde(rename = "QUOTA")]
    Quota,
    /// Leave to exceed one of them, whose window is short enough to wait for.
    #[serde(rename = "EXCEED")]
    Exceed,
    /// A quota of one method, among those that may be exceeded.
    #[serde(rename = "METHOD")]
    MethodQuota,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 18] = [
        Self::Osl,
        Self::Si,
        Self::Admin,
        Self::Datapass,
        Self::Si2,
        Self::Si1b,
        Self::Other,
        Self::Osl2,
        Self::Virus,
        Self::Mail,
        Self::Clock,
        Self::Ttl,
        Self::Tls,
        Self::Big,
        Self::Restart,
        Self::Quota,
        Self::Exceed,
        Self::MethodQuota,
    ];

    /// The name in the catalogue and in target files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Osl => "OSL",
            Self::Si => "SI",
            Self::Admin => "ADMIN",
            Self::Datapass => "DATAPASS",
            Self::Si2 => "SI2",
            Self::Si1b => "SI1b",
            Self::Other => "OTHER",
            Self::Osl2 => "OSL2",
            Self::Virus => "VIRUS",
            Self::Mail => "MAIL",
            Self::Clock => "CLOCK",
            Self::Ttl => "TTL",
            Self::Tls => "TLS",
            Self::Big => "BIG",
            Self::Restart => "RESTART",
            Self::Quota => "QUOTA",
            Self::Exceed => "EXCEED",
            Self::MethodQuota => "METHOD",
        }
    }
}

impl From<Scope> for Need {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Osl => Self::Osl,
            Scope::Si => Self::Si,
            Scope::Admin => Self::Admin,
            Scope::Datapass => Self::Datapass,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
