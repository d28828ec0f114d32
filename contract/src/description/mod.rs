//! The API descriptions of `contract/openapi`, read once and compiled: what a request must carry
//! and what an answer must be. The reference hub validates its requests with them
//! ([`Description::request_violations`], [`Description::parameter_violations`]);
//! [`crate::check`] judges answers with them. Nothing here does I/O or speaks of the rules of the
//! hub.

mod operation;
mod parameter;
mod schema;
mod violation;

use std::collections::HashMap;
use std::sync::LazyLock;

use http::HeaderMap;
use openapiv3::OpenAPI;
use serde_json::Value;

pub use operation::RequestBody;
pub(crate) use operation::{DescribedAnswer, DescribedOperation};
pub use violation::{Violation, ViolationKind};

use crate::operations::Operation;

/// `operationId` of the token endpoint, which the access matrix does not number.
pub(crate) const REQUEST_TOKEN: &str = "requestToken";

/// The texts of the bundled descriptions, by file name: also what a user may want to read or
/// publish.
pub const TEXTS: [(&str, &str); 3] = [
    ("teledossiers.yaml", include_str!("../../openapi/teledossiers.yaml")),
    ("referential.yaml", include_str!("../../openapi/referential.yaml")),
    ("token.yaml", include_str!("../../openapi/token.yaml")),
];

static BUNDLED: LazyLock<Description> = LazyLock::new(|| {
    Description::parse(TEXTS.map(|(_, text)| text))
        .expect("the bundled descriptions are read by the tests of this crate")
});

/// Every described operation, ready to judge.
#[derive(Debug)]
pub struct Description {
    operations: HashMap<String, DescribedOperation>,
}

/// A description that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DescriptionError {
    /// The text is no OpenAPI 3.0 document.
    #[error("this is no OpenAPI 3.0 description: {0}")]
    Text(#[from] serde_norway::Error),
    /// A `$ref` leads nowhere.
    #[error(
        "\"{0}\" leads nowhere: references stay within one file and name one of its components"
    )]
    Reference(String),
    /// A schema cannot be compiled.
    #[error("a schema cannot be compiled: {0}")]
    Schema(String),
    /// An operation has no identifier.
    #[error("{method} {path} has no operationId: give it the identifier of the access matrix")]
    Nameless {
        /// Method, in small letters.
        method: String,
        /// Path.
        path: String,
    },
    /// Two operations bear one identifier.
    #[error("two operations are named \"{0}\"")]
    Twice(String),
}

impl Description {
    /// The descriptions of this crate, parsed on first use.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// Reads descriptions, each a whole OpenAPI 3.0 document in YAML.
    ///
    /// # Errors
    /// When a text is no description, refers to nothing, or names an operation twice.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, DescriptionError> {
        let mut operations = HashMap::new();
        for text in texts {
            let document: OpenAPI = serde_norway::from_str(text)?;
            for described in operation::read(&document)? {
                if let Some(twice) = operations.insert(described.id.clone(), described) {
                    return Err(DescriptionError::Twice(twice.id));
                }
            }
        }
        Ok(Self { operations })
    }

    /// What the body of a request must be.
    pub fn request_body(&self, operation: Operation) -> RequestBody {
        self.operation(operation.operation_id())
            .map_or(RequestBody::None, DescribedOperation::request_body)
    }

    /// Everything that is wrong with a request body, in the order of the document; nothing when it
    /// is right.
    pub fn request_violations(&self, operation: Operation, body: &Value) -> Vec<Violation> {
        self.operation(operation.operation_id())
            .map_or_else(Vec::new, |described| described.request_violations(body))
    }

    /// Everything that is wrong with the parameters of a request, in the order of the description:
    /// `path` holds the values of the path's `{names}`, `query` the decoded pairs of the query
    /// string in order, repeated ones included. What is not described is ignored.
    pub fn parameter_violations<P: AsRef<str>, Q: AsRef<str>>(
        &self,
        operation: Operation,
        path: &[(P, P)],
        query: &[(Q, Q)],
        headers: &HeaderMap,
    ) -> Vec<Violation> {
        let Some(described) = self.operation(operation.operation_id()) else {
            return Vec::new();
        };
        let sent = parameter::Sent::new(path, query, headers);
        described.parameters.iter().flat_map(|parameter| parameter.violations(&sent)).collect()
    }

    /// The described operations as `(operationId, method in capitals, path)`, in no order: what
    /// tests compare with the access matrix.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.operations.values().map(|described| {
            (described.id.as_str(), described.method.as_str(), described.path.as_str())
        })
    }

    /// The statuses described for an operation, such as `201` or `2XX`, in the order of the
    /// description.
    pub fn statuses(&self, operation_id: &str) -> Vec<String> {
        self.operation(operation_id).map_or_else(Vec::new, DescribedOperation::statuses)
    }

    /// The schemas of the bodies that an operation may answer with a status, as JSON Schemas
    /// without references: one, or more where a query parameter chooses between them.
    pub fn answer_schemas(&self, operation: Operation, status: u16) -> Vec<&Value> {
        self.operation(operation.operation_id())
            .and_then(|described| described.answer(status))
            .map_or_else(Vec::new, DescribedAnswer::schemas)
    }

    pub(crate) fn operation(&self, id: &str) -> Option<&DescribedOperation> {
        self.operations.get(id)
    }
}
