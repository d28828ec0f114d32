//! What journeys read of the answers: ids, names and statuses, and nothing else. A hub that leaves
//! out what the descriptions let it leave out, or writes its dates in another form, is read as well
//! as any other: what an answer must hold is for the suite to judge.

use contract::ids::{AttachmentId, CaseId, EventId, FolderId, NotificationId};
use serde::{Deserialize, Deserializer};

/// The status of a file whose verdict is not there yet (contract §6).
const PENDING: &str = "PENDING";

/// A télédossier, as it was created.
#[derive(Deserialize)]
pub(crate) struct CreatedFolder {
    pub(crate) id: FolderId,
    #[serde(default, deserialize_with = "list")]
    cases: Vec<CreatedCase>,
    #[serde(default, deserialize_with = "list")]
    attachments: Vec<ShownFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreatedCase {
    id: CaseId,
    external_id: Option<String>,
}

/// A file, as any answer shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownFile {
    pub(crate) id: AttachmentId,
    file_name: Option<String>,
    status: Option<String>,
}

/// What has files: a télédossier, a case or an event that is read.
#[derive(Deserialize)]
pub(crate) struct Shown {
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub(crate) attachments: Vec<ShownFile>,
}

/// An event, as it was created.
#[derive(Deserialize)]
pub(crate) struct CreatedEvent {
    pub(crate) id: EventId,
    #[serde(default, deserialize_with = "list")]
    pub(crate) attachments: Vec<ShownFile>,
}

/// A notification of a queue.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownNotification {
    pub(crate) id: NotificationId,
    pub(crate) case_id: Option<CaseId>,
    pub(crate) event_id: Option<EventId>,
}

/// A list that a hub may write as `null`.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(given: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(given).map(Option::unwrap_or_default)
}

impl CreatedFolder {
    /// The ids of the cases that were sent with these numbers; none when one is not there.
    pub(crate) fn cases<'a>(&self, sent: impl Iterator<Item = &'a str>) -> Option<Vec<CaseId>> {
        let shown = as_sent(sent, &self.cases, |case| case.external_id.as_deref())?;
        Some(shown.into_iter().map(|case| case.id).collect())
    }

    /// The ids of the files that were sent with these names; none when one is not there.
    pub(crate) fn files<'a>(
        &self,
        sent: impl Iterator<Item = &'a str>,
    ) -> Option<Vec<AttachmentId>> {
        let shown = as_sent(sent, &self.attachments, |file| file.file_name.as_deref())?;
        Some(shown.into_iter().map(|file| file.id).collect())
    }
}

impl Shown {
    /// Whether a file still waits for its verdict.
    pub(crate) fn is_pending(&self) -> bool {
        self.attachments.iter().any(|file| file.status.as_deref() == Some(PENDING))
    }
}

/// What is shown of each thing sent: the one of its name, wherever it stands, or else the one of
/// its place, where a hub leaves names out.
fn as_sent<'a, 's, T>(
    sent: impl Iterator<Item = &'s str>,
    shown: &'a [T],
    name: impl Fn(&T) -> Option<&str>,
) -> Option<Vec<&'a T>> {
    let of = |(rank, wanted): (usize, &str)| {
        let named = shown.iter().find(|one| name(one) == Some(wanted));
        named.or_else(|| shown.get(rank).filter(|one| name(one).is_none()))
    };
    let found: Option<Vec<&T>> = sent.enumerate().map(of).collect();
    found.filter(|found| found.len() == shown.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "00000000-0000-4000-8000-000000000001";
    const TWO: &str = "00000000-0000-4000-8000-000000000002";

    #[test]
    fn what_is_optional_may_be_left_out_and_lists_have_no_order() {
        let folder: CreatedFolder = serde_json::from_str(&format!(
            r#"{{"id":"{ONE}","attachments":null,"cases":[
                {{"id":"{TWO}","externalId":"N-02"}},{{"id":"{ONE}","externalId":"N-01","x":1}}]}}"#
        ))
        .unwrap();
        let cases = folder.cases(["N-01", "N-02"].into_iter()).unwrap();
        assert_eq!(cases, [ONE.parse().unwrap(), TWO.parse().unwrap()]);
        assert!(folder.cases(["N-01", "N-03"].into_iter()).is_none());
        assert!(folder.cases(["N-01"].into_iter()).is_none());
        assert!(folder.files(std::iter::empty()).is_some());
    }

    #[test]
    fn without_names_the_place_tells() {
        let folder: CreatedFolder =
            serde_json::from_str(&format!(r#"{{"id":"{ONE}","cases":[{{"id":"{TWO}"}}]}}"#))
                .unwrap();
        assert_eq!(folder.cases(["N-01"].into_iter()), Some(vec![TWO.parse().unwrap()]));
    }
}
