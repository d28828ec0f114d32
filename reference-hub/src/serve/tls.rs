//! https with a certificate made on the spot: an authority, and a certificate of its for this
//! machine's own names. Only TLS 1.2 and 1.3 (contract §1). Certificate and key are kept beside the
//! data, for a hub that is started again must still be trusted; the authority's own key lives in
//! memory alone.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::private;

/// Why https could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate could be made.
    #[error("no certificate could be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused it.
    #[error("TLS could not be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// What serves https, and what clients must trust.
pub(crate) struct Https {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) authority_pem: String,
}

/// A certificate for `localhost`, the loopback addresses and the address listened on: the one kept
/// in a directory, or one made now and kept there.
pub(crate) fn make(listen: IpAddr, directory: &Path) -> Result<Https, TlsError> {
    let kept = directory.join(format!("https-{}.pem", listen.to_string().replace(':', "-")));
    if let Some(https) = std::fs::read(&kept).ok().and_then(|pem| read(&pem)) {
        return Ok(https);
    }
    let authority = authority()?;
    let (certificate_pem, key) = certificate(listen, &authority)?;
    let pem = format!("{}{certificate_pem}{}", key.serialize_pem(), authority.pem());
    // A directory that cannot be written leaves the hub with a certificate of this start only.
    if let Err(error) = private::write(&kept, &pem) {
        tracing::warn!(%error, "the certificate is not kept");
    }
    read(pem.as_bytes()).ok_or_else(|| {
        TlsError::Setup(rustls::Error::General("a PEM just written is not read".into()))
    })
}

/// Reads back a key, its certificate and the authority, in this order; `None` when they are not
/// there or do not fit.
fn read(pem: &[u8]) -> Option<Https> {
    let key = PrivateKeyDer::from_pem_slice(pem).ok()?;
    let mut certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    let certificate = certificates.next()?.into_owned();
    let text = std::str::from_utf8(pem).ok()?;
    let authority_pem = text[text.rfind("-----BEGIN CERTIFICATE-----")?..].to_owned();
    let acceptor = acceptor(certificate, key).ok()?;
    Some(Https { acceptor, authority_pem })
}

fn certificate(
    listen: IpAddr,
    authority: &CertifiedIssuer<'static, KeyPair>,
) -> Result<(String, KeyPair), TlsError> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    if !listen.is_unspecified() && !names.contains(&listen.to_string()) {
        names.push(listen.to_string());
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "etalon reference hub");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    Ok((params.signed_by(&key, authority)?.pem(), key))
}

fn acceptor(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, TlsError> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "etalon authority of this run");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_started_again_on_its_data_keeps_its_certificate() {
        let directory = tempfile::tempdir().unwrap();
        let listen = IpAddr::from([127, 0, 0, 1]);
        let first = make(listen, directory.path()).unwrap().authority_pem;
        assert_eq!(make(listen, directory.path()).unwrap().authority_pem, first);
        let elsewhere = make(IpAddr::from([127, 0, 0, 2]), directory.path()).unwrap();
        assert_ne!(elsewhere.authority_pem, first);
    }

    #[test]
    fn what_is_kept_and_damaged_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let listen = IpAddr::from([127, 0, 0, 1]);
        make(listen, directory.path()).unwrap();
        std::fs::write(directory.path().join("https-127.0.0.1.pem"), "damaged").unwrap();
        assert!(make(listen, directory.path()).is_ok());
    }
}
