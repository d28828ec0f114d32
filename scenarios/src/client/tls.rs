//! TLS for bare connections: the authorities of the target file, or else the machine's; and
//! hand-written greetings (`ClientHello`) of versions that no library of today offers. Nothing is
//! sent over a connection greeted by hand.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use super::raw;
use crate::target::{Target, TargetError};

/// How to trust the hub on a bare connection that speaks one of these versions, and what to show it
/// when it wants a certificate.
pub fn config(
    target: &Target,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<Arc<ClientConfig>, TargetError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| unusable(target, error))?;
    let builder = match &target.hub.ca_certificate {
        None => builder.with_platform_verifier().map_err(|error| unusable(target, error))?,
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in
                CertificateDer::pem_file_iter(path).map_err(|error| unusable(target, error))?
            {
                roots
                    .add(certificate.map_err(|error| unusable(target, error))?)
                    .map_err(|error| unusable(target, error))?;
            }
            builder.with_root_certificates(roots)
        }
    };
    let config = match &target.http.client_certificate {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let unusable = |error| companion("the client certificate", path, error);
            let chain = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect)
                .map_err(std::io::Error::other)
                .map_err(unusable)?;
            let key = PrivateKeyDer::from_pem_file(path).map_err(std::io::Error::other);
            builder
                .with_client_auth_cert(chain, key.map_err(unusable)?)
                .map_err(std::io::Error::other)
                .map_err(unusable)?
        }
    };
    Ok(Arc::new(config))
}

fn companion(what: &'static str, path: &Path, source: std::io::Error) -> TargetError {
    TargetError::Companion { what, path: path.to_owned(), source }
}

fn unusable(target: &Target, error: impl std::error::Error + Send + Sync + 'static) -> TargetError {
    let path = target.hub.ca_certificate.clone().unwrap_or_default();
    companion("the authority", &path, std::io::Error::other(error))
}

/// What a server said to a greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// It went on with the handshake (`ServerHello`).
    Accepted,
    /// It refused: an alert, or the connection closed.
    Refused,
    /// It said nothing in time, or something that is no TLS.
    Unclear,
}

/// Highest protocol version that a greeting offers, as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
}

impl Offer {
    const fn wire(self) -> [u8; 2] {
        match self {
            Self::Tls11 => [3, 2],
            Self::Tls12 => [3, 3],
        }
    }
}

/// Greets the host of a URL with a hand-written `ClientHello`. Two greetings differ in their
/// version only.
pub async fn greet(url: &Url, offer: Offer, limit: Duration) -> std::io::Result<Greeting> {
    let mut stream = raw::connect(url, None).await?;
    let exchange = async {
        if stream.write_all(&client_hello(offer, url.host_str().unwrap_or_default())).await.is_err()
        {
            return Greeting::Refused;
        }
        let mut head = [0_u8; 6];
        match stream.read_exact(&mut head).await {
            Err(_) => Greeting::Refused,
            // A handshake record that starts with a ServerHello; an alert record.
            Ok(_) if head[0] == 22 && head[5] == 2 => Greeting::Accepted,
            Ok(_) if head[0] == 21 => Greeting::Refused,
            Ok(_) => Greeting::Unclear,
        }
    };
    Ok(tokio::time::timeout(limit, exchange).await.unwrap_or(Greeting::Unclear))
}

/// Cipher suites of TLS 1.2, then those of TLS 1.1 (RFC 5246, RFC 4492, RFC 7905): both greetings
/// offer all of them, so that a refusal is about the version.
const SUITES: [u16; 13] = [
    0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x009c, 0xc009, 0xc00a, 0xc013, 0xc014, 0x002f,
    0x00ff,
];

fn client_hello(offer: Offer, host: &str) -> Vec<u8> {
    let mut hello = offer.wire().to_vec();
    hello.extend_from_slice(uuid::Uuid::new_v4().as_bytes());
    hello.extend_from_slice(uuid::Uuid::new_v4().as_bytes());
    hello.push(0);
    hello.extend(prefixed(SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect()));
    hello.extend([1, 0]);
    hello.extend(prefixed(extensions(host)));

    let mut message = vec![1, 0];
    message.extend(prefixed(hello));
    let mut record = vec![22, 3, 1];
    record.extend(prefixed(message));
    record
}

fn extensions(host: &str) -> Vec<u8> {
    let mut all = Vec::new();
    let mut extension = |kind: u16, content: Vec<u8>| {
        all.extend(kind.to_be_bytes());
        all.extend(prefixed(content));
    };
    // An address is no server name (RFC 6066 §3).
    if host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[') {
        let name = [vec![0], prefixed(host.as_bytes().to_vec())].concat();
        extension(0, prefixed(name));
    }
    extension(10, prefixed(vec![0, 29, 0, 23, 0, 24]));
    extension(11, vec![1, 0]);
    extension(13, prefixed(vec![4, 3, 5, 3, 8, 4, 4, 1, 8, 5, 5, 1, 6, 1, 2, 3, 2, 1]));
    extension(23, Vec::new());
    all
}

/// Bytes behind their length on two bytes.
fn prefixed(bytes: Vec<u8>) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [length.to_be_bytes().to_vec(), bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_declares_its_own_length() {
        let hello = client_hello(Offer::Tls11, "hub.example.org");
        let record = usize::from(u16::from_be_bytes([hello[3], hello[4]]));
        let message = usize::from(u16::from_be_bytes([hello[7], hello[8]]));
        assert_eq!(record, hello.len() - 5);
        assert_eq!(message, hello.len() - 9);
        assert_eq!(hello[9..11], [3, 2]);
    }

    #[test]
    fn two_greetings_differ_by_version_and_random_only() {
        let (old, new) =
            (client_hello(Offer::Tls11, "127.0.0.1"), client_hello(Offer::Tls12, "127.0.0.1"));
        assert_eq!(old[..9], new[..9]);
        assert_eq!(old[43..], new[43..]);
        assert_ne!(old[9..11], new[9..11]);
    }
}
