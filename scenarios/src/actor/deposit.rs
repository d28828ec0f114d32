//! The OSL's deposit (contract §9, cinématique 4): describing a télédossier, and what is known of
//! it once the hub took it.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use contract::folder::{Applicant, FolderCaseRequest, FolderRequest};
use contract::ids::OrganizationIdentifier;
use contract::journeys::{AttachmentKind, ProcessJourney};
use model::{as_sent, files};
use serde_json::{Value, json};

use crate::client::Reply;
use crate::ledger::OwnFolder;
use crate::target::Credential;

/// A well-formed télédossier without files: a case for each recipient, numbered after it.
pub fn described(
    process: &str,
    number: &str,
    recipients: impl IntoIterator<Item = Option<OrganizationIdentifier>>,
) -> FolderRequest {
    let cases = recipients.into_iter().enumerate().map(|(rank, recipient)| FolderCaseRequest {
        recipient,
        external_id: format!("{number}-{:02}", rank + 1),
        partner_attributes: None,
    });
    FolderRequest {
        process_code: process.to_owned(),
        applicant: Applicant {
            first_name: "Camille".to_owned(),
            last_name: "Étalon".to_owned(),
            email: Some("camille.etalon@example.org".to_owned()),
        },
        external_id: number.to_owned(),
        cases: cases.collect(),
        attachments: Vec::new(),
        close_date_time: None,
    }
}

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
    /// A draft without files.
    pub fn of(folder: &FolderRequest) -> Self {
        Self { body: json!(folder), files: Vec::new(), headers: Vec::new() }
    }

    /// The number of the télédossier.
    pub fn number(&self) -> &str {
        self.body["externalId"].as_str().unwrap_or_default()
    }

    /// Adds a file of every attachment type and mime type in use on a démarche.
    pub fn attach_in_use(&mut self, journey: &ProcessJourney) {
        let number = self.number().to_owned();
        self.attach_each(journey.attachments, |_, kind, mime_type| {
            let seed = format!("{number} {}", kind.kind);
            match (journey.process, mime_type) {
                // CERTDC's XML is in ISO-8859-1 (contract §7).
                ("CERTDC", "application/xml") => files::xml_in_latin_1(&seed),
                _ => files::of(mime_type, &seed),
            }
        });
        if journey.process == "SGR" {
            // A zip under an .xml name (contract §7): extensions are never compared.
            self.body["attachments"][0]["fileName"] = json!("SGR.xml");
        }
    }

    /// Adds a file of each of these types in each format in use; `file` makes the one of a rank,
    /// from 1.
    pub fn attach_each(
        &mut self,
        kinds: &[AttachmentKind],
        file: impl Fn(usize, &AttachmentKind, &str) -> Vec<u8>,
    ) {
        for kind in kinds {
            let cases: Vec<usize> = kind.cases.iter().map(|rank| usize::from(*rank)).collect();
            for mime_type in kind.mime_types {
                let bytes = file(self.files.len() + 1, kind, mime_type);
                self.attach(kind.kind, mime_type, bytes, &cases);
            }
        }
    }

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

impl Deposited {
    /// What is known of a télédossier that the hub took. As many ids as were sent, whatever it
    /// answered: a rank that was sent has an id, which may be empty.
    pub fn of(
        depositor: &Arc<Credential>,
        draft: Draft,
        recipients: Vec<Option<Arc<Credential>>>,
        reply: &Reply,
    ) -> Self {
        let ids = |list: &str, name: &str| -> Vec<String> {
            let shown = as_sent(&draft.body, reply.json(), list, name);
            shown.into_iter().map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
        };
        Self {
            id: reply.text("/id").to_owned(),
            number: draft.number().to_owned(),
            created: reply.json().clone(),
            cases: ids("cases", "externalId"),
            attachments: ids("attachments", "fileName"),
            draft,
            depositor: depositor.clone(),
            recipients,
            completed_at: None,
        }
    }

    /// As the ledger keeps it.
    pub fn own_folder(&self, scenario: &str) -> OwnFolder {
        OwnFolder {
            scenario: scenario.to_owned(),
            id: self.id.clone(),
            number: self.number.clone(),
            depositor: self.depositor.clone(),
            cases: self.cases.iter().cloned().zip(self.recipients.iter().cloned()).collect(),
            is_completed: false,
        }
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
