//! Organizations of the référentiel (contract §6, "Organizations"; SFD-1.2.2 §2.3.4,
//! OAS-ORG-1.1.0).

use contract::ids::OrganizationIdentifier;
use contract::organization::Organization;

use super::command::{Context, DomainError, Missing, Outcome};
use super::decision::{Change, Decision};
use super::page::{Page, PageRequest, SortKey};
use crate::faults::{Conduct, rule};
use crate::referential::Referential;

/// `createOrganization`.
pub(super) fn create(
    referential: &Referential,
    request: Organization,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let id = request.identifier();
    if referential.organization(&id).is_some() && context.keeps(rule!("ORG-02")) {
        return Err(DomainError::invalid(format!("Organization {id} already exists")));
    }
    let mut territory = request.territory.clone();
    if !context.keeps(rule!("ORG-01")) {
        territory.clear();
    }
    Ok(put(Organization {
        territory,
        create_date_time: Some(context.now),
        update_date_time: Some(context.now),
        ..request
    }))
}

/// `updateOrganization`: replaces everything but the identifier.
pub(super) fn replace(
    referential: &Referential,
    id: &OrganizationIdentifier,
    request: Organization,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let existing =
        referential.organization(id).ok_or(DomainError::NotFound(Missing::Organization))?;
    if request.identifier() != *id {
        return Err(DomainError::invalid(format!(
            "Organization {} is not the {id} of the path",
            request.identifier()
        )));
    }
    let name = if context.keeps(rule!("ORG-04")) { request.name } else { existing.name.clone() };
    Ok(put(Organization {
        name,
        create_date_time: existing.create_date_time,
        update_date_time: Some(context.now),
        ..request
    }))
}

fn put(organization: Organization) -> Decision {
    Decision {
        changes: vec![Change::PutOrganization(Box::new(organization.clone()))],
        outcome: Outcome::Organization(Box::new(organization)),
    }
}

/// `getOrganization`.
pub fn organization(
    referential: &Referential,
    id: &OrganizationIdentifier,
    conduct: &Conduct,
) -> Result<Organization, DomainError> {
    referential
        .organization(id)
        .cloned()
        .ok_or_else(|| DomainError::unknown(Missing::Organization, conduct.keeps(rule!("ORG-06"))))
}

/// What a list of organizations is filtered by.
#[derive(Clone, Debug, Default)]
pub struct OrganizationFilter {
    /// Of this type.
    pub kind: Option<String>,
    /// With this SIRET.
    pub company_register: Option<String>,
    /// Which part, in which order.
    pub page: PageRequest,
}

/// `listOrganizations`. In the order of their identifiers unless asked otherwise.
pub fn organizations(
    referential: &Referential,
    filter: &OrganizationFilter,
    conduct: &Conduct,
) -> Result<Page<Organization>, DomainError> {
    let is = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|it| it == text);
    let mut found: Vec<Organization> = referential
        .organizations()
        .filter(|organization| {
            is(&filter.kind, organization.kind.as_str()) || !conduct.keeps(rule!("ORG-03", "type"))
        })
        .filter(|organization| {
            is(&filter.company_register, organization.company_register.as_str())
                || !conduct.keeps(rule!("ORG-03", "company_register"))
        })
        .cloned()
        .collect();
    found.sort_by_cached_key(Organization::identifier);
    let (order, paging) = (rule!("ORG-03", "order"), rule!("ORG-03", "paging"));
    filter.page.heeded(conduct.keeps(order), conduct.keeps(paging)).apply(found, sort_key)
}

fn sort_key(organization: &Organization, field: &str) -> Option<SortKey> {
    Some(match field {
        "type" => organization.kind.as_str().into(),
        "company_register" => organization.company_register.as_str().into(),
        // "branche_code" is the documents' own spelling (contract §6).
        "branche_code" | "branch_code" => organization.branch_code.as_str().into(),
        "name" => organization.name.as_str().into(),
        "code" => organization.code.as_deref().into(),
        "country" => organization.country.as_deref().into(),
        "postal_code" => organization.postal_code.as_str().into(),
        "territory" => organization.territory.as_str().into(),
        "email" => organization.email.as_deref().into(),
        "status" => organization.status.as_str().into(),
        "create_date_time" => organization.create_date_time.into(),
        "update_date_time" => organization.update_date_time.into(),
        _ => return None,
    })
}
