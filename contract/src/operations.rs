//! The operations of the API and who may call them: the access matrix (contract §4; PRES-2021
//! "Liste des API", SFD-1.2.2 §3.3). The one place where methods and paths are written. It routes
//! nothing and judges nothing.

use serde::{Deserialize, Serialize};

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
    #[must_use]
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
    /// The name on the wire.
    #[must_use]
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

/// One row of the matrix.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Number in PRES-2021 (1 to 28); later operations go on from 29.
    pub number: u8,
    /// `operationId` in the descriptions.
    pub id: &'static str,
    /// The API it belongs to.
    pub api: Api,
    /// Method.
    pub method: Method,
    /// Path below the API's base, with `{name}` for its parameters.
    pub path: &'static str,
    /// Access of OSL, SI, ADMIN, DATAPASS, in the order of [`Scope::ALL`].
    pub access: [Access; 4],
    /// Whether `POST` with `X-HTTP-Method-Override: PATCH` stands for it too (contract §1).
    pub override_post: bool,
}

impl Operation {
    /// What the matrix says for a scope.
    #[must_use]
    pub const fn access(&self, scope: Scope) -> Access {
        self.access[scope as usize]
    }

    /// Whether a path below the API's base is one of this operation's.
    #[must_use]
    pub fn matches_path(&self, path: &str) -> bool {
        let mut pattern = self.path.split('/');
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
}

/// The operation of a method and a path below an API's base; a `POST` override finds the `PATCH` it
/// stands for when `method_override` is the value of `X-HTTP-Method-Override`.
#[must_use]
pub fn find(
    api: Api,
    method: &str,
    path: &str,
    method_override: Option<&str>,
) -> Option<&'static Operation> {
    let method = match (method, method_override) {
        ("POST", Some(name)) if name.eq_ignore_ascii_case("PATCH") => "PATCH",
        _ => method,
    };
    // A literal segment wins over a parameter: `/cases/migrate` is not the case "migrate".
    OPERATIONS
        .iter()
        .filter(|operation| {
            operation.api == api
                && operation.method.name() == method
                && operation.matches_path(path)
        })
        .min_by_key(|operation| operation.path.matches('{').count())
}

/// The operation of a number.
#[must_use]
pub fn by_number(number: u8) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.number == number)
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
    number: u8,
    id: &'static str,
    method: Method,
    path: &'static str,
    marks: [u8; 4],
) -> Operation {
    let api = match number {
        10 | 11 | 18..=27 => Api::Referential,
        _ => Api::Teledossiers,
    };
    let access = [cell(marks[0]), cell(marks[1]), cell(marks[2]), cell(marks[3])];
    Operation { number, id, api, method, path, access, override_post: matches!(number, 4..=6) }
}

use Method::{Delete, Get, Patch, Post, Put};

/// The 28 operations of PRES-2021, then the three of OAS-FOLDER-1.2.7 alone (29 to 31).
pub const OPERATIONS: &[Operation] = &[
    row(1, "createFolder", Post, "/folders", *b"x-x-"),
    row(2, "putFolderAttachment", Put, "/folders/{folderId}/attachments/{attachmentId}", *b"x-x-"),
    row(3, "createEvent", Post, "/cases/{caseId}/events", *b"xxx-"),
    row(4, "updateFolder", Patch, "/folders/{folderId}", *b"x-x-"),
    row(5, "updateCase", Patch, "/cases/{caseId}", *b"xxx-"),
    row(6, "updateEvent", Patch, "/cases/{caseId}/events/{eventId}", *b"xxx-"),
    row(
        7,
        "putEventAttachment",
        Put,
        "/cases/{caseId}/events/{eventId}/attachments/{attachmentId}",
        *b"xxx-",
    ),
    row(8, "getFolder", Get, "/folders/{folderId}", *b"x-x-"),
    row(
        9,
        "getEventAttachment",
        Get,
        "/cases/{caseId}/events/{eventId}/attachments/{attachmentId}",
        *b"xxx-",
    ),
    row(10, "listSubscriptions", Get, "/subscriptions", *b"x-x?"),
    row(11, "getSubscription", Get, "/subscriptions/{subscriptionId}", *b"x-x?"),
    row(12, "listNotifications", Get, "/notifications", *b"xx?-"),
    row(13, "deleteNotification", Delete, "/notifications/{notificationId}", *b"xx?-"),
    row(14, "getCase", Get, "/cases/{caseId}", *b"?xx-"),
    row(15, "getCaseAttachment", Get, "/cases/{caseId}/attachments/{attachmentId}", *b"?xx-"),
    row(16, "getEvent", Get, "/cases/{caseId}/events/{eventId}", *b"xxx-"),
    row(17, "deleteFolder", Delete, "/folders/{folderId}", *b"x-x-"),
    row(18, "createSubscription", Post, "/subscriptions", *b"--xx"),
    row(19, "updateSubscription", Put, "/subscriptions/{subscriptionId}", *b"--x-"),
    row(20, "createOrganization", Post, "/organizations", *b"--x?"),
    row(21, "updateOrganization", Put, "/organizations/{organizationId}", *b"--x-"),
    row(22, "getOrganization", Get, "/organizations/{organizationId}", *b"--x?"),
    row(23, "listOrganizations", Get, "/organizations", *b"--x?"),
    row(24, "createProcess", Post, "/processes", *b"--x-"),
    row(25, "updateProcess", Put, "/processes/{processCode}", *b"--x-"),
    row(26, "getProcess", Get, "/processes/{processCode}", *b"?-x-"),
    row(27, "listProcesses", Get, "/processes", *b"--x-"),
    row(28, "deleteEvent", Delete, "/cases/{caseId}/events/{eventId}", *b"xxx-"),
    row(29, "migrateCases", Put, "/cases/migrate", *b"-xx-"),
    row(30, "listAttachmentsForPurge", Get, "/attachmentsIdsForPurge", *b"xxx-"),
    row(31, "confirmPurge", Put, "/idsPurged", *b"xxx-"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_in_order_without_a_gap() {
        for (index, operation) in OPERATIONS.iter().enumerate() {
            assert_eq!(usize::from(operation.number), index + 1, "{}", operation.id);
        }
    }

    #[test]
    fn a_path_finds_its_operation() {
        let id = "6f1c1e1e-0000-4000-8000-000000000000";
        let found = |method, path: &str, header| {
            find(Api::Teledossiers, method, path, header).map(|o| o.number)
        };
        assert_eq!(found("GET", &format!("/cases/{id}"), None), Some(14));
        assert_eq!(found("POST", &format!("/cases/{id}"), Some("PATCH")), Some(5));
        assert_eq!(found("POST", &format!("/cases/{id}"), None), None);
        assert_eq!(found("PUT", "/cases/migrate", None), Some(29));
        assert_eq!(found("GET", "/cases/", None), None);
    }

    #[test]
    fn the_matrix_reads_by_scope() {
        let read_case = by_number(14).unwrap();
        assert_eq!(read_case.access(Scope::Osl), Access::Disputed);
        assert_eq!(read_case.access(Scope::Si), Access::Allowed);
        assert_eq!(read_case.access(Scope::Datapass), Access::Refused);
    }
}
