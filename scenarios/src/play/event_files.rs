//! Files of events (contract §6, "Event"): which formats each side may join, whole sendings, and
//! what becomes of a file. Judges nothing.

use bytes::Bytes;
use serde_json::Value;

use crate::actor::profile::FORMATS_OF_AN_SI;
use crate::actor::{Enclosure, ids_as_announced};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

impl World {
    /// The formats that the démarche lets a role join, as far as the tester knows.
    pub(crate) fn formats(&self, role: Role) -> Result<Vec<String>, Stop> {
        Ok(match role {
            Role::Osl => self.profile()?.attachments.into_iter().flat_map(|(_, own)| own).collect(),
            _ => FORMATS_OF_AN_SI.map(str::to_owned).to_vec(),
        })
    }

    /// So many files, each different, of formats that the démarche allows a role to join.
    pub(crate) fn enclosures(&self, role: Role, count: usize) -> Result<Vec<Enclosure>, Stop> {
        let mut own = self.formats(role)?;
        if role == Role::Osl {
            own.truncate(1);
        }
        let seed = self.session().free_number();
        Ok((0..count)
            .map(|rank| Enclosure::of(&own[rank % own.len()], &format!("{seed}-{rank}")))
            .collect())
    }

    /// Creates an event that joins files, and remembers it with the ids and bytes of its files when
    /// the hub takes it.
    pub(crate) async fn join(
        &mut self,
        role: Role,
        case: &str,
        enclosures: &[Enclosure],
        body: Value,
    ) -> Result<Reply, Stop> {
        let reply = self.send_event(role, case, body.clone()).await?;
        if reply.status() == 201 {
            self.note_event_files(&body, reply.json(), enclosures);
        }
        Ok(reply)
    }

    /// Remembers the ids and bytes of the files of an event that the hub took.
    pub(crate) fn note_event_files(
        &mut self,
        body: &Value,
        answer: &Value,
        enclosures: &[Enclosure],
    ) {
        let contents = enclosures.iter().map(|file| file.bytes.clone());
        self.event_files = ids_as_announced(body, answer).into_iter().zip(contents).collect();
    }

    /// A file of the last event, by its rank from 1: its id and bytes.
    pub(crate) fn event_file(&self, rank: usize) -> Result<(String, Bytes), Stop> {
        let file = self.event_files.get(rank.wrapping_sub(1)).cloned();
        file.ok_or_else(|| {
            Stop::broken(
                "recherche d'une pièce jointe d'événement",
                format!("la pièce {rank}"),
                "absente",
            )
        })
    }

    /// Downloads a file of an event as a role.
    pub(crate) async fn download_from_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        attachment: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.download_from_event(case, event, attachment).await?)
    }

    /// Statuses of the files of the last event, in the order of its request, once those of these
    /// ranks (from 0) are no longer `PENDING` or the target's limit has passed.
    pub(crate) async fn settled_event_files(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        ranks: &[usize],
    ) -> Result<Vec<String>, Stop> {
        let limit = self.session().target.limits.scan;
        let files = self.event_files.clone();
        let statuses = |event: &Reply| -> Vec<String> {
            let status = |(id, _): &(String, Bytes)| {
                let mut shown = event.array("/attachments").iter();
                let file = shown.find(|file| file["id"] == id.as_str());
                let status = file.and_then(|file| file["status"].as_str());
                status.unwrap_or_default().to_owned()
            };
            files.iter().map(status).collect()
        };
        let settled = |event: &Reply| {
            let statuses = statuses(event);
            !ranks.iter().any(|rank| statuses.get(*rank).is_some_and(|it| it == "PENDING"))
        };
        let waited = self.actor(role)?.await_event(case, event, limit, settled).await?;
        Ok(statuses(&waited.seen))
    }

    /// Sends every file of the last event as announced, and waits until each is received.
    pub(crate) async fn enclose_all(&mut self, role: Role, case: &str) -> Step {
        self.upload_event_files(role, case).await?;
        let event = self.last_event()?;
        let ranks: Vec<_> = (0..self.event_files.len()).collect();
        let statuses = self.settled_event_files(role, case, &event, &ranks).await?;
        match statuses.iter().find(|status| *status != "RECEIVED") {
            None => Ok(()),
            Some(other) => Err(Stop::broken(
                "réception d'une pièce jointe d'événement",
                "RECEIVED",
                other.clone(),
            )),
        }
    }

    /// A whole sending of files: event, files, `SENT`.
    pub(crate) async fn send_files(
        &mut self,
        role: Role,
        case: &str,
        enclosures: &[Enclosure],
        body: Value,
    ) -> Step {
        self.join(role, case, enclosures, body)
            .await?
            .needed("création d'un événement avec pièces jointes", 201)?;
        self.emit_files(role, case).await
    }

    /// Sends every file of the last event, then the event.
    pub(crate) async fn emit_files(&mut self, role: Role, case: &str) -> Step {
        self.enclose_all(role, case).await?;
        let event = self.last_event()?;
        self.set_event_status(role, case, &event, "SENT")
            .await?
            .needed("émission de l'événement", 204)?;
        Ok(())
    }

    /// The status of the last event as a role sees it, once it is the wanted one or the target's
    /// limit has passed.
    pub(crate) async fn await_event_status(
        &mut self,
        role: Role,
        case: &str,
        wanted: &str,
    ) -> Result<String, Stop> {
        let event = self.last_event()?;
        let limit = self.session().target.limits.delivery;
        let suits = |event: &Reply| event.text("/status") == wanted;
        let waited = self.actor(role)?.await_event(case, &event, limit, suits).await?;
        Ok(waited.seen.text("/status").to_owned())
    }
}
