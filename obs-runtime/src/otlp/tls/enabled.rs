//! With TLS.
//!
//! Both clients use rustls. Each takes the provider of cryptography that the program has made the process' own, and ring
//! where there is none, so nothing is installed for the process: it may have a rustls with other plans.

use super::{File, Files, is_secure};
use crate::Secret;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, Error, InconsistentKeys, RootCertStore};
use std::io;
use std::sync::Arc;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};
use ureq::config::ConfigBuilder;
use ureq::tls::{ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::typestate::AgentScope;

const AUTHORITIES: &str = "a PEM file with the certificates of the authorities to trust";
const CERTIFICATE: &str = "a PEM file with the certificate to show to the collector";
const KEY: &str = "a PEM file with the private key of the client's certificate, not encrypted";

/// What files of one target hold, as PEM: known to be what both clients can use.
#[derive(Clone, Debug, Default)]
pub(in crate::otlp) struct Tls {
    /// Mozilla's where there are none.
    authorities: Option<Secret<Arc<[u8]>>>,
    client: Option<Secret<Arc<Client>>>,
}

/// A certificate, those that it was made with, and its key.
struct Client {
    certificates: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    pub(super) fn read(files: &Files) -> Result<Tls, String> {
        let client = match (&files.client_certificate, &files.client_key) {
            (Some(certificate), Some(key)) => Some(client(certificate, key)?),
            (Some(certificate), None) => {
                return Err(alone(certificate, ("CERTIFICATE", "KEY"), "its private key"));
            }
            (None, Some(key)) => return Err(alone(key, ("KEY", "CERTIFICATE"), "the key's certificate")),
            (None, None) => None,
        };
        let authorities = files.authorities.as_ref().map(authorities).transpose()?;
        Ok(Tls { authorities: authorities.map(Secret::new), client: client.map(Secret::new) })
    }

    /// The same endpoint, reached so.
    pub(in crate::otlp) fn endpoint(&self, endpoint: Endpoint) -> io::Result<Endpoint> {
        if !is_secure(endpoint.uri()) {
            return Ok(endpoint);
        }
        let mut config = ClientTlsConfig::new();
        config = match &self.authorities {
            Some(authorities) => config.ca_certificate(Certificate::from_pem(authorities.expose())),
            None => config.with_webpki_roots(),
        };
        if let Some(client) = self.client.as_ref().map(Secret::expose) {
            config = config.identity(Identity::from_pem(&client.certificates, &client.key));
        }
        endpoint.tls_config(config).map_err(io::Error::other)
    }

    /// The same client, which makes connections so.
    pub(in crate::otlp) fn agent(&self, config: ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> {
        let mut tls = TlsConfig::builder();
        if let Some(authorities) = &self.authorities {
            tls = tls.root_certs(RootCerts::from(items(authorities.expose())));
        }
        if let Some(client) = self.client.as_ref().map(Secret::expose) {
            let chain: Vec<_> = items(&client.certificates).collect();
            let key = PrivateKey::from_pem(&client.key).ok();
            tls = tls.client_cert(key.map(|key| ClientCert::new_with_certs(&chain, key)));
        }
        config.tls_config(tls.build())
    }
}

/// The certificates in a text of which it is known that it can be read.
fn items(pem: &[u8]) -> impl Iterator<Item = ureq::tls::Certificate<'static>> + '_ {
    parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    })
}

/// The authorities in a file.
fn authorities(file: &File) -> Result<Arc<[u8]>, String> {
    let pem = file.read(AUTHORITIES)?;
    let certificates = certificates(file, &pem, AUTHORITIES)?;
    // Bundles have some that are too old to be understood. None at all would be a collector that is never reached.
    match RootCertStore::empty().add_parsable_certificates(certificates) {
        (0, _) => Err(file.wrong(AUTHORITIES, ", whose certificates are damaged")),
        _ => Ok(pem.into()),
    }
}

/// A certificate and its key.
fn client(certificate: &File, key: &File) -> Result<Arc<Client>, String> {
    let (certificates_pem, key_pem) = (certificate.read(CERTIFICATE)?, key.read(KEY)?);
    let chain = certificates(certificate, &certificates_pem, CERTIFICATE)?;
    let der =
        PrivateKeyDer::from_pem_slice(&key_pem).map_err(|error| key.wrong(KEY, without(&error, "key")))?;
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(ring::default_provider()));
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let checked = config
        .map(|config| config.with_root_certificates(RootCertStore::empty()))
        .and_then(|config| config.with_client_auth_cert(chain, der));
    match checked {
        Ok(_) => Ok(Arc::new(Client { certificates: certificates_pem, key: key_pem })),
        Err(Error::InvalidCertificate(_)) => {
            Err(certificate.wrong(CERTIFICATE, ", whose certificate is damaged"))
        }
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(key.wrong(KEY, format_args!(", whose key is not that of the certificate in {certificate}")))
        }
        Err(error) => Err(key.wrong(KEY, format_args!(", whose key cannot be used: {error}"))),
    }
}

/// The certificates in a file; there is at least one.
fn certificates(file: &File, pem: &[u8], expected: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found =
        found.and_then(|found| if found.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(found) });
    found.map_err(|error| file.wrong(expected, without(&error, "certificate")))
}

/// Why there is none of a kind. What the parser says has lines of the file, which may be a key.
fn without(error: &pem::Error, kind: &str) -> String {
    match error {
        pem::Error::NoItemsFound => format!(", which holds no {kind}"),
        _ => ", which is damaged".to_owned(),
    }
}

/// A key without a certificate, or the other way round. Only variables come one by one.
fn alone(file: &File, (this, other): (&str, &str), what: &str) -> String {
    let other = format!("{}{other}", file.said.trim_end_matches(this));
    file.wrong(&format!("{other} beside it, for {what}"), " alone")
}
