//! Over HTTP, as protobuf or JSON.

use super::{Answer, LONGEST_ANSWER, Message, Rejected};
use crate::otlp::settings::{Protocol, Target};
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use std::fmt;
use std::io::Write;
use std::time::Duration;
use tonic::codegen::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use ureq::Agent;

/// A client that keeps one connection.
pub(crate) struct Http {
    agent: Agent,
    target: Target,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Http {
    pub(super) fn new(target: &Target) -> Http {
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
        Http { agent: config.new_agent(), target: target.clone() }
    }

    pub(super) fn send(&self, message: &Message, timeout: Duration) -> Answer {
        let body = match self.encode(message) {
            Ok(body) => body,
            Err(error) => return Answer::Refused(format!("cannot be encoded: {error}")),
        };
        let mut request = self.agent.post(self.target.uri.clone());
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.target.headers.clone());
        }
        request = request.header(CONTENT_TYPE, self.content_type());
        if self.target.gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        let sent = request.config().timeout_global(Some(timeout)).build().send(&*body);
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
            200..=299 => Answer::Accepted(self.rejected(message, &text)),
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

    fn encode(&self, message: &Message) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let plain = match (self.target.protocol, message) {
            (Protocol::HttpJson, Message::Traces(message)) => serde_json::to_vec(message)?,
            (Protocol::HttpJson, Message::Metrics(message)) => serde_json::to_vec(message)?,
            (Protocol::HttpJson, Message::Logs(message)) => serde_json::to_vec(message)?,
            (_, Message::Traces(message)) => message.encode_to_vec(),
            (_, Message::Metrics(message)) => message.encode_to_vec(),
            (_, Message::Logs(message)) => message.encode_to_vec(),
        };
        if !self.target.gzip {
            return Ok(plain);
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
        encoder.write_all(&plain)?;
        Ok(encoder.finish()?)
    }

    /// What the answer says was left out. One that nobody can read says that all is well, as its status does.
    fn rejected(&self, message: &Message, answer: &[u8]) -> Rejected {
        match (self.target.protocol, message) {
            (Protocol::HttpJson, Message::Traces(_)) => rejected_as_json(answer, "rejectedSpans"),
            (Protocol::HttpJson, Message::Metrics(_)) => rejected_as_json(answer, "rejectedDataPoints"),
            (Protocol::HttpJson, Message::Logs(_)) => rejected_as_json(answer, "rejectedLogRecords"),
            (_, Message::Logs(_)) => ExportLogsServiceResponse::decode(answer).unwrap_or_default().into(),
            (_, Message::Traces(_)) => ExportTraceServiceResponse::decode(answer).unwrap_or_default().into(),
            (_, Message::Metrics(_)) => {
                ExportMetricsServiceResponse::decode(answer).unwrap_or_default().into()
            }
        }
    }
}

/// Not as the types of the protocol read it: they expect a number, and JSON made of protobuf has 64 bits as text.
fn rejected_as_json(answer: &[u8], count: &str) -> Rejected {
    let answer: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
    let partial = &answer["partialSuccess"];
    let count = match &partial[count] {
        serde_json::Value::String(text) => text.parse().ok(),
        number => number.as_u64(),
    };
    let why = partial["errorMessage"].as_str().unwrap_or_default();
    Rejected { count: count.unwrap_or(0), why: why.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_read_as_text_and_as_a_number() {
        let rejected = |answer: &str| {
            let Rejected { count, why } = rejected_as_json(answer.as_bytes(), "rejectedSpans");
            (count, why)
        };
        let two = (2, "too many".to_owned());
        assert_eq!(rejected(r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too many"}}"#), two);
        assert_eq!(rejected(r#"{"partialSuccess":{"rejectedSpans":2,"errorMessage":"too many"}}"#), two);
        for nothing in
            ["", "{}", "[]", "null", r#"{"partialSuccess":{}}"#, "no JSON", r#"{"partialSuccess":"x"}"#]
        {
            assert_eq!(rejected(nothing), (0, String::new()), "{nothing}");
        }
    }
}
