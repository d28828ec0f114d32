//! Changing the sandbox of a hub's référentiel for one scenario, and keeping what was promised to
//! be put back ([`crate::restorations`]).

use std::time::Duration;

use contract::operations::Operation;
use serde_json::Value;

use crate::check::{Needed as _, Step, Stop};
use crate::client::Call;
use crate::roles::Role;
use crate::session::Session;
use crate::world::World;

/// How often a call that puts back is tried.
const TRIES: u32 = 3;

/// Puts back what a scenario changed, or everything, the last change first. A promise is struck off
/// only once it was kept: an interruption meanwhile leaves it to the end of the run. What cannot be
/// put back is listed in the report.
pub async fn restore(session: &Session, scenario: Option<&str>) {
    while let Some(promise) = session.restorations.last(scenario) {
        if let Some(refusal) = put_back(session, &promise.call).await {
            session.ledger.leave(format!("{} n'a pu être rétabli ({refusal})", promise.what));
        }
        session.restorations.kept(promise.rank);
    }
}

async fn put_back(session: &Session, call: &Call) -> Option<String> {
    let mut refusal = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        refusal = match session.client.send(call).await {
            Ok(reply) if reply.is_success() => return None,
            Ok(reply) => reply.in_short(),
            Err(error) => error.to_string(),
        };
    }
    Some(refusal)
}

impl World {
    /// Changes the sandbox démarche as the administrator, for this scenario only.
    pub(crate) async fn change_sandbox(&mut self, change: impl FnOnce(&mut Value)) -> Step {
        let sandbox = self.session().target.sandbox.process.clone();
        let code = sandbox.ok_or_else(|| {
            Stop::broken("modification de la démarche d'essai", "[sandbox] process", "absent")
        })?;
        let reply = self
            .send_as(Role::Admin, Call::operation(Operation::GetProcess, &[code.as_str()]))
            .await?;
        let reply = reply.needed("lecture de la démarche d'essai", 200)?;
        let before = writable(reply.json());
        let mut after = before.clone();
        change(&mut after);
        let admin = self.credential(Role::Admin)?;
        let put = |body: Value| {
            Call::operation(Operation::UpdateProcess, &[code.as_str()]).json(body).by(&admin)
        };
        self.session().restorations.promise(
            self.scenario(),
            format!("la démarche {code}"),
            put(before),
        );
        self.send(put(after)).await?.needed("modification de la démarche d'essai", 200)?;
        Ok(())
    }
}

/// What was read, as it may be written: without what the hub sets itself and without what is not
/// filled.
pub fn writable(read: &Value) -> Value {
    let fields = read.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| {
            !value.is_null()
                && !matches!(
                    name.as_str(),
                    "creationDateTime" | "createDateTime" | "updateDateTime"
                )
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_of_the_hub_and_empty_fields_are_not_written_back() {
        let read = json!({ "code": "X", "description": null, "creationDateTime": "2024-01-01T00:00:00Z", "siAttachmentFormatsEnabled": [] });
        assert_eq!(writable(&read), json!({ "code": "X", "siAttachmentFormatsEnabled": [] }));
    }
}
