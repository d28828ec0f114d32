//! The life of a case (contract §6, "Case status"; §9, cinématiques 7, 8 and 10 to 13): leading it
//! to a status by the usual way, waiting for one that settles later, fetching it as its recipient.
//! Judges nothing.

use std::time::Duration;

use contract::status::CaseStatus;

use crate::check::{Needed as _, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

/// The way by which a case usually comes to a status from `HUBEE_NOTIFIED`, each step one that the
/// contract requires.
pub(crate) fn way_to(status: CaseStatus) -> &'static [CaseStatus] {
    use CaseStatus::{
        AdditionAwaited, Closed, Done, HubeeNotified, InProgress, Refused, Sent,
        SiIntegrationError, SiReceived,
    };
    match status {
        Sent => &[Sent],
        SiReceived => &[Sent, SiReceived],
        InProgress => &[Sent, SiReceived, InProgress],
        AdditionAwaited => &[Sent, SiReceived, InProgress, AdditionAwaited],
        Done => &[Sent, SiReceived, InProgress, Done],
        Refused => &[Sent, SiReceived, InProgress, Refused],
        Closed => &[Sent, SiReceived, InProgress, Done, Closed],
        SiIntegrationError => &[Sent, SiReceived, SiIntegrationError],
        HubeeNotified
        | CaseStatus::HubeeReceived
        | CaseStatus::HubeeCompleted
        | CaseStatus::Archived => &[],
    }
}

/// The statuses to go through before this one may be asked for: none when the documents list the
/// present one among its incoming statuses. A hub need take no jump (D7).
pub(crate) fn on_the_way(present: CaseStatus, wanted: CaseStatus) -> &'static [CaseStatus] {
    if wanted.incoming().contains(&present) {
        return &[];
    }
    let way = way_to(wanted);
    let start = way.iter().position(|status| *status == present).map_or(0, |at| at + 1);
    way.get(start..way.len().saturating_sub(1)).unwrap_or_default()
}

impl World {
    /// Leads a case from a status to where another one may be asked for.
    pub(crate) async fn lead_towards(
        &mut self,
        role: Role,
        case: &str,
        present: CaseStatus,
        wanted: CaseStatus,
    ) -> Step {
        for status in on_the_way(present, wanted) {
            self.need_set_case_status(role, case, status.name()).await?;
        }
        Ok(())
    }

    /// The status of a case as the recipient sees it, once it is the wanted one or the target's
    /// limit has passed.
    pub(crate) async fn await_case_status(
        &mut self,
        reader: Role,
        case: &str,
        wanted: &str,
    ) -> Result<String, Stop> {
        let limit = self.session().target.limits.delivery;
        self.await_case_status_for(reader, case, wanted, limit).await
    }

    /// As [`Self::await_case_status`], with a limit of its own.
    pub(crate) async fn await_case_status_for(
        &mut self,
        reader: Role,
        case: &str,
        wanted: &str,
        limit: Duration,
    ) -> Result<String, Stop> {
        let suits = |case: &Reply| case.text("/status") == wanted;
        let waited = self.actor(reader)?.await_case(case, limit, suits).await?;
        Ok(waited.seen.text("/status").to_owned())
    }

    /// Waits for a status as a precondition.
    pub(crate) async fn need_case_status(
        &mut self,
        reader: Role,
        case: &str,
        wanted: &str,
    ) -> Step {
        let status = self.await_case_status(reader, case, wanted).await?;
        if status == wanted {
            Ok(())
        } else {
            Err(Stop::broken("attente d'un statut du dossier", wanted, status))
        }
    }

    /// Sets a status as a precondition.
    pub(crate) async fn need_set_case_status(
        &mut self,
        role: Role,
        case: &str,
        status: &str,
    ) -> Step {
        let what = format!("passage du dossier au statut {status}");
        self.set_case_status(role, case, status).await?.needed(&what, 204)?;
        let reader = if role == Role::Osl { Role::Si } else { role };
        self.need_case_status(reader, case, status).await
    }

    /// Leads a case that was just transmitted to a status, by the usual way.
    pub(crate) async fn lead_to(&mut self, case: &str, status: CaseStatus) -> Step {
        self.need_case_status(Role::Si, case, CaseStatus::HubeeNotified.name()).await?;
        for stage in way_to(status) {
            let role = if *stage == CaseStatus::Closed { Role::Osl } else { Role::Si };
            self.need_set_case_status(role, case, stage.name()).await?;
        }
        Ok(())
    }

    /// Reads the lighter form of a case as a role.
    pub(crate) async fn read_case_lightly(
        &mut self,
        role: Role,
        case: &str,
    ) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.read_case_lightly(case).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_usual_way_takes_only_required_steps() {
        for &status in CaseStatus::ALL {
            let mut before = CaseStatus::HubeeNotified;
            for stage in way_to(status) {
                assert!(stage.incoming().contains(&before), "{before} to {stage}");
                before = *stage;
            }
            assert!(way_to(status).is_empty() || before == status);
        }
    }
}
