//! Over HTTP, as protobuf or JSON.

use super::{Answer, LONGEST_ANSWER, Rejected, Response, json};
use crate::otlp::settings::{Protocol, Signal, Target};
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message as _;
use prost::bytes::Bytes;
use std::fmt;
use std::io::Write;
use std::time::Duration;
use tonic::codegen::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use ureq::Agent;

/// A client that keeps one connection.
pub(crate) struct Http {
    agent: Agent,
    target: Target,
    signal: Signal,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Http {
    pub(super) fn new(target: &Target, signal: Signal) -> Http {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirected POST would become a GET.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // As for gRPC: a collector is near, and a proxy for the web does not know the way to it.
            .proxy(None)
            .user_agent(concat!("obs-runtime/", env!("CARGO_PKG_VERSION")))
            .max_idle_connections(1);
        let config = target.tls.agent(config).build();
        Http { agent: config.new_agent(), target: target.clone(), signal }
    }

    pub(super) fn send(&self, body: &Bytes, timeout: Duration) -> Answer {
        let mut request = self.agent.post(self.target.uri.clone());
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.target.headers.clone());
        }
        request = request.header(CONTENT_TYPE, self.content_type());
        if self.target.gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        let sent = request.config().timeout_global(Some(timeout)).build().send(&**body);
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => return failed(&error),
        };
        let status = response.status().as_u16();
        let after = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
        let after = after.and_then(|after| after.trim().parse().ok()).map(Duration::from_secs);
        let limit = LONGEST_ANSWER as u64;
        let text = response.body_mut().with_config().limit(limit).read_to_vec().unwrap_or_default();
        match status {
            200..=299 => Answer::Accepted(self.rejected(&text)),
            429 | 502 | 503 | 504 => Answer::Later(after, format!("HTTP status {status}")),
            _ => Answer::Refused(format!("HTTP status {status}: {}", said(&text))),
        }
    }

    fn content_type(&self) -> &'static str {
        match self.target.protocol {
            Protocol::HttpJson => "application/json",
            _ => "application/x-protobuf",
        }
    }

    /// A message as it is sent, which does not change from one try to the next.
    pub(super) fn body(&self, message: Vec<u8>) -> Result<Bytes, Box<dyn std::error::Error>> {
        let plain = match self.target.protocol {
            Protocol::HttpJson => json::encode(self.signal, &message)?,
            _ => message,
        };
        if !self.target.gzip {
            return Ok(plain.into());
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
        encoder.write_all(&plain)?;
        Ok(encoder.finish()?.into())
    }

    /// What the answer says was left out. One that nobody can read says that all is well, as its status does.
    fn rejected(&self, answer: &[u8]) -> Rejected {
        match self.target.protocol {
            Protocol::HttpJson => json::rejected(self.signal, answer),
            _ => Response::decode(answer).unwrap_or_default().into(),
        }
    }
}

/// A request without an answer.
fn failed(error: &ureq::Error) -> Answer {
    use ureq::Error;
    match error {
        Error::Io(_) | Error::Timeout(_) | Error::HostNotFound | Error::ConnectionFailed => {
            Answer::Later(None, error.to_string())
        }
        _ => Answer::Refused(error.to_string()),
    }
}

/// The start of what a server says, as far as a person can read it.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).take(200).collect()
}
