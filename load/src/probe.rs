//! What a target takes, found out before the first start: for each démarche one télédossier is
//! deposited, processed and closed, as the suite does it and by the suite's own actor. What a
//! target's credentials cannot use is left out of the campaign, by name; which side of each
//! divergence the hub takes is learned (see [`crate::manners`]). Judges nothing: a hub that fails
//! in any other way than by refusing is for the campaign to find.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use contract::exchange::Exchange;
use contract::ids::ProcessCode;
use contract::numbering::free_number;
use contract::operations::Operation;
use contract::status::CaseStatus;
use futures::StreamExt as _;
use futures::stream;
use parking_lot::Mutex;
use reports::Lang;
use scenarios::actor::{
    Actor, ActorError, Deposited, Draft, Look, Wanted, described, has_all_verdicts, status_event,
    until,
};
use scenarios::client::{Client, Reply, Witness};
use scenarios::target::{Credential, Target};
use serde_json::{Value, json};

use crate::allowances::Allowances;
use crate::error::CampaignError;
use crate::manners::Manners;
use crate::systems::{Link, System, Systems};
use crate::traffic::{Traffic, files};

/// Size of the files that are sent, in bytes.
const FILE_SIZE: u64 = 2_000;
/// Recipients that a télédossier is tried with at once.
const TOGETHER: usize = 20;
/// Most recipients of a démarche that are tried; more are taken as they are.
const MOST_TRIED: usize = 500;
/// Recipients that a démarche is tried with before it is said not to be usable.
const FIRST_TRIED: usize = 3;
/// Longest wait for what a hub does later.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was found of one démarche.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its code.
    pub process: ProcessCode,
    /// Who deposits.
    pub depositor: String,
    /// How the hub handles its télédossiers; none when it takes none.
    manners: Option<Manners>,
    /// Types of attachment, and names of recipients, that are left out.
    left_out: Vec<String>,
    /// What the hub answered to what is left out, in short.
    answer: Option<String>,
}

impl Finding {
    /// Whether the campaign deposits for it.
    pub const fn is_used(&self) -> bool {
        self.manners.is_some()
    }

    /// Whether there is anything that somebody should know.
    pub fn is_whole(&self) -> bool {
        self.is_used() && self.left_out.is_empty()
    }

    /// In a sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let answer = self.answer.as_ref().map_or_else(String::new, |answer| format!(" ({answer})"));
        let Some(manners) = self.manners else {
            let what = lang.pick("aucun dépôt n'y est accepté", "no deposit is taken");
            return format!("{}, {} : {what}{answer}", self.process, self.depositor);
        };
        let mut what = vec![lang.pick("utilisable", "usable").to_owned()];
        what.extend(manners.in_words(lang).into_iter().map(str::to_owned));
        if !self.left_out.is_empty() {
            let left_out = lang.pick("laissés de côté", "left out");
            what.push(format!("{left_out} : {}{answer}", self.left_out.join(", ")));
        }
        format!("{}, {} : {}", self.process, self.depositor, what.join(" ; "))
    }
}

/// A hub's refusal of a deposit.
struct Refused(Box<Reply>);

/// What became of a deposit.
enum Taken {
    /// The hub took it.
    Deposited(Box<Deposited>, Manners),
    /// It refused it.
    Refused(Refused),
    /// No answer came, or one that says nothing of the deposit.
    Unsure,
}

/// Who called what, and when it ended: a gateway counts these calls too.
#[derive(Default)]
struct Calls(Mutex<Vec<(String, Operation, Instant)>>);

impl Witness for Calls {
    fn witness(&self, exchange: &Exchange, _: &[u8], _: &[u8]) {
        let operation = Operation::find(exchange.api, &exchange.method, &exchange.path, None);
        if let (Some(actor), Some(operation)) = (&exchange.actor, operation) {
            self.0.lock().push((actor.clone(), operation, Instant::now()));
        }
    }
}

impl Calls {
    fn count_in(&self, allowances: &Allowances, target: &Target) {
        for (actor, operation, ended) in self.0.lock().drain(..) {
            let of = |credential: &&Credential| credential.name == actor;
            if let Some(credential) = target.credentials.iter().find(of) {
                allowances.ends(credential, operation, ended);
            }
        }
    }
}

struct Probe<'a> {
    client: Client,
    target: &'a Arc<Target>,
    traffic: &'a Traffic,
}

/// A démarche, as it was tried.
struct Tried {
    link: usize,
    manners: Option<Manners>,
    kinds: Vec<(String, Vec<String>)>,
    left_out_kinds: Vec<String>,
    left_out_recipients: Vec<String>,
    answer: Option<Refused>,
}

/// Finds out what a target takes, and leaves out of a campaign what it does not.
pub(crate) async fn learn(
    traffic: &mut Traffic,
    target: &Arc<Target>,
) -> Result<Vec<Finding>, CampaignError> {
    let calls = Arc::<Calls>::default();
    let client = Client::new(target.clone(), calls.clone())?;
    let probe = Probe { client, target, traffic };
    let tried: Vec<Tried> = {
        let links = 0..probe.traffic.systems.links.len();
        let written_to = links.filter(|link| probe.recipients(*link).next().is_some());
        let each = stream::iter(written_to.map(|link| probe.link(link)).collect::<Vec<_>>());
        each.buffer_unordered(target.limits.concurrency.max(1)).collect().await
    };
    calls.count_in(&traffic.caller.shared.allowances, target);
    let mut findings: Vec<Finding> =
        tried.into_iter().map(|tried| apply(&mut traffic.systems, tried)).collect();
    findings.sort_by(|one, other| one.process.cmp(&other.process));
    if findings.iter().any(Finding::is_used) {
        return Ok(findings);
    }
    let why = findings.iter().map(|finding| format!("\n  {}", finding.sentence(Lang::En)));
    Err(CampaignError::NothingTaken(why.collect()))
}

/// Lets a campaign use what was found to be taken.
fn apply(systems: &mut Systems, tried: Tried) -> Finding {
    let Tried { link, manners, kinds, left_out_kinds, left_out_recipients, answer } = tried;
    let left_out = |system: &System| {
        manners.is_none() || left_out_recipients.contains(&system.credential.name)
    };
    systems.leave_out(link, left_out);
    let link = &mut systems.links[link];
    link.manners = manners.unwrap_or(Manners::UNKNOWN);
    if !kinds.is_empty() {
        link.profile.attachments = kinds;
    }
    Finding {
        process: link.process.clone(),
        depositor: link.depositor.credential.name.clone(),
        manners,
        left_out: left_out_kinds.into_iter().chain(left_out_recipients).collect(),
        answer: answer.map(|Refused(reply)| {
            format!("{} {} : {}", reply.exchange.method, reply.exchange.path, reply.in_short())
        }),
    }
}

impl Probe<'_> {
    fn recipients(&self, link: usize) -> impl Iterator<Item = &Arc<System>> {
        self.traffic.systems.recipients_of(link)
    }

    /// Tries a démarche: with all its types of attachment, or else with each alone.
    async fn link(&self, rank: usize) -> Tried {
        let link = &self.traffic.systems.links[rank];
        let all = &link.profile.attachments;
        let mut tried = Tried {
            link: rank,
            manners: None,
            kinds: Vec::new(),
            left_out_kinds: Vec::new(),
            left_out_recipients: Vec::new(),
            answer: None,
        };
        for recipient in self.recipients(rank).take(FIRST_TRIED) {
            match self.life(link, recipient, all).await {
                Ok(manners) => {
                    tried.manners = Some(manners);
                    tried.kinds.clone_from(all);
                    break;
                }
                Err(refused) => tried.answer = Some(refused),
            }
            self.each_kind(link, recipient, &mut tried).await;
            if tried.manners.is_some() {
                break;
            }
        }
        if tried.manners.is_some() && self.recipients(rank).count() <= MOST_TRIED {
            self.each_recipient(link, &mut tried).await;
        }
        if tried.manners.is_some()
            && tried.left_out_kinds.is_empty()
            && tried.left_out_recipients.is_empty()
        {
            tried.answer = None;
        }
        tried
    }

    async fn each_kind(&self, link: &Link, recipient: &Arc<System>, tried: &mut Tried) {
        let all = &link.profile.attachments;
        if all.iter().map(|(_, mime_types)| mime_types.len()).sum::<usize>() < 2 {
            return;
        }
        tried.left_out_kinds.clear();
        for (kind, mime_types) in all {
            let mut is_taken = false;
            for mime_type in mime_types {
                let alone = [(kind.clone(), vec![mime_type.clone()])];
                match self.life(link, recipient, &alone).await {
                    Ok(manners) => {
                        tried.manners = Some(manners);
                        tried.kinds.extend(alone);
                        is_taken = true;
                        break;
                    }
                    Err(refused) => tried.answer = Some(refused),
                }
            }
            if !is_taken {
                tried.left_out_kinds.push(kind.clone());
            }
        }
    }

    /// Finds the recipients that nothing may be deposited for: télédossiers for many of them, which
    /// are not completed, and halves of those that are refused.
    async fn each_recipient(&self, link: &Link, tried: &mut Tried) {
        let all: Vec<Arc<System>> = self.recipients(tried.link).cloned().collect();
        let mut groups: Vec<&[Arc<System>]> = all.chunks(TOGETHER).collect();
        while let Some(group) = groups.pop() {
            let draft = self.draft(link, group, &tried.kinds);
            let refused = match self.created(link, draft).await {
                Ok(deposited) => {
                    let _ = self.depositor(link).delete_folder(&deposited.id).await;
                    continue;
                }
                Err(Some(refused)) => refused,
                Err(None) => continue,
            };
            match group {
                [one] => {
                    tried.left_out_recipients.push(one.credential.name.clone());
                    tried.answer = Some(refused);
                }
                _ => {
                    let (first, second) = group.split_at(group.len() / 2);
                    groups.extend([first, second]);
                }
            }
        }
    }

    fn depositor(&self, link: &Link) -> Actor<'_> {
        Actor::new(&self.client, &link.depositor.credential)
    }

    fn draft(
        &self,
        link: &Link,
        recipients: &[Arc<System>],
        kinds: &[(String, Vec<String>)],
    ) -> Draft {
        let traffic = self.traffic;
        let free = free_number(&traffic.run, traffic.next_number());
        let number = format!("{}{free}", link.profile.number_prefix);
        let organizations = recipients.iter().map(|system| system.organization.clone());
        let mut draft = Draft::of(&described(link.process.as_str(), &number, organizations));
        for (rank, (kind, mime_types)) in kinds.iter().enumerate() {
            let Some(mime_type) = mime_types.first() else { continue };
            let blocks: Vec<Bytes> =
                files::of(mime_type, FILE_SIZE, u64::from(traffic.next_number()) + rank as u64)
                    .blocks()
                    .collect();
            draft.attach(kind, mime_type, blocks.concat(), &[]);
        }
        draft
    }

    /// Creates a télédossier; without a refusal, what came says nothing of it.
    async fn created(&self, link: &Link, draft: Draft) -> Result<Deposited, Option<Refused>> {
        let reply = self.depositor(link).create_folder(&draft).await.map_err(|_| None)?;
        match reply.status() {
            201 => Ok(Deposited::of(&link.depositor.credential, draft, Vec::new(), &reply)),
            status => Err(is_refusal(status).then_some(Refused(Box::new(reply)))),
        }
    }

    /// The whole life of a télédossier with these types of attachment: how the hub handled it, as
    /// far as it came, or what it answered when it refused the deposit.
    async fn life(
        &self,
        link: &Link,
        recipient: &Arc<System>,
        kinds: &[(String, Vec<String>)],
    ) -> Result<Manners, Refused> {
        match self.deposit(link, recipient, kinds).await {
            Taken::Refused(refused) => Err(refused),
            Taken::Unsure => Ok(Manners::UNKNOWN),
            Taken::Deposited(deposited, mut manners) => {
                // What goes wrong from here on is for the campaign to find.
                let _ = self.process(&deposited, &recipient.credential, &mut manners).await;
                Ok(manners)
            }
        }
    }

    async fn deposit(
        &self,
        link: &Link,
        recipient: &Arc<System>,
        kinds: &[(String, Vec<String>)],
    ) -> Taken {
        let draft = self.draft(link, std::slice::from_ref(recipient), kinds);
        let deposited = match self.created(link, draft).await {
            Ok(deposited) => deposited,
            Err(Some(refused)) => return Taken::Refused(refused),
            Err(None) => return Taken::Unsure,
        };
        match self.completed(&deposited).await {
            Ok(Ok(manners)) => Taken::Deposited(Box::new(deposited), manners),
            Ok(Err(refused)) => {
                let _ = self.depositor(link).delete_folder(&deposited.id).await;
                refused.map_or(Taken::Unsure, Taken::Refused)
            }
            Err(_) => Taken::Unsure,
        }
    }

    /// Sends the files of a télédossier, waits for their verdicts, completes it.
    async fn completed(
        &self,
        deposited: &Deposited,
    ) -> Result<Result<Manners, Option<Refused>>, ActorError> {
        let mut depositor = Actor::new(&self.client, &deposited.depositor);
        let refused =
            |reply: Reply| Ok(Err(is_refusal(reply.status()).then_some(Refused(Box::new(reply)))));
        for (file, bytes) in deposited.attachments.iter().zip(&deposited.draft.files) {
            let reply = depositor.upload(&deposited.id, file, bytes.clone(), &[]).await?;
            if !reply.is_success() {
                return refused(reply);
            }
        }
        let patience = self.target.limits.scan.min(PATIENCE);
        let waited = until(patience, async || {
            let seen = Actor::new(&self.client, &deposited.depositor);
            let seen = { seen }.read_folder(&deposited.id).await?;
            Ok::<_, ActorError>(Look { done: has_all_verdicts(&seen), seen })
        });
        let settles_late = !waited.await?.at_once;
        let reply = depositor.complete(&deposited.id).await?;
        if !reply.is_success() {
            return refused(reply);
        }
        Ok(Ok(Manners { settles_late, ..Manners::UNKNOWN }))
    }

    /// Processes a case and follows it up, and learns on the way.
    async fn process(
        &self,
        deposited: &Deposited,
        recipient: &Arc<Credential>,
        manners: &mut Manners,
    ) -> Result<(), ActorError> {
        let [case] = &deposited.cases[..] else { return Ok(()) };
        let (mut si, mut osl) =
            (Actor::new(&self.client, recipient), Actor::new(&self.client, &deposited.depositor));
        let started = Instant::now();
        let arrived = self.awaited(recipient, &Wanted::new_case(case), self.delivery()).await?;
        let delivery = started.elapsed();
        self.progress(&mut si, case, manners).await?;
        self.delete(&mut si, arrived.as_ref()).await?;
        let done = status_event(CaseStatus::InProgress.name(), CaseStatus::Done.name());
        let event = si.create_event(case, &done).await?.text("/id").to_owned();
        if manners.patches {
            si.set_case_status(case, CaseStatus::Done.name()).await?;
        }
        let (told, wanted) = (&deposited.depositor, Wanted::event(case, &event));
        let started = Instant::now();
        let arrived = self.awaited(told, &wanted, self.delivery()).await?;
        let delivery = delivery.max(started.elapsed());
        self.delete(&mut osl, arrived.as_ref()).await?;
        let received = osl.set_event_status(case, &event, "RECEIVED").await?;
        osl.set_case_status(case, CaseStatus::Closed.name()).await?;
        if arrived.is_some() && received.is_success() {
            // Nothing came within what everything else took, three times over: nothing comes.
            let quiet = self.target.limits.quiet.max(delivery * 3).min(PATIENCE);
            let acknowledged = self.awaited(recipient, &wanted, quiet).await?;
            manners.acknowledges = acknowledged.is_some();
            self.delete(&mut si, acknowledged.as_ref()).await?;
        }
        osl.set_folder_status(&deposited.id, "CLOSED").await?;
        Ok(())
    }

    /// Takes a case to `IN_PROGRESS`, by an event alone if that does it.
    async fn progress(
        &self,
        si: &mut Actor<'_>,
        case: &str,
        manners: &mut Manners,
    ) -> Result<(), ActorError> {
        let progress = CaseStatus::InProgress;
        let event = silent_progress(CaseStatus::HubeeNotified);
        let mut told = si.create_event(case, &event).await?.is_success();
        if !told {
            manners.walks = true;
            self.walk(si, case).await?;
            let event = silent_progress(CaseStatus::SiReceived);
            told = si.create_event(case, &event).await?.is_success();
        }
        let status = si.read_case(case).await?;
        if !told || !status.is_success() || status.text("/status") == progress.name() {
            return Ok(());
        }
        manners.patches = true;
        if !si.set_case_status(case, progress.name()).await?.is_success() && !manners.walks {
            manners.walks = true;
            self.walk(si, case).await?;
            si.set_case_status(case, progress.name()).await?;
        }
        Ok(())
    }

    async fn walk(&self, si: &mut Actor<'_>, case: &str) -> Result<(), ActorError> {
        let walking = Manners { walks: true, ..Manners::UNKNOWN };
        for status in walking.before_progress() {
            si.set_case_status(case, status.name()).await?;
        }
        Ok(())
    }

    fn delivery(&self) -> Duration {
        self.target.limits.delivery.min(self.traffic.plan.drain).min(PATIENCE)
    }

    /// Waits for a notification.
    async fn awaited(
        &self,
        credential: &Arc<Credential>,
        wanted: &Wanted,
        limit: Duration,
    ) -> Result<Option<Value>, ActorError> {
        let waited = until(limit, async || {
            let mut actor = Actor::new(&self.client, credential);
            let own = actor.look(|found| wanted.is(found)).await?.own;
            Ok::<_, ActorError>(Look {
                done: !own.is_empty() || self.traffic.is_stopped(),
                seen: own,
            })
        });
        Ok(waited.await?.seen.into_iter().next())
    }

    async fn delete(
        &self,
        actor: &mut Actor<'_>,
        notification: Option<&Value>,
    ) -> Result<(), ActorError> {
        if let Some(id) = notification.and_then(|notification| notification["id"].as_str()) {
            actor.delete_notification(id).await?;
        }
        Ok(())
    }
}

/// Whether a status says that this deposit is not for this target, and not that the hub fails.
const fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422)
}

/// What takes a case to `IN_PROGRESS`, and notifies nobody of it.
fn silent_progress(from: CaseStatus) -> Value {
    let mut event = status_event(from.name(), CaseStatus::InProgress.name());
    event["notification"] = json!(false);
    event
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::SystemTime;

    use contract::exchange::{Answer, Api, BodyExcerpt};
    use contract::timestamp::Timestamp;

    use super::*;
    use crate::allowances::Quotas;

    fn look_of(actor: &str) -> Exchange {
        Exchange {
            id: String::new(),
            scenario: None,
            actor: Some(actor.to_owned()),
            method: "GET".to_owned(),
            url: String::new(),
            path: "/notifications".to_owned(),
            api: Api::Teledossiers,
            query: None,
            request_headers: Vec::new(),
            request_body: BodyExcerpt::of(b""),
            sent_at: Timestamp::from(SystemTime::now()),
            duration_us: 0,
            answer: Answer::Broken(String::new()),
        }
    }

    #[test]
    fn what_is_called_to_learn_is_within_the_quota_that_the_campaign_has() {
        let text = "[hub]\nname = 'x'\nteledossiers_url = 'http://127.0.0.1:1'\n\
                    referential_url = 'http://127.0.0.1:1'\ntoken_url = 'http://127.0.0.1:1'\n\
                    [[credential]]\nname = 'a'\nscope = 'ADMIN'\nclient_id = 'a'\nclient_secret = 'x'\n";
        let target = Target::parse(text, Path::new("hub.toml")).unwrap();
        let allowances =
            Allowances::new(Quotas { each: vec!["2/min".parse().unwrap()], ..Quotas::default() });
        let calls = Calls::default();
        for actor in ["a", "a", "a", "nobody"] {
            calls.witness(&look_of(actor), b"", b"");
        }
        let (credential, now) = (&target.credentials[0], Instant::now());
        let is_beyond = || allowances.is_beyond(credential, Operation::ListNotifications, now, now);
        assert_eq!(is_beyond(), Some(false));
        calls.count_in(&allowances, &target);
        assert_eq!(is_beyond(), Some(true));
    }
}
