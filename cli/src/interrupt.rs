//! Ctrl-C, requests to terminate and closed terminals: the first ends the run properly, the second
//! leaves it the time to write its report, the third ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use scenarios::interrupt::Interrupt;

use crate::exit::Exit;

/// How long the report may take once somebody has asked twice.
const LAST_MOMENT: Duration = Duration::from_millis(2500);

/// What came from outside.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    /// What the first signal asks for, and the second.
    pub(crate) interrupt: Interrupt,
    kind: Arc<AtomicU8>,
}

impl Signals {
    /// Listens from now on, in the place of goose, which would take Ctrl-C for itself and end the
    /// process on the second with a code of its own: it leaves the signal to whoever asked for it
    /// first.
    pub(crate) fn listen_before_goose() -> Self {
        // What this handler does not do, the one that is installed after it does: both are called.
        let _ = ctrlc::set_handler(|| {});
        Self::listen()
    }

    /// Listens from now on, on a thread of its own.
    pub(crate) fn listen() -> Self {
        let signals = Self::default();
        let listening = signals.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(listening.wait());
            }
        });
        signals
    }

    async fn wait(self) {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hang_up)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return;
        };
        loop {
            let kind = tokio::select! {
                _ = interrupt.recv() => 1,
                _ = terminate.recv() => 2,
                _ = hang_up.recv() => 2,
            };
            let code = if kind == 1 { 130 } else { 143 };
            if self.interrupt.hurry.load(Ordering::Relaxed) {
                std::process::exit(code);
            }
            // A run that stops by itself (--fail-fast) was not asked to yet.
            self.interrupt.stop.store(true, Ordering::Relaxed);
            if self.exit().is_some() {
                self.interrupt.hurry.store(true, Ordering::Relaxed);
                // Not on this runtime: a third signal is still listened to.
                std::thread::spawn(move || {
                    std::thread::sleep(LAST_MOMENT);
                    std::process::exit(code);
                });
            } else {
                self.kind.store(kind, Ordering::Relaxed);
            }
        }
    }

    /// The exit code of what came, if anything did.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self.kind.load(Ordering::Relaxed) {
            1 => Some(Exit::Interrupted),
            2 => Some(Exit::Terminated),
            _ => None,
        }
    }
}
