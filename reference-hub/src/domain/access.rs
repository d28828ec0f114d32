//! Who owns what (contract §4, end; rules OWN): which side a caller stands on, and what of a
//! télédossier is its. Scopes are the access matrix's business, checked before.

use contract::ids::OrganizationIdentifier;
use contract::operations::Scope;
use serde::{Deserialize, Serialize};

use super::command::{Caller, Context, Coverage, DomainError};
use super::teledossier::{CaseRecord, EventRecord, Teledossier};
use crate::faults::{Clause, rule};

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
    pub const fn other(self) -> Self {
        match self {
            Self::Osl => Self::Si,
            Self::Si => Self::Osl,
        }
    }
}

impl Caller {
    /// The side it acts on. An administrator's acts count as the OSL's *(ours)*.
    pub fn side(&self) -> Side {
        if self.scope == Scope::Si { Side::Si } else { Side::Osl }
    }

    /// The same organization's call, with an administrator's rights.
    pub(crate) fn into_administrator(self) -> Self {
        Self { scope: Scope::Admin, coverage: Coverage::All, ..self }
    }

    /// Whether it owns everything.
    pub(crate) fn is_admin(&self) -> bool {
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

/// Refuses a case that is not the caller's: another OSL's, another SI's, or of a démarche its
/// credential does not cover. Each deed of an SI has a rule of its own, `of_deed`: a hub may guard
/// its reads and forget its writes.
pub(super) fn own_case(
    folder: &Teledossier,
    case: &CaseRecord,
    caller: &Caller,
    of_deed: Clause,
    context: &Context<'_>,
) -> Result<(), DomainError> {
    if caller.is_admin() {
        return Ok(());
    }
    let owner = party(folder, case, caller.side());
    let guard = match caller.side() {
        Side::Osl => rule!("OWN-11"),
        Side::Si if is_other_branch(owner, &caller.organization) => rule!("OWN-10"),
        Side::Si => of_deed,
    };
    if *owner != caller.organization && context.keeps(guard) {
        return Err(DomainError::Forbidden);
    }
    if !caller.coverage.contains(&folder.process) && context.keeps(rule!("OWN-06")) {
        return Err(DomainError::Forbidden);
    }
    Ok(())
}

/// Whether two organizations are branches of one SIRET.
pub(super) fn is_other_branch(one: &OrganizationIdentifier, two: &OrganizationIdentifier) -> bool {
    one.kind == two.kind && one.company_register == two.company_register && one != two
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
