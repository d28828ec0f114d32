//! Waiting for what a hub may settle later: the verdict on one file, the delivery of a completed
//! télédossier.

use bytes::Bytes;

use crate::actor::{Look, until};
use crate::check::{Needed as _, Stop};
use crate::client::{Call, Reply};
use crate::world::World;
use contract::operations::Operation;

impl World {
    /// Sends the bytes of a file of the last télédossier with more headers.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn upload_with(
        &mut self,
        rank: usize,
        bytes: Bytes,
        headers: &[(&str, &str)],
    ) -> Result<Reply, Stop> {
        let deposited = self.deposited()?;
        let attachment = deposited.attachments.get(rank).cloned().unwrap_or_default();
        let mut call =
            Call::operation(Operation::PutFolderAttachment, &[&deposited.id, &attachment])
                .file(bytes);
        for (name, value) in headers {
            call = call.header(name, *value);
        }
        let depositor = deposited.depositor.clone();
        self.send(call.by(&depositor)).await
    }

    /// The status of one file of the last télédossier, whatever becomes of the others: once it is
    /// no longer `PENDING`, or when the target's limit has passed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn verdict(&mut self, rank: usize) -> Result<String, Stop> {
        let id = self.deposited()?.attachments.get(rank).cloned().unwrap_or_default();
        let limit = self.session().target.limits.scan;
        let waited = until(limit, async || {
            let folder = self.read_folder().await?.needed("lecture du télédossier", 200)?;
            let file = folder.array("/attachments").iter().find(|file| file["id"] == id.as_str());
            let status =
                file.and_then(|file| file["status"].as_str()).unwrap_or_default().to_owned();
            Ok::<_, Stop>(Look { done: status != "PENDING", seen: status })
        });
        let waited = waited.await?;
        self.observe_time("verdict sur un fichier", None, waited.time);
        Ok(waited.seen)
    }

    /// The last télédossier once it and all its cases have a status, or as it is when the target's
    /// limit has passed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn settled_status(&mut self, wanted: &str) -> Result<Reply, Stop> {
        let limit = self.session().target.limits.delivery;
        let waited = until(limit, async || {
            let folder = self.read_folder().await?.needed("lecture du télédossier", 200)?;
            let cases_are_there =
                folder.array("/cases").iter().all(|case| case["status"] == wanted);
            let done = folder.text("/globalStatus") == wanted && cases_are_there;
            Ok::<_, Stop>(Look { seen: folder, done })
        });
        Ok(waited.await?.seen)
    }
}

/// The statuses of a folder and of its cases, as the reports show them.
#[must_use]
pub fn statuses_of(folder: &Reply) -> String {
    let cases: Vec<_> = folder
        .array("/cases")
        .iter()
        .map(|case| case["status"].as_str().unwrap_or("aucun"))
        .collect();
    format!("télédossier {}, dossiers {}", folder.text("/globalStatus"), cases.join(" et "))
}
