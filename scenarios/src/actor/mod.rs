//! Somebody who acts on a hub, and how what may come later is waited for. Judges nothing.

mod wait;

pub use wait::{Look, Waited, until};

use crate::client::Reply;

/// Whether a folder or an event shows a file that has no verdict yet.
#[must_use]
pub fn has_pending_files(shown: &Reply) -> bool {
    shown.array("/attachments").iter().any(|file| file["status"] == "PENDING")
}
