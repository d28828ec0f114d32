//! Bending a well-formed télédossier in exactly one place, so that a refusal has one possible
//! reason: a property taken away, a text made longer. Places are written as on the wire,
//! `applicant.lastName` or `cases.0.recipient.type`.

use serde_json::Value;

use crate::actor::Draft;
use crate::check::Stop;

impl Draft {
    /// The same télédossier without one of its properties.
    pub fn without(&self, place: &str) -> Result<Self, Stop> {
        let mut bent = self.clone();
        let (parent, name) = place.rsplit_once('.').unwrap_or(("", place));
        let owner = bent.body.pointer_mut(&pointer(parent)).and_then(Value::as_object_mut);
        match owner.and_then(|owner| owner.remove(name)) {
            Some(_) => Ok(bent),
            None => Err(no_such_place(place)),
        }
    }

    /// Whether there is something in a place.
    pub(crate) fn has(&self, place: &str) -> bool {
        self.body.pointer(&pointer(place)).is_some_and(|value| !value.is_null())
    }

    /// The same télédossier with another value in one place.
    pub fn with(&self, place: &str, value: Value) -> Result<Self, Stop> {
        let mut bent = self.clone();
        let (parent, name) = place.rsplit_once('.').unwrap_or(("", place));
        match bent.body.pointer_mut(&pointer(parent)) {
            Some(Value::Object(owner)) => {
                owner.insert(name.to_owned(), value);
                Ok(bent)
            }
            _ => Err(no_such_place(place)),
        }
    }

    /// The same télédossier under another number, its cases renumbered after it.
    pub(crate) fn renumbered(&self, number: &str) -> Self {
        let mut bent = self.clone();
        let cases = bent.body["cases"].as_array().map_or(0, Vec::len);
        let numbers: Vec<String> = (1..=cases).map(|rank| format!("{number}-{rank:02}")).collect();
        bent.number_as(number, &numbers);
        bent
    }

    /// The same télédossier under these very numbers; attachments follow their cases.
    pub fn numbered(&self, number: &str, case_numbers: &[String]) -> Self {
        let mut bent = self.clone();
        bent.number_as(number, case_numbers);
        bent
    }

    fn number_as(&mut self, number: &str, case_numbers: &[String]) {
        self.body["externalId"] = number.into();
        let mut renamed = Vec::new();
        for (case, new) in self.body["cases"].as_array_mut().into_iter().flatten().zip(case_numbers)
        {
            renamed.push((case["externalId"].clone(), Value::from(new.clone())));
            case["externalId"] = new.clone().into();
        }
        let attachments = self.body["attachments"].as_array_mut().into_iter().flatten();
        for recipient in
            attachments.flat_map(|file| file["recipients"].as_array_mut().into_iter().flatten())
        {
            if let Some((_, new)) = renamed.iter().find(|(old, _)| old == recipient) {
                *recipient = new.clone();
            }
        }
    }
}

fn pointer(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!("/{}", place.replace('.', "/")) }
}

fn no_such_place(place: &str) -> Stop {
    Stop::broken(
        "préparation du télédossier",
        format!("la propriété « {place} »"),
        "elle n'existe pas",
    )
}

/// A text of exactly so many characters, fit for the property at a place.
pub(crate) fn text_of(place: &str, characters: usize) -> String {
    let fill =
        |count: usize| "Eleonore de la Tour ".chars().cycle().take(count).collect::<String>();
    match place.rsplit('.').next().unwrap_or_default() {
        "email" => address_of(characters),
        "fileName" => format!("{}.pdf", fill(characters.saturating_sub(5)) + "t"),
        // A name that ends with a space may be trimmed.
        _ => format!("{}t", fill(characters.saturating_sub(1))),
    }
}

/// A well-formed address of so many characters: labels of a domain have 63 at most.
fn address_of(characters: usize) -> String {
    let (local, end) = ("camille", "example.org");
    let mut room = characters.saturating_sub(local.len() + 1 + end.len());
    let mut domain = String::new();
    while room > 0 {
        // A label and its dot; never leaves a lone dot to write.
        let label = match room {
            65 => 62,
            _ => room.saturating_sub(1).min(63),
        };
        domain.push_str(&"a".repeat(label.max(1)));
        domain.push('.');
        room = room.saturating_sub(label + 1);
    }
    format!("{local}@{domain}{end}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draft() -> Draft {
        let body = json!({
            "externalId": "A-B-1",
            "applicant": { "firstName": "Camille" },
            "cases": [{ "externalId": "A-B-1-01", "recipient": { "type": "SI" } }],
            "attachments": [{ "recipients": ["A-B-1-01"] }],
        });
        Draft { body, files: Vec::new(), headers: Vec::new() }
    }

    #[test]
    fn one_place_changes_and_nothing_else() {
        let bent = draft().without("cases.0.recipient.type").unwrap();
        assert_eq!(bent.body["cases"][0], json!({ "externalId": "A-B-1-01", "recipient": {} }));
        assert_eq!(bent.body["applicant"], draft().body["applicant"]);
        assert!(draft().without("applicant.lastName").is_err());
    }

    #[test]
    fn attachments_follow_their_case_to_its_new_number() {
        let bent = draft().renumbered("C-D-2");
        assert_eq!(bent.body["cases"][0]["externalId"], "C-D-2-01");
        assert_eq!(bent.body["attachments"][0]["recipients"], json!(["C-D-2-01"]));
    }

    #[test]
    fn texts_have_exactly_the_length_asked_for() {
        for place in ["applicant.firstName", "applicant.email", "attachments.0.fileName"] {
            for characters in [60, 85, 254, 255, 321] {
                assert_eq!(text_of(place, characters).chars().count(), characters, "{place}");
            }
        }
    }

    #[test]
    fn long_addresses_keep_to_the_labels_of_a_domain() {
        for characters in 40..400 {
            let address = address_of(characters);
            let (_, domain) = address.split_once('@').unwrap();
            assert!(domain.split('.').all(|label| (1..=63).contains(&label.len())), "{address}");
            assert_eq!(address.len(), characters);
        }
    }
}
