//! Waiting for what a hub may settle later: the verdict on one file, the delivery of a completed
//! télédossier.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::check::{Needed as _, Stop};
use crate::client::{Call, Reply};
use crate::world::World;
use contract::operations::Operation;

/// Longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

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
        let started = Instant::now();
        let limit = self.session().target.limits.scan;
        let mut pause = Duration::from_millis(20);
        loop {
            let folder = self.read_folder().await?.needed("lecture du télédossier", 200)?;
            let file = folder.array("/attachments").iter().find(|file| file["id"] == id.as_str());
            let status =
                file.and_then(|file| file["status"].as_str()).unwrap_or_default().to_owned();
            if status != "PENDING" || started.elapsed() >= limit {
                self.observe_time("verdict sur un fichier", None, started.elapsed());
                return Ok(status);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// The last télédossier once it and all its cases have a status, or as it is when the target's
    /// limit has passed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn settled_status(&mut self, wanted: &str) -> Result<Reply, Stop> {
        let started = Instant::now();
        let limit = self.session().target.limits.delivery;
        let mut pause = Duration::from_millis(20);
        loop {
            let folder = self.read_folder().await?.needed("lecture du télédossier", 200)?;
            let cases_are_there =
                folder.array("/cases").iter().all(|case| case["status"] == wanted);
            if (folder.text("/globalStatus") == wanted && cases_are_there)
                || started.elapsed() >= limit
            {
                return Ok(folder);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
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
