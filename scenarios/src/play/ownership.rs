//! What a stranger to a télédossier tries, and the state read back by its parties before and after.
//! Only what a refused call could have changed is compared: statuses, files, events; what the hub
//! does by itself meanwhile is left out.

use contract::operations::Operation;
use serde_json::{Value, json};

use crate::check::{Needed as _, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

/// What a scenario keeps of what belongs to its parties.
#[derive(Clone, Default)]
pub(crate) struct Belongings {
    /// The notification that was prepared: its id.
    pub notification: Option<String>,
    /// The state of the télédossier before a stranger came.
    pub state: Option<Value>,
}

impl World {
    /// Adds to the assignment whoever plays a role on the démarche, when the target declares it.
    pub(crate) fn cast_if_declared(&mut self, role: Role) -> bool {
        self.assignment().credential(role).is_some() || self.assign_also(role)
    }

    /// The state of the last télédossier, as its parties see it; that one of them cannot read it is
    /// a state too.
    pub(crate) async fn state(&mut self) -> Result<Value, Stop> {
        let deposited = self.deposited()?.clone();
        let folder = self.read_folder().await?;
        let case = match deposited.cases.first() {
            // An SI reads a case once it has been transmitted.
            Some(case) if deposited.completed_at.is_some() => {
                let case = self.read_case(Role::Si, case).await?;
                json!({ "reading": case.status(), "status": settled(case.json()), "files": statuses(&case, "/attachments"), "events": statuses(&case, "/events") })
            }
            _ => Value::Null,
        };
        Ok(json!({
            "reading": folder.status(),
            "status": settled_as(folder.text("/globalStatus")),
            "files": statuses(&folder, "/attachments"),
            "cases": statuses(&folder, "/cases"),
            "case": case,
            "notification": self.is_prepared_notification_there().await?,
        }))
    }

    /// Whether the notification that was prepared still waits for the SI; `None` when none was
    /// prepared.
    async fn is_prepared_notification_there(&mut self) -> Result<Option<bool>, Stop> {
        let Some(id) = self.memory::<Belongings>().notification.clone() else {
            return Ok(None);
        };
        let sight = self.actor(Role::Si)?.look(|found| found["id"] == id.as_str()).await?;
        Ok(Some(!sight.own.is_empty()))
    }

    /// Makes the demand that was prepared as somebody to whom nothing here belongs, the state being
    /// noted before.
    pub(crate) async fn demand_as_stranger(
        &mut self,
        operation: Operation,
        role: Role,
    ) -> Result<Reply, Stop> {
        // Before its creation a télédossier has no state.
        if operation != Operation::CreateFolder {
            self.read_folder().await?.needed("lecture du télédossier par son OSL", 200)?;
            let state = self.state().await?;
            self.memory::<Belongings>().state = Some(state);
        }
        self.demand(operation, role).await
    }
}

/// Ids and statuses, in an order of their own.
fn statuses(reply: &Reply, pointer: &str) -> Vec<(String, String)> {
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> =
        reply.array(pointer).iter().map(|item| (text(item, "id"), settled(item))).collect();
    found.sort();
    found
}

fn settled(item: &Value) -> String {
    settled_as(item["status"].as_str().unwrap_or_default())
}

/// A hub may pass from completed to notified by itself (contract §6, "Completion"): both are one
/// state here.
fn settled_as(status: &str) -> String {
    if status == "HUBEE_COMPLETED" { "HUBEE_NOTIFIED".to_owned() } else { status.to_owned() }
}
