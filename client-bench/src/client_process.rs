//! The client's program: started with what it needs in its environment, never on its command line,
//! by a keeper that leaves nothing of it behind; ended by us when its turn is over. What it prints
//! goes to [`ClientLog`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::client_log::ClientLog;

/// How long its keeper is given to end it.
const ENDING_LIMIT: Duration = Duration::from_secs(10);

/// The program that runs a command, its last argument, and ends all that it leaves behind, when the
/// command ends or its own input does.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Its path.
    pub program: PathBuf,
    /// Its arguments before the command.
    pub arguments: Vec<String>,
}

/// A running client.
pub(crate) struct ClientProcess {
    child: Child,
}

impl ClientProcess {
    /// Starts a command, as the user wrote it for a shell. What is started is the keeper: it ends
    /// when the command and all that it left behind have ended, and ends them when its input does,
    /// in whatever way this process ends.
    pub(crate) fn start(
        keeper: &Keeper,
        command: &str,
        environment: &BTreeMap<String, String>,
        log: &mut ClientLog,
    ) -> std::io::Result<Self> {
        let mut child = Command::new(&keeper.program)
            .args(&keeper.arguments)
            .arg(command)
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        if let Some(out) = child.stdout.take() {
            log.follow(out);
        }
        if let Some(err) = child.stderr.take() {
            log.follow(err);
        }
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

    /// Ends it and what it started.
    pub(crate) async fn end(mut self) {
        drop(self.child.stdin.take());
        if tokio::time::timeout(ENDING_LIMIT, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}
