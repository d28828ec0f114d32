//! Subscriptions: an organization's entitlement to receive a démarche (contract §6,
//! "Subscriptions"; SFD-1.2.2 §3.5.4, OAS-SUB-1.2.3).

use contract::ids::{CompanyRegister, ProcessCode, SubscriptionId};
use contract::operations::Scope;
use contract::process::Process;
use contract::status::SubscriptionStatus;
use contract::subscription::{Subscription, SubscriptionRequest};
use contract::timestamp::Timestamp;

use super::command::{Caller, Context, DomainError, Missing, Outcome};
use super::decision::{Change, Decision};
use super::page::{Page, PageRequest, SortKey};
use crate::faults::{Conduct, rule};
use crate::referential::{Referential, SubscriptionRecord};

/// `createSubscription`.
pub(super) fn create(
    referential: &Referential,
    _caller: &Caller,
    request: SubscriptionRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let mut reasons = references(referential, &request);
    let process = referential.process(&request.process_code);
    if process.is_some_and(|process| !process.is_activated) && context.keeps(rule!("SUB-13")) {
        reasons.push(format!("Process {} is not activated", request.process_code));
    }
    let subscriber = request.subscriber.identifier();
    let existing = referential.subscription_of(&request.process_code, &subscriber);
    if existing.is_some() && context.keeps(rule!("SUB-06")) {
        reasons.push(already_exists(&request));
    }
    if !reasons.is_empty() {
        return Err(DomainError::Invalid(reasons));
    }
    let default = if context.keeps(rule!("SUB-05")) {
        SubscriptionStatus::Inactive
    } else {
        SubscriptionStatus::Active
    };
    let status = request.status.unwrap_or(default);
    let mut content = SubscriptionRequest { status: Some(status), ..request };
    content.update_date_time = Some(context.now);
    if !context.keeps(rule!("SUB-09")) {
        content.rejection_reason = None;
    }
    let record = SubscriptionRecord {
        subscription: Subscription {
            id: SubscriptionId(context.ids.fresh()),
            creation_date_time: context.now,
            content,
        },
        held_back: false,
    };
    Ok(put(referential, record, context))
}

fn already_exists(request: &SubscriptionRequest) -> String {
    let organization = request.subscriber.identifier();
    format!("Subscription {} for organization {organization} already exists", request.process_code)
}

fn references(referential: &Referential, request: &SubscriptionRequest) -> Vec<String> {
    let mut reasons = Vec::new();
    if referential.process(&request.process_code).is_none() {
        reasons.push(format!("Process {} does not exist", request.process_code));
    }
    let subscriber = request.subscriber.identifier();
    if referential.organization(&subscriber).is_none() {
        reasons.push(format!("Organization {subscriber} does not exist"));
    }
    reasons
}

/// `updateSubscription`: replaces everything but the identifier and the creation date; without a
/// status, keeps the one it has.
pub(super) fn replace(
    referential: &Referential,
    id: SubscriptionId,
    request: SubscriptionRequest,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    let existing =
        referential.subscription(id).ok_or(DomainError::NotFound(Missing::Subscription))?;
    let mut reasons = references(referential, &request);
    let of_pair =
        referential.subscription_of(&request.process_code, &request.subscriber.identifier());
    if of_pair.is_some_and(|other| other.subscription.id != id) {
        reasons.push(already_exists(&request));
    }
    if !reasons.is_empty() {
        return Err(DomainError::Invalid(reasons));
    }
    let before = &existing.subscription.content;
    let status = request.status.or(before.status);
    // "Inactif" said of a subscription whose date is past switches it off; of one whose date is to
    // come, it waits.
    let date_is_past =
        request.activate_date_time.is_some_and(|date| date.one_past_midnight() <= context.now);
    let held_back = match request.status {
        Some(SubscriptionStatus::Inactive) => date_is_past,
        Some(_) => false,
        None => existing.held_back,
    };
    let mut content = SubscriptionRequest { status, ..request };
    content.update_date_time = Some(context.now);
    if !context.keeps(rule!("SUB-08")) {
        content.status = before.status;
    }
    if !context.keeps(rule!("SUB-11")) {
        content.email.clone_from(&before.email);
    }
    let record = SubscriptionRecord {
        subscription: Subscription { content, ..existing.subscription.clone() },
        held_back,
    };
    Ok(put(referential, record, context))
}

fn put(referential: &Referential, record: SubscriptionRecord, context: &Context<'_>) -> Decision {
    let shown = shown(referential, &record, context.now, context.conduct);
    Decision {
        changes: vec![Change::PutSubscription(Box::new(record))],
        outcome: Outcome::Subscription(Box::new(shown)),
    }
}

/// A subscription as it stands now, before anything of it is copied: of the thousands of a list few
/// are shown.
#[derive(Clone, Copy)]
struct Standing<'a> {
    record: &'a SubscriptionRecord,
    /// The status in effect.
    status: SubscriptionStatus,
}

impl<'a> Standing<'a> {
    fn of(record: &'a SubscriptionRecord, now: Timestamp, conduct: &Conduct) -> Self {
        let kept = record.subscription.content.status;
        let status = if conduct.keeps(rule!("SUB-07", "shown")) {
            record.status(now)
        } else {
            kept.unwrap_or(SubscriptionStatus::Inactive)
        };
        Self { record, status }
    }

    fn content(self) -> &'a SubscriptionRequest {
        &self.record.subscription.content
    }

    /// The subscriber's name in the référentiel.
    fn name(self, referential: &Referential) -> Option<&str> {
        let organization = referential.organization(&self.content().subscriber.identifier());
        organization.map(|organization| organization.name.as_str())
    }

    /// As it is answered.
    fn shown(self, referential: &Referential) -> Subscription {
        let mut shown = self.record.subscription.clone();
        shown.content.status = Some(self.status);
        shown.content.subscriber.name = self.name(referential).map(str::to_owned);
        shown
    }
}

/// A subscription as it is answered.
fn shown(
    referential: &Referential,
    record: &SubscriptionRecord,
    now: Timestamp,
    conduct: &Conduct,
) -> Subscription {
    Standing::of(record, now, conduct).shown(referential)
}

/// Whether a caller may see a subscription: an OSL those of its own démarches, the others all.
fn visible(
    referential: &Referential,
    caller: &Caller,
    process: &ProcessCode,
    conduct: &Conduct,
) -> bool {
    let is_own =
        |process: &Process| process.osl == caller.organization || !conduct.keeps(rule!("OWN-14"));
    match caller.scope {
        Scope::Admin | Scope::Datapass => true,
        Scope::Osl | Scope::Si => {
            caller.coverage.contains(process) && referential.process(process).is_some_and(is_own)
        }
    }
}

/// `getSubscription`.
pub fn subscription(
    referential: &Referential,
    caller: &Caller,
    id: SubscriptionId,
    now: Timestamp,
    conduct: &Conduct,
) -> Result<Subscription, DomainError> {
    let record = referential.subscription(id).ok_or_else(|| {
        DomainError::unknown(Missing::Subscription, conduct.keeps(rule!("SUB-04")))
    })?;
    if !visible(referential, caller, &record.subscription.content.process_code, conduct) {
        return Err(DomainError::Forbidden);
    }
    Ok(shown(referential, record, now, conduct))
}

/// What a list of subscriptions is filtered by; everything absent lets everything pass.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionFilter {
    /// Of one of these démarches.
    pub processes: Vec<ProcessCode>,
    /// With this status in effect.
    pub status: Option<SubscriptionStatus>,
    /// Of subscribers with this SIRET.
    pub company_register: Option<CompanyRegister>,
    /// With this delegation actor.
    pub delegation_actor_email: Option<String>,
    /// Of this DataPass request.
    pub datapass_id: Option<i64>,
    /// Which part, in which order.
    pub page: PageRequest,
}

impl SubscriptionFilter {
    fn accepts(&self, standing: Standing<'_>, conduct: &Conduct) -> bool {
        let content = standing.content();
        let delegate = || content.delegation_actor.as_ref()?.get("email")?.as_str();
        (self.processes.is_empty()
            || self.processes.contains(&content.process_code)
            || !conduct.keeps(rule!("SUB-01", "processCode")))
            && self.status.is_none_or(|status| {
                standing.status == status || !conduct.keeps(rule!("SUB-01", "status"))
            })
            && self.company_register.as_ref().is_none_or(|register| {
                content.subscriber.company_register == *register
                    || !conduct.keeps(rule!("SUB-01", "companyRegister"))
            })
            && self.delegation_actor_email.as_deref().is_none_or(|email| delegate() == Some(email))
            && self.datapass_id.is_none_or(|id| content.datapass_id == id)
    }
}

/// `listSubscriptions`. In the order of their creation unless asked otherwise.
pub fn subscriptions(
    referential: &Referential,
    caller: &Caller,
    filter: &SubscriptionFilter,
    now: Timestamp,
    conduct: &Conduct,
) -> Result<Page<Subscription>, DomainError> {
    // What is asked for first: it takes a look at the record, where who may see it takes two in the
    // référentiel.
    let mut found: Vec<Standing<'_>> = referential
        .subscriptions()
        .map(|record| Standing::of(record, now, conduct))
        .filter(|standing| filter.accepts(*standing, conduct))
        .filter(|standing| visible(referential, caller, &standing.content().process_code, conduct))
        .collect();
    found.sort_by_key(|standing| {
        let subscription = &standing.record.subscription;
        (subscription.creation_date_time, subscription.id)
    });
    let asked = filter.page.heeded(conduct.keeps(rule!("SUB-03")), conduct.keeps(rule!("SUB-02")));
    let key = |standing: &Standing<'_>, field: &str| sort_key(*standing, referential, field);
    let page = asked.apply(found, key)?;
    let is_last = page.offset + page.items.len() == page.total;
    Ok(Page {
        items: page.items.into_iter().map(|standing| standing.shown(referential)).collect(),
        offset: page.offset,
        total: page.total + usize::from(is_last && !conduct.keeps(rule!("SUB-02", "total"))),
    })
}

fn sort_key(standing: Standing<'_>, referential: &Referential, field: &str) -> Option<SortKey> {
    let content = standing.content();
    Some(match field {
        "id" => SortKey::Text(standing.record.subscription.id.to_string()),
        "datapass_id" => SortKey::Number(content.datapass_id),
        "process_code" => content.process_code.as_str().into(),
        "si_type" | "subscriber_type" => content.subscriber.kind.as_str().into(),
        "si_company_register" | "company_register" => {
            content.subscriber.company_register.as_str().into()
        }
        "si_branch_code" | "branch_code" => content.subscriber.branch_code.as_str().into(),
        "si_name" | "name" => standing.name(referential).into(),
        "access_mode" => content.access_mode.as_deref().into(),
        "notification_frequency" => content.notification_frequency.as_str().into(),
        "activate_date_time" => content.activate_date_time.into(),
        "validate_date_time" => content.validate_date_time.into(),
        "reject_date_time" => content.reject_date_time.into(),
        "end_date_time" => content.end_date_time.into(),
        "update_date_time" => content.update_date_time.into(),
        "creation_date_time" => Some(standing.record.subscription.creation_date_time).into(),
        "rejection_reason" => content.rejection_reason.as_deref().into(),
        "status" => Some(standing.status.name()).into(),
        "email" => content.email.as_deref().into(),
        _ => return None,
    })
}
