//! Files of events (contract §6, "Event"): which formats each side may join, whole sendings, and
//! what becomes of a file. Judges nothing.

use bytes::Bytes;
use contract::operations::Operation;
use serde_json::{Value, json};

use super::files;
use crate::actor::{Look, until};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

/// Formats that every démarche in use lets an SI join (contract §7).
const FORMATS_OF_AN_SI: [&str; 3] = ["application/pdf", "application/xml", "application/json"];

/// A file to be joined: what is announced of it, and its bytes.
#[derive(Clone, Debug)]
pub struct Enclosure {
    /// Announced mime type.
    pub mime_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Enclosure {
    /// A well-formed file of a mime type.
    #[must_use]
    pub fn of(mime_type: &str, seed: &str) -> Self {
        Self { mime_type: mime_type.to_owned(), bytes: files::of(mime_type, seed).into() }
    }

    /// A picture, of a format that no démarche allows.
    #[must_use]
    pub fn of_no_allowed_format(seed: &str) -> Self {
        let mut bytes = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
        bytes.extend_from_slice(seed.as_bytes());
        Self { mime_type: "image/gif".to_owned(), bytes: bytes.into() }
    }
}

/// The body of an event that joins files.
#[must_use]
pub fn joining(enclosures: &[Enclosure], notification: bool) -> Value {
    let announced: Vec<_> = enclosures
        .iter()
        .enumerate()
        .map(|(rank, file)| {
            json!({
                "fileName": format!("complement-{}", rank + 1),
                "type": "complement",
                "size": file.bytes.len(),
                "mimeType": file.mime_type,
            })
        })
        .collect();
    json!({ "actionType": "ATTACH_DEPOSIT", "notification": notification, "author": "Agent", "attachments": announced })
}

/// The ids of the files that an event announces, in the order of the request. No document promises
/// that order in the answer (contract §5): the names tell them apart, and their ranks do where a
/// hub has lost the names.
#[must_use]
pub fn ids_as_announced(request: &Value, answer: &Value) -> Vec<String> {
    let files = |event: &Value| event["attachments"].as_array().cloned().unwrap_or_default();
    let answered = files(answer);
    files(request)
        .iter()
        .enumerate()
        .filter_map(|(rank, announced)| {
            let mut namesakes =
                answered.iter().filter(|file| file["fileName"] == announced["fileName"]);
            let file = match (namesakes.next(), namesakes.next()) {
                (Some(file), None) => file,
                _ => answered.get(rank)?,
            };
            Some(file["id"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

impl World {
    /// So many files, each different, of formats that the démarche allows a role to join.
    ///
    /// # Errors
    /// When the scenario plays on no démarche.
    pub fn enclosures(&self, role: Role, count: usize) -> Result<Vec<Enclosure>, Stop> {
        let own: Vec<String> = match role {
            Role::Osl => vec![self.profile()?.first_kind().1.to_owned()],
            _ => FORMATS_OF_AN_SI.iter().map(|&mime| mime.to_owned()).collect(),
        };
        let seed = self.session().free_number();
        Ok((0..count)
            .map(|rank| Enclosure::of(&own[rank % own.len()], &format!("{seed}-{rank}")))
            .collect())
    }

    /// Creates an event that joins files, and remembers it with the ids and bytes of its files when
    /// the hub takes it.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn join(
        &mut self,
        role: Role,
        case: &str,
        enclosures: &[Enclosure],
        body: Value,
    ) -> Result<Reply, Stop> {
        let reply = self.send_event(role, case, body.clone()).await?;
        if reply.status() == 201 {
            let contents = enclosures.iter().map(|file| file.bytes.clone());
            self.event_files =
                ids_as_announced(&body, reply.json()).into_iter().zip(contents).collect();
        }
        Ok(reply)
    }

    /// A file of the last event, by its rank from 1: its id and bytes.
    ///
    /// # Errors
    /// When there is none.
    pub fn event_file(&self, rank: usize) -> Result<(String, Bytes), Stop> {
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
    ///
    /// # Errors
    /// When no answer came.
    pub async fn download_from_event(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        attachment: &str,
    ) -> Result<Reply, Stop> {
        self.send_as(
            role,
            Call::operation(Operation::GetEventAttachment, &[case, event, attachment]),
        )
        .await
    }

    /// Statuses of the files of the last event, in the order of its request, once those of these
    /// ranks (from 0) are no longer `PENDING` or the target's limit has passed.
    ///
    /// # Errors
    /// When the event cannot be read.
    pub async fn settled_event_files(
        &mut self,
        role: Role,
        case: &str,
        event: &str,
        ranks: &[usize],
    ) -> Result<Vec<String>, Stop> {
        let limit = self.session().target.limits.scan;
        let waited = until(limit, async || {
            let reply =
                self.read_event(role, case, event).await?.needed("lecture de l'événement", 200)?;
            let files = reply.array("/attachments");
            let status = |(id, _): &(String, Bytes)| {
                let file = files.iter().find(|file| file["id"] == id.as_str());
                let status = file.and_then(|file| file["status"].as_str());
                status.unwrap_or_default().to_owned()
            };
            let statuses: Vec<String> = self.event_files.iter().map(status).collect();
            let waiting = ranks
                .iter()
                .any(|rank| statuses.get(*rank).is_some_and(|status| status == "PENDING"));
            Ok::<_, Stop>(Look { seen: statuses, done: !waiting })
        });
        Ok(waited.await?.seen)
    }

    /// Sends every file of the last event as announced, and waits until each is received.
    ///
    /// # Errors
    /// When the hub refuses one, or does not find it good.
    pub async fn enclose_all(&mut self, role: Role, case: &str) -> Step {
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
    ///
    /// # Errors
    /// When the hub refuses any part of it.
    pub async fn send_files(
        &mut self,
        role: Role,
        case: &str,
        enclosures: &[Enclosure],
        body: Value,
    ) -> Step {
        self.join(role, case, enclosures, body)
            .await?
            .needed("création d'un événement avec pièces jointes", 201)?;
        self.enclose_all(role, case).await?;
        let event = self.last_event()?;
        self.set_event_status(role, case, &event, "SENT")
            .await?
            .needed("émission de l'événement", 204)?;
        Ok(())
    }

    /// The status of the last event as a role sees it, once it is the wanted one or the target's
    /// limit has passed.
    ///
    /// # Errors
    /// When the event cannot be read.
    pub async fn await_event_status(
        &mut self,
        role: Role,
        case: &str,
        wanted: &str,
    ) -> Result<String, Stop> {
        let event = self.last_event()?;
        let limit = self.session().target.limits.delivery;
        let waited = until(limit, async || {
            let reply =
                self.read_event(role, case, &event).await?.needed("lecture de l'événement", 200)?;
            let status = reply.text("/status").to_owned();
            Ok::<_, Stop>(Look { done: status == wanted, seen: status })
        });
        Ok(waited.await?.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_names_and_else_by_their_ranks() {
        let request = json!({"attachments": [{"fileName": "a"}, {"fileName": "b"}]});
        let shuffled =
            json!({"attachments": [{"id": "2", "fileName": "b"}, {"id": "1", "fileName": "a"}]});
        assert_eq!(ids_as_announced(&request, &shuffled), ["1", "2"]);
        let nameless = json!({"attachments": [{"id": "1"}, {"id": "2"}]});
        assert_eq!(ids_as_announced(&request, &nameless), ["1", "2"]);
        let fewer = json!({"attachments": [{"id": "1"}]});
        assert_eq!(ids_as_announced(&request, &fewer), ["1"]);
        let same = json!({"attachments": [{"fileName": "a"}, {"fileName": "a"}]});
        let answer =
            json!({"attachments": [{"id": "1", "fileName": "a"}, {"id": "2", "fileName": "a"}]});
        assert_eq!(ids_as_announced(&same, &answer), ["1", "2"]);
    }
}
