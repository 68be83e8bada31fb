//! Whom a client of ours trusts, and how it shows who it is: files that a program or its environment names.
//!
//! They are read once, at the start, where somebody is told of a mistake.

#[cfg(not(feature = "otlp-tls"))]
mod disabled;
#[cfg(feature = "otlp-tls")]
mod enabled;

use super::config::Otlp;
#[cfg(not(feature = "otlp-tls"))]
pub(super) use disabled::Tls;
#[cfg(feature = "otlp-tls")]
pub(super) use enabled::Tls;
use std::fmt;
use std::path::{Path, PathBuf};
use tonic::codegen::http::Uri;
use tonic::codegen::http::uri::Scheme;

/// A file, and the variable or method that names it.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// As its reader knows it.
    pub(super) said: String,
    /// `None` where somebody gave what belongs into the file: it may be a key, which nobody is to see.
    path: Option<PathBuf>,
}

impl File {
    pub(super) fn new(said: &str, path: &Path) -> File {
        /// How PEM begins, as it is and in base64.
        const CONTENTS: [&str; 2] = ["-----BEGIN", "LS0tLS1CRUdJTi"];
        let text = path.to_string_lossy();
        let is_path = !CONTENTS.iter().any(|start| text.contains(start));
        File { said: said.to_owned(), path: is_path.then(|| path.to_owned()) }
    }

    /// What is wrong with it.
    pub(super) fn wrong(&self, expected: &str, why: impl fmt::Display) -> String {
        format!("{}: expected {expected}; found {self}{why}", self.said)
    }

    /// What is in it.
    #[cfg(feature = "otlp-tls")]
    pub(super) fn read(&self, expected: &str) -> Result<Vec<u8>, String> {
        use std::io::Read;
        /// Far more than all authorities that anybody trusts, and an end where a file has none.
        const LONGEST: u64 = 16 << 20;
        let Some(path) = &self.path else {
            return Err(self.wrong(&format!("the path of {expected}"), ""));
        };
        let mut content = Vec::new();
        let file = std::fs::File::open(path);
        file.and_then(|file| file.take(LONGEST).read_to_end(&mut content))
            .map_err(|error| self.wrong(expected, format_args!(", which cannot be read: {error}")))?;
        Ok(content)
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path:?}"),
            None => f.write_str("the content of such a file"),
        }
    }
}

/// The files that are named for one target.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// The authorities whose certificates a collector may have.
    pub(super) authorities: Option<File>,
    /// What is shown to a collector that asks.
    pub(super) client_certificate: Option<File>,
    /// The key of that.
    pub(super) client_key: Option<File>,
}

impl Files {
    pub(super) fn iter(&self) -> impl Iterator<Item = &File> {
        [&self.authorities, &self.client_certificate, &self.client_key].into_iter().flatten()
    }

    /// What they say, for a target at this address.
    ///
    /// # Errors
    ///
    /// What is expected instead of one of them.
    pub(super) fn read(&self, uri: &Uri) -> Result<Tls, String> {
        let tls = Tls::read(self)?;
        match self.iter().next() {
            // Who names one wants what is sent to be read by nobody else.
            Some(file) if !is_secure(uri) => Err(file.wrong(
                "an https:// address, for certificates are of no use without TLS",
                format_args!(" for {}", origin(uri)),
            )),
            _ => Ok(tls),
        }
    }
}

/// Whether certificates count there.
pub(super) fn is_secure(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

/// As much of an address as tells it from others: what is behind and before that may be a password.
pub(super) fn origin(uri: &Uri) -> String {
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default())
}

impl Otlp {
    /// Trusts the authorities whose certificates are in this file, and no others: for a collector whose certificate is
    /// of an authority of one's own. The file is PEM; there may be more than one certificate in it. Without it, the
    /// authorities are Mozilla's. Needs feature `otlp-tls`.
    ///
    /// That it takes the place of all others is how `OTEL_EXPORTER_OTLP_CERTIFICATE` is understood: the specification
    /// of [OTLP exporters] calls it *the* certificate to trust. To trust others as well, put them into the file too.
    ///
    /// The file is read by [`Builder::init`](crate::Builder::init), once: a program takes a new one when it starts
    /// again. It is an error there if the file cannot be read or holds no certificate, and if an address is not
    /// `https://`.
    ///
    /// ```
    /// use obs_runtime::Otlp;
    ///
    /// let otlp = Otlp::grpc("https://collector.internal:4317")
    ///     .certificate("/etc/ssl/company-ca.pem")
    ///     .client_certificate("/etc/ssl/shop.pem", "/etc/ssl/shop.key");
    /// # let started = obs_runtime::builder("shop").otlp(otlp).init();
    /// # assert!(matches!(started, Err(obs_runtime::InitError::Configuration(_))));
    /// ```
    ///
    /// [OTLP exporters]: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options
    pub fn certificate(mut self, path: impl AsRef<Path>) -> Otlp {
        let file = File::new("certificate", path.as_ref());
        self.targets().for_each(|target| target.files.authorities = Some(file.clone()));
        self
    }

    /// Shows this certificate to a collector that asks who calls (mutual TLS). Both files are PEM: the first holds the
    /// certificate, and behind it those that lead to the authority which the collector knows, if there are any; the
    /// second its private key, which is not encrypted (PKCS #8, PKCS #1 or SEC 1). One file may hold both. Needs feature
    /// `otlp-tls`.
    ///
    /// They are read as [`certificate`](Otlp::certificate) is. It is an error of
    /// [`Builder::init`](crate::Builder::init) if the key is that of another certificate. No message and no `Debug` has
    /// the key.
    pub fn client_certificate(mut self, certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Otlp {
        let said = "client_certificate";
        let (certificate, key) = (File::new(said, certificate.as_ref()), File::new(said, key.as_ref()));
        self.targets().for_each(|target| {
            target.files.client_certificate = Some(certificate.clone());
            target.files.client_key = Some(key.clone());
        });
        self
    }
}
