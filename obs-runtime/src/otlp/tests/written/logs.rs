//! Requests with log records, beside the same as the protocol's types.

use super::{LENGTHS, any, assert_written, attributes, fields, scope, values};
use crate::logs::Event;
use crate::otlp::logs::request;
use crate::otlp::places::Places;
use crate::otlp::resource::Resource;
use crate::otlp::tests::CHARGE;
use crate::otlp::value::SCHEMA;
use crate::secret::Redacted;
use crate::trace::FieldValue;
use crate::trace::record::Named;
use crate::{CorrelationId, TraceContext};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1 as proto;
use std::time::{Duration, UNIX_EPOCH};
use tracing::callsite::Callsite;

const AT: u64 = 1_700_000_000_123_456_789;

fn event(message: Option<FieldValue>, fields: Vec<Named>) -> Event {
    CHARGE.live();
    Event {
        at: UNIX_EPOCH + Duration::from_nanos(AT),
        meta: CHARGE.metadata(),
        trace: None,
        correlation: None,
        thread: None,
        message,
        fields,
    }
}

/// An event as the protocol's type, with what is known of it besides its fields.
fn record(event: &Event, known: Vec<(&str, FieldValue)>) -> proto::LogRecord {
    let meta = event.meta;
    let place =
        [("code.file.path", meta.file().unwrap().into()), ("code.line.number", meta.line().unwrap().into())];
    let fields = event.fields.iter().map(|(name, value)| (&**name, value.clone()));
    proto::LogRecord {
        time_unix_nano: AT,
        observed_time_unix_nano: AT,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: event.message.as_ref().map(any),
        attributes: attributes(place.into_iter().chain(known).chain(fields)),
        event_name: meta.name().to_owned(),
        ..proto::LogRecord::default()
    }
}

fn assert_events_are_written(events: &[Event], log_records: Vec<proto::LogRecord>) {
    let mut redacted = Redacted::default();
    redacted.add(["card"]);
    let mut places = Places::new(6);
    let mut written = || request(events, &Resource::default(), &mut places, &redacted);
    // Twice: what is known of a place is written once.
    assert_eq!(written(), written());
    let scope = scope(CHARGE.metadata().target(), "");
    let scope_logs = vec![proto::ScopeLogs { scope, log_records, schema_url: SCHEMA.to_owned() }];
    let schema_url = SCHEMA.to_owned();
    let resource_logs =
        vec![proto::ResourceLogs { scope_logs, schema_url, ..proto::ResourceLogs::default() }];
    assert_written(&written(), &ExportLogsServiceRequest { resource_logs });
}

#[test]
fn messages_of_every_kind_and_length() {
    let mut messages: Vec<_> = values().into_iter().map(Some).collect();
    messages.extend(LENGTHS.into_iter().flatten().map(|length| Some("x".repeat(length).into())));
    messages.push(None);
    let events: Vec<Event> = messages.into_iter().map(|message| event(message, Vec::new())).collect();
    assert_events_are_written(&events, events.iter().map(|event| record(event, Vec::new())).collect());
    for event in events {
        let expected = record(&event, Vec::new());
        assert_events_are_written(&[event], vec![expected]);
    }
}

#[test]
fn everything_that_is_known_of_an_event() {
    let mut all = event(Some("charged".into()), fields());
    let correlation = CorrelationId::parse("order-7").unwrap();
    all.thread = Some("größer".to_owned());
    all.correlation = Some(correlation);
    all.trace = Some(TraceContext { trace_id: 7, span_id: 5, sampled: true });
    let mut unsampled = event(None, vec![("thread.name".into(), "own".into())]);
    unsampled.fields.push(("code.line.number".into(), "own".into()));
    unsampled.thread = Some("of the runtime".to_owned());
    unsampled.trace = Some(TraceContext { trace_id: u128::MAX, span_id: 1, sampled: false });
    let expected_all = proto::LogRecord {
        trace_id: 7_u128.to_be_bytes().to_vec(),
        span_id: 5_u64.to_be_bytes().to_vec(),
        flags: 1,
        ..record(&all, vec![("thread.name", "größer".into()), ("correlation_id", "order-7".into())])
    };
    let expected_unsampled = proto::LogRecord {
        trace_id: u128::MAX.to_be_bytes().to_vec(),
        span_id: 1_u64.to_be_bytes().to_vec(),
        ..record(&unsampled, Vec::new())
    };
    assert_events_are_written(&[all, unsampled], vec![expected_all, expected_unsampled]);
}
