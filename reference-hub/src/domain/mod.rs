//! The rules of the hub, as functions of their arguments: what a command does to what is stored,
//! and what a caller may see of it. Time and identifiers are passed in. It knows no transport, no
//! database, no clock.

mod access;
mod attachment;
mod case;
mod command;
mod decision;
mod event;
mod folder;
mod lifecycle;
mod mail;
mod notification;
mod organization;
mod page;
mod process;
mod subscription;
mod teledossier;
#[cfg(test)]
mod tests;
mod view;

pub use access::Side;
pub use attachment::{download, upload_target};
pub use command::{
    BlobKey, Caller, Command, Context, Coverage, DomainError, Download, DueWork, FileAddress,
    IdSource, Missing, Outcome, Receipt, Settings, TokenDigest, Upload, UploadTarget,
};
pub use decision::{Change, Decision, State, Subject, decide, decide_due};
pub use lifecycle::{next_due, purge_date, purgeable};
pub use mail::Mail;
pub use notification::{NotificationFilter, QueueQuery};
pub use organization::{OrganizationFilter, organization, organizations};
pub use page::{Page, PageRequest};
pub use process::{ProcessFilter, process, processes};
pub use subscription::{SubscriptionFilter, subscription, subscriptions};
pub use teledossier::{
    CaseRecord, EventRecord, FileRecord, NotificationRecord, StoredBytes, Teledossier,
};
pub use view::{case, event, folder, notification};
