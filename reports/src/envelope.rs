//! `manifest.dsse.json`: the manifest of a run signed, as DSSE v1 writes it (Ed25519). Keys are PEM
//! files: PKCS#8 of the private half, SubjectPublicKeyInfo of the public one. Whom a key belongs to
//! is not known here: whoever verifies brings the public half, and none that lies beside the report
//! is ever asked.

use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contract::exchange::hexadecimal;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bounded;
use crate::directory::ReportError;
use crate::fresh;

/// The file that holds it.
pub const ENVELOPE_FILE: &str = "manifest.dsse.json";
/// What is signed: an in-toto statement.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// What stands before the 32 bytes of an Ed25519 key in its public half (RFC 8410).
const ED25519_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// An envelope.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload_type: String,
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: String,
    sig: String,
}

/// Why a key is none.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read or written.
    #[error("{}: {source}; check the path and the rights", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no key of this kind.
    #[error(
        "{} holds no {wanted} key of Ed25519 in PEM: `etalon key new` makes a pair", .path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
        /// Private or public.
        wanted: &'static str,
    },
    /// The system gives no randomness.
    #[error("no key can be made here: the system's source of randomness fails")]
    NoRandomness,
}

/// The private half of a key.
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new one, and its PEM.
    pub fn generate() -> Result<(Self, String), KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::NoRandomness)?;
        let private = pair.to_pkcs8v1().map_err(|_| KeyError::NoRandomness)?;
        let pem = pem("PRIVATE KEY", private.as_ref());
        Ok((Self(pair), pem))
    }

    /// Reads one.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let no_key = || KeyError::NoKey { path: path.to_owned(), wanted: "private" };
        let text = text(path)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&text).map_err(|_| no_key())?;
        let pair = Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| no_key())?;
        Ok(Self(pair))
    }

    /// Its public half.
    pub fn public(&self) -> VerifyingKey {
        let bytes = self.0.public_key().as_ref();
        VerifyingKey(<[u8; 32]>::try_from(bytes).unwrap_or_default())
    }

    /// Signs the manifest of a directory, of which these are the bytes, and leaves the envelope
    /// beside it.
    pub fn sign(&self, directory: &Path, manifest: &[u8]) -> Result<(), ReportError> {
        let signed = self.0.sign(&to_be_signed(manifest));
        let envelope = Envelope {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: BASE64_STANDARD.encode(manifest),
            signatures: vec![Signature {
                keyid: self.public().id(),
                sig: BASE64_STANDARD.encode(signed.as_ref()),
            }],
        };
        let path = directory.join(ENVELOPE_FILE);
        fresh::write(&path, envelope.text()).map_err(|error| ReportError::writing(&path, error))
    }
}

/// The public half of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey([u8; 32]);

impl VerifyingKey {
    /// Reads one.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let no_key = || KeyError::NoKey { path: path.to_owned(), wanted: "public" };
        let text = text(path)?;
        let der = SubjectPublicKeyInfoDer::from_pem_slice(&text).map_err(|_| no_key())?;
        let bytes = der.as_ref().strip_prefix(&ED25519_PREFIX).ok_or_else(no_key)?;
        bytes.try_into().map(Self).map_err(|_| no_key())
    }

    /// Its PEM.
    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.der())
    }

    /// What names it in envelopes: SHA-256 of its DER.
    pub fn id(&self) -> String {
        hexadecimal(&Sha256::digest(self.der()))
    }

    fn der(&self) -> Vec<u8> {
        [ED25519_PREFIX.as_slice(), &self.0].concat()
    }
}

/// What an envelope is found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// There is none.
    Not,
    /// There is one of this manifest, and no key to check it by.
    Unchecked,
    /// The key signed it.
    Holds,
    /// It is not of this manifest, or not by this key, or no envelope of ours.
    Altered,
}

/// Checks the envelope of a directory whose manifest has these bytes. Every byte of it counts: it
/// is the one text that étalon writes of what it says.
pub(crate) fn check(
    directory: &Path,
    manifest: &[u8],
    key: Option<&VerifyingKey>,
) -> Result<Signed, ReportError> {
    let path = directory.join(ENVELOPE_FILE);
    let longest = manifest.len() as u64 * 2 + 64 * 1024;
    let bytes = match path.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Signed::Not),
        Ok(found) if !found.is_file() || found.len() > longest => return Ok(Signed::Altered),
        _ => std::fs::read(&path).map_err(|source| ReportError::reading(&path, source))?,
    };
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&bytes) else {
        return Ok(Signed::Altered);
    };
    let is_ours = envelope.text().as_bytes() == bytes
        && envelope.payload_type == PAYLOAD_TYPE
        && BASE64_STANDARD.decode(&envelope.payload).is_ok_and(|payload| payload == manifest);
    let [signature] = envelope.signatures.as_slice() else { return Ok(Signed::Altered) };
    let Ok(sig) = BASE64_STANDARD.decode(&signature.sig) else { return Ok(Signed::Altered) };
    if !is_ours {
        return Ok(Signed::Altered);
    }
    let Some(key) = key else { return Ok(Signed::Unchecked) };
    let public = UnparsedPublicKey::new(&ED25519, key.0);
    let holds = signature.keyid == key.id() && public.verify(&to_be_signed(manifest), &sig).is_ok();
    Ok(if holds { Signed::Holds } else { Signed::Altered })
}

impl Envelope {
    fn text(&self) -> String {
        // Strings alone always have a JSON form.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// What is signed of a payload: PAE of DSSE v1.
fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn text(path: &Path) -> Result<Vec<u8>, KeyError> {
    bounded::read(path, bounded::GIVEN)
        .map_err(|source| KeyError::File { path: path.to_owned(), source })
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        (0..text.len()).step_by(64).map(|from| &text[from..text.len().min(from + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_its_signature_holds_for_its_payload_alone() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let (key, private) = SigningKey::generate().unwrap();
        std::fs::write(at("key.pem"), &private).unwrap();
        std::fs::write(at("key.pub.pem"), key.public().pem()).unwrap();
        let read = SigningKey::read(&at("key.pem")).unwrap();
        let public = VerifyingKey::read(&at("key.pub.pem")).unwrap();
        assert_eq!((read.public(), key.public()), (public.clone(), public.clone()));
        let check = |payload: &[u8], key| check(directory.path(), payload, key).unwrap();
        assert_eq!(check(b"{}", Some(&public)), Signed::Not);
        read.sign(directory.path(), b"{}").unwrap();
        assert_eq!(check(b"{}", Some(&public)), Signed::Holds);
        assert_eq!(check(b"{}", None), Signed::Unchecked);
        assert_eq!(check(b"{ }", Some(&public)), Signed::Altered);
        let (stranger, _) = SigningKey::generate().unwrap();
        assert_eq!(check(b"{}", Some(&stranger.public())), Signed::Altered);
    }

    #[test]
    fn what_is_no_key_says_how_to_make_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        assert!(matches!(SigningKey::read(&path), Err(KeyError::File { .. })));
        let (key, private) = SigningKey::generate().unwrap();
        std::fs::write(&path, &private).unwrap();
        assert!(VerifyingKey::read(&path).unwrap_err().to_string().contains("etalon key new"));
        std::fs::write(&path, key.public().pem()).unwrap();
        assert!(SigningKey::read(&path).unwrap_err().to_string().contains("no private key"));
    }
}
