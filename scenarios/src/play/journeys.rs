//! Moves that go through several calls, as the cinématiques 6, 7, 10 and 11 chain them (contract
//! §9). A move breaks the scenario where the hub does not do its part.

use bytes::Bytes;
use contract::journeys::ProcessJourney;
use serde_json::json;

use crate::actor::{Draft, Wanted, joining, status_event};
use crate::check::{Needed as _, Step, Stop};
use crate::roles::Role;
use crate::world::World;

impl World {
    /// Reads a case as its recipient and downloads each of its received files (cinématique 7):
    /// their ids and bytes.
    pub(crate) async fn fetch_case(
        &mut self,
        role: Role,
        case: &str,
    ) -> Result<Vec<(String, Bytes)>, Stop> {
        let read = self.read_case(role, case).await?.needed("lecture du dossier", 200)?;
        let received: Vec<String> = read
            .array("/attachments")
            .iter()
            .filter(|file| file["status"] == "RECEIVED")
            .map(|file| file["id"].as_str().unwrap_or_default().to_owned())
            .collect();
        let mut fetched = Vec::new();
        for id in received {
            let file = self
                .download(role, case, &id)
                .await?
                .needed("téléchargement d'une pièce jointe", 200)?;
            fetched.push((id, file.body));
        }
        Ok(fetched)
    }

    /// Sets a status of a case and announces it to the other side by an event (cinématiques 8 and
    /// 10).
    pub(crate) async fn set_and_announce(
        &mut self,
        role: Role,
        case: &str,
        from: &str,
        to: &str,
    ) -> Step {
        self.set_case_status(role, case, to)
            .await?
            .needed(&format!("passage du dossier de {from} à {to}"), 204)?;
        self.send_event(role, case, status_event(from, to))
            .await?
            .needed("annonce du changement de statut", 201)?;
        Ok(())
    }

    /// The receiving side of an event (cinématique 6): notification, event, files, `RECEIVED`,
    /// notification deleted. Gives the bytes of its files.
    pub(crate) async fn treat_event(&mut self, role: Role, case: &str) -> Result<Vec<Bytes>, Stop> {
        let event = self.last_event()?;
        self.need_notification(role, &Wanted::event(case, &event)).await?;
        let read =
            self.read_event(role, case, &event).await?.needed("lecture de l'événement", 200)?;
        let ids: Vec<_> = read
            .array("/attachments")
            .iter()
            .map(|file| file["id"].as_str().unwrap_or_default().to_owned())
            .collect();
        let mut received = Vec::new();
        for id in ids {
            let file = self.download_from_event(role, case, &event, &id).await?;
            received.push(file.needed("téléchargement d'une pièce jointe d'événement", 200)?.body);
        }
        self.set_event_status(role, case, &event, "RECEIVED")
            .await?
            .needed("accusé de réception de l'événement", 204)?;
        self.drop_notifications(role, &Wanted::event(case, &event)).await?;
        Ok(received)
    }

    /// Deletes the notifications of one kind from a role's queue.
    pub(crate) async fn drop_notifications(&mut self, role: Role, wanted: &Wanted) -> Step {
        for found in self.look(role, std::slice::from_ref(wanted)).await?.own {
            let id = found["id"].as_str().unwrap_or_default();
            self.delete_notification(role, id)
                .await?
                .needed("suppression d'une notification", 204)?;
        }
        Ok(())
    }

    /// The OSL reopens a closed case with complements (cinématique 11): event with files, case
    /// reopened, event sent, folder reopened.
    pub(crate) async fn reopen_with_complements(&mut self, case: &str) -> Step {
        let enclosures = self.enclosures(Role::Osl, 2)?;
        let mut body = joining(&enclosures, true);
        body["caseCurrentStatus"] = json!("CLOSED");
        body["caseNewStatus"] = json!("HUBEE_NOTIFIED");
        body["message"] = json!("Voici les pièces complémentaires.");
        self.join(Role::Osl, case, &enclosures, body)
            .await?
            .needed("création de l'envoi de compléments", 201)?;
        self.enclose_all(Role::Osl, case).await?;
        let reopened = self.set_case_status(Role::Osl, case, "HUBEE_NOTIFIED").await?;
        // The event may have reopened it, and a hub may refuse the status that a case has (contract
        // §6, "Case status").
        if reopened.status() != 204
            && self.await_case_status(Role::Si, case, "HUBEE_NOTIFIED").await? != "HUBEE_NOTIFIED"
        {
            reopened.needed("réouverture du dossier", 204)?;
        }
        let event = self.last_event()?;
        self.set_event_status(Role::Osl, case, &event, "SENT")
            .await?
            .needed("émission des compléments", 204)?;
        self.set_folder_status("HUBEE_NOTIFIED")
            .await?
            .needed("réouverture du télédossier", 204)?;
        Ok(())
    }

    /// Describes a télédossier of a démarche with every attachment type and mime type in use there.
    pub(crate) fn describe_whole(
        &self,
        journey: &ProcessJourney,
        recipients: &[Role],
    ) -> Result<Draft, Stop> {
        let mut draft = self.describe_bare(recipients)?;
        draft.attach_in_use(journey);
        Ok(draft)
    }
}
