//! Subscriptions: created, replaced, read, listed.

use contract::ids::CompanyRegister;
use contract::status::SubscriptionStatus;
use http::StatusCode;

use super::{Handled, content_range, page_request, unexpected};
use crate::domain::{Command, Outcome, Page, SubscriptionFilter, subscription, subscriptions};
use crate::error::json;
use crate::extract::{Call, Query};
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn create(hub: &Hub, mut call: Call) -> Handled {
    let request = call.json().await?;
    match hub.store.transact(Command::CreateSubscription { caller: call.caller, request }).await? {
        Outcome::Subscription(subscription) => Ok(json(StatusCode::CREATED, &subscription)),
        other => Err(unexpected(&other)),
    }
}

pub(super) async fn replace(hub: &Hub, mut call: Call) -> Handled {
    let subscription = call.id("subscriptionId")?;
    let request = call.json().await?;
    let command = Command::ReplaceSubscription { caller: call.caller, subscription, request };
    match hub.store.transact(command).await? {
        Outcome::Subscription(subscription) => Ok(json(StatusCode::OK, &subscription)),
        other => Err(unexpected(&other)),
    }
}

pub(super) fn read(hub: &Hub, call: &Call) -> Handled {
    let (referential, id) = (hub.store.referential(), call.id("subscriptionId")?);
    let found = subscription(&referential, &call.caller, id, hub.clock.now(), &hub.conduct)?;
    Ok(json(StatusCode::OK, &found))
}

pub(super) fn list(hub: &Hub, call: &Call) -> Handled {
    let page = match filter(&call.query) {
        Some(filter) => {
            let referential = hub.store.referential();
            subscriptions(&referential, &call.caller, &filter, hub.clock.now(), &hub.conduct)?
        }
        None => Page { items: Vec::new(), offset: 0, total: 0 },
    };
    // The documents' own spelling (contract §6).
    Ok(content_range("Susbscriptions", &page))
}

/// What is asked for; `None` when a value is one that no subscription can have.
fn filter(query: &Query) -> Option<SubscriptionFilter> {
    let processes = query.process_codes();
    if processes.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    Some(SubscriptionFilter {
        processes: processes.unwrap_or_default(),
        status: query.one("status").map(SubscriptionStatus::try_from).transpose().ok()?,
        company_register: query
            .one("companyRegister")
            .map(CompanyRegister::try_from)
            .transpose()
            .ok()?,
        delegation_actor_email: query.one("delegationActorEmail").map(str::to_owned),
        datapass_id: query.one("datapassId").map(str::parse).transpose().ok()?,
        page: page_request(query),
    })
}
