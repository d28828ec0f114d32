//! How a target is reached: certificates and proxy, as its file names them.

use std::time::Duration;

use reports::bounded;

use super::failures::describe;
use crate::target::{Secret, Target, TargetError};

/// How to reach a target: its certificates and proxy, and nothing done behind the caller's back (no
/// redirects, no proxy variables, no decompression; only what HTTP/2 itself says was not looked at
/// is sent again: REFUSED_STREAM, and what a GOAWAY leaves out, RFC 9113 §8.7).
///
/// # Errors
/// When a certificate or a proxy that the target file names cannot be read or used.
pub fn builder(target: &Target) -> Result<reqwest::ClientBuilder, TargetError> {
    // Several clients may live in one process: whoever comes first installs the provider.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(target.limits.request_timeout.min(Duration::from_secs(10)))
        .timeout(target.limits.request_timeout)
        .no_proxy()
        .no_gzip();
    if let Some(proxy) = &target.http.proxy {
        let proxy = reqwest::Proxy::all(proxy.reveal().clone())
            .map_err(|error| unusable("the proxy", &proxy.to_string(), &error))?;
        builder = builder.proxy(proxy);
    }
    if let Some(path) = &target.hub.ca_certificate {
        let pem = read("the authority", path)?;
        let authorities = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|error| unusable("the authority", &path.display().to_string(), &error))?;
        if authorities.is_empty() {
            return Err(TargetError::Companion {
                what: "the authority",
                path: path.clone(),
                source: std::io::Error::other("no certificate is in it (PEM is expected)"),
            });
        }
        builder = builder.tls_certs_only(authorities);
    } else if !target.needs_certificates() {
        // A machine without certificates reaches what speaks plain HTTP.
        builder = builder.tls_certs_only([]);
    }
    if let Some(path) = &target.http.client_certificate {
        let pem = read_secret("the client certificate", path)?;
        let identity = reqwest::Identity::from_pem(pem.reveal().as_bytes()).map_err(|error| {
            unusable("the client certificate", &path.display().to_string(), &error)
        })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

fn read(what: &'static str, path: &std::path::Path) -> Result<Vec<u8>, TargetError> {
    bounded::read(path, bounded::GIVEN).map_err(|source| TargetError::Companion {
        what,
        path: path.to_owned(),
        source,
    })
}

/// Reads a text that is a secret: a private key.
fn read_secret(what: &'static str, path: &std::path::Path) -> Result<Secret, TargetError> {
    let text = bounded::read_text(path, bounded::GIVEN);
    let unreadable = |source| TargetError::Companion { what, path: path.to_owned(), source };
    text.map(Secret::new).map_err(unreadable)
}

pub(super) fn unusable(what: &'static str, path: &str, error: &reqwest::Error) -> TargetError {
    TargetError::Companion {
        what,
        path: path.into(),
        source: std::io::Error::other(describe(error)),
    }
}
