//! Queues of notifications, as a guest: only what is about our own cases is looked at or deleted,
//! and what may come later is waited for (contract §6, "Notifications").
use contract::operations::Operation;
use serde_json::Value;

use super::player::{Halt, Move, Player, named, picked, shows};
use crate::actor::Look;
use crate::client::Call;
use crate::oracle::{Action, Notice};
use crate::roles::Role;

/// What a look into a queue showed.
struct Sight {
    /// What is about our cases.
    own: Vec<Value>,
    /// Whether more may lie behind.
    full: bool,
}

impl Player<'_> {
    pub(super) async fn act_on_queues(&mut self, action: &Action) -> Move {
        match action {
            Action::ReadQueue { who, size: 0 } => {
                self.say(format!(
                    "{} demande un lot dont la taille n'est pas un nombre",
                    named(*who)
                ));
                let call = Call::operation(Operation::ListNotifications, &[])
                    .query("maxResult", "beaucoup");
                let reply = self.call(*who, call).await?;
                self.need(&reply, &[400], "NOT-03", "une taille qui n'est pas un nombre refusée")
            }
            Action::ReadQueue { who, size } => {
                self.say(format!("{} relève un lot de {size} notifications", named(*who)));
                let call =
                    Call::operation(Operation::ListNotifications, &[]).query("maxResult", size);
                let reply = self.call(*who, call).await?;
                self.need(&reply, &[200], "NOT-02", "un lot")?;
                let count = reply.array("").len();
                self.hold(
                    count <= usize::from(*size),
                    "NOT-02",
                    || format!("{size} notifications au plus"),
                    || count.to_string(),
                )
            }
            Action::FilterQueue { who } => self.filter(*who).await,
            Action::DeleteNotification { notice, again } => {
                let mut found = Vec::new();
                for (rank, notice) in self.model.notices.iter().enumerate() {
                    if notice.required && !notice.deleted {
                        found.push(rank);
                    }
                }
                let Some(rank) = picked(&found, *notice) else {
                    return Ok(());
                };
                self.delete_notification(rank, *again).await
            }
            _ => Ok(()),
        }
    }

    /// Filtered by another démarche, none of ours is shown (NOT-09).
    async fn filter(&mut self, who: Role) -> Move {
        let played = self.stage.profile.process.clone();
        let other = self
            .stage
            .session
            .troupe
            .processes()
            .iter()
            .find(|process| **process != played)
            .cloned();
        let Some(other) = other else { return Ok(()) };
        self.say(format!("{} relève les notifications de la démarche {other}", named(who)));
        let most = self.stage.session.target.limits.max_batch;
        let call = Call::operation(Operation::ListNotifications, &[])
            .query("maxResult", most)
            .query("processCode", &other);
        let reply = self.call(who, call).await?;
        let own = self.own_of(reply.array(""));
        self.hold(
            own.is_empty(),
            "NOT-09",
            || format!("les notifications de la démarche {other} seulement"),
            || format!("{} d'une autre démarche", own.len()),
        )
    }

    /// The id of a notification, once it is in its queue; none when it could not be seen for the
    /// others in the way.
    pub(super) async fn seen(&mut self, rank: usize) -> Result<Option<String>, Halt> {
        let queue = self.model.notices[rank].queue;
        let sight = self.awaited(queue).await?;
        let notice = &self.model.notices[rank];
        let found = sight.own.iter().find(|shown| {
            is_about(notice, shown) && !self.is_deleted(shown["id"].as_str().unwrap_or_default())
        });
        let id = found.and_then(|found| found["id"].as_str()).map(str::to_owned);
        if id.is_none() && !sight.full {
            return Err(self.lost(rank));
        }
        self.model.notices[rank].id.clone_from(&id);
        Ok(id)
    }

    fn is_deleted(&self, id: &str) -> bool {
        self.model.notices.iter().any(|notice| notice.deleted && notice.id.as_deref() == Some(id))
    }

    async fn delete_notification(&mut self, rank: usize, again: bool) -> Move {
        let queue = self.model.notices[rank].queue;
        self.say(format!("{} supprime une notification", named(queue)));
        let Some(id) = self.seen(rank).await? else {
            return Ok(());
        };
        let call = Call::operation(Operation::DeleteNotification, &[&id]);
        let reply = self.call(queue, call.clone()).await?;
        self.need(&reply, &[204], "NOT-06", "la suppression acceptée")?;
        self.model.notices[rank].deleted = true;
        if again {
            self.say(format!("{} la supprime de nouveau", named(queue)));
            let reply = self.call(queue, call).await?;
            self.need(&reply, &[404], "NOT-07", "une notification déjà supprimée inconnue")?;
        }
        Ok(())
    }

    fn own_of(&self, batch: &[Value]) -> Vec<Value> {
        let is_own = |shown: &&Value| {
            let folders = self.model.folders.iter();
            let mut cases = folders.flat_map(|folder| &folder.cases);
            cases.any(|case| shown["caseId"].as_str() == Some(case.id.as_str()))
        };
        batch.iter().filter(is_own).cloned().collect()
    }

    async fn look(&mut self, queue: Role) -> Result<Sight, Halt> {
        let most = self.stage.session.target.limits.max_batch;
        let mut call = Call::operation(Operation::ListNotifications, &[]).query("maxResult", most);
        if self.stage.is_recent() {
            call = call.query("eventDetails", "true");
        }
        let reply = self.call(queue, call).await?;
        self.need(&reply, &[200], "NOT-01", "les notifications lisibles")?;
        let all = reply.array("");
        Ok(Sight { own: self.own_of(all), full: all.len() >= most as usize })
    }

    /// A queue once every notification that must be there is, or once that has been waited for long
    /// enough.
    async fn awaited(&mut self, queue: Role) -> Result<Sight, Halt> {
        let delivery = self.stage.session.target.limits.delivery;
        self.until(delivery, async |player| {
            let sight = player.look(queue).await?;
            Ok(Look { done: player.missing(queue, &sight.own).is_none(), seen: sight })
        })
        .await
    }

    /// The first notification that must be in a queue and is not.
    fn missing(&self, queue: Role, shown: &[Value]) -> Option<usize> {
        self.model.notices.iter().position(|notice| {
            notice.queue == queue
                && notice.required
                && !notice.deleted
                && !shown.iter().any(|shown| {
                    is_about(notice, shown)
                        && !self.is_deleted(shown["id"].as_str().unwrap_or_default())
                })
        })
    }

    /// A notification that must be there is not.
    fn lost(&self, rank: usize) -> Halt {
        let notice = &self.model.notices[rank];
        let was_seen = notice.id.is_some();
        let rule = match (&notice.event, was_seen, notice.queue) {
            (_, true, _) => "NOT-05",
            (None, ..) => "FOL-18",
            (Some(id), _, queue) => match (self.kind_of(id).as_deref(), queue) {
                (Some("ATTACH_DEPOSIT"), _) => "EVT-11",
                (_, Role::Osl) => "EVT-07",
                _ => "EVT-08",
            },
        };
        self.disagree(
            rule,
            format!("{} notifié", named(notice.queue)),
            if was_seen { "la notification a disparu" } else { "aucune notification" },
        )
    }

    fn kind_of(&self, event: &str) -> Option<String> {
        let places = self.model.events_where(|found| found.id == event);
        places.first().map(|place| self.model.event(*place).kind().to_owned())
    }

    /// Every queue holds what it must, and nothing that it must not.
    pub(super) async fn look_into_queues(&mut self) -> Move {
        let queues: Vec<_> = self.stage.queues().collect();
        let mut sights = Vec::new();
        for queue in queues {
            let sight = self.awaited(queue).await?;
            if let (Some(rank), false) = (self.missing(queue, &sight.own), sight.full) {
                return Err(self.lost(rank));
            }
            sights.push((queue, sight));
        }
        if self.stage.is_late() {
            // What must not come might only come later: the last that had to come is there by now.
            tokio::time::sleep(self.stage.session.target.limits.quiet).await;
            for (queue, sight) in &mut sights {
                *sight = self.look(*queue).await?;
            }
        }
        for (queue, sight) in &sights {
            self.hold_queue(*queue, &sight.own)?;
        }
        Ok(())
    }

    fn hold_queue(&self, queue: Role, shown: &[Value]) -> Move {
        let mut left: Vec<&Notice> =
            self.model.notices.iter().filter(|notice| notice.queue == queue).collect();
        for one in shown {
            let id = one["id"].as_str().unwrap_or_default();
            if self.is_deleted(id) {
                return Err(self.disagree(
                    "NOT-06",
                    "une notification supprimée jamais redonnée",
                    format!("{id} de nouveau"),
                ));
            }
            // Those that must come first: what a hub may send explains only what is left.
            let place = left
                .iter()
                .position(|notice| notice.required && !notice.deleted && is_about(notice, one))
                .or_else(|| {
                    left.iter().position(|notice| !notice.required && is_about(notice, one))
                });
            let Some(place) = place else {
                return Err(self.unexpected(queue, one));
            };
            left.remove(place);
            self.hold_notification(queue, one)?;
        }
        Ok(())
    }

    /// A notification that nothing explains.
    fn unexpected(&self, queue: Role, shown: &Value) -> Halt {
        let case = shown["caseId"].as_str().unwrap_or_default();
        let expected_elsewhere = self
            .model
            .notices
            .iter()
            .any(|notice| notice.queue != queue && is_about(notice, shown));
        let folder = self
            .model
            .folders
            .iter()
            .find(|folder| folder.cases.iter().any(|known| known.id == case));
        let rule = match (shown["eventId"].as_str(), folder) {
            _ if expected_elsewhere && queue == Role::OtherProcess => "NOT-14",
            _ if expected_elsewhere && matches!(queue, Role::Osl | Role::SecondOsl) => "NOT-13",
            _ if expected_elsewhere => "NOT-11",
            (None, Some(folder)) if !folder.completed => "FOL-13",
            (None, _) => {
                let twice = self
                    .model
                    .notices
                    .iter()
                    .any(|notice| notice.queue == queue && is_about(notice, shown));
                // A second one of a télédossier that nothing else happened to is a double.
                if twice { "FOL-19" } else { "CAS-05" }
            }
            (Some(event), _) => match self.kind_of(event).as_deref() {
                Some("ATTACH_DEPOSIT") => "EVT-05",
                Some(_) => "EVT-09",
                None => "NOT-15",
            },
        };
        self.disagree(
            rule,
            format!("rien d'autre pour {}", named(queue)),
            format!("une notification du dossier {case}, événement {}", shown["eventId"]),
        )
    }

    fn hold_notification(&self, queue: Role, shown: &Value) -> Move {
        let case = shown["caseId"].as_str().unwrap_or_default();
        let places = self.model.cases_where(|known| known.id == case);
        let Some(place) = places.first() else {
            return Ok(());
        };
        let recipient = self.model.case(*place).recipient;
        let other = if queue == Role::Osl { recipient } else { Role::Osl };
        for (name, value) in [
            ("recipient", self.organization(queue)),
            ("transmitter", self.organization(other)),
            ("processCode", self.model.folders[place.0].sent["processCode"].clone()),
        ] {
            self.hold(
                shows(&shown[name], &value),
                "NOT-15",
                || format!("une notification dont {name} est {value}"),
                || shown[name].to_string(),
            )?;
        }
        self.hold_details(shown)
    }

    /// NOT-16: eventDetails tells what the event is and how it stands now.
    fn hold_details(&self, shown: &Value) -> Move {
        let Some(id) = shown["eventId"].as_str().filter(|_| self.stage.is_recent()) else {
            return Ok(());
        };
        let places = self.model.events_where(|event| event.id == id);
        let Some(place) = places.first() else {
            return Ok(());
        };
        let event = self.model.event(*place);
        let (kind, status) = (
            shown["eventActionType"].as_str().unwrap_or_default(),
            shown["eventStatus"].as_str().unwrap_or_default(),
        );
        self.hold(
            kind == event.kind() && event.status.allows(status),
            "NOT-16",
            || format!("eventDetails : {} {}", event.kind(), event.status.in_french()),
            || format!("{kind} {status}"),
        )
    }
}

fn is_about(notice: &Notice, shown: &Value) -> bool {
    shown["caseId"].as_str() == Some(notice.case.as_str())
        && shown["eventId"].as_str() == notice.event.as_deref()
}
