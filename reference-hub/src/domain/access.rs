//! Who owns what (contract §4, end; rules OWN): which side a caller stands on, and what of a
//! télédossier is its. Scopes are the access matrix's business, checked before.

use contract::ids::OrganizationIdentifier;
use contract::operations::Scope;
use serde::{Deserialize, Serialize};

use super::command::{Caller, Context, Coverage, DomainError};
use super::teledossier::{CaseRecord, EventRecord, Teledossier};
use crate::faults::rule;

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

    /// The same organization's call, with an administrator's rights.
    pub(crate) fn as_administrator(self) -> Self {
        Self { scope: Scope::Admin, coverage: Coverage::All, ..self }
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
        || folder.osl == caller.organization && caller.coverage.contains(&folder.process);
    if !owns && context.keeps(rule!("OWN-07")) {
        return Err(DomainError::Forbidden);
    }
    Ok(())
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
    if party(folder, case, caller.side()) != &caller.organization
        && is_kept_out(caller, deed, context)
    {
        return Err(DomainError::Forbidden);
    }
    if !caller.coverage.contains(&folder.process) && context.keeps(rule!("OWN-06")) {
        return Err(DomainError::Forbidden);
    }
    Ok(())
}

/// Whether a case of others is closed to a caller: a rule for each deed of an SI, since a hub may
/// guard its reads and forget its writes.
fn is_kept_out(caller: &Caller, deed: Deed, context: &Context<'_>) -> bool {
    match (caller.side(), deed) {
        (Side::Osl, _) => true,
        (Side::Si, Deed::Read) => context.keeps(rule!("OWN-01")),
        (Side::Si, Deed::ReadFile) => context.keeps(rule!("OWN-02")),
        (Side::Si, Deed::ChangeStatus) => context.keeps(rule!("OWN-03")),
        (Side::Si, Deed::Event) => context.keeps(rule!("OWN-04")),
    }
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
