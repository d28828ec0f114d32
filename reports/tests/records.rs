//! Runs recorded by étalon 0.1.0, before lines were chained and bodies said whether they are
//! whole: they are read as they were, and say what they said. `cli/tests/records` holds what each
//! run left; its `report.json` is the one written then.

use std::path::{Path, PathBuf};

use reports::diff::{Change, diff};
use reports::{Format, Lang, open_run, render_from_dir};
use serde_json::Value;

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/records").join(name)
}

#[test]
fn a_recorded_run_still_renders_to_the_report_it_left() {
    for name in ["hub", "hub-broken", "client", "client-broken"] {
        let directory = recorded(name);
        let then = std::fs::read(directory.join("report.json")).unwrap();
        let then: Value = serde_json::from_slice(&then).unwrap();
        let render = |format| render_from_dir(&directory, format, Lang::Fr).unwrap();
        let now: Value = serde_json::from_str(&render(Format::Json)).unwrap();
        for (part, said) in then.as_object().unwrap() {
            let (now, said) = (without_curl(now[part].clone()), without_curl(said.clone()));
            assert_eq!(of_those_fields(now, &said), said, "{name}: {part}");
        }
        for format in [Format::Html, Format::Junit, Format::Markdown] {
            assert!(render(format).contains(then["summary"].as_str().unwrap()), "{name}");
        }
    }
}

/// What is said beside a command to play a call again is help, and may be said better.
fn without_curl(mut told: Value) -> Value {
    match &mut told {
        Value::Object(fields) => {
            fields.remove("curl");
            fields.values_mut().for_each(|value| *value = without_curl(value.take()));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|value| *value = without_curl(value.take()));
        }
        _ => {}
    }
    told
}

/// What is told of the fields that were told of then: some were added.
fn of_those_fields(now: Value, then: &Value) -> Value {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            let kept = now.into_iter().filter(|(name, _)| then.contains_key(name));
            kept.map(|(name, value)| (name.clone(), of_those_fields(value, &then[&name]))).collect()
        }
        (Value::Array(now), Value::Array(then)) if now.len() == then.len() => {
            now.into_iter().zip(then).map(|(now, then)| of_those_fields(now, then)).collect()
        }
        (now, _) => now,
    }
}

#[test]
fn recorded_runs_still_differ_where_they_did() {
    let (whole, broken) =
        (open_run(&recorded("hub")).unwrap(), open_run(&recorded("hub-broken")).unwrap());
    let changes = diff(&whole, &broken, Lang::Fr);
    let seen: Vec<_> = changes.iter().map(|one| (one.rule.as_str(), one.change)).collect();
    assert_eq!(seen, [("FOL-01", Change::Regressed)]);
    assert_eq!(diff(&whole, &whole, Lang::Fr), []);
}
