//! What the démarches of a target must allow for the suite to deposit on them
//! (`docs/target-file.md`), read as the administrator before a run. Judges nothing: a démarche that
//! allows less is right, and the target's to change.

use contract::ids::ProcessCode;
use contract::journeys;
use contract::operations::{Operation, Scope};
use reports::Lang;
use serde_json::Value;

use crate::actor::profile::{FORMATS_OF_AN_SI, Profile};
use crate::client::{Call, ClientError};
use crate::session::Session;

/// What one démarche does not allow.
pub struct Shortfall {
    /// Its code.
    pub process: ProcessCode,
    lacks: Vec<Lack>,
}

/// One thing that the suite sends and the démarche does not allow.
#[derive(Debug, PartialEq, Eq)]
enum Lack {
    /// The hub has no such démarche.
    Process,
    /// It is closed.
    Activation,
    /// A type of attachment.
    Kind(String),
    /// A format, from an OSL.
    Format(String),
    /// A format, from an SI.
    FormatOfAnSi(String),
}

impl Shortfall {
    /// In a sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        let lacks: Vec<String> = self.lacks.iter().map(|lack| lack.in_words(lang)).collect();
        let what = lang.pick("n'admet pas ce que la suite y dépose", "lacks what the suite sends");
        format!("{} {what}{}{}", self.process, lang.colon(), lacks.join(", "))
    }
}

impl Lack {
    fn in_words(&self, lang: Lang) -> String {
        let named = |fr, en, value: &str| format!("{} {value}", lang.pick(fr, en));
        match self {
            Self::Process => lang.pick("démarche inconnue du hub", "unknown to the hub").to_owned(),
            Self::Activation => lang.pick("démarche fermée", "not activated").to_owned(),
            Self::Kind(kind) => named("type de pièce", "attachment type", kind),
            Self::Format(mime) => named("format d'un OSL", "format of an OSL", mime),
            Self::FormatOfAnSi(mime) => named("format d'un SI", "format of an SI", mime),
        }
    }
}

/// The démarches that the target's OSL deposit on and that allow less than the suite sends. None
/// when no administrator can read them.
///
/// # Errors
/// When the hub cannot be reached.
pub async fn find(session: &Session) -> Result<Vec<Shortfall>, ClientError> {
    let all = session.credentials.all();
    let Some(admin) = all.iter().find(|credential| credential.scope == Scope::Admin) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for process in session.credentials.processes() {
        let deposits = |scope, process| {
            all.iter().any(|own| own.scope == scope && own.processes.contains(process))
        };
        // Others may be there to refuse (a closed one, one that takes no answer): only of these
        // does the suite expect what the documents give for them.
        let sandbox = session.target.sandbox.process.as_ref() == Some(process);
        if !(sandbox || journeys::of(process.as_str()).is_some()) || !deposits(Scope::Osl, process)
        {
            continue;
        }
        let read = Call::operation(Operation::GetProcess, &[process.as_str()]).by(admin);
        let reply = session.client.send(&read).await?;
        let lacks = match reply.status() {
            200 => {
                let profile = Profile::of(process, &session.target);
                lacks(reply.json(), &profile, deposits(Scope::Si, process))
            }
            404 => vec![Lack::Process],
            // The hub's refusal says nothing of the démarche: the run judges it.
            _ => Vec::new(),
        };
        if !lacks.is_empty() {
            found.push(Shortfall { process: process.clone(), lacks });
        }
    }
    Ok(found)
}

fn lacks(read: &Value, profile: &Profile, answered: bool) -> Vec<Lack> {
    // A list that the answer leaves out says nothing.
    let allows = |list: &str, wanted: &str| {
        let list = read[list].as_array();
        list.is_none_or(|list| list.iter().any(|own| own.as_str() == Some(wanted)))
    };
    let mut lacks = Vec::new();
    if read["isActivated"] == false {
        lacks.push(Lack::Activation);
    }
    for (kind, formats) in &profile.attachments {
        if !allows("attachmentTypesEnabled", kind) {
            lacks.push(Lack::Kind(kind.clone()));
        }
        for format in formats {
            let lack = Lack::Format(format.clone());
            if !allows("attachmentFormatsEnabled", format) && !lacks.contains(&lack) {
                lacks.push(lack);
            }
        }
    }
    for format in FORMATS_OF_AN_SI.into_iter().filter(|_| answered) {
        if !allows("siAttachmentFormatsEnabled", format) {
            lacks.push(Lack::FormatOfAnSi(format.to_owned()));
        }
    }
    lacks
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_démarche_does_not_allow_is_named_once() {
        let profile = Profile {
            process: ProcessCode::try_from("X").unwrap(),
            number_prefix: "X-".to_owned(),
            attachments: vec![
                ("known".to_owned(), vec!["application/pdf".to_owned()]),
                ("other".to_owned(), vec!["text/plain".to_owned(), "application/pdf".to_owned()]),
            ],
        };
        let read = json!({
            "isActivated": true,
            "attachmentTypesEnabled": ["known"],
            "attachmentFormatsEnabled": ["text/plain"],
            "siAttachmentFormatsEnabled": ["application/pdf", "application/json"],
        });
        let of_an_osl =
            [Lack::Format("application/pdf".to_owned()), Lack::Kind("other".to_owned())];
        assert_eq!(lacks(&read, &profile, false), of_an_osl);
        let of_an_si = Lack::FormatOfAnSi("application/xml".to_owned());
        assert_eq!(lacks(&read, &profile, true).last(), Some(&of_an_si));
        assert_eq!(lacks(&json!({}), &profile, true), [], "nothing is said");
        assert_eq!(lacks(&json!({ "isActivated": false }), &profile, true), [Lack::Activation]);
    }
}
