use std::io::{Cursor, Write as _};

use super::*;

fn zip_of(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn check(announced: &str, bytes: &[u8]) -> bool {
    let container = may_be_zip(bytes).then(|| read_container(Cursor::new(bytes))).flatten();
    agrees(announced, &bytes[..bytes.len().min(HEAD_BYTES)], container.as_ref())
}

const PDF: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

#[test]
fn xml_is_xml_in_any_encoding_with_or_without_prolog() {
    let utf16 = |text: &str| {
        [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect::<Vec<u8>>()
    };
    let big_endian: Vec<u8> = [0xfe, 0xff]
        .into_iter()
        .chain("<?xml?><a>œ</a>".encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let samples: [&[u8]; 8] = [
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
        b"<racine>texte</racine>",
        b"\n\n  <ns:racine/>",
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><nom>Ren\xe9</nom>",
        b"\xef\xbb\xbf<a/>",
        b"<!-- commentaire --><a/>",
        &utf16("<?xml version=\"1.0\" encoding=\"UTF-16\"?><nom>Œuvre</nom>"),
        &big_endian,
    ];
    for sample in samples {
        for announced in
            ["application/xml", "text/xml", "TEXT/XML; charset=utf-8", "application/atom+xml"]
        {
            assert!(check(announced, sample), "{announced} {:?}", String::from_utf8_lossy(sample));
        }
    }
    let other: [&[u8]; 6] = [b"{\"a\":1}", b"nom;prenom\n", PDF, PNG, b"", b"< 3"];
    for sample in other {
        assert!(!check("application/xml", sample), "{:?}", String::from_utf8_lossy(sample));
    }
}

#[test]
fn json_csv_and_plain_text_are_one_family() {
    for announced in ["application/json", "text/csv", "text/plain", "application/ld+json"] {
        let samples: [&[u8]; 5] =
            [b"{\"a\":1}", b"nom;pr\xe9nom\n", "accentué".as_bytes(), b"\xff\xfea\0b\0", b""];
        for sample in samples {
            assert!(check(announced, sample), "{announced} {sample:?}");
        }
        for sample in [PDF, PNG, b"\0\x01\x02" as &[u8]] {
            assert!(!check(announced, sample), "{announced} {sample:?}");
        }
    }
    assert!(check("text/plain", b"<a/>"), "XML is text");
    assert!(!check("application/json", b"<a/>"), "XML is not JSON");
}

#[test]
fn binaries_are_known_by_their_signature() {
    assert!(check("application/pdf", PDF));
    assert!(check("application/pdf", b"\xef\xbb\xbf%PDF-1.7"));
    assert!(!check("application/pdf", b"<html>%PD</html>"));
    assert!(check("image/png", PNG));
    assert!(!check("image/png", PDF));
    assert!(check("image/jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"));
    assert!(check("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"));
    assert!(!check("application/pdf", b""));
}

#[test]
fn containers_are_of_the_announced_kind() {
    let docx = zip_of(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")]);
    let odt =
        zip_of(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<o/>")]);
    let plain = zip_of(&[("flux.xml", "<f/>")]);
    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const ODT: &str = "application/vnd.oasis.opendocument.text";
    const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";
    let expected = [
        (&docx, [true, false, false, false, true]),
        (&odt, [false, false, true, false, true]),
        (&plain, [false, false, false, false, true]),
    ];
    for (bytes, answers) in expected {
        for (announced, answer) in
            [DOCX, XLSX, ODT, ODS, "application/zip"].into_iter().zip(answers)
        {
            assert_eq!(check(announced, bytes), answer, "{announced}");
        }
    }
    assert!(!check("application/zip", b"PK\x03\x04 and then nothing"));
    assert!(!check("application/xml", &plain), "a zip under an .xml name is announced as a zip");
}

#[test]
fn a_type_nothing_is_known_about_takes_anything() {
    assert!(check("application/octet-stream", PNG));
    assert!(check("application/x-flux-siv", b""));
}

#[test]
fn a_list_of_entries_without_end_is_not_read() {
    let names = |count: usize| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        writer.start_file("large", stored).unwrap();
        writer.write_all(&vec![b'x'; 10_000_000]).unwrap();
        for entry in 0..count {
            writer.start_file(format!("{entry:0200}"), stored).unwrap();
        }
        // What stands before a container, as in one that extracts itself, is no list.
        [vec![b'y'; 10_000_000], writer.finish().unwrap().into_inner()].concat()
    };
    assert_eq!(open(Cursor::new(names(10_000))).unwrap().unwrap().len(), 10_001);
    assert_eq!(open(Cursor::new(names(40_000))).err(), Some(TooManyEntries));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_check_fail_to_answer(bytes: Vec<u8>, announced in "[a-z/+.;]{0,40}") {
        let _ = check(&announced, &bytes);
        let _ = check("application/vnd.oasis.opendocument.text", &[b"PK\x03\x04".as_slice(), &bytes].concat());
    }
}
