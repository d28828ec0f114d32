//! Whether a file is of the type announced: types are compared by families (contract §6, "Folder
//! attachment"), on the bytes alone; file name extensions are never looked at. Pure functions: the
//! caller reads the file.
//!
//! - XML: `application/xml`, `text/xml` and every `…+xml`, in any encoding, with or without prolog;
//! - text: JSON, CSV, plain text and the other `text/…`; XML is text too, but is no JSON and no
//!   CSV;
//! - OOXML and ODF: zip containers of the announced kind; a plain zip is any of them;
//! - PDF, old Office files, and every binary type whose signature is known;
//! - any other announced type takes any bytes: nothing can be said about it.

mod container;
mod text;

pub(crate) use container::{Container, TooManyEntries, open, read_container};

/// How many bytes from the start of a file the check needs.
pub(crate) const HEAD_BYTES: usize = 8192;

/// The family of an announced type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family<'a> {
    Xml,
    /// Text that XML is not a form of.
    StructuredText,
    PlainText,
    Pdf,
    Zip,
    Ooxml(&'static str),
    Odf(&'a str),
    OldOffice,
    Rtf,
    Signature(&'a str),
    Unknown,
}

/// Whether the bytes are of the announced type's family. `head` is the first [`HEAD_BYTES`] of the
/// file, or all of it; `container` is what [`read_container`] found when the file is a zip.
pub(crate) fn agrees(announced: &str, head: &[u8], container: Option<&Container>) -> bool {
    let essence = announced.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match family(&essence) {
        Family::Xml => text::is_xml(head),
        Family::StructuredText => text::is_text(head) && !text::is_xml(head),
        Family::PlainText => text::is_text(head),
        Family::Pdf => is_pdf(head),
        Family::Zip => container.is_some(),
        Family::Ooxml(folder) => container.is_some_and(|zip| zip.is_ooxml(folder)),
        Family::Odf(kind) => container.is_some_and(|zip| zip.is_odf(kind)),
        Family::OldOffice => head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
        Family::Rtf => head.starts_with(b"{\\rtf"),
        Family::Signature(kind) => infer::is_mime(head, kind),
        Family::Unknown => true,
    }
}

/// Whether the file may be a zip container, so that reading it as one is worth while.
pub(crate) fn may_be_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn family(essence: &str) -> Family<'_> {
    match essence {
        "application/xml" | "text/xml" => Family::Xml,
        "application/json" | "text/json" | "text/csv" | "application/csv" => Family::StructuredText,
        "application/pdf" | "application/x-pdf" => Family::Pdf,
        "application/zip" | "application/x-zip-compressed" | "application/x-zip" => Family::Zip,
        "application/msword" | "application/vnd.ms-excel" | "application/vnd.ms-powerpoint" => {
            Family::OldOffice
        }
        "application/rtf" | "text/rtf" => Family::Rtf,
        "image/jpg" | "image/pjpeg" => Family::Signature("image/jpeg"),
        // Bytes: what is announced of a file nothing is known about.
        "application/octet-stream" => Family::Unknown,
        _ if essence.ends_with("+xml") => Family::Xml,
        _ if essence.ends_with("+json") => Family::StructuredText,
        _ if essence.starts_with("text/") => Family::PlainText,
        _ => container_family(essence),
    }
}

fn container_family(essence: &str) -> Family<'_> {
    if let Some(kind) = essence.strip_prefix("application/vnd.openxmlformats-officedocument.") {
        return match kind.split('.').next().unwrap_or_default() {
            "wordprocessingml" => Family::Ooxml("word/"),
            "spreadsheetml" => Family::Ooxml("xl/"),
            "presentationml" => Family::Ooxml("ppt/"),
            _ => Family::Zip,
        };
    }
    if essence.starts_with("application/vnd.oasis.opendocument.") {
        return Family::Odf(essence);
    }
    if infer::is_mime_supported(essence) { Family::Signature(essence) } else { Family::Unknown }
}

/// A PDF may carry bytes before its header, within the first 1,024 (ISO 32000, annex H).
fn is_pdf(head: &[u8]) -> bool {
    head[..head.len().min(1024)].windows(5).any(|window| window == b"%PDF-")
}

#[cfg(test)]
mod tests;
