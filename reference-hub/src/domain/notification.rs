//! Notifications (contract §6, "Notifications"; SFD-1.2.2 §3.5.3): who gets one, who may see and
//! delete it. The queues themselves are the store's.

use contract::ids::{EventId, NotificationId, OrganizationIdentifier, ProcessCode};

use super::access::{Side, is_other_branch, party};
use super::command::{Caller, Context, Coverage, DomainError, Missing};
use super::decision::{Change, Decision, State};
use super::teledossier::{CaseRecord, NotificationRecord, Teledossier};
use crate::faults::rule;

/// How many notifications a batch has when the caller does not say (rule NOT-01).
const BATCH: usize = 25;

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
    /// In the queue of this organization.
    pub recipient: OrganizationIdentifier,
    /// Of these démarches; `None`: of all.
    pub processes: Option<Vec<ProcessCode>>,
    /// Of these démarches first, in this order.
    pub priorities: Vec<ProcessCode>,
    /// How many at most.
    pub limit: usize,
    /// Whether events are wanted too.
    pub event_details: bool,
}

impl NotificationFilter {
    /// What a caller may see of what it asks: its own organization's queue, the démarches its
    /// credential covers.
    pub(crate) fn for_caller(&self, caller: &Caller, context: &Context<'_>) -> QueueQuery {
        let mut asked = self.processes.clone();
        if !context.keeps(rule!("NOT-09")) {
            asked.clear();
        }
        if asked.len() > 1 && !context.keeps(rule!("NOT-10")) {
            asked.truncate(1);
        }
        if asked.len() > 1 && !context.keeps(rule!("NOT-10", "last")) {
            asked.drain(..asked.len() - 1);
        }
        // Chosen from the batch once it is cut.
        if !context.keeps(rule!("NOT-18")) {
            asked.clear();
        }
        let covered = match &caller.coverage {
            Coverage::Only(list) if context.keeps(rule!("NOT-14")) => Some(list),
            Coverage::Only(_) | Coverage::All => None,
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
            // Of no other type, SIRET or branch (rules NOT-11 to NOT-13).
            recipient: caller.organization.clone(),
            processes,
            priorities: match context.keeps(rule!("NOT-19")) {
                true => self.priorities.clone(),
                false => Vec::new(),
            },
            limit: self.limit(context),
            event_details: self.event_details && context.keeps(rule!("NOT-16")),
        }
    }

    fn limit(&self, context: &Context<'_>) -> usize {
        match self.max_result {
            None if context.keeps(rule!("NOT-01")) => BATCH,
            None => BATCH - 1,
            Some(asked) if asked > BATCH && !context.keeps(rule!("NOT-02", "above")) => BATCH,
            Some(asked) if asked < BATCH && !context.keeps(rule!("NOT-02", "below")) => BATCH,
            Some(asked) => asked,
        }
    }
}

/// A notification for one side of a case, about a new télédossier or about an event.
pub(super) fn notification(
    folder: &Teledossier,
    case: &CaseRecord,
    event: Option<EventId>,
    to: Side,
    context: &Context<'_>,
) -> Change {
    let event = if context.keeps(rule!("NOT-15", "eventId")) {
        event
    } else {
        event.or_else(|| Some(EventId(context.ids.fresh())))
    };
    let from = if context.keeps(rule!("NOT-15", "transmitter")) { to.other() } else { to };
    Change::Notify(NotificationRecord {
        id: NotificationId(context.ids.fresh()),
        recipient: party(folder, case, to).clone(),
        transmitter: party(folder, case, from).clone(),
        process: folder.process.clone(),
        folder: folder.id,
        case: case.id,
        event,
        visible_from: context.after(context.settings.delivery_delay),
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
        if context.keeps(rule!("NOT-07")) {
            return Err(DomainError::NotFound(Missing::Notification));
        }
        return Ok(Decision::nothing());
    };
    let own = caller.is_admin() || notification.recipient == caller.organization;
    let guard = match caller.side() {
        Side::Osl => rule!("OWN-11"),
        Side::Si if is_other_branch(&notification.recipient, &caller.organization) => {
            rule!("OWN-10")
        }
        Side::Si => rule!("OWN-05"),
    };
    if !own && context.keeps(guard) {
        return Err(DomainError::Forbidden);
    }
    let covered = caller.coverage.contains(&notification.process);
    if !covered && context.keeps(rule!("OWN-06", "notification")) {
        return Err(DomainError::Forbidden);
    }
    if !context.keeps(rule!("NOT-06")) {
        return Ok(Decision::nothing());
    }
    Ok(Decision::done(vec![Change::RemoveNotification(notification.id)]))
}
