//! Notifications (contract §6, "Notifications"; SFD-1.2.2 §3.5.3): who gets one, who may see and
//! delete it. The queues themselves are the store's.

use std::time::Duration;

use contract::ids::{EventId, NotificationId, ProcessCode};

use super::access::{Side, party};
use super::command::{Caller, Context, DomainError, Missing};
use super::decision::{Change, Decision, State};
use super::teledossier::{CaseRecord, NotificationRecord, Teledossier};
use crate::faults::fault;

/// How many notifications a batch has when the caller does not say (rule NOT-01).
const BATCH: usize = 25;
/// How late a notification comes when DEL-04 is broken.
const LATE: Duration = Duration::from_secs(2);

/// What a caller asks of its queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationFilter {
    /// How many at most.
    pub max_result: Option<usize>,
    /// Of these démarches only; empty: of all.
    pub processes: Vec<ProcessCode>,
    /// Of these démarches first, in this order.
    pub priorities: Vec<ProcessCode>,
    /// Whether to add what the event is and where it stands.
    pub event_details: bool,
}

/// A filter made exact: what the store looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueQuery {
    /// In the queue of this organization, by its identifier.
    pub recipient: RecipientMatch,
    /// Of these démarches; `None`: of all.
    pub processes: Option<Vec<ProcessCode>>,
    /// Of these démarches first, in this order.
    pub priorities: Vec<ProcessCode>,
    /// How many at most.
    pub limit: usize,
    /// Whether events are wanted too.
    pub event_details: bool,
}

/// Whose queue is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientMatch {
    /// Exactly this organization's.
    Exactly(String),
    /// This organization's, and every queue whose key has one form and not another, `%` standing
    /// for anything: only ever a fault's.
    And {
        /// The caller's own.
        own: String,
        /// The form that is shown too.
        others: String,
        /// The form that is not.
        except: String,
    },
}

impl NotificationFilter {
    /// What a caller may see of what it asks: its own organization's queue, the démarches its
    /// credential covers.
    #[must_use]
    pub fn for_caller(&self, caller: &Caller, context: &Context<'_>) -> QueueQuery {
        let faults = context.faults;
        let asked =
            if faults.breaks(fault!("NOT-09")) { Vec::new() } else { self.processes.clone() };
        let asked = if asked.len() > 1 && faults.breaks(fault!("NOT-10")) {
            asked[..1].to_vec()
        } else {
            asked
        };
        let covered = match &caller.coverage {
            super::Coverage::Only(list) if !faults.breaks(fault!("NOT-14")) => Some(list),
            _ => None,
        };
        let processes = match (covered, asked.is_empty()) {
            (None, true) => None,
            (None, false) => Some(asked),
            (Some(covered), true) => Some(covered.to_vec()),
            (Some(covered), false) => {
                Some(asked.into_iter().filter(|code| covered.contains(code)).collect())
            }
        };
        QueueQuery {
            recipient: recipient(caller, context),
            processes,
            priorities: self.priorities.clone(),
            limit: self.limit(context),
            event_details: self.event_details && !faults.breaks(fault!("NOT-16")),
        }
    }

    fn limit(&self, context: &Context<'_>) -> usize {
        match self.max_result {
            None if context.faults.breaks(fault!("NOT-01")) => BATCH - 1,
            None => BATCH,
            Some(asked) if asked > BATCH && context.faults.breaks(fault!("NOT-02.above")) => BATCH,
            Some(asked) if asked < BATCH && context.faults.breaks(fault!("NOT-02.below")) => BATCH,
            Some(asked) => asked,
        }
    }
}

fn recipient(caller: &Caller, context: &Context<'_>) -> RecipientMatch {
    let me = &caller.organization;
    let (kind, register) = (&me.kind, &me.company_register);
    let and = |others: String, except: String| RecipientMatch::And {
        own: me.to_string(),
        others,
        except,
    };
    if context.faults.breaks(fault!("NOT-11")) {
        return and(format!("{kind}-%"), format!("{kind}-{register}-%"));
    }
    if context.faults.breaks(fault!("NOT-12")) {
        return and(format!("{kind}-{register}-%"), String::new());
    }
    if context.faults.breaks(fault!("NOT-13")) {
        return and("%".to_owned(), format!("{kind}-%"));
    }
    RecipientMatch::Exactly(me.to_string())
}

/// A notification for one side of a case, about a new télédossier or about an event.
pub(super) fn notification(
    folder: &Teledossier,
    case: &CaseRecord,
    event: Option<EventId>,
    to: Side,
    context: &Context<'_>,
) -> Change {
    let event = if context.faults.breaks(fault!("NOT-15.eventId")) {
        event.or(Some(EventId(context.ids.fresh())))
    } else {
        event
    };
    let from = if context.faults.breaks(fault!("NOT-15.transmitter")) { to } else { to.other() };
    let late = if context.faults.breaks(fault!("DEL-04")) { LATE } else { Duration::ZERO };
    let delay = context.settings.delivery_delay + late;
    Change::Notify(NotificationRecord {
        id: NotificationId(context.ids.fresh()),
        recipient: party(folder, case, to).clone(),
        transmitter: party(folder, case, from).clone(),
        process: folder.process.clone(),
        folder: folder.id,
        case: case.id,
        event,
        visible_from: context.after(delay),
    })
}

/// `deleteNotification`: removed physically, by its recipient.
pub(super) fn delete(
    state: State<'_>,
    caller: &Caller,
    context: &Context<'_>,
) -> Result<Decision, DomainError> {
    // One that cannot be seen yet does not exist yet.
    let found = state.notification.filter(|notification| notification.visible_from <= context.now);
    let Some(notification) = found else {
        if context.faults.breaks(fault!("NOT-07")) {
            return Ok(Decision::nothing());
        }
        return Err(DomainError::NotFound(Missing::Notification));
    };
    let own = caller.is_admin()
        || notification.recipient == caller.organization
        || context.faults.breaks(fault!("OWN-05"));
    let covered = caller.coverage.contains(&notification.process)
        || context.faults.breaks(fault!("OWN-06.notification"));
    if !(own && covered) {
        return Err(DomainError::Forbidden);
    }
    if context.faults.breaks(fault!("NOT-06")) {
        return Ok(Decision::nothing());
    }
    Ok(Decision::done(vec![Change::RemoveNotification(notification.id)]))
}
