//! Depositing and processing by several at once (rule DEL-01): depositors and processors are
//! futures that share a list of what was deposited; an audit then holds what was received against
//! what was sent. Nothing is judged here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use contract::operations::{Method, Operation};
use futures::future::join_all;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::deposit::Draft;
use crate::actor::{Look, has_pending_files, until};
use crate::check::Stop;
use crate::client::{Call, Reply};
use crate::ledger::OwnFolder;
use crate::session::Session;
use crate::target::Credential;

/// A télédossier and what became of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Folder number.
    pub number: String,
    /// Folder id.
    pub folder: String,
    /// Its cases: id, and the recipient's credential.
    pub cases: Vec<(String, Arc<Credential>)>,
    /// Its files: id and bytes.
    pub files: Vec<(String, Bytes)>,
    /// How far its deposit was acknowledged.
    pub stage: Stage,
    /// When its completion was acknowledged.
    pub completed_at: Option<Instant>,
}

/// How far a deposit was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Created.
    Created,
    /// Its files too.
    Uploaded,
    /// Completed.
    Completed,
}

/// What one case came to, as its recipient received it.
#[derive(Clone, Debug)]
pub struct Received {
    /// The case.
    pub case: String,
    /// Who received it: the credential's name.
    pub by: String,
    /// When its notification was first seen.
    pub seen_at: Instant,
    /// What is wrong with it, if anything.
    pub defect: Option<String>,
}

/// What was seen, for the audit.
#[derive(Default)]
pub struct Audit {
    /// Everything received.
    pub received: Vec<Received>,
    /// What came to somebody it was not for.
    pub strayed: Vec<String>,
    /// Notifications seen again after their deletion was acknowledged, or twice for one case.
    pub repeated: Vec<String>,
    deleted: BTreeSet<String>,
    taken: BTreeSet<String>,
    notified: BTreeMap<String, BTreeSet<String>>,
}

/// A télédossier to deposit, and who plays the recipient of each of its cases.
pub type Addressed = (Draft, Vec<Arc<Credential>>);

/// The work of several: what is to be deposited, what was, what was seen.
pub struct Workshop {
    session: Arc<Session>,
    scenario: String,
    depositor: Arc<Credential>,
    drafts: Mutex<Vec<Addressed>>,
    /// What was deposited.
    pub sent: Mutex<Vec<Sent>>,
    /// What was seen.
    pub audit: Mutex<Audit>,
    refusals: Mutex<Vec<String>>,
}

impl Workshop {
    /// Prepares the deposit of these drafts, each for the recipients who play its cases.
    #[must_use]
    pub fn new(
        session: Arc<Session>,
        scenario: &str,
        depositor: Arc<Credential>,
        drafts: Vec<Addressed>,
    ) -> Self {
        Self {
            session,
            scenario: scenario.to_owned(),
            depositor,
            drafts: Mutex::new(drafts),
            sent: Mutex::default(),
            audit: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    /// What the hub refused of what it should take.
    #[must_use]
    pub fn refusals(&self) -> Vec<String> {
        self.refusals.lock().clone()
    }

    async fn send(&self, by: &Arc<Credential>, call: Call) -> Result<Reply, Stop> {
        let mut call = call.by(by);
        call.scenario = Some(self.scenario.clone());
        Ok(self.session.client.send(&call).await?)
    }

    /// Deposits until nothing is left to deposit; stops at the first connection that breaks.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn deposit(&self) -> Result<(), Stop> {
        loop {
            let next = self.drafts.lock().pop();
            let Some((draft, recipients)) = next else {
                return Ok(());
            };
            self.deposit_one(draft, recipients).await?;
        }
    }

    async fn deposit_one(
        &self,
        draft: Draft,
        recipients: Vec<Arc<Credential>>,
    ) -> Result<(), Stop> {
        let created = self
            .send(
                &self.depositor,
                Call::operation(Operation::CreateFolder, &[]).json(draft.body.clone()),
            )
            .await?;
        if created.status() != 201 {
            self.refuse("création", &created);
            return Ok(());
        }
        let ids = |pointer: &str| {
            created
                .array(pointer)
                .iter()
                .map(|item| item["id"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        let sent = Sent {
            number: draft.body["externalId"].as_str().unwrap_or_default().to_owned(),
            folder: created.text("/id").to_owned(),
            cases: ids("/cases").into_iter().zip(recipients).collect(),
            files: ids("/attachments").into_iter().zip(draft.files).collect(),
            stage: Stage::Created,
            completed_at: None,
        };
        self.session.ledger.created(OwnFolder {
            scenario: self.scenario.clone(),
            id: sent.folder.clone(),
            number: sent.number.clone(),
            depositor: self.depositor.clone(),
            cases: sent
                .cases
                .iter()
                .map(|(case, player)| (case.clone(), Some(player.clone())))
                .collect(),
            is_completed: false,
        });
        let (folder, files) = (sent.folder.clone(), sent.files.clone());
        self.sent.lock().push(sent);
        for (file, bytes) in files {
            let uploaded = self
                .send(
                    &self.depositor,
                    Call::operation(Operation::PutFolderAttachment, &[&folder, &file]).file(bytes),
                )
                .await?;
            if uploaded.status() != 204 {
                self.refuse("envoi d'un fichier", &uploaded);
                return Ok(());
            }
        }
        self.reach(&folder, Stage::Uploaded);
        self.wait_for_verdicts(&folder).await?;
        let complete = Call::operation(Operation::UpdateFolder, &[&folder])
            .json(json!({ "globalStatus": "HUBEE_COMPLETED" }));
        let completed = self.send(&self.depositor, complete).await?;
        if completed.status() == 204 {
            self.reach(&folder, Stage::Completed);
        } else {
            self.refuse("complétude", &completed);
        }
        Ok(())
    }

    /// Waits until no file of a folder is `PENDING`, or the target's limit has passed.
    async fn wait_for_verdicts(&self, folder: &str) -> Result<(), Stop> {
        let waited = until(self.session.target.limits.scan, async || {
            let read = self
                .send(&self.depositor, Call::operation(Operation::GetFolder, &[folder]))
                .await?;
            Ok::<_, Stop>(Look { done: !has_pending_files(&read), seen: () })
        });
        waited.await.map(drop)
    }

    fn reach(&self, folder: &str, stage: Stage) {
        if let Some(sent) = self.sent.lock().iter_mut().find(|sent| sent.folder == folder) {
            sent.stage = stage;
            sent.completed_at = (stage == Stage::Completed).then(Instant::now);
            if sent.completed_at.is_some() {
                self.session.ledger.completed(folder);
            }
        }
    }

    fn refuse(&self, what: &str, reply: &Reply) {
        self.refusals.lock().push(format!("{what} : {}", reply.in_short()));
    }

    /// Processes a recipient's queue until it is over.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn process(
        &self,
        recipient: &Arc<Credential>,
        is_over: impl Fn() -> bool,
    ) -> Result<(), Stop> {
        loop {
            // As long as something new comes, one looks again at once.
            let waited = until(Duration::MAX, async || {
                let idle = !self.process_batch(recipient).await?;
                Ok::<_, Stop>(Look { seen: (), done: !idle || is_over() })
            });
            waited.await?;
            if is_over() {
                return Ok(());
            }
        }
    }

    /// Treats what is new in a batch; says whether there was anything.
    async fn process_batch(&self, recipient: &Arc<Credential>) -> Result<bool, Stop> {
        // What is deleted by now must not be in a batch asked for later.
        let deleted_before = self.audit.lock().deleted.clone();
        let batch = self.read_queue(recipient).await?;
        let own: Vec<&Value> = batch.array("").iter().filter(|found| self.is_own(found)).collect();
        for notification in &own {
            self.note(recipient, notification, &deleted_before);
        }
        let mut any_new = false;
        for notification in own {
            let id = notification["id"].as_str().unwrap_or_default();
            if self.audit.lock().taken.insert(id.to_owned()) {
                any_new = true;
                self.treat(recipient, notification, id).await?;
            }
        }
        Ok(any_new)
    }

    async fn read_queue(&self, recipient: &Arc<Credential>) -> Result<Reply, Stop> {
        let call = Call::new(Method::Get, contract::exchange::Api::Teledossiers, "/notifications");
        let reply = self
            .send(recipient, call.query("maxResult", self.session.target.limits.max_batch))
            .await?;
        if reply.status() == 200 {
            Ok(reply)
        } else {
            Err(Stop::broken("lecture des notifications", "200", reply.in_short()))
        }
    }

    fn is_own(&self, notification: &Value) -> bool {
        let case = notification["caseId"].as_str().unwrap_or_default();
        notification["eventId"].is_null()
            && self.sent.lock().iter().any(|sent| sent.cases.iter().any(|(own, _)| own == case))
    }

    fn owner_of(&self, case: &str) -> Option<Arc<Credential>> {
        let sent = self.sent.lock();
        let cases = sent.iter().flat_map(|sent| &sent.cases);
        cases.filter(|(own, _)| own == case).map(|(_, player)| player.clone()).next()
    }

    /// Notes what the sight of a notification says by itself.
    fn note(
        &self,
        recipient: &Credential,
        notification: &Value,
        deleted_before: &BTreeSet<String>,
    ) {
        let id = notification["id"].as_str().unwrap_or_default().to_owned();
        let case = notification["caseId"].as_str().unwrap_or_default().to_owned();
        let owner = self.owner_of(&case);
        let mut audit = self.audit.lock();
        if owner.is_some_and(|owner| owner.organization != recipient.organization) {
            audit.strayed.push(format!("dossier {case} vu par {}", recipient.name));
        }
        if deleted_before.contains(&id) {
            audit.repeated.push(format!("notification {id} revue après sa suppression"));
        }
        let ids = audit.notified.entry(case.clone()).or_default();
        if ids.insert(id) && ids.len() > 1 {
            audit.repeated.push(format!("dossier {case} notifié plusieurs fois"));
        }
    }

    /// What an SI does with a new télédossier: reads the case, downloads its files, deletes the
    /// notification.
    async fn treat(
        &self,
        recipient: &Arc<Credential>,
        notification: &Value,
        id: &str,
    ) -> Result<(), Stop> {
        let case = notification["caseId"].as_str().unwrap_or_default().to_owned();
        let seen_at = Instant::now();
        let defect = self.fetch(recipient, &case).await?;
        let deleted =
            self.send(recipient, Call::operation(Operation::DeleteNotification, &[id])).await?;
        let mut audit = self.audit.lock();
        if deleted.status() == 204 {
            audit.deleted.insert(id.to_owned());
        }
        let defect = defect.or_else(|| {
            (deleted.status() != 204)
                .then(|| format!("suppression de la notification : {}", deleted.in_short()))
        });
        audit.received.push(Received { case, by: recipient.name.clone(), seen_at, defect });
        Ok(())
    }

    async fn fetch(&self, recipient: &Arc<Credential>, case: &str) -> Result<Option<String>, Stop> {
        let read = self.send(recipient, Call::operation(Operation::GetCase, &[case])).await?;
        if read.status() != 200 {
            return Ok(Some(format!("lecture du dossier : {}", read.in_short())));
        }
        let files = {
            let sent = self.sent.lock();
            sent.iter()
                .find(|sent| sent.cases.iter().any(|(own, _)| own == case))
                .map(|sent| sent.files.clone())
                .unwrap_or_default()
        };
        for (file, bytes) in files {
            let downloaded = self
                .send(recipient, Call::operation(Operation::GetCaseAttachment, &[case, &file]))
                .await?;
            if downloaded.status() != 200 || downloaded.body != bytes {
                let seen = if downloaded.status() == 200 {
                    "d'autres octets que ceux envoyés".to_owned()
                } else {
                    downloaded.in_short()
                };
                return Ok(Some(format!("téléchargement : {seen}")));
            }
        }
        Ok(None)
    }

    /// Whether everything that was completed was received, or the limit after the last completion
    /// has passed.
    #[must_use]
    pub fn is_done(&self, deposits_over: bool, over_since: Option<Instant>) -> bool {
        if !deposits_over {
            return false;
        }
        let missing = self.missing();
        missing.is_empty()
            || over_since
                .is_some_and(|since| since.elapsed() >= self.session.target.limits.delivery)
    }

    /// What was completed and not received by its recipient.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let audit = self.audit.lock();
        let sent = self.sent.lock();
        let completed = sent.iter().filter(|sent| sent.stage == Stage::Completed);
        let cases = completed
            .flat_map(|sent| sent.cases.iter().map(move |(case, player)| (sent, case, player)));
        cases
            .filter(|(_, case, player)| {
                !audit
                    .received
                    .iter()
                    .any(|received| received.case == **case && received.by == player.name)
            })
            .map(|(sent, _, player)| format!("{} pour {}", sent.number, player.name))
            .collect()
    }

    /// Times from the acknowledgement of a completion to the first sight of its notification,
    /// shortest first.
    #[must_use]
    pub fn delays(&self) -> Vec<Duration> {
        let audit = self.audit.lock();
        let sent = self.sent.lock();
        let completed_at = |case: &str| {
            sent.iter()
                .find(|sent| sent.cases.iter().any(|(own, _)| own == case))
                .and_then(|sent| sent.completed_at)
        };
        let mut delays: Vec<_> = audit
            .received
            .iter()
            .filter_map(|received| {
                Some(received.seen_at.saturating_duration_since(completed_at(&received.case)?))
            })
            .collect();
        delays.sort();
        delays
    }
}

/// Deposits by several and processes by several for each recipient, all at once, until everything
/// was received.
///
/// # Errors
/// When no answer came.
pub async fn deposit_and_process(
    workshop: &Workshop,
    depositors: usize,
    processors: usize,
    recipients: &[Arc<Credential>],
) -> Result<(), Stop> {
    let over: Mutex<Option<Instant>> = Mutex::new(None);
    let depositing = async {
        let results = join_all((0..depositors).map(|_| workshop.deposit())).await;
        *over.lock() = Some(Instant::now());
        results.into_iter().collect::<Result<(), Stop>>()
    };
    let until = || {
        let since = *over.lock();
        workshop.is_done(since.is_some(), since)
    };
    let processing =
        join_all(recipients.iter().flat_map(|recipient| {
            (0..processors).map(move |_| workshop.process(recipient, until))
        }));
    let (deposited, processed) = futures::join!(depositing, processing);
    deposited?;
    processed.into_iter().collect()
}
