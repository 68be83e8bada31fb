//! One request, and what the collector makes of it.

mod grpc;
mod http;

use super::settings::{Protocol, Target};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use std::io;
use std::time::Duration;

/// What a collector may answer at most, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What is sent.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "logs"), allow(dead_code))]
pub(super) enum Message {
    Traces(ExportTraceServiceRequest),
    Metrics(ExportMetricsServiceRequest),
    Logs(ExportLogsServiceRequest),
}

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
    pub(super) fn new(target: &Target) -> io::Result<Transport> {
        Ok(match target.protocol {
            Protocol::Grpc => Transport::Grpc(grpc::Grpc::new(target)?),
            Protocol::HttpProtobuf | Protocol::HttpJson => Transport::Http(http::Http::new(target)),
        })
    }

    /// Sends the message. Returns within about the timeout.
    pub(super) fn send(&self, message: &Message, timeout: Duration) -> Answer {
        match self {
            Transport::Grpc(grpc) => grpc.send(message, timeout),
            Transport::Http(http) => http.send(message, timeout),
        }
    }
}

impl From<ExportTraceServiceResponse> for Rejected {
    fn from(response: ExportTraceServiceResponse) -> Rejected {
        let partial = response.partial_success.unwrap_or_default();
        Rejected { count: u64::try_from(partial.rejected_spans).unwrap_or(0), why: partial.error_message }
    }
}

impl From<ExportMetricsServiceResponse> for Rejected {
    fn from(response: ExportMetricsServiceResponse) -> Rejected {
        let partial = response.partial_success.unwrap_or_default();
        Rejected {
            count: u64::try_from(partial.rejected_data_points).unwrap_or(0),
            why: partial.error_message,
        }
    }
}

impl From<ExportLogsServiceResponse> for Rejected {
    fn from(response: ExportLogsServiceResponse) -> Rejected {
        let partial = response.partial_success.unwrap_or_default();
        Rejected {
            count: u64::try_from(partial.rejected_log_records).unwrap_or(0),
            why: partial.error_message,
        }
    }
}
