//! Organizations: created, replaced, read, listed.

use http::StatusCode;

use super::{Handled, content_range, page_request, unexpected};
use crate::domain::{Command, OrganizationFilter, Outcome, organization, organizations};
use crate::error::json;
use crate::extract::Call;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn create(hub: &Hub, mut call: Call) -> Handled {
    let request = call.json().await?;
    match hub.store.transact(Command::CreateOrganization { request }).await? {
        Outcome::Organization(organization) => Ok(json(StatusCode::CREATED, &organization)),
        other => Err(unexpected(&other)),
    }
}

pub(super) async fn replace(hub: &Hub, mut call: Call) -> Handled {
    let organization = call.id("organizationId")?;
    let request = call.json().await?;
    match hub.store.transact(Command::ReplaceOrganization { organization, request }).await? {
        Outcome::Organization(organization) => Ok(json(StatusCode::OK, &organization)),
        other => Err(unexpected(&other)),
    }
}

pub(super) fn read(hub: &Hub, call: &Call) -> Handled {
    Ok(json(
        StatusCode::OK,
        &organization(&hub.store.referential(), &call.id("organizationId")?, &hub.conduct)?,
    ))
}

pub(super) fn list(hub: &Hub, call: &Call) -> Handled {
    let filter = OrganizationFilter {
        kind: call.query.one("type").map(str::to_owned),
        company_register: call.query.one("company_register").map(str::to_owned),
        page: page_request(&call.query),
    };
    let page = organizations(&hub.store.referential(), &filter, &hub.conduct)?;
    Ok(content_range("Organizations", &page))
}
