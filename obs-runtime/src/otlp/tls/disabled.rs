//! Without TLS, as feature `otlp-tls` is off.

use super::Files;
use std::io;
use tonic::transport::Endpoint;
use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

/// Nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::otlp) struct Tls(());

impl Tls {
    /// Every file is one too many.
    pub(super) fn read(files: &Files) -> Result<Tls, String> {
        let expected = "feature otlp-tls of obs-runtime, which certificates need";
        files.iter().next().map_or(Ok(Tls(())), |file| Err(file.wrong(expected, " without it")))
    }

    pub(in crate::otlp) fn endpoint(self, endpoint: Endpoint) -> io::Result<Endpoint> {
        Ok(endpoint)
    }

    pub(in crate::otlp) fn agent(self, config: ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> {
        config
    }
}
