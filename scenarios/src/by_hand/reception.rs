//! The reception of a case by hand (contract §9, cinématique 7): as a whole, or one step at a time.

use contract::operations::Scope;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deposit::with_the_hub;
use super::events::received_files;
use super::who::Side;
use super::{ByHand, CaseOf, Missing, NotDone, Reception, Teledossier, Turn, Usage, What, granted};
use crate::actor::{Look, Wanted, status_event, until};

/// The status that tells that a case was received.
const RECEIVED: &str = "SENT";

/// A step of a reception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The notification is looked for.
    #[default]
    Notification,
    /// The case is read.
    Case,
    /// Its files are downloaded.
    Files,
    /// Its status becomes `SENT`.
    Status,
    /// The other side is told so.
    Event,
    /// The notification is removed.
    Removal,
}

impl Step {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Notification => Some(Self::Case),
            Self::Case => Some(Self::Files),
            Self::Files => Some(Self::Status),
            Self::Status => Some(Self::Event),
            Self::Event => Some(Self::Removal),
            Self::Removal => None,
        }
    }
}

impl ByHand<'_> {
    pub(super) async fn receive(&mut self, one_step: bool, new: bool) -> Result<(), NotDone> {
        if new {
            self.take_up_new().await?;
        }
        for (by, case) in self.movers(Side::Recipient)? {
            let mut turn = self.turn(&by);
            let mut downloaded = (0, 0);
            loop {
                let step = self.reception(&case)?.next;
                if step == Step::Files {
                    downloaded = self.download(&mut turn, &case).await?;
                } else {
                    self.make_step(&mut turn, &case, step).await?;
                }
                let next = step.next();
                match next {
                    Some(next) => self.reception(&case)?.next = next,
                    None => *self.reception(&case)? = Reception::default(),
                }
                if one_step {
                    self.tell(turn, What::Stepped { step }, &case.number, &case.id);
                    break;
                }
                if next.is_none() {
                    let (files, bytes) = downloaded;
                    self.tell(turn, What::Received { files, bytes }, &case.number, &case.id);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes up the case that has waited longest for its recipient, whoever deposited it.
    async fn take_up_new(&mut self) -> Result<(), NotDone> {
        let nobody = || Usage::Nobody { part: "an SI", on: "this hub".to_owned() };
        let si = self.named()?.or_else(|| self.first_of(Scope::Si)).ok_or_else(nobody)?;
        let mut turn = self.turn(&si);
        let limit = self.patience(self.session.target.limits.delivery);
        let is_new = |found: &Value| found["eventId"].is_null() && found["caseId"].is_string();
        let waited = until(limit, async || {
            let looked = turn.actor().look(is_new).await;
            let seen = turn.seen(looked)?.own;
            Ok::<_, NotDone>(Look { done: !seen.is_empty(), seen })
        });
        let found = waited.await?.seen;
        let date = |found: &&Value| found["dateTime"].as_str().unwrap_or_default().to_owned();
        let missing = || NotDone::missing(Missing::NewCase { by: si.name.clone() }, &si.name);
        let first = found.iter().min_by_key(date).ok_or_else(missing)?;
        let case = first["caseId"].as_str().unwrap_or_default();
        let read = granted(turn.actor().read_case(case).await)?;
        self.memory.remember(Teledossier::of_case(&read, &si));
        Ok(())
    }

    /// How far the reception of a case came.
    pub(super) fn reception(&mut self, case: &CaseOf) -> Result<&mut Reception, NotDone> {
        let mut cases = self.noted()?.cases.iter_mut();
        let found = cases.find(|known| known.id == case.id).map(|known| &mut known.reception);
        found.ok_or_else(|| Usage::NothingRemembered.into())
    }

    async fn make_step(
        &mut self,
        turn: &mut Turn<'_>,
        case: &CaseOf,
        step: Step,
    ) -> Result<(), NotDone> {
        match step {
            Step::Notification => {
                self.reception(case)?.notification = self.notification_of(turn, case).await?;
            }
            Step::Case => {
                let read = granted(turn.actor().read_case(&case.id).await)?;
                self.reception(case)?.files = received_files(&read);
            }
            Step::Files => {}
            Step::Status => self.give_status(turn, case, RECEIVED).await?,
            Step::Event => {
                let event = status_event("HUBEE_NOTIFIED", RECEIVED);
                self.send_event(turn, case, &event).await?;
            }
            Step::Removal => {
                let notification = self.reception(case)?.notification.clone();
                granted(turn.actor().delete_notification(&notification).await)?;
            }
        }
        Ok(())
    }

    /// The notification of a new case. One that can still come is waited for.
    async fn notification_of(&self, turn: &mut Turn<'_>, case: &CaseOf) -> Result<String, NotDone> {
        let wanted = [Wanted::new_case(&case.id)];
        let looked = turn.actor().look_for(&wanted).await;
        let mut found = turn.seen(looked)?;
        let may_come = async || match self.status_of(case).await {
            Some(status) => status == "HUBEE_COMPLETED" || status == "HUBEE_NOTIFIED",
            None => true,
        };
        if !found.has_each(&wanted) && may_come().await {
            let limit = self.patience(self.session.target.limits.delivery);
            let waited = turn.actor().await_notifications(&wanted, limit).await;
            found = turn.seen(waited)?.seen;
        }
        let id = found.own.first().and_then(|notification| notification["id"].as_str());
        let missing = || Missing::NewCase { by: turn.by.name.clone() };
        id.map(str::to_owned).ok_or_else(|| NotDone::missing(missing(), &case.number))
    }

    /// Downloads the files of a case: how many, and how large they are together.
    async fn download(
        &mut self,
        turn: &mut Turn<'_>,
        case: &CaseOf,
    ) -> Result<(usize, usize), NotDone> {
        let files = self.reception(case)?.files.clone();
        let mut bytes = 0;
        for file in &files {
            bytes += granted(turn.actor().download(&case.id, file).await)?.body.len();
        }
        Ok((files.len(), bytes))
    }

    /// Waits until a case that was handed to its recipient can be acted on.
    pub(super) async fn handed_over(&self, case: &CaseOf) -> Result<(), NotDone> {
        let limit = self.patience(self.session.target.limits.delivery);
        let waited = until(limit, async || {
            let seen = self.status_of(case).await;
            Ok::<_, NotDone>(Look { done: !with_the_hub(seen.as_deref()), seen })
        });
        let waited = waited.await?;
        if waited.done {
            return Ok(());
        }
        let present = waited.seen.unwrap_or_default();
        let missing = Missing::Status { wanted: "HUBEE_NOTIFIED".to_owned(), present };
        Err(NotDone::missing(missing, &case.number))
    }
}
