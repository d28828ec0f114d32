//! Masks what may be somebody's own in a JSON body of a hub: the texts of properties that no
//! description knows, and those of properties that bear a person's data, known or not. Names of
//! properties, JSON types, lengths, ids, dates, statuses, organizations and errors stay: they are
//! evidence. Kept bodies are cut, so they are scanned rather than parsed. Knows no secret.

use serde_json::Value;

use super::{MASK, applicant, contacts};

/// What the name of a property that bears a person's data holds, in small letters, without marks.
const PERSONAL: [&str; 36] = [
    "address",
    "adresse",
    "agent",
    "applicant",
    "auteur",
    "author",
    "beneficiaire",
    "birth",
    "citizen",
    "citoyen",
    "contact",
    "demandeur",
    "familyname",
    "firstname",
    "givenname",
    "iban",
    "lastname",
    "localadministrator",
    "mail",
    "mobile",
    "naissance",
    "nir",
    "nomfamille",
    "nomusage",
    "person",
    "phone",
    "portable",
    "prenom",
    "secusociale",
    "securitesociale",
    "signataire",
    "street",
    "surname",
    "telephone",
    "usager",
    "username",
];
/// Properties of any body whose texts stay: the two forms of errors, and the parts of an
/// organization's identifier.
const EVIDENCE: [&str; 5] = ["branchCode", "companyRegister", "errors", "fault", "type"];
/// Properties whose texts stay in the body of a refusal: errors as frameworks write them.
const OF_REFUSALS: [&str; 8] =
    ["code", "description", "detail", "error", "error_description", "message", "path", "title"];
/// Longest run of digits that is a count or a code rather than somebody's number.
const LONGEST_COUNT: usize = 9;

/// The body without anybody's data; `described` are the schemas that it may keep to. None when it
/// is no JSON.
pub(super) fn masked(text: &str, described: &[&Value], is_refusal: bool) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[', '"']) {
        return None;
    }
    let scan = Scan {
        rest: text,
        masked: String::with_capacity(text.len()),
        open: Vec::new(),
        value: Meaning::Described(described.to_vec()),
        is_refusal,
    };
    Some(scan.whole())
}

/// What is known of a value.
#[derive(Clone)]
enum Meaning<'a> {
    /// These schemas describe it.
    Described(Vec<&'a Value>),
    /// It is evidence, and all that it holds.
    Evidence,
    /// Nothing.
    Unknown,
    /// It is somebody's.
    Personal,
}

impl<'a> Meaning<'a> {
    /// That of a property.
    fn of(&self, name: &str, is_refusal: bool) -> Self {
        let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let plain = plain.to_lowercase().replace('é', "e");
        match self {
            Self::Evidence | Self::Personal => return self.clone(),
            _ if PERSONAL.iter().any(|part| plain.contains(part)) => return Self::Personal,
            Self::Described(schemas) => {
                let below = below(schemas, &|schema| schema["properties"].get(name));
                if !below.is_empty() {
                    return Self::Described(below);
                }
            }
            Self::Unknown => {}
        }
        let says_state = ["status", "statut", "state", "etat"].iter().any(|it| plain.contains(it));
        let says_why = is_refusal && OF_REFUSALS.contains(&name);
        if says_state || says_why || EVIDENCE.contains(&name) {
            Self::Evidence
        } else {
            Self::Unknown
        }
    }

    /// That of an item of an array.
    fn of_item(&self) -> Self {
        match self {
            Self::Described(schemas) => match below(schemas, &|schema| schema.get("items")) {
                items if items.is_empty() => Self::Unknown,
                items => Self::Described(items),
            },
            other => other.clone(),
        }
    }
}

/// What these schemas, and the parts they are made of, say of something.
fn below<'a>(
    schemas: &[&'a Value],
    said: &impl Fn(&'a Value) -> Option<&'a Value>,
) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for schema in schemas {
        found.extend(said(schema));
        for parts in ["allOf", "anyOf", "oneOf"] {
            let parts: Vec<_> = schema[parts].as_array().into_iter().flatten().collect();
            found.extend(below(&parts, said));
        }
    }
    found
}

struct Open<'a> {
    meaning: Meaning<'a>,
    is_object: bool,
    awaits_name: bool,
}

struct Scan<'a, 't> {
    rest: &'t str,
    masked: String,
    open: Vec<Open<'a>>,
    /// Of the value that comes next.
    value: Meaning<'a>,
    is_refusal: bool,
}

impl Scan<'_, '_> {
    fn whole(mut self) -> String {
        while let Some(first) = self.rest.chars().next() {
            match first {
                '{' | '[' => self.opens(first == '{'),
                '}' | ']' => self.closes(),
                ',' => self.goes_on(),
                '"' => self.string(),
                '0'..='9' | '-' if matches!(self.value, Meaning::Personal) => {
                    let after = self.rest.trim_start_matches(|c: char| {
                        c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')
                    });
                    self.masked.push('0');
                    self.rest = after;
                }
                _ => self.copy(first.len_utf8()),
            }
        }
        self.masked
    }

    fn copy(&mut self, length: usize) {
        let (copied, rest) = self.rest.split_at(length);
        self.masked.push_str(copied);
        self.rest = rest;
    }

    fn opens(&mut self, is_object: bool) {
        let meaning = self.value.clone();
        if !is_object {
            self.value = meaning.of_item();
        }
        self.open.push(Open { meaning, is_object, awaits_name: is_object });
        self.copy(1);
    }

    fn closes(&mut self) {
        self.open.pop();
        self.value = match self.open.last() {
            Some(open) if !open.is_object => open.meaning.of_item(),
            _ => Meaning::Unknown,
        };
        self.copy(1);
    }

    fn goes_on(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.awaits_name = open.is_object;
        }
        self.copy(1);
    }

    fn string(&mut self) {
        let end = 1 + applicant::end_of_string(&self.rest[1..], "\"");
        let written = &self.rest[1..end];
        let read = serde_json::from_str(&format!("\"{written}\""));
        let read: String = read.unwrap_or_else(|_| written.to_owned());
        match self.open.last_mut() {
            Some(open) if open.awaits_name => {
                open.awaits_name = false;
                self.value = open.meaning.of(&read, self.is_refusal);
                self.copy(end);
            }
            _ => {
                self.masked.push('"');
                self.masked.push_str(&shown(written, &read, &self.value));
                self.rest = &self.rest[end..];
            }
        }
        let closing = usize::from(self.rest.starts_with('"'));
        self.copy(closing);
    }
}

/// What is shown of a text.
fn shown(written: &str, read: &str, meaning: &Meaning<'_>) -> String {
    let is_shown = match meaning {
        _ if read.is_empty() || read == MASK || applicant::is_stand_in(read) => true,
        Meaning::Described(_) | Meaning::Evidence => {
            let masked = contacts::masked(read);
            return if masked == read { written.to_owned() } else { inside_json(masked) };
        }
        Meaning::Unknown => is_id(read) || is_date(read) || is_count(read),
        Meaning::Personal => is_id(read),
    };
    if is_shown {
        return written.to_owned();
    }
    match read.split_once('@') {
        Some((_, host)) if !host.contains(char::is_whitespace) && host.contains('.') => {
            format!("{MASK}@{}", host.replace(['"', '\\'], ""))
        }
        _ => format!("[masqué, {} caractères]", read.chars().count()),
    }
}

/// A text as it stands between the quotation marks of JSON.
fn inside_json(text: String) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn is_id(text: &str) -> bool {
    let is_group = |(group, length): (&str, usize)| {
        group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    text.split('-').count() == 5 && text.split('-').zip([8, 4, 4, 4, 12]).all(is_group)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    bytes.len() >= 10
        && bytes.len() <= 40
        && (digits(0..4) && bytes[4] == b'-' && digits(5..7) && bytes[7] == b'-' && digits(8..10))
        && bytes[10..].iter().all(|byte| byte.is_ascii_digit() || b"T:.+-Z ".contains(byte))
}

fn is_count(text: &str) -> bool {
    text.len() <= LONGEST_COUNT && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use contract::description::Description;
    use contract::operations::Operation;
    use serde_json::json;

    use super::*;

    fn of_a_case(body: &Value) -> Value {
        let schemas = Description::bundled().answer_schemas(Operation::GetCase, 200);
        let masked = masked(&body.to_string(), &schemas, false).unwrap();
        serde_json::from_str(&masked).unwrap()
    }

    #[test]
    fn what_no_description_knows_and_what_is_somebodys_is_masked() {
        let body = json!({
            "quotientFamilial": "élevé",
            "demandeur": { "nom": "Durand", "id": "6f1c0000-0000-4000-8000-000000000000",
                           "dateNaissance": "1980-01-01", "enfants": ["Zoé", 3] },
            "applicants": [{ "firstName": "Zoé" }],
            "telephoneFixe": 612_345_678,
            "courrielDeContact": "zoe@exemple.fr",
            "notes": [["Durand"], "Zoé"],
            "events": [{ "author": "Zoé Durand", "nomComplet": "Durand", "comment": "appeler\nle 06 12 34 56 78\nzoe@exemple.fr" }],
            "piece": { "description": "acte de Mme Durand" },
        });
        let shown = of_a_case(&body);
        let text = shown.to_string();
        for gone in ["élevé", "Durand", "Zoé", "1980", "612", "zoe@", "06 12"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        assert_eq!(shown["quotientFamilial"], "[masqué, 5 caractères]");
        assert_eq!(shown["demandeur"]["id"], body["demandeur"]["id"]);
        assert_eq!(shown["courrielDeContact"], "[masqué]@exemple.fr");
        assert_eq!(shown["telephoneFixe"], 0);
        assert_eq!(shown["events"][0]["comment"], "appeler\nle [masqué]\n[masqué]@exemple.fr");
    }

    #[test]
    fn evidence_stays() {
        let body = json!({
            "id": "6f1c0000-0000-4000-8000-000000000000", "externalId": "DGS-1-1",
            "status": "SENT", "processCode": "EtatCivil", "sousStatut": "EN ATTENTE",
            "recipient": { "type": "SI", "companyRegister": "13000000000001", "branchCode": "1" },
            "delegue": { "type": "SI", "companyRegister": "13000000000001", "branchCode": "1" },
            "updateDateTime": "2026-11-21T09:15:02Z", "autreDate": "2026-11-21", "rang": "12",
            "isOpen": true, "count": 3, "nothing": null, "empty": "",
            "attachments": [{ "fileName": "acte.pdf", "type": "ACTE", "size": 12 }],
            "errors": [{ "code": 400, "message": "externalId is missing", "champ": "x y" }],
            "fault": { "code": 900901, "description": "Access denied" },
        });
        assert_eq!(of_a_case(&body), body);
    }

    #[test]
    fn a_refusal_says_why() {
        let body = r#"{"status":500,"error":"Internal","message":"null at x","user":"Durand"}"#;
        let shown = masked(body, &[], true).unwrap();
        assert_eq!(shown, body.replace("Durand", "[masqué, 6 caractères]"));
    }

    #[test]
    fn a_body_that_is_cut_shows_nothing_of_the_last_text() {
        let shown = masked(r#"[{"note":"Zoé \"Dur"#, &[], false).unwrap();
        assert_eq!(shown, r#"[{"note":"[masqué, 8 caractères]"#);
        assert_eq!(masked("nothing at all", &[], false), None);
        for odd in ["[", "{\"", "{\"a", "]]}{", "[\"\\", "{\"mail\":-", "\"é"] {
            let _ = masked(odd, &[], true);
        }
    }
}
