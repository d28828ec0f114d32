//! The journeys, call by call, as the contract tells them (contract §9). A call that fails ends its
//! journey: what it had deposited stays in the account, which will tell what became of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use contract::attachment::AttachmentRequest;
use contract::case::{Case, CaseUpdateRequest};
use contract::event::{Event, EventRequest, EventUpdateRequest};
use contract::folder::{Folder, FolderRequest, FolderUpdateRequest};
use contract::ids::{CaseId, EventId};
use contract::numbering::free_number;
use contract::operations::Operation;
use futures::future::join_all;
use scenarios::actor::described;
use scenarios::client::Generated;

use super::call::{BATCH, Content, Id, Wanted};
use super::files;
use super::walk::{Walk, json};
use crate::audit::SentFile;
use crate::draw::Draw;
use crate::failure::Failure;
use crate::plan::Journey;
use crate::series::{SeriesKey, Span};
use crate::systems::{Cell, Link, System};

/// Notifications that an OSL asks for at once, for its many recipients.
const LARGE_BATCH: u32 = 500;

/// Who writes the events of a campaign.
const AUTHOR: &str = "étalon";

type Walked = Result<(), Failure>;

impl Walk<'_> {
    /// Walks what was drawn.
    pub(crate) async fn walk(&mut self, draw: Draw) {
        let traffic = self.traffic;
        let cell = &traffic.systems.cells[draw.cell];
        let (due, started) = (self.due, Instant::now());
        // What failed was counted where it failed: there is nothing more to tell.
        match draw.journey {
            Journey::Poll => {
                if self.poll(cell).await.is_ok() {
                    self.timed(Span::Poll, due, started);
                }
            }
            Journey::Referential => {
                if self.referential(cell).await.is_ok() {
                    self.timed(Span::Referential, due, started);
                }
            }
            Journey::Deposit | Journey::Complement => {
                // Boxed: a look at a queue, by far the most frequent journey, must not carry the
                // room of this one.
                let complement = draw.journey == Journey::Complement;
                let _ = Box::pin(self.teledossier(cell, due, started, complement)).await;
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
        let mut url = self.traffic.caller.url(Operation::ListSubscriptions, &[]);
        url.set_query(Some(&format!("processCode={}&maxResult=25", link.process)));
        let (depositor, list) = (&link.depositor, Operation::ListSubscriptions);
        self.call_at(depositor, list, url, Content::None, Wanted::Status).await.map(|_| ())
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
        let folder = self.deposit(link, &chosen).await?;
        self.timed(Span::Deposit, due, started);
        let ends = folder.cases.iter().zip(&chosen).map(|(case, recipient)| {
            let mut walk = self.beside();
            let case = case.id;
            async move {
                walk.think().await;
                let event = walk.process(recipient, case).await?;
                if complement {
                    walk.think().await;
                    walk.complement(link, recipient, case).await?;
                }
                walk.think().await;
                walk.follow_up(link, recipient, case, event).await?;
                Ok::<_, Failure>(walk.due)
            }
        });
        for end in join_all(ends.collect::<Vec<_>>()).await {
            self.due = self.due.max(end?);
        }
        let closed = FolderUpdateRequest::to("CLOSED");
        self.send(&link.depositor, Operation::UpdateFolder, &[&folder.id], json(&closed)).await?;
        Ok(())
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
    ) -> Result<Folder, Failure> {
        self.traffic.attempted_deposits.fetch_add(1, Ordering::Relaxed);
        let (request, made) = self.describe(link, recipients);
        let depositor = &link.depositor;
        let ledger = &self.traffic.ledger;
        let folder: Folder =
            self.read(depositor, Operation::CreateFolder, &[], json(&request)).await?;
        if folder.cases.len() != recipients.len() || folder.attachments.len() != made.len() {
            return Err(self.wrong(SeriesKey::Operation(Operation::CreateFolder), Failure::Content));
        }
        for (case, asked) in folder.cases.iter().zip(&request.cases) {
            if let Some(recipient) = &asked.recipient {
                ledger.created(case.id, &asked.external_id, recipient);
            }
        }
        for (attachment, file) in folder.attachments.iter().zip(&made) {
            let sent = self
                .call(
                    depositor,
                    Operation::PutFolderAttachment,
                    &[&folder.id, &attachment.id],
                    Content::File(file),
                    Wanted::Status,
                )
                .await?;
            let sha256 = sent.digest.ok_or(Failure::Content)?;
            for case in &folder.cases {
                let file =
                    SentFile { id: attachment.id, size: file.length(), sha256: sha256.clone() };
                ledger.uploaded(case.id, file);
            }
        }
        let ids: [Id<'_>; 1] = [&folder.id];
        self.call(depositor, Operation::GetFolder, &ids, Content::None, Wanted::Status).await?;
        let completed = FolderUpdateRequest::to("HUBEE_COMPLETED");
        let at = self.send(depositor, Operation::UpdateFolder, &ids, json(&completed)).await?;
        for case in &folder.cases {
            if ledger.confirmed(case.id, at) && self.measured {
                let none = std::time::Duration::ZERO;
                self.traffic.recorder.span(Span::Delivery, crate::series::Clock::Response, none);
            }
        }
        Ok(folder)
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
    ) -> Result<EventId, Failure> {
        let (due, started) = (self.due, Instant::now());
        let organization = recipient.organization.clone().ok_or(Failure::Content)?;
        let notification = self.await_notification(recipient, case, None, BATCH).await?;
        let read: Case = self.read(recipient, Operation::GetCase, &[&case], Content::None).await?;
        let mut files = Vec::new();
        for attachment in read.attachments.iter().flatten() {
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
        let taken = status_update(false).taking(Some("HUBEE_NOTIFIED"), "IN_PROGRESS");
        let _: Event = self.read(recipient, Operation::CreateEvent, &[&case], json(&taken)).await?;
        self.send(recipient, Operation::DeleteNotification, &[&notification], Content::None)
            .await?;
        self.think().await;
        let done = status_update(true).taking(Some("IN_PROGRESS"), "DONE");
        let event: Event =
            self.read(recipient, Operation::CreateEvent, &[&case], json(&done)).await?;
        self.timed(Span::Processing, due, started);
        Ok(event.id)
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
        let closed = CaseUpdateRequest::to("CLOSED");
        self.send(&link.depositor, Operation::UpdateCase, &[&case], json(&closed)).await?;
        self.take_note(recipient, BATCH, case, event).await?;
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
        let read: Event = self.read(system, Operation::GetEvent, &ids, Content::None).await?;
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
        let request = EventRequest::new("ATTACH_DEPOSIT", true, AUTHOR)
            .saying("Complément")
            .joining(vec![attachment]);
        let event: Event =
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
        self.send(&link.depositor, Operation::UpdateEvent, &ids, json(&request)).await?;
        self.acknowledge(recipient, BATCH, case, event.id, Some(&digest)).await?;
        self.take_note(&link.depositor, LARGE_BATCH, case, event.id).await?;
        self.timed(Span::Complement, due, started);
        Ok(())
    }
}

fn status_update(notification: bool) -> EventRequest {
    EventRequest::new("STATUS_UPDATE", notification, AUTHOR)
}
