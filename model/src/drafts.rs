//! Télédossiers to be sent: well formed ones, their flaws, and what the model keeps of them once
//! the hub took them.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::action::{Content, FolderFlaw};
use crate::call::{Answer, as_sent};
use crate::files;
use crate::roles::Role;
use crate::setting::Setting;
use crate::state::{Case, File, Folder, Possible};

/// Who receives the cases of a télédossier, in the order of its cases.
pub const RECIPIENTS: [Role; 2] = [Role::Si, Role::SecondSi];

/// A télédossier to be sent: its body, and what its files will be.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) body: Value,
    /// What its files are, and their bytes.
    files: Vec<(Content, Bytes)>,
    recipients: Vec<Role>,
    /// Whether the technical headers go with it.
    pub(crate) headers: bool,
}

impl Draft {
    /// A well-formed télédossier, with one file for each of these contents.
    pub(crate) fn new(
        setting: &Setting,
        number: &str,
        both: bool,
        contents: &[Content],
        headers: bool,
    ) -> Self {
        let second = both && setting.has(Role::SecondSi);
        let recipients = RECIPIENTS[..if second { 2 } else { 1 }].to_vec();
        let cases: Vec<Value> = recipients
            .iter()
            .enumerate()
            .map(|(rank, role)| {
                let case = format!("{number}-{:02}", rank + 1);
                json!({ "externalId": case, "recipient": setting.organization(*role) })
            })
            .collect();
        let (kind, mime) = (&setting.kind, &setting.mime_type);
        let mut attachments = Vec::new();
        let mut kept = Vec::new();
        for (rank, content) in contents.iter().enumerate() {
            let announced = files::of(mime, &format!("{number}-{rank}"));
            let bytes = bytes_of(*content, &announced);
            let size = if *content == Content::Infected { bytes.len() } else { announced.len() };
            // The second file is for the last case only, so that a case has files that another has
            // not.
            let addressed: Vec<&Value> = cases
                .iter()
                .skip(if rank == 1 { cases.len() - 1 } else { 0 })
                .map(|case| &case["externalId"])
                .collect();
            attachments.push(json!({
                "fileName": format!("pièce-{}.dat", rank + 1), "type": kind, "size": size, "mimeType": mime,
                "recipients": addressed,
            }));
            kept.push((*content, bytes));
        }
        Self {
            body: json!({
                "processCode": setting.process,
                "applicant": { "firstName": "Zoé", "lastName": "Étalon", "email": "zoe.etalon@example.org" },
                "externalId": number,
                "cases": cases,
                "attachments": attachments,
            }),
            files: kept,
            recipients,
            headers,
        }
    }
}

/// What the model keeps of a télédossier that was created.
pub(crate) fn folder_of(draft: Draft, answer: &Answer) -> Folder {
    let ids = |list: &str, name: &str| -> Vec<String> {
        let shown = as_sent(&draft.body, &answer.json, list, name);
        shown.into_iter().map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let (case_ids, file_ids) = (ids("cases", "externalId"), ids("attachments", "fileName"));
    let cases = draft.recipients.iter().enumerate().map(|(rank, role)| Case {
        id: case_ids.get(rank).cloned().unwrap_or_default(),
        number: draft.body["cases"][rank]["externalId"].as_str().unwrap_or_default().to_owned(),
        recipient: *role,
        status: Possible::only("HUBEE_RECEIVED"),
        events: Vec::new(),
    });
    let numbers: Vec<&Value> = draft.body["cases"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|case| &case["externalId"])
        .collect();
    let files = draft.files.iter().enumerate().map(|(rank, (content, bytes))| {
        let announced = draft.body["attachments"][rank].clone();
        let addressed = announced["recipients"].as_array().cloned().unwrap_or_default();
        File {
            id: file_ids.get(rank).cloned().unwrap_or_default(),
            recipients: numbers
                .iter()
                .enumerate()
                .filter(|(_, number)| addressed.contains(number))
                .map(|(rank, _)| rank)
                .collect(),
            announced,
            bytes: bytes.clone(),
            content: *content,
            status: Possible::only("PENDING"),
        }
    });
    Folder {
        id: answer.text("/id").to_owned(),
        headers: draft.headers,
        status: Possible::only("HUBEE_RECEIVED"),
        completed: false,
        deleted: false,
        closed_at: None,
        cases: cases.collect(),
        files: files.collect(),
        sent: draft.body,
    }
}

/// Bytes that are what they are to be, against those that were announced.
pub(crate) fn bytes_of(content: Content, announced: &[u8]) -> Bytes {
    match content {
        Content::Right => announced.to_vec().into(),
        Content::Shorter => announced[..announced.len() - 1].to_vec().into(),
        Content::Longer => [announced, b"\n"].concat().into(),
        Content::OtherType => files::picture_of(announced.len()).into(),
        Content::Infected => files::eicar().into(),
    }
}

/// A body with a flaw.
pub(crate) fn bent(body: &Value, flaw: FolderFlaw) -> Value {
    let mut bent = body.clone();
    let mut remove = |pointer: &str, name: &str| {
        if let Some(object) = bent.pointer_mut(pointer).and_then(Value::as_object_mut) {
            object.remove(name);
        }
    };
    match flaw {
        FolderFlaw::NoApplicant => remove("", "applicant"),
        FolderFlaw::NoFirstName => remove("/applicant", "firstName"),
        FolderFlaw::NoLastName => remove("/applicant", "lastName"),
        FolderFlaw::NoNumber => remove("", "externalId"),
        FolderFlaw::NoCases => remove("", "cases"),
        FolderFlaw::NoAttachments => remove("", "attachments"),
        FolderFlaw::NoFileName => remove("/attachments/0", "fileName"),
        FolderFlaw::NoSize => remove("/attachments/0", "size"),
        FolderFlaw::NoRecipients => remove("/attachments/0", "recipients"),
        FolderFlaw::EmptyCases => bent["cases"] = json!([]),
        FolderFlaw::CasesOfAnotherType => bent["cases"] = json!("aucun"),
        FolderFlaw::NegativeSize => bent["attachments"][0]["size"] = json!(-1),
        FolderFlaw::LongFirstName => bent["applicant"]["firstName"] = json!("é".repeat(256)),
        FolderFlaw::LongEmail => {
            bent["applicant"]["email"] = json!(format!("{}@example.org", "a".repeat(320)));
        }
        FolderFlaw::LongFileName => {
            bent["attachments"][0]["fileName"] = json!(format!("{}.dat", "p".repeat(252)));
        }
        FolderFlaw::LongNumber => {
            let number = body["externalId"].as_str().unwrap_or_default();
            bent["externalId"] = json!(format!("{number:0<31}"));
        }
        FolderFlaw::UnknownProcess => bent["processCode"] = json!("ETALON-INCONNUE"),
        FolderFlaw::UnknownRecipient => {
            bent["cases"][0]["recipient"] =
                json!({ "type": "SI", "companyRegister": "99999999999999", "branchCode": "99999" });
        }
        FolderFlaw::Truncated => {}
    }
    bent
}
