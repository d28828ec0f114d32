//! The moves that are one call each, which fail only when no answer came, and the waiting for what
//! a hub may settle later.

use std::time::Duration;

use bytes::Bytes;
use contract::case::CaseUpdateRequest;
use contract::event::EventUpdateRequest;
use contract::folder::FolderUpdateRequest;
use contract::operations::Operation;
use serde_json::Value;

use super::{Actor, ActorError, Answered, Draft, Look, Waited};
use crate::client::{Call, Reply};

impl Actor<'_> {
    /// Creates a télédossier.
    pub async fn create_folder(&mut self, draft: &Draft) -> Answered {
        let mut call = Call::operation(Operation::CreateFolder, &[]).json(&draft.body);
        call.headers.extend(draft.headers.iter().cloned());
        self.send(call).await
    }

    /// Sends the bytes of a file of a télédossier, with more headers.
    pub async fn upload(
        &mut self,
        folder: &str,
        file: &str,
        bytes: Bytes,
        headers: &[(&str, &str)],
    ) -> Answered {
        let mut call = Call::operation(Operation::PutFolderAttachment, &[folder, file]).file(bytes);
        for (name, value) in headers {
            call = call.header(name, *value);
        }
        self.send(call).await
    }

    /// Reads a télédossier.
    pub async fn read_folder(&mut self, folder: &str) -> Answered {
        self.make(Operation::GetFolder, &[folder]).await
    }

    /// Asks for a global status of a télédossier.
    pub async fn set_folder_status(&mut self, folder: &str, status: &str) -> Answered {
        let call = Call::operation(Operation::UpdateFolder, &[folder]);
        self.send(call.json(FolderUpdateRequest::to(status))).await
    }

    /// Says that a télédossier is complete.
    pub async fn complete(&mut self, folder: &str) -> Answered {
        self.set_folder_status(folder, "HUBEE_COMPLETED").await
    }

    /// Deletes a télédossier.
    pub async fn delete_folder(&mut self, folder: &str) -> Answered {
        self.make(Operation::DeleteFolder, &[folder]).await
    }

    /// Reads a case.
    pub async fn read_case(&mut self, case: &str) -> Answered {
        self.make(Operation::GetCase, &[case]).await
    }

    /// Reads the lighter form of a case.
    pub async fn read_case_lightly(&mut self, case: &str) -> Answered {
        self.send(Call::operation(Operation::GetCase, &[case]).query("lite", "true")).await
    }

    /// Asks for a status of a case.
    pub async fn set_case_status(&mut self, case: &str, status: &str) -> Answered {
        let call = Call::operation(Operation::UpdateCase, &[case]);
        self.send(call.json(CaseUpdateRequest::to(status))).await
    }

    /// Downloads a file of a case.
    pub async fn download(&mut self, case: &str, file: &str) -> Answered {
        self.make(Operation::GetCaseAttachment, &[case, file]).await
    }

    /// Creates an event on a case.
    pub async fn create_event(&mut self, case: &str, body: &Value) -> Answered {
        self.send(Call::operation(Operation::CreateEvent, &[case]).json(body)).await
    }

    /// Sends the bytes of a file of an event.
    pub async fn upload_to_event(
        &mut self,
        case: &str,
        event: &str,
        file: &str,
        bytes: Bytes,
    ) -> Answered {
        let call = Call::operation(Operation::PutEventAttachment, &[case, event, file]);
        self.send(call.file(bytes)).await
    }

    /// Reads an event.
    pub async fn read_event(&mut self, case: &str, event: &str) -> Answered {
        self.make(Operation::GetEvent, &[case, event]).await
    }

    /// Asks for a status of an event.
    pub async fn set_event_status(&mut self, case: &str, event: &str, status: &str) -> Answered {
        let call = Call::operation(Operation::UpdateEvent, &[case, event]);
        self.send(call.json(EventUpdateRequest::to(status))).await
    }

    /// Deletes an event.
    pub(crate) async fn delete_event(&mut self, case: &str, event: &str) -> Answered {
        self.make(Operation::DeleteEvent, &[case, event]).await
    }

    /// Downloads a file of an event.
    pub(crate) async fn download_from_event(
        &mut self,
        case: &str,
        event: &str,
        file: &str,
    ) -> Answered {
        self.make(Operation::GetEventAttachment, &[case, event, file]).await
    }

    /// Reads a batch of notifications, with the query parameters given.
    pub async fn read_batch(&mut self, query: &[(&str, &str)]) -> Answered {
        let mut call = Call::operation(Operation::ListNotifications, &[]);
        for (name, value) in query {
            call = call.query(name, value);
        }
        self.send(call).await
    }

    /// Deletes a notification.
    pub async fn delete_notification(&mut self, notification: &str) -> Answered {
        self.make(Operation::DeleteNotification, &[notification]).await
    }
}

/// Waiting until what is read suits, or the time has passed.
impl Actor<'_> {
    /// Reads a télédossier until it suits.
    pub(crate) async fn await_folder(
        &mut self,
        folder: &str,
        limit: Duration,
        suits: impl Fn(&Reply) -> bool,
    ) -> Result<Waited<Reply>, ActorError> {
        let call = Call::operation(Operation::GetFolder, &[folder]);
        self.read_until("lecture du télédossier", call, limit, suits).await
    }

    /// Reads a case until it suits.
    pub(crate) async fn await_case(
        &mut self,
        case: &str,
        limit: Duration,
        suits: impl Fn(&Reply) -> bool,
    ) -> Result<Waited<Reply>, ActorError> {
        let call = Call::operation(Operation::GetCase, &[case]);
        self.read_until("lecture du dossier", call, limit, suits).await
    }

    /// Reads an event until it suits.
    pub(crate) async fn await_event(
        &mut self,
        case: &str,
        event: &str,
        limit: Duration,
        suits: impl Fn(&Reply) -> bool,
    ) -> Result<Waited<Reply>, ActorError> {
        let call = Call::operation(Operation::GetEvent, &[case, event]);
        self.read_until("lecture de l'événement", call, limit, suits).await
    }

    async fn read_until(
        &mut self,
        what: &str,
        call: Call,
        limit: Duration,
        suits: impl Fn(&Reply) -> bool,
    ) -> Result<Waited<Reply>, ActorError> {
        self.until(limit, async |actor| {
            let seen = actor.send(call.clone()).await?.granted(what, 200)?;
            Ok(Look { done: suits(&seen), seen })
        })
        .await
    }
}

/// Whether every file that a folder or an event shows has its verdict.
pub fn has_all_verdicts(shown: &Reply) -> bool {
    !shown.array("/attachments").iter().any(|file| file["status"] == "PENDING")
}
