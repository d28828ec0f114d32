//! One described operation: its parameters, its request body, its answers by status. Reads them
//! from the OpenAPI document; judges nothing beyond one schema.

use openapiv3::{Components, OpenAPI, ParameterSchemaOrContent, ReferenceOr, StatusCode};
use serde_json::{Map, Value};

use super::parameter::Parameter;
use super::schema::{LEVEL, Schema, SchemaViolation};
use super::violation::Violation;
use super::{DescriptionError, schema};

/// On an answer: the schema that stands instead when a query parameter is `true`.
const WHEN_QUERY: &str = "x-etalon-when-query";

/// What the body of a request must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// No body is described; what is sent is ignored.
    None,
    /// A JSON document.
    Json,
    /// The bytes of a file.
    Bytes,
    /// A form, as of the token endpoint.
    Form,
}

/// One operation of a description.
#[derive(Debug)]
pub(crate) struct DescribedOperation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) parameters: Vec<Parameter>,
    body: Option<(RequestBody, Option<Schema>)>,
    answers: Vec<(StatusCode, DescribedAnswer)>,
}

/// What an answer of some status must be.
#[derive(Debug)]
pub(crate) struct DescribedAnswer {
    /// Whether the documents leave this answer open.
    pub(crate) free: bool,
    /// Media type of the body; `None` for an answer without one.
    pub(crate) media_type: Option<String>,
    /// Headers of the answer.
    pub(crate) headers: Vec<DescribedHeader>,
    schema: Option<Schema>,
    when_query: Vec<(String, Schema)>,
}

/// A header of an answer.
#[derive(Debug)]
pub(crate) struct DescribedHeader {
    /// Name, in lower case.
    pub(crate) name: String,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// Whether the documents leave it open.
    pub(crate) free: bool,
    schema: Option<Schema>,
}

impl DescribedOperation {
    pub(super) fn request_body(&self) -> RequestBody {
        self.body.as_ref().map_or(RequestBody::None, |(kind, _)| *kind)
    }

    pub(super) fn request_violations(&self, body: &Value) -> Vec<Violation> {
        match &self.body {
            Some((RequestBody::Json, Some(schema))) => {
                schema.violations(body).into_iter().map(|found| found.violation).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn statuses(&self) -> Vec<String> {
        self.answers.iter().map(|(status, _)| status.to_string()).collect()
    }

    /// What is said of a status; a range (`2XX`) speaks where the status itself is not described.
    pub(crate) fn answer(&self, status: u16) -> Option<&DescribedAnswer> {
        let described = |wanted: &StatusCode| {
            self.answers.iter().find(|(code, _)| code == wanted).map(|(_, answer)| answer)
        };
        described(&StatusCode::Code(status)).or_else(|| described(&StatusCode::Range(status / 100)))
    }
}

impl DescribedAnswer {
    /// Everything that is wrong with a JSON body, given the query pairs of the request, with
    /// whether it is only free.
    pub(crate) fn violations(
        &self,
        body: &Value,
        query: &[(String, String)],
    ) -> Vec<(Violation, bool)> {
        let asked = |name: &str| {
            query.iter().any(|(key, value)| key == name && value.eq_ignore_ascii_case("true"))
        };
        let instead =
            self.when_query.iter().find(|(name, _)| asked(name)).map(|(_, schema)| schema);
        let found = instead
            .or(self.schema.as_ref())
            .map_or_else(Vec::new, |schema| schema.violations(body));
        found
            .into_iter()
            .map(|SchemaViolation { violation, free }| (violation, free || self.free))
            .collect()
    }
}

impl DescribedAnswer {
    pub(super) fn schemas(&self) -> Vec<&Value> {
        let chosen = self.when_query.iter().map(|(_, schema)| schema);
        self.schema.iter().chain(chosen).map(Schema::as_json_schema).collect()
    }
}

impl DescribedHeader {
    /// Everything that is wrong with a value of this header.
    pub(crate) fn violations(&self, value: &str) -> Vec<Violation> {
        let found = self
            .schema
            .as_ref()
            .map_or_else(Vec::new, |schema| schema.violations(&Value::from(value)));
        found.into_iter().map(|found| found.violation).collect()
    }
}

/// Reads every operation of a document.
pub(super) fn read(document: &OpenAPI) -> Result<Vec<DescribedOperation>, DescriptionError> {
    let reader = Reader::new(document);
    let mut operations = Vec::new();
    for (path, item) in document.paths.iter() {
        let ReferenceOr::Item(item) = item else {
            continue;
        };
        for (method, operation) in item.iter() {
            let nameless =
                || DescriptionError::Nameless { method: method.to_owned(), path: path.clone() };
            let id = operation.operation_id.clone().ok_or_else(nameless)?;
            let parameters = item.parameters.iter().chain(&operation.parameters);
            operations.push(DescribedOperation {
                id,
                method: method.to_ascii_uppercase(),
                path: path.clone(),
                parameters: parameters
                    .map(|parameter| reader.parameter(parameter))
                    .collect::<Result<_, _>>()?,
                body: operation.request_body.as_ref().map(|body| reader.body(body)).transpose()?,
                answers: reader.answers(&operation.responses)?,
            });
        }
    }
    Ok(operations)
}

/// Finds the components of one document.
struct Reader<'a> {
    components: Option<&'a Components>,
    schemas: Map<String, Value>,
}

impl<'a> Reader<'a> {
    fn new(document: &'a OpenAPI) -> Self {
        let components = document.components.as_ref();
        let schemas = components.map(|components| &components.schemas).into_iter().flatten();
        let schemas = schemas.map(|(name, schema)| (name.clone(), json(schema))).collect();
        Self { components, schemas }
    }

    fn parameter(
        &self,
        parameter: &'a ReferenceOr<openapiv3::Parameter>,
    ) -> Result<Parameter, DescriptionError> {
        let parameter = self
            .found(parameter, "parameters", |components, name| components.parameters.get(name))?;
        let schema = self.schema_of(&parameter.parameter_data_ref().format)?;
        Ok(Parameter::new(parameter, schema))
    }

    fn body(
        &self,
        body: &'a ReferenceOr<openapiv3::RequestBody>,
    ) -> Result<(RequestBody, Option<Schema>), DescriptionError> {
        let body = self
            .found(body, "requestBodies", |components, name| components.request_bodies.get(name))?;
        let Some((media_type, content)) = body.content.first() else {
            return Ok((RequestBody::None, None));
        };
        let kind = match media_type.as_str() {
            "application/json" => RequestBody::Json,
            "application/x-www-form-urlencoded" => RequestBody::Form,
            _ => RequestBody::Bytes,
        };
        let schema = content
            .schema
            .as_ref()
            .map(|schema| Schema::compile(&json(schema), &self.schemas))
            .transpose()?;
        Ok((kind, schema))
    }

    fn answers(
        &self,
        answers: &'a openapiv3::Responses,
    ) -> Result<Vec<(StatusCode, DescribedAnswer)>, DescriptionError> {
        let answers = answers.responses.iter();
        answers.map(|(status, answer)| Ok((status.clone(), self.answer(answer)?))).collect()
    }

    fn answer(
        &self,
        answer: &'a ReferenceOr<openapiv3::Response>,
    ) -> Result<DescribedAnswer, DescriptionError> {
        let answer =
            self.found(answer, "responses", |components, name| components.responses.get(name))?;
        let content = answer.content.first();
        let schema = content.and_then(|(_, content)| content.schema.as_ref());
        let when_query =
            answer.extensions.get(WHEN_QUERY).and_then(Value::as_object).into_iter().flatten();
        let instead = |(name, reference): (&String, &Value)| {
            Ok((
                name.clone(),
                Schema::compile(&serde_json::json!({ "$ref": reference }), &self.schemas)?,
            ))
        };
        Ok(DescribedAnswer {
            free: is_free(answer.extensions.get(LEVEL)),
            media_type: content.map(|(media_type, _)| media_type.clone()),
            headers: answer
                .headers
                .iter()
                .map(|(name, header)| self.header(name, header))
                .collect::<Result<_, _>>()?,
            schema: schema
                .map(|schema| Schema::compile(&json(schema), &self.schemas))
                .transpose()?,
            when_query: when_query.map(instead).collect::<Result<_, DescriptionError>>()?,
        })
    }

    fn header(
        &self,
        name: &str,
        header: &'a ReferenceOr<openapiv3::Header>,
    ) -> Result<DescribedHeader, DescriptionError> {
        let header =
            self.found(header, "headers", |components, name| components.headers.get(name))?;
        Ok(DescribedHeader {
            name: name.to_ascii_lowercase(),
            required: header.required,
            free: is_free(header.extensions.get(LEVEL)),
            schema: self.schema_of(&header.format)?,
        })
    }

    fn schema_of(
        &self,
        format: &ParameterSchemaOrContent,
    ) -> Result<Option<Schema>, DescriptionError> {
        match format {
            ParameterSchemaOrContent::Schema(schema) => {
                Schema::compile(&json(schema), &self.schemas).map(Some)
            }
            ParameterSchemaOrContent::Content(_) => Ok(None),
        }
    }

    /// The component itself, or the one that a reference names.
    fn found<T>(
        &self,
        component: &'a ReferenceOr<T>,
        kind: &str,
        lookup: impl Fn(&'a Components, &str) -> Option<&'a ReferenceOr<T>>,
    ) -> Result<&'a T, DescriptionError> {
        let reference = match component {
            ReferenceOr::Item(item) => return Ok(item),
            ReferenceOr::Reference { reference } => reference,
        };
        let name = reference.strip_prefix(&format!("#/components/{kind}/"));
        let found =
            self.components.zip(name).and_then(|(components, name)| lookup(components, name));
        found
            .and_then(ReferenceOr::as_item)
            .ok_or_else(|| DescriptionError::Reference(reference.clone()))
    }
}

fn is_free(level: Option<&Value>) -> bool {
    schema::is_marked_free(&serde_json::json!({ LEVEL: level }))
}

fn json<T: serde::Serialize>(node: &T) -> Value {
    serde_json::to_value(node).expect("a schema was read from a document of the same data model")
}
