//! Bending a body of the référentiel in exactly one place, so that a refusal has one possible
//! reason. Places are written as on the wire, `localAdministrator.email`.

use serde_json::Value;

use crate::check::Stop;

/// A body without one of its properties.
pub fn without(body: &Value, place: &str) -> Result<Value, Stop> {
    let mut bent = body.clone();
    let (owner, name) = owner_of(&mut bent, place);
    match owner.and_then(Value::as_object_mut).and_then(|owner| owner.remove(&name)) {
        Some(_) => Ok(bent),
        None => Err(no_such(place)),
    }
}

/// A body with another text in one place.
pub fn with(body: &Value, place: &str, value: &str) -> Result<Value, Stop> {
    let mut bent = body.clone();
    let (owner, name) = owner_of(&mut bent, place);
    match owner.and_then(Value::as_object_mut) {
        Some(owner) => {
            owner.insert(name, value.into());
            Ok(bent)
        }
        None => Err(no_such(place)),
    }
}

fn owner_of<'a>(body: &'a mut Value, place: &str) -> (Option<&'a mut Value>, String) {
    let (owner, name) = place.rsplit_once('.').unwrap_or(("", place));
    let pointer =
        if owner.is_empty() { String::new() } else { format!("/{}", owner.replace('.', "/")) };
    (body.pointer_mut(&pointer), name.to_owned())
}

fn no_such(place: &str) -> Stop {
    Stop::broken("préparation de la demande", format!("une propriété {place}"), "elle manque")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_place_is_bent_and_no_other() {
        let body = json!({"a": 1, "b": {"c": "x", "d": "y"}});
        assert_eq!(without(&body, "b.c").unwrap(), json!({"a": 1, "b": {"d": "y"}}));
        assert_eq!(with(&body, "b.c", "z").unwrap(), json!({"a": 1, "b": {"c": "z", "d": "y"}}));
        assert!(without(&body, "b.e").is_err());
    }
}
