//! Modification of a case by either side (contract §9, cinématiques 6 to 13): events, their files,
//! statuses.

use bytes::Bytes;
use serde_json::Value;

use crate::actor::{Deposited, has_all_verdicts};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

impl World {
    /// The first case of the last télédossier.
    pub(crate) fn case_id(&self) -> Result<String, Stop> {
        self.deposited()?
            .cases
            .first()
            .cloned()
            .ok_or_else(|| Stop::broken("recherche du case", "un case", self.none_so_far()))
    }

    /// The last event created.
    pub(crate) fn last_event(&self) -> Result<String, Stop> {
        self.event_id.clone().ok_or_else(|| {
            Stop::broken("recherche de l'événement", "un événement", self.none_so_far())
        })
    }

    /// Reads a case as a role.
    pub(crate) async fn read_case(&mut self, role: Role, case: &str) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.read_case(case).await?)
    }

    /// The status of the first case of the last télédossier, as its recipient sees it.
    pub(crate) async fn case_status(&mut self) -> Result<String, Stop> {
        let case = self.case_id()?;
        let reply = self.read_case(Role::Si, &case).await?.needed("lecture du case", 200)?;
        Ok(reply.text("/status").to_owned())
    }

    /// Asks for a status of a case as a role.
    pub(crate) async fn set_case_status(
        &mut self,
        role: Role,
        case: &str,
        status: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.set_case_status(case, status).await?)
    }

    /// Creates an event on a case as a role, and remembers it when the hub takes it.
    pub(crate) async fn send_event(
        &mut self,
        role: Role,
        case: &str,
        body: Value,
    ) -> Result<Reply, Stop> {
        let mut reply = self.actor(role)?.create_event(case, &body).await?;
        let answers = self.replies.len();
        if reply.status() == 400 && self.becomes_notified(case).await? {
            // While a completed case is not yet HUBEE_NOTIFIED a hub may refuse events (contract
            // §6, "Event"; D28).
            reply = self.actor(role)?.create_event(case, &body).await?;
        } else {
            // The event's answer stays the last one.
            self.replies.truncate(answers);
        }
        if reply.status() == 201 {
            self.event_id = Some(reply.text("/id").to_owned());
            self.event_author = Some(role);
        }
        Ok(reply)
    }

    /// Whether a télédossier of this scenario that was completed only becomes notified now.
    async fn becomes_notified(&mut self, case: &str) -> Result<bool, Stop> {
        let own = |deposit: &&Deposited| deposit.cases.iter().any(|id| id == case);
        let Some(folder) = self.deposits.iter().find(own).map(|deposit| deposit.id.clone()) else {
            return Ok(false);
        };
        let limit = self.session().target.limits.delivery;
        let mut osl = self.actor(Role::Osl)?;
        if osl.read_folder(&folder).await?.text("/globalStatus") != "HUBEE_COMPLETED" {
            return Ok(false);
        }
        let suits = |folder: &Reply| folder.text("/globalStatus") == "HUBEE_NOTIFIED";
        osl.await_folder(&folder, limit, suits).await?;
        Ok(true)
    }

    /// Sends the bytes of a file of an event as a role.
    pub(crate) async fn upload_to_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        attachment: &str,
        bytes: Bytes,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.upload_to_event(case, event, attachment, bytes).await?)
    }

    /// Sends all files of the last event as announced.
    ///
    /// # Errors
    /// When the hub refuses one, or does not find it good within the target's limit.
    pub(crate) async fn upload_event_files(&mut self, role: Role, case: &str) -> Step {
        let event = self.last_event()?;
        for (id, bytes) in self.event_files.clone() {
            self.upload_to_event(role, case, &event, &id, bytes)
                .await?
                .needed("envoi d'un fichier d'événement", 204)?;
        }
        let limit = self.session().target.limits.scan;
        self.actor(role)?.await_event(case, &event, limit, has_all_verdicts).await?;
        Ok(())
    }

    /// Reads an event as a role.
    pub(crate) async fn read_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.read_event(case, event).await?)
    }

    /// Asks for a status of an event as a role.
    pub(crate) async fn set_event_status(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        status: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.set_event_status(case, event, status).await?)
    }

    /// Deletes an event as a role.
    pub(crate) async fn delete_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.delete_event(case, event).await?)
    }

    /// Downloads a file of a case as a role.
    pub(crate) async fn download(
        &mut self,
        role: Role,
        case: &str,
        attachment: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.download(case, attachment).await?)
    }
}
