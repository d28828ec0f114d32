//! Whether the hub is still there: a run on a hub that is gone ends at once, and says so, instead
//! of trying every scenario in turn. Asked of the hub, never inferred from how long something
//! took.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::exchange::Exchange;
use contract::operations::Operation;
use parking_lot::Mutex;

use crate::client::{Call, ClientError};
use crate::session::Session;

/// How many different demands in a row go unanswered before the hub itself is asked.
const IN_A_ROW: usize = 3;
/// How often the hub is asked before it is said to be gone.
const ASKED: u32 = 3;
/// Between two looks, and two demands.
const PAUSE: Duration = Duration::from_millis(300);

/// What was answered lately.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    /// The demands without an answer since the last answer: method, API and first part of the path.
    unanswered: Mutex<BTreeSet<String>>,
    /// Whether somebody restarts the hub, who waits for it.
    restarting: AtomicBool,
}

impl Presence {
    /// An exchange was made.
    pub(crate) fn note(&self, exchange: &Exchange) {
        let mut unanswered = self.unanswered.lock();
        if exchange.status().is_some() {
            unanswered.clear();
        } else {
            let first = exchange.path.split('/').find(|part| !part.is_empty()).unwrap_or_default();
            unanswered.insert(format!("{} {:?} {first}", exchange.method, exchange.api));
        }
    }

    /// The hub is being restarted, or is back.
    pub(crate) fn restarting(&self, restarting: bool) {
        self.restarting.store(restarting, Ordering::Relaxed);
    }

    fn is_doubtful(&self) -> bool {
        !self.restarting.load(Ordering::Relaxed) && self.unanswered.lock().len() >= IN_A_ROW
    }
}

/// Returns once the hub is gone.
pub(crate) async fn until_gone(session: &Session) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if session.journal().presence.is_doubtful() && is_gone(session).await {
            return;
        }
    }
}

/// Whether the hub no longer answers, however often it is asked. Without a token: that this is
/// refused is an answer like another.
pub(crate) async fn is_gone(session: &Session) -> bool {
    let call = Call::operation(Operation::ListNotifications, &[]).query("maxResult", "1");
    for _ in 0..ASKED {
        match session.client.send(&call).await {
            Err(ClientError::Unreachable { .. } | ClientError::Broken { .. }) => {}
            _ => return false,
        }
        tokio::time::sleep(PAUSE).await;
    }
    true
}
