//! What the description refuses and a broken rule lets pass: only ever a fault's. The checks of
//! form are one, whatever the rule; this is where each rule finds its own part of them.

use contract::description::{Fault as Found, FaultKind};
use contract::operations::Operation;
use serde_json::Value;

use crate::domain::{DomainError, Missing};
use crate::error::Refusal;
use crate::faults::{Fault, FaultSet, fault};

/// What is let pass when a rule is broken.
struct Spared {
    broken: Fault,
    operation: Operation,
    kind: Kind,
    /// Where, positions in lists left out: `/cases/recipient`.
    place: &'static str,
}

/// The kinds of faults that are let pass.
#[derive(Clone, Copy)]
enum Kind {
    /// The property lacks; this JSON stands for it.
    Missing(&'static str),
    TooLong,
    /// None of the listed values.
    Unlisted,
    /// Not written as it should.
    Misspelt,
}

const fn spared(broken: Fault, operation: Operation, kind: Kind, place: &'static str) -> Spared {
    Spared { broken, operation, kind, place }
}

const EMPTY: Kind = Kind::Missing("\"\"");
const NO_ITEM: Kind = Kind::Missing("[]");

const SPARED: &[Spared] = &[
    spared(fault!("NUM-06"), Operation::CreateFolder, Kind::TooLong, "/externalId"),
    spared(
        fault!("FOL-03.applicant"),
        Operation::CreateFolder,
        Kind::Missing(r#"{"firstName": "", "lastName": ""}"#),
        "/applicant",
    ),
    spared(fault!("FOL-03.firstName"), Operation::CreateFolder, EMPTY, "/applicant/firstName"),
    spared(fault!("FOL-03.lastName"), Operation::CreateFolder, EMPTY, "/applicant/lastName"),
    spared(fault!("FOL-03.externalId"), Operation::CreateFolder, EMPTY, "/externalId"),
    spared(fault!("FOL-03.attachments"), Operation::CreateFolder, NO_ITEM, "/attachments"),
    spared(fault!("FOL-03.fileName"), Operation::CreateFolder, EMPTY, "/attachments/fileName"),
    spared(fault!("FOL-03.size"), Operation::CreateFolder, Kind::Missing("1"), "/attachments/size"),
    spared(
        fault!("FOL-03.recipients"),
        Operation::CreateFolder,
        NO_ITEM,
        "/attachments/recipients",
    ),
    spared(
        fault!("FOL-05.firstName"),
        Operation::CreateFolder,
        Kind::TooLong,
        "/applicant/firstName",
    ),
    spared(fault!("FOL-05.email"), Operation::CreateFolder, Kind::TooLong, "/applicant/email"),
    spared(
        fault!("FOL-05.partnerAttributes"),
        Operation::CreateFolder,
        Kind::TooLong,
        "/cases/partnerAttributes",
    ),
    spared(
        fault!("FOL-05.fileName"),
        Operation::CreateFolder,
        Kind::TooLong,
        "/attachments/fileName",
    ),
    spared(fault!("FOL-27"), Operation::UpdateFolder, Kind::Unlisted, "/globalStatus"),
    spared(fault!("CAS-03"), Operation::UpdateCase, Kind::Unlisted, "/status"),
    spared(fault!("EVT-02"), Operation::CreateEvent, Kind::Unlisted, "/actionType"),
    spared(fault!("EVT-27"), Operation::UpdateEvent, Kind::Unlisted, "/status"),
    spared(fault!("EVT-24.message"), Operation::CreateEvent, Kind::TooLong, "/message"),
    spared(fault!("EVT-24.comment"), Operation::CreateEvent, Kind::TooLong, "/comment"),
    spared(fault!("EVT-24.author"), Operation::CreateEvent, Kind::TooLong, "/author"),
    spared(fault!("SUB-10.email"), Operation::CreateSubscription, Kind::Misspelt, "/email"),
    spared(
        fault!("SUB-10.phoneNumber"),
        Operation::CreateSubscription,
        Kind::Misspelt,
        "/localAdministrator/phoneNumber",
    ),
    spared(
        fault!("SUB-12.datapassId"),
        Operation::CreateSubscription,
        Kind::Missing("0"),
        "/datapassId",
    ),
    spared(
        fault!("SUB-12.notificationFrequency"),
        Operation::CreateSubscription,
        Kind::Missing("\"unitaire\""),
        "/notificationFrequency",
    ),
    spared(fault!("ORG-05.name"), Operation::CreateOrganization, EMPTY, "/name"),
    spared(fault!("ORG-05.email"), Operation::CreateOrganization, Kind::Misspelt, "/email"),
    spared(fault!("PROC-04.name"), Operation::CreateProcess, EMPTY, "/name"),
    spared(
        fault!("PROC-04.enum"),
        Operation::CreateProcess,
        Kind::Unlisted,
        "/subscriptionValidation",
    ),
];

impl Spared {
    fn concerns(&self, operation: Operation, found: &Found) -> bool {
        let kind = matches!(
            (&found.kind, self.kind),
            (FaultKind::Missing(_), Kind::Missing(_))
                | (FaultKind::TooLong { .. }, Kind::TooLong)
                | (FaultKind::Enum, Kind::Unlisted)
                | (FaultKind::Pattern | FaultKind::Format, Kind::Misspelt)
        );
        kind && operation == self.operation && place(found) == self.place
    }
}

/// The faults that remain when those of the broken rules are let pass; what lacks is put in.
pub(super) fn spare(
    operation: Operation,
    mut found: Vec<Found>,
    body: &mut Value,
    broken: &FaultSet,
) -> Vec<Found> {
    found.retain(|found| {
        let spared = SPARED
            .iter()
            .find(|spared| spared.concerns(operation, found) && broken.breaks(spared.broken));
        if let Some(spared) = spared {
            fill(body, found, spared.kind);
        }
        spared.is_none()
    });
    found
}

fn fill(body: &mut Value, found: &Found, kind: Kind) {
    if let (FaultKind::Missing(name), Kind::Missing(text)) = (&found.kind, kind)
        && let Some(Value::Object(members)) = body.pointer_mut(&found.pointer)
        && let Ok(value) = serde_json::from_str(text)
    {
        members.insert(name.clone(), value);
    }
}

fn place(found: &Found) -> String {
    let mut place: String = found
        .pointer
        .split('/')
        .skip(1)
        .filter(|segment| segment.parse::<usize>().is_err())
        .flat_map(|segment| ["/", segment])
        .collect();
    if let FaultKind::Missing(name) = &found.kind {
        place.push('/');
        place.push_str(name);
    }
    place
}

/// A text in the path that is no identifier, mistaken for one that is unknown.
pub(super) fn mistaken(
    operation: Operation,
    found: &[Found],
    broken: &FaultSet,
) -> Option<Refusal> {
    if found.iter().any(|found| !found.pointer.starts_with("@path.")) {
        return None;
    }
    let (rule, missing) = match operation {
        Operation::UpdateFolder | Operation::GetFolder | Operation::DeleteFolder => {
            (fault!("FOL-29.uuid"), Missing::Folder)
        }
        Operation::UpdateCase | Operation::GetCase => (fault!("CAS-11.uuid"), Missing::Case),
        Operation::UpdateEvent | Operation::GetEvent | Operation::DeleteEvent => {
            (fault!("EVT-23.uuid"), Missing::Event)
        }
        Operation::GetSubscription => (fault!("SUB-04.uuid"), Missing::Subscription),
        Operation::DeleteNotification => (fault!("NOT-08"), Missing::Notification),
        _ => return None,
    };
    broken.breaks(rule).then(|| DomainError::NotFound(missing).into())
}

#[cfg(test)]
mod tests {
    use contract::description::Description;
    use serde_json::json;

    use super::*;

    fn left(body: &mut Value, broken: &[&str]) -> Vec<String> {
        let operation = Operation::UpdateFolder;
        let found = Description::bundled().request_faults(operation, body);
        let set = FaultSet::of(broken.iter().copied()).unwrap();
        spare(operation, found, body, &set).iter().map(place).collect()
    }

    #[test]
    fn nothing_is_let_pass_but_what_a_broken_rule_lets_pass() {
        let mut body = json!({ "globalStatus": "NOWHERE" });
        assert_eq!(left(&mut body, &[]), ["/globalStatus"]);
        assert_eq!(left(&mut body, &["CAS-03"]), ["/globalStatus"]);
        assert!(left(&mut body, &["FOL-27"]).is_empty());
    }

    #[test]
    fn what_lacks_is_put_in_where_it_lacks() {
        let operation = Operation::CreateFolder;
        let mut body = json!({ "attachments": [{ "fileName": "a" }, {}] });
        let found = Description::bundled().request_faults(operation, &body);
        let set = FaultSet::of(["FOL-03.fileName"]).unwrap();
        spare(operation, found, &mut body, &set);
        assert_eq!(body["attachments"], json!([{ "fileName": "a" }, { "fileName": "" }]));
    }
}
