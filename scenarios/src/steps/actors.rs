//! The two sides of a case, as the sentences of the features name them.

use std::str::FromStr;

use crate::roles::Role;

/// Who does something: « l'OSL », « le SI » or « le second SI ».
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "actor", regex = r"l'OSL|le SI|le second SI")]
pub(super) struct Actor(pub(super) Role);

impl FromStr for Actor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "l'OSL" => Ok(Self(Role::Osl)),
            "le SI" => Ok(Self(Role::Si)),
            "le second SI" => Ok(Self(Role::SecondSi)),
            _ => Err(format!("« {text} » is no actor")),
        }
    }
}
