//! Messages and files both ways by hand (contract §9, cinématique 6): sent by either side, read and
//! acknowledged by the other.

use std::collections::BTreeMap;

use contract::ids::ProcessCode;
use contract::operations::Scope;
use serde_json::{Value, json};

use super::given::{GivenFile, Joined};
use super::memory::credential_named;
use super::who::Side;
use super::{ByHand, CaseOf, EventSent, Missing, NotDone, Turn, Usage, What, granted};
use crate::actor::profile::{FORMATS_OF_AN_SI, Profile};
use crate::actor::{Look, Wanted, has_all_verdicts, ids_as_announced, notified, until};
use crate::client::Reply;
use crate::target::Credential;

/// The files that were received and not refused, of a case or of an event.
pub(super) fn received_files(shown: &Reply) -> Vec<String> {
    let received = shown.array("/attachments").iter().filter(|file| file["status"] == "RECEIVED");
    received.filter_map(|file| file["id"].as_str()).map(str::to_owned).collect()
}

impl ByHand<'_> {
    /// Sends an event that notifies the other side, and remembers that it waits to be
    /// acknowledged.
    pub(super) async fn send_event(
        &mut self,
        turn: &mut Turn<'_>,
        case: &CaseOf,
        body: &Value,
    ) -> Result<String, NotDone> {
        let event = granted(turn.actor().create_event(&case.id, body).await)?;
        self.note_event(turn, case, event.text("/id"))
    }

    fn note_event(
        &mut self,
        turn: &Turn<'_>,
        case: &CaseOf,
        event: &str,
    ) -> Result<String, NotDone> {
        let (case, event, by) = (case.id.clone(), event.to_owned(), turn.by.name.clone());
        self.noted()?.unacknowledged.push(EventSent { case, event: event.clone(), by });
        Ok(event)
    }

    pub(super) async fn send_message(&mut self, message: &str) -> Result<(), NotDone> {
        for (by, case) in self.movers(Side::Depositor)? {
            let mut turn = self.turn(&by);
            let mut body = notified("SENDING_MESSAGE");
            body["message"] = json!(message);
            let event = self.send_event(&mut turn, &case, &body).await?;
            self.tell(turn, What::MessageSent { event }, &case.number, &case.id);
        }
        Ok(())
    }

    pub(super) async fn attach(&mut self, files: &[GivenFile]) -> Result<(), NotDone> {
        for (by, case) in self.movers(Side::Depositor)? {
            let joined = self.joined(&by, files)?;
            let mut turn = self.turn(&by);
            let event = self.join(&mut turn, &case, &joined, &joined.event()).await?;
            self.send_joined(&mut turn, &case, &event).await?;
            let what = What::FilesSent { event, files: joined.enclosures.len() };
            self.tell(turn, what, &case.number, &case.id);
        }
        Ok(())
    }

    /// What is joined to an event: what was given, or a file of a format that the démarche takes
    /// from this side.
    pub(super) fn joined(&self, by: &Credential, files: &[GivenFile]) -> Result<Joined, NotDone> {
        if !files.is_empty() {
            return Ok(Joined::given(files));
        }
        let process = ProcessCode::try_from(self.teledossier()?.process.as_str());
        let process = process.map_err(|error| Usage::Target(error.to_string()))?;
        let profile = Profile::of(&process, &self.session.target);
        let mime_type = match by.scope {
            Scope::Si => FORMATS_OF_AN_SI[0],
            _ => profile.first_kind().1,
        };
        Ok(Joined::made_up(mime_type, &self.session.free_number()))
    }

    /// Creates an event, sends its files and waits for the verdicts on them; nobody is told yet.
    pub(super) async fn join(
        &self,
        turn: &mut Turn<'_>,
        case: &CaseOf,
        joined: &Joined,
        body: &Value,
    ) -> Result<String, NotDone> {
        let created = granted(turn.actor().create_event(&case.id, body).await)?;
        let event = created.text("/id").to_owned();
        let files = ids_as_announced(body, created.json());
        for (file, enclosure) in files.iter().zip(&joined.enclosures) {
            let bytes = enclosure.bytes.clone();
            granted(turn.actor().upload_to_event(&case.id, &event, file, bytes).await)?;
        }
        let limit = self.patience(self.session.target.limits.scan);
        let waited = turn.actor().await_event(&case.id, &event, limit, has_all_verdicts).await;
        turn.seen(waited)?;
        Ok(event)
    }

    /// Sends an event whose files are there.
    pub(super) async fn send_joined(
        &mut self,
        turn: &mut Turn<'_>,
        case: &CaseOf,
        event: &str,
    ) -> Result<(), NotDone> {
        granted(turn.actor().set_event_status(&case.id, event, "SENT").await)?;
        self.note_event(turn, case, event).map(drop)
    }

    /// Whoever was sent events reads and acknowledges them: those that are remembered are waited
    /// for; without any, whatever event the depositor is notified of.
    pub(super) async fn acknowledge(&mut self) -> Result<(), NotDone> {
        let awaited = self.awaited()?;
        for (by, wanted) in awaited {
            let by = credential_named(self.session, &by)?;
            let mut turn = self.turn(&by);
            let wanted = self.still_waiting(&mut turn, wanted).await?;
            for notification in self.event_notifications(&mut turn, &wanted).await? {
                let turn = std::mem::replace(&mut turn, self.turn(&by));
                self.treat(turn, &notification).await?;
            }
        }
        Ok(())
    }

    /// Who has events to acknowledge, by name, and which are known of.
    fn awaited(&self) -> Result<BTreeMap<String, Vec<Wanted>>, NotDone> {
        let (teledossier, cases) = (self.teledossier()?, self.chosen_cases()?);
        let movers = match &self.choice.by {
            Some(_) => self.movers(Side::Depositor)?,
            None => Vec::new(),
        };
        let mut awaited: BTreeMap<String, Vec<Wanted>> =
            movers.iter().map(|(by, _)| (by.name.clone(), Vec::new())).collect();
        for sent in &teledossier.unacknowledged {
            let Some(case) = cases.iter().find(|case| case.id == sent.case) else { continue };
            let Some(other) = self.other_side(teledossier, case, &sent.by) else { continue };
            if movers.is_empty() || awaited.contains_key(&other.name) {
                let wanted = Wanted::event(&sent.case, &sent.event);
                awaited.entry(other.name.clone()).or_default().push(wanted);
            }
        }
        if awaited.is_empty() {
            awaited.insert(self.depositor()?.name.clone(), Vec::new());
        }
        Ok(awaited)
    }

    /// Those events that are not acknowledged yet: somebody else's software may play this part too.
    async fn still_waiting(
        &mut self,
        turn: &mut Turn<'_>,
        mut wanted: Vec<Wanted>,
    ) -> Result<Vec<Wanted>, NotDone> {
        let looked = turn.actor().look_for(&wanted).await;
        let sight = turn.seen(looked)?;
        let mut acknowledged = Vec::new();
        for one in wanted.iter().filter(|one| !sight.has_each(std::slice::from_ref(one))) {
            let event = one.event.clone().flatten().unwrap_or_default();
            let read = turn.actor().read_event(&one.case, &event).await?;
            if read.status() == 404 || read.text("/status") == "RECEIVED" {
                acknowledged.push(event);
            }
        }
        self.noted()?.unacknowledged.retain(|sent| !acknowledged.contains(&sent.event));
        wanted.retain(|one| !acknowledged.iter().any(|it| one.event == Some(Some(it.clone()))));
        Ok(wanted)
    }

    /// The notifications of events on the chosen cases, once each that is wanted is there, or any
    /// when none is known of.
    async fn event_notifications(
        &self,
        turn: &mut Turn<'_>,
        wanted: &[Wanted],
    ) -> Result<Vec<Value>, NotDone> {
        let cases = self.chosen_cases()?;
        let is_own = |found: &Value| {
            found["eventId"].is_string() && cases.iter().any(|case| found["caseId"] == *case.id)
        };
        let limit = self.patience(self.session.target.limits.delivery);
        let by = turn.by.name.clone();
        let waited = until(limit, async || {
            let sight = turn.actor().look(is_own).await;
            let sight = turn.seen(sight)?;
            let done = sight.has_each(wanted) && !sight.own.is_empty();
            Ok::<_, NotDone>(Look { done, seen: sight.own })
        });
        let waited = waited.await?;
        if waited.seen.is_empty() || !waited.done {
            let on = cases.first().map_or("", |case| case.number.as_str());
            return Err(NotDone::missing(Missing::Event { by }, on));
        }
        Ok(waited.seen)
    }

    /// The receiving side of an event: read, its files downloaded, acknowledged, the notification
    /// removed. One that is acknowledged already, or gone, is not acknowledged again.
    async fn treat(&mut self, mut turn: Turn<'_>, notification: &Value) -> Result<(), NotDone> {
        let text = |name: &str| notification[name].as_str().unwrap_or_default().to_owned();
        let (id, case, event) = (text("id"), text("caseId"), text("eventId"));
        let read = turn.actor().read_event(&case, &event).await?;
        if read.status() != 404 {
            granted(Ok(read.clone()))?;
        }
        let waits = read.is_success() && read.text("/status") == "SENT";
        let files = received_files(&read);
        if waits {
            for file in &files {
                granted(turn.actor().download_from_event(&case, &event, file).await)?;
            }
            granted(turn.actor().set_event_status(&case, &event, "RECEIVED").await)?;
        }
        granted(turn.actor().delete_notification(&id).await)?;
        self.noted()?.unacknowledged.retain(|sent| sent.event != event);
        let what = if waits {
            let (action, message) = (read.text("/actionType"), read.text("/message"));
            What::Acknowledged {
                event,
                action: action.to_owned(),
                message: message.to_owned(),
                files: files.len(),
            }
        } else {
            What::NoticeRemoved { event }
        };
        let known = self.teledossier()?.cases.iter().find(|known| known.id == case);
        let number = known.map_or(String::new(), |known| known.number.clone());
        self.tell(turn, what, &number, &case);
        Ok(())
    }
}
