//! Following a télédossier: every status and every event of the other side, as they come. Nothing
//! is changed on the hub, and no notification is removed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::who::Side;
use super::{ByHand, CaseOf, NotDone, What, granted};
use crate::target::Credential;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// What was seen so far.
#[derive(Default)]
struct Seen {
    statuses: BTreeMap<String, String>,
    events: BTreeSet<String>,
}

impl ByHand<'_> {
    pub(super) async fn watch(&mut self, limit: Option<Duration>) -> Result<(), NotDone> {
        let movers = self.movers(Side::Depositor)?;
        let (started, mut seen) = (Instant::now(), Seen::default());
        let mut renewed = false;
        loop {
            match self.look(&movers, &mut seen).await {
                // Another move asked for a token meanwhile: no document says that ours survives it
                // (contract §2).
                Err(NotDone::Refused(it)) if it.reply.status() == 401 && !renewed => {
                    self.session.client.tokens().forget();
                    renewed = true;
                    continue;
                }
                looked => looked?,
            }
            renewed = false;
            let is_closed = |status: &String| status == "CLOSED" || status == "ARCHIVED";
            let all_closed = seen.statuses.values().all(is_closed);
            let pause = match limit {
                None if all_closed => return Ok(()),
                None => PAUSE,
                Some(limit) => limit.saturating_sub(started.elapsed()).min(PAUSE),
            };
            if pause.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn look(
        &self,
        movers: &[(Arc<Credential>, CaseOf)],
        seen: &mut Seen,
    ) -> Result<(), NotDone> {
        for (by, case) in movers {
            self.look_at_events(by, case, seen).await?;
            self.look_at_status(by, case, seen).await?;
        }
        Ok(())
    }

    async fn look_at_status(
        &self,
        by: &Arc<Credential>,
        case: &CaseOf,
        seen: &mut Seen,
    ) -> Result<(), NotDone> {
        let mut turn = self.turn(by);
        let to = if case.recipient.as_ref() == Some(&by.name) {
            granted(turn.actor().read_case(&case.id).await)?.text("/status").to_owned()
        } else {
            let read = granted(turn.actor().read_folder(&self.folder()?.0).await)?;
            let mut cases = read.array("/cases").iter();
            let found = cases.find(|shown| shown["id"] == case.id.as_str());
            found.and_then(|shown| shown["status"].as_str()).unwrap_or_default().to_owned()
        };
        let from = seen.statuses.insert(case.id.clone(), to.clone()).unwrap_or_default();
        if from != to {
            self.tell(turn, What::StatusSeen { from, to }, &case.number, &case.id);
        }
        Ok(())
    }

    async fn look_at_events(
        &self,
        by: &Arc<Credential>,
        case: &CaseOf,
        seen: &mut Seen,
    ) -> Result<(), NotDone> {
        let mut turn = self.turn(by);
        let is_own = |found: &Value| found["eventId"].is_string() && found["caseId"] == *case.id;
        let looked = turn.actor().look(is_own).await;
        for notification in turn.seen(looked)?.own {
            let event = notification["eventId"].as_str().unwrap_or_default().to_owned();
            if seen.events.contains(&event) {
                continue;
            }
            let mut turn = self.turn(by);
            let read = granted(turn.actor().read_event(&case.id, &event).await)?;
            seen.events.insert(event.clone());
            let text = |name: &str| read.text(name).to_owned();
            let what = What::EventSeen {
                event,
                action: text("/actionType"),
                message: text("/message"),
                status: text("/status"),
                case_status: text("/caseNewStatus"),
                files: read.array("/attachments").len(),
            };
            self.tell(turn, what, &case.number, &case.id);
        }
        Ok(())
    }
}
