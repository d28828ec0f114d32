//! Statuses by hand (contract §9, cinématiques 8, 10, 11 and 12): read, given, closed, reopened,
//! handed over again. Each change is told to the other side by an event.

use contract::status::CaseStatus;
use serde_json::json;

use super::given::GivenFile;
use super::who::Side;
use super::{ByHand, CaseOf, NotDone, Reception, Turn, What, granted};
use crate::actor::{Actor, status_event};

const CLOSED: &str = "CLOSED";
const NOTIFIED: &str = "HUBEE_NOTIFIED";
const FAILED: &str = "SI_INTG_ERROR";

impl ByHand<'_> {
    pub(super) async fn tell_statuses(&self) -> Result<(), NotDone> {
        let ((id, number), mover) = (self.folder()?, self.mover()?);
        let mut turn = self.turn(&mover);
        let folder = granted(turn.actor().read_folder(&id).await)?;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let cases = folder.array("/cases").iter();
        let cases = cases.map(|case| (text(&case["externalId"]), text(&case["status"]))).collect();
        let global = folder.text("/globalStatus").to_owned();
        self.tell(turn, What::Statuses { global, cases }, &number, &id);
        Ok(())
    }

    /// The status of a case, read by whoever may: its depositor, else its recipient. It is no part
    /// of a move.
    pub(super) async fn status_of(&self, case: &CaseOf) -> Option<String> {
        if let (Ok(depositor), Ok((id, _))) = (self.depositor(), self.folder()) {
            let mut osl = Actor::new(&self.session.client, &depositor);
            let folder = osl.read_folder(&id).await.ok()?;
            let mut cases = folder.array("/cases").iter();
            let found = cases.find(|shown| shown["id"] == case.id.as_str());
            if let Some(status) = found.and_then(|shown| shown["status"].as_str()) {
                return Some(status.to_owned());
            }
        }
        let mut si = Actor::new(&self.session.client, &self.recipient(case).ok()?);
        let read = si.read_case(&case.id).await.ok()?;
        read.is_success().then(|| read.text("/status").to_owned())
    }

    /// Gives a case a status. A hub may refuse the one that it has already (contract §6, "Case
    /// status").
    pub(super) async fn give_status(
        &self,
        turn: &mut Turn<'_>,
        case: &CaseOf,
        status: &str,
    ) -> Result<(), NotDone> {
        match granted(turn.actor().set_case_status(&case.id, status).await) {
            Err(NotDone::Refused(_)) if self.status_of(case).await.as_deref() == Some(status) => {
                Ok(())
            }
            other => other.map(drop),
        }
    }

    pub(super) async fn set_status(
        &mut self,
        status: &str,
        message: Option<&str>,
    ) -> Result<(), NotDone> {
        let of_osl = CaseStatus::try_from(status).is_ok_and(|status| !status.is_meant_for_si());
        let side = if of_osl { Side::Depositor } else { Side::Recipient };
        for (by, case) in self.movers(side)? {
            let mut turn = self.turn(&by);
            let from = self.status_of(&case).await.unwrap_or_default();
            granted(turn.actor().set_case_status(&case.id, status).await)?;
            let mut body = status_event(&from, status);
            if let Some(message) = message {
                body["message"] = json!(message);
            }
            let event = self.send_event(&mut turn, &case, &body).await?;
            let what = What::StatusSet { from, to: status.to_owned(), event };
            self.tell(turn, what, &case.number, &case.id);
        }
        Ok(())
    }

    /// Closes the cases that are open, then the télédossier once all of them are closed.
    pub(super) async fn close(&mut self) -> Result<(), NotDone> {
        for (by, case) in self.movers(Side::Depositor)? {
            let from = self.status_of(&case).await.unwrap_or_default();
            if from == CLOSED {
                continue;
            }
            let mut turn = self.turn(&by);
            granted(turn.actor().set_case_status(&case.id, CLOSED).await)?;
            let event = self.send_event(&mut turn, &case, &status_event(&from, CLOSED)).await?;
            let what = What::StatusSet { from, to: CLOSED.to_owned(), event };
            self.tell(turn, what, &case.number, &case.id);
        }
        for case in &self.teledossier()?.cases {
            if self.status_of(case).await.is_some_and(|status| status != CLOSED) {
                return Ok(());
            }
        }
        self.set_folder_status(CLOSED, What::FolderClosed).await
    }

    async fn set_folder_status(&self, status: &str, what: What) -> Result<(), NotDone> {
        let ((id, number), mover) = (self.folder()?, self.mover()?);
        let mut turn = self.turn(&mover);
        granted(turn.actor().set_folder_status(&id, status).await)?;
        self.tell(turn, what, &number, &id);
        Ok(())
    }

    /// Reopens the cases with files, then the télédossier.
    pub(super) async fn reopen(&mut self, files: &[GivenFile]) -> Result<(), NotDone> {
        for (by, case) in self.movers(Side::Depositor)? {
            let joined = self.joined(&by, files)?;
            let mut turn = self.turn(&by);
            let mut body = joined.event();
            body["caseCurrentStatus"] = json!(self.status_of(&case).await);
            body["caseNewStatus"] = json!(NOTIFIED);
            let event = self.join(&mut turn, &case, &joined, &body).await?;
            self.give_status(&mut turn, &case, NOTIFIED).await?;
            self.send_joined(&mut turn, &case, &event).await?;
            let what = What::Reopened { event, files: joined.enclosures.len() };
            self.tell(turn, what, &case.number, &case.id);
        }
        self.set_folder_status(NOTIFIED, What::FolderReopened).await
    }

    /// Hands the cases to their recipients again: those that could not be integrated, or all of
    /// them when none is said to be.
    pub(super) async fn resend(&mut self) -> Result<(), NotDone> {
        let movers = self.movers(Side::Depositor)?;
        let mut failed = Vec::new();
        for (by, case) in &movers {
            if self.status_of(case).await.as_deref() == Some(FAILED) {
                failed.push((by.clone(), case.clone()));
            }
        }
        for (by, case) in if failed.is_empty() { movers } else { failed } {
            let mut turn = self.turn(&by);
            granted(turn.actor().set_case_status(&case.id, "HUBEE_COMPLETED").await)?;
            *self.reception(&case)? = Reception::default();
            self.handed_over(&case).await?;
            self.tell(turn, What::Resent, &case.number, &case.id);
        }
        Ok(())
    }
}
