//! The demands of the access matrix (contract §4): for each of its 28 operations, what it takes to
//! make it on a real object, and the call itself. The same call is then made by those who may and
//! by those who may not. Demands that would change the référentiel carry one value of an impossible
//! type: whoever may make them gets 400, and nothing changes.

use contract::case::CaseUpdateRequest;
use contract::event::EventUpdateRequest;
use contract::folder::FolderUpdateRequest;
use contract::operations::Operation;
use serde_json::{Value, json};

use crate::actor::{Deposited, Enclosure, Wanted, joining, notified, silent};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

/// What each operation of the matrix is called in the features.
pub(crate) const DEMANDS: [(Operation, &str); 28] = [
    (Operation::CreateFolder, "déclarer un télédossier"),
    (Operation::PutFolderAttachment, "envoyer un fichier du télédossier"),
    (Operation::CreateEvent, "ajouter un événement au dossier"),
    (Operation::UpdateFolder, "changer le statut du télédossier"),
    (Operation::UpdateCase, "changer le statut du dossier"),
    (Operation::UpdateEvent, "changer le statut d'un événement"),
    (Operation::PutEventAttachment, "envoyer un fichier d'un événement"),
    (Operation::GetFolder, "lire le télédossier"),
    (Operation::GetEventAttachment, "télécharger un fichier d'un événement"),
    (Operation::ListSubscriptions, "lister les abonnements"),
    (Operation::GetSubscription, "lire un abonnement"),
    (Operation::ListNotifications, "relever les notifications"),
    (Operation::DeleteNotification, "supprimer une notification"),
    (Operation::GetCase, "lire le dossier"),
    (Operation::GetCaseAttachment, "télécharger un fichier du dossier"),
    (Operation::GetEvent, "lire un événement"),
    (Operation::DeleteFolder, "supprimer le télédossier"),
    (Operation::CreateSubscription, "créer un abonnement"),
    (Operation::UpdateSubscription, "modifier un abonnement"),
    (Operation::CreateOrganization, "créer une organisation"),
    (Operation::UpdateOrganization, "modifier une organisation"),
    (Operation::GetOrganization, "lire une organisation"),
    (Operation::ListOrganizations, "lister les organisations"),
    (Operation::CreateProcess, "créer une démarche"),
    (Operation::UpdateProcess, "modifier une démarche"),
    (Operation::GetProcess, "lire une démarche"),
    (Operation::ListProcesses, "lister les démarches"),
    (Operation::DeleteEvent, "supprimer un événement"),
];

/// The operation that a feature calls so.
pub(crate) fn demanded(name: &str) -> Option<Operation> {
    DEMANDS.iter().find(|(_, demand)| *demand == name).map(|(operation, _)| *operation)
}

/// Whether a demand carries an impossible value so as to change nothing.
pub(crate) const fn is_inert(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateSubscription
            | Operation::UpdateSubscription
            | Operation::CreateOrganization
            | Operation::UpdateOrganization
            | Operation::CreateProcess
            | Operation::UpdateProcess
    )
}

/// Whether an answer shows that the caller may make the demand.
pub(crate) fn is_permitted(operation: Operation, reply: &Reply) -> bool {
    reply.is_success() || is_inert(operation) && matches!(reply.status(), 400 | 409 | 422)
}

/// A value that no property of the référentiel can take.
fn impossible() -> Value {
    json!({ "type": "impossible" })
}

impl World {
    /// Prepares a real object for a demand, so that `role` may make it, and keeps the call ready.
    pub(crate) async fn prepare_demand(&mut self, operation: Operation, role: Role) -> Step {
        let call = match operation {
            Operation::CreateFolder
            | Operation::PutFolderAttachment
            | Operation::UpdateFolder
            | Operation::GetFolder
            | Operation::DeleteFolder => self.prepare_folder(operation, role).await?,
            Operation::UpdateEvent
            | Operation::PutEventAttachment
            | Operation::GetEventAttachment
            | Operation::GetEvent
            | Operation::DeleteEvent => self.prepare_event(operation, role).await?,
            Operation::CreateEvent
            | Operation::UpdateCase
            | Operation::GetCase
            | Operation::GetCaseAttachment => self.prepare_case(operation, role).await?,
            Operation::ListNotifications | Operation::DeleteNotification => {
                self.prepare_notification(operation, role).await?
            }
            _ => self.prepare_referential(operation).await?,
        };
        self.prepared = Some(call);
        Ok(())
    }

    /// Makes the demand that was prepared, as a role.
    pub(crate) async fn demand(&mut self, operation: Operation, role: Role) -> Result<Reply, Stop> {
        let prepared = self.prepared.clone();
        let call = prepared
            .ok_or_else(|| Stop::broken("demande au hub", "une demande préparée", "aucune"))?;
        let reply = self.send_as(role, call).await?;
        match operation {
            Operation::CreateFolder if reply.status() == 201 => {
                let draft = self
                    .draft
                    .clone()
                    .ok_or_else(|| Stop::broken("création", "un télédossier décrit", "aucun"))?;
                let credential = self.credential(role)?;
                self.remember_deposit(&credential, draft, &reply);
            }
            Operation::DeleteFolder if reply.is_success() => {
                let id = self.deposited()?.id.clone();
                self.session().ledger.gone(&id);
            }
            _ => {}
        }
        Ok(reply)
    }

    async fn prepare_folder(&mut self, operation: Operation, role: Role) -> Result<Call, Stop> {
        let draft = self.describe(&[Role::Si])?;
        if operation == Operation::CreateFolder {
            self.draft = Some(draft.clone());
            return Ok(Call::operation(operation, &[]).json(draft.body));
        }
        self.create(role, draft).await?.needed("création d'un télédossier", 201)?;
        if operation == Operation::UpdateFolder {
            self.upload_all().await?;
        }
        let Deposited { id, attachments, draft, .. } = self.deposited()?.clone();
        let first = attachments.first().map(String::as_str).unwrap_or_default();
        Ok(match operation {
            Operation::PutFolderAttachment => Call::operation(operation, &[&id, first])
                .file(draft.files.first().cloned().unwrap_or_default()),
            Operation::UpdateFolder => {
                Call::operation(operation, &[&id]).json(FolderUpdateRequest::to("HUBEE_COMPLETED"))
            }
            _ => Call::operation(operation, &[&id]),
        })
    }

    /// A télédossier of the OSL, in the hands of the SI.
    async fn transmit(&mut self) -> Result<String, Stop> {
        self.deposit(&[Role::Si]).await?;
        let case = self.case_id()?;
        self.need_notification(Role::Si, &Wanted::any(&case)).await?;
        Ok(case)
    }

    async fn prepare_case(&mut self, operation: Operation, role: Role) -> Result<Call, Stop> {
        let case = self.transmit().await?;
        Ok(match operation {
            Operation::CreateEvent => Call::operation(operation, &[&case]).json(silent("COM_ADD")),
            Operation::UpdateCase => {
                let status = self.status_to_ask(role, &case).await?;
                Call::operation(operation, &[&case]).json(CaseUpdateRequest::to(status))
            }
            Operation::GetCaseAttachment => {
                let file = self.deposited()?.attachments.first().cloned().unwrap_or_default();
                Call::operation(operation, &[&case, &file])
            }
            _ => Call::operation(operation, &[&case]),
        })
    }

    /// A status meant for the role, in a case that it may follow (contract §6, "Case status").
    async fn status_to_ask(&mut self, role: Role, case: &str) -> Result<&'static str, Stop> {
        if role == Role::Si {
            return Ok("SENT");
        }
        for status in ["SENT", "SI_RECEIVED"] {
            self.set_case_status(Role::Si, case, status)
                .await?
                .needed("avancement du dossier par le SI", 204)?;
        }
        Ok("CLOSED")
    }

    /// An event with a file: of the role's own, but for a download, which is of what the other side
    /// sent.
    async fn prepare_event(&mut self, operation: Operation, role: Role) -> Result<Call, Stop> {
        let case = self.transmit().await?;
        let author = match (operation, role) {
            (Operation::GetEventAttachment | Operation::GetEvent, Role::Si) => Role::Osl,
            (Operation::GetEventAttachment | Operation::GetEvent, _) => Role::Si,
            _ => role,
        };
        let seed = self.session().free_number();
        let mime_type = self.event_mime_type(author)?;
        let enclosures = [Enclosure::of(&mime_type, &seed)];
        self.join(author, &case, &enclosures, joining(&enclosures, false))
            .await?
            .needed("création d'un événement avec pièces", 201)?;
        let event = self.last_event()?;
        let (file, bytes) = self.event_files.first().cloned().unwrap_or_default();
        if matches!(
            operation,
            Operation::UpdateEvent | Operation::GetEventAttachment | Operation::GetEvent
        ) {
            self.upload_event_files(author, &case).await?;
        }
        if matches!(operation, Operation::GetEventAttachment | Operation::GetEvent) {
            self.set_event_status(author, &case, &event, "SENT")
                .await?
                .needed("envoi de l'événement", 204)?;
        }
        Ok(match operation {
            Operation::UpdateEvent => {
                Call::operation(operation, &[&case, &event]).json(EventUpdateRequest::to("SENT"))
            }
            Operation::PutEventAttachment => {
                Call::operation(operation, &[&case, &event, &file]).file(bytes)
            }
            Operation::GetEventAttachment => Call::operation(operation, &[&case, &event, &file]),
            _ => Call::operation(operation, &[&case, &event]),
        })
    }

    /// A mime type that a role may attach to an event: any of those in use lets an SI send a pdf
    /// (contract §7), an OSL sends what the démarche itself takes, a usual one if it can.
    fn event_mime_type(&self, author: Role) -> Result<String, Stop> {
        let profile = self.profile()?;
        let usual = ["application/pdf", "application/xml", "application/json"];
        let takes = |mime: &str| {
            profile
                .attachments
                .iter()
                .flat_map(|(_, mime_types)| mime_types)
                .any(|found| found == mime)
        };
        let chosen =
            if author == Role::Si { usual.first() } else { usual.iter().find(|mime| takes(mime)) };
        Ok(chosen.map_or_else(|| profile.first_kind().1.to_owned(), |mime| (*mime).to_owned()))
    }

    async fn prepare_notification(
        &mut self,
        operation: Operation,
        role: Role,
    ) -> Result<Call, Stop> {
        if operation == Operation::ListNotifications {
            return Ok(Call::operation(operation, &[]));
        }
        let case = self.transmit().await?;
        let notification = if role == Role::Osl {
            let event = self.send_event(Role::Si, &case, notified("STATUS_UPDATE")).await?;
            let event = event.needed("événement du SI", 201)?.text("/id").to_owned();
            self.need_notification(Role::Osl, &Wanted::event(&case, &event)).await?
        } else {
            self.need_notification(Role::Si, &Wanted::any(&case)).await?
        };
        let id = notification["id"].as_str().unwrap_or_default().to_owned();
        Ok(Call::operation(operation, &[&id]))
    }

    async fn prepare_referential(&mut self, operation: Operation) -> Result<Call, Stop> {
        let process = self.process()?;
        let si = self.credential(Role::Si)?.organization.clone();
        let si = si.ok_or_else(|| {
            Stop::broken("recherche du SI", "une organisation déclarée pour l'accès", "aucune")
        })?;
        let si_id = si.to_string();
        Ok(match operation {
            Operation::ListSubscriptions => Call::operation(operation, &[]).query("processCode", &process),
            Operation::GetSubscription => Call::operation(operation, &[&self.find_subscription(&si_id).await?]),
            Operation::CreateSubscription => Call::operation(operation, &[]).json(json!({ "processCode": process, "subscriber": si, "datapassId": impossible() })),
            Operation::UpdateSubscription => {
                let id = self.find_subscription(&si_id).await?;
                self.altered_copy(operation, Operation::GetSubscription, &id, "notificationFrequency").await?
            }
            Operation::CreateOrganization => Call::operation(operation, &[]).json(json!({
                "type": "SI", "companyRegister": si.company_register, "branchCode": si.branch_code, "name": impossible(),
            })),
            Operation::UpdateOrganization => self.altered_copy(operation, Operation::GetOrganization, &si_id, "name").await?,
            Operation::GetOrganization => Call::operation(operation, &[&si_id]),
            Operation::ListOrganizations => Call::operation(operation, &[]).query("maxResult", 5),
            Operation::CreateProcess => Call::operation(operation, &[]).json(json!({ "code": process, "name": impossible() })),
            Operation::UpdateProcess => self.altered_copy(operation, Operation::GetProcess, process.as_str(), "name").await?,
            Operation::GetProcess => Call::operation(operation, &[process.as_str()]),
            _ => Call::operation(operation, &[]),
        })
    }

    /// The update of an object as it stands, but for one value of an impossible type.
    async fn altered_copy(
        &mut self,
        update: Operation,
        read: Operation,
        id: &str,
        field: &str,
    ) -> Result<Call, Stop> {
        let current = self
            .send_as(Role::Admin, Call::operation(read, &[id]))
            .await?
            .needed("lecture par l'administrateur", 200)?;
        let mut body = current.json().clone();
        if let Some(object) = body.as_object_mut() {
            object.insert(field.to_owned(), impossible());
        }
        Ok(Call::operation(update, &[id]).json(body))
    }

    /// The subscription of the SI to the démarche played; any of the démarche when it is not among
    /// those listed.
    pub(crate) async fn find_subscription(&mut self, si: &str) -> Result<String, Stop> {
        let list = Call::operation(Operation::ListSubscriptions, &[])
            .query("processCode", self.process()?)
            .query("maxResult", 500);
        let found = self.send_as(Role::Osl, list).await?.needed("liste des abonnements", 200)?;
        let is_own = |subscription: &&Value| {
            let of = |name: &str| {
                subscription["subscriber"][name].as_str().unwrap_or_default().to_owned()
            };
            format!("{}-{}-{}", of("type"), of("companyRegister"), of("branchCode")) == si
        };
        let subscription = found.array("").iter().find(is_own).or_else(|| found.array("").first());
        let id =
            subscription.and_then(|subscription| subscription["id"].as_str()).map(str::to_owned);
        id.ok_or_else(|| {
            Stop::broken("recherche d'un abonnement", "un abonnement à la démarche", "aucun")
        })
    }
}
