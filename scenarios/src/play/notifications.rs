//! Retrieving notifications (contract §9, cinématique 2) as a guest: only our own are looked at and
//! deleted, whatever else waits in the queue; what may be asynchronous is waited for; "nobody was
//! notified" is said only once a later notification of ours is visible in the same queue.

use contract::rules::RuleId;
use serde_json::Value;

use crate::actor::{Sight, Waited, Wanted, notified};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

impl World {
    /// Reads a batch of notifications as a role, with the query parameters given.
    pub(crate) async fn read_batch(
        &mut self,
        role: Role,
        query: &[(&str, &str)],
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.read_batch(query).await?)
    }

    /// Looks once for our notifications in a role's queue.
    pub(crate) async fn look(&mut self, role: Role, wanted: &[Wanted]) -> Result<Sight, Stop> {
        Ok(self.actor(role)?.look_for(wanted).await?)
    }

    /// Waits until a notification of each of the wanted kinds is in a role's queue, up to the
    /// target's limit; gives all of ours that were seen then. Fewer than wanted: they did not come
    /// in time.
    ///
    /// # Errors
    /// When the queue cannot be read, or is too full to see our own: `rule` is then inconclusive.
    pub(crate) async fn await_notifications(
        &mut self,
        role: Role,
        wanted: &[Wanted],
        rule: Option<&RuleId>,
    ) -> Result<Vec<Value>, Stop> {
        let limit = self.session().target.limits.delivery;
        let waited = self.actor(role)?.await_notifications(wanted, limit).await?;
        let Waited { seen: sight, done, .. } = waited;
        if sight.full && !done { Err(self.queue_too_full(rule)) } else { Ok(sight.own) }
    }

    /// Waits for one notification as a precondition.
    pub(crate) async fn need_notification(
        &mut self,
        role: Role,
        wanted: &Wanted,
    ) -> Result<Value, Stop> {
        let found = self.await_notifications(role, std::slice::from_ref(wanted), None).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Stop::broken("attente d'une notification", "une notification", "aucune"))
    }

    pub(crate) fn queue_too_full(&self, rule: Option<&RuleId>) -> Stop {
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
    pub(crate) async fn settled_queue(
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
            let event = self.send_event(recipient, &case, notified("STATUS_UPDATE")).await?;
            let event = event.needed("événement témoin", 201)?.text("/id").to_owned();
            self.event_id = before;
            self.need_notification(role, &Wanted::event(&case, &event)).await?;
        }
        Ok(())
    }

    /// Deletes a notification as a role.
    pub(crate) async fn delete_notification(
        &mut self,
        role: Role,
        id: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.delete_notification(id).await?)
    }
}
