//! Files to send: small, valid, each different, of the mime types in use. The EICAR test file is
//! put together at run time, so that no antivirus stops this program itself.

use std::io::{Cursor, Write as _};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// A file of a mime type; `seed` makes its bytes unlike any other's.
pub fn of(mime_type: &str, seed: &str) -> Vec<u8> {
    match mime_type {
        "application/pdf" => pdf(seed),
        "application/xml" | "text/xml" => xml(seed),
        "application/json" => {
            format!("{{\"reference\":\"{seed}\",\"demandeur\":\"étalon\"}}\n").into_bytes()
        }
        "application/zip" => zipped(&[("document.txt", seed.as_bytes())]),
        "application/vnd.oasis.opendocument.text" => odt(seed),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => docx(seed),
        "image/png" => png(seed),
        _ => format!("Référence {seed}\nDocument d'essai.\n").into_bytes(),
    }
}

/// What a file of a format that can be stretched starts and ends with.
pub fn frame(mime_type: &str) -> Option<(&'static str, &'static str)> {
    Some(match mime_type {
        "application/xml" | "text/xml" => {
            ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<document>\n", "\n</document>\n")
        }
        "application/pdf" => ("%PDF-1.4\n", "\n%%EOF\n"),
        "application/json" => ("{\"document\":\"essai\"\n", "\n}\n"),
        "text/plain" => ("", ""),
        _ => return None,
    })
}

/// Whether a format is text, whose lines end in a way that must not be changed.
pub fn is_text(mime_type: &str) -> bool {
    mime_type != "application/pdf"
}

/// A file of so many bytes, if its format can be stretched: lines that end in each of the three
/// ways in a text, else every byte there is. `seed` makes it unlike any other, but for blank JSON.
pub fn of_size(mime_type: &str, seed: &str, size: usize) -> Option<Vec<u8>> {
    let (head, tail) = frame(mime_type)?;
    let line: Vec<u8> = match mime_type {
        // Between two tokens of JSON, blanks alone are allowed.
        "application/json" => b"   \r\n\t\n \r".to_vec(),
        _ if is_text(mime_type) => format!("{seed} un\r\n{seed} deux\n{seed} trois\r").into_bytes(),
        _ => seed.bytes().chain(0..=255).collect(),
    };
    let room = size.checked_sub(head.len() + tail.len())?;
    let middle = line.iter().copied().cycle().take(room);
    Some(head.bytes().chain(middle).chain(tail.bytes()).collect())
}

fn pdf(seed: &str) -> Vec<u8> {
    let mut text = String::from("%PDF-1.4\n%\u{e9}\u{e9}\n");
    let mut offsets = Vec::new();
    let content = format!("BT /F1 12 Tf 72 720 Td ({seed}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    for (index, object) in objects.iter().enumerate() {
        offsets.push(text.len());
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = text.len();
    text.push_str("xref\n0 5\n0000000000 65535 f \n");
    for offset in offsets {
        text.push_str(&format!("{offset:010} 00000 n \n"));
    }
    text.push_str(&format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    text.into_bytes()
}

fn xml(seed: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dossier><reference>{seed}</reference><nom>étalon</nom></dossier>\n").into_bytes()
}

/// The same document in ISO-8859-1, as CERTDC's are (contract §7).
pub fn xml_in_latin_1(seed: &str) -> Vec<u8> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<certificat><reference>{seed}</reference><lieu>Orl\u{e9}ans</lieu></certificat>\n"
    );
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
}

fn odt(seed: &str) -> Vec<u8> {
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text".as_slice()),
        (
            "content.xml",
            format!("<office:document-content>{seed}</office:document-content>").as_bytes(),
        ),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
    ])
}

fn docx(seed: &str) -> Vec<u8> {
    let types = concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">",
        "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>",
        "<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>",
        "</Types>",
    );
    let relationships = concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" ",
        "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>",
        "</Relationships>",
    );
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{seed}</w:t></w:r></w:p></w:body></w:document>"
    );
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relationships.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

fn png(seed: &str) -> Vec<u8> {
    let mut bytes =
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec();
    bytes.extend_from_slice(seed.as_bytes());
    bytes
}

/// A zip of these entries, compressed: whoever looks for bytes in it must open it. But for a
/// `mimetype`, by which formats made of a zip tell themselves.
pub fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let method = match *name {
            "mimetype" => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        // Writing to memory cannot fail for want of room on a disk.
        archive.start_file(*name, options).expect("an entry can be started in memory");
        archive.write_all(content).expect("an entry can be written in memory");
    }
    archive.finish().expect("an archive can be finished in memory").into_inner()
}

/// The beginning of a picture, of so many bytes: other content than was announced of a text or a
/// document.
pub fn picture_of(length: usize) -> Vec<u8> {
    let mut bytes = png("");
    bytes.resize(length, 0);
    bytes
}

/// The EICAR test file: harmless, and infected for every antivirus.
pub fn eicar() -> Vec<u8> {
    let halves = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];
    halves.concat().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seeds_make_two_files() {
        for mime in [
            "application/pdf",
            "application/xml",
            "application/json",
            "application/zip",
            "text/plain",
            "image/png",
        ] {
            assert_ne!(of(mime, "A"), of(mime, "B"), "{mime}");
        }
    }

    #[test]
    fn a_zip_shows_nothing_to_who_does_not_open_it() {
        let zipped = zipped(&[("eicar.com", &eicar())]);
        assert!(!zipped.windows(20).any(|bytes| eicar().windows(20).any(|part| part == bytes)));
    }

    #[test]
    fn a_stretched_file_has_its_size_and_every_line_end() {
        for mime in ["application/xml", "application/pdf", "application/json", "text/plain"] {
            let file = of_size(mime, "A", 8_193).unwrap();
            assert_eq!(file.len(), 8_193, "{mime}");
            let has_line_ends = file.windows(2).any(|pair| pair == b"\r\n");
            assert_eq!(has_line_ends, mime != "application/pdf", "{mime}");
        }
        serde_json::from_slice::<serde_json::Value>(&of_size("application/json", "A", 99).unwrap())
            .unwrap();
        assert_eq!(of_size("image/png", "A", 99), None);
    }

    #[test]
    fn the_eicar_file_has_its_68_bytes() {
        assert_eq!(eicar().len(), 68);
    }
}
