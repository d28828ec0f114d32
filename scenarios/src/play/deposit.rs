//! The OSL's deposit (contract §9, cinématique 4): describe a télédossier, create it, send its
//! files, complete it.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use contract::operations::Operation;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::files;
use super::profile::Profile;
use crate::actor::{Look, has_pending_files, until};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::ledger::OwnFolder;
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// A télédossier being described: the body to send, and the bytes of its files.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Body of `POST /folders`; scenarios bend it as they like.
    pub body: Value,
    /// Bytes of each file, in the order of `body.attachments`.
    pub files: Vec<Bytes>,
    /// More headers for the creation.
    pub headers: Vec<(String, String)>,
}

/// A télédossier created on the hub.
#[derive(Clone, Debug)]
pub struct Deposited {
    /// Folder id.
    pub id: String,
    /// Folder number.
    pub number: String,
    /// The whole answer of the creation.
    pub created: Value,
    /// What was sent.
    pub draft: Draft,
    /// Case ids, in the order sent.
    pub cases: Vec<String>,
    /// Attachment ids, in the order sent.
    pub attachments: Vec<String>,
    /// Who deposited it.
    pub depositor: Arc<Credential>,
    /// Who plays the recipient of each case, where somebody does.
    pub recipients: Vec<Option<Arc<Credential>>>,
    /// When its completion was acknowledged.
    pub completed_at: Option<Instant>,
}

impl Draft {
    /// Adds an attachment for some cases, by their rank; all of them when none is named.
    pub fn attach(
        &mut self,
        kind: &str,
        mime_type: &str,
        bytes: impl Into<Bytes>,
        cases: &[usize],
    ) {
        let bytes = bytes.into();
        let numbers: Vec<Value> = self.body["cases"]
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .enumerate()
            .filter(|(rank, _)| cases.is_empty() || cases.contains(rank))
            .map(|(_, case)| case["externalId"].clone())
            .collect();
        let extension = extension_of(mime_type);
        let rank = self.files.len() + 1;
        let attachment = json!({
            "fileName": format!("piece-{rank}.{extension}"),
            "type": kind,
            "size": bytes.len(),
            "mimeType": mime_type,
            "recipients": numbers,
        });
        if let Some(attachments) = self.body["attachments"].as_array_mut() {
            attachments.push(attachment);
        }
        self.files.push(bytes);
    }
}

fn extension_of(mime_type: &str) -> &'static str {
    match mime_type {
        "application/pdf" => "pdf",
        "application/xml" | "text/xml" => "xml",
        "application/json" => "json",
        "application/zip" => "zip",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "image/png" => "png",
        _ => "txt",
    }
}

/// The digest header of some bytes: base64 of their SHA-256 (contract §6).
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

impl World {
    /// What is known of the démarche played.
    ///
    /// # Errors
    /// When the scenario plays on none.
    pub fn profile(&self) -> Result<Profile, Stop> {
        Ok(Profile::of(&self.process()?, &self.session().target))
    }

    /// Describes a well-formed télédossier without files, addressed to these roles.
    ///
    /// # Errors
    /// When a role is not cast.
    pub fn describe_bare(&self, recipients: &[Role]) -> Result<Draft, Stop> {
        let profile = self.profile()?;
        let number = format!("{}{}", profile.number_prefix, self.session().free_number());
        let mut cases = Vec::new();
        for (rank, role) in recipients.iter().enumerate() {
            let player = self.player(*role)?;
            let organization = player.organization.as_ref().ok_or_else(|| {
                Stop::broken(
                    "adresse du destinataire",
                    "une organisation déclarée pour l'accès",
                    player.name.clone(),
                )
            })?;
            cases.push(json!({ "externalId": format!("{number}-{:02}", rank + 1), "recipient": organization }));
        }
        let body = json!({
            "processCode": profile.process,
            "applicant": { "firstName": "Camille", "lastName": "Étalon", "email": "camille.etalon@example.org" },
            "externalId": number,
            "cases": cases,
            "attachments": [],
        });
        Ok(Draft { body, files: Vec::new(), headers: Vec::new() })
    }

    /// Describes a well-formed télédossier with one file for all, addressed to these roles.
    ///
    /// # Errors
    /// When a role is not cast.
    pub fn describe(&self, recipients: &[Role]) -> Result<Draft, Stop> {
        let mut draft = self.describe_bare(recipients)?;
        let profile = self.profile()?;
        let (kind, mime_type) = profile.first_kind();
        let seed = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
        draft.attach(kind, mime_type, files::of(mime_type, &seed), &[]);
        Ok(draft)
    }

    /// Sends the creation of a télédossier as a role, and remembers it when the hub takes it.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn create(&mut self, role: Role, draft: Draft) -> Result<Reply, Stop> {
        let mut call = Call::operation(Operation::CreateFolder, &[]).json(draft.body.clone());
        call.headers.extend(draft.headers.iter().cloned());
        let depositor = self.player(role)?;
        let reply = self.send(call.by(&depositor)).await?;
        if reply.status() == 201 {
            self.remember_deposit(depositor, draft, &reply);
        }
        Ok(reply)
    }

    /// Remembers a télédossier that the hub took, and sees to its being cleaned.
    pub fn remember_deposit(&mut self, depositor: Arc<Credential>, draft: Draft, reply: &Reply) {
        // As many as were sent, whatever the hub answered: a rank that was sent has an id, which
        // may be empty.
        let ids = |list: &str| -> Vec<String> {
            let sent = draft.body[list].as_array().map_or(0, Vec::len);
            let id = |rank| reply.text(&format!("/{list}/{rank}/id")).to_owned();
            (0..sent).map(id).collect()
        };
        let troupe = &self.session().troupe;
        let player_of = |case: &Value| {
            let organization = serde_json::from_value(case["recipient"].clone()).ok()?;
            let process =
                contract::ids::ProcessCode::try_from(draft.body["processCode"].as_str()?).ok()?;
            let mut players = troupe.credentials().iter();
            players
                .find(|player| {
                    player.organization.as_ref() == Some(&organization) && player.covers(&process)
                })
                .cloned()
        };
        let recipients: Vec<_> =
            draft.body["cases"].as_array().into_iter().flatten().map(player_of).collect();
        let deposited = Deposited {
            id: reply.text("/id").to_owned(),
            number: draft.body["externalId"].as_str().unwrap_or_default().to_owned(),
            created: reply.json().clone(),
            cases: ids("cases"),
            attachments: ids("attachments"),
            draft,
            depositor,
            recipients,
            completed_at: None,
        };
        self.session().ledger.created(OwnFolder {
            scenario: self.scenario().to_owned(),
            id: deposited.id.clone(),
            number: deposited.number.clone(),
            depositor: deposited.depositor.clone(),
            cases: deposited
                .cases
                .iter()
                .cloned()
                .zip(deposited.recipients.iter().cloned())
                .collect(),
            is_completed: false,
        });
        self.deposits.push(deposited);
    }

    /// Creates a well-formed télédossier; breaks the scenario when the hub refuses it.
    ///
    /// # Errors
    /// When the hub refuses it.
    pub async fn create_needed(&mut self, draft: Draft) -> Step {
        self.create(Role::Osl, draft).await?.needed("création d'un télédossier", 201)?;
        Ok(())
    }

    /// Sends the bytes of a file of the last télédossier, whatever they are.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn upload(&mut self, rank: usize, bytes: Bytes) -> Result<Reply, Stop> {
        let deposited = self.deposited()?;
        let attachment = deposited.attachments.get(rank).cloned().unwrap_or_default();
        let call = Call::operation(Operation::PutFolderAttachment, &[&deposited.id, &attachment])
            .file(bytes);
        let depositor = deposited.depositor.clone();
        self.send(call.by(&depositor)).await
    }

    /// Sends every file of the last télédossier as announced, and waits for their verdicts.
    ///
    /// # Errors
    /// When the hub refuses one.
    pub async fn upload_all(&mut self) -> Step {
        let files = self.deposited()?.draft.files.clone();
        for (rank, bytes) in files.into_iter().enumerate() {
            self.upload(rank, bytes).await?.needed("envoi d'un fichier", 204)?;
        }
        let folder = self.settled_folder().await?;
        match folder
            .array("/attachments")
            .iter()
            .find(|attachment| attachment["status"] != "RECEIVED")
        {
            None => Ok(()),
            Some(other) => {
                Err(Stop::broken("réception d'un fichier", "RECEIVED", other["status"].to_string()))
            }
        }
    }

    /// The status of a file of the last télédossier, once it is no longer `PENDING` or the limit
    /// has passed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn settled_attachment(&mut self, rank: usize) -> Result<String, Stop> {
        let folder = self.settled_folder().await?;
        Ok(folder.text(&format!("/attachments/{rank}/status")).to_owned())
    }

    /// The last télédossier once no file that was sent is `PENDING` any more, or the target's limit
    /// has passed.
    async fn settled_folder(&mut self) -> Result<Reply, Stop> {
        let limit = self.session().target.limits.scan;
        let waited = until(limit, async || {
            let folder = self.read_folder().await?.needed("lecture du télédossier", 200)?;
            Ok::<_, Stop>(Look { done: !has_pending_files(&folder), seen: folder })
        });
        let waited = waited.await?;
        self.observe_time("verdict sur un fichier", None, waited.time);
        Ok(waited.seen)
    }

    /// Reads the last télédossier as its depositor.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn read_folder(&mut self) -> Result<Reply, Stop> {
        let deposited = self.deposited()?;
        let (call, depositor) =
            (Call::operation(Operation::GetFolder, &[&deposited.id]), deposited.depositor.clone());
        self.send(call.by(&depositor)).await
    }

    /// Asks for a global status of the last télédossier.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn set_folder_status(&mut self, status: &str) -> Result<Reply, Stop> {
        let deposited = self.deposited()?;
        let call = Call::operation(Operation::UpdateFolder, &[&deposited.id])
            .json(json!({ "globalStatus": status }));
        let depositor = deposited.depositor.clone();
        let reply = self.send(call.by(&depositor)).await?;
        if status == "HUBEE_COMPLETED"
            && reply.is_success()
            && let Some(deposited) = self.deposits.last_mut()
        {
            deposited.completed_at = Some(Instant::now());
            let id = deposited.id.clone();
            self.session().ledger.completed(&id);
        }
        Ok(reply)
    }

    /// Completes the last télédossier; breaks the scenario when the hub refuses.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn complete(&mut self) -> Step {
        self.set_folder_status("HUBEE_COMPLETED")
            .await?
            .needed("complétude du télédossier", 204)?;
        Ok(())
    }

    /// The whole deposit: creation, files, completion.
    ///
    /// # Errors
    /// When the hub refuses any part of it.
    pub async fn deposit(&mut self, recipients: &[Role]) -> Step {
        let draft = self.describe(recipients)?;
        self.create_needed(draft).await?;
        self.upload_all().await?;
        self.complete().await
    }
}
