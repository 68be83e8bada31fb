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

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::logs::v1 as logs;
    use opentelemetry_proto::tonic::collector::metrics::v1 as metrics;
    use opentelemetry_proto::tonic::collector::trace::v1 as trace;
    use prost::Message;

    fn read(answer: &[u8]) -> Option<(u64, String)> {
        Response::decode(answer).ok().map(Rejected::from).map(|rejected| (rejected.count, rejected.why))
    }

    /// The three answers have one form, and collectors of later versions may say more.
    #[test]
    fn what_was_left_out_is_read_from_every_answer() {
        let error_message = "too old".to_owned();
        let spans = trace::ExportTracePartialSuccess { rejected_spans: 300, error_message };
        let traces = trace::ExportTraceServiceResponse { partial_success: Some(spans.clone()) };
        assert_eq!(read(&traces.encode_to_vec()), Some((300, "too old".to_owned())));
        let points =
            metrics::ExportMetricsPartialSuccess { rejected_data_points: i64::MAX, ..Default::default() };
        let metrics = metrics::ExportMetricsServiceResponse { partial_success: Some(points) };
        assert_eq!(read(&metrics.encode_to_vec()), Some((i64::MAX as u64, String::new())));
        let records = logs::ExportLogsPartialSuccess { rejected_log_records: -1, ..Default::default() };
        let logs = logs::ExportLogsServiceResponse { partial_success: Some(records) };
        assert_eq!(read(&logs.encode_to_vec()), Some((0, String::new())), "less than none is none");
        assert_eq!(read(b""), Some((0, String::new())));
        let mut more = Vec::new();
        prost::encoding::string::encode(7, &"news".to_owned(), &mut more);
        let mut inner = spans.encode_to_vec();
        inner.extend_from_slice(&more);
        more.extend_from_slice(b"\x0a");
        prost::encoding::encode_varint(inner.len() as u64, &mut more);
        more.extend_from_slice(&inner);
        assert_eq!(read(&more), Some((300, "too old".to_owned())));
        assert_eq!(read(b"<html>"), None);
    }
}
