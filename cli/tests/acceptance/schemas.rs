//! The documented schemas, held to what the program really writes and reads.

use serde_json::Value;

use crate::support::{ServedHub, read_target};

fn schema(text: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(text).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema can be compiled")
}

#[test]
fn the_target_file_of_a_hub_keeps_to_the_schema_of_target_files() {
    let validator = schema(include_str!("../../../docs/schemas/target.schema.json"));
    let hub = ServedHub::start(&["--clock", "steerable"]);
    let target =
        serde_json::to_value(read_target(&hub.target())).expect("TOML of plain values is JSON");
    let faults: Vec<String> =
        validator.iter_errors(&target).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");

    let mut typo = target;
    typo["hub"]["token_ulr"] = "http://127.0.0.1/".into();
    assert!(!validator.is_valid(&typo), "a key that does not exist is refused");
}
