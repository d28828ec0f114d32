//! A case with all that can be asked about it, and what the access matrix lets somebody of each
//! scope ask (contract §4): directly, by the POST that stands for a PATCH, and by way of a case of
//! one's own. The demands are generated from the matrix, so that no pair is forgotten. Calls
//! nothing.

use bytes::Bytes;
use contract::case::CaseUpdateRequest;
use contract::event::EventUpdateRequest;
use contract::folder::FolderUpdateRequest;
use contract::operations::{Access, Method, Operation, Scope};
use serde::Serialize;
use serde_json::json;

use crate::actor::silent;
use crate::client::{Body, Call};
use crate::roles::Role;

/// An event that joins a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sending {
    /// The event.
    pub event: String,
    /// Its file.
    pub file: String,
    /// The bytes of that file.
    pub bytes: Bytes,
}

/// A case of a télédossier, and what there is of it to be read and changed by a party.
#[derive(Clone, Debug, Default)]
pub(crate) struct Estate {
    /// The télédossier.
    pub folder: String,
    /// The case.
    pub case: String,
    /// A file of the deposit that is addressed to that case only.
    pub file: String,
    /// The party's event whose file is still to come.
    pub open: Sending,
    /// The party's event whose file is received.
    pub filled: Sending,
    /// The other side's event, sent.
    pub sent: Sending,
    /// The notification that waits for the party.
    pub notification: String,
    /// The status that the party may ask for.
    pub status: &'static str,
    /// A case of the stranger's own, and an event of it: what stands for ours in a path.
    pub own: Vec<String>,
}

/// How a demand is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As the API describes it.
    Direct,
    /// By the POST that stands for a PATCH.
    Override,
    /// By way of a case of the stranger's own.
    ThroughOwn,
}

/// One demand.
#[derive(Clone)]
pub(crate) struct Demand {
    /// What is asked.
    pub operation: Operation,
    /// The identifiers of its path.
    ids: Vec<String>,
    body: Body,
}

impl Demand {
    /// The call.
    pub(crate) fn call(&self) -> Call {
        self.call_on(&self.ids)
    }

    fn call_on(&self, ids: &[String]) -> Call {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        Call { body: self.body.clone(), ..Call::operation(self.operation, &ids) }
    }

    /// Every way to make it, for somebody who has a case of its own.
    pub(crate) fn ways(&self, own: &[String]) -> Vec<(Way, Call)> {
        let direct = self.call();
        let mut ways = vec![(Way::Direct, direct.clone())];
        if self.operation.method() == Method::Patch {
            let posted = Call { method: Method::Post.name().to_owned(), ..direct };
            ways.push((Way::Override, posted.header("X-HTTP-Method-Override", "PATCH")));
        }
        let is_of_a_case = self.operation.path_template().starts_with("/cases/");
        // The last identifier is what is asked for: those before it only say where it is.
        let replaceable = if is_of_a_case { own.len().min(self.ids.len() - 1) } else { 0 };
        ways.extend((1..=replaceable).map(|depth| {
            let ids = [&own[..depth], &self.ids[depth..]].concat();
            (Way::ThroughOwn, self.call_on(&ids))
        }));
        ways
    }
}

impl Estate {
    /// All that the matrix does not refuse to a scope, in an order in which the party can obtain
    /// each: what ends something comes last.
    pub(crate) fn demands(&self, scope: Scope) -> Vec<Demand> {
        let open = Operation::of_matrix().iter().filter(|it| it.access(scope) != Access::Refused);
        let mut demands: Vec<_> = open.flat_map(|operation| self.on(*operation)).collect();
        demands.sort_by_key(|demand| match demand.operation {
            Operation::UpdateCase => 1,
            Operation::UpdateFolder => 2,
            _ => 0,
        });
        demands
    }

    fn on(&self, operation: Operation) -> Vec<Demand> {
        let Self { folder, case, file, open, filled, sent, notification, .. } = self;
        let demand = |ids: &[&String], body: Body| Demand {
            operation,
            ids: ids.iter().map(|&id| id.clone()).collect(),
            body,
        };
        match operation {
            Operation::GetFolder => vec![demand(&[folder], Body::None)],
            Operation::UpdateFolder => {
                vec![demand(&[folder], json_of(FolderUpdateRequest::to("CLOSED")))]
            }
            Operation::CreateEvent => vec![demand(&[case], json_of(silent("COM_ADD")))],
            Operation::GetCase => vec![demand(&[case], Body::None)],
            Operation::UpdateCase => {
                vec![demand(&[case], json_of(CaseUpdateRequest::to(self.status)))]
            }
            Operation::GetCaseAttachment => vec![demand(&[case, file], Body::None)],
            Operation::GetEvent => vec![demand(&[case, &sent.event], Body::None)],
            Operation::UpdateEvent => vec![
                demand(&[case, &filled.event], json_of(EventUpdateRequest::to("SENT"))),
                demand(&[case, &sent.event], json_of(EventUpdateRequest::to("RECEIVED"))),
            ],
            Operation::PutEventAttachment => {
                vec![demand(&[case, &open.event, &open.file], Body::file(open.bytes.clone()))]
            }
            Operation::GetEventAttachment => {
                vec![demand(&[case, &sent.event, &sent.file], Body::None)]
            }
            Operation::DeleteEvent => vec![demand(&[case, &open.event], Body::None)],
            Operation::DeleteNotification => vec![demand(&[notification], Body::None)],
            // What is asked of a télédossier still in deposit, lists and the référentiel have
            // scenarios of their own.
            _ => Vec::new(),
        }
    }
}

fn json_of(body: impl Serialize) -> Body {
    Body::Json(json!(body))
}

/// The party to whom what a stranger asks for belongs.
pub(crate) fn party_in_place_of(stranger: Role) -> Role {
    if stranger.scope() == Scope::Osl { Role::Osl } else { Role::Si }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estate() -> Estate {
        let sending = |name: &str| Sending {
            event: format!("{name}-event"),
            file: format!("{name}-file"),
            bytes: Bytes::new(),
        };
        Estate {
            folder: "folder".to_owned(),
            case: "case".to_owned(),
            file: "file".to_owned(),
            open: sending("open"),
            filled: sending("filled"),
            sent: sending("sent"),
            notification: "notification".to_owned(),
            status: "SENT",
            own: vec!["own-case".to_owned(), "own-event".to_owned()],
        }
    }

    fn paths(scope: Scope, way: Way) -> Vec<String> {
        let estate = estate();
        let demands = estate.demands(scope);
        let ways = demands.iter().flat_map(|demand| demand.ways(&estate.own));
        ways.filter(|(of, _)| *of == way)
            .map(|(_, call)| format!("{} {}", call.method, call.path))
            .collect()
    }

    #[test]
    fn whatever_names_a_case_a_notification_or_a_folder_handed_over_is_demanded() {
        for scope in [Scope::Osl, Scope::Si] {
            for operation in Operation::of_matrix() {
                let names = ["{caseId}", "{notificationId}"]
                    .iter()
                    .any(|name| operation.path_template().contains(name));
                let is_demanded =
                    estate().demands(scope).iter().any(|demand| demand.operation == *operation);
                let is_open = operation.access(scope) != Access::Refused;
                assert!(!names || is_demanded == is_open, "{operation:?} by {scope:?}");
            }
        }
    }

    #[test]
    fn a_patch_is_also_posted() {
        assert_eq!(
            paths(Scope::Si, Way::Override),
            [
                "POST /cases/case/events/filled-event",
                "POST /cases/case/events/sent-event",
                "POST /cases/case",
            ]
        );
    }

    #[test]
    fn one_s_own_case_and_event_stand_for_those_of_the_path() {
        let through = paths(Scope::Si, Way::ThroughOwn);
        for path in [
            "GET /cases/own-case/attachments/file",
            "GET /cases/own-case/events/sent-event",
            "PATCH /cases/own-case/events/filled-event",
            "DELETE /cases/own-case/events/open-event",
            "PUT /cases/own-case/events/open-event/attachments/open-file",
            "PUT /cases/own-case/events/own-event/attachments/open-file",
            "GET /cases/own-case/events/own-event/attachments/sent-file",
        ] {
            assert!(through.iter().any(|found| found == path), "{path} in {through:?}");
        }
    }
}
