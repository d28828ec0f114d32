//! One thing that is wrong with a value, in words that a client can act on. Says where and what;
//! never repeats the value itself, which may be an applicant's. Decides nothing about levels or
//! statuses.

use std::fmt;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

/// A value that breaks its schema, or a parameter that is not there: where and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the body (empty for the whole of it), or `@query.maxResult`,
    /// `@path.folderId`, `@header.editorName` for a parameter.
    pub pointer: String,
    /// What is wrong.
    pub kind: ViolationKind,
    /// The same in words, without the place.
    pub message: String,
}

/// What may be wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// The object lacks this property, or the request this parameter.
    Missing(String),
    /// A text of more characters than this.
    TooLong {
        /// The most that is allowed.
        limit: u64,
    },
    /// A text that is not written as it should.
    Pattern,
    /// Not a date, an e-mail address, a UUID.
    Format,
    /// A value of another JSON type.
    Type,
    /// None of the listed values.
    Enum,
    /// A list that is too short.
    TooFew,
    /// A number outside its bounds.
    Range,
    /// Anything else.
    Other,
}

/// The message that the validators in service give (contract §3), with the place in front when
/// there is one.
impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(formatter, "[Path '{}'] ", self.pointer)?;
        }
        formatter.write_str(&self.message)
    }
}

impl Violation {
    /// A parameter that had to be there.
    pub(super) fn missing_parameter(place: String, name: &str) -> Self {
        Self {
            message: format!("Parameter '{name}' is required but is missing."),
            pointer: place,
            kind: ViolationKind::Missing(name.to_owned()),
        }
    }

    /// Puts a validator's error into words.
    pub(super) fn of(error: &ValidationError<'_>) -> Self {
        let (kind, message) = describe(error.kind(), error.instance());
        Self { pointer: error.instance_path().as_str().to_owned(), kind, message }
    }

    /// Where it stands among others: document order as far as a pointer tells, list positions as
    /// numbers.
    pub(super) fn order(&self) -> Vec<(u64, String)> {
        let position = |segment: &str| {
            segment.parse().map_or((u64::MAX, segment.to_owned()), |index| (index, String::new()))
        };
        self.pointer.split('/').map(position).collect()
    }
}

fn describe(kind: &ValidationErrorKind, instance: &Value) -> (ViolationKind, String) {
    use ValidationErrorKind as K;
    match kind {
        K::Required { property } => {
            let name = property.as_str().unwrap_or_default().to_owned();
            (
                ViolationKind::Missing(name.clone()),
                format!("Object has missing required properties ([\"{name}\"])"),
            )
        }
        K::MaxLength { limit } => {
            let length = instance.as_str().map_or(0, |text| text.chars().count());
            let message =
                format!("String is too long (length: {length}, maximum allowed: {limit})");
            (ViolationKind::TooLong { limit: *limit }, message)
        }
        K::MinLength { limit } => {
            (ViolationKind::Other, format!("String is too short (required minimum: {limit})"))
        }
        K::Pattern { pattern } => (
            ViolationKind::Pattern,
            format!("ECMA 262 regex \"{pattern}\" does not match the input string"),
        ),
        K::Format { format } => {
            (ViolationKind::Format, format!("Input string is not of the format \"{format}\""))
        }
        K::Type { kind } => {
            let (found, allowed) = (type_name(instance), allowed_types(kind));
            let message = format!(
                "Instance type ({found}) does not match any allowed primitive type (allowed: [{allowed}])"
            );
            (ViolationKind::Type, message)
        }
        K::Enum { options } => (
            ViolationKind::Enum,
            format!("Instance value not found in enum (possible values: {options})"),
        ),
        K::MinItems { limit } => {
            let length = instance.as_array().map_or(0, Vec::len);
            let message = format!(
                "Array is too short: must have at least {limit} elements but instance has {length} elements"
            );
            (ViolationKind::TooFew, message)
        }
        K::Minimum { limit } | K::ExclusiveMinimum { limit } => (
            ViolationKind::Range,
            format!("Numeric instance is lower than the required minimum (minimum: {limit})"),
        ),
        K::Maximum { limit } | K::ExclusiveMaximum { limit } => (
            ViolationKind::Range,
            format!("Numeric instance is greater than the required maximum (maximum: {limit})"),
        ),
        other => (
            ViolationKind::Other,
            format!("Instance failed to match the schema (keyword: {})", other.keyword()),
        ),
    }
}

fn allowed_types(kind: &TypeKind) -> String {
    let quoted = |name: String| format!("\"{name}\"");
    match kind {
        TypeKind::Single(one) => quoted(one.to_string()),
        TypeKind::Multiple(several) => {
            several.iter().map(|one| quoted(one.to_string())).collect::<Vec<_>>().join(",")
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
