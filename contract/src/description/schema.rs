//! One schema of the description: translated from OpenAPI 3.0 to JSON Schema Draft 4 and compiled
//! once. Knows the formats of the contract. Knows neither operations nor HTTP.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::DescriptionError;
use super::violation::Violation;
use crate::timestamp::Timestamp;

/// The extension that marks what the documents do not settle.
pub(super) const LEVEL: &str = "x-etalon-level";

/// A reference to a schema of the same file.
const SCHEMA_REFERENCE: &str = "#/components/schemas/";

/// Deeper than any description of ours: a schema that gets there refers to itself.
const DEEPEST: usize = 32;

/// The formats that are checked; others (`int64`, `binary`…) only inform the reader.
const FORMATS: [&str; 3] = ["date-time", "email", "uuid"];

/// A compiled schema, with its text to find the level of what was breached.
#[derive(Debug)]
pub(super) struct Schema {
    text: Value,
    validator: Validator,
}

/// A violation, and whether a free part of the schema asked for what is missing.
#[derive(Debug)]
pub(super) struct SchemaViolation {
    pub(super) violation: Violation,
    pub(super) free: bool,
}

impl Schema {
    /// Translates and compiles a schema of a file whose named schemas are given.
    pub(super) fn compile(
        schema: &Value,
        named: &Map<String, Value>,
    ) -> Result<Self, DescriptionError> {
        let text = translate(schema, named, 0)?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .with_format("date-time", |text: &str| text.parse::<Timestamp>().is_ok())
            .with_format("email", is_email)
            .with_format("uuid", is_uuid)
            .build(&text)
            .map_err(|error| DescriptionError::Schema(error.to_string()))?;
        Ok(Self { text, validator })
    }

    /// The JSON type that a schema asks for, when it asks for one.
    pub(super) fn json_type(&self) -> Option<&str> {
        self.text.get("type")?.as_str()
    }

    /// The schema itself, every reference in it followed.
    pub(super) const fn as_json_schema(&self) -> &Value {
        &self.text
    }

    /// Whether the value agrees, at the price of a glance.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Everything that is wrong with a value, in the order of the document, each thing once.
    pub(super) fn violations(&self, value: &Value) -> Vec<SchemaViolation> {
        if self.accepts(value) {
            return Vec::new();
        }
        let mut violations: Vec<SchemaViolation> = self
            .validator
            .iter_errors(value)
            .map(|error| SchemaViolation {
                violation: Violation::of(&error),
                free: self.is_free(error.schema_path().as_str()),
            })
            .collect();
        violations.sort_by_cached_key(|found| {
            (found.violation.order(), found.violation.message.clone(), found.free)
        });
        // Two parts of one schema may ask for the same thing; what a cited fact asks for comes
        // first and stays.
        violations.dedup_by(|next, kept| next.violation == kept.violation);
        violations
    }

    /// Whether a node on the way to a keyword is marked free.
    fn is_free(&self, keyword_pointer: &str) -> bool {
        let mut node = &self.text;
        for segment in keyword_pointer.split('/').skip(1) {
            if is_marked_free(node) {
                return true;
            }
            let segment = segment.replace("~1", "/").replace("~0", "~");
            let next = match node {
                Value::Array(list) => {
                    segment.parse::<usize>().ok().and_then(|index| list.get(index))
                }
                _ => node.get(&segment),
            };
            let Some(next) = next else { return false };
            node = next;
        }
        false
    }
}

/// Whether a node of a description carries `x-etalon-level: free`.
pub(super) fn is_marked_free(node: &Value) -> bool {
    node.get(LEVEL).and_then(Value::as_str) == Some("free")
}

/// A wrong address is one without `@` (contract §5): the documented pattern is narrower than the
/// addresses in service.
fn is_email(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// The hyphenated form only.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Draft 4 knows no `nullable`, and OpenAPI 3.0 no `null` type: references are put in place, the
/// keywords that both know are kept with the level, and what may be null says so.
fn translate(
    node: &Value,
    named: &Map<String, Value>,
    depth: usize,
) -> Result<Value, DescriptionError> {
    if depth > DEEPEST {
        return Err(DescriptionError::Schema("a schema refers to itself".to_owned()));
    }
    if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix(SCHEMA_REFERENCE).and_then(|name| named.get(name));
        let target = target.ok_or_else(|| DescriptionError::Reference(reference.to_owned()))?;
        return translate(target, named, depth + 1);
    }
    let Some(node) = node.as_object() else {
        // `additionalProperties: true`
        return Ok(node.clone());
    };
    let mut translated = Map::new();
    for (keyword, value) in node {
        if let Some(value) = translate_keyword(keyword, value, named, depth)? {
            translated.insert(keyword.clone(), value);
        }
    }
    let mut translated = Value::Object(translated);
    if node.get("nullable") == Some(&Value::Bool(true)) {
        allow_null(&mut translated);
    }
    Ok(translated)
}

fn translate_keyword(
    keyword: &str,
    value: &Value,
    named: &Map<String, Value>,
    depth: usize,
) -> Result<Option<Value>, DescriptionError> {
    let below = |value: &Value| translate(value, named, depth + 1);
    Ok(match (keyword, value) {
        ("properties", Value::Object(properties)) => {
            let properties =
                properties.iter().map(|(name, schema)| Ok((name.clone(), below(schema)?)));
            Some(Value::Object(properties.collect::<Result<_, DescriptionError>>()?))
        }
        ("items" | "not" | "additionalProperties", schema) => Some(below(schema)?),
        ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
            Some(Value::Array(schemas.iter().map(below).collect::<Result<_, _>>()?))
        }
        ("required", Value::Array(names)) if names.is_empty() => None,
        ("format", Value::String(format)) => {
            FORMATS.contains(&format.as_str()).then(|| value.clone())
        }
        ("exclusiveMinimum" | "exclusiveMaximum" | "uniqueItems", Value::Bool(false)) => None,
        (
            "type" | "enum" | "required" | "pattern" | "minLength" | "maxLength" | "minimum"
            | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minItems"
            | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties" | LEVEL,
            value,
        ) => Some(value.clone()),
        _ => None,
    })
}

fn allow_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&json!("null")) => types.push(json!("null")),
        Some(one @ Value::String(_)) => *one = json!([one.clone(), "null"]),
        _ => {}
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
        parts.iter_mut().for_each(allow_null);
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(Value::Array(choices)) = schema.get_mut(choice) {
            choices.push(json!({ "type": "null" }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(schema: &Value) -> Schema {
        let named = json!({
            "Person": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } },
            "Colour": { "type": "string", "enum": ["red", "blue"] },
        });
        Schema::compile(schema, named.as_object().unwrap()).unwrap()
    }

    #[test]
    fn nullable_allows_null_beside_the_type_the_enum_and_the_parts() {
        let cases = [
            json!({ "type": "string", "nullable": true, "maxLength": 3 }),
            json!({ "type": "string", "nullable": true, "enum": ["a"] }),
            json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Person" }] }),
            json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Colour" }] }),
            json!({ "nullable": true, "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
        ];
        for mut schema in cases {
            assert!(compiled(&schema).accepts(&Value::Null), "{schema}");
            assert!(!compiled(&schema).accepts(&json!([])), "{schema}");
            schema["nullable"] = json!(false);
            assert!(!compiled(&schema).accepts(&Value::Null), "{schema}");
        }
    }

    #[test]
    fn dates_of_every_form_in_service_are_dates() {
        let date = compiled(&json!({ "type": "string", "format": "date-time" }));
        for text in [
            "2024-11-30T08:15:00Z",
            "2024-11-30T08:15:00+02:00",
            "2024-11-30T08:15:00.123456+0200",
            "2024-11-30 08:15:00",
        ] {
            assert!(date.accepts(&json!(text)), "{text}");
        }
        for text in ["2024-11-30", "30/11/2024 08:15:00", "2024-02-30T08:15:00Z", "", "now"] {
            assert!(!date.accepts(&json!(text)), "{text}");
        }
    }

    #[test]
    fn an_address_has_something_on_both_sides_of_one_at() {
        let email = compiled(&json!({ "type": "string", "format": "email" }));
        for text in ["a@b", "jean.dupont+test@exemple.technology", "é@mairie.fr"] {
            assert!(email.accepts(&json!(text)), "{text}");
        }
        for text in ["", "a", "@b", "a@", "a@b@c"] {
            assert!(!email.accepts(&json!(text)), "{text}");
        }
    }

    #[test]
    fn a_uuid_is_hyphenated() {
        let uuid = compiled(&json!({ "type": "string", "format": "uuid" }));
        assert!(uuid.accepts(&json!("6F1c1e1e-0000-4000-8000-000000000000")));
        for text in [
            "6f1c1e1e000040008000000000000000",
            "{6f1c1e1e-0000-4000-8000-000000000000}",
            "migrate",
            "",
        ] {
            assert!(!uuid.accepts(&json!(text)), "{text}");
        }
    }

    #[test]
    fn what_a_free_part_asks_for_is_free() {
        let schema = compiled(&json!({ "type": "object", "properties": {
            "cited": { "type": "string", "maxLength": 2 },
            "ours": { "x-etalon-level": "free", "allOf": [{ "type": "string", "maxLength": 2 }] },
        } }));
        let violations = schema.violations(&json!({ "cited": "abc", "ours": "abc" }));
        let seen: Vec<_> =
            violations.iter().map(|found| (found.violation.pointer.as_str(), found.free)).collect();
        assert_eq!(seen, [("/cited", false), ("/ours", true)]);
    }

    #[test]
    fn a_schema_that_refers_to_itself_or_to_nothing_is_refused() {
        let named = json!({ "Loop": { "type": "array", "items": { "$ref": "#/components/schemas/Loop" } } });
        for name in ["Loop", "Nothing"] {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
            assert!(Schema::compile(&schema, named.as_object().unwrap()).is_err(), "{name}");
        }
    }
}
