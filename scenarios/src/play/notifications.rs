//! Retrieving notifications (contract §9, cinématique 2) as a guest: only our own are looked at and
//! deleted, whatever else waits in the queue; what may be asynchronous is waited for; "nobody was
//! notified" is said only once a later notification of ours is visible in the same queue.

use std::sync::Arc;

use contract::operations::Operation;
use contract::rules::RuleId;
use serde_json::Value;

use crate::actor::{Look, Waited, until};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

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
    #[must_use]
    pub fn new_case(case: &str) -> Self {
        Self { case: case.to_owned(), event: Some(None) }
    }

    /// The notification of an event.
    #[must_use]
    pub fn event(case: &str, event: &str) -> Self {
        Self { case: case.to_owned(), event: Some(Some(event.to_owned())) }
    }

    /// Any notification about a case.
    #[must_use]
    pub fn any(case: &str) -> Self {
        Self { case: case.to_owned(), event: None }
    }

    /// Whether a notification is one of them.
    #[must_use]
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

impl World {
    /// Reads a batch of notifications as a role, with the query parameters given.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn read_batch(&mut self, role: Role, query: &[(&str, &str)]) -> Result<Reply, Stop> {
        let player = self.player(role)?;
        self.read_batch_of(&player, query).await
    }

    async fn read_batch_of(
        &mut self,
        player: &Arc<Credential>,
        query: &[(&str, &str)],
    ) -> Result<Reply, Stop> {
        let mut call = Call::operation(Operation::ListNotifications, &[]);
        for (name, value) in query {
            call = call.query(name, value);
        }
        self.send(call.by(player)).await
    }

    /// Looks once for our notifications in a role's queue.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub async fn look(&mut self, role: Role, wanted: &[Wanted]) -> Result<Sight, Stop> {
        let player = self.player(role)?;
        self.look_of(&player, wanted).await
    }

    /// Looks once for our notifications in a credential's queue.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub async fn look_of(
        &mut self,
        player: &Arc<Credential>,
        wanted: &[Wanted],
    ) -> Result<Sight, Stop> {
        let most = self.session().target.limits.max_batch;
        let size = most.to_string();
        let reply = self
            .read_batch_of(player, &[("maxResult", &size)])
            .await?
            .needed("lecture des notifications", 200)?;
        let all = reply.array("");
        let own = all
            .iter()
            .filter(|found| wanted.iter().any(|wanted| wanted.is(found)))
            .cloned()
            .collect();
        Ok(Sight { own, full: all.len() >= most as usize })
    }

    /// Waits until a notification of each of the wanted kinds is in a role's queue, up to the
    /// target's limit; gives all of ours that were seen then. Fewer than wanted: they did not come
    /// in time.
    ///
    /// # Errors
    /// When the queue cannot be read, or is too full to see our own: `rule` is then inconclusive.
    pub async fn await_notifications(
        &mut self,
        role: Role,
        wanted: &[Wanted],
        rule: Option<&RuleId>,
    ) -> Result<Vec<Value>, Stop> {
        let player = self.player(role)?;
        let limit = self.session().target.limits.delivery;
        let waited = until(limit, async || {
            let sight = self.look_of(&player, wanted).await?;
            let all_there =
                wanted.iter().all(|wanted| sight.own.iter().any(|found| wanted.is(found)));
            Ok::<_, Stop>(Look { seen: sight, done: all_there })
        });
        let Waited { seen: sight, done, .. } = waited.await?;
        if sight.full && !done { Err(self.queue_too_full(rule)) } else { Ok(sight.own) }
    }

    /// Waits for one notification as a precondition.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn need_notification(&mut self, role: Role, wanted: &Wanted) -> Result<Value, Stop> {
        let found = self.await_notifications(role, std::slice::from_ref(wanted), None).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Stop::broken("attente d'une notification", "une notification", "aucune"))
    }

    pub(super) fn queue_too_full(&self, rule: Option<&RuleId>) -> Stop {
        let most = self.session().target.limits.max_batch;
        let reason = format!(
            "la file contient plus de {most} notifications : les nôtres ne peuvent y être vues ; videz-la ou augmentez limits.max_batch"
        );
        match rule {
            Some(rule) => self.inconclusive(rule, reason),
            None => Stop::broken("lecture des notifications", "nos notifications visibles", reason),
        }
    }

    /// Our notifications in a role's queue, once a later one of ours is visible there and the quiet
    /// time has passed: what is not among them was not sent. The later one is that of a télédossier
    /// deposited here for the purpose.
    ///
    /// # Errors
    /// When the later one does not come, or the queue cannot be read.
    pub async fn settled_queue(
        &mut self,
        role: Role,
        wanted: &[Wanted],
        rule: &RuleId,
    ) -> Result<Vec<Value>, Stop> {
        self.send_later_notification(role).await?;
        tokio::time::sleep(self.session().target.limits.quiet).await;
        let sight = self.look(role, wanted).await?;
        if sight.full { Err(self.queue_too_full(Some(rule))) } else { Ok(sight.own) }
    }

    /// Makes a later notification of ours come into a role's queue, and waits for it. "Le
    /// télédossier" stays the same.
    async fn send_later_notification(&mut self, role: Role) -> Step {
        let before = self.deposits.len();
        let recipient = if role == Role::Osl { Role::Si } else { role };
        self.deposit(&[recipient]).await?;
        let later = self
            .deposits
            .pop()
            .ok_or_else(|| Stop::broken("dépôt d'un témoin", "un télédossier", "aucun"))?;
        debug_assert_eq!(self.deposits.len(), before);
        let case = later.cases.first().cloned().unwrap_or_default();
        self.need_notification(recipient, &Wanted::any(&case)).await?;
        if role == Role::Osl {
            // An OSL is notified of events: its witness is one of the recipient's. "L'événement"
            // stays the same too.
            let before = self.event_id.clone();
            let event =
                self.send_event(recipient, &case, super::events::notified("STATUS_UPDATE")).await?;
            let event = event.needed("événement témoin", 201)?.text("/id").to_owned();
            self.event_id = before;
            self.need_notification(role, &Wanted::event(&case, &event)).await?;
        }
        Ok(())
    }

    /// Deletes a notification as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn delete_notification(&mut self, role: Role, id: &str) -> Result<Reply, Stop> {
        self.send_as(role, Call::operation(Operation::DeleteNotification, &[id])).await
    }
}
