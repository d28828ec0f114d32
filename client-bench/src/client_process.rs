//! The client's program: started with what it needs in its environment, never on its command line;
//! ended by us when its turn is over. What it prints goes to a file beside the report.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

/// How long a program is given to end when it is asked to.
const ENDING_LIMIT: Duration = Duration::from_secs(3);

/// A running client.
pub(crate) struct ClientProcess {
    child: Child,
}

impl ClientProcess {
    /// Starts a command, through the shell as the user wrote it.
    pub(crate) fn start(
        command: &str,
        environment: &BTreeMap<String, String>,
        log: &Path,
    ) -> std::io::Result<Self> {
        let open = |path: PathBuf| File::options().create(true).append(true).open(path);
        let (out, err) = (open(log.to_owned())?, open(log.to_owned())?);
        let child = Command::new("sh")
            .arg("-c")
            .arg(command)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { child })
    }

    /// Its exit code, once it has ended; `Some(None)` when a signal ended it.
    pub(crate) fn ended(&mut self) -> Option<Option<i32>> {
        match self.child.try_wait() {
            Ok(Some(status)) => Some(status.code()),
            Ok(None) => None,
            Err(_) => Some(None),
        }
    }

    /// Ends it and what it started: asks first.
    pub(crate) async fn end(mut self) {
        self.signal("-TERM").await;
        if tokio::time::timeout(ENDING_LIMIT, self.child.wait()).await.is_err() {
            self.signal("-KILL").await;
            let _ = self.child.kill().await;
        }
    }

    /// The standard library can only kill one process: the group is told through the system's own
    /// command.
    async fn signal(&self, signal: &str) {
        let Some(id) = self.child.id() else { return };
        let _ = Command::new("kill")
            .args([signal, "--", &format!("-{id}")])
            .stderr(Stdio::null())
            .status()
            .await;
    }
}
