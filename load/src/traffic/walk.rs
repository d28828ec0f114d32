//! A journey under way: its calls follow each other, each due when the one before has ended and the
//! system has thought. The first is due when the schedule says, however late it starts.

use std::time::{Duration, Instant};

use bytes::Bytes;
use contract::ids::{CaseId, EventId, NotificationId};
use contract::operations::{self, Operation};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answers::ShownNotification;
use super::asked::{Asked, Content, Wanted};
use super::call::{Id, Received};
use super::hosts::Place;
use super::{Traffic, tokens};
use crate::audit::Sight;
use crate::failure::Failure;
use crate::random::Random;
use crate::series::{Clock, SeriesKey, Span};
use crate::systems::System;

/// First and longest wait between two looks at a queue.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LONGEST_LOOK: Duration = Duration::from_secs(1);

/// A journey under way.
pub(crate) struct Walk<'c> {
    pub(crate) traffic: &'c Traffic,
    pub(crate) random: Random,
    /// When the next call is due.
    pub(crate) due: Instant,
    pub(crate) measured: bool,
    /// For a walk after everything else, which settles the account: it waits for nothing beyond
    /// this.
    pub(crate) settling_until: Option<Instant>,
    /// What failed last.
    pub(crate) failed: Option<(SeriesKey, Failure)>,
}

impl<'c> Walk<'c> {
    /// Another walk that goes on beside this one from here.
    pub(crate) fn beside(&mut self) -> Self {
        Self {
            traffic: self.traffic,
            random: Random::new(self.random.number()),
            due: self.due,
            measured: self.measured,
            settling_until: self.settling_until,
            failed: None,
        }
    }

    /// An answer that says something else than it should, of a call that was counted as good.
    pub(crate) fn wrong(&mut self, subject: SeriesKey, failure: Failure) -> Failure {
        self.failed = Some((subject, failure));
        if self.measured {
            self.traffic.recorder.failed(subject, failure);
        }
        failure
    }

    /// Makes a call as a system.
    pub(crate) async fn call(
        &mut self,
        system: &System,
        operation: Operation,
        ids: &[Id<'_>],
        content: Content<'_>,
        wanted: Wanted,
    ) -> Result<Received, Failure> {
        let place = self.traffic.caller.place(operation, ids);
        self.call_at(system, operation, place, content, wanted).await
    }

    /// Makes a call to a place that is known already.
    pub(crate) async fn call_at(
        &mut self,
        system: &System,
        operation: Operation,
        place: Place,
        content: Content<'_>,
        wanted: Wanted,
    ) -> Result<Received, Failure> {
        let caller = &self.traffic.caller;
        let bearer = tokens::bearer(caller, system, self.due, self.measured).await;
        let (authorization, had) = bearer.inspect_err(|failure| {
            self.failed = Some((SeriesKey::Token, *failure));
        })?;
        if let Some(had) = had {
            self.due = had;
        }
        let asked = Asked {
            subject: SeriesKey::Operation(operation),
            system,
            method: method(operation),
            place,
            authorization: Some(authorization),
            content,
            expected: operation.success(),
            wanted,
            due: self.due,
            measured: self.measured,
        };
        let outcome = caller.make(asked).await;
        self.due = outcome.as_ref().map_or_else(|_| Instant::now(), |received| received.ended);
        if let Err(failure) = outcome {
            self.failed = Some((SeriesKey::Operation(operation), failure));
        }
        if matches!(outcome, Err(Failure::Status(401))) {
            tokens::forget(system);
        }
        outcome
    }

    /// Makes a call whose answer is JSON.
    pub(crate) async fn read<T: DeserializeOwned>(
        &mut self,
        system: &System,
        operation: Operation,
        ids: &[Id<'_>],
        content: Content<'_>,
    ) -> Result<T, Failure> {
        let sent = match &content {
            Content::Json(json) => Content::Json(json.clone()),
            _ => Content::None,
        };
        let received = self.call(system, operation, ids, content, Wanted::Body).await?;
        serde_json::from_slice(&received.body).map_err(|error| {
            let place = self.traffic.caller.place(operation, ids);
            let (asked, reason) = ((place, sent), error.to_string());
            self.unexpected(system, operation, asked, &received, Failure::Content, reason)
        })
    }

    /// An answer whose content is not what it should be: counted, and kept as a sample.
    pub(crate) fn unexpected(
        &mut self,
        system: &System,
        operation: Operation,
        (place, content): (Place, Content<'_>),
        received: &Received,
        failure: Failure,
        reason: String,
    ) -> Failure {
        let (status, headers) = &received.head;
        let asked = Asked {
            subject: SeriesKey::Operation(operation),
            system,
            method: method(operation),
            place,
            authorization: None,
            content,
            expected: operation.success(),
            wanted: Wanted::Body,
            due: self.due,
            measured: self.measured,
        };
        let answer = Some((*status, headers, &received.body));
        self.traffic.caller.sample(&asked, failure, Some(reason), Duration::ZERO, answer);
        self.wrong(asked.subject, failure)
    }

    /// Makes a call whose answer is but a status.
    pub(crate) async fn send(
        &mut self,
        system: &System,
        operation: Operation,
        ids: &[Id<'_>],
        content: Content<'_>,
    ) -> Result<Instant, Failure> {
        let received = self.call(system, operation, ids, content, Wanted::Status).await?;
        Ok(received.ended)
    }

    /// Waits as people and batches do between two steps; the next call is due when the wait ends.
    pub(crate) async fn think(&mut self) {
        let mean = self.traffic.plan.mix.think_seconds;
        if mean > 0.0 {
            let wait = Duration::from_secs_f64((self.random.exponential() * mean).min(mean * 10.0));
            self.pause(wait).await;
        }
    }

    pub(crate) async fn pause(&mut self, wait: Duration) {
        self.due += wait;
        self.traffic.stop.sleep_until(self.due).await;
    }

    /// Times a part of the journey that began when `due` was this.
    pub(crate) fn timed(&self, span: Span, due: Instant, started: Instant) {
        if self.measured {
            let recorder = &self.traffic.recorder;
            recorder.span(span, Clock::Response, self.due.saturating_duration_since(due));
            recorder.span(span, Clock::Service, self.due.saturating_duration_since(started));
        }
    }

    /// Looks at a system's queue, and tells the account what is in it: how many notifications, and
    /// the answer.
    pub(crate) async fn look(
        &mut self,
        system: &System,
        most: u32,
    ) -> Result<(usize, Received), Failure> {
        let place = self.traffic.caller.look(most);
        let received = self
            .call_at(system, Operation::ListNotifications, place, Content::None, Wanted::Body)
            .await?;
        // An empty queue is by far the most frequent answer, and needs no parser.
        if received.body.as_ref() == b"[]" {
            return Ok((0, received));
        }
        let batch: Vec<ShownNotification> =
            serde_json::from_slice(&received.body).map_err(|error| {
                let asked = (self.traffic.caller.look(most), Content::None);
                let list = Operation::ListNotifications;
                self.unexpected(system, list, asked, &received, Failure::Content, error.to_string())
            })?;
        for notification in &batch {
            self.account_for(notification, system, received.ended);
        }
        Ok((batch.len(), received))
    }

    /// What counts is who was shown it, whatever recipient it names.
    fn account_for(&self, notification: &ShownNotification, to: &System, at: Instant) {
        let (Some(case), Some(to)) = (notification.case_id, &to.organization) else {
            return;
        };
        let ledger = &self.traffic.ledger;
        let sight = ledger.shown(notification.id, case, notification.event_id, to, at);
        let counts = self.measured || self.settling_until.is_some();
        if let (Sight::First(Some(after)), true) = (sight, counts) {
            self.traffic.recorder.span(Span::Delivery, Clock::Response, after);
        }
    }

    /// Looks at a system's queue until the notification of a case and event is there, for as long
    /// as the plan waits.
    pub(crate) async fn await_notification(
        &mut self,
        system: &System,
        case: CaseId,
        event: Option<EventId>,
        most: u32,
    ) -> Result<NotificationId, Failure> {
        let Some(organization) = &system.organization else {
            return Err(Failure::Content);
        };
        let longest = Instant::now() + self.traffic.plan.drain;
        let deadline = self.settling_until.map_or(longest, |until| until.min(longest));
        let mut pause = FIRST_LOOK;
        let mut most = most;
        loop {
            // A batch that is full may hide what is waited for behind what is nobody's business
            // here.
            let (count, received) = self.look(system, most).await?;
            if count >= most as usize {
                most = self.traffic.caller.largest_batch().min(most * 2).max(most);
            }
            if let Some(notification) = self.traffic.ledger.take(case, event, organization) {
                return Ok(notification);
            }
            if self.traffic.is_stopped() {
                return Err(Failure::Unnotified);
            }
            if Instant::now() > deadline {
                let about = event.map_or_else(String::new, |event| format!(", event {event}"));
                let reason = format!("nothing of case {case}{about}");
                let asked = (self.traffic.caller.look(most), Content::None);
                let (list, failure) = (Operation::ListNotifications, Failure::Unnotified);
                return Err(self.unexpected(system, list, asked, &received, failure, reason));
            }
            self.pause(pause).await;
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }
}

/// A body in JSON.
pub(crate) fn json(body: &impl Serialize) -> Content<'static> {
    // The shapes of the contract are plain data: they always serialise.
    Content::Json(Bytes::from(serde_json::to_vec(body).unwrap_or_default()))
}

fn method(operation: Operation) -> Method {
    match operation.method() {
        operations::Method::Get => Method::GET,
        operations::Method::Post => Method::POST,
        operations::Method::Put => Method::PUT,
        operations::Method::Patch => Method::PATCH,
        operations::Method::Delete => Method::DELETE,
    }
}
