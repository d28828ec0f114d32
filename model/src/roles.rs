//! Roles: who takes part in what is played, whichever credential of whichever hub stands for them.

use contract::operations::Scope;

/// Who takes part.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An OSL that deposits the démarche.
    Osl,
    /// An SI subscribed to it.
    Si,
    /// A second SI subscribed to it, of another SIRET.
    SecondSi,
    /// An SI subscribed to it, of the first one's SIRET and another branch.
    OtherBranch,
    /// The first SI's credential for another démarche.
    OtherProcess,
    /// An OSL that does not deposit the démarche.
    SecondOsl,
    /// The national administrator.
    Admin,
    /// The enrolment of subscriptions.
    Datapass,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Osl,
        Self::Si,
        Self::SecondSi,
        Self::OtherBranch,
        Self::OtherProcess,
        Self::SecondOsl,
        Self::Admin,
        Self::Datapass,
    ];

    /// The tag that asks for it in a feature, which is also its name in the catalogue's needs.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Osl => "OSL",
            Self::Si => "SI",
            Self::SecondSi => "SI2",
            Self::OtherBranch => "SI1b",
            Self::OtherProcess => "OTHER",
            Self::SecondOsl => "OSL2",
            Self::Admin => "ADMIN",
            Self::Datapass => "DATAPASS",
        }
    }

    /// What the reports call it, in French.
    pub const fn in_french(self) -> &'static str {
        match self {
            Self::Osl => "un OSL",
            Self::Si => "un SI",
            Self::SecondSi => "un second SI",
            Self::OtherBranch => "un SI de même SIRET et d'un autre guichet",
            Self::OtherProcess => "le même SI sur une autre démarche",
            Self::SecondOsl => "un second OSL",
            Self::Admin => "un administrateur",
            Self::Datapass => "DataPass",
        }
    }

    /// The scope of its token.
    pub const fn scope(self) -> Scope {
        match self {
            Self::Osl | Self::SecondOsl => Scope::Osl,
            Self::Si | Self::SecondSi | Self::OtherBranch | Self::OtherProcess => Scope::Si,
            Self::Admin => Scope::Admin,
            Self::Datapass => Scope::Datapass,
        }
    }

    /// Who it is, in a sentence of a sequence.
    pub(crate) const fn named(self) -> &'static str {
        match self {
            Self::Osl => "l'OSL",
            Self::Si => "le SI",
            Self::SecondSi => "le second SI",
            Self::OtherBranch => "le SI de l'autre guichet",
            Self::OtherProcess => "le SI de l'autre démarche",
            Self::SecondOsl => "le second OSL",
            Self::Admin => "l'administrateur",
            Self::Datapass => "DataPass",
        }
    }
}
