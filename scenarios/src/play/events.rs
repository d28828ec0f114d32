//! Modification of a case by either side (contract §9, cinématiques 6 to 13): events, their files,
//! statuses.

use bytes::Bytes;
use contract::operations::Operation;
use serde_json::{Value, json};

use super::event_files::ids_as_announced;
use super::files;
use crate::actor::{Look, has_pending_files, until};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

/// The body of an event without files, which notifies the other side.
#[must_use]
pub fn notified(action_type: &str) -> Value {
    json!({ "actionType": action_type, "notification": true, "author": "Agent instructeur" })
}

/// The body of an event without files, which notifies nobody.
#[must_use]
pub fn silent(action_type: &str) -> Value {
    json!({ "actionType": action_type, "notification": false, "author": "Agent instructeur" })
}

/// The body of an event with files, and their bytes: one for each mime type.
#[must_use]
pub fn with_files(mime_types: &[&str], notification: bool, seed: &str) -> (Value, Vec<Bytes>) {
    let contents: Vec<Bytes> = mime_types
        .iter()
        .enumerate()
        .map(|(rank, mime)| files::of(mime, &format!("{seed}-{rank}")).into())
        .collect();
    let attachments: Vec<Value> = mime_types
        .iter()
        .zip(&contents)
        .enumerate()
        .map(|(rank, (mime, bytes))| json!({ "fileName": format!("complement-{}", rank + 1), "type": "complement", "size": bytes.len(), "mimeType": mime }))
        .collect();
    let body = json!({ "actionType": "ATTACH_DEPOSIT", "notification": notification, "author": "Agent instructeur", "attachments": attachments });
    (body, contents)
}

impl World {
    /// The first case of the last télédossier.
    ///
    /// # Errors
    /// When there is none.
    pub fn case_id(&self) -> Result<String, Stop> {
        self.deposited()?
            .cases
            .first()
            .cloned()
            .ok_or_else(|| Stop::broken("recherche du case", "un case", "aucun"))
    }

    /// The last event created.
    ///
    /// # Errors
    /// When there is none.
    pub fn last_event(&self) -> Result<String, Stop> {
        self.event_id
            .clone()
            .ok_or_else(|| Stop::broken("recherche de l'événement", "un événement", "aucun"))
    }

    /// Reads a case as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn read_case(&mut self, role: Role, case: &str) -> Result<Reply, Stop> {
        self.send_as(role, Call::operation(Operation::GetCase, &[case])).await
    }

    /// The status of the first case of the last télédossier, as its recipient sees it.
    ///
    /// # Errors
    /// When the case cannot be read.
    pub async fn case_status(&mut self) -> Result<String, Stop> {
        let case = self.case_id()?;
        let reply = self.read_case(Role::Si, &case).await?.needed("lecture du case", 200)?;
        Ok(reply.text("/status").to_owned())
    }

    /// Asks for a status of a case as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn set_case_status(
        &mut self,
        role: Role,
        case: &str,
        status: &str,
    ) -> Result<Reply, Stop> {
        self.send_as(
            role,
            Call::operation(Operation::UpdateCase, &[case]).json(json!({ "status": status })),
        )
        .await
    }

    /// Creates an event on a case as a role, and remembers it when the hub takes it.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn send_event(&mut self, role: Role, case: &str, body: Value) -> Result<Reply, Stop> {
        let reply =
            self.send_as(role, Call::operation(Operation::CreateEvent, &[case]).json(body)).await?;
        if reply.status() == 201 {
            self.event_id = Some(reply.text("/id").to_owned());
        }
        Ok(reply)
    }

    /// Creates an event with files on a case as a role, and remembers their ids and bytes.
    ///
    /// # Errors
    /// When the hub refuses it.
    pub async fn send_event_with_files(
        &mut self,
        role: Role,
        case: &str,
        body: Value,
        contents: Vec<Bytes>,
    ) -> Step {
        let reply = self
            .send_event(role, case, body.clone())
            .await?
            .needed("création d'un événement avec pièces", 201)?;
        let ids = ids_as_announced(&body, reply.json());
        self.event_files = ids.into_iter().zip(contents).collect();
        Ok(())
    }

    /// Sends the bytes of a file of an event as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn upload_to_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        attachment: &str,
        bytes: Bytes,
    ) -> Result<Reply, Stop> {
        self.send_as(
            role,
            Call::operation(Operation::PutEventAttachment, &[case, event, attachment]).file(bytes),
        )
        .await
    }

    /// Sends all files of the last event as announced.
    ///
    /// # Errors
    /// When the hub refuses one, or does not find it good within the target's limit.
    pub async fn upload_event_files(&mut self, role: Role, case: &str) -> Step {
        let event = self.last_event()?;
        for (id, bytes) in self.event_files.clone() {
            self.upload_to_event(role, case, &event, &id, bytes)
                .await?
                .needed("envoi d'un fichier d'événement", 204)?;
        }
        let limit = self.session().target.limits.scan;
        let waited = until(limit, async || {
            let reply =
                self.read_event(role, case, &event).await?.needed("lecture de l'événement", 200)?;
            Ok::<_, Stop>(Look { done: !has_pending_files(&reply), seen: () })
        });
        waited.await.map(drop)
    }

    /// Reads an event as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn read_event(&mut self, role: Role, case: &str, event: &str) -> Result<Reply, Stop> {
        self.send_as(role, Call::operation(Operation::GetEvent, &[case, event])).await
    }

    /// Asks for a status of an event as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn set_event_status(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        status: &str,
    ) -> Result<Reply, Stop> {
        self.send_as(
            role,
            Call::operation(Operation::UpdateEvent, &[case, event])
                .json(json!({ "status": status })),
        )
        .await
    }

    /// Deletes an event as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn delete_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
    ) -> Result<Reply, Stop> {
        self.send_as(role, Call::operation(Operation::DeleteEvent, &[case, event])).await
    }

    /// Downloads a file of a case as a role.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn download(
        &mut self,
        role: Role,
        case: &str,
        attachment: &str,
    ) -> Result<Reply, Stop> {
        self.send_as(role, Call::operation(Operation::GetCaseAttachment, &[case, attachment])).await
    }
}
