//! Over gRPC.

use super::codec::Encoded;
use super::{Answer, LONGEST_ANSWER, Rejected};
use crate::otlp::settings::{Signal, Target};
use prost::bytes::Bytes;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tonic::client;
use tonic::codec::CompressionEncoding;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

/// A channel, and a runtime of its own on which it lives while a request is under way: the thread that sends has
/// nothing else to do.
#[derive(Debug)]
pub(crate) struct Grpc {
    endpoint: Box<Endpoint>,
    /// Another one where nobody has answered on it.
    channel: Mutex<Channel>,
    /// Until it is dropped.
    runtime: Option<Runtime>,
    metadata: MetadataMap,
    path: PathAndQuery,
    gzip: bool,
}

impl Grpc {
    pub(super) fn new(target: &Target, signal: Signal) -> io::Result<Grpc> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let endpoint = Endpoint::from(target.uri.clone()).connect_timeout(target.timeout);
        let endpoint = target.tls.endpoint(endpoint)?;
        // Not `block_on`: whoever starts the program may be in a runtime of its own.
        let channel = {
            let _context = runtime.enter();
            endpoint.connect_lazy()
        };
        let metadata = MetadataMap::from_headers(target.headers.clone());
        let channel = Mutex::new(channel);
        let endpoint = Box::new(endpoint);
        let path = PathAndQuery::from_static(method(signal));
        Ok(Grpc { endpoint, channel, runtime: Some(runtime), metadata, path, gzip: target.gzip })
    }

    fn channel(&self) -> MutexGuard<'_, Channel> {
        self.channel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn send(&self, message: &Bytes, timeout: Duration) -> Answer {
        let Some(runtime) = &self.runtime else { return Answer::Refused("the client is gone".to_owned()) };
        let sent = async { tokio::time::timeout(timeout, self.export(message)).await };
        // What the client's libraries say of this request must not become spans that are sent in the next one.
        let silence = tracing::Dispatch::none();
        match tracing::dispatcher::with_default(&silence, || runtime.block_on(sent)) {
            Ok(Ok(rejected)) => Answer::Accepted(rejected),
            Ok(Err(status)) => answer(&status),
            Err(_) => {
                // The way there may be gone without anybody saying so, as behind a firewall that has forgotten it: it
                // would be a quarter of an hour before the system gave the connection up.
                let _context = runtime.enter();
                *self.channel() = self.endpoint.connect_lazy();
                Answer::Later(None, format!("no answer within {timeout:?}"))
            }
        }
    }

    async fn export(&self, message: &Bytes) -> Result<Rejected, Status> {
        let channel = self.channel().clone();
        let mut client = client::Grpc::new(channel)
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(LONGEST_ANSWER);
        if self.gzip {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        client.ready().await.map_err(|error| Status::unknown(format!("Service was not ready: {error}")))?;
        let mut request = Request::new(message.clone());
        *request.metadata_mut() = self.metadata.clone();
        Ok(client.unary(request, self.path.clone(), Encoded).await?.into_inner())
    }
}

/// What the protocol calls the procedure that takes such messages.
fn method(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    }
}

impl Drop for Grpc {
    /// Waits for nothing: in a thread that belongs to another runtime, that would be a panic.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What the protocol says of a status: which ones are worth another try, and when.
fn answer(status: &Status) -> Answer {
    let mut why = format!("{}: {}", status.code(), status.message());
    let mut source = std::error::Error::source(status);
    while let Some(cause) = source {
        why = format!("{why}: {cause}");
        source = cause.source();
    }
    let after = RetryInfo::delay(status.details());
    match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Answer::Later(after, why),
        // Only when the collector says that it recovers.
        Code::ResourceExhausted if after.is_some() => Answer::Later(after, why),
        _ => Answer::Refused(why),
    }
}

/// `google.rpc.Status`, as far as it is needed.
#[derive(Clone, PartialEq, prost::Message)]
struct Details {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
struct Detail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, prost::Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl RetryInfo {
    /// When the collector asks to be tried again.
    fn delay(details: &[u8]) -> Option<Duration> {
        use prost::Message;
        let details = Details::decode(details).ok()?.details;
        let info = details.iter().find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
        let delay = RetryInfo::decode(&*info.value).ok()?.retry_delay?;
        Some(Duration::new(
            u64::try_from(delay.seconds).ok()?,
            u32::try_from(delay.nanos).ok()?.min(999_999_999),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    fn with_delay(code: Code, seconds: i64) -> Status {
        let info = RetryInfo { retry_delay: Some(Delay { seconds, nanos: 5_000_000 }) };
        let detail = Detail {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
            value: info.encode_to_vec(),
        };
        let details = Details { details: vec![detail] };
        Status::with_details(code, "busy", details.encode_to_vec().into())
    }

    #[test]
    fn what_is_tried_again_is_as_the_protocol_says() {
        for code in (0..17).map(Code::from_i32) {
            let again = matches!(answer(&Status::new(code, "")), Answer::Later(None, _));
            assert_eq!(again, [1, 4, 10, 11, 14, 15].contains(&(code as i32)), "{code:?}");
        }
    }

    #[test]
    fn a_collector_says_when() {
        let later = |status| match answer(&status) {
            Answer::Later(after, _) => after,
            other => panic!("{other:?}"),
        };
        assert_eq!(later(with_delay(Code::ResourceExhausted, 3)), Some(Duration::from_millis(3005)));
        assert_eq!(later(with_delay(Code::Unavailable, 0)), Some(Duration::from_millis(5)));
        assert_eq!(later(with_delay(Code::Unavailable, -1)), None);
    }
}
