//! What a zip container says about itself: the names of its entries, and the `mimetype` entry of
//! ODF. Extracts nothing else.

use std::io::{Read, Seek};

/// How many entries of a container are looked at.
const MAX_ENTRIES: usize = 10_000;
/// How much of the `mimetype` entry is read.
const MIMETYPE_BYTES: u64 = 256;

/// The marks of a zip file's kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Container {
    names: Vec<String>,
    mimetype: Option<String>,
}

impl Container {
    /// Office Open XML of one kind: the list of content types, and a part in the kind's folder
    /// (ECMA-376 part 2).
    pub(super) fn is_ooxml(&self, folder: &str) -> bool {
        self.names.iter().any(|name| name == "[Content_Types].xml")
            && self.names.iter().any(|name| name.starts_with(folder))
    }

    /// OpenDocument of one kind: its `mimetype` entry says so (ODF 1.2 part 3 §3.3). The template
    /// of a kind is of that kind.
    pub(super) fn is_odf(&self, essence: &str) -> bool {
        let kind = |text: &str| text.trim().trim_end_matches("-template").to_ascii_lowercase();
        self.mimetype.as_deref().is_some_and(|mimetype| kind(mimetype) == kind(essence))
    }
}

/// Reads the marks of a zip file; `None` when it is not one.
pub(crate) fn read_container<R: Read + Seek>(file: R) -> Option<Container> {
    let mut archive = zip::ZipArchive::new(file).ok()?;
    let mut container = Container::default();
    for index in 0..archive.len().min(MAX_ENTRIES) {
        if let Some(Ok(name)) = archive.name_for_index(index) {
            container.names.push(name.into_owned());
        }
    }
    if let Some(index) = container.names.iter().position(|name| name == "mimetype") {
        let mut text = String::new();
        if let Ok(entry) = archive.by_index(index) {
            // Not text, or not readable: then it names no kind.
            if entry.take(MIMETYPE_BYTES).read_to_string(&mut text).is_ok() {
                container.mimetype = Some(text);
            }
        }
    }
    Some(container)
}
