//! Retrieving notifications (contract §9, cinématique 2) as a guest: only those that are wanted are
//! looked at, whatever else waits in the queue.

use std::time::Duration;

use serde_json::Value;

use super::{Actor, ActorError, Look, Waited};

/// Which notifications are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The case they are about.
    pub case: String,
    /// The event they are about: `Some(None)` for those of a new télédossier, `None` for any.
    pub event: Option<Option<String>>,
}

impl Wanted {
    /// The notification of a new télédossier.
    pub fn new_case(case: &str) -> Self {
        Self { case: case.to_owned(), event: Some(None) }
    }

    /// The notification of an event.
    pub fn event(case: &str, event: &str) -> Self {
        Self { case: case.to_owned(), event: Some(Some(event.to_owned())) }
    }

    /// Any notification about a case.
    pub fn any(case: &str) -> Self {
        Self { case: case.to_owned(), event: None }
    }

    /// Whether a notification is one of them.
    pub fn is(&self, notification: &Value) -> bool {
        let about_case = notification["caseId"].as_str() == Some(&self.case);
        let event = notification["eventId"].as_str();
        about_case && self.event.as_ref().is_none_or(|wanted| wanted.as_deref() == event)
    }
}

/// What a look into a queue found.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Our notifications.
    pub own: Vec<Value>,
    /// Whether the batch was as large as the target allows: more may lie behind it.
    pub full: bool,
}

impl Sight {
    /// Whether there is a notification of each wanted kind.
    pub(crate) fn has_each(&self, wanted: &[Wanted]) -> bool {
        wanted.iter().all(|wanted| self.own.iter().any(|found| wanted.is(found)))
    }
}

impl Actor<'_> {
    /// Looks once into the whole queue, as far as the target lets us see.
    pub async fn look(&mut self, is_own: impl Fn(&Value) -> bool) -> Result<Sight, ActorError> {
        let most = self.limits().max_batch;
        let batch = self.read_batch(&[("maxResult", &most.to_string())]).await?;
        let batch = batch.granted("lecture des notifications", 200)?;
        let all = batch.array("");
        let own = all.iter().filter(|found| is_own(found)).cloned().collect();
        Ok(Sight { own, full: all.len() >= most as usize })
    }

    /// Looks once for our notifications.
    pub(crate) async fn look_for(&mut self, wanted: &[Wanted]) -> Result<Sight, ActorError> {
        self.look(|found| wanted.iter().any(|wanted| wanted.is(found))).await
    }

    /// Looks until a notification of each of the wanted kinds is there.
    pub(crate) async fn await_notifications(
        &mut self,
        wanted: &[Wanted],
        limit: Duration,
    ) -> Result<Waited<Sight>, ActorError> {
        self.until(limit, async |actor| {
            let sight = actor.look_for(wanted).await?;
            Ok(Look { done: sight.has_each(wanted), seen: sight })
        })
        .await
    }
}
