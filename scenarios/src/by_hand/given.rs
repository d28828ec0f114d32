//! Files that a person gives to send: their mime types told by their names, their types of
//! attachment by the démarche.

use std::io;
use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::actor::profile::Profile;
use crate::actor::{Enclosure, joining};

/// A file to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenFile {
    /// Its name.
    pub name: String,
    /// Its mime type.
    pub mime_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// The files of a directory by name, or one file.
///
/// # Errors
/// When it cannot be read, or holds no file.
pub fn files_of(path: &Path) -> io::Result<Vec<GivenFile>> {
    if path.is_file() {
        return Ok(vec![read(path)?]);
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no file is in it"));
    }
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> io::Result<GivenFile> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(GivenFile {
        mime_type: mime_type_of(&name).to_owned(),
        name,
        bytes: std::fs::read(path)?.into(),
    })
}

/// The mime type that a name tells.
fn mime_type_of(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        "json" => "application/json",
        "zip" => "application/zip",
        "odt" => "application/vnd.oasis.opendocument.text",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" => "text/plain",
        "csv" => "text/csv",
        _ => "application/octet-stream",
    }
}

impl GivenFile {
    /// The type of attachment that a démarche takes it as: the one that its name begins with, else
    /// the first that goes with its mime type, else the first.
    pub(super) fn kind<'p>(&self, profile: &'p Profile) -> &'p str {
        let kinds = &profile.attachments;
        let by_name = kinds.iter().find(|(kind, _)| self.name.starts_with(kind.as_str()));
        let by_mime = || kinds.iter().find(|(_, mime_types)| mime_types.contains(&self.mime_type));
        by_name.or_else(by_mime).or(kinds.first()).map_or("", |(kind, _)| kind)
    }
}

/// What is joined to an event, with the names that the files have, if they were given.
pub(super) struct Joined {
    pub(super) enclosures: Vec<Enclosure>,
    names: Vec<String>,
}

impl Joined {
    pub(super) fn given(files: &[GivenFile]) -> Self {
        let enclosure = |file: &GivenFile| Enclosure {
            mime_type: file.mime_type.clone(),
            bytes: file.bytes.clone(),
        };
        Self {
            enclosures: files.iter().map(enclosure).collect(),
            names: files.iter().map(|file| file.name.clone()).collect(),
        }
    }

    pub(super) fn made_up(mime_type: &str, seed: &str) -> Self {
        Self { enclosures: vec![Enclosure::of(mime_type, seed)], names: Vec::new() }
    }

    /// The body of an event that joins them, under the names that they have.
    pub(super) fn event(&self) -> Value {
        let mut body = joining(&self.enclosures, true);
        for (rank, name) in self.names.iter().enumerate() {
            body["attachments"][rank]["fileName"] = json!(name);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use contract::ids::ProcessCode;

    use super::*;
    use crate::target::Target;

    const TARGET: &str = "[hub]\nname='x'\nteledossiers_url='http://h/t'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n[[credential]]\nscope='ADMIN'\nclient_id='a'\nclient_secret='s'\n";

    #[test]
    fn a_file_is_of_the_type_that_its_name_or_its_mime_type_tells() {
        let target = Target::parse(TARGET, Path::new("t")).unwrap();
        let profile = Profile::of(&ProcessCode::try_from("EtatCivil").unwrap(), &target);
        for (name, kind) in [
            ("acte.pdf", "ActeEtatCivil-PDF"),
            ("acte.XML", "ActeEtatCivil-XML"),
            ("ActeEtatCivil-XML_1.pdf", "ActeEtatCivil-XML"),
            ("photo.png", "ActeEtatCivil-PDF"),
        ] {
            let mime_type = mime_type_of(name).to_owned();
            let file = GivenFile { name: name.to_owned(), mime_type, bytes: Bytes::new() };
            assert_eq!(file.kind(&profile), kind, "{name}");
        }
    }

    #[test]
    fn the_files_of_a_directory_come_by_name() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.xml", "a.pdf"] {
            std::fs::write(directory.path().join(name), name).unwrap();
        }
        std::fs::create_dir(directory.path().join("more")).unwrap();
        let read = files_of(directory.path()).unwrap();
        let names: Vec<_> = read.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.pdf", "b.xml"]);
        let empty = files_of(&directory.path().join("more")).unwrap_err();
        assert_eq!(empty.to_string(), "no file is in it");
        assert_eq!(files_of(&directory.path().join("a.pdf")).unwrap().len(), 1);
    }
}
