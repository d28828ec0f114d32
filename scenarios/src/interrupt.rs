//! How a run is stopped from outside: asked once, nothing new starts, what is there is cleaned and
//! the report is written; asked twice, nothing is waited for but the report. Listens to nothing
//! itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a run that was stopped goes on cleaning.
const CLEANING: Duration = Duration::from_secs(10);
/// How often it is looked whether somebody asks.
const LOOK: Duration = Duration::from_millis(100);

/// What was asked of a run.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// To stop.
    pub stop: Arc<AtomicBool>,
    /// To wait for nothing any more.
    pub hurry: Arc<AtomicBool>,
}

impl Interrupt {
    pub(crate) fn is_asked(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Returns once somebody has asked to stop.
    pub(crate) async fn asked(&self) {
        while !self.is_asked() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Returns once a run that was asked to stop may clean no longer.
    pub(crate) async fn out_of_time(&self) {
        self.asked().await;
        let hurried = async {
            while !self.hurry.load(Ordering::Relaxed) {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(CLEANING, hurried).await;
    }
}
