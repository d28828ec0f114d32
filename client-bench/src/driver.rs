//! The other side: what the bench does on the hub for the client to react to, through the same APIs
//! as anybody, with calls that the journal leaves out. It judges nothing.

use std::sync::Arc;

use contract::event::EventRequest;
use contract::exchange::{Exchange, hexadecimal};
use contract::ids::OrganizationIdentifier;
use contract::journeys::{self, AttachmentKind};
use contract::numbering::free_number;
use contract::operations::{Operation, Scope};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::journal::{Deposit, EventSent, Mark, Piece, Started};
use scenarios::actor::{
    Actor, ActorError, Deposited, Draft, Enclosure, described, digest_of, files, joining,
};
use scenarios::client::{Call, Client, Reply, Witness};
use scenarios::target::{Credential, Target, TargetError};

/// Who writes the bench's events.
const AUTHOR: &str = "Bench";
/// The mime types that the bench makes files of, where it has the choice.
const MADE: [&str; 6] = [
    "application/xml",
    "application/pdf",
    "application/json",
    "application/zip",
    "image/png",
    "text/plain",
];

/// Why the bench could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The client that calls the bench's hub cannot be set up.
    #[error("the bench cannot call its hub: {0}")]
    Target(#[from] TargetError),
    /// The bench's hub did not do its part: a bug of ours.
    #[error("the bench's hub failed ({0}): this is a bug of étalon")]
    Actor(#[from] ActorError),
    /// Nobody can play a part on this démarche.
    #[error(
        "no {role} is set up for {process} on the bench; give --process a démarche of its \
         référentiel, and --referential for your own"
    )]
    NoPlayer {
        /// The part.
        role: &'static str,
        /// The démarche.
        process: String,
    },
}

/// Sees nothing: the bench's own calls are no evidence.
struct Blind;

impl Witness for Blind {
    fn witness(&self, _: &Exchange, _: &[u8], _: &[u8]) {}
}

/// A type of attachment: its name, its mime types, and the ranks of the cases that get it; all of
/// them when none is named.
struct Kind {
    name: String,
    mime_types: Vec<String>,
    cases: Vec<usize>,
}

impl From<&AttachmentKind> for Kind {
    fn from(kind: &AttachmentKind) -> Self {
        Self {
            name: kind.kind.to_owned(),
            mime_types: kind.mime_types.iter().map(|&mime_type| mime_type.to_owned()).collect(),
            cases: kind.cases.iter().map(|rank| usize::from(*rank)).collect(),
        }
    }
}

/// What the bench does on one démarche, as the other side of the client.
pub(crate) struct Driver {
    http: Client,
    run: String,
    counter: u32,
    process: String,
    actor: Scope,
    /// What a télédossier of the démarche carries.
    kinds: Vec<Kind>,
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
    /// For a démarche, against the client of a session.
    pub(crate) fn new(
        target: &Arc<Target>,
        started: &Started,
        process: &str,
    ) -> Result<Self, DriverError> {
        let missing = |role| DriverError::NoPlayer { role, process: process.to_owned() };
        let osl = credentials(target, Scope::Osl, process).next().ok_or_else(|| missing("OSL"))?;
        let count = journeys::of(process).map_or(1, |journey| usize::from(journey.recipients));
        let recipients: Vec<_> =
            credentials(target, Scope::Si, process).take(count.max(1)).collect();
        let si = recipients.first().cloned().ok_or_else(|| missing("SI"))?;
        let scope = started.scope();
        let client = match started.actor {
            Scope::Si => si,
            Scope::Datapass => target
                .credentials
                .iter()
                .find(|credential| credential.scope == scope)
                .cloned()
                .map(Arc::new)
                .ok_or_else(|| missing(scope.name()))?,
            Scope::Osl | Scope::Admin => osl.clone(),
        };
        Ok(Self {
            http: Client::new(target.clone(), Arc::new(Blind))?,
            run: started.run.clone(),
            counter: 0,
            process: process.to_owned(),
            actor: started.actor,
            kinds: journeys::of(process).map_or_else(Vec::new, |journey| {
                journey.attachments.iter().map(Kind::from).collect()
            }),
            client,
            osl,
            recipients,
            processed: Vec::new(),
        })
    }

    /// What the client plays.
    pub(crate) fn played(&self) -> Scope {
        self.actor
    }

    /// Learns what a télédossier of a démarche that is not in use may carry: from the hub.
    pub(crate) async fn learn_the_process(&mut self) -> Result<(), DriverError> {
        if !self.kinds.is_empty() {
            return Ok(());
        }
        let call = Call::operation(Operation::GetProcess, &[&self.process]);
        let process = self.actor(&self.osl).send(call).await?.granted("the démarche", 200)?;
        let enabled = |name: &str| {
            let all = process.array(name).iter().filter_map(Value::as_str);
            all.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut mime_types = enabled("/attachmentFormatsEnabled");
        mime_types.retain(|mime_type| MADE.contains(&mime_type.as_str()));
        let kinds = enabled("/attachmentTypesEnabled").into_iter();
        self.kinds = kinds
            .map(|name| Kind { name, mime_types: mime_types.clone(), cases: Vec::new() })
            .collect();
        Ok(())
    }

    fn actor(&self, credential: &Arc<Credential>) -> Actor<'_> {
        Actor::new(&self.http, credential)
    }

    /// Deposits a télédossier for the client, with every type of file of the démarche.
    pub(crate) async fn deposit(&mut self, infected: bool) -> Result<Deposit, DriverError> {
        self.counter += 1;
        let draft = self.draft(infected);
        let mut osl = self.actor(&self.osl);
        let created = osl.create_folder(&draft).await?.granted("a folder", 201)?;
        let credentials = self.recipients.iter().cloned().map(Some).collect();
        let deposited = Deposited::of(&self.osl, draft, credentials, &created);
        let mine = format!("{}-01", deposited.number);
        let mut pieces = Vec::new();
        for (rank, (id, bytes)) in
            deposited.attachments.iter().zip(&deposited.draft.files).enumerate()
        {
            let digest = digest_of(bytes);
            osl.upload(&deposited.id, id, bytes.clone(), &[("digest", &digest)])
                .await?
                .granted("a file", 204)?;
            let recipients = &deposited.draft.body["attachments"][rank]["recipients"];
            if recipients.as_array().is_some_and(|all| all.contains(&mine.as_str().into())) {
                pieces.push(piece(id.clone(), bytes));
            }
        }
        if infected {
            let read = osl.read_folder(&deposited.id).await?.granted("reading it", 200)?;
            for attachment in read.array("/attachments") {
                let id = text(attachment, "id");
                if let Some(piece) = pieces.iter_mut().find(|piece| piece.id == id) {
                    piece.status = text(attachment, "status");
                }
            }
        }
        osl.complete(&deposited.id).await?.granted("its completion", 204)?;
        Ok(Deposit {
            case: deposited.cases.first().cloned().unwrap_or_default(),
            number: deposited.number,
            process: self.process.clone(),
            attachments: pieces,
            gone: false,
        })
    }

    /// A télédossier with a file of each type and format. The last one is infected when asked.
    fn draft(&self, infected: bool) -> Draft {
        let journey = journeys::of(&self.process);
        let prefix = journey.map_or("ETA-X-", |journey| journey.number_prefix);
        let number = format!("{prefix}{}", free_number(&self.run, self.counter));
        let organizations = self.recipients.iter().map(|one| one.organization.clone());
        let mut draft = Draft::of(&described(&self.process, &number, organizations));
        let last: usize = self.kinds.iter().map(|kind| kind.mime_types.len()).sum();
        for kind in &self.kinds {
            for mime_type in &kind.mime_types {
                let rank = draft.files.len() + 1;
                let mut bytes = files::of(mime_type, &format!("{number}-{rank}"));
                if infected && rank == last {
                    // Still a file of its type: it is refused for what it carries, nothing else.
                    bytes.extend(files::eicar());
                }
                draft.attach(&kind.name, mime_type, bytes, &kind.cases);
            }
        }
        draft
    }

    /// Sends the client a message about a case, as the OSL.
    pub(crate) async fn message(&self, case: &str) -> Result<EventSent, DriverError> {
        let event = EventRequest::new("SENDING_MESSAGE", true, AUTHOR)
            .saying("Merci de transmettre une attestation.");
        self.tell(&self.osl, case, event).await
    }

    /// Sends the client a file about a case, as the OSL; with a new status of the case when one is
    /// given.
    pub(crate) async fn complement(
        &self,
        case: &str,
        status: Option<&str>,
    ) -> Result<EventSent, DriverError> {
        let mime_type = self.kinds.first().and_then(|kind| kind.mime_types.first());
        let mime_type = mime_type.map_or("application/xml", String::as_str);
        let enclosure = Enclosure::of(mime_type, case);
        let mut body = joining(std::slice::from_ref(&enclosure), true);
        if let Some(status) = status {
            body["caseNewStatus"] = status.into();
        }
        let mut osl = self.actor(&self.osl);
        let event = osl.create_event(case, &body).await?.granted("an event", 201)?;
        let (id, file) = (event.text("/id"), event.text("/attachments/0/id"));
        let bytes = enclosure.bytes;
        osl.upload_to_event(case, id, file, bytes.clone()).await?.granted("its file", 204)?;
        if let Some(status) = status {
            osl.set_case_status(case, status).await?.granted("a status", 204)?;
        }
        osl.set_event_status(case, id, "SENT").await?.granted("sending it", 204)?;
        Ok(sent(case, &event, vec![piece(file.to_owned(), &bytes)]))
    }

    /// Gives a case a status, with an event that notifies the client: as the OSL, or as the SI when
    /// the client is an OSL.
    pub(crate) async fn set_status(
        &self,
        by: &Arc<Credential>,
        case: &str,
        status: &str,
    ) -> Result<EventSent, DriverError> {
        self.actor(by).set_case_status(case, status).await?.granted("a status", 204)?;
        let event = EventRequest::new("STATUS_UPDATE", true, AUTHOR).taking(None, status);
        self.tell(by, case, event).await
    }

    /// A note that only notifies, as the OSL: the least that makes a notification.
    pub(crate) async fn note(&self, case: &str) -> Result<EventSent, DriverError> {
        let event = EventRequest::new("COM_ADD", true, AUTHOR).saying("Relance.");
        self.tell(&self.osl, case, event).await
    }

    /// Creates an event without files.
    async fn tell(
        &self,
        by: &Arc<Credential>,
        case: &str,
        event: EventRequest,
    ) -> Result<EventSent, DriverError> {
        let event = self.actor(by).create_event(case, &json!(event)).await?;
        Ok(sent(case, &event.granted("an event", 201)?, Vec::new()))
    }

    /// As the SI: takes what the client deposited to its final status.
    pub(crate) async fn process_received(&mut self) -> Result<Vec<Mark>, DriverError> {
        let finals = journeys::finals_of(&self.process)[0].name();
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

    /// The notifications that somebody has not deleted yet: id, case, event.
    pub(crate) async fn pending(&self, of: &Arc<Credential>) -> Result<Vec<Value>, DriverError> {
        Ok(self.actor(of).look(|_| true).await?.own)
    }

    /// Deletes what somebody left, so that the next scenario starts clean.
    pub(crate) async fn clear(&self, of: &Arc<Credential>) -> Result<Vec<String>, DriverError> {
        let mut ids = Vec::new();
        for notification in self.pending(of).await? {
            let id = text(&notification, "id");
            self.actor(of).delete_notification(&id).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// The status of a case.
    pub(crate) async fn status_of(&self, case: &str) -> Result<String, DriverError> {
        let si = self.recipients.first().unwrap_or(&self.client);
        let read = self.actor(si).read_case_lightly(case).await?.granted("reading a case", 200)?;
        Ok(read.text("/status").to_owned())
    }

    /// The organizations that a télédossier of this démarche is addressed to.
    pub(crate) fn recipient_organizations(&self) -> Vec<OrganizationIdentifier> {
        self.recipients.iter().filter_map(|recipient| recipient.organization.clone()).collect()
    }
}

fn credentials<'a>(
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
