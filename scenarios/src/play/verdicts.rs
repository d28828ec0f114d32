//! Waiting for what a hub may settle later: the verdict on one file, the delivery of a completed
//! télédossier.

use crate::check::Stop;
use crate::client::Reply;
use crate::world::World;

impl World {
    /// The status of one file of the last télédossier, whatever becomes of the others: once it is
    /// no longer `PENDING`, or when the target's limit has passed.
    pub(crate) async fn verdict(&mut self, rank: usize) -> Result<String, Stop> {
        let id = self.deposited()?.attachments.get(rank).cloned().unwrap_or_default();
        let status = |folder: &Reply| {
            let file = folder.array("/attachments").iter().find(|file| file["id"] == id.as_str());
            file.and_then(|file| file["status"].as_str()).unwrap_or_default().to_owned()
        };
        let folder = self.folder_with_verdicts(|folder| status(folder) != "PENDING").await?;
        Ok(status(&folder))
    }

    /// The last télédossier once it and all its cases have a status, or as it is when the target's
    /// limit has passed.
    pub(crate) async fn settled_status(&mut self, wanted: &str) -> Result<Reply, Stop> {
        let limit = self.session().target.limits.delivery;
        let waited = self.await_folder(limit, |folder| {
            let cases_are_there =
                folder.array("/cases").iter().all(|case| case["status"] == wanted);
            folder.text("/globalStatus") == wanted && cases_are_there
        });
        Ok(waited.await?.seen)
    }
}

/// The statuses of a folder and of its cases, as the reports show them.
pub fn statuses_of(folder: &Reply) -> String {
    let cases: Vec<_> = folder
        .array("/cases")
        .iter()
        .map(|case| case["status"].as_str().unwrap_or("aucun"))
        .collect();
    format!("télédossier {}, dossiers {}", folder.text("/globalStatus"), cases.join(" et "))
}
