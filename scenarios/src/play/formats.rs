//! Formats of files, by the names that the features give them: which démarche admits one, and bytes
//! that are of it, or not. Types are compared by families (contract §6, "Folder attachment").

use contract::ids::ProcessCode;

use crate::actor::{files, profile::Profile};
use crate::check::Stop;
use crate::roles::Role;
use crate::world::World;

/// A démarche and a type of attachment of it that admit a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// The démarche.
    pub process: ProcessCode,
    /// The type of attachment.
    pub kind: String,
    /// The mime type to announce.
    pub mime_type: String,
}

/// The mime type that a feature means by a name.
pub(crate) fn mime_type_of(name: &str) -> Result<&'static str, Stop> {
    Ok(match name {
        "PDF" => "application/pdf",
        "XML" => "application/xml",
        "JSON" => "application/json",
        "texte" => "text/plain",
        "zip" => "application/zip",
        "ODT" => "application/vnd.oasis.opendocument.text",
        "DOCX" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "PNG" => "image/png",
        _ => return Err(unknown(name)),
    })
}

/// Bytes of the content that a feature names.
pub(crate) fn content_of(name: &str, seed: &str) -> Result<Vec<u8>, Stop> {
    let xml = |declaration: &str| {
        format!(
            "{declaration}<dossier><reference>{seed}</reference><lieu>Orléans</lieu></dossier>\n"
        )
    };
    Ok(match name {
        "XML en ISO-8859-1" => files::xml_in_latin_1(seed),
        "XML en UTF-16" => utf_16(&xml("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n")),
        "XML sans prologue" => xml("").into_bytes(),
        "XML avec marque d'ordre" => {
            format!("\u{feff}{}", xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")).into_bytes()
        }
        "JSON en tableau" => format!("[{{\"reference\": \"{seed}\"}}, 2]\n").into_bytes(),
        _ => files::of(mime_type_of(name)?, seed),
    })
}

fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn unknown(name: &str) -> Stop {
    Stop::broken("préparation d'un fichier", "un format connu des scénarios", format!("« {name} »"))
}

impl World {
    /// A démarche that admits a format and on which all roles of the scenario can be played: the
    /// one played if it does.
    pub(crate) fn process_admitting(&self, mime_type: &str) -> Option<Admitted> {
        let roles = Role::ALL
            .into_iter()
            .filter(|role| self.assignment().credential(*role).is_some())
            .collect();
        let session = self.session();
        let played = self.assignment().process.iter();
        let mut processes = played.chain(session.credentials.processes());
        processes.find_map(|process| {
            let profile = Profile::of(process, &session.target);
            let admits =
                |mime_types: &Vec<String>| mime_types.iter().any(|admitted| admitted == mime_type);
            let (kind, _) =
                profile.attachments.into_iter().find(|(_, mime_types)| admits(mime_types))?;
            session.credentials.assign_on(process, &roles).ok()?;
            Some(Admitted { process: process.clone(), kind, mime_type: mime_type.to_owned() })
        })
    }

    /// A mime type that the démarche played admits for none of its attachments, as far as is known.
    pub(crate) fn forbidden_mime_type(&self) -> Result<&'static str, Stop> {
        let profile = self.profile()?;
        let candidates = ["image/png", "text/plain", "application/json"];
        let is_admitted = |mime: &str| {
            profile.attachments.iter().any(|(_, admitted)| admitted.iter().any(|one| one == mime))
        };
        candidates.into_iter().find(|mime| !is_admitted(mime)).ok_or_else(|| {
            Stop::broken(
                "choix d'un format non admis",
                "un format que la démarche n'admet pas",
                "elle les admet tous",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_xml_of_the_features_is_another_encoding_of_the_same() {
        let names = [
            "XML",
            "XML en ISO-8859-1",
            "XML en UTF-16",
            "XML sans prologue",
            "XML avec marque d'ordre",
        ];
        let contents: Vec<_> =
            names.iter().map(|name| content_of(name, "A-B-1").unwrap()).collect();
        assert!(contents[1].contains(&0xe9), "é is one byte in ISO-8859-1");
        assert!(contents[2].starts_with(&[0xff, 0xfe]));
        assert!(contents[3].starts_with(b"<dossier>"));
        assert!(contents[4].starts_with("\u{feff}<?xml".as_bytes()));
    }

    #[test]
    fn a_format_no_scenario_knows_is_a_mistake_of_the_feature() {
        assert!(content_of("WordPerfect", "x").is_err());
    }
}
