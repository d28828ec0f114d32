//! The deposit by hand (contract §9, cinématique 4): the télédossier is created and its files are
//! sent; it is completed by a move of its own, or at once when that was asked for.

use std::sync::Arc;

use contract::ids::ProcessCode;
use contract::journeys;
use serde_json::json;

use super::memory::Teledossier;
use super::{ByHand, GivenFile, Missing, NotDone, Turn, What, granted};
use crate::actor::profile::Profile;
use crate::actor::{Deposited, Draft, described, files, has_all_verdicts};
use crate::client::Reply;
use crate::target::Credential;

/// What is deposited.
#[derive(Clone, Debug, Default)]
pub struct Deposit {
    /// On which démarche; without it, the first that an OSL and an SI of the target share.
    pub process: Option<ProcessCode>,
    /// For whom: names of credentials, organizations, or `si`.
    pub to: Vec<String>,
    /// How many cases; without it, as many as the démarche has recipients.
    pub cases: Option<usize>,
    /// Its files; without any, one of each type in use is made up.
    pub files: Vec<GivenFile>,
    /// Whether it is completed at once.
    pub complete: bool,
}

impl ByHand<'_> {
    pub(super) async fn deposit(&mut self, deposit: &Deposit) -> Result<(), NotDone> {
        let (depositor, process) = self.depositor_of(deposit)?;
        let draft = self.draft(deposit, &process)?;
        let mut turn = self.turn(&depositor);
        let created = granted(turn.actor().create_folder(&draft).await)?;
        let recipients = self.session.credentials.recipients_of(&draft.body);
        let deposited = Deposited::of(&depositor, draft, recipients, &created);
        self.memory.remember(Teledossier::of(&deposited, process.as_str()));
        let unreceived = self.send_files(&mut turn, &deposited).await?;
        let (cases, files) = (deposited.cases.len(), deposited.attachments.len());
        self.tell(turn, What::Deposited { cases, files }, &deposited.number, &deposited.id);
        match unreceived {
            Some(file) => Err(NotDone::missing(file, &deposited.number)),
            None if deposit.complete => self.complete_as(&depositor).await,
            None => Ok(()),
        }
    }

    fn draft(&self, deposit: &Deposit, process: &ProcessCode) -> Result<Draft, NotDone> {
        let profile = Profile::of(process, &self.session.target);
        let number = format!("{}{}", profile.number_prefix, self.session.free_number());
        let recipients = self.recipients_of(deposit, process)?.into_iter().map(Some);
        let mut draft = Draft::of(&described(process.as_str(), &number, recipients));
        match journeys::of(process.as_str()) {
            _ if !deposit.files.is_empty() => {
                for (rank, file) in deposit.files.iter().enumerate() {
                    draft.attach(file.kind(&profile), &file.mime_type, file.bytes.clone(), &[]);
                    draft.body["attachments"][rank]["fileName"] = json!(file.name);
                }
            }
            Some(journey) => draft.attach_in_use(journey),
            None => {
                let (kind, mime_type) = profile.first_kind();
                draft.attach(kind, mime_type, files::of(mime_type, &number), &[]);
            }
        }
        Ok(draft)
    }

    /// Sends the files, and waits for the verdicts on them: the first that is not received, if one
    /// is not. One that the hub refuses does not keep the others back.
    async fn send_files(
        &self,
        turn: &mut Turn<'_>,
        deposited: &Deposited,
    ) -> Result<Option<Missing>, NotDone> {
        let id = &deposited.id;
        for (file, bytes) in deposited.attachments.iter().zip(&deposited.draft.files) {
            turn.actor().upload(id, file, bytes.clone(), &[]).await?;
        }
        let limit = self.patience(self.session.target.limits.scan);
        let waited = turn.actor().await_folder(id, limit, has_all_verdicts).await;
        let folder = turn.seen(waited)?.seen;
        let unreceived = folder.array("/attachments").iter().find(|it| it["status"] != "RECEIVED");
        Ok(unreceived.map(|file| {
            let text = |name: &str| file[name].as_str().unwrap_or_default().to_owned();
            Missing::ReceivedFile { name: text("fileName"), status: text("status") }
        }))
    }

    pub(super) async fn complete(&mut self) -> Result<(), NotDone> {
        let mover = self.mover()?;
        self.complete_as(&mover).await
    }

    /// Completes, and waits until every recipient is notified: only then may it be acted on.
    async fn complete_as(&mut self, by: &Arc<Credential>) -> Result<(), NotDone> {
        let (id, number) = self.folder()?;
        let mut turn = self.turn(by);
        granted(turn.actor().complete(&id).await)?;
        self.noted()?.is_completed = true;
        let limit = self.patience(self.session.target.limits.delivery);
        let notified = |folder: &Reply| {
            folder.array("/cases").iter().all(|case| !with_the_hub(case["status"].as_str()))
        };
        let waited = turn.actor().await_folder(&id, limit, notified).await;
        let waited = turn.seen(waited)?;
        if !waited.done {
            let present = waited.seen.text("/globalStatus").to_owned();
            let missing = Missing::Status { wanted: "HUBEE_NOTIFIED".to_owned(), present };
            return Err(NotDone::missing(missing, &number));
        }
        let cases = waited.seen.array("/cases").len();
        self.tell(turn, What::Completed { cases }, &number, &id);
        Ok(())
    }
}

/// Whether a case was not handed to its recipient yet.
pub(super) fn with_the_hub(status: Option<&str>) -> bool {
    matches!(status, Some("HUBEE_RECEIVED" | "HUBEE_COMPLETED"))
}
