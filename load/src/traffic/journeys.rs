//! The journeys, call by call, as the contract tells them (contract §9). A call that fails ends its
//! journey: what it had deposited stays in the account, which will tell what became of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use contract::attachment::AttachmentRequest;
use contract::case::CaseUpdateRequest;
use contract::event::{EventRequest, EventUpdateRequest};
use contract::folder::{FolderRequest, FolderUpdateRequest};
use contract::ids::{AttachmentId, CaseId, EventId, FolderId};
use contract::numbering::free_number;
use contract::operations::Operation;
use contract::status::CaseStatus;
use futures::future::join_all;
use scenarios::actor::described;
use scenarios::client::Generated;

use super::answers::{CreatedEvent, CreatedFolder, Shown};
use super::asked::{Content, Wanted};
use super::call::{BATCH, Id};
use super::files;
use super::walk::{Walk, json};
use crate::audit::SentFile;
use crate::draw::Draw;
use crate::failure::Failure;
use crate::manners::Manners;
use crate::plan::Journey;
use crate::series::{SeriesKey, Span};
use crate::systems::{Cell, Link, System};

/// Notifications that an OSL asks for at once, for its many recipients.
const LARGE_BATCH: u32 = 500;

/// First and longest wait between two looks for the verdicts on files.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Who writes the events of a campaign.
const AUTHOR: &str = "étalon";

type Walked = Result<(), Failure>;

impl Walk<'_> {
    /// Walks what was drawn. What fails is counted where it fails.
    pub(crate) async fn walk(&mut self, draw: Draw) -> Walked {
        let traffic = self.traffic;
        let cell = &traffic.systems.cells[draw.cell];
        let (due, started) = (self.due, Instant::now());
        match draw.journey {
            Journey::Poll => {
                self.poll(cell).await?;
                self.timed(Span::Poll, due, started);
                Ok(())
            }
            Journey::Referential => {
                self.referential(cell).await?;
                self.timed(Span::Referential, due, started);
                Ok(())
            }
            Journey::Deposit | Journey::Complement => {
                // Boxed: a look at a queue, by far the most frequent journey, must not carry the
                // room of this one.
                let complement = draw.journey == Journey::Complement;
                Box::pin(self.teledossier(cell, due, started, complement)).await
            }
        }
    }

    async fn poll(&mut self, cell: &Cell) -> Walked {
        let system = &cell.recipients[self.random.below(cell.recipients.len())];
        self.look(system, BATCH).await.map(|_| ())
    }

    async fn referential(&mut self, cell: &Cell) -> Walked {
        let Some((link, _)) = self.pick(cell) else {
            return self.poll(cell).await;
        };
        let link = &self.traffic.systems.links[link];
        let (depositor, list) = (&link.depositor, Operation::ListSubscriptions);
        let place = self.traffic.caller.place_asking(list, &[], &link.subscriptions_query);
        self.call_at(depositor, list, place, Content::None, Wanted::Status).await.map(|_| ())
    }

    /// A démarche of a cell, and its recipients there.
    fn pick<'a>(&mut self, cell: &'a Cell) -> Option<(usize, &'a [Arc<System>])> {
        let rank = self.random.below(cell.by_link.len());
        cell.by_link.get(rank).map(|(link, recipients)| (*link, recipients.as_slice()))
    }

    /// A télédossier's whole life: deposited, processed by each recipient, followed up.
    async fn teledossier(
        &mut self,
        cell: &Cell,
        due: Instant,
        started: Instant,
        complement: bool,
    ) -> Walked {
        let Some((link, recipients)) = self.pick(cell) else {
            return self.poll(cell).await;
        };
        let link = &self.traffic.systems.links[link];
        let wanted = 1 + self.random.weighted(&self.traffic.plan.mix.cases);
        let chosen = self.choose(recipients, wanted);
        let (folder, cases) = self.deposit(link, &chosen).await?;
        self.timed(Span::Deposit, due, started);
        let ends = cases.into_iter().zip(&chosen).map(|(case, recipient)| {
            let mut walk = self.beside();
            async move {
                let ended = walk.case(link, recipient, case, complement).await;
                (ended, walk)
            }
        });
        for (ended, walk) in join_all(ends.collect::<Vec<_>>()).await {
            self.failed = walk.failed.or(self.failed);
            ended?;
            self.due = self.due.max(walk.due);
        }
        let closed = FolderUpdateRequest::to("CLOSED");
        self.send(&link.depositor, Operation::UpdateFolder, &[&folder], json(&closed)).await?;
        Ok(())
    }

    /// The life of one case, once it was deposited.
    async fn case(
        &mut self,
        link: &Link,
        recipient: &System,
        case: CaseId,
        complement: bool,
    ) -> Walked {
        self.think().await;
        let event = self.process(recipient, case, link.manners).await?;
        if complement {
            self.think().await;
            self.complement(link, recipient, case).await?;
        }
        self.think().await;
        self.follow_up(link, recipient, case, event).await
    }

    fn choose(&mut self, recipients: &[Arc<System>], wanted: usize) -> Vec<Arc<System>> {
        let first = self.random.below(recipients.len());
        (0..wanted.min(recipients.len()))
            .map(|rank| recipients[(first + rank) % recipients.len()].clone())
            .collect()
    }

    /// The OSL's part (cinématique 4).
    async fn deposit(
        &mut self,
        link: &Link,
        recipients: &[Arc<System>],
    ) -> Result<(FolderId, Vec<CaseId>), Failure> {
        self.traffic.attempted_deposits.fetch_add(1, Ordering::Relaxed);
        let (request, made) = self.describe(link, recipients);
        let depositor = &link.depositor;
        let ledger = &self.traffic.ledger;
        let (folder, cases, attachments) = self.create(depositor, &request).await?;
        for (case, asked) in cases.iter().zip(&request.cases) {
            if let Some(recipient) = &asked.recipient {
                ledger.created(*case, &asked.external_id, recipient);
            }
        }
        for (attachment, file) in attachments.into_iter().zip(&made) {
            let ids: [Id<'_>; 2] = [&folder, &attachment];
            let (put, content) = (Operation::PutFolderAttachment, Content::File(file));
            let sent = self.call(depositor, put, &ids, content, Wanted::Status).await?;
            let sha256 = sent.digest.ok_or(Failure::Content)?;
            for case in &cases {
                let file = SentFile { id: attachment, size: file.length(), sha256: sha256.clone() };
                ledger.uploaded(*case, file);
            }
        }
        let ids: [Id<'_>; 1] = [&folder];
        self.await_verdicts(depositor, Operation::GetFolder, &ids).await?;
        let completed = FolderUpdateRequest::to("HUBEE_COMPLETED");
        let at = self.send(depositor, Operation::UpdateFolder, &ids, json(&completed)).await?;
        for case in &cases {
            if ledger.confirmed(*case, at) && self.measured {
                let recorder = &self.traffic.recorder;
                recorder.span(Span::Delivery, crate::series::Clock::Response, Duration::ZERO);
            }
        }
        Ok((folder, cases))
    }

    /// Creates a télédossier: its id, those of its cases and of its files, in the order sent.
    async fn create(
        &mut self,
        depositor: &System,
        request: &FolderRequest,
    ) -> Result<(FolderId, Vec<CaseId>, Vec<AttachmentId>), Failure> {
        let folder: CreatedFolder =
            self.read(depositor, Operation::CreateFolder, &[], json(request)).await?;
        let cases = folder.cases(request.cases.iter().map(|case| case.external_id.as_str()));
        let files = folder.files(request.attachments.iter().map(|file| file.file_name.as_str()));
        match (cases, files) {
            (Some(cases), Some(files)) => Ok((folder.id, cases, files)),
            _ => Err(self.wrong(SeriesKey::Operation(Operation::CreateFolder), Failure::Content)),
        }
    }

    /// Reads a télédossier or an event, again and again while a verdict on its files is awaited.
    /// One that does not come in time is not waited for any longer: what comes of it is the hub's.
    async fn await_verdicts(
        &mut self,
        system: &System,
        operation: Operation,
        ids: &[Id<'_>],
    ) -> Walked {
        let deadline = Instant::now() + self.traffic.caller.scan();
        let mut pause = FIRST_PAUSE;
        loop {
            let shown: Shown = self.read(system, operation, ids, Content::None).await?;
            if !shown.is_pending() || Instant::now() > deadline || self.traffic.is_stopped() {
                return Ok(());
            }
            self.pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn describe(
        &mut self,
        link: &Link,
        recipients: &[Arc<System>],
    ) -> (FolderRequest, Vec<Generated>) {
        let traffic = self.traffic;
        let number = format!(
            "{}{}",
            link.profile.number_prefix,
            free_number(&traffic.run, traffic.next_number())
        );
        let organizations = recipients.iter().map(|recipient| recipient.organization.clone());
        let mut request = described(link.process.as_str(), &number, organizations);
        let numbers: Vec<String> =
            request.cases.iter().map(|case| case.external_id.clone()).collect();
        let count = 1 + self.random.weighted(&traffic.plan.mix.files);
        let (attachments, made) =
            (0..count).map(|rank| self.attachment(link, rank, numbers.clone())).unzip();
        request.attachments = attachments;
        (request, made)
    }

    fn attachment(
        &mut self,
        link: &Link,
        rank: usize,
        recipients: Vec<String>,
    ) -> (AttachmentRequest, Generated) {
        let kinds = &link.profile.attachments;
        let (kind, mime_types) = &kinds[rank % kinds.len()];
        self.file(kind, &mime_types[0], rank, recipients)
    }

    fn file(
        &mut self,
        kind: &str,
        mime_type: &str,
        rank: usize,
        recipients: Vec<String>,
    ) -> (AttachmentRequest, Generated) {
        let size = self.traffic.plan.mix.sizes.draw(&mut self.random);
        let file = files::of(mime_type, size, self.random.number());
        let request = AttachmentRequest {
            file_name: format!("piece-{}", rank + 1),
            kind: kind.to_owned(),
            size: file.length(),
            mime_type: mime_type.to_owned(),
            recipients,
        };
        (request, file)
    }

    /// A recipient's part (cinématiques 2, 7 and 8): the event that ends it.
    pub(crate) async fn process(
        &mut self,
        recipient: &System,
        case: CaseId,
        manners: Manners,
    ) -> Result<EventId, Failure> {
        let (due, started) = (self.due, Instant::now());
        let notification = self.await_notification(recipient, case, None, BATCH).await?;
        let present = self.take_in(recipient, case).await?;
        let mut present = present.unwrap_or_else(|| CaseStatus::HubeeNotified.name().to_owned());
        // A case whose journey ended for a call that failed may be further on.
        let is_new = present == CaseStatus::HubeeNotified.name();
        let before = manners.before_progress().iter().filter(|_| is_new);
        for status in before {
            self.set_status(recipient, case, status.name()).await?;
            status.name().clone_into(&mut present);
        }
        let taken = status_update(false).taking(Some(&present), "IN_PROGRESS");
        self.update(recipient, case, manners, &taken, "IN_PROGRESS").await?;
        self.send(recipient, Operation::DeleteNotification, &[&notification], Content::None)
            .await?;
        self.think().await;
        let done = status_update(true).taking(Some("IN_PROGRESS"), "DONE");
        let event = self.update(recipient, case, manners, &done, "DONE").await?;
        self.timed(Span::Processing, due, started);
        Ok(event)
    }

    /// A recipient reads a case and its files, and the account is told: the status of the case.
    async fn take_in(
        &mut self,
        recipient: &System,
        case: CaseId,
    ) -> Result<Option<String>, Failure> {
        let organization = recipient.organization.clone().ok_or(Failure::Content)?;
        let read: Shown = self.read(recipient, Operation::GetCase, &[&case], Content::None).await?;
        let mut files = Vec::new();
        for attachment in &read.attachments {
            let ids: [Id<'_>; 2] = [&case, &attachment.id];
            let file = self
                .call(recipient, Operation::GetCaseAttachment, &ids, Content::None, Wanted::Digest)
                .await?;
            files.push(SentFile {
                id: attachment.id,
                size: file.length,
                sha256: file.digest.ok_or(Failure::Content)?,
            });
        }
        self.traffic.ledger.received(case, &organization, &files);
        Ok(read.status)
    }

    /// Tells a new status of a case by an event, and by a PATCH beside it where that is what
    /// changes it.
    async fn update(
        &mut self,
        recipient: &System,
        case: CaseId,
        manners: Manners,
        event: &EventRequest,
        status: &str,
    ) -> Result<EventId, Failure> {
        let event: CreatedEvent =
            self.read(recipient, Operation::CreateEvent, &[&case], json(event)).await?;
        if manners.patches {
            self.set_status(recipient, case, status).await?;
        }
        Ok(event.id)
    }

    async fn set_status(&mut self, system: &System, case: CaseId, status: &str) -> Walked {
        let request = CaseUpdateRequest::to(status);
        self.send(system, Operation::UpdateCase, &[&case], json(&request)).await.map(|_| ())
    }

    /// The OSL takes note of the end and closes (cinématique 10); the recipient gets its
    /// acknowledgement.
    async fn follow_up(
        &mut self,
        link: &Link,
        recipient: &System,
        case: CaseId,
        event: EventId,
    ) -> Walked {
        let (due, started) = (self.due, Instant::now());
        self.acknowledge(&link.depositor, LARGE_BATCH, case, event, None).await?;
        self.set_status(&link.depositor, case, CaseStatus::Closed.name()).await?;
        if link.manners.acknowledges {
            self.take_note(recipient, BATCH, case, event).await?;
        }
        self.timed(Span::FollowUp, due, started);
        Ok(())
    }

    /// The receiving side of an event: notification, event, its file if it has one, RECEIVED,
    /// deletion.
    async fn acknowledge(
        &mut self,
        system: &System,
        batch: u32,
        case: CaseId,
        event: EventId,
        sent: Option<&str>,
    ) -> Walked {
        let notification = self.await_notification(system, case, Some(event), batch).await?;
        let ids: [Id<'_>; 2] = [&case, &event];
        let read: Shown = self.read(system, Operation::GetEvent, &ids, Content::None).await?;
        if let Some(sent) = sent {
            for attachment in &read.attachments {
                let file = self
                    .call(
                        system,
                        Operation::GetEventAttachment,
                        &[&case, &event, &attachment.id],
                        Content::None,
                        Wanted::Digest,
                    )
                    .await?;
                self.traffic.ledger.compared(case, file.digest.as_deref() == Some(sent));
            }
        }
        let received = EventUpdateRequest::to("RECEIVED");
        self.send(system, Operation::UpdateEvent, &ids, json(&received)).await?;
        self.send(system, Operation::DeleteNotification, &[&notification], Content::None).await?;
        Ok(())
    }

    /// The author of an event deletes the notification that it was received.
    async fn take_note(
        &mut self,
        system: &System,
        batch: u32,
        case: CaseId,
        event: EventId,
    ) -> Walked {
        let notification = self.await_notification(system, case, Some(event), batch).await?;
        self.send(system, Operation::DeleteNotification, &[&notification], Content::None).await?;
        Ok(())
    }

    /// The OSL sends complements with a file, which the recipient takes in (cinématique 6).
    async fn complement(&mut self, link: &Link, recipient: &System, case: CaseId) -> Walked {
        let (due, started) = (self.due, Instant::now());
        let (attachment, file) = self.attachment(link, 0, Vec::new());
        // No message: some démarches take none.
        let request = EventRequest::new("ATTACH_DEPOSIT", true, AUTHOR).joining(vec![attachment]);
        let event: CreatedEvent =
            self.read(&link.depositor, Operation::CreateEvent, &[&case], json(&request)).await?;
        let [attachment] = &event.attachments[..] else {
            return Err(self.wrong(SeriesKey::Operation(Operation::CreateEvent), Failure::Content));
        };
        let sent = self
            .call(
                &link.depositor,
                Operation::PutEventAttachment,
                &[&case, &event.id, &attachment.id],
                Content::File(&file),
                Wanted::Status,
            )
            .await?;
        let digest = sent.digest.ok_or(Failure::Content)?;
        let request = EventUpdateRequest::to("SENT");
        let ids: [Id<'_>; 2] = [&case, &event.id];
        if link.manners.settles_late {
            self.await_verdicts(&link.depositor, Operation::GetEvent, &ids).await?;
        }
        self.send(&link.depositor, Operation::UpdateEvent, &ids, json(&request)).await?;
        self.acknowledge(recipient, BATCH, case, event.id, Some(&digest)).await?;
        if link.manners.acknowledges {
            self.take_note(&link.depositor, LARGE_BATCH, case, event.id).await?;
        }
        self.timed(Span::Complement, due, started);
        Ok(())
    }
}

fn status_update(notification: bool) -> EventRequest {
    EventRequest::new("STATUS_UPDATE", notification, AUTHOR)
}
