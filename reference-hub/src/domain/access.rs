//! Who owns what (contract §4, end; rules OWN): which side a caller stands on, and what of a
//! télédossier is its. Scopes are the access matrix's business, checked before.

use contract::ids::OrganizationIdentifier;
use contract::operations::Scope;
use serde::{Deserialize, Serialize};

use super::command::{Caller, Context, DomainError};
use super::teledossier::{CaseRecord, EventRecord, Teledossier};
use crate::faults::fault;

/// The two parties of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Who deposits.
    Osl,
    /// Who processes.
    Si,
}

impl Side {
    /// The one in front.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Osl => Self::Si,
            Self::Si => Self::Osl,
        }
    }
}

impl Caller {
    /// The side it acts on. An administrator's acts count as the OSL's *(ours)*.
    #[must_use]
    pub fn side(&self) -> Side {
        if self.scope == Scope::Si { Side::Si } else { Side::Osl }
    }

    /// Whether it owns everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.scope == Scope::Admin
    }
}

/// Refuses a folder that is another OSL's.
pub(super) fn own_folder(
    folder: &Teledossier,
    caller: &Caller,
    context: &Context<'_>,
) -> Result<(), DomainError> {
    let owns = caller.is_admin()
        || folder.osl == caller.organization && caller.coverage.contains(&folder.process)
        || context.faults.breaks(fault!("OWN-07"));
    if owns { Ok(()) } else { Err(DomainError::Forbidden) }
}

/// What is done to a case: the rules OWN name each apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// The case is read (OWN-01).
    Read,
    /// One of its files is read (OWN-02).
    ReadFile,
    /// Its status is changed (OWN-03).
    ChangeStatus,
    /// One of its events is added, read, changed or deleted, or a file of one (OWN-04).
    Event,
}

/// Refuses a case that is not the caller's: another OSL's, another SI's, or of a démarche its
/// credential does not cover.
pub(super) fn own_case(
    folder: &Teledossier,
    case: &CaseRecord,
    caller: &Caller,
    deed: Deed,
    context: &Context<'_>,
) -> Result<(), DomainError> {
    if caller.is_admin() {
        return Ok(());
    }
    let party = match caller.side() {
        Side::Osl => folder.osl == caller.organization,
        Side::Si => {
            case.recipient == caller.organization || {
                // One question for each rule: a hub may guard its reads and forget its writes.
                let faults = context.faults;
                match deed {
                    Deed::Read => faults.breaks(fault!("OWN-01")),
                    Deed::ReadFile => faults.breaks(fault!("OWN-02")),
                    Deed::ChangeStatus => faults.breaks(fault!("OWN-03")),
                    Deed::Event => faults.breaks(fault!("OWN-04")),
                }
            }
        }
    };
    let covered =
        caller.coverage.contains(&folder.process) || context.faults.breaks(fault!("OWN-06"));
    if party && covered { Ok(()) } else { Err(DomainError::Forbidden) }
}

/// Whether an event is the caller's own.
pub(super) fn is_author(event: &EventRecord, caller: &Caller) -> bool {
    event.side == caller.side()
}

/// The organization on a side of a case.
pub(super) fn party<'a>(
    folder: &'a Teledossier,
    case: &'a CaseRecord,
    side: Side,
) -> &'a OrganizationIdentifier {
    match side {
        Side::Osl => &folder.osl,
        Side::Si => &case.recipient,
    }
}
