//! One request, and what the collector makes of it.

mod codec;
mod grpc;
mod http;
mod json;

use super::settings::{Protocol, Signal, Target};
use prost::bytes::Bytes;
use std::io;
use std::time::Duration;

/// What a collector may answer at most, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The collector has it, but for these spans, points or records.
    Accepted(Rejected),
    /// It may be sent again, after the time that the collector asks for.
    Later(Option<Duration>, String),
    /// It would be refused again.
    Refused(String),
}

/// What a collector left out of a request that it accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) count: u64,
    /// What the collector says about it.
    pub(super) why: String,
}

/// A way to a collector. It connects when there is something to send.
#[derive(Debug)]
pub(super) enum Transport {
    Grpc(grpc::Grpc),
    Http(http::Http),
}

impl Transport {
    /// Prepares the way there, and makes no connection yet.
    ///
    /// # Errors
    ///
    /// The system has no resources for it.
    pub(super) fn new(target: &Target, signal: Signal) -> io::Result<Transport> {
        Ok(match target.protocol {
            Protocol::Grpc => Transport::Grpc(grpc::Grpc::new(target, signal)?),
            Protocol::HttpProtobuf | Protocol::HttpJson => Transport::Http(http::Http::new(target, signal)),
        })
    }

    /// A message as it is sent, once or several times.
    ///
    /// # Errors
    ///
    /// Why it cannot be sent this way.
    pub(super) fn body(&self, message: Vec<u8>) -> Result<Bytes, String> {
        match self {
            Transport::Grpc(_) => Ok(message.into()),
            Transport::Http(http) => {
                http.body(message).map_err(|error| format!("cannot be encoded: {error}"))
            }
        }
    }

    /// Sends a [`body`](Transport::body). Returns within about the timeout.
    pub(super) fn send(&self, body: &Bytes, timeout: Duration) -> Answer {
        match self {
            Transport::Grpc(grpc) => grpc.send(body, timeout),
            Transport::Http(http) => http.send(body, timeout),
        }
    }
}

/// `ExportTraceServiceResponse`, `ExportMetricsServiceResponse`, `ExportLogsServiceResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

/// What a [`Response`] says was left out.
#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

impl From<Response> for Rejected {
    fn from(response: Response) -> Rejected {
        let partial = response.partial_success.unwrap_or_default();
        Rejected { count: u64::try_from(partial.rejected).unwrap_or(0), why: partial.error_message }
    }
}
