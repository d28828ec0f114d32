//! Which mails are written, to whom, and what they say (contract §6; SFD-1.2.2 §3.5.5 6.1, §3.5.8).
//! Sending them is somebody else's business.

use contract::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::Context;
use super::decision::Change;
use super::teledossier::{CaseRecord, Teledossier};
use crate::faults::rule;
use crate::referential::Referential;

/// The notification frequency that asks for one mail each time, compared without case.
const EACH_TIME: &str = "unitaire";

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
}

/// Why an SI is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A télédossier was delivered.
    Delivery,
    /// Its OSL did something to a case.
    Event,
}

/// The mail to a case's recipient, when its active subscription asks for one. It shows nothing of
/// the applicant: mails are read on unprotected screens (rule MAIL-04).
pub(super) fn to_recipient(
    folder: &Teledossier,
    case: &CaseRecord,
    occasion: Occasion,
    referential: &Referential,
    context: &Context<'_>,
) -> Option<Change> {
    let record = referential.subscription_of(&folder.process, &case.recipient)?;
    if !record.is_active(context.now) {
        return None;
    }
    let subscription = &record.subscription.content;
    let each_time = subscription.notification_frequency.eq_ignore_ascii_case(EACH_TIME);
    if !each_time && context.keeps(rule!("MAIL-02")) {
        return None;
    }
    let is_written = match occasion {
        Occasion::Delivery => context.keeps(rule!("MAIL-01")),
        Occasion::Event => context.keeps(rule!("MAIL-03")),
    };
    if !is_written {
        return None;
    }
    let to = subscription.email.clone().filter(|address| !address.is_empty())?;
    let what = match occasion {
        Occasion::Delivery => "Un nouveau télédossier est à votre disposition",
        Occasion::Event => "Un télédossier a été modifié",
    };
    let about = if context.keeps(rule!("MAIL-04")) {
        String::new()
    } else {
        format!(" ({} {})", folder.applicant.first_name, folder.applicant.last_name)
    };
    Some(Change::Mail(Mail {
        to,
        subject: format!("{what} : {}", folder.process),
        body: format!(
            "Bonjour,\n\n{what}{about}.\n\nDémarche : {}\nNuméro : {}\n",
            folder.process, case.external_id
        ),
        at: context.now,
    }))
}
