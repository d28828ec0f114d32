//! Notifications: listed, deleted.

use http::StatusCode;

use super::Handled;
use crate::domain::{Command, NotificationFilter};
use crate::error::{empty, json};
use crate::extract::Call;
use crate::faults::notifications;
use crate::hub::Hub;
use crate::store::Store as _;

pub(super) async fn list(hub: &Hub, call: Call) -> Handled {
    let processes = call.query.process_codes();
    if processes.as_ref().is_some_and(Vec::is_empty) {
        // Asked for démarches that cannot exist: none is theirs, which is not the same as all.
        return Ok(json(StatusCode::OK, &[(); 0]));
    }
    let filter = NotificationFilter {
        max_result: call.query.number("maxResult"),
        processes: processes.unwrap_or_default(),
        priorities: call
            .query
            .all("processPriority")
            .filter_map(|code| code.try_into().ok())
            .collect(),
        event_details: call.query.is_true("eventDetails"),
    };
    let batch = hub.store.notifications(call.caller.clone(), filter).await?;
    notifications::lose(hub, &call.caller, &batch).await?;
    Ok(json(StatusCode::OK, &batch))
}

pub(super) async fn delete(hub: &Hub, call: Call) -> Handled {
    let notification = call.id("notificationId")?;
    hub.store.transact(Command::DeleteNotification { caller: call.caller, notification }).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
