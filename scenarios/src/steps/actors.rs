//! Who acts in the sentences of the features, and to whom a télédossier is transmitted.

use std::str::FromStr;

use crate::roles::Role;

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "actor", regex = r"l'OSL|le SI|le second SI|l'administrateur|DataPass")]
pub(super) struct Actor(pub(super) Role);

impl FromStr for Actor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "l'OSL" => Ok(Self(Role::Osl)),
            "le SI" => Ok(Self(Role::Si)),
            "le second SI" => Ok(Self(Role::SecondSi)),
            "l'administrateur" => Ok(Self(Role::Admin)),
            "DataPass" => Ok(Self(Role::Datapass)),
            _ => Err(format!("« {text} » is no actor")),
        }
    }
}

/// To whom a télédossier is transmitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "recipients", regex = r"au SI|au SI et au second SI")]
pub(super) struct Recipients(pub(super) &'static [Role]);

impl FromStr for Recipients {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "au SI" => Ok(Self(&[Role::Si])),
            "au SI et au second SI" => Ok(Self(&[Role::Si, Role::SecondSi])),
            _ => Err(format!("« {text} » names no recipients")),
        }
    }
}
