//! JSON, by the types of the protocol: the one way in which they are written to protobuf decides what is sent.

use super::Rejected;
use crate::otlp::settings::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

/// A message as JSON.
pub(super) fn encode(signal: Signal, message: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    Ok(match signal {
        Signal::Traces => serde_json::to_vec(&ExportTraceServiceRequest::decode(message)?)?,
        Signal::Metrics => serde_json::to_vec(&ExportMetricsServiceRequest::decode(message)?)?,
        Signal::Logs => serde_json::to_vec(&ExportLogsServiceRequest::decode(message)?)?,
    })
}

/// Not as the types of the protocol read it: they expect a number, and JSON made of protobuf has 64 bits as text.
pub(super) fn rejected(signal: Signal, answer: &[u8]) -> Rejected {
    let count = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Logs => "rejectedLogRecords",
    };
    let answer: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
    let partial = &answer["partialSuccess"];
    let count = match &partial[count] {
        serde_json::Value::String(text) => text.parse().ok(),
        number => number.as_u64(),
    };
    let why = partial["errorMessage"].as_str().unwrap_or_default();
    Rejected { count: count.unwrap_or(0), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_read_as_text_and_as_a_number() {
        let read = |answer: &str| {
            let Rejected { count, why } = rejected(Signal::Traces, answer.as_bytes());
            (count, why)
        };
        let two = (2, "too many".to_owned());
        assert_eq!(read(r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too many"}}"#), two);
        assert_eq!(read(r#"{"partialSuccess":{"rejectedSpans":2,"errorMessage":"too many"}}"#), two);
        for (signal, count) in [
            (Signal::Traces, "rejectedSpans"),
            (Signal::Metrics, "rejectedDataPoints"),
            (Signal::Logs, "rejectedLogRecords"),
        ] {
            let answer = format!(r#"{{"partialSuccess":{{"{count}":7}}}}"#);
            assert_eq!(rejected(signal, answer.as_bytes()).count, 7, "{answer}");
        }
        for nothing in
            ["", "{}", "[]", "null", r#"{"partialSuccess":{}}"#, "no JSON", r#"{"partialSuccess":"x"}"#]
        {
            assert_eq!(read(nothing), (0, String::new()), "{nothing}");
        }
    }
}
