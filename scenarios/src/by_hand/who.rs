//! Who makes a move, and on which cases: named by the person, or whoever plays that part in the
//! target.

use std::sync::Arc;

use contract::ids::{OrganizationIdentifier, ProcessCode};
use contract::journeys;
use contract::operations::Scope;

use super::memory::credential_named;
use super::{ByHand, CaseOf, Deposit, NotDone, Teledossier, Usage};
use crate::target::Credential;

/// Which side of a télédossier makes a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Whoever deposited it.
    Depositor,
    /// The recipient of each case.
    Recipient,
}

/// The scope that a word names, as `--as si` and `--to si` do.
fn scope_of(word: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope.name().eq_ignore_ascii_case(word))
}

impl ByHand<'_> {
    fn credential(&self, name: &str) -> Result<Arc<Credential>, Usage> {
        credential_named(self.session, name)
    }

    /// The first credential of a scope.
    pub(super) fn first_of(&self, scope: Scope) -> Option<Arc<Credential>> {
        self.session.credentials.all().iter().find(|one| one.scope == scope).cloned()
    }

    /// The credential that was named for the move: by its name, or the first of a scope.
    pub(super) fn named(&self) -> Result<Option<Arc<Credential>>, Usage> {
        let Some(name) = &self.choice.by else { return Ok(None) };
        let exact = self.credential(name);
        let named = match scope_of(name) {
            Some(scope) if exact.is_err() => self.first_of(scope),
            _ => None,
        };
        named.map_or(exact, Ok).map(Some)
    }

    /// The side that was named instead of a credential.
    fn named_side(&self) -> Option<Side> {
        let name = self.choice.by.as_deref().filter(|name| self.credential(name).is_err())?;
        match scope_of(name)? {
            Scope::Osl => Some(Side::Depositor),
            Scope::Si => Some(Side::Recipient),
            Scope::Admin | Scope::Datapass => None,
        }
    }

    /// The cases that were chosen, all of them unless one was named.
    pub(super) fn chosen_cases(&self) -> Result<Vec<CaseOf>, NotDone> {
        let teledossier = self.teledossier()?;
        let Some(wanted) = &self.choice.case else { return Ok(teledossier.cases.clone()) };
        let is_wanted = |(rank, case): &(usize, &CaseOf)| {
            *wanted == (rank + 1).to_string() || *wanted == case.number || *wanted == case.id
        };
        let found = teledossier.cases.iter().enumerate().find(is_wanted);
        let known = || teledossier.cases.iter().map(|case| case.number.clone()).collect();
        let missing = || Usage::NoSuchCase { case: wanted.clone(), known: known() };
        Ok(vec![found.ok_or_else(missing)?.1.clone()])
    }

    /// Who makes a move on which case, when this side usually makes it. A recipient moves on its
    /// own cases; anybody else who was named, on all of them, whatever the hub says to it.
    pub(super) fn movers(&self, usual: Side) -> Result<Vec<(Arc<Credential>, CaseOf)>, NotDone> {
        let cases = self.chosen_cases()?;
        let side = self.named_side();
        if side.is_none()
            && let Some(named) = self.named()?
        {
            let is_own = |case: &CaseOf| case.recipient.as_ref() == Some(&named.name);
            let receives = cases.iter().any(is_own);
            let own = cases.into_iter().filter(|case| !receives || is_own(case));
            return Ok(own.map(|case| (named.clone(), case)).collect());
        }
        let of_side = |case: CaseOf| {
            let credential = match side.unwrap_or(usual) {
                Side::Depositor => self.depositor()?,
                Side::Recipient => self.recipient(&case)?,
            };
            Ok((credential, case))
        };
        cases.into_iter().map(of_side).collect()
    }

    /// Who makes a move on the whole télédossier: its depositor, unless somebody was named; the
    /// first recipient for that side.
    pub(super) fn mover(&self) -> Result<Arc<Credential>, NotDone> {
        match (self.named_side(), self.chosen_cases()?.first()) {
            (Some(Side::Depositor), _) => self.depositor(),
            (Some(Side::Recipient), Some(case)) => self.recipient(case),
            _ => self.named()?.map_or_else(|| self.depositor(), Ok),
        }
    }

    /// Whoever deposited the télédossier.
    pub(super) fn depositor(&self) -> Result<Arc<Credential>, NotDone> {
        let Teledossier { depositor, number, .. } = self.teledossier()?;
        let nobody = || Usage::Nobody { part: "its depositor", on: number.clone() };
        Ok(self.credential(depositor.as_ref().ok_or_else(nobody)?)?)
    }

    /// Whoever plays the recipient of a case.
    pub(super) fn recipient(&self, case: &CaseOf) -> Result<Arc<Credential>, NotDone> {
        let nobody = || Usage::Nobody { part: "its recipient", on: case.number.clone() };
        Ok(self.credential(case.recipient.as_ref().ok_or_else(nobody)?)?)
    }

    /// The other side of a case, seen from a credential.
    pub(super) fn other_side(
        &self,
        teledossier: &Teledossier,
        case: &CaseOf,
        by: &str,
    ) -> Option<Arc<Credential>> {
        let other = if case.recipient.as_deref() == Some(by) {
            teledossier.depositor.as_ref()
        } else {
            case.recipient.as_ref()
        };
        other.and_then(|name| self.credential(name).ok())
    }

    /// Who deposits, and on which démarche.
    pub(super) fn depositor_of(
        &self,
        deposit: &Deposit,
    ) -> Result<(Arc<Credential>, ProcessCode), Usage> {
        let (all, named) = (self.session.credentials.all(), self.named()?);
        let covers = |scope: Scope, process: &ProcessCode| {
            all.iter().find(|one| one.scope == scope && one.covers(process)).cloned()
        };
        let is_of_named = |process: &ProcessCode| {
            named.as_ref().is_none_or(|one| one.processes.is_empty() || one.covers(process))
        };
        let usable = |process: &&ProcessCode| {
            let others =
                covers(Scope::Osl, process).is_some() && covers(Scope::Si, process).is_some();
            others && is_of_named(process)
        };
        let nobody = |part, on: String| Usage::Nobody { part, on };
        let process = match &deposit.process {
            Some(process) => process.clone(),
            None => {
                let found = self.session.credentials.processes().iter().find(usable).cloned();
                found.ok_or_else(|| nobody("an OSL and an SI", "one démarche".to_owned()))?
            }
        };
        let depositor = named.or_else(|| covers(Scope::Osl, &process));
        let missing = || nobody("an OSL", process.to_string());
        Ok((depositor.ok_or_else(missing)?, process))
    }

    /// The organizations that a télédossier is addressed to, each once.
    pub(super) fn recipients_of(
        &self,
        deposit: &Deposit,
        process: &ProcessCode,
    ) -> Result<Vec<OrganizationIdentifier>, Usage> {
        let mut found: Vec<OrganizationIdentifier> = Vec::new();
        let mut add = |one: OrganizationIdentifier| {
            if !found.contains(&one) {
                found.push(one);
            }
        };
        let all_si = [Scope::Si.name().to_owned()];
        let (to, usual) = match &deposit.to[..] {
            [] => (&all_si[..], true),
            [one] if scope_of(one) == Some(Scope::Si) && self.credential(one).is_err() => {
                (&all_si[..], true)
            }
            named => (named, false),
        };
        for name in to {
            if usual {
                let all = self.session.credentials.all().iter();
                let own = all.filter(|one| one.scope == Scope::Si && one.covers(process));
                own.filter_map(|one| one.organization.clone()).for_each(&mut add);
            } else if let Ok(organization) = name.parse() {
                add(organization);
            } else {
                let nobody =
                    || Usage::Nobody { part: "an organization", on: format!("\"{name}\"") };
                add(self.credential(name)?.organization.clone().ok_or_else(nobody)?);
            }
        }
        let in_use = journeys::of(process.as_str()).map_or(1, |one| usize::from(one.recipients));
        let asked = match deposit.cases {
            Some(asked) => asked,
            None if usual => in_use.min(found.len()).max(1),
            None => found.len(),
        };
        if asked > found.len() {
            let process = process.to_string();
            return Err(Usage::TooFewRecipients { asked, found: found.len(), process });
        }
        found.truncate(asked);
        Ok(found)
    }
}
