//! The operations of the API and who may call them: the access matrix (contract §4; PRES-2021
//! "Liste des API", SFD-1.2.2 §3.3). The one place where methods and paths are written. It routes
//! nothing and judges nothing.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::exchange::Api;

/// An OAuth2 scope: the kind of actor that holds the token (contract §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Opérateur de services en ligne: deposits télédossiers.
    #[serde(rename = "OSL")]
    Osl,
    /// Service instructeur: processes them.
    #[serde(rename = "SI")]
    Si,
    /// National administrator.
    #[serde(rename = "ADMIN")]
    Admin,
    /// Subscription enrolment (`SUBCRT` in OAS-ORG-1.1.0).
    #[serde(rename = "DATAPASS")]
    Datapass,
}

impl Scope {
    /// All four, in the order of the matrix's columns.
    pub const ALL: [Self; 4] = [Self::Osl, Self::Si, Self::Admin, Self::Datapass];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Osl => "OSL",
            Self::Si => "SI",
            Self::Admin => "ADMIN",
            Self::Datapass => "DATAPASS",
        }
    }
}

/// A text that names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no scope: use OSL, SI, ADMIN or DATAPASS")]
pub struct ScopeError(pub String);

impl TryFrom<&str> for Scope {
    type Error = ScopeError;

    fn try_from(text: &str) -> Result<Self, ScopeError> {
        match text {
            "SUBCRT" => Ok(Self::Datapass),
            _ => Self::ALL
                .into_iter()
                .find(|scope| scope.name() == text)
                .ok_or_else(|| ScopeError(text.to_owned())),
        }
    }
}

/// What the matrix says of one operation for one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// `x`: allowed.
    Allowed,
    /// `-`: refused with 403.
    Refused,
    /// `?`: the documents disagree; recorded, never failed.
    Disputed,
}

/// A method of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// An operation of the API, by the name that the descriptions give it (`operationId`): the 28 of
/// PRES-2021 in the order of its list, then the three of OAS-FOLDER-1.2.7 alone.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, VariantArray,
)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// `POST /folders`
    CreateFolder,
    /// `PUT /folders/{folderId}/attachments/{attachmentId}`
    PutFolderAttachment,
    /// `POST /cases/{caseId}/events`
    CreateEvent,
    /// `PATCH /folders/{folderId}`
    UpdateFolder,
    /// `PATCH /cases/{caseId}`
    UpdateCase,
    /// `PATCH /cases/{caseId}/events/{eventId}`
    UpdateEvent,
    /// `PUT /cases/{caseId}/events/{eventId}/attachments/{attachmentId}`
    PutEventAttachment,
    /// `GET /folders/{folderId}`
    GetFolder,
    /// `GET /cases/{caseId}/events/{eventId}/attachments/{attachmentId}`
    GetEventAttachment,
    /// `GET /subscriptions`
    ListSubscriptions,
    /// `GET /subscriptions/{subscriptionId}`
    GetSubscription,
    /// `GET /notifications`
    ListNotifications,
    /// `DELETE /notifications/{notificationId}`
    DeleteNotification,
    /// `GET /cases/{caseId}`
    GetCase,
    /// `GET /cases/{caseId}/attachments/{attachmentId}`
    GetCaseAttachment,
    /// `GET /cases/{caseId}/events/{eventId}`
    GetEvent,
    /// `DELETE /folders/{folderId}`
    DeleteFolder,
    /// `POST /subscriptions`
    CreateSubscription,
    /// `PUT /subscriptions/{subscriptionId}`
    UpdateSubscription,
    /// `POST /organizations`
    CreateOrganization,
    /// `PUT /organizations/{organizationId}`
    UpdateOrganization,
    /// `GET /organizations/{organizationId}`
    GetOrganization,
    /// `GET /organizations`
    ListOrganizations,
    /// `POST /processes`
    CreateProcess,
    /// `PUT /processes/{processCode}`
    UpdateProcess,
    /// `GET /processes/{processCode}`
    GetProcess,
    /// `GET /processes`
    ListProcesses,
    /// `DELETE /cases/{caseId}/events/{eventId}`
    DeleteEvent,
    /// `PUT /cases/migrate`
    MigrateCases,
    /// `GET /attachmentsIdsForPurge`
    ListAttachmentsForPurge,
    /// `PUT /idsPurged`
    ConfirmPurge,
}

/// What a value may not bring into a path as it is; RFC 3986 §2.3 leaves these four alone.
const OUTSIDE_A_SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What the matrix says of one operation.
struct Row {
    id: &'static str,
    api: Api,
    method: Method,
    path: &'static str,
    access: [Access; 4],
    success: u16,
}

const fn cell(mark: u8) -> Access {
    match mark {
        b'x' => Access::Allowed,
        b'-' => Access::Refused,
        b'?' => Access::Disputed,
        _ => panic!("a cell of the matrix is x, - or ?"),
    }
}

const fn row(
    id: &'static str,
    api: Api,
    method: Method,
    path: &'static str,
    marks: [u8; 4],
    success: u16,
) -> Row {
    let access = [cell(marks[0]), cell(marks[1]), cell(marks[2]), cell(marks[3])];
    Row { id, api, method, path, access, success }
}

impl Operation {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// How many of them the access matrix has: those of PRES-2021 "Liste des API".
    const IN_MATRIX: usize = 28;

    /// Those of the access matrix, the first 28.
    pub fn of_matrix() -> &'static [Self] {
        &Self::ALL[..Self::IN_MATRIX]
    }

    /// The documents' own number: 1 to 28 in PRES-2021; later operations go on from 29. For
    /// reports and the matrix only.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The operation of a number.
    pub(crate) fn by_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    #[rustfmt::skip]
    const fn row(self) -> Row {
        use Api::{Referential as R, Teledossiers as T};
        use Method::{Delete, Get, Patch, Post, Put};

        match self {
            Self::CreateFolder => row("createFolder", T, Post, "/folders", *b"x-x-", 201),
            Self::PutFolderAttachment => row("putFolderAttachment", T, Put, "/folders/{folderId}/attachments/{attachmentId}", *b"x-x-", 204),
            Self::CreateEvent => row("createEvent", T, Post, "/cases/{caseId}/events", *b"xxx-", 201),
            Self::UpdateFolder => row("updateFolder", T, Patch, "/folders/{folderId}", *b"x-x-", 204),
            Self::UpdateCase => row("updateCase", T, Patch, "/cases/{caseId}", *b"xxx-", 204),
            Self::UpdateEvent => row("updateEvent", T, Patch, "/cases/{caseId}/events/{eventId}", *b"xxx-", 204),
            Self::PutEventAttachment => row("putEventAttachment", T, Put, "/cases/{caseId}/events/{eventId}/attachments/{attachmentId}", *b"xxx-", 204),
            Self::GetFolder => row("getFolder", T, Get, "/folders/{folderId}", *b"x-x-", 200),
            Self::GetEventAttachment => row("getEventAttachment", T, Get, "/cases/{caseId}/events/{eventId}/attachments/{attachmentId}", *b"xxx-", 200),
            Self::ListSubscriptions => row("listSubscriptions", R, Get, "/subscriptions", *b"x-x?", 200),
            Self::GetSubscription => row("getSubscription", R, Get, "/subscriptions/{subscriptionId}", *b"x-x?", 200),
            Self::ListNotifications => row("listNotifications", T, Get, "/notifications", *b"xx?-", 200),
            Self::DeleteNotification => row("deleteNotification", T, Delete, "/notifications/{notificationId}", *b"xx?-", 204),
            Self::GetCase => row("getCase", T, Get, "/cases/{caseId}", *b"?xx-", 200),
            Self::GetCaseAttachment => row("getCaseAttachment", T, Get, "/cases/{caseId}/attachments/{attachmentId}", *b"?xx-", 200),
            Self::GetEvent => row("getEvent", T, Get, "/cases/{caseId}/events/{eventId}", *b"xxx-", 200),
            Self::DeleteFolder => row("deleteFolder", T, Delete, "/folders/{folderId}", *b"x-x-", 204),
            Self::CreateSubscription => row("createSubscription", R, Post, "/subscriptions", *b"--xx", 201),
            Self::UpdateSubscription => row("updateSubscription", R, Put, "/subscriptions/{subscriptionId}", *b"--x?", 200),
            Self::CreateOrganization => row("createOrganization", R, Post, "/organizations", *b"--x?", 201),
            Self::UpdateOrganization => row("updateOrganization", R, Put, "/organizations/{organizationId}", *b"--x?", 200),
            Self::GetOrganization => row("getOrganization", R, Get, "/organizations/{organizationId}", *b"--x?", 200),
            Self::ListOrganizations => row("listOrganizations", R, Get, "/organizations", *b"--x?", 200),
            Self::CreateProcess => row("createProcess", R, Post, "/processes", *b"--x-", 201),
            Self::UpdateProcess => row("updateProcess", R, Put, "/processes/{processCode}", *b"--x-", 200),
            Self::GetProcess => row("getProcess", R, Get, "/processes/{processCode}", *b"?-x-", 200),
            Self::ListProcesses => row("listProcesses", R, Get, "/processes", *b"--x-", 200),
            Self::DeleteEvent => row("deleteEvent", T, Delete, "/cases/{caseId}/events/{eventId}", *b"xxx-", 204),
            Self::MigrateCases => row("migrateCases", T, Put, "/cases/migrate", *b"-xx-", 200),
            Self::ListAttachmentsForPurge => row("listAttachmentsForPurge", T, Get, "/attachmentsIdsForPurge", *b"xxx-", 200),
            Self::ConfirmPurge => row("confirmPurge", T, Put, "/idsPurged", *b"xxx-", 204),
        }
    }

    /// `operationId` in the descriptions.
    pub const fn operation_id(self) -> &'static str {
        self.row().id
    }

    /// The API it belongs to.
    pub const fn api(self) -> Api {
        self.row().api
    }

    /// Its method.
    pub const fn method(self) -> Method {
        self.row().method
    }

    /// Its path below the API's base, with `{name}` for its parameters.
    pub const fn path_template(self) -> &'static str {
        self.row().path
    }

    /// Its path below the API's base, the parameters filled in order and percent-encoded.
    pub fn path(self, parameters: &[&str]) -> String {
        let mut given = parameters.iter();
        let segments = self.path_template().split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|_| given.next()) {
                Some(value) => Cow::from(utf8_percent_encode(value, OUTSIDE_A_SEGMENT)),
                None => Cow::from(segment),
            }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// The status of an answer that grants it.
    pub const fn success(self) -> u16 {
        self.row().success
    }

    /// Whether `POST` with `X-HTTP-Method-Override: PATCH` stands for it too (contract §1).
    pub const fn override_post(self) -> bool {
        matches!(self.method(), Method::Patch)
    }

    /// What the matrix says for a scope.
    pub const fn access(self, scope: Scope) -> Access {
        self.row().access[scope as usize]
    }

    /// Whether a path below the API's base is one of this operation's.
    pub fn matches_path(self, path: &str) -> bool {
        let mut pattern = self.path_template().split('/');
        let mut segments = path.split('/');
        loop {
            match (pattern.next(), segments.next()) {
                (None, None) => return true,
                (Some(expected), Some(segment)) if expected == segment => {}
                (Some(expected), Some(segment))
                    if expected.starts_with('{') && !segment.is_empty() => {}
                _ => return false,
            }
        }
    }

    /// The operation of a method and a path below an API's base; a `POST` finds the `PATCH` it
    /// stands for when `method_override` is the value of its `X-HTTP-Method-Override`.
    pub fn find(api: Api, method: &str, path: &str, method_override: Option<&str>) -> Option<Self> {
        let method = match (method, method_override) {
            ("POST", Some(name)) if name.eq_ignore_ascii_case("PATCH") => "PATCH",
            _ => method,
        };
        // A literal segment wins over a parameter: `/cases/migrate` is not the case "migrate".
        Self::ALL
            .iter()
            .copied()
            .filter(|operation| {
                operation.api() == api
                    && operation.method().name() == method
                    && operation.matches_path(path)
            })
            .min_by_key(|operation| operation.path_template().matches('{').count())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.operation_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_by_its_number() {
        for operation in Operation::ALL {
            assert_eq!(Operation::by_number(operation.number()), Some(*operation));
        }
        assert_eq!(Operation::CreateFolder.number(), 1);
        assert_eq!(Operation::DeleteEvent.number(), 28);
        assert_eq!(Operation::by_number(0), None);
        assert_eq!(Operation::by_number(32), None);
    }

    #[test]
    fn a_record_names_it_as_the_descriptions_do() {
        for operation in Operation::ALL {
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.operation_id());
        }
    }

    #[test]
    fn a_path_finds_its_operation() {
        let id = "6f1c1e1e-0000-4000-8000-000000000000";
        let found =
            |method, path: &str, header| Operation::find(Api::Teledossiers, method, path, header);
        assert_eq!(found("GET", &format!("/cases/{id}"), None), Some(Operation::GetCase));
        assert_eq!(
            found("POST", &format!("/cases/{id}"), Some("PATCH")),
            Some(Operation::UpdateCase)
        );
        assert_eq!(found("POST", &format!("/cases/{id}"), None), None);
        assert_eq!(found("PUT", "/cases/migrate", None), Some(Operation::MigrateCases));
        assert_eq!(found("GET", "/cases/", None), None);
    }

    #[test]
    fn parameters_stay_in_their_segment() {
        let path = Operation::GetEvent.path(&["a/b", "c d?"]);
        assert_eq!(path, "/cases/a%2Fb/events/c%20d%3F");
    }

    #[test]
    fn the_matrix_reads_by_scope() {
        assert_eq!(Operation::GetCase.access(Scope::Osl), Access::Disputed);
        assert_eq!(Operation::GetCase.access(Scope::Si), Access::Allowed);
        assert_eq!(Operation::GetCase.access(Scope::Datapass), Access::Refused);
    }
}
