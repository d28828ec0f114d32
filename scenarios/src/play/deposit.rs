//! The OSL's deposit (contract §9, cinématique 4): describe a télédossier, create it, send its
//! files, complete it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::actor::profile::Profile;
use crate::actor::{Actor, Deposited, Draft, Waited, described, files, has_all_verdicts};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

impl World {
    /// What is known of the démarche played.
    pub(crate) fn profile(&self) -> Result<Profile, Stop> {
        Ok(Profile::of(&self.process()?, &self.session().target))
    }

    /// Describes a well-formed télédossier without files, addressed to these roles.
    pub(crate) fn describe_bare(&self, recipients: &[Role]) -> Result<Draft, Stop> {
        let profile = self.profile()?;
        let number = format!("{}{}", profile.number_prefix, self.session().free_number());
        let mut organizations = Vec::new();
        for role in recipients {
            let credential = self.credential(*role)?;
            if credential.organization.is_none() {
                return Err(Stop::broken(
                    "adresse du destinataire",
                    "une organisation déclarée pour l'accès",
                    credential.name.clone(),
                ));
            }
            organizations.push(credential.organization.clone());
        }
        Ok(Draft::of(&described(profile.process.as_str(), &number, organizations)))
    }

    /// Describes a well-formed télédossier with one file for all, addressed to these roles.
    pub(crate) fn describe(&self, recipients: &[Role]) -> Result<Draft, Stop> {
        let mut draft = self.describe_bare(recipients)?;
        let profile = self.profile()?;
        let (kind, mime_type) = profile.first_kind();
        let seed = draft.number().to_owned();
        draft.attach(kind, mime_type, files::of(mime_type, &seed), &[]);
        Ok(draft)
    }

    /// Sends the creation of a télédossier as a role, and remembers it when the hub takes it.
    pub(crate) async fn create(&mut self, role: Role, draft: Draft) -> Result<Reply, Stop> {
        let depositor = self.credential(role)?;
        let reply = self.acting(&depositor).create_folder(&draft).await?;
        if reply.status() == 201 {
            self.remember_deposit(&depositor, draft, &reply);
        }
        Ok(reply)
    }

    /// Remembers a télédossier that the hub took, and sees to its being cleaned.
    pub(crate) fn remember_deposit(
        &mut self,
        depositor: &Arc<Credential>,
        draft: Draft,
        reply: &Reply,
    ) {
        let credentials = &self.session().credentials;
        let recipients = credentials.recipients_of(&draft.body);
        let deposited = Deposited::of(depositor, draft, recipients, reply);
        self.session().ledger.created(deposited.own_folder(self.scenario()));
        self.deposits.push(deposited);
    }

    /// Creates a well-formed télédossier; breaks the scenario when the hub refuses it.
    pub(crate) async fn create_needed(&mut self, draft: Draft) -> Step {
        self.create(Role::Osl, draft).await?.needed("création d'un télédossier", 201)?;
        Ok(())
    }

    /// The depositor of the last télédossier, acting, and its id.
    fn depositor(&mut self) -> Result<(Actor<'_>, String), Stop> {
        let deposited = self.deposited()?;
        let (folder, depositor) = (deposited.id.clone(), deposited.depositor.clone());
        Ok((self.acting(&depositor), folder))
    }

    /// Sends the bytes of a file of the last télédossier, whatever they are.
    pub(crate) async fn upload(&mut self, rank: usize, bytes: Bytes) -> Result<Reply, Stop> {
        self.upload_with(rank, bytes, &[]).await
    }

    /// The same, with more headers.
    pub(crate) async fn upload_with(
        &mut self,
        rank: usize,
        bytes: Bytes,
        headers: &[(&str, &str)],
    ) -> Result<Reply, Stop> {
        let file = self.deposited()?.attachments.get(rank).cloned().unwrap_or_default();
        let (mut depositor, folder) = self.depositor()?;
        Ok(depositor.upload(&folder, &file, bytes, headers).await?)
    }

    /// Sends every file of the last télédossier as announced, and waits for their verdicts.
    pub(crate) async fn upload_all(&mut self) -> Step {
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
    pub(crate) async fn settled_attachment(&mut self, rank: usize) -> Result<String, Stop> {
        let folder = self.settled_folder().await?;
        Ok(folder.text(&format!("/attachments/{rank}/status")).to_owned())
    }

    /// The last télédossier once no file that was sent is `PENDING` any more, or the target's limit
    /// has passed.
    async fn settled_folder(&mut self) -> Result<Reply, Stop> {
        self.folder_with_verdicts(has_all_verdicts).await
    }

    /// The last télédossier once the verdicts on its files are those waited for, or the target's
    /// limit has passed.
    pub(super) async fn folder_with_verdicts(
        &mut self,
        suits: impl Fn(&Reply) -> bool,
    ) -> Result<Reply, Stop> {
        let limit = self.session().target.limits.scan;
        let waited = self.await_folder(limit, suits).await?;
        self.observe_time("verdict sur un fichier", None, waited.time);
        Ok(waited.seen)
    }

    /// Reads the last télédossier as its depositor until it suits.
    pub(super) async fn await_folder(
        &mut self,
        limit: Duration,
        suits: impl Fn(&Reply) -> bool,
    ) -> Result<Waited<Reply>, Stop> {
        let (mut depositor, folder) = self.depositor()?;
        Ok(depositor.await_folder(&folder, limit, suits).await?)
    }

    /// Reads the last télédossier as its depositor.
    pub(crate) async fn read_folder(&mut self) -> Result<Reply, Stop> {
        let (mut depositor, folder) = self.depositor()?;
        Ok(depositor.read_folder(&folder).await?)
    }

    /// Asks for a global status of the last télédossier.
    pub(crate) async fn set_folder_status(&mut self, status: &str) -> Result<Reply, Stop> {
        let (mut depositor, folder) = self.depositor()?;
        let reply = depositor.set_folder_status(&folder, status).await?;
        if status == "HUBEE_COMPLETED" && reply.is_success() {
            self.note_completion();
        }
        Ok(reply)
    }

    /// Notes that the last télédossier was completed.
    pub(crate) fn note_completion(&mut self) {
        if let Some(deposited) = self.deposits.last_mut() {
            deposited.completed_at = Some(Instant::now());
            let id = deposited.id.clone();
            self.session().ledger.completed(&id);
        }
    }

    /// Completes the last télédossier; breaks the scenario when the hub refuses.
    pub(crate) async fn complete(&mut self) -> Step {
        self.set_folder_status("HUBEE_COMPLETED")
            .await?
            .needed("complétude du télédossier", 204)?;
        Ok(())
    }

    /// The whole deposit: creation, files, completion.
    pub(crate) async fn deposit(&mut self, recipients: &[Role]) -> Step {
        let draft = self.describe(recipients)?;
        self.create_needed(draft).await?;
        self.upload_all().await?;
        self.complete().await
    }
}
