//! The closed lists of the contract: statuses and action types, with their wire names, and which
//! status of a case may follow which (contract §6). Whether a hub enforces them is its business.

use serde::{Deserialize, Serialize};

use crate::ids::IdError;

macro_rules! closed_lists {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal {
        $($(#[$variant_doc:meta])* $variant:ident = $wire:literal,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $wire)] $variant,)*
        }

        impl $name {
            /// The whole list, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $wire),* }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                match text {
                    $($wire => Ok(Self::$variant),)*
                    _ => Err(IdError::new($what, text, $expected)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.name())
            }
        }
    )*};
}

closed_lists! {
    /// Status of a case, and global status of a folder (contract §6, "Case status").
    CaseStatus, "case status", "a status of the published list" {
        /// Created, files not yet all received.
        HubeeReceived = "HUBEE_RECEIVED",
        /// Complete, recipients about to be notified.
        HubeeCompleted = "HUBEE_COMPLETED",
        /// Recipients notified.
        HubeeNotified = "HUBEE_NOTIFIED",
        /// Fetched by the service instructeur.
        Sent = "SENT",
        /// Taken into account.
        SiReceived = "SI_RECEIVED",
        /// Integration failed on the recipient's side.
        SiIntegrationError = "SI_INTG_ERROR",
        /// Being processed.
        InProgress = "IN_PROGRESS",
        /// Waiting for complements.
        AdditionAwaited = "ADD_AWAITING",
        /// Refused.
        Refused = "REFUSED",
        /// Accepted and done.
        Done = "DONE",
        /// Closed by the OSL.
        Closed = "CLOSED",
        /// Archived by the hub, read-only.
        Archived = "ARCHIVED",
    }
    /// Status of a file (contract §5).
    AttachmentStatus, "attachment status", "PENDING, RECEIVED, CORRUPTED, REJECTED or DELETED" {
        /// Announced, not yet received or not yet scanned.
        Pending = "PENDING",
        /// Received and accepted.
        Received = "RECEIVED",
        /// Infected.
        Corrupted = "CORRUPTED",
        /// Another size or type than announced.
        Rejected = "REJECTED",
        /// Its binary was purged.
        Deleted = "DELETED",
    }
    /// Status of an event (contract §5).
    EventStatus, "event status", "IN_PROGRESS, SENT or RECEIVED" {
        /// Waiting for its files.
        InProgress = "IN_PROGRESS",
        /// Sent to the other side.
        Sent = "SENT",
        /// Acknowledged by the other side.
        Received = "RECEIVED",
    }
    /// What an event does (contract §6, "Event"; SFD-1.2.2 §3.5.8 and annex 4.2).
    ActionType, "action type", "an action of the published list" {
        /// Files are joined to the case.
        AttachmentDeposit = "ATTACH_DEPOSIT",
        /// The status of the case changed.
        StatusUpdate = "STATUS_UPDATE",
        /// A file was downloaded.
        AttachmentDownload = "ATTACH_DL",
        /// All files were downloaded.
        AttachmentDownloadAll = "ATTACH_DL_ALL",
        /// A comment was written.
        CommentAddition = "COM_ADD",
        /// A message is sent to the other side.
        MessageSending = "SENDING_MESSAGE",
    }
    /// Status of a subscription (contract §5).
    SubscriptionStatus, "subscription status", "Actif, Inactif, Refusé or Suspendu" {
        /// Folders may be addressed to the subscriber.
        Active = "Actif",
        /// Waiting for its activation.
        Inactive = "Inactif",
        /// Refused, kept for the record.
        Refused = "Refusé",
        /// Suspended for a time.
        Suspended = "Suspendu",
    }
}

impl CaseStatus {
    /// The statuses from which this one must be reachable (contract §6, "Case status"); other
    /// jumps are free (divergence D7). Empty for the statuses that the hub or an OSL sets from
    /// anywhere.
    pub const fn incoming(self) -> &'static [Self] {
        use CaseStatus::{
            AdditionAwaited, Done, HubeeNotified, InProgress, Refused, Sent, SiReceived,
        };
        match self {
            Self::Sent => &[HubeeNotified],
            Self::SiReceived => &[Sent],
            Self::InProgress => &[SiReceived],
            Self::AdditionAwaited => &[InProgress],
            Self::Refused | Self::Done => &[SiReceived, InProgress, AdditionAwaited],
            Self::SiIntegrationError => &[SiReceived, InProgress, AdditionAwaited, Done],
            Self::Closed => &[SiReceived, InProgress, AdditionAwaited, Done, Refused],
            Self::HubeeReceived | Self::HubeeCompleted | Self::HubeeNotified | Self::Archived => {
                &[]
            }
        }
    }

    /// Whether the list of the documents means it for a service instructeur (informative, contract
    /// §6).
    pub const fn is_meant_for_si(self) -> bool {
        matches!(
            self,
            Self::Sent
                | Self::SiReceived
                | Self::SiIntegrationError
                | Self::InProgress
                | Self::AdditionAwaited
                | Self::Refused
                | Self::Done
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_are_read_back() {
        for &status in CaseStatus::ALL {
            assert_eq!(CaseStatus::try_from(status.name()), Ok(status));
        }
        assert!(CaseStatus::try_from("done").is_err());
    }

    #[test]
    fn every_status_meant_for_an_si_has_an_incoming_one() {
        for status in CaseStatus::ALL.iter().filter(|status| status.is_meant_for_si()) {
            assert!(!status.incoming().is_empty(), "{status}");
        }
    }
}
