//! The calls of the model, answered in memory: what a call is to the domain, and the answer that
//! the domain's outcome makes. The form of a body is held against the description, as it is before
//! the domain is asked; everything else is the domain's word.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use contract::description::Description;
use contract::operations::{Access, Operation};
use contract::organization::PartnerInfo;
use model::{Answer, Body, Call, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::memory::HubInMemory;
use crate::domain::{
    self, BlobKey, Caller, Command, DomainError, FileAddress, Missing, NotificationFilter, Outcome,
    Receipt, Teledossier, Upload,
};
use crate::media_type::agrees;

/// A hub in memory, and the bytes that it was sent.
pub(super) struct Answering {
    hub: HubInMemory,
    files: HashMap<BlobKey, Bytes>,
}

/// The credential that stands for a role, all on one démarche but where a role is of another.
pub(super) fn client_of(role: Role) -> &'static str {
    match role {
        Role::Osl => "osl-dgs",
        Role::Si => "si-a-etalon",
        Role::SecondSi => "si-b-etalon",
        Role::OtherBranch => "si-a-annexe-etalon",
        Role::OtherProcess => "si-a-certdc",
        Role::SecondOsl => "osl-dila",
        Role::Admin => "admin",
        Role::Datapass => "datapass",
    }
}

/// A call that is not done: its status, and why.
struct Refused(u16, String);

impl From<DomainError> for Refused {
    fn from(error: DomainError) -> Self {
        let status = match &error {
            DomainError::Invalid(_) => 400,
            DomainError::Forbidden => 403,
            DomainError::NotFound(_) => 404,
        };
        Self(status, error.to_string())
    }
}

type Answered = Result<Answer, Refused>;

impl Answering {
    pub(super) fn on(hub: HubInMemory) -> Self {
        Self { hub, files: HashMap::new() }
    }

    /// Does what the hub put off, and says whether there was any.
    pub(super) fn do_what_waits(&mut self) -> bool {
        let due = std::mem::take(&mut self.hub.due);
        due.iter().for_each(|(_, work)| self.hub.work(work));
        !due.is_empty()
    }

    pub(super) fn answer(&mut self, by: Role, call: &Call) -> Answer {
        self.done(by, call).unwrap_or_else(|Refused(status, reason)| Answer {
            status,
            in_short: format!("{status} « {reason} »"),
            ..Answer::default()
        })
    }

    fn done(&mut self, by: Role, call: &Call) -> Answered {
        let operation =
            call.operation.ok_or_else(|| Refused(404, "no such operation".to_owned()))?;
        let caller = Caller { partner_info: partner_info(call), ..self.hub.caller(client_of(by)) };
        if operation.access(caller.scope) == Access::Refused {
            return Err(DomainError::Forbidden.into());
        }
        match operation {
            Operation::GetFolder
            | Operation::GetCase
            | Operation::GetEvent
            | Operation::ListNotifications => self.shown(operation, &caller, call),
            Operation::PutFolderAttachment => {
                let file = FileAddress::Folder(id(call, 0)?, id(call, 1)?);
                self.take_file(caller, file, call)
            }
            Operation::PutEventAttachment => {
                let file = FileAddress::Event(id(call, 0)?, id(call, 1)?, id(call, 2)?);
                self.take_file(caller, file, call)
            }
            Operation::GetCaseAttachment => {
                self.give_file(&caller, FileAddress::Case(id(call, 0)?, id(call, 1)?))
            }
            Operation::GetEventAttachment => {
                let file = FileAddress::Event(id(call, 0)?, id(call, 1)?, id(call, 2)?);
                self.give_file(&caller, file)
            }
            _ => match self.hub.run(command(operation, caller, call)?)? {
                Outcome::Folder(folder) => Ok(json(201, &folder)),
                Outcome::Event(event) => Ok(json(201, &event)),
                _ => Ok(empty(204)),
            },
        }
    }

    fn shown(&self, operation: Operation, caller: &Caller, call: &Call) -> Answered {
        self.hub.with_context(|context| {
            Ok(match operation {
                Operation::GetFolder => {
                    let found = self.hub.folders.get(&id(call, 0)?);
                    let found = found.ok_or(DomainError::NotFound(Missing::Folder))?;
                    json(200, &domain::folder(found, caller, context)?)
                }
                Operation::GetCase => {
                    let case = id(call, 0)?;
                    let found = self.of_case(case)?;
                    json(200, &domain::case(found, caller, case, false, context)?)
                }
                Operation::GetEvent => {
                    let (case, event) = (id(call, 0)?, id(call, 1)?);
                    let found = self.of_case(case)?;
                    json(200, &domain::event(found, caller, case, event, context)?)
                }
                _ => json(200, &self.batch(caller, &filter(call)?)),
            })
        })
    }

    fn of_case(&self, case: contract::ids::CaseId) -> Result<&Teledossier, DomainError> {
        self.hub.folder_of(case).ok_or(DomainError::NotFound(Missing::Case))
    }

    fn batch(
        &self,
        caller: &Caller,
        filter: &NotificationFilter,
    ) -> Vec<contract::notification::Notification> {
        let shown = |record: &domain::NotificationRecord| {
            let case = self.hub.folder_of(record.case).and_then(|it| it.case(record.case));
            let event = record.event.and_then(|id| case?.event(id));
            let event = event.map(|event| (event.action, event.status));
            self.hub.with_context(|context| {
                let details = filter.for_caller(caller, context).event_details.then_some(event);
                domain::notification(record.clone(), details, context)
            })
        };
        self.hub.seen_by(caller, filter).into_iter().map(shown).collect()
    }

    fn take_file(&mut self, caller: Caller, file: FileAddress, call: &Call) -> Answered {
        let Body::File(bytes) = &call.body else {
            return Err(Refused(400, "no file".to_owned()));
        };
        let folder = self.folder_at(file)?;
        let target = self
            .hub
            .with_context(|context| domain::upload_target(folder, &caller, file, context))?;
        let key = BlobKey(format!("blob-{}", self.files.len()));
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let digest = call.headers.iter().find(|(name, _)| *name == "digest");
        let size = bytes.len() as u64;
        let upload = Upload {
            // Reading stops where there is more than was announced.
            blob: (size <= target.size).then(|| key.clone()),
            size,
            sha256,
            type_matches: agrees(&target.mime_type, bytes, None),
            digest_matches: digest.is_none_or(|(_, digest)| *digest == STANDARD.encode(sha256)),
            can_be_scanned: true,
            infected: bytes.starts_with(b"X5O!P%@AP"),
        };
        self.files.insert(key, bytes.clone());
        match self.hub.upload(caller, file, upload)? {
            Receipt::Taken(_) => Ok(empty(204)),
            Receipt::Rejected(reasons) => Err(Refused(400, reasons.join(", "))),
        }
    }

    fn give_file(&self, caller: &Caller, file: FileAddress) -> Answered {
        let folder = self.folder_at(file)?;
        let download =
            self.hub.with_context(|context| domain::download(folder, caller, file, context))?;
        let bytes = download.blob.and_then(|key| self.files.get(&key).cloned());
        let digest = bytes.as_ref().map(|_| STANDARD.encode(download.sha256));
        Ok(Answer { bytes: bytes.unwrap_or_default(), digest, ..empty(200) })
    }

    fn folder_at(&self, file: FileAddress) -> Result<&Teledossier, DomainError> {
        match file {
            FileAddress::Folder(folder, _) => {
                self.hub.folders.get(&folder).ok_or(DomainError::NotFound(Missing::Folder))
            }
            FileAddress::Case(case, _) | FileAddress::Event(case, _, _) => self.of_case(case),
        }
    }
}

fn command(operation: Operation, caller: Caller, call: &Call) -> Result<Command, Refused> {
    Ok(match operation {
        Operation::CreateFolder => {
            Command::CreateFolder { caller, request: body(operation, call)? }
        }
        Operation::UpdateFolder => {
            Command::UpdateFolder { caller, folder: id(call, 0)?, request: body(operation, call)? }
        }
        Operation::DeleteFolder => Command::DeleteFolder { caller, folder: id(call, 0)? },
        Operation::UpdateCase => {
            Command::UpdateCase { caller, case: id(call, 0)?, request: body(operation, call)? }
        }
        Operation::CreateEvent => {
            Command::CreateEvent { caller, case: id(call, 0)?, request: body(operation, call)? }
        }
        Operation::UpdateEvent => Command::UpdateEvent {
            caller,
            case: id(call, 0)?,
            event: id(call, 1)?,
            request: body(operation, call)?,
        },
        Operation::DeleteEvent => {
            Command::DeleteEvent { caller, case: id(call, 0)?, event: id(call, 1)? }
        }
        Operation::DeleteNotification => {
            Command::DeleteNotification { caller, notification: id(call, 0)? }
        }
        other => panic!("the model asks for {other}, which nothing answers here"),
    })
}

fn id<T: std::str::FromStr>(call: &Call, rank: usize) -> Result<T, Refused> {
    let text = call.parameters.get(rank).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| Refused(400, format!("{text} is no identifier")))
}

fn body<T: DeserializeOwned>(operation: Operation, call: &Call) -> Result<T, Refused> {
    let Body::Json(body) = &call.body else {
        return Err(Refused(400, "malformed JSON".to_owned()));
    };
    if let Some(violation) = Description::bundled().request_violations(operation, body).first() {
        return Err(Refused(400, violation.to_string()));
    }
    serde_json::from_value(body.clone()).map_err(|error| Refused(400, error.to_string()))
}

fn filter(call: &Call) -> Result<NotificationFilter, Refused> {
    let value = |name: &str| call.query.iter().find(|(key, _)| *key == name).map(|(_, it)| it);
    let max_result = value("maxResult").map(|text| text.parse()).transpose();
    let process = value("processCode").and_then(|code| code.as_str().try_into().ok());
    Ok(NotificationFilter {
        max_result: max_result.map_err(|_| Refused(400, "maxResult is no number".to_owned()))?,
        processes: process.into_iter().collect(),
        event_details: value("eventDetails").is_some_and(|it| it == "true"),
        ..NotificationFilter::default()
    })
}

fn partner_info(call: &Call) -> PartnerInfo {
    let header = |name: &str| {
        call.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
    };
    PartnerInfo {
        editor_name: header("editorName"),
        application_name: header("applicationName"),
        software_version: header("softwareVersion"),
    }
}

fn json(status: u16, shown: &impl Serialize) -> Answer {
    Answer { json: serde_json::to_value(shown).unwrap_or(Value::Null), ..empty(status) }
}

fn empty(status: u16) -> Answer {
    Answer { status, in_short: status.to_string(), ..Answer::default() }
}
