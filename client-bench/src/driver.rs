//! The other side: what the bench does on the hub for the client to react to, through the same APIs
//! as anybody, with calls that the journal leaves out. It judges nothing.

use std::sync::Arc;

use bytes::Bytes;
use contract::exchange::{Exchange, hexadecimal};
use contract::ids::OrganizationIdentifier;
use contract::journeys;
use contract::numbering::free_number;
use contract::operations::{Operation, Scope};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::journal::{Deposit, EventSent, Mark, Piece};
use scenarios::client::{Call, Client, ClientError, Reply, Witness};
use scenarios::play::deposit::digest_of;
use scenarios::play::files;
use scenarios::target::{Credential, Target};

/// Why the bench could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The bench's hub did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It answered otherwise than it should: a bug of ours.
    #[error("the bench's hub answered {answer} to {call}: this is a bug of étalon")]
    Refused {
        /// What was asked.
        call: String,
        /// What came.
        answer: String,
    },
    /// Nobody can play a part on this démarche.
    #[error("no {role} is set up for {process} on the bench; {hint}")]
    NoPlayer {
        /// The part.
        role: &'static str,
        /// The démarche.
        process: String,
        /// What to do.
        hint: &'static str,
    },
}

/// Sees nothing: the bench's own calls are no evidence.
struct Blind;

impl Witness for Blind {
    fn witness(&self, _: &Exchange, _: &[u8], _: &[u8]) {}
}

/// The bench's player on one démarche.
pub(crate) struct Driver {
    http: Client,
    run: String,
    counter: u32,
    process: String,
    /// Whose credential the client has.
    pub(crate) client: Arc<Credential>,
    /// Who deposits.
    osl: Arc<Credential>,
    /// Who receives: the client's organization first, when it is an SI.
    pub(crate) recipients: Vec<Arc<Credential>>,
    /// The cases that the bench, as the SI, last took to their final status.
    processed: Vec<(Arc<Credential>, String)>,
}

impl Driver {
    /// A player for a démarche, against a client that plays an actor.
    pub(crate) fn new(
        target: &Arc<Target>,
        actor: Scope,
        process: &str,
        run: &str,
    ) -> Result<Self, DriverError> {
        let missing = |role| DriverError::NoPlayer {
            role,
            process: process.to_owned(),
            hint: "choose a démarche of `etalon hub serve --write-target FILE`",
        };
        let osl = players(target, Scope::Osl, process).next().ok_or_else(|| missing("OSL"))?;
        let count = journeys::of(process).map_or(1, |journey| usize::from(journey.recipients));
        let recipients: Vec<_> = players(target, Scope::Si, process).take(count.max(1)).collect();
        let si = recipients.first().cloned().ok_or_else(|| missing("SI"))?;
        let client = match actor {
            Scope::Si => si,
            Scope::Datapass => target
                .credentials
                .iter()
                .find(|credential| credential.scope == Scope::Datapass)
                .cloned()
                .map(Arc::new)
                .ok_or_else(|| missing("DATAPASS"))?,
            Scope::Osl | Scope::Admin => osl.clone(),
        };
        Ok(Self {
            http: Client::new(target.clone(), Arc::new(Blind)).map_err(|error| {
                DriverError::Refused {
                    call: "the set-up of the client".into(),
                    answer: error.to_string(),
                }
            })?,
            run: run.to_owned(),
            counter: 0,
            process: process.to_owned(),
            client,
            osl,
            recipients,
            processed: Vec::new(),
        })
    }

    async fn send(&self, call: Call) -> Result<Reply, DriverError> {
        let named = format!("{} {}", call.method, call.path);
        let reply = self.http.send(&call).await?;
        if reply.is_success() {
            return Ok(reply);
        }
        Err(DriverError::Refused { call: named, answer: reply.in_short() })
    }

    /// Deposits a télédossier for the client, with every type of file of the démarche.
    pub(crate) async fn deposit(&mut self, infected: bool) -> Result<Deposit, DriverError> {
        self.counter += 1;
        let journey = journeys::of(&self.process);
        let prefix = journey.map_or("ETA-X-", |journey| journey.number_prefix);
        let number = format!("{prefix}{}", free_number(&self.run, self.counter));
        let cases: Vec<Value> = self
            .recipients
            .iter()
            .enumerate()
            .map(|(rank, recipient)| json!({ "externalId": format!("{number}-{:02}", rank + 1), "recipient": recipient.organization }))
            .collect();
        let (attachments, files) = self.attachments(&number, cases.len(), infected);
        let body = json!({
            "processCode": self.process,
            "applicant": { "firstName": "Camille", "lastName": "Étalon", "email": "camille.etalon@example.org" },
            "externalId": number,
            "cases": cases,
            "attachments": attachments,
        });
        let created = self
            .send(Call::operation(Operation::CreateFolder, &[]).json(body).by(&self.osl))
            .await?;
        let folder = created.text("/id").to_owned();
        let mine = format!("{number}-01");
        let mut pieces = Vec::new();
        for (attachment, bytes) in created.array("/attachments").iter().zip(files) {
            let id = text(attachment, "id");
            let call = Call::operation(Operation::PutFolderAttachment, &[&folder, &id])
                .header("digest", digest_of(&bytes))
                .file(bytes.clone());
            self.send(call.by(&self.osl)).await?;
            let recipients = attachment["recipients"].as_array().cloned().unwrap_or_default();
            if recipients.iter().any(|one| one.as_str() == Some(&mine)) {
                pieces.push(piece(id, &bytes));
            }
        }
        if infected {
            let read =
                self.send(Call::operation(Operation::GetFolder, &[&folder]).by(&self.osl)).await?;
            for attachment in read.array("/attachments") {
                let id = text(attachment, "id");
                if let Some(piece) = pieces.iter_mut().find(|piece| piece.id == id) {
                    piece.status = text(attachment, "status");
                }
            }
        }
        self.patch(Operation::UpdateFolder, &folder, json!({ "globalStatus": "HUBEE_COMPLETED" }))
            .await?;
        Ok(Deposit {
            number,
            case: created.text("/cases/0/id").to_owned(),
            process: self.process.clone(),
            attachments: pieces,
            gone: false,
        })
    }

    /// The attachments to declare, and their bytes. The last file is infected when asked.
    fn attachments(&self, number: &str, cases: usize, infected: bool) -> (Vec<Value>, Vec<Bytes>) {
        let fallback: [(&str, &[&str], &[u8]); 1] = [("document", &["application/xml"], &[])];
        let kinds: Vec<(&str, &[&str], &[u8])> = match journeys::of(&self.process) {
            Some(journey) => journey
                .attachments
                .iter()
                .map(|kind| (kind.kind, kind.mime_types, kind.cases))
                .collect(),
            None => fallback.to_vec(),
        };
        let (mut declared, mut files) = (Vec::new(), Vec::new());
        for (kind, mime_types, addressed) in kinds {
            for mime_type in mime_types {
                let rank = files.len() + 1;
                let bytes = Bytes::from(files::of(mime_type, &format!("{number}-{rank}")));
                let recipients: Vec<String> = (0..cases)
                    .filter(|case| {
                        addressed.is_empty()
                            || addressed.iter().any(|one| usize::from(*one) == *case)
                    })
                    .map(|case| format!("{number}-{:02}", case + 1))
                    .collect();
                declared.push(json!({
                    "fileName": format!("piece-{rank}"), "type": kind, "size": bytes.len(),
                    "mimeType": mime_type, "recipients": recipients,
                }));
                files.push(bytes);
            }
        }
        if infected && let (Some(last), Some(file)) = (declared.last_mut(), files.last_mut()) {
            // Still a file of its type: it is refused for what it carries, and for nothing else.
            *file = Bytes::from([file.as_ref(), files::eicar().as_slice()].concat());
            last["size"] = file.len().into();
        }
        (declared, files)
    }

    /// Sends the client a message about a case, as the OSL.
    pub(crate) async fn message(&self, case: &str) -> Result<EventSent, DriverError> {
        let body = json!({ "actionType": "SENDING_MESSAGE", "message": "Merci de transmettre une attestation.",
            "notification": true, "author": "Bench" });
        let event = self
            .send(Call::operation(Operation::CreateEvent, &[case]).json(body).by(&self.osl))
            .await?;
        Ok(sent(case, &event, Vec::new()))
    }

    /// Sends the client a file about a case, as the OSL; with a new status of the case when one is
    /// given.
    pub(crate) async fn complement(
        &self,
        case: &str,
        status: Option<&str>,
    ) -> Result<EventSent, DriverError> {
        let mime_type = journeys::of(&self.process)
            .and_then(|journey| journey.attachments.first())
            .and_then(|kind| kind.mime_types.first())
            .copied()
            .unwrap_or("application/xml");
        let bytes = Bytes::from(files::of(mime_type, case));
        let mut body = json!({ "actionType": "ATTACH_DEPOSIT", "notification": true, "author": "Bench",
            "attachments": [{ "fileName": "complement", "type": "complement", "size": bytes.len(), "mimeType": mime_type }] });
        if let Some(status) = status {
            body["caseNewStatus"] = status.into();
        }
        let event = self
            .send(Call::operation(Operation::CreateEvent, &[case]).json(body).by(&self.osl))
            .await?;
        let (id, attachment) = (event.text("/id"), event.text("/attachments/0/id"));
        let upload = Call::operation(Operation::PutEventAttachment, &[case, id, attachment])
            .file(bytes.clone());
        self.send(upload.by(&self.osl)).await?;
        if let Some(status) = status {
            self.patch(Operation::UpdateCase, case, json!({ "status": status })).await?;
        }
        let call =
            Call::operation(Operation::UpdateEvent, &[case, id]).json(json!({ "status": "SENT" }));
        self.send(call.by(&self.osl)).await?;
        Ok(sent(case, &event, vec![piece(attachment.to_owned(), &bytes)]))
    }

    /// Gives a case a status, with an event that notifies the client: as the OSL, or as the SI when
    /// the client is an OSL.
    pub(crate) async fn set_status(
        &self,
        by: &Arc<Credential>,
        case: &str,
        status: &str,
    ) -> Result<EventSent, DriverError> {
        let call =
            Call::operation(Operation::UpdateCase, &[case]).json(json!({ "status": status }));
        self.send(call.by(by)).await?;
        let body = json!({ "actionType": "STATUS_UPDATE", "caseNewStatus": status, "notification": true, "author": "Bench" });
        let event =
            self.send(Call::operation(Operation::CreateEvent, &[case]).json(body).by(by)).await?;
        Ok(sent(case, &event, Vec::new()))
    }

    /// A note that only notifies, as the OSL: the least that makes a notification.
    pub(crate) async fn note(&self, case: &str) -> Result<EventSent, DriverError> {
        let body = json!({ "actionType": "COM_ADD", "message": "Relance.", "notification": true, "author": "Bench" });
        let event = self
            .send(Call::operation(Operation::CreateEvent, &[case]).json(body).by(&self.osl))
            .await?;
        Ok(sent(case, &event, Vec::new()))
    }

    /// As the SI: takes what the client deposited to its final status.
    pub(crate) async fn process_received(&mut self) -> Result<Vec<Mark>, DriverError> {
        let finals = journeys::of(&self.process).map_or("DONE", |journey| journey.finals[0].name());
        let mut marks = Vec::new();
        self.processed.clear();
        for si in &self.recipients.clone() {
            for notification in self.pending(si).await? {
                let case = text(&notification, "caseId");
                if notification["eventId"].is_null() {
                    marks.push(Mark::EventSent(self.set_status(si, &case, finals).await?));
                    self.processed.push((si.clone(), case.clone()));
                    marks.push(Mark::StatusSet { case, status: finals.to_owned() });
                }
            }
            self.clear(si).await?;
        }
        Ok(marks)
    }

    /// As the SI: asks for complements about what the client deposited.
    pub(crate) async fn ask_for_complements(&mut self) -> Result<Vec<Mark>, DriverError> {
        let mut marks = Vec::new();
        for (si, case) in std::mem::take(&mut self.processed) {
            marks.push(Mark::EventSent(self.set_status(&si, &case, "ADD_AWAITING").await?));
            marks.push(Mark::StatusSet { case, status: "ADD_AWAITING".to_owned() });
        }
        Ok(marks)
    }

    /// The démarche played.
    pub(crate) fn process(&self) -> &str {
        &self.process
    }

    /// The OSL's credential.
    pub(crate) fn osl(&self) -> &Arc<Credential> {
        &self.osl
    }

    async fn patch(&self, operation: Operation, id: &str, body: Value) -> Result<(), DriverError> {
        let call = Call::operation(operation, &[id]).json(body);
        self.send(call.by(&self.osl)).await.map(drop)
    }

    /// The notifications that somebody has not deleted yet: id, case, event.
    pub(crate) async fn pending(&self, of: &Arc<Credential>) -> Result<Vec<Value>, DriverError> {
        let call =
            Call::operation(Operation::ListNotifications, &[]).query("maxResult", 5000).by(of);
        Ok(self.send(call).await?.json().as_array().cloned().unwrap_or_default())
    }

    /// Deletes what somebody left, so that the next scenario starts clean.
    pub(crate) async fn clear(&self, of: &Arc<Credential>) -> Result<Vec<String>, DriverError> {
        let mut ids = Vec::new();
        for notification in self.pending(of).await? {
            let id = text(&notification, "id");
            self.http.send(&Call::operation(Operation::DeleteNotification, &[&id]).by(of)).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// The status of a case.
    pub(crate) async fn status_of(&self, case: &str) -> Result<String, DriverError> {
        let call = Call::operation(Operation::GetCase, &[case]).query("lite", true);
        let si = self.recipients.first().unwrap_or(&self.client);
        Ok(self.send(call.by(si)).await?.text("/status").to_owned())
    }

    /// The organizations that a télédossier of this démarche is addressed to.
    pub(crate) fn recipient_organizations(&self) -> Vec<OrganizationIdentifier> {
        self.recipients.iter().filter_map(|recipient| recipient.organization.clone()).collect()
    }
}

fn players<'a>(
    target: &'a Target,
    scope: Scope,
    process: &'a str,
) -> impl Iterator<Item = Arc<Credential>> + 'a {
    let mut seen = Vec::new();
    target
        .credentials
        .iter()
        .filter(move |credential| {
            credential.scope == scope
                && credential.processes.iter().any(|code| code.as_str() == process)
        })
        .filter(move |credential| {
            let new = !seen.contains(&credential.organization);
            seen.push(credential.organization.clone());
            new
        })
        .cloned()
        .map(Arc::new)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn piece(id: String, bytes: &[u8]) -> Piece {
    Piece { id, status: "RECEIVED".to_owned(), sha256: hexadecimal(&Sha256::digest(bytes)) }
}

fn sent(case: &str, event: &Reply, attachments: Vec<Piece>) -> EventSent {
    EventSent {
        case: case.to_owned(),
        event: event.text("/id").to_owned(),
        action: event.text("/actionType").to_owned(),
        attachments,
    }
}
