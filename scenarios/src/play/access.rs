//! The demands of the access matrix (contract §4): for each of its 28 operations, what it takes to
//! make it on a real object, and the call itself. The same call is then made by those who may and
//! by those who may not. Demands that would change the référentiel carry one value of an impossible
//! type: whoever may make them gets 400, and nothing changes.

use contract::operations::Operation;
use serde_json::{Value, json};

use super::deposit::{Deposited, operation};
use super::events::{notified, silent, with_files};
use super::notifications::Wanted;
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

/// What each operation of the matrix is called in the features, by its number.
pub const DEMANDS: [(u8, &str); 28] = [
    (1, "déclarer un télédossier"),
    (2, "envoyer un fichier du télédossier"),
    (3, "ajouter un événement au dossier"),
    (4, "changer le statut du télédossier"),
    (5, "changer le statut du dossier"),
    (6, "changer le statut d'un événement"),
    (7, "envoyer un fichier d'un événement"),
    (8, "lire le télédossier"),
    (9, "télécharger un fichier d'un événement"),
    (10, "lister les abonnements"),
    (11, "lire un abonnement"),
    (12, "relever les notifications"),
    (13, "supprimer une notification"),
    (14, "lire le dossier"),
    (15, "télécharger un fichier du dossier"),
    (16, "lire un événement"),
    (17, "supprimer le télédossier"),
    (18, "créer un abonnement"),
    (19, "modifier un abonnement"),
    (20, "créer une organisation"),
    (21, "modifier une organisation"),
    (22, "lire une organisation"),
    (23, "lister les organisations"),
    (24, "créer une démarche"),
    (25, "modifier une démarche"),
    (26, "lire une démarche"),
    (27, "lister les démarches"),
    (28, "supprimer un événement"),
];

/// The operation that a feature calls so.
#[must_use]
pub fn demanded(name: &str) -> Option<&'static Operation> {
    DEMANDS.iter().find(|(_, demand)| *demand == name).map(|(number, _)| operation(*number))
}

/// Whether a demand carries an impossible value so as to change nothing.
#[must_use]
pub const fn is_inert(number: u8) -> bool {
    matches!(number, 18..=21 | 24 | 25)
}

/// Whether an answer shows that the caller may make the demand.
#[must_use]
pub fn is_permitted(number: u8, reply: &Reply) -> bool {
    reply.is_success() || is_inert(number) && matches!(reply.status(), 400 | 409 | 422)
}

/// A value that no property of the référentiel can take.
fn impossible() -> Value {
    json!({ "type": "impossible" })
}

impl World {
    /// Prepares a real object for a demand, so that `role` may make it, and keeps the call ready.
    ///
    /// # Errors
    /// When the hub refuses what comes before.
    pub async fn prepare_demand(&mut self, operation: &'static Operation, role: Role) -> Step {
        let call = match operation.number {
            1 | 2 | 4 | 8 | 17 => self.prepare_folder(operation, role).await?,
            6 | 7 | 9 | 16 | 28 => self.prepare_event(operation, role).await?,
            3 | 5 | 14 | 15 => self.prepare_case(operation, role).await?,
            12 | 13 => self.prepare_notification(operation, role).await?,
            _ => self.prepare_referential(operation).await?,
        };
        self.prepared = Some(call);
        Ok(())
    }

    /// Makes the demand that was prepared, as a role.
    ///
    /// # Errors
    /// When nothing was prepared, or no answer came.
    pub async fn demand(
        &mut self,
        operation: &'static Operation,
        role: Role,
    ) -> Result<Reply, Stop> {
        let prepared = self.prepared.clone();
        let call = prepared
            .ok_or_else(|| Stop::broken("demande au hub", "une demande préparée", "aucune"))?;
        let reply = self.send_as(role, call).await?;
        match operation.number {
            1 if reply.status() == 201 => {
                let draft = self
                    .draft
                    .clone()
                    .ok_or_else(|| Stop::broken("création", "un télédossier décrit", "aucun"))?;
                let player = self.player(role)?;
                self.remember_deposit(player, draft, &reply);
            }
            17 if reply.is_success() => {
                let id = self.deposited()?.id.clone();
                self.session().ledger.gone(&id);
            }
            _ => {}
        }
        Ok(reply)
    }

    async fn prepare_folder(
        &mut self,
        operation: &'static Operation,
        role: Role,
    ) -> Result<Call, Stop> {
        let draft = self.describe(&[Role::Si])?;
        if operation.number == 1 {
            self.draft = Some(draft.clone());
            return Ok(Call::operation(operation, &[]).json(draft.body));
        }
        self.create(role, draft).await?.needed("création d'un télédossier", 201)?;
        if operation.number == 4 {
            self.upload_all().await?;
        }
        let Deposited { id, attachments, draft, .. } = self.deposited()?.clone();
        let first = attachments.first().map(String::as_str).unwrap_or_default();
        Ok(match operation.number {
            2 => Call::operation(operation, &[&id, first])
                .file(draft.files.first().cloned().unwrap_or_default()),
            4 => Call::operation(operation, &[&id])
                .json(json!({ "globalStatus": "HUBEE_COMPLETED" })),
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

    async fn prepare_case(
        &mut self,
        operation: &'static Operation,
        role: Role,
    ) -> Result<Call, Stop> {
        let case = self.transmit().await?;
        Ok(match operation.number {
            3 => Call::operation(operation, &[&case]).json(silent("COM_ADD")),
            5 => {
                let status = self.status_to_ask(role, &case).await?;
                Call::operation(operation, &[&case]).json(json!({ "status": status }))
            }
            15 => {
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
    async fn prepare_event(
        &mut self,
        operation: &'static Operation,
        role: Role,
    ) -> Result<Call, Stop> {
        let case = self.transmit().await?;
        let author = match (operation.number, role) {
            (9 | 16, Role::Si) => Role::Osl,
            (9 | 16, _) => Role::Si,
            _ => role,
        };
        let seed = self.session().free_number();
        let mime_type = self.event_mime_type(author)?;
        let (body, contents) = with_files(&[&mime_type], false, &seed);
        self.send_event_with_files(author, &case, body, contents).await?;
        let event = self.last_event()?;
        let (file, bytes) = self.event_files.first().cloned().unwrap_or_default();
        if matches!(operation.number, 6 | 9 | 16) {
            self.upload_event_files(author, &case).await?;
        }
        if matches!(operation.number, 9 | 16) {
            self.set_event_status(author, &case, &event, "SENT")
                .await?
                .needed("envoi de l'événement", 204)?;
        }
        Ok(match operation.number {
            6 => Call::operation(operation, &[&case, &event]).json(json!({ "status": "SENT" })),
            7 => Call::operation(operation, &[&case, &event, &file]).file(bytes),
            9 => Call::operation(operation, &[&case, &event, &file]),
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
        operation: &'static Operation,
        role: Role,
    ) -> Result<Call, Stop> {
        if operation.number == 12 {
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
        self.notes.insert("notification", json!(id));
        Ok(Call::operation(operation, &[&id]))
    }

    async fn prepare_referential(&mut self, operation: &'static Operation) -> Result<Call, Stop> {
        let process = self.process()?;
        let si = self.player(Role::Si)?.organization.clone();
        let si = si.ok_or_else(|| {
            Stop::broken("recherche du SI", "une organisation déclarée pour l'accès", "aucune")
        })?;
        let si_id = si.to_string();
        Ok(match operation.number {
            10 => Call::operation(operation, &[]).query("processCode", &process),
            11 => Call::operation(operation, &[&self.find_subscription(&si_id).await?]),
            18 => Call::operation(operation, &[]).json(json!({ "processCode": process, "subscriber": si, "datapassId": impossible() })),
            19 => {
                let id = self.find_subscription(&si_id).await?;
                self.altered_copy(operation, super::deposit::operation(11), &id, "notificationFrequency").await?
            }
            20 => Call::operation(operation, &[]).json(json!({
                "type": "SI", "companyRegister": si.company_register, "branchCode": si.branch_code, "name": impossible(),
            })),
            21 => self.altered_copy(operation, super::deposit::operation(22), &si_id, "name").await?,
            22 => Call::operation(operation, &[&si_id]),
            23 => Call::operation(operation, &[]).query("maxResult", 5),
            24 => Call::operation(operation, &[]).json(json!({ "code": process, "name": impossible() })),
            25 => self.altered_copy(operation, super::deposit::operation(26), process.as_str(), "name").await?,
            26 => Call::operation(operation, &[process.as_str()]),
            _ => Call::operation(operation, &[]),
        })
    }

    /// The update of an object as it stands, but for one value of an impossible type.
    async fn altered_copy(
        &mut self,
        update: &'static Operation,
        read: &'static Operation,
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
    async fn find_subscription(&mut self, si: &str) -> Result<String, Stop> {
        let list = Call::operation(operation(10), &[])
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
