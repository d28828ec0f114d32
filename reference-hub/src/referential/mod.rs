//! The référentiel in memory: organizations, démarches, subscriptions, credentials, as one
//! immutable snapshot that is replaced when something changes. Reads wait for nobody. It holds no
//! rule but when a subscription is in effect.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use contract::ids::{OrganizationIdentifier, ProcessCode, SubscriptionId};
use contract::operations::Scope;
use contract::organization::Organization;
use contract::process::Process;
use contract::status::SubscriptionStatus;
use contract::subscription::Subscription;
use contract::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::domain::Coverage;

mod seed;
#[cfg(test)]
mod tests;

pub use seed::{Seed, SeedError};

/// A client secret: readable on purpose only.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret made up now.
    pub(crate) fn made_up() -> Self {
        Self(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// Whether this is the secret, in a time that tells nothing of where it differs, nor of how
    /// long it is; an empty one is nobody's.
    pub(crate) fn is(&self, given: &str) -> bool {
        let equal = Sha256::digest(&self.0).ct_eq(&Sha256::digest(given));
        bool::from(equal) && !self.0.is_empty()
    }

    /// Whether this is the secret, letter case apart: how a hub that is wrong compares it.
    pub(crate) fn is_in_any_case(&self, given: &str) -> bool {
        Self::from(self.0.to_lowercase()).is(&given.to_lowercase())
    }

    /// The secret itself, to be written to its owner's target file; never to be logged.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// A pair of client id and secret, and what it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    /// What reports call it.
    pub name: String,
    /// The only scope it may ask for.
    pub scope: Scope,
    /// Its public half.
    pub client_id: String,
    /// Its secret half.
    pub client_secret: Secret,
    /// The organization it belongs to.
    pub organization: OrganizationIdentifier,
    /// The démarches it covers.
    pub coverage: Coverage,
}

/// A subscription as kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionRecord {
    /// What it says; its status is the one that was set, not always the one in effect.
    pub subscription: Subscription,
    /// Whether it was switched off on purpose though its activation date is past.
    pub held_back: bool,
}

impl SubscriptionRecord {
    /// The status in effect: an inactive subscription becomes active at 00:01 of its activation day
    /// (contract §6).
    pub fn status(&self, now: Timestamp) -> SubscriptionStatus {
        let content = &self.subscription.content;
        let set = content.status.unwrap_or(SubscriptionStatus::Inactive);
        let started =
            content.activate_date_time.is_some_and(|date| date.one_past_midnight() <= now);
        match set {
            SubscriptionStatus::Inactive if started && !self.held_back => {
                SubscriptionStatus::Active
            }
            other => other,
        }
    }

    /// Whether folders may be addressed to its subscriber.
    pub fn is_active(&self, now: Timestamp) -> bool {
        let ended = self.subscription.content.end_date_time.is_some_and(|end| end <= now);
        self.status(now) == SubscriptionStatus::Active && !ended
    }
}

/// The snapshot.
#[derive(Clone, Debug, Default)]
pub struct Referential {
    organizations: HashMap<OrganizationIdentifier, Arc<Organization>>,
    processes: HashMap<ProcessCode, Arc<Process>>,
    subscriptions: HashMap<SubscriptionId, Arc<SubscriptionRecord>>,
    pairs: HashMap<OrganizationIdentifier, HashMap<ProcessCode, SubscriptionId>>,
    credentials: HashMap<String, Arc<Credential>>,
}

impl Referential {
    /// An organization.
    pub fn organization(&self, id: &OrganizationIdentifier) -> Option<&Organization> {
        self.organizations.get(id).map(Arc::as_ref)
    }

    /// All organizations, in no order.
    pub fn organizations(&self) -> impl Iterator<Item = &Organization> {
        self.organizations.values().map(Arc::as_ref)
    }

    /// A démarche.
    pub fn process(&self, code: &ProcessCode) -> Option<&Process> {
        self.processes.get(code).map(Arc::as_ref)
    }

    /// All démarches, in no order.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.processes.values().map(Arc::as_ref)
    }

    /// The démarches of an OSL, in no order.
    pub(crate) fn processes_of(
        &self,
        osl: &OrganizationIdentifier,
    ) -> impl Iterator<Item = &Process> {
        self.processes().filter(move |process| process.osl == *osl)
    }

    /// A subscription.
    pub fn subscription(&self, id: SubscriptionId) -> Option<&SubscriptionRecord> {
        self.subscriptions.get(&id).map(Arc::as_ref)
    }

    /// An organization's subscription to a démarche: there is at most one.
    pub fn subscription_of(
        &self,
        process: &ProcessCode,
        organization: &OrganizationIdentifier,
    ) -> Option<&SubscriptionRecord> {
        self.subscription(*self.pairs.get(organization)?.get(process)?)
    }

    /// All subscriptions, in no order.
    pub fn subscriptions(&self) -> impl Iterator<Item = &SubscriptionRecord> {
        self.subscriptions.values().map(Arc::as_ref)
    }

    /// The credential of a client id.
    pub fn credential(&self, client_id: &str) -> Option<Arc<Credential>> {
        self.credentials.get(client_id).cloned()
    }

    /// All credentials, in no order.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.values().map(Arc::as_ref)
    }

    /// Adds or replaces an organization.
    pub(crate) fn put_organization(&mut self, organization: Organization) {
        self.organizations.insert(organization.identifier(), Arc::new(organization));
    }

    /// Adds or replaces a démarche.
    pub(crate) fn put_process(&mut self, process: Process) {
        self.processes.insert(process.code.clone(), Arc::new(process));
    }

    /// Adds or replaces a subscription.
    pub(crate) fn put_subscription(&mut self, record: SubscriptionRecord) {
        let id = record.subscription.id;
        if let Some(before) = self.subscriptions.get(&id) {
            let content = &before.subscription.content;
            if let Some(processes) = self.pairs.get_mut(&content.subscriber.identifier()) {
                processes.remove(&content.process_code);
            }
        }
        let content = &record.subscription.content;
        self.pairs
            .entry(content.subscriber.identifier())
            .or_default()
            .insert(content.process_code.clone(), id);
        self.subscriptions.insert(id, Arc::new(record));
    }

    /// Adds or replaces a credential.
    pub(crate) fn put_credential(&mut self, credential: Credential) {
        self.credentials.insert(credential.client_id.clone(), Arc::new(credential));
    }
}
