//! The headers with a meaning: the technical ones, and the digest of a file (contract §1 and §6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::organization::PartnerInfo;
use http::HeaderMap;

/// The software that calls, as it declares itself; lengths were checked against the description.
pub(super) fn partner_info(headers: &HeaderMap) -> PartnerInfo {
    let text = |name: &str| {
        let value = headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    PartnerInfo {
        editor_name: text("editorname"),
        application_name: text("applicationname"),
        software_version: text("softwareversion"),
    }
}

/// The digest that a sender gives of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    /// None was given.
    Absent,
    /// This one; `None` when the text is no base64 of 32 bytes, which no file has.
    Given(Option<[u8; 32]>),
}

impl Digest {
    /// Reads the header: base64 of the SHA-256, bare or in the form of RFC 3230 (`SHA-256=…`).
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get("digest") else {
            return Self::Absent;
        };
        let text = value.to_str().unwrap_or_default().trim();
        let bare = match text.get(..8) {
            Some(prefix) if prefix.eq_ignore_ascii_case("sha-256=") => &text[8..],
            _ => text,
        };
        Self::Given(STANDARD.decode(bare).ok().and_then(|bytes| bytes.try_into().ok()))
    }

    /// Whether it may be the digest of a file with this one.
    pub(crate) fn matches(&self, sha256: &[u8; 32]) -> bool {
        match self {
            Self::Absent => true,
            Self::Given(given) => given.as_ref() == Some(sha256),
        }
    }

    /// The header of a file that is sent.
    pub(crate) fn write(sha256: &[u8; 32]) -> String {
        STANDARD.encode(sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Digest {
        let mut headers = HeaderMap::new();
        headers.insert("digest", value.parse().unwrap());
        Digest::read(&headers)
    }

    #[test]
    fn a_digest_is_read_in_either_form() {
        let sha256 = [7; 32];
        let written = Digest::write(&sha256);
        assert!(read(&written).matches(&sha256));
        assert!(read(&format!("SHA-256={written}")).matches(&sha256));
        assert!(!read(&written).matches(&[8; 32]));
        assert!(!read("é not base64").matches(&sha256));
        assert!(Digest::read(&HeaderMap::new()).matches(&sha256));
    }
}
