//! The life of a télédossier after its instruction: the delays of its démarche, read from the
//! référentiel, and the dates that follow from them (contract §6, "Batches").

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use serde_json::Value;

use crate::actor::Wanted;
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The delays of a démarche.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delays {
    /// The status from which files may be purged.
    pub purge_status: String,
    /// From that status to the purge: the démarche's delay and one day.
    pub purge_seconds: i64,
    /// From the closing to the archiving.
    pub archiving_seconds: i64,
    /// From the archiving to the deletion.
    pub deletion_seconds: i64,
}

impl Delays {
    fn read(process: &Value) -> Option<Self> {
        let days = |name: &str| process[name].as_i64();
        Some(Self {
            purge_status: process["statusBeforeFileDeletion"].as_str()?.to_owned(),
            purge_seconds: (days("timeBeforeFileDeletion")? + 1) * DAY_SECONDS,
            archiving_seconds: days("timeBeforeArchiving")? * DAY_SECONDS,
            deletion_seconds: days("timeBeforeFolderDeletion")? * DAY_SECONDS,
        })
    }
}

impl World {
    /// Plays on the sandbox démarche when the same roles play there, whose delays are short, and
    /// reads the delays.
    pub(crate) async fn play_on_short_delays(&mut self) -> Result<Delays, Stop> {
        if let Some(sandbox) = self.session().target.sandbox.process.clone() {
            // Where it cannot be played, the démarche of the scenario does, slower.
            let _ = self.move_to(&sandbox);
        }
        let process = self.process()?;
        let reply = self
            .send_as(Role::Admin, Call::operation(Operation::GetProcess, &[process.as_str()]))
            .await?;
        let reply = reply.needed("lecture des délais de la démarche", 200)?;
        Delays::read(reply.json()).ok_or_else(|| {
            Stop::broken(
                "lecture des délais de la démarche",
                "un statut et trois délais",
                reply.in_short(),
            )
        })
    }

    /// Deposits a télédossier for these roles and waits until each is notified.
    pub(crate) async fn deliver(&mut self, recipients: &[Role]) -> Step {
        self.deposit(recipients).await?;
        let cases = self.deposited()?.cases.clone();
        for (role, case) in recipients.iter().zip(&cases) {
            self.need_notification(*role, &Wanted::new_case(case)).await?;
        }
        Ok(())
    }

    /// Brings a case to a status, by whom it is meant for; gives the hub's time before the change.
    pub(crate) async fn bring_case(
        &mut self,
        recipient: Role,
        case: &str,
        status: &str,
    ) -> Result<Timestamp, Stop> {
        let by = if matches!(status, "CLOSED" | "HUBEE_NOTIFIED" | "HUBEE_COMPLETED") {
            Role::Osl
        } else {
            recipient
        };
        // Every status in between that the documents list, so that a hub that allows no jumps goes
        // along.
        let path: &[&str] = match status {
            "SENT" => &["SENT"],
            "SI_RECEIVED" => &["SENT", "SI_RECEIVED"],
            "IN_PROGRESS" => &["SENT", "SI_RECEIVED", "IN_PROGRESS"],
            "CLOSED" => &["SENT", "SI_RECEIVED", "IN_PROGRESS", "DONE"],
            "HUBEE_NOTIFIED" => &[],
            _ => &["SENT", "SI_RECEIVED", "IN_PROGRESS"],
        };
        for step in path.iter().filter(|step| **step != status) {
            self.set_case_status(recipient, case, step)
                .await?
                .needed("changement de statut par le SI", 204)?;
        }
        let before = self.hub_now().await?;
        self.set_case_status(by, case, status)
            .await?
            .needed("changement de statut du dossier", 204)?;
        Ok(before)
    }

    /// The first file of the last télédossier, as its depositor sees it.
    pub(crate) async fn first_file(&mut self) -> Result<Value, Stop> {
        let folder = self.read_folder().await?.needed("lecture du télédossier", 200)?;
        Ok(folder.json()["attachments"][0].clone())
    }

    /// Downloads the first file of the last télédossier from the case of a rank, as its recipient.
    pub(crate) async fn download_first(&mut self, role: Role, rank: usize) -> Result<Reply, Stop> {
        let deposited = self.deposited()?;
        let case = deposited.cases.get(rank).cloned().unwrap_or_default();
        let file = deposited.attachments.first().cloned().unwrap_or_default();
        self.download(role, &case, &file).await
    }
}

/// A day, in seconds: batches run once a day.
pub(crate) const fn day_seconds() -> i64 {
    DAY_SECONDS
}
