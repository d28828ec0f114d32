//! What is remembered from one move to the next: the télédossiers made by hand, how far their
//! reception came, which events wait for their acknowledgement. Names and ids only, never a secret;
//! where it is kept is for whoever plays.

use std::sync::Arc;

use contract::operations::{Access, Operation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reception::Step;
use super::{ByHand, NotDone, Usage};
use crate::actor::{Actor, Deposited};
use crate::client::Reply;
use crate::ledger::OwnFolder;
use crate::session::Session;
use crate::target::Credential;

/// The télédossiers of one target, the last one made or named at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The télédossiers.
    pub teledossiers: Vec<Teledossier>,
}

/// A télédossier that moves are made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teledossier {
    /// Its id; none where only a case of it is known.
    pub id: Option<String>,
    /// Its number, or that of the case.
    pub number: String,
    /// Its démarche.
    pub process: String,
    /// The credential that deposited it, where the target has it.
    pub depositor: Option<String>,
    /// Whether it was made by hand: what somebody else made is not taken away.
    pub is_own: bool,
    /// Whether its completion was acknowledged.
    pub is_completed: bool,
    /// Its cases.
    pub cases: Vec<CaseOf>,
    /// The events that were told to the other side, and not yet acknowledged by it.
    pub unacknowledged: Vec<EventSent>,
}

/// A case of a télédossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOf {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The credential that plays its recipient, where the target has one.
    pub recipient: Option<String>,
    /// How far its reception came.
    pub reception: Reception,
}

/// A reception under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    /// What comes next.
    pub next: Step,
    /// The notification that it began with.
    pub notification: String,
    /// The files to download.
    pub files: Vec<String>,
}

/// An event that somebody was notified of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSent {
    /// The case.
    pub case: String,
    /// The event.
    pub event: String,
    /// The credential that sent it.
    pub by: String,
}

impl Memory {
    /// Remembers a télédossier as the last one.
    pub(super) fn remember(&mut self, teledossier: Teledossier) {
        self.forget(&teledossier.number);
        self.teledossiers.push(teledossier);
    }

    /// Forgets a télédossier.
    pub(super) fn forget(&mut self, number: &str) {
        self.teledossiers.retain(|known| known.number != number);
    }
}

impl Teledossier {
    /// What is kept of a télédossier that the hub took.
    pub(super) fn of(deposited: &Deposited, process: &str) -> Self {
        let numbers = deposited.draft.body["cases"].as_array().into_iter().flatten();
        let numbers = numbers.map(|case| case["externalId"].as_str().unwrap_or_default());
        let cases = deposited.cases.iter().zip(numbers).zip(&deposited.recipients);
        Self {
            id: Some(deposited.id.clone()),
            number: deposited.number.clone(),
            process: process.to_owned(),
            depositor: Some(deposited.depositor.name.clone()),
            is_own: true,
            is_completed: false,
            cases: cases
                .map(|((id, number), recipient)| CaseOf::new(id, number, recipient.as_ref()))
                .collect(),
            unacknowledged: Vec::new(),
        }
    }

    /// What a hub shows of a télédossier that was not made by hand.
    fn shown(session: &Session, folder: &Value, depositor: &Credential) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let cases = folder["cases"].as_array().into_iter().flatten();
        let cases = cases.zip(session.credentials.recipients_of(folder));
        Self {
            id: folder["id"].as_str().map(str::to_owned),
            number: text(&folder["externalId"]),
            process: text(&folder["processCode"]),
            depositor: Some(depositor.name.clone()),
            is_own: false,
            is_completed: folder["globalStatus"] != "HUBEE_RECEIVED",
            cases: cases
                .map(|(case, recipient)| {
                    let (id, number) = (text(&case["id"]), text(&case["externalId"]));
                    CaseOf::new(&id, &number, recipient.as_ref())
                })
                .collect(),
            unacknowledged: Vec::new(),
        }
    }

    /// What a recipient is shown of a case that somebody else deposited.
    pub(super) fn of_case(read: &Reply, recipient: &Arc<Credential>) -> Self {
        let (id, number) = (read.text("/id"), read.text("/externalId"));
        Self {
            id: None,
            number: number.to_owned(),
            process: read.text("/processCode").to_owned(),
            depositor: None,
            is_own: false,
            is_completed: true,
            cases: vec![CaseOf::new(id, number, Some(recipient))],
            unacknowledged: Vec::new(),
        }
    }

    /// As the ledger keeps it.
    pub(super) fn own_folder(&self, session: &Session) -> Result<OwnFolder, Usage> {
        let named = |name: &String| credential_named(session, name);
        let unknown = || Usage::OnlyACase { number: self.number.clone() };
        let cases = self.cases.iter();
        Ok(OwnFolder {
            scenario: String::new(),
            id: self.id.clone().ok_or_else(unknown)?,
            number: self.number.clone(),
            depositor: named(self.depositor.as_ref().ok_or_else(unknown)?)?,
            cases: cases
                .map(|case| {
                    (case.id.clone(), case.recipient.as_ref().and_then(|it| named(it).ok()))
                })
                .collect(),
            is_completed: self.is_completed,
        })
    }
}

impl CaseOf {
    fn new(id: &str, number: &str, recipient: Option<&Arc<Credential>>) -> Self {
        Self {
            id: id.to_owned(),
            number: number.to_owned(),
            recipient: recipient.map(|credential| credential.name.clone()),
            reception: Reception::default(),
        }
    }
}

/// The credential of a name.
pub(super) fn credential_named(session: &Session, name: &str) -> Result<Arc<Credential>, Usage> {
    let all = session.credentials.all();
    let found = all.iter().find(|credential| credential.name == name).cloned();
    found.ok_or_else(|| Usage::NoSuchCredential {
        name: name.to_owned(),
        known: all.iter().map(|credential| credential.name.clone()).collect(),
    })
}

impl ByHand<'_> {
    /// The télédossier that a move is made on.
    pub(super) fn teledossier(&self) -> Result<&Teledossier, NotDone> {
        Ok(self.memory.teledossiers.last().ok_or(Usage::NothingRemembered)?)
    }

    /// The id and the number of it.
    pub(super) fn folder(&self) -> Result<(String, String), NotDone> {
        let Teledossier { id, number, .. } = self.teledossier()?;
        let unknown = || Usage::OnlyACase { number: number.clone() };
        Ok((id.clone().ok_or_else(unknown)?, number.clone()))
    }

    /// The same, to note what became of it.
    pub(super) fn noted(&mut self) -> Result<&mut Teledossier, NotDone> {
        Ok(self.memory.teledossiers.last_mut().ok_or(Usage::NothingRemembered)?)
    }

    /// Takes up a télédossier by its id or number: one that is remembered, or one that a depositor
    /// of the target may read under this id.
    pub(super) async fn take_up(&mut self, folder: &str) -> Result<(), NotDone> {
        let known = self.memory.teledossiers.iter();
        let is_it = |one: &&Teledossier| one.id.as_deref() == Some(folder) || one.number == folder;
        let known = known.rev().find(is_it).cloned();
        if let Some(known) = known {
            self.memory.remember(known);
            return Ok(());
        }
        let mut refused = None;
        for credential in self.session.credentials.all() {
            if Operation::GetFolder.access(credential.scope) != Access::Allowed {
                continue;
            }
            let read = Actor::new(&self.session.client, credential).read_folder(folder).await?;
            if read.is_success() {
                let shown = Teledossier::shown(self.session, read.json(), credential);
                self.memory.remember(shown);
                return Ok(());
            }
            refused = refused.or(Some(read));
        }
        Err(refused.map_or(Usage::NothingRemembered.into(), NotDone::refused))
    }
}
