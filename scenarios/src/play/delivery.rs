//! Depositing and processing by several at once (rule DEL-01): depositors and processors are
//! futures that share a list of what was deposited; an audit then holds what was received against
//! what was sent. Nothing is judged here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use parking_lot::Mutex;
use serde_json::Value;

use crate::actor::{Actor, ActorError, Deposited, Draft, Look, has_all_verdicts, until};
use crate::check::Stop;
use crate::client::Reply;
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
    pub reached: Reached,
    /// When its completion was acknowledged.
    pub completed_at: Option<Instant>,
}

/// How far a deposit was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
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
pub(crate) type Addressed = (Draft, Vec<Arc<Credential>>);

/// The work of several: what is to be deposited, what was, what was seen.
pub(crate) struct Workshop {
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
    pub(crate) fn new(
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
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.refusals.lock().clone()
    }

    fn actor(&self, credential: &Arc<Credential>) -> Actor<'_> {
        Actor::new(&self.session.client, credential).in_scenario(&self.scenario)
    }

    /// Deposits until nothing is left to deposit; stops at the first connection that breaks.
    pub(crate) async fn deposit(&self) -> Result<(), Stop> {
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
        let mut depositor = self.actor(&self.depositor);
        let created = depositor.create_folder(&draft).await?;
        if created.status() != 201 {
            self.refuse("création", &created);
            return Ok(());
        }
        let credentials = recipients.iter().cloned().map(Some).collect();
        let deposited = Deposited::of(&self.depositor, draft, credentials, &created);
        self.session.ledger.created(deposited.own_folder(&self.scenario));
        let (folder, files) = (deposited.id, deposited.attachments.into_iter());
        let files: Vec<_> = files.zip(deposited.draft.files).collect();
        self.sent.lock().push(Sent {
            number: deposited.number,
            folder: folder.clone(),
            cases: deposited.cases.into_iter().zip(recipients).collect(),
            files: files.clone(),
            reached: Reached::Created,
            completed_at: None,
        });
        for (file, bytes) in files {
            let uploaded = depositor.upload(&folder, &file, bytes, &[]).await?;
            if uploaded.status() != 204 {
                self.refuse("envoi d'un fichier", &uploaded);
                return Ok(());
            }
        }
        self.reach(&folder, Reached::Uploaded);
        let limit = self.session.target.limits.scan;
        let verdicts = depositor.await_folder(&folder, limit, has_all_verdicts).await;
        // That it cannot be read is for others to tell.
        if let Err(ActorError::Client(error)) = verdicts {
            return Err(error.into());
        }
        let completed = depositor.complete(&folder).await?;
        if completed.status() == 204 {
            self.reach(&folder, Reached::Completed);
        } else {
            self.refuse("complétude", &completed);
        }
        Ok(())
    }

    fn reach(&self, folder: &str, reached: Reached) {
        if let Some(sent) = self.sent.lock().iter_mut().find(|sent| sent.folder == folder) {
            sent.reached = reached;
            sent.completed_at = (reached == Reached::Completed).then(Instant::now);
            if sent.completed_at.is_some() {
                self.session.ledger.completed(folder);
            }
        }
    }

    fn refuse(&self, what: &str, reply: &Reply) {
        self.refusals.lock().push(format!("{what} : {}", reply.in_short()));
    }

    /// Processes a recipient's queue until it is over.
    pub(crate) async fn process(
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
        let own = self.actor(recipient).look(|found| self.is_own(found)).await?.own;
        for notification in &own {
            self.note(recipient, notification, &deleted_before);
        }
        let mut any_new = false;
        for notification in own {
            let id = notification["id"].as_str().unwrap_or_default();
            if self.audit.lock().taken.insert(id.to_owned()) {
                any_new = true;
                self.treat(recipient, &notification, id).await?;
            }
        }
        Ok(any_new)
    }

    fn is_own(&self, notification: &Value) -> bool {
        let case = notification["caseId"].as_str().unwrap_or_default();
        notification["eventId"].is_null()
            && self.sent.lock().iter().any(|sent| sent.cases.iter().any(|(own, _)| own == case))
    }

    fn owner_of(&self, case: &str) -> Option<Arc<Credential>> {
        let sent = self.sent.lock();
        let cases = sent.iter().flat_map(|sent| &sent.cases);
        cases.filter(|(own, _)| own == case).map(|(_, credential)| credential.clone()).next()
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
        let deleted = self.actor(recipient).delete_notification(id).await?;
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
        let mut recipient = self.actor(recipient);
        let read = recipient.read_case(case).await?;
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
            let downloaded = recipient.download(case, &file).await?;
            if downloaded.status() != 200 || downloaded.body != bytes {
                return Ok(Some(format!("téléchargement : {}", downloaded.compared_with(&bytes))));
            }
        }
        Ok(None)
    }

    /// Whether everything that was completed was received, or the limit after the last completion
    /// has passed.
    pub(crate) fn is_done(&self, deposits_over: bool, over_since: Option<Instant>) -> bool {
        if !deposits_over {
            return false;
        }
        let missing = self.missing();
        missing.is_empty()
            || over_since
                .is_some_and(|since| since.elapsed() >= self.session.target.limits.delivery)
    }

    /// What was completed and not received by its recipient.
    pub(crate) fn missing(&self) -> Vec<String> {
        let audit = self.audit.lock();
        let sent = self.sent.lock();
        let completed = sent.iter().filter(|sent| sent.reached == Reached::Completed);
        let cases = completed.flat_map(|sent| {
            sent.cases.iter().map(move |(case, credential)| (sent, case, credential))
        });
        cases
            .filter(|(_, case, credential)| {
                !audit
                    .received
                    .iter()
                    .any(|received| received.case == **case && received.by == credential.name)
            })
            .map(|(sent, _, credential)| format!("{} pour {}", sent.number, credential.name))
            .collect()
    }

    /// Times from the acknowledgement of a completion to the first sight of its notification,
    /// shortest first.
    pub(crate) fn delays(&self) -> Vec<Duration> {
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
pub(crate) async fn deposit_and_process(
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
